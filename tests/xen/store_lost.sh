#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# XenStore's server dies under load: tests/xen/store_lost.sh KERNEL GUEST SERVER ROUNDS
#
# Tasks read, write and commit while the server is killed and begins anew; in
# every other round at once, before anybody can notice. No operation may hang, and
# each must come to what the documentation says. When there is a server again,
# reads and writes work, the old watch fires, and nothing is left under way. And
# the module must load with nobody to serve it.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2 server=$3 rounds=$4
name=store_lost-$guest-$server-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel
testdrv=build/drivers/$kernel/driver/xendomu-testdrv.ko
options=()
[[ $server != oxenstored ]] || options+=(--oxenstored)

echo "rounds=$rounds" >"$work/guest.sh"
cat >>"$work/guest.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
store=/sys/kernel/debug/xendomu/xenstore
driver() { echo "$*" >$cmd && cat $cmd; }
field() { sed -n "s/^$1: //p" $store; }
fact() { echo "fact $*"; }
your_turn() { echo "ready $*"; read -r _; }
# becomes VALUE COMMAND...: waits for the command to print it, 10 s at most
becomes()
{
	want=$1 n=0
	shift
	until [ "$("$@" 2>/dev/null)" = "$want" ]; do
		n=$((n + 1)); [ $n -lt 200 ] || return 1
		usleep 50000
	done
}
# What the tasks did since the last look, once that is something, 10 s at most.
under_load()
{
	n=0
	while counts=$(driver load-counts); [ "${counts#done 0 }" != "$counts" ]; do
		n=$((n + 1)); [ $n -lt 200 ] || break
		usleep 50000
	done
	echo "$counts"
}
is_more() { [ "$(field $1)" -gt $2 ] && echo yes; }
fired_since() { [ "$(driver seen | cut -d' ' -f1)" -gt "$1" ] && echo yes; }
slab() { sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo; }
driver watch data/watched
driver load-start 8
i=1
while [ $i -le $rounds ]; do
	usleep 300000
	fact under-load $i "$(under_load)"
	connections=$(field connections)
	if [ $((i % 2)) = 1 ]; then
		your_turn kill $i
		becomes lost field state && fact noticed $i
		driver read name 2>/dev/null; fact refused $i $?
		your_turn restart $i
	else
		your_turn replace $i
	fi
	becomes up field state
	becomes yes is_more connections $connections && fact back $i
	becomes guest driver read name && fact reads $i
	before=$(driver seen | cut -d' ' -f1)
	your_turn touch $i
	becomes yes fired_since $before && fact fires $i
	usleep 300000
	fact counts $i "$(driver load-counts)"
	[ $i != 2 ] || fact slab-early "$(slab)"
	i=$((i + 1))
done
before=$(driver seen | cut -d' ' -f1)
driver load-counts >/dev/null
driver store-doze && becomes guest driver read name && fact dozed
fact while-dozing "$(driver load-counts)"
driver store-sleep && becomes guest driver read name && fact slept
becomes yes fired_since $before && fact fires-after-sleep
fact while-asleep "$(driver load-counts)"
driver load-stop; fact stopped $?
fact slab-late "$(slab)"
becomes 0 field 'under way' && fact idle
driver unwatch
cat $store
rmmod xendomu-testdrv && rmmod xendomu-xenstore && fact unloaded
your_turn kill late
usleep 100000
insmod xendomu-xenstore.ko && insmod xendomu-testdrv.ko
fact late-state "$(field state)"
driver read name 2>/dev/null; fact late-refused $?
your_turn restart late
becomes guest driver read name && fact late-reads
for m in testdrv xenstore grant events; do rmmod xendomu-$m || exit 1; done
rmmod xendomu && fact all-unloaded
EOF
echo "rounds=$rounds server=$server" >"$work/dom0.sh"
cat >>"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $*\$" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 6000 ] || exit 1; usleep 20000; done; }
go() { echo go >"$GUEST_INPUT"; }
home=/local/domain/$GUEST_DOMID
gfn=$(xenstore-read "$home/store/ring-ref")
port=$(xenstore-read "$home/store/port")
kill_server()
{
	pid=$(cat /run/xen/xenstored.pid)
	kill -9 "$pid"
	while kill -0 "$pid" 2>/dev/null; do usleep 10000; done
	rm -f /run/xen/xenstored.pid /run/xenstored/socket
}
start_server()
{
	$server --pid-file /run/xen/xenstored.pid
	n=0; until [ -S /run/xenstored/socket ]; do n=$((n + 1)); [ $n -lt 500 ] || exit 1; usleep 10000; done
	xenstore-write "$home/name" guest "$home/data" ''
	for node in "$home" "$home/name" "$home/data"; do
		xenstore-chmod "$node" "n$GUEST_DOMID"
	done
	./xenstore-introduce "$GUEST_DOMID" "$gfn" "$port" && echo "introduced"
}
i=1
while [ $i -le $rounds ]; do
	if [ $((i % 2)) = 1 ]; then
		ready kill $i; kill_server; go
		ready restart $i; start_server; go
	else
		ready replace $i; kill_server; start_server; go
	fi
	ready touch $i; xenstore-write "$home/data/watched" $i; go
	i=$((i + 1))
