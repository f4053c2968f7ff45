#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The event channel API in a guest, with both of Xen's ABIs.
#
# A port of the guest's is connected to another one of the guest's by every
# function that binds, and events go both ways. Late EOI, masking, counted and
# shared ports, VIRQs, IPIs, a peer in dom0, more ports than one page of the
# kernel's has room for. What debugfs says of ports must be what Xen's own dump
# says, and in the end, with drivers unloaded that had ports bound, that dump
# must be as it was.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2
copies=(--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko" --copy build/evtchn-peer)
while read -r module; do
	copies+=(--copy "$module")
done < <(make -s modules-list KERNEL="$kernel")

cat >"$work/rest.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
events=/sys/kernel/debug/xendomu/events
self=0x7ff0
driver() { echo "$*" >$cmd && cat $cmd; }
fact() { echo "$*"; }
your_turn() { echo "ready $*"; read -r said; }
count() { driver evcount $1 | cut -d' ' -f1; }
# The handler runs at once, perhaps on the other vCPU.
settle() { usleep 50000; }
# Waits until a handler was called that often, at most 5 s, and a little more.
reach() { driver evirq $1 pending >/dev/null 2>&1 || return 0; n=0; while [ "$(count $1)" -lt $2 ] && [ $n -lt 50 ]; do n=$((n + 1)); usleep 100000; done; settle; }
line() { grep "^port $1 " $events; }
# field PORT NAME: what follows that word
field() { line $1 | sed -n "s/.* $2 \([^ ]*\).*/\1/p"; }
# five SENDER RECEIVER: events one by one, prints how many came
five() { driver evpass $1 $2 5; }
# pair HOW: slot 1 has a port of ours, bound that way; slot 0 is connected to it
pair() {
	port=$(driver evopen $self)
	fact "bind $1 $(driver evbind 1 $1 $port)"
	fact "connect $1 $(driver evbind 0 ${2:-inter} $port $self)"
	driver evreact 0 eoi; driver evreact 1 eoi; driver eveoi 0 0
}
unpair() { driver evunbind 0; driver evunbind 1; }

your_turn before
insmod xendomu.ko && insmod xendomu-events.ko $parameters || exit 1
for m in xendomu-grant xendomu-xenstore xendomu-testdrv; do insmod $m.ko || exit 1; done
fact "abi $(sed -n 's/^# ABI: //p' $events)"

for how in plain shared late static irq irqlate; do
	pair $how $([ $how = irq ] && echo interirq)
	fact "there $how $(five 0 1)"
	fact "back $how $(five 1 0)"
	fact "line $how $(line $port | sed 's/.* bound //')"
	unpair; fact "left $how $(line $port)"
	# On a kernel before 6.6 the interrupt of a static port stays with it.
	[ $how = static ] || fact "closed $how $(line $port)x"
done
fact "line inter $(pair plain >/dev/null; grep ' bound interdomain lateeoi refs 1 by test$' $events | wc -l)"
fact "device $(driver evdev 0)"
unpair

pair static >/dev/null; driver evunbind 1
fact "static again $(driver evbind 1 static $port | cut -d' ' -f2) of $port"
fact "static events $(five 0 1)"
unpair; fact "static left $(line $port)"

pair late >/dev/null; driver evreact 1 count
driver evsend 0 1; reach 1 1; fact "late first $(count 1)"
for i in 1 2 3; do driver evsend 0 1; done; settle
fact "late before eoi $(count 1) pending $(field $port pending)"
driver eveoi 1 0; reach 1 2; fact "late after eoi $(count 1) pending $(field $port pending)"
driver eveoi 1 0; settle; fact "late nothing more $(count 1)"
driver evreact 0 spurious
fact "spurious events $(five 1 0)"
driver evdev 0 | sed 's/^/spurious /'
usleep 500000; for i in 1 2 3 4; do driver evsend 1 1; usleep 10000; done; sleep 2
fact "spurious late $(count 0)"
unpair

pair plain >/dev/null; old=$(count 1)
driver evirq 1 disable; driver evsend 0 1; settle; driver evsend 0 1; settle
fact "disabled calls $(($(count 1) - old)) masked $(field $port masked) pending $(field $port pending) test $(driver evirq 1 pending)"
your_turn dump; line $port | sed 's/^/dumped /'; fact "dumped by itself"; cat $events | sed 's/^/all /'
your_turn dumped
fact "poll at once $(driver evpoll 1 3000)"
driver evirq 1 clear; fact "cleared pending $(driver evirq 1 pending) $(field $port pending)"
fact "poll in vain $(driver evpoll 1 300)"
driver evsend 0 1; driver evirq 1 enable; reach 1 $((old + 1)); fact "enabled calls $(($(count 1) - old))"
for p in 0 7 15 16; do fact "priority $p $(driver evprio 1 $p)"; done
other=$(sed -n "s/^port \([0-9]*\) interdomain d[0-9]*:$port .*/\1/p" $events)
fact "flood $(driver evflood $other 20000 1)"
unpair

pair shared >/dev/null
driver evbind 2 shared $port | sed 's/^/shared second /'
driver evreact 2 count; old=$(count 2); fact "shared first $(five 0 1)"; fact "shared both $(($(count 2) - old))"
fact "shared refs $(field $port refs)"
driver evunbind 1; fact "shared left $(five 0 2)"
driver evunbind 2; fact "shared closed $(line $port)x"; driver evunbind 0

pair irq >/dev/null
fact "counted early $(driver evcall get $port)"
fact "counted make $(driver evcall counted $port)"
fact "counted get $(driver evcall get $port) refs $(field $port refs)"
driver evunbind 1; fact "counted open $(line $port | cut -d' ' -f1-3) refs $(field $port refs)"
fact "counted put $(driver evcall put $port)"; fact "counted closed $(line $port)x"; driver evunbind 0

fact "virqhandler $(driver evbind 3 virq 1 1)"; fact "virqirq $(driver evbind 4 virqirq 1 0)"
fact "virq port $(driver evcall virqport 1)"
grep ' bound virq' $events | sed 's/^/virqs /'
fact "ipi 0 $(driver evbind 5 ipi 3 0)"; fact "ipi 1 $(driver evbind 6 ipi 3 1)"
for s in 5 6; do
	driver evsend $s 1; reach $s 1; fact "ipi events $s $(driver evcount $s)"
done 2>/dev/null
your_turn virq; reach 3 1; reach 4 1
fact "virq events $(count 3) $(driver evcount 3 | cut -d' ' -f3) $(count 4)"
for s in 3 4 5 6; do driver evunbind $s; done 2>/dev/null

port=$(driver evopen 0); driver evbind 7 late $port >/dev/null; driver evreact 7 echo
your_turn "peer $port"
fact "peer echoes $(count 7) $(line $port | cut -d' ' -f3-4)"
your_turn "offer"
fact "offered $(driver evbind 8 inter $said 0)"; driver evreact 8 echo; driver eveoi 8 0
your_turn "connected"
fact "offered echoes $(count 8)"
your_turn "gone"; settle
fact "dead peer $(line $port | cut -d' ' -f3-5) irq $(field $port bound)"
driver evunbind 7; driver evunbind 8; fact "dead peer closed $(line $port)x"

last=$(driver evopenmany 1100); fact "many last $last"
fact "many bound $(driver evbind 9 late $last | cut -d' ' -f2)"
fact "many connected $(driver evbind 10 inter $last $self | cut -d' ' -f1)"
driver evreact 9 eoi; fact "many events $(five 10 9)"
fact "many lines $(grep -c ' unbound for ' $events)"
driver evunbind 9; driver evunbind 10

pair plain >/dev/null; driver evbind 11 plain $(driver evopen $self) >/dev/null; driver evopen 0 >/dev/null
driver evbind 12 ipi 2 0 >/dev/null
fact "left to the end $(grep -c ' by test$' $events)"
rmmod xendomu-testdrv && for m in grant xenstore events; do rmmod xendomu-$m || exit 1; done
rmmod xendomu && fact "unloaded yes"
your_turn after
EOF
cat >"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 6000 ] || exit 1; usleep 20000; done; }
go() { echo "${1:-go}" >"$GUEST_INPUT"; }
# Xen's own list of the guest's ports.
dump() {
	xl dmesg -c >/dev/null; xl debug-keys e; usleep 300000
	xl dmesg | sed -n "/information for domain $GUEST_DOMID:/,/information for domain [^$GUEST_DOMID]/p" |
		sed -n 's/.* \([0-9]* \[[0-9]\/[0-9].*\)/\1/p' | sed "s/^/$1 /"
}
said() { n=0; until grep -q "$1" /tmp/$2; do n=$((n + 1)); [ $n -lt 2000 ] || { cat /tmp/$2; exit 1; }; usleep 20000; done; }
ready before; dump before; go
ready dump; dump during; go
ready dumped; go
ready virq; xl debug-keys q; usleep 500000; go
mkfifo /tmp/one /tmp/two
ready peer
./evtchn-peer connect "$GUEST_DOMID" "$(sed -n 's/^ready peer //p' "$GUEST_OUTPUT")" </tmp/one >/tmp/one.out 2>&1 &
one=$!
exec 3>/tmp/one
echo "echo 200" >&3; said echoed one.out; go
ready offer
./evtchn-peer offer "$GUEST_DOMID" </tmp/two >/tmp/two.out 2>&1 &
two=$!
exec 4>/tmp/two
said port two.out; go "$(sed -n 's/^port //p' /tmp/two.out)"
ready connected
echo "echo 200" >&4; said echoed two.out; go
ready gone
kill -9 $one; exec 4>&-; wait $two && echo "peer closed"
sed 's/^/one /' /tmp/one.out; sed 's/^/two /' /tmp/two.out
go
ready after; dump after; go
EOF

# run ABI [PARAMETERS [OPTION...]]: sets out, dom0, dir; with parameters of xendomu-events
run()
{
	local name=events-$guest-$1-$kernel

	{ echo "parameters='${2:-}'"; cat "$work/rest.sh"; } >"$work/guest.sh"

	dir=build/xenhost/$name
	out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --vcpus 2 \
		--timeout 900 --config 'max_event_channels=4096' "${copies[@]}" "${@:3}" \
		--dom0 "$work/dom0.sh" "$work/guest.sh") || out="$out
status $?"
	dom0=$(cat "$dir/dom0-script.out")
}

