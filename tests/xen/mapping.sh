#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Mapping pages that another domain grants.
#
# A program in dom0 shares pages with the guest. The guest maps them, reads
# and writes them, has Xen copy from and to them, and unmaps them: at once, and
# when another user of a page lets go. What must be refused is tried as well:
# a reference and a domain that are not there, a page that is in use, in domains
# other than PV a page of its own. In the end the guest's pages must be back
# where they came from, and Xen's dump must show none of dom0's pages mapped.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
name=mapping-$guest-$kernel
dir=build/xenhost/$name

mapfile -t modules < <(insmod_all "$kernel")
mkdir -p build
cat >"build/$name-dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; usleep 50000; done; }
lines() { n=0; until [ "$(wc -l <"$1")" -ge "$2" ]; do n=$((n + 1)); [ $n -lt 200 ] || exit 1; usleep 50000; done; }
# Entries of dom0's table that the guest has mapped.
mapped()
{
	grant-dump 0 | awk -v guest="$GUEST_DOMID" '/\[0x/ && $3 == guest { n++ } END { print n + 0 }'
}
mkfifo /tmp/rw-in /tmp/ro-in
./gntshr-peer "$GUEST_DOMID" 4 rw </tmp/rw-in >/tmp/rw-out 2>&1 &
exec 3>/tmp/rw-in
./gntshr-peer "$GUEST_DOMID" 1 ro </tmp/ro-in >/tmp/ro-out 2>&1 &
exec 4>/tmp/ro-in
lines /tmp/rw-out 1
lines /tmp/ro-out 1
echo "fact mapped_before $(mapped)"
ready refs
echo "$(sed 's/^refs //' /tmp/rw-out) $(sed 's/^refs //' /tmp/ro-out) $GUEST_DOMID" >"$GUEST_INPUT"
ready mapped
echo "fact mapped_meanwhile $(mapped)"
printf 'show %d\n' 0 1 2 3 >&3
echo "show 0" >&4
lines /tmp/rw-out 5
lines /tmp/ro-out 2
sed -n 's/^shows \([0-9]*\)/fact page\1/p' /tmp/rw-out
sed -n 's/^shows 0/fact readonly/p' /tmp/ro-out
echo on >"$GUEST_INPUT"
ready unmapped
echo "fact mapped_afterwards $(mapped)"
echo "show 3" >&3
lines /tmp/rw-out 6
sed -n 's/^shows 3/fact copied/p' /tmp/rw-out | tail -n 1
exec 3>&- 4>&-
wait
echo "fact peers $(tail -n 1 /tmp/rw-out) $(tail -n 1 /tmp/ro-out)"
echo on >"$GUEST_INPUT"
EOF