done
ready kill late; kill_server; go
ready restart late; start_server; go
EOF
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --vcpus 2 \
	--timeout $((300 + 40 * rounds)) "${options[@]}" --insmod "$modules/xendomu.ko" \
	--insmod "$modules/xendomu-events.ko" --insmod "$modules/xendomu-grant.ko" \
	--insmod "$modules/xendomu-xenstore.ko" --insmod "$testdrv" \
	--copy "$modules/xendomu-xenstore.ko" --copy "$testdrv" --copy build/xenstore-introduce \
	--dom0 "$work/dom0.sh" "$work/guest.sh") || out="$out
status $?"

times()
{
	grep -cE "^fact $1" <<<"$out" || true
}

fact()
{
	sed -n "s/^fact $1 //p" <<<"$out"
}

# A server that takes over unseen may answer what the last one was asked: EIO.
failed='(notconn [1-9][0-9]* eio [0-9]+|notconn 0 eio [1-9][0-9]*)'
counts="counts [0-9]+ done [1-9][0-9]* $failed refused [0-9]+ other 0 "
result "load ran before every kill" same "$(times 'under-load [0-9]+ done [1-9]')" "$rounds"
result "a loss that lasts is noticed" same "$(times 'noticed')" $(((rounds + 1) / 2))
result "requests are refused then" same "$(times 'refused [0-9]+ 1')" $(((rounds + 1) / 2))
result "a new server is noticed in every round" same "$(times 'back')" "$rounds"
result "reads work again" same "$(times 'reads')" "$rounds"
result "the watch fires again" same "$(times 'fires [0-9]')" "$rounds"
result "operations failed with the documented errors only" same "$(times "$counts")" "$rounds"
result "a suspend that is cancelled fails nothing" \
	has "$(fact while-dozing)" '^done [1-9][0-9]* notconn 0 eio 0 refused 0 other 0 '
result "it works before and after a suspend" same "$(times dozed) $(times slept)" "1 1"
result "a suspend makes transactions begin anew, and fails nothing else" \
	has "$(fact while-asleep)" '^done [1-9][0-9]* notconn 0 eio 0 refused [0-9]+ other 0 '
result "the watch fires after it" same "$(times fires-after-sleep)" 1
result "all tasks stop" same "$(fact stopped)" 0
result "nothing is left under way" same "$(times idle)" 1
result "slab memory did not grow by 16 kB a round" \
	test "$(fact slab-late)" -lt $(($(fact slab-early) + 16 * rounds))
result "the module unloads" same "$(times unloaded)" 1
result "it loads with no server" same "$(fact late-state)" lost
result "it refuses requests then" same "$(fact late-refused)" 1
result "it works when a server comes" same "$(times late-reads)" 1
result "everything unloads" same "$(times all-unloaded)" 1
result "no complaint in the log" clean_log "$dir/guest-dmesg.log"
diagnose "$(grep '^fact \(counts\|slab\)' <<<"$out")"
finish