fact()
{
	sed -n "s/^$1 //p" <<<"$out"
}

# Every port of Xen's dump against its line: which there are, and both bits.
# Between the two the kernel's own ports go on, so bits are compared for ours.
says_as_xen()
{
	local port bits pending masked line
	local -i seen=0

	while read -r port bits; do
		line=$(fact all | grep "^port $port ") || { diagnose "no line for port $port"; return 1; }
		pending=${bits:1:1} masked=${bits:3:1}
		[[ $line == *' by test' ]] || continue
		seen+=1
		[[ $line == *" pending $pending "* && $line =~ " masked "($masked|\?)" " ]] ||
			{ diagnose "Xen says $bits, debugfs $line"; return 1; }
	done < <(sed -n 's/^during //p' <<<"$dom0")
	same "$(fact all | grep -c '^port ')" "$(grep -c '^during ' <<<"$dom0")" && ((seen == 2))
}

judge_ways()
{
	local how

	for how in plain shared late static irq irqlate; do
		result "$abi: bound by $how: five events come" same "$(fact "there $how")" 5
		result "$abi: bound by $how: five events go" same "$(fact "back $how")" 5
		[[ $how == static ]] || result "$abi: bound by $how: closed" same "$(fact "closed $how")" x
	done
	result "$abi: debugfs tells late EOI" same "$(fact 'line late')" "port lateeoi refs 1 by test"
	result "$abi: debugfs tells static" same "$(fact 'line static')" "port static refs 1 by test"
	result "$abi: debugfs tells interdomain" same "$(fact 'line inter')" 1
	result "$abi: unbinding closes all but static" \
		same "$(grep -cE '^left [a-z]* port' <<<"$out")" 1
	result "$abi: the device counts" has "$(fact device)" '^channels 1 events [1-9]'
	result "$abi: static is bound again" has "$(fact 'static again')" '^([0-9]+) of \1$'
	result "$abi: and works" same "$(fact 'static events')" 5
	result "$abi: and stays open" has "$(fact 'static left')" '^port [0-9]+ unbound for d[0-9]+ .* pending [01] masked [1?]'
}

