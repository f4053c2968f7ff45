#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Hypercalls that Xen refuses, one after the other.
#
# xendomu-testfault makes the NTH hypercall of xendomu-grant fail without being
# made. A load that meets one must end with that error and one line that says
# what was refused, and leave nothing: neither a mapping, nor a claim on the
# grant table, nor anything that keeps the next load from working.
#
# Then the table has to grow while it is in use, and the NTH hypercall of that
# fails: the allocation that needed it fails, with one line in the log, all is as
# before, and the next time it grows.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=${2:-pv}
name=faults-$guest-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel

cat >"$work/guest.sh" <<'EOF'
testdrv=/sys/kernel/debug/xendomu-test/cmd
plan=/sys/kernel/debug/xendomu-fault/plan
grants=/sys/kernel/debug/xendomu/grants
# busybox tries a second system call after the first was refused. The first is
# for plain modules only, so a packed one is tried once. It exits with the errno.
gzip xendomu-grant.ko
load() { insmod xendomu-grant.ko.gz frames=2 $version 2>/dev/null; }
field() { sed -n "s/^$1: //p" $plan; }
# Pages that Xen's frames are mapped in, as who mapped them.
mapped() { grep -c '\[xendomu' /proc/vmallocinfo; }
# All of ours in the log since line $1.
said() { dmesg | tail -n +$(($1 + 1)) | sed -n 's/^[^x]*\(xendomu_*[a-z]*: .*\)/\1/p'; }

# with LABEL PLAN...: a load under a plan, and then one without.
with()
{
	label=$1; shift
	logged=$(dmesg | wc -l); before=$(mapped)
	echo "$*" >$plan || exit 1
	load; status=$?
	echo "$label load $status"
	echo "$label fired $(field fired)"
	said $logged | sed "s/^/$label line /"
	[ $status = 0 ] || [ ! -e $grants ] || echo "$label left grants"
	[ $status != 0 ] || rmmod xendomu-grant
	[ "$(mapped)" = "$before" ] || echo "$label left mappings: $before, now $(mapped)"
	grep 'owner of the grant table: [^n]' /sys/kernel/debug/xendomu/guest | sed "s/^/$label left /"
	echo "any any 0 0" >$plan
	load && counts && rmmod xendomu-grant && echo "$label again yes"
}
# All that can be free is free.
counts() { [ "$(sed -n 's/^references: .*, \([0-9]*\) usable/\1/p' $grants)" = "$(sed -n 's/^free: \([0-9]*\).*/\1/p' $grants)" ]; }

# has_status COMMAND: of those the table is made with.
has_status() { case $1 in 2|6|9) return 0 ;; *) return 1 ;; esac; }

# For a second after it was asked XenStore looks at its server now and then:
# those calls are not to be counted.
sleep 2
for version in version=1 version=2; do
	echo "any any 100000 -5" >$plan
	load || exit 1
	nr=$(field matched)
	sed -n 's/^call /calls /p' $plan >/tmp/calls
	rmmod xendomu-grant
	sed "s/^/$version /" /tmp/calls
	while read -r _ nth op cmd; do
		with "$version errno $nth" any any $nth -14
	done </tmp/calls
	while read -r _ nth op cmd; do
		[ "$op" = grant_table ] && has_status "$cmd" || continue
		# The NTH of all is which of its own kind?
		kin=$(head -n $nth /tmp/calls | grep -c " $op $cmd\$")
		with "$version status $nth" $op $cmd $kin status -3
	done </tmp/calls
done

state() { sed -n -E 's/^(frames|references|free|callbacks|reclaim): //p' $grants | tr '\n' ' '; }
driver() { echo "$*" >$testdrv && cat $testdrv; }
# Some references more than the table has.
too_many() { driver list $(($(sed -n 's/^references: \([0-9]*\),.*/\1/p' $grants) + by)); }

# growing LABEL PLAN...: the table must grow under a plan, and then without one.
growing()
{
	what=$1; shift
	logged=$(dmesg | wc -l); before=$(state)
	echo "$*" >$plan || exit 1
	echo "$what list $(too_many)"
	echo "$what fired $(field fired)"
	said $logged | sed "s/^/$what line /"
	[ "$before" = "$(state)" ] || echo "$what left $before, now $(state)"
	echo "any any 0 0" >$plan
	echo "$what cycle $(driver cycle 50)"
	[ "$(too_many)" = 0 ] && counts && [ "$before" != "$(state)" ] && echo "$what again yes"
	# Ten lines in five seconds are let through.
	usleep 600000
}

