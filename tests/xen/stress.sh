#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The grant table at random, with a peer in dom0 that does not wait for us.
#
# Four threads that move between two vCPUs, and interrupts, allocate references
# in all ways, grant and end; the table is small enough to be full at times, so
# that free callbacks wait. Some pages are offered to dom0, which maps them at
# random and checks what is in them before it lets go, also where the guest has
# given the page up meanwhile. tests/stress/ tells the rest.
#
# stress.sh KERNEL GUEST VERSION CYCLES VISITS SECONDS: at least so many cycles
# and visits of the peer, in no more than so many seconds.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2 version=$3 cycles=$4 visits=$5 seconds=$6
name=stress-$guest-v$version-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel

cat >"$work/guest.sh" <<EOF
insmod xendomu-grant.ko version=$version && insmod xendomu-teststress.ko || exit 1
plan='4 $cycles $visits $seconds $RANDOM'
EOF
cat >>"$work/guest.sh" <<'EOF'
stress=/sys/kernel/debug/xendomu-stress
grants=/sys/kernel/debug/xendomu/grants
fact() { sed -n "s/^$1: //p" $grants; }
all_free() { [ "$(fact reclaim)" = 0 ] && fact references | grep -q ", $(fact free) usable"; }
# Waits until a command succeeds, at most 20 s.
soon() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 200 ] || return 1; usleep 100000; done; }

echo "version $(fact version)"
echo "ready $(cat $stress/control)"
echo "plan $plan"
up() { read -r seconds _ </proc/uptime; echo "$1 $seconds"; }
up start
echo "$plan" >$stress/run
up end
cat $stress/run
read -r said
rmmod xendomu-teststress && echo "unloaded stress"
soon all_free && echo "all free"
grep -E '^(references|frames|free|high_water|reclaim|callbacks|ref)' $grants | sed 's/^/grants /'
rmmod xendomu-grant && echo "unloaded grant"
dmesg | grep xendomu_teststress: | grep -v taint | head -n 20
echo over; read -r said
EOF
cat >"$work/dom0.sh" <<EOF
seconds=$((seconds + 100))
EOF
cat >>"$work/dom0.sh" <<'EOF'
said() { n=0; until grep -q "^$1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 1200 ] || exit 1; usleep 50000; done; }
said ready
./gnttab-stress-peer "$GUEST_DOMID" "$(sed -n 's/^ready //p' "$GUEST_OUTPUT")" $seconds 2>&1 | tail -n 30
echo on >"$GUEST_INPUT"
said over
echo "grants $(grant-dump "$GUEST_DOMID" | tail -n 1)"
echo on >"$GUEST_INPUT"
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --vcpus 2 \
	--timeout $((seconds + 400)) --config 'max_grant_frames=8' \
	--insmod "$modules/xendomu.ko" --copy "$modules/xendomu-grant.ko" \
	--copy "build/drivers/$kernel/stress/xendomu-teststress.ko" --copy build/gnttab-stress-peer \
	--dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
dom0=$(cat "$dir/dom0-script.out")

number()
{
	sed -n "s/^$1: //p" <<<"$out"
}

# peer WORD: what the peer counted
peer()
{
	sed -n "s/.*\b$1 \([0-9]*\).*/\1/p" <<<"$dom0"
}

at_least()
{
	if [[ -z $1 ]] || (($1 < $2)); then
		diagnose "\"$1\" is less than $2"
		return 1
	fi
}

all_at_least()
{
	local nr=$1

	shift
	while (($#)); do
		at_least "$(number "$1")" "$nr" || return 1
		shift
	done
}

result "the run comes to its end" test "$status" -eq 0
result "at least $cycles cycles" at_least "$(number cycles)" "$cycles"
result "some of them in interrupts, by lists, by sequences" \
	all_at_least 100 irq_cycles lists sequences
result "the table was full at times" at_least "$(number full)" 1
result "the peer mapped at least $visits pages" at_least "$(number visited)" "$visits"
result "some of them were given up while it had them" at_least "$(number handed)" 1
result "nothing happened that must not" same "$(number errors)" 0
result "the peer found no wrong content" same "$(peer wrong)" 0
result "free callbacks were called, and cancelled" \
	all_at_least 1 called cancelled
result "each of them was one or the other" \
	same "$(($(number called)0 / 10 + $(number cancelled)0 / 10))" "$(number requested)"
result "all references are free, and nothing is left to reclaim" has "$out" '^all free$'
result "the modules unload" has "$out" '^unloaded grant$'
result "Xen sees no grant but the toolstack's two" same "$(peer grants)" 0
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$out
$dom0"
finish