judge_late()
{
	result "$abi: late EOI: the first event comes" same "$(fact 'late first')" 1
	result "$abi: late EOI: none before the EOI" same "$(fact 'late before eoi')" "1 pending 1"
	result "$abi: late EOI: one after it" same "$(fact 'late after eoi')" "2 pending 0"
	result "$abi: late EOI: and no more" same "$(fact 'late nothing more')" 2
	result "$abi: spurious events are counted and delayed" \
		has "$(fact 'spurious channels')" '^1 events [0-9]+ spurious [1-9][0-9]* delayed [1-9]'
}

judge_bits()
{
	result "$abi: a disabled interrupt: masked, pending, not called" \
		same "$(fact 'disabled calls')" "0 masked 1 pending 1 test 1"
	result "$abi: debugfs says what Xen's dump says" says_as_xen
	result "$abi: polling returns at once" test "$(fact 'poll at once')" -lt 3000
	result "$abi: cleared" same "$(fact 'cleared pending')" "0 0"
	result "$abi: polling in vain takes its time" test "$(fact 'poll in vain')" -ge 300 -a \
		"$(fact 'poll in vain')" -lt 3000
	result "$abi: enabled again, the event comes that was not cleared" same "$(fact 'enabled calls')" 1
	result "$abi: of 20000 events the last is seen" \
		has "$(fact flood)" '^20000 [1-9]'
}