# Taking a page is a call of Xen's or two where none is left from before.
rounds=1200
[[ $guest != hvm ]] || rounds=100
echo "guest=$guest rounds=$rounds" >"build/$name-guest.sh"
cat >>"build/$name-guest.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
# fact NAME COMMAND: prints the answer, or the error, with NAME before each line
fact() { n=$1; shift; { echo "$*" 2>&1 >$cmd; cat $cmd; } | sed -E "s/^.*(write error|can't create)/error/; s/^/$n /"; }
scratch() { grep -c 'Xen scratch' /proc/iomem; }
echo "ready refs"; read -r r0 r1 r2 r3 ro own
echo "refs $r0 $r1 $r2 $r3"
fact alloc alloc 5
fact vacant frames
fact map map 0 rw "$r0" "$r1" "$r2" "$r3" 1000000
fact marks marks
fact frames frames
fact text0 text 0
fact text3 text 3
fact put0 put 0 the guest was at 0
fact put3 put 3 the guest was at 3
fact remap remap
fact misunmap misunmap
fact still marks
fact kept_text text 0
echo "ready mapped"; read -r said
fact populated populated 0 "$r1"
fact unmap unmap
fact unmapped_marks marks
fact unmapped_frames frames
fact again map 0 ro "$r0" "$r1" "$r2" "$r3" "$ro"
fact ro_text text 4
fact poke poke 4
fact poked text 4
fact sync_hold hold 2 2000
fact sync unmap_sync
fact third map 0 rw "$r0" "$r1" "$r2" "$r3" "$r0"
fact same_text text 4
fact async_hold hold 1 2000
fact async unmap_async
fact busy unmapped
fact busy_text text 1
n=0; until echo unmapped >$cmd 2>/dev/null; do n=$((n + 1)); [ $n -lt 200 ] || break; usleep 20000; done
fact async_done unmapped
fact quick_map map 0 rw "$r0" "$r1" "$r2" "$r3" "$r0"
fact quick unmap_async
fact quick_done unmapped
fact nodomain map 4711 rw "$r0" "$r1" "$r2" "$r3" "$r0"
fact nodomain_marks marks
[ $guest = pv ] || fact own map "$own" rw "$r0" "$r1" "$r2" "$r3" "$r0"
fact own_marks marks
fact writable map 0 rw "$ro" "$r1" "$r2" "$r3" "$r0"
fact writable_unmap unmap
fact twice twice
fact copy copy 0 "$r3" a copy by Xen
fact badcopy copy 0 1000000 nothing
fact rocopy copy 0 "$ro" nothing
fact batch batch 0 "$r1" "$r3"
fact badbatch batch 0 "$r1" 1000000
[ $guest != pv ] || fact ptes ptes 0 "$r2"
fact lose lose 0 "$r2"
fact cache cache 64
fact free free
fact realloc alloc 5
fact free free
before=$(scratch)
i=0; while [ $i -lt $rounds ]; do echo "cache 64" >$cmd || break; i=$((i + 1)); done
echo "scratch $before $(scratch) $i"
# Gone with its pages mapped, the driver unmaps them itself.
fact last_alloc alloc 5
fact last map 0 rw "$r0" "$r1" "$r2" "$r3" "$r0"
for m in testdrv xenbus console-front console xenstore grant events; do rmmod xendomu-$m || break; done; rmmod xendomu && echo "unloaded yes"
echo "ready unmapped"; read -r said
dmesg | sed -n 's/^\[[^]]*\] xendomu_grant: /log /p'
EOF

out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout 500 \
	"${modules[@]}" --insmod "build/drivers/$kernel/driver/xendomu-testdrv.ko" --copy build/gntshr-peer \
	--dom0 "build/$name-dom0.sh" "build/$name-guest.sh") || out="$out
status $?"
dom0=$(cat "$dir/dom0-script.out")

# fact NAME: what was said of it, the lines joined
fact()
{
	sed -n "s/^$1 //p" <<<"$out" | paste -sd '|'
}

dom0_fact()
{
	sed -n "s/^fact $1 //p" <<<"$dom0"
}

# is TEXT NAME VALUE
is()
{
	result "$1" same "$(fact "$2")" "$3"
}

dom0_is()
{
	result "$1" same "$(dom0_fact "$2")" "$3"
}

read -r -a refs <<<"$(fact refs)"
marked=$(printf 'mark %d domain 0 ref %d|' 0 "${refs[0]-}" 1 "${refs[1]-}" 2 "${refs[2]-}" 3 "${refs[3]-}")
marked+='mark 4 none'
unmarked='mark 0 none|mark 1 none|mark 2 none|mark 3 none|mark 4 none'
frames=0 free_frames=0 has_frame='error: Invalid argument|status -1'
if [[ $guest == pv ]]; then
	frames=4
else
	# There the hypervisor translates, and every page seems to have a frame.
	frames=5 free_frames=5
fi

is "a window of pages has no frames" vacant "$free_frames"
is "four of dom0's pages are mapped, a reference that is not there is refused" \
	map 'status 0 0 0 0 -3'
is "each mapped page is marked with domain and reference" marks "$marked"
is "the kernel knows of the frames" frames "$frames"
is "the first page holds what dom0 wrote" text0 'page 0 of dom0'
is "the last page holds what dom0 wrote" text3 'page 3 of dom0'
dom0_is "Xen's dump had none of dom0's pages mapped before" mapped_before 0
dom0_is "Xen's dump shows the four" mapped_meanwhile 4
dom0_is "dom0 finds what the guest wrote into the first" page0 'the guest was at 0'
dom0_is "dom0 finds what the guest wrote into the last" page3 'the guest was at 3'
dom0_is "dom0 finds the others as they were" page1 'page 1 of dom0'

