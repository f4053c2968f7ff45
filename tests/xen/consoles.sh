#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Further consoles: they come, carry bytes, misbehave, and go.
#
# xl makes such consoles only together with a guest, and only QEMU's xenpv
# machine serves them; xenconsoled serves the primary one alone. So dom0's
# script writes the nodes in XenStore that a toolstack would, and a program of
# ours, tests/peer/xencons-peer.c, is the backend. That one can also do what no
# honest backend does: keep the page, or move an index to where it cannot be.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
bytes=${3:-200000}
name=consoles-$guest-$kernel
dir=build/xenhost/$name
modules=()
while read -r module; do
	modules+=(--copy "$module")
done < <(make -s modules-list KERNEL="$kernel")

one=$(hvc "$guest" 1) two=$(hvc "$guest" 2)
printf '%s\n' "bytes=$bytes" "one=$one two=$two four=$(hvc "$guest" 4)" |
	tee "$work/guest.sh" >"$work/dom0.sh"
cat >>"$work/guest.sh" <<'EOF'
debug=/sys/kernel/debug/xendomu
turn() { echo "ready $1"; read -r -t 120 said || { echo "dom0 is silent"; exit 1; }; }
# until_true WHAT COMMAND...: waits at most 20 s.
until_true()
{
	what=$1; shift; n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1)); [ $n -lt $((400 + bytes / 2000)) ] || { echo "in vain: $what"; return 1; }
		usleep 50000
	done
}
logged() { dmesg | grep -q "$1"; }
not_logged() { ! logged "$1"; }
count() { grep -c "$1" $debug/$2; }
reclaim() { sed -n 's/^reclaim: //p' $debug/grants; }
has_reclaim() { [ "$(reclaim)" = "$1" ]; }
has_half() { [ "$(wc -c <in)" -ge $((bytes / 2)) ]; }
taken() { sed -n "/^console $1:/,\$ s/^ *bytes_in: //p" $debug/console | head -n 1; }
khvcd_ticks() { sed 's/.*) //' /proc/$(pidof khvcd)/stat | cut -d ' ' -f 13; }
gone() { ! kill -0 "$1"; }
# line_of TTY FD: what comes in there; then the same goes out.
line_of() { stty -F /dev/$1 -echo; read -r line <&$2; echo "line on $1: $line"; echo "echo $line" >&$2; }

# The first terminal that is opened becomes this shell's own.
trap '' HUP
for m in xendomu xendomu-events xendomu-grant xendomu-xenstore xendomu-console; do
	insmod $m.ko || exit 1
done
dmesg -n 1
ports_before=$(count . events)
turn plugged1
insmod xendomu-console-front.ko || exit 1
until_true first logged "console 1 is /dev/$one"
turn plug2
until_true second logged "console 2 is /dev/$two"
exec 5<>/dev/$one 6<>/dev/$two
stty -F /dev/$one raw -echo; stty -F /dev/$two raw -echo

head -c $bytes /dev/urandom >data
echo "sent $(sha256sum <data)"
cat data >&5
turn out
turn in_begin
head -c $bytes <&5 >in & reader=$!
until_true half has_half
kill -STOP $reader; sleep 1
stopped_at=$(taken 1) ran=$(khvcd_ticks)
sleep 3
echo "while the reader stood still: $(($(taken 1) - stopped_at)) bytes, $(($(khvcd_ticks) - ran)) ticks of hvc's thread"
kill -CONT $reader
until_true all gone $reader
echo "got $(sha256sum <in)"
turn in

stty -F /dev/$one sane -echo
(read -r line <&5; echo "reader of the closed console: status $?") & reader=$!
turn close1
until_true hangup gone $reader
wait $reader
echo "write to a hung-up terminal: $(echo x 2>&1 >&5)"
echo "kept page: reclaim $(reclaim)"
turn kept
until_true unmapped has_reclaim 0
echo "returned page: reclaim $(reclaim)"
exec 5>&-
turn again1
until_true again eval '[ "$(dmesg | grep -c "console 1 is /dev/$one")" = 2 ]'
exec 5<>/dev/$one
turn line
line_of $one 5

turn insane3
until_true insane3 logged "backend of console 3 breaks"
turn insane4
until_true opened logged "console 4 is /dev/$four"
until_true insane4 logged "backend of console 4 breaks"
(echo more >/dev/$four) 2>&1 | sed 's/^/broken: /'
echo "breaks $(dmesg | grep -c 'breaks the protocol')"
line_of $two 6
turn vanish
until_true vanish3 logged "console 3, .*, is gone"
until_true vanish4 logged "console 4, .*, is gone"
cat $debug/console

