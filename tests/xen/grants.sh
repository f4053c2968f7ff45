#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The grant table against Xen and a peer in dom0: tests/xen/grants.sh KERNEL GUEST VERSION
#
# The table must grow to whatever limit the domain was given, and say so when
# that is reached; a thousand pages that a peer keeps must wait, be seen
# waiting, and come back within a second of its letting go; what is granted can
# be watched while tracking is on; and a suspend must not lose a reference.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2 version=$3
per_frame=$((version == 1 ? 512 : 256))
modules=(--insmod "build/modules/$kernel/xendomu.ko" --copy "build/modules/$kernel/xendomu-grant.ko"
	--copy "build/modules/$kernel/xendomu-events.ko" --copy "build/modules/$kernel/xendomu-xenstore.ko"
	--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko")

# run NAME OPTION... SCRIPT: sets out and dir
run()
{
	local name=grants-$1-$guest-v$version-$kernel

	dir=build/xenhost/$name
	shift
	out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --vcpus 2 \
		--timeout 500 "${modules[@]}" "$@") || out="$out
status $?"
}

fact()
{
	sed -n "s/^fact $1 //p" <<<"$out"
}

cat >"$work/lib.sh" <<'EOF'
grants=/sys/kernel/debug/xendomu/grants
cmd=/sys/kernel/debug/xendomu-test/cmd
fact() { echo "fact $*"; }
driver() { echo "$*" >$cmd && cat $cmd; }
field() { sed -n "s/^$1: //p" $grants; }
your_turn() { echo "ready $*"; read -r _; }
load()
{
	for m in events xenstore; do insmod xendomu-$m.ko || exit 1; done
	insmod xendomu-grant.ko "$@" && insmod xendomu-testdrv.ko || exit 1
}
unload() { for m in testdrv grant xenstore events; do rmmod xendomu-$m || exit 1; done; rmmod xendomu; }
EOF

# limit MAX: how a domain with room for MAX frames fares
limit()
{
	local all=$(($1 * per_frame - 8))

	cat "$work/lib.sh" - >"$work/guest.sh" <<-EOF
		load version=$version
		fact start "\$(field frames), \$(field version)"
		fact hog "\$(driver hog)"
		fact full "\$(field frames), \$(field free)"
		driver grant 0 rw text && fact granted
		driver callback 3; fact waiting "\$(field callbacks)"
		driver unhog; fact fired "\$(driver fired)"
		fact after "\$(field free) \$(field callbacks)"
		fact line "\$(dmesg | grep -c 'xendomu_grant: no 1 free grant reference')"
		fact remedy "\$(dmesg | grep -m1 -o 'no 1 free grant.*')"
		unload && fact unloaded yes
	EOF
	run "limit$1" --config "max_grant_frames=$1" "$work/guest.sh"
	result "limit of $1: it begins with 1 frame of version $version" \
		same "$(fact start)" "1 of $1, $version"
	result "limit of $1: it grows to hold all $all references" same "$(fact hog)" "$all references"
	result "limit of $1: all are in use" same "$(fact full)" "$1 of $1, 0"
	result "limit of $1: the next is refused" test -z "$(fact granted)"
	result "limit of $1: a line gives used, limit and remedy" has "$(fact remedy)" \
		"$all of $all in use, in $1 of $1 frames: .*max_grant_frames"
	result "limit of $1: not one a refusal" test "$(fact line)" -le 2 -a "$(fact line)" -ge 1
	result "limit of $1: a callback waits and fires" same "$(fact waiting) $(fact fired)" "1 1"
	result "limit of $1: all are free again" same "$(fact after)" "$all 0"
	result "limit of $1: it unloads" same "$(fact unloaded)" yes
	result "limit of $1: no complaint in the log" clean_log "$dir/guest-dmesg.log"
}

limit 1
limit 3