judge_users()
{
	result "$abi: a shared port calls both" same "$(fact 'shared both')" 5
	result "$abi: with two references" same "$(fact 'shared refs')" 2
	result "$abi: the other stays when one goes" same "$(fact 'shared left')" 5
	result "$abi: the last one closes" same "$(fact 'shared closed')" x
	result "$abi: a port that is not counted cannot be got" same "$(fact 'counted early')" -22
	result "$abi: a counted one can" same "$(fact 'counted get')" "0 refs 2"
	result "$abi: it stays open until it is put" has "$(fact 'counted open')" "^port [0-9]* interdomain refs 1$"
	result "$abi: then it closes" same "$(fact 'counted closed')" x
}

judge_peer()
{
	result "$abi: a peer connects, 200 events each way" has "$dom0" '^one echoed 200$'
	result "$abi: none more" same "$(fact 'peer echoes')" "200 interdomain d0:$(sed -n 's/^one port //p' <<<"$dom0")"
	result "$abi: we connect to the peer's, 200 events each way" has "$dom0" '^two echoed 200$'
	result "$abi: the peer closes" has "$dom0" '^two closed$'
	result "$abi: a killed peer leaves our port unbound" \
		has "$(fact 'dead peer')" '^unbound for d0 irq port$'
	result "$abi: and it closes" same "$(fact 'dead peer closed')" x
}

judge_end()
{
	result "$abi: more ports than one page has room for" test "$(fact 'many last')" -gt 1024
	result "$abi: the last is bound" same "$(fact 'many bound')" "$(fact 'many last')"
	result "$abi: and works" same "$(fact 'many events')" 5
	result "$abi: debugfs lists them all" test "$(fact 'many lines')" -ge 1098
	result "$abi: a driver unloads with ports bound" same "$(fact 'left to the end')" 4
	result "$abi: all unload" same "$(fact unloaded)" yes
	result "$abi: Xen had a list of ports" test "$(grep -c '^before ' <<<"$dom0")" -gt 4
	result "$abi: Xen's list is as before" \
		same "$(sed -n 's/^after \([0-9]*\) .*\(s=[0-9]*\) n=[0-9]*\(.*\)/\1 \2\3/p' <<<"$dom0")" \
		"$(sed -n 's/^before \([0-9]*\) .*\(s=[0-9]*\) n=[0-9]*\(.*\)/\1 \2\3/p' <<<"$dom0")"
	result "$abi: no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
}

judge_all()
{
	result "$abi: the ABI is told" same "$(fact abi)" "$abi"
	judge_ways
	judge_late
	judge_bits
	judge_users
	judge_peer
	judge_end
}

judge_virqs()
{
	result "$abi: VIRQs of both CPUs" same "$(grep -cE '^virqs .* virq 1 vcpu [01] .* bound virq refs 1 by (test|-)$' <<<"$out")" 2
	result "$abi: the port of a VIRQ" same "$(fact 'virq port')" "$(fact virqirq | cut -d' ' -f2)"
	result "$abi: VIRQ_DEBUG comes, on its CPU" same "$(fact 'virq events')" "1 1 1"
}

abi=fifo
run fifo
judge_all
judge_virqs
result "$abi: an IPI to CPU 0" same "$(fact 'ipi events 5')" "1 cpu 0"
result "$abi: an IPI to CPU 1" same "$(fact 'ipi events 6')" "1 cpu 1"
result "$abi: priorities" same "$(fact 'priority' | tr '\n' ' ')" "0 0 7 0 15 0 16 -22 "

abi=2-level
if [[ $guest == hvm ]]; then
	run 2-level fifo=0
	judge_virqs
	result "$abi: an IPI to CPU 1" same "$(fact 'ipi events 6')" "1 cpu 1"
else
	run 2-level '' --append xen.fifo_events=0
	result "$abi: the kernel has VIRQ_DEBUG" same "$(fact virqhandler)" -17
	result "$abi: none to CPU 1" same "$(fact 'ipi 1')" -95
fi
judge_all
result "$abi: an IPI to CPU 0" same "$(fact 'ipi events 5')" "1 cpu 0"
result "$abi: no priorities" same "$(fact 'priority' | tr '\n' ' ')" "0 -38 7 -38 15 -38 16 -38 "
finish