is "mapping over a mapping is refused" remap "$has_frame"
is "a page two times in one batch is refused" twice 'error: Invalid argument|status -1 -1'
is "unmapping with somebody else's handle is refused" misunmap 'status -4'
is "and changes no mark" still "$marked"
is "and no page" kept_text 'the guest was at 0'
is "mapping over a page's own memory is refused" populated "$has_frame"

is "unmapping tells which page was not mapped" unmap 'status 0 0 0 0 -4'
is "no page is marked then" unmapped_marks "$unmarked"
is "no page has a frame then" unmapped_frames "$free_frames"
is "the same pages can be mapped again, for reading" again 'status 0 0 0 0 0'
is "a page shared for reading can be read" ro_text 'page 0 of dom0'
is "a page mapped for reading cannot be written" poked 'page 0 of dom0'
[[ $guest != pv ]] || is "and the write faults" poke fault
dom0_is "dom0 finds its read-only page as it was" readonly 'page 0 of dom0'
is "mapping a read-only page for writing is refused" writable 'status -1 0 0 0 0'
is "a domain that does not exist is told" nodomain 'status -2 -2 -2 -2 -2'
is "and leaves no mark" nodomain_marks "$unmarked"
[[ $guest == pv ]] || is "where the hypervisor translates, a page of this domain is refused" own \
	'error: Operation not supported|status -1 -1 -1 -1 -1'
is "and has no mark" own_marks "$unmarked"

result "a synchronous unmap waits for the page's other user" has "$(fact sync)" '^held 1 0'
result "and unmaps" has "$(fact sync)" 'status 0 0 0 0 0'
is "an asynchronous unmap waits for the page's other user" busy 'error: Device or resource busy'
is "who can use the page meanwhile" busy_text 'page 1 of dom0'
is "and unmaps then" async_done 'result 0|status 0 0 0 0 0'
is "without other users it unmaps at once" quick_done 'result 0|status 0 0 0 0 0'

is "Xen copies from dom0's page and to it" copy 'status 0 0|found the guest was at 3'
dom0_is "dom0 finds the copy" copied 'a copy by Xen'
is "copying with a reference that is not there is refused" badcopy 'status -3 -3|found '
is "copying to a read-only page is refused" rocopy 'status 0 -1|found page 0 of dom0'
is "a batch is mapped without pages" batch 'found page 1 of dom0|found a copy by Xen'
is "a batch says which operation was refused" badbatch 'found page 1 of dom0|status -3'
[[ $guest != pv ]] || is "a page is mapped through page table entry and kernel address" ptes \
	'status 0 0|found page 2 of dom0|found page 2 of dom0|status 0 0 foreign 0'
is "a page freed while it is mapped is not given out again" lose 'given out again 0'
is "a page cache gives back what it got" cache 'put 64 got 63 1 half 32 none 0'

words() { fact "$1" | tr ' ' '\n' | sort; }
if [[ $guest == hvm ]]; then
	is "$((rounds * 64)) pages are taken from the kernel's and given back" scratch "0 0 $rounds"
else
	result "the pages are the same ones as at the beginning" \
		same "$(words realloc)" "$(words alloc)"
	result "$((rounds * 64)) pages taken and given back need no new address space" \
		has "$(fact scratch)" "^([1-9]) \\1 $rounds\$"
fi
is "a driver that goes unmaps" last 'status 0 0 0 0 0'
is "all modules unload" unloaded yes
dom0_is "Xen's dump has none of dom0's pages mapped afterwards" mapped_afterwards 0
dom0_is "dom0 gets its pages back" peers 'unshared unshared'
refused=5
[[ $guest == pv ]] || refused=6
lines=$(grep -c '^log ' <<<"$out")
result "each page refused is worth one line in the log" same "$lines" "$refused"
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
((test_failed == 0)) || diagnose "$out
$dom0"
finish