rmmod xendomu-console-front 2>&1; echo "front in use $?"
exec 6>&-
turn hold
until_true hung logged "console 1, /dev/$one, is gone"
rmmod xendomu-console-front; echo "front unloaded $?"
echo "granted to who holds it: $(grep -c '^ref.*domain 0' $debug/grants) reclaim $(reclaim)"
echo "ports $ports_before $(count . events)"
turn unloaded
until_true released has_reclaim 0
echo "own grants $(grep -c '^ref.*domain 0' $debug/grants) reclaim $(reclaim)"
insmod xendomu-console-front.ko
until_true reload eval '[ "$(dmesg | grep -c "console 2 is /dev/hvc")" = 2 ]'
echo "reloaded $(dmesg | grep 'console 2 is' | tail -n 1 | sed 's/.*console 2/console 2/')"
turn reloaded
rmmod xendomu-console-front; echo "front unloaded again $?"
# Somebody keeps the first one open, which was hung up long ago.
rmmod xendomu-console 5>&- & rmmod=$!
sleep 2
kill -0 $rmmod 2>/dev/null && echo "console waits for the last terminal"
exec 5>&-
until_true unload gone $rmmod
for m in xenstore grant events; do rmmod xendomu-$m || exit 1; done
rmmod xendomu && echo "all unloaded"
EOF
cat >>"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1$" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 2400 ] || { echo "no $1"; exit 1; }; usleep 50000; done; }
go() { echo on >"$GUEST_INPUT"; }
fe() { echo "/local/domain/$GUEST_DOMID/device/console/$1"; }
be() { echo "/local/domain/0/backend/console/$GUEST_DOMID/$1"; }
plug()
{
	xenstore-write "$(be $1)" ""
	xenstore-chmod "$(be $1)" n0 "r$GUEST_DOMID"
	xenstore-write "$(be $1)/frontend" "$(fe $1)" "$(be $1)/frontend-id" "$GUEST_DOMID" \
		"$(be $1)/online" 1 "$(be $1)/state" 2
	xenstore-write "$(fe $1)" ""
	xenstore-chmod "$(fe $1)" "n$GUEST_DOMID" r0
	xenstore-write "$(fe $1)/backend-id" 0 "$(fe $1)/state" 1 "$(fe $1)/backend" "$(be $1)"
}
unplug() { xenstore-rm "$(fe $1)"; xenstore-rm "$(be $1)"; }
fe_state() { n=0; until [ "$(xenstore-read "$(fe $1)/state")" = $2 ]; do n=$((n + 1)); [ $n -lt 400 ] || { echo "console $1 not in state $2"; exit 1; }; usleep 50000; done; }
be_state() { xenstore-write "$(be $1)/state" $2; }
# serve N [HOW]: peer_N is its number, keys to it go to /tmp/in.N.
serve()
{
	fe_state $1 3
	rm -f /tmp/in.$1; mkfifo /tmp/in.$1
	sleep 1000 >/tmp/in.$1 & eval holder_$1=$!
	./xencons-peer "$GUEST_DOMID" "$(xenstore-read "$(fe $1)/ring-ref")" \
		"$(xenstore-read "$(fe $1)/port")" $2 </tmp/in.$1 >/tmp/out.$1 2>&1 &
	eval peer_$1=$!
	be_state $1 4
	fe_state $1 4
}
stop() { eval "kill \$peer_$1 \$holder_$1"; eval "wait \$peer_$1"; echo "peer $1 ended $?"; }
has_bytes() { [ "$(wc -c </tmp/out.$1)" -ge "$2" ]; }
wait_bytes() { n=0; until has_bytes $1 $2; do n=$((n + 1)); [ $n -lt 2400 ] || { echo "console $1: $(wc -c </tmp/out.$1) bytes only"; exit 1; }; usleep 50000; done; }