cat "$work/lib.sh" - >"$work/guest.sh" <<EOF
load version=$version
echo 1 >/sys/kernel/debug/xendomu/grants_tracking
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
echo 1 >/sys/kernel/tracing/events/xendomu_grant/enable
first=\$(driver row 0 1000)
fact row \$first
fact tracked "\$(grep -c ' age [0-9]* s by cmd_row+' \$grants)"
your_turn \$first
fact mapped "\$(grep -c ' reading writing' \$grants)"
driver endrow; fact endrow \$?
sleep 2
fact reclaim "\$(field reclaim)"
fact who "\$(grep -m1 "^ref \$first " \$grants)"
your_turn go
usleep 1000000
fact second "\$(field reclaim)"
fact free "\$(field references | sed 's/.*, \([0-9]*\) usable/\1/') \$(field free)"
driver row 0 5 >/dev/null; driver freerow; fact freerow \$?
driver row 0 5 >/dev/null; driver endrow keep; fact keep \$?
echo 0 >/sys/kernel/debug/xendomu/grants_tracking
for event in gnttab_grant gnttab_end gnttab_reclaim; do
	fact \$event "\$(grep -c "\$event: ref=" /sys/kernel/tracing/trace)"
done
echo 0 >/sys/kernel/tracing/events/xendomu_grant/enable
set -- \$(driver grant 0 rw before the suspend)
fact untracked "\$(grep -c ' by ' \$grants)"
driver suspend; fact suspend \$?
fact resumed "\$(field frames) \$(grep -c "^ref \$4 domain 0 .* flags 0x1" \$grants)"
your_turn slot \$4
fact peek "\$(driver peek 0)"
driver end 0; fact end \$?
fact max "\$(driver max)"
unload && fact unloaded yes
EOF
cat >"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 4000 ] || exit 1; usleep 20000; done; }
soon() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 500 ] || exit 1; usleep 20000; done; }
go() { echo go >"$GUEST_INPUT"; }
mkfifo /tmp/hold
ready ''
first=$(sed -n 's/^ready \([0-9]*\)$/\1/p' "$GUEST_OUTPUT" | head -n 1)
./gnttab-many "$GUEST_DOMID" "$first" 1000 </tmp/hold >many.out 2>&1 &
exec 3>/tmp/hold
soon grep -q . many.out
cat many.out
go
ready go
exec 3>&-
wait $! && echo "ended"
go
ready slot
ref=$(sed -n 's/^ready slot //p' "$GUEST_OUTPUT")
./gnttab-peer "$GUEST_DOMID" "$ref" rw "before the suspend" "after it" </dev/null
go
EOF
run peer --copy build/gnttab-many --copy build/gnttab-peer --dom0 "$work/dom0.sh" "$work/guest.sh"
dom0=$(cat "$dir/dom0-script.out")
result "a thousand pages are granted by references in a row" has "$(fact row)" '^[0-9]+$'
result "tracking tells age and caller of each" same "$(fact tracked)" 1000
result "a peer maps them" has "$dom0" '^mapped$'
result "the table shows the peer inside" test "$(fact mapped)" -ge 1000
result "ending them does not fail" same "$(fact endrow)" 0
result "all of them wait to be reclaimed" same "$(fact reclaim)" 1000
result "the list tells domain, age and owner" has "$(fact who)" \
	'^ref [0-9]+ domain 0 .* reclaim age [1-9][0-9]* s by cmd_endrow\+'
result "the peer wrote to every page and ended" has "$dom0" '^ended$'
result "a second later all are back" same "$(fact second)" 0
result "no reference is lost" test "$(fact free | cut -d' ' -f1)" -eq "$(fact free | cut -d' ' -f2)"
result "a row is freed as a row" same "$(fact freerow)" 0
result "a page may be kept" same "$(fact keep)" 0
result "tracepoints: each grant" same "$(fact gnttab_grant)" 1010
result "tracepoints: each end" same "$(fact gnttab_end)" 1010
result "tracepoints: each reclaim" same "$(fact gnttab_reclaim)" 1000
result "tracking off: no caller is told" same "$(fact untracked)" 0
result "the table is gone and back" same "$(fact suspend)" 0
result "what was granted is granted still" has "$(fact resumed)" '^[0-9]+ of 64 1$'
result "the peer maps it" has "$dom0" '^unmapped$'
result "and both see the same page" same "$(fact peek)" "after it"
result "access ends" same "$(fact end)" 0
result "the limit is the domain's" same "$(fact max)" 64
result "it unloads" same "$(fact unloaded)" yes
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