# each LABEL NTH...: growing, with each of these calls of /tmp/calls refused
each()
{
	label=$1; shift
	for nth in $*; do
		growing "$label errno $nth" any any $nth -14
		set -- $(sed -n "s/^$nth //p" /tmp/calls)
		[ "$1" = grant_table ] && has_status "$2" || continue
		growing "$label status $nth" $1 $2 \
			$(head -n $nth /tmp/calls | grep -c " $1 $2\$") status -3
	done
}

# grow_by REFERENCES: as that is done; leaves the calls in /tmp/calls
grow_by()
{
	by=$1
	echo "any any 100000 -5" >$plan
	too_many >/dev/null
	sed -n 's/^call //p' $plan >/tmp/calls
	nr=$(wc -l </tmp/calls)
}

for version in version=1 version=2; do
	load && insmod xendomu-testdrv.ko || exit 1
	grow_by 1
	sed "s/^/$version growth call /" /tmp/calls
	each "$version growth" $(seq $nr)
	# A frame of status for 8 frames of entries: its calls are the last.
	if [ $version = version=2 ]; then
		grow_by 2048
		sed "s/^/$version status-growth call /" /tmp/calls
		each "$version status-growth" $((nr - 1)) $nr
	fi
	rmmod xendomu-testdrv xendomu-grant || exit 1
done
echo ready; read -r said
EOF
cat >"$work/dom0.sh" <<'EOF'
n=0; until grep -q ^ready "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 6000 ] || exit 1; usleep 50000; done
grant-dump "$GUEST_DOMID"; echo on >"$GUEST_INPUT"
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout 500 \
	--insmod "$modules/xendomu.ko" --insmod "$modules/xendomu-events.ko" \
	--insmod "$modules/xendomu-xenstore.ko" \
	--insmod "build/drivers/$kernel/fault/xendomu-testfault.ko" \
	--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko" \
	--copy "$modules/xendomu-grant.ko" --dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
result "the run comes to its end" test "$status" -eq 0

of_case()
{
	sed -n "s/^$1 $2 //p" <<<"$out"
}

# fails_cleanly LABEL ERRNO
fails_cleanly()
{
	local line

	same "$(of_case "$1" fired)" 1 && same "$(of_case "$1" load)" "$2" || return 1
	line=$(of_case "$1" line)
	has "$line" "^xendomu_grant: .*(\(-|: -)[0-9]+" && same "$(wc -l <<<"$line")" 1 &&
		! has "$out" "^$1 left" 2>/dev/null && same "$(of_case "$1" again)" yes
}

# judge HOW ERRNO VERSION: of each call that was made to fail
judge()
{
	local nth what

	while read -r nth what; do
		grep -q "^$3 $1 $nth load" <<<"$out" || continue
		result "$3: load fails cleanly if call $nth ($what) is refused by $1" \
			fails_cleanly "$3 $1 $nth" "$2"
	done < <(sed -n "s/^$3 calls //p" <<<"$out")
}

# stays_as_it_is LABEL: of a growth that failed
stays_as_it_is()
{
	local line

	same "$(of_case "$1" fired)" 1 && same "$(of_case "$1" list)" -28 || return 1
	line=$(of_case "$1" line)
	has "$line" "^xendomu_grant: .*\(-[0-9]+\)" && same "$(wc -l <<<"$line")" 1 &&
		! has "$out" "^$1 left" 2>/dev/null && same "$(of_case "$1" cycle)" "50 cycles" &&
		same "$(of_case "$1" again)" yes
}

# judge_growth LABEL
judge_growth()
{
	local how nth what

	while read -r how nth; do
		what=$(sed -n "s/^$1 call $nth //p" <<<"$out")
		result "$1: the table stays as it is if call $nth ($what) is refused by $how" \
			stays_as_it_is "$1 $how $nth"
	done < <(sed -n "s/^$1 \([a-z]*\) \([0-9]*\) list .*/\1 \2/p" <<<"$out")
}

for version in version=1 version=2; do
	result "$version: the load makes hypercalls" \
		test "$(grep -c "^$version calls" <<<"$out")" -ge 4
	judge errno 14 "$version"
	# GNTST_bad_gntref is EINVAL.
	judge status 22 "$version"
	result "$version: growth was made to fail" has "$out" "^$version growth errno 1 list"
	judge_growth "$version growth"
	if [[ $version == version=2 ]]; then
		result "$version: growth of the status was made to fail" \
			has "$out" "^$version status-growth errno [0-9]* list"
		judge_growth "$version status-growth"
	fi
done
result "Xen sees no grant but the toolstack's two" same "$(tail -n 1 "$dir/dom0-script.out")" 0
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