ready plugged1; plug 1; go
serve 1
ready plug2; plug 2; serve 2; go
ready out; wait_bytes 1 $bytes; echo "got $(sha256sum </tmp/out.1)"; go
ready in_begin
head -c $bytes /dev/urandom >/tmp/data; echo "sent $(sha256sum </tmp/data)"
go
cat /tmp/data >/tmp/in.1
ready in; go
ready close1; sleep 1; be_state 1 5; fe_state 1 6; be_state 1 6; go
ready kept; grant-dump $GUEST_DOMID | tail -n 1 | sed 's/^/mapped while kept: /'; stop 1; unplug 1; go
ready again1; plug 1; serve 1; go
ready line; echo "hello one" >/tmp/in.1; go
n=0; until grep -qa "echo hello one" /tmp/out.1; do n=$((n + 1)); [ $n -lt 400 ] || break; usleep 50000; done
grep -a "echo hello one" /tmp/out.1
ready insane3; plug 3; go; serve 3 insane-in
ready insane4; plug 4; go; serve 4 insane-out
echo "hello two" >/tmp/in.2
n=0; until grep -qa "echo hello two" /tmp/out.2; do n=$((n + 1)); [ $n -lt 400 ] || break; usleep 50000; done
grep -a "echo hello two" /tmp/out.2
ready vanish; unplug 3; unplug 4; stop 3; stop 4; go
ready hold; be_state 1 5; fe_state 1 6; be_state 1 6; stop 1; unplug 1; go
ready unloaded
echo "state after unload $(xenstore-read "$(fe 2)/state")"
stop 2; be_state 2 6
grant-dump $GUEST_DOMID | tail -n 1 | sed 's/^/mapped after unload: /'
go
fe_state 2 1; be_state 2 2; serve 2
ready reloaded; be_state 2 5; go
fe_state 2 6; stop 2; be_state 2 6
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout $((500 + bytes / 20000)) \
	"${modules[@]}" --copy build/xencons-peer \
	--dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
dom0=$(cat "$dir/dom0-script.out")

sum()
{
	sed -n "s/^$2 \([0-9a-f]\{64\}\).*/\1/p" <<<"$1"
}

has_no()
{
	! grep -E -- "$2" <<<"$1" >&2
}

result "a console that was announced before the module, and one after" \
	has_no "$out" 'in vain: (first|second)'
result "$bytes bytes go out unchanged" same "$(sum "$dom0" got)" "$(sum "$out" sent)"
result "$bytes bytes come in unchanged, though the reader stops for a while" \
	same "$(sum "$out" got)" "$(sum "$dom0" sent)"
result "meanwhile nothing is taken, and hvc's thread does not spin" \
	has "$out" '^while the reader stood still: 0 bytes, [0-9] ticks'
result "a console that closes hangs its terminal up" has "$out" '^reader of the closed console: status 1$'
result "which takes no more text" has "$out" '^write to a hung-up terminal: .*(I/O error|Input/output error)'
result "a page that the backend keeps waits" has "$out" '^kept page: reclaim 1$'
result "until the backend lets go" has "$out" '^returned page: reclaim 0$'
result "a console comes again by the same number" has "$out" "^line on $one: hello one\$"
result "and speaks" has "$dom0" '^echo hello one'
result "insane indices close their consoles, with one line each" has "$out" '^breaks 2$'
result "and are opened no more" has "$out" '^broken: .*(I/O error|Input/output error)'
result "others do not notice: in" has "$out" "^line on $two: hello two\$"
result "others do not notice: out" has "$dom0" '^echo hello two'
result "consoles whose nodes vanish are gone" has_no "$out" 'in vain: vanish'
result "the module stays while a terminal is open" has "$out" '^front in use [1-9]'
result "and goes when it is closed" has "$out" '^front unloaded 0$'
result "its consoles are closed then" has "$dom0" '^state after unload 6$'
result "no page of it is granted" has "$out" '^own grants 2 reclaim 0$'
result "no port of it is bound" \
	same "$(sed -n 's/^ports \(.*\) .*/\1/p' <<<"$out")" "$(sed -n 's/^ports .* //p' <<<"$out")"
result "Xen sees no page of the guest mapped" has "$dom0" '^mapped after unload: 0$'
result "loaded again, it takes the console that waits" has "$out" '^reloaded console 2 is /dev/hvc'
result "the console module waits for a hung-up terminal that is open still" \
	has "$out" '^console waits for the last terminal$'
result "all modules unload" has "$out" '^all unloaded$'
result "the scripts came to their ends" test "$status" -eq 0 -a -z "$(grep -E '^in vain' <<<"$out")"
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$(grep -vE '^ready' <<<"$out"; echo "--- dom0"; echo "$dom0")"
finish
