#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# /dev/xen/xenbus under programs that are many, greedy, or dying.
#
# Many at once get their own answers. One that never reads has to wait, and one
# that does not look at its events gets fewer. The dead leave nothing: no watch
# here, no watch and no transaction at the store (which grants a guest so many
# that what is left over would show), no memory. The module stays while the
# device is open, and takes everything along when it goes. When the store is
# lost, that is an answer.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
name=xenstore_device-$guest-$kernel
files=build/$name

prepare()
{
	rm -rf "$files"
	pack_programs "$files" xenstore-{ls,read,watch,write} build/store-{client,raw}
	cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$files/lib/"
}

make -s build/store-client build/store-raw
prepare
cat >"$files/guest.sh" <<'END'
export PATH="$PWD/bin:$PATH" LD_LIBRARY_PATH="$PWD/lib"
state=/sys/kernel/debug/xendomu/xenstore
watches() { grep -c '^watch ' $state; }
uses() { sed -n 's/^xendomu_xenstore [0-9]* \([0-9]*\) .*/\1/p' /proc/modules; }
# Pieces of memory as large as the answers that the dead did not read.
pages() { awk '/^kmalloc.*-4k/ { n += $2 } END { print n }' /proc/slabinfo; }
# Waits until COMMAND prints VALUE, at most 5 s.
soon() { n=0; until [ "$($2)" = "$1" ] || [ $n -ge 100 ]; do n=$((n + 1)); usleep 50000; done; $2; }

read -r go
echo "mode $(ls -l /dev/xen/xenbus | cut -c 1-10)"
echo "link $(readlink /proc/xen/xenbus)"
store-client refused
store-raw beyond
echo "reads $(XENSTORED_PATH=/proc/xen/xenbus xenstore-read name)"

domid=$(xenstore-read domid)
for i in 1 2; do
	timeout 60 xenstore-watch -n 20 data/writer | sed 's/.*/event/' &
done
echo "watches there $(soon 2 watches)"
for i in 1 2; do
	timeout 60 store-client poll 150 &
	timeout 60 store-client writer 60 &
	(n=0; while [ $n -lt 5 ]; do timeout 30 xenstore-ls -f "/local/domain/$domid" | grep -c '/name = "guest"$'; n=$((n + 1)); done |
		sort | uniq -c | sed 's/^ */listed /') &
done
wait

timeout 100 store-client flood
timeout 100 store-client unread 600
echo "watches before $(soon 0 watches)"
before=$(pages)
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	timeout 30 store-client die
done 2>/dev/null
for i in 1 2 3 4; do
	timeout 60 store-client die full
done 2>/dev/null
echo "watches after $(soon 0 watches)"
timeout 30 store-client count
echo "uses after $(soon 0 uses)"
sleep 1
after=$(pages)
[ "$before" -gt 0 ] && [ $((after - before)) -lt 80 ] && echo "memory back"
echo "pages before $before, after $after"
echo "dead $(xenstore-read data/dead 2>&1)"
echo "half $(xenstore-read data/half 2>&1)"
grep -E '^(bad events|unknown):' $state

store-client hold 60 &
holder=$!
soon 1 uses >/dev/null
rmmod xendomu-xenstore 2>/dev/null && echo "unloaded while open"
echo "uses while open $(uses)"
kill -9 $holder
wait $holder 2>/dev/null
soon 0 uses >/dev/null
rmmod xendomu-xenstore && echo "unloaded when closed"
ls -d /dev/xen/xenbus /proc/xen 2>/dev/null | sed 's/^/still there: /'
insmod xendomu-xenstore.ko && echo "loaded again $(xenstore-read name)"
timeout 60 store-client lost
END
cat >"build/$name-dom0.sh" <<'END'
data=/local/domain/$GUEST_DOMID/data
long=0123456789abcdef
while [ ${#long} -lt 4000 ]; do long=$long$long; done
xenstore-write $data/long "$(echo $long | head -c 4000)"
echo go >"$GUEST_INPUT"
n=0
until grep -q '^ready lost' "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 4000 ] || exit 1; usleep 50000; done
killall -9 xenstored
usleep 300000
echo on >"$GUEST_INPUT"
END

# Without those that use XenStore themselves.
modules=()
for module in xendomu xendomu-events xendomu-xenstore; do
	modules+=(--insmod "build/modules/$kernel/$module.ko")
done
# shellcheck disable=SC2016 # for the guest's shell
out=$(scripts/xenhost run --guest "$guest" --kernel "$kernel" --name "$name" --timeout 600 \
	--memory 256 "${modules[@]}" --copy "$files" --dom0 "build/$name-dom0.sh" \
	'mkdir -p /lib64; cp xenstore_device-*/lib/ld-linux* /lib64/; mv xenstore_device-*/* .; sh guest.sh') || true
echo "$out" >"build/$name.out"

lines()
{
	grep -c "^$1\$" <<<"$out" || true
}

result "only root may open it" has "$out" '^mode crw-------$'
result "somebody else may not" has "$out" '^refused: Permission denied$'
result "/proc/xen/xenbus leads to it" has "$out" '^link /dev/xen/xenbus$'
result "and works" has "$out" '^reads guest$'
result "a commit of no transaction is answered" \
	has "$out" '^end without a transaction: type 16, .*ENOENT'
result "a read of no bytes returns" has "$out" '^read no bytes: 0$'
result "and takes nothing" has "$out" '^read: type 16, req_id 0x2, .*ENOENT'
result "poll-driven clients get their answers" same "$(lines 'poll: 150 of 150 answers')" 2
result "writers read what they wrote" same "$(lines 'writer: 60 values')" 2
result "two programs watch" has "$out" '^watches there 2$'
result "watchers see 20 events each" same "$(lines event)" 40
result "listings are whole" same "$(lines 'listed 5 1')" 2
result "who never reads has to wait" \
	has "$out" '^flood: full, POLLOUT off, waits, then guest, POLLOUT on$'
result "who ignores events gets fewer, and one that says so" \
	has "$out" '^unread: some dropped, marked, then data/unread/$'
result "programs that end leave no watch" has "$out" '^watches before 0$'
result "killed ones leave none either" has "$out" '^watches after 0$'
result "nor a transaction or watch at the store" has "$out" '^count: 11 transactions, 100 watches$'
result "nor memory" has "$out" '^memory back$'
result "nor a use of the module" has "$out" '^uses after 0$'
result "what they wrote in transactions is not there" has "$out" "^dead .*couldn't read"
result "nor what they wrote half" has "$out" "^half .*couldn't read"
result "no event or answer came for nobody" same "$(grep -E '^(bad|unknown)' <<<"$out" | grep -c ': 0$')" 2
result "the module stays while the device is open" has "$out" '^uses while open 1$'
result "and is not unloaded" same "$(lines 'unloaded while open')" 0
result "it unloads when it is closed" has "$out" '^unloaded when closed$'
result "the device goes with it" same "$(lines 'still there: .*')" 0
result "and comes again" has "$out" '^loaded again guest$'
result "a lost store is an answer" \
	has "$out" '^lost: read 16 EIO, end EIO, watch EIO, unwatch OK$'
result "no complaint in the guest's log" clean_log "build/xenhost/$name/guest-dmesg.log"
finish
