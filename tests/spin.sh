#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Checks the model of the reference allocator's caches in every order of events;
# in the long form also that each rule of it is needed: without it, an error is found.
#
# tests/spin.sh [long|CONFIGURATION...], for example tests/spin.sh -DFAILS=1
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

# What each configuration is there for, and its settings.
holds()
{
	cat <<-'EOT'
	two CPUs, two references|-DFIRST=2
	growth, with a callback for one reference and one for two|-DFIRST=1 -DLIMIT=2 -DCALLBACKS=2 -DTASK0_OPS=3
	growth that fails|-DFIRST=1 -DLIMIT=2 -DGROW_FAILS=1
	two slots a CPU, and growth|-DSLOTS=2 -DFIRST=2 -DLIMIT=3 -DCALLBACKS=1 -DTASK1_OPS=1
	an interrupt|-DIRQS=1
	an interrupt, and a callback|-DIRQS=1 -DCALLBACKS=1 -DTASK1_OPS=1
	a hypercall that fails|-DFAILS=1 -DCALLBACKS=1
	a hypercall that fails, with growth|-DLIMIT=2 -DFAILS=1 -DCALLBACKS=1
	a lost race is not tried again|-DROUNDS=1 -DCALLBACKS=1
	three CPUs|-DCPUS=3 -DTASK0_OPS=1
	EOT
}

holds_long()
{
	cat <<-'EOT'
	three CPUs, a callback, a hypercall that fails|-DCPUS=3 -DTASK1_OPS=1 -DCALLBACKS=1 -DFAILS=1 -DSB=1
	two interrupts, and a callback|-DIRQS=2 -DTASK0_OPS=1 -DTASK1_OPS=1 -DCALLBACKS=1
	an interrupt, and a hypercall that fails|-DIRQS=1 -DFAILS=1 -DCALLBACKS=1
	two hypercalls that fail, three calls|-DFIRST=2 -DFAILS=2 -DCALLBACKS=2 -DTASK0_OPS=3 -DTASK1_OPS=1
	two slots a CPU, three references, two callbacks|-DSLOTS=2 -DFIRST=3 -DCALLBACKS=2
	two slots a CPU, a callback, a hypercall that fails|-DSLOTS=2 -DFIRST=2 -DCALLBACKS=1 -DFAILS=1
	EOT
}

# The rule that is left out, the assertion that then fails, and the settings.
twice='free&r'
refused='saw_none'
asleep='waiting\[[01]\]'
breaks()
{
	cat <<-EOT
	store buffers are not waited for|$twice|-DNO_BARRIER
	a slot is not looked at after the hypercall|$twice|-DNO_DOUBLE_CHECK
	a slot is not looked at where it was empty|$asleep|-DTRUST_EMPTY -DCALLBACKS=2 -DFIRST=2
	an owner does not look whether caches are off|$asleep|-DNO_RECHECK -DCALLBACKS=1
	the pool is not looked at after emptying the caches|$refused|-DNO_SECOND_LOOK
	an owner puts its slot into use without the lock|$refused|-DNO_LOCK
	a waiter does not turn caches off|$asleep|-DNO_REVOKE_FOR_WAITERS -DCALLBACKS=1
	freeing does not run callbacks|$asleep|-DNO_CALLBACKS -DCALLBACKS=1
	interrupts are on while a lock is held|invalid end state|-DIRQS_ON -DIRQS=1
	what was found is put back when the hypercall fails|$refused|-DPUT_BACK -DFAILS=1
	an owner forgets what is parked|$refused|-DFORGET_PARKED -DFAILS=1
	nobody tries again after a failed hypercall|$asleep|-DNO_WORK -DFAILS=1 -DCALLBACKS=1
	nobody tries again after a lost race|$asleep|-DNO_WORK -DROUNDS=1 -DCALLBACKS=1
	failing after one lost race is not excused|$refused|-DNO_EXCUSE -DROUNDS=1
	EOT
}

# verify DEFINE...: the verifier's output, for these settings.
verify()
{
	local dir log

	dir=build/spin/$(tr -d ' ' <<<"$*")
	log=$PWD/$dir/log
	rm -rf "$dir"
	mkdir -p "$dir"
	# Processes that suspend others rule partial order reduction out.
	(cd "$dir" && spin -a "$@" ../../../tests/spin/caches.pml &&
		gcc -O2 -w -DSAFETY -DNOREDUCE -DCOLLAPSE -DMEMLIM=3800 -o pan pan.c &&
		timeout "$limit" ./pan -m1000000 -w24) >"$log" 2>&1 ||
		echo "ended with status $?" >>"$log"
	cat "$log"
}

found_none()
{
	local output

	output=$(verify "$@")
	has "$output" 'errors: 0$' && has "$output" '^pan: elapsed' &&
		! grep -E 'not completed|too small|out of memory|ended with' <<<"$output" >&2
}

found()
{
	local expected=$1 output

	shift
	output=$(verify "$@")
	has "$output" 'errors: 1$' && has "$output" "^pan:1: .*$expected"
}

# Else what was not reached was not checked either.
reached_all()
{
	has "$(grep -A1 '^unreached in proctype Task' "build/spin/$1/log")" '\(0 of '
}

check_all()
{
	local text defines

	while IFS='|' read -r text defines; do
		# shellcheck disable=SC2086 # words
		result "holds: $text" found_none $defines
	done < <("$1")
}

find_all()
{
	local text defines expected

	while IFS='|' read -r text expected defines; do
		# shellcheck disable=SC2086 # words
		result "found when $text" found "$expected" $defines
	done < <(breaks)
}

limit=120
case ${1:-} in
'')
	check_all holds
	result "every step of a call was taken" reached_all \
		-DFIRST=1-DLIMIT=2-DCALLBACKS=2-DTASK0_OPS=3
	;;
long)
	limit=1200
	check_all holds_long
	find_all
	;;
*)
	result "holds: $*" found_none "$@"
	;;
esac
finish
