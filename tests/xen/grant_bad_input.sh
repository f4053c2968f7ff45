#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a driver with a bug, or a peer that dies, does to the grant table: nothing.
#
# Each call below is wrong. It must be refused, by an error where the API has
# one and by one line in the log, and leave all counts as they were; after it a
# grant works. A domain that does not exist may be granted a page. A peer that
# is killed while it has a page mapped gives it back.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2 version=$3
name=grant_bad_input-$guest-v$version-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel

# The command | what it answers | how many lines it logs
cases()
{
	local call ref

	for call in grant end try_end give_up free free_seq release claim free_list; do
		for ref in 0 3 beyond free 0xffffffff; do
			case $call-$ref in
			# That is how an empty list looks.
			claim-0xffffffff) echo "misuse $call $ref|-28|0" ;;
			free_list-0xffffffff) echo "misuse $call $ref|0|0" ;;
			claim-*) echo "misuse $call $ref|-28|1" ;;
			*) echo "misuse $call $ref|0|1" ;;
			esac
		done
	done
	echo "freegranting|0 kept|1"
	echo "releasegranting|0 kept|1"
	echo "releasetwice|kept|1"
	echo "grantto 0x7ff1 0|-22|1"
	echo "grantto 0x8000 0|-22|1"
	echo "grantto 0xffff 0|-22|1"
	if ((version == 1)); then
		echo "grantto 0 0x100000000|-22|1"
	fi
	echo "list 0|-22|0"
	echo "list 65535|-28|1"
	echo "seq 0|-22|0"
	echo "seq 100000|-28|1"
	echo "seq 0x7fffffff|-28|1"
	echo "seq 0xffffffff|-28|1"
	echo "freeseq 8 100000||1"
	echo "freeseq 0xfffffff0 32||1"
	# These are no mistakes.
	echo "grantto 0x7ff0 0|granted|0"
	echo "grantto 500 0|granted|0"
}

{
	echo "version=$version"
	echo "cases='$(cases)'"
} >"$work/guest.sh"
cat >>"$work/guest.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
grants=/sys/kernel/debug/xendomu/grants
driver() { echo "$*" >$cmd && cat $cmd; }
state() { sed -n -E 's/^(references|free|callbacks|reclaim): //p' $grants | tr '\n' ' '; }
said() { dmesg | tail -n +$(($1 + 1)) | grep xendomu_; }
fact() { sed -n "s/^$1: //p" $grants; }
# Waits until a command succeeds, at most 10 s.
soon() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 100 ] || return 1; usleep 100000; done; }
nothing_to_reclaim() { [ "$(fact reclaim)" = 0 ]; }

insmod xendomu-grant.ko version=$version frames=2 && insmod xendomu-testdrv.ko || exit 1
driver cycle 10
echo "$cases" | while IFS='|' read -r command _; do
	logged=$(dmesg | wc -l); before=$(state)
	echo "case $command|$(driver $command)|$(said $logged | wc -l)|"
	said $logged | sed "s/^/log $command: /"
	[ "$before" = "$(state)" ] || echo "changed $command|$before, now $(state)|"
	echo "after $command|$(driver cycle 20)|"
	# Ten lines in five seconds are let through.
	usleep 550000
done

# Many at once: the log is not flooded.
logged=$(dmesg | wc -l)
n=0; while [ $n -lt 40 ]; do driver misuse free 3 >/dev/null; n=$((n + 1)); done
echo "flood $(said $logged | wc -l)"

usable=$(state)
set -- $(driver grant 0 rw held by a peer)
echo "ready refused $4"; read -r said
driver end $2 2>/dev/null || echo "end while mapped refused"
echo "ready kill refused"; read -r said
soon driver end $2 2>/dev/null && echo "end after kill completed"

set -- $(driver grant 0 rw held by a peer)
echo "ready givenup $4"; read -r said
driver giveup $2; echo "reclaim while mapped $(fact reclaim)"
grep "^ref $4 " $grants
echo "ready kill givenup"; read -r said
soon nothing_to_reclaim && echo "reclaim after kill 0"
[ "$usable" = "$(state)" ] && echo "all as before"
rmmod xendomu-testdrv xendomu-grant && echo unloaded
echo "ready over"; read -r said
EOF
cat >"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 2000 ] || exit 1; usleep 50000; done; }
mkfifo /tmp/hold
for step in refused givenup; do
	ready $step
	./gnttab-peer "$GUEST_DOMID" "$(sed -n "s/^ready $step //p" "$GUEST_OUTPUT")" rw \
		"held by a peer" reply </tmp/hold >/tmp/peer.out 2>&1 &
	peer=$!
	exec 3>/tmp/hold
	n=0; until grep -q mapped /tmp/peer.out; do n=$((n + 1)); [ $n -lt 100 ] || exit 1; usleep 50000; done
	echo on >"$GUEST_INPUT"
	ready "kill $step"
	echo "mapped $(grant-dump "$GUEST_DOMID" | tail -n 1)"
	kill -9 $peer
	exec 3>&-
	echo on >"$GUEST_INPUT"
done
ready over
echo "grants $(grant-dump "$GUEST_DOMID" | tail -n 1)"
echo on >"$GUEST_INPUT"
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout 500 \
	--config 'max_grant_frames=8' --insmod "$modules/xendomu.ko" \
	--insmod "$modules/xendomu-events.ko" --insmod "$modules/xendomu-xenstore.ko" \
	--copy "$modules/xendomu-grant.ko" \
	--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko" --copy build/gnttab-peer \
	--dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
dom0=$(cat "$dir/dom0-script.out")

# part WORD COMMAND NUMBER: a field of a line of the guest's
part()
{
	awk -F '|' -v start="$1 $2" -v part="$3" '$1 == start { print $part }' <<<"$out"
}

# is_harmless COMMAND ANSWER LINES
is_harmless()
{
	same "x$(part case "$1" 2)" "x$2" && same "$(part case "$1" 3)" "$3" &&
		same "x$(part changed "$1" 2)" x && same "$(part after "$1" 2)" "20 cycles"
}

result "the run comes to its end" test "$status" -eq 0
while IFS='|' read -r command answer lines; do
	result "$command: answers ${answer:-nothing}, logs $lines, changes nothing" \
		is_harmless "$command" "$answer" "$lines"
done < <(cases)
flood=$(sed -n 's/^flood //p' <<<"$out")
result "of 40 mistakes in a row some are logged, not all" test "${flood:-0}" -ge 1 -a "${flood:-0}" -le 20
result "dom0 had both pages" same "$(grep -c '^mapped 1$' <<<"$dom0")" 2
result "access does not end while the peer has the page" has "$out" '^end while mapped refused$'
result "it ends when the peer is killed" has "$out" '^end after kill completed$'
result "a page given up waits for the peer" has "$out" '^reclaim while mapped 1$'
result "and comes back when the peer is killed" has "$out" '^reclaim after kill 0$'
result "all counts are as before" has "$out" '^all as before$'
result "the modules unload" has "$out" '^unloaded$'
result "Xen sees no grant but the toolstack's two" has "$dom0" '^grants 0$'
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
