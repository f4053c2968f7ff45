#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a driver with a bug, or a Xen that refuses, does to event channels: nothing.
#
# Each call below is wrong. It must be refused, by an error where the API has
# one and by one line in the log, and debugfs must list the same ports as
# before. Then each hypercall that binding makes is made to fail in turn, with
# the same outcome, and the next attempt must work.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2
name=events_bad_input-$guest-$kernel
dir=build/xenhost/$name
drivers=build/drivers/$kernel

# The command | what it answers | how many lines it logs. $open is a port that
# is bound, with interrupt $irq; $timer is the kernel's.
cases()
{
	cat <<-'EOF'
	evcall bind 0|-22|1
	evcall bind 4095|-22|1
	evcall bind 0xffffffff|-22|1
	evcall bind $closed|-107|1
	evcall bind $open|-16|1
	evcall bindlate $open|-16|1
	evcall bindirq 0xffffffff|-22|1
	evcall shared $open|-16|1
	evcall nohandler $open|-22|1
	evcall nodevid $open|-22|1
	evcall nodevice 1|-22|1
	evcall inter 0x7ff1|-22|1
	evcall inter 0xffffffff|-22|1
	evcall inter 77|-3|1
	evcall inter 0|-22|1
	evcall interport $closed|-22|1
	evcall interport 0xffffffff|-22|1
	evcall virq 24|-22|1
	evcall virq 0xffffffff|-22|1
	evcall virqcpu 1|-22|1
	evcall virqcpu 0xffffffff|-22|1
	evcall ipi 77|-22|1
	evcall unbind 0|0|1
	evcall unbind 4000|0|1
	evcall unbind 0xffffffff|0|1
	evcall unbind $irq|0|1
	evcall eoi 4000|0|1
	evcall notify 4000|0|1
	evcall notify 0|0|0
	evcall clear 4000|0|1
	evcall test 4000|0|1
	evcall poll 4000|0|1
	evcall priority 4000|-2|1
	evcall counted $closed|-2|1
	evcall get $closed|-2|0
	evcall get $open|-22|0
	evcall get 0xffffffff|-22|0
	evcall put $closed|0|1
	evcall put $open|0|1
	evcall irqof $closed|-1|0
	evcall virqport 1|-2|0
	evprio 0 16|-22|1
	EOF
	# Where the upcall is the kernel's, so is a port; it is nobody's in HVM.
	if [[ $guest != hvm ]]; then
		echo "evcall bind \$timer|-107|1"
	fi
	# Of a PV guest the timer is a VIRQ of the kernel's.
	if [[ $guest == pv ]]; then
		echo 'evcall virq 0|-17|1'
	fi
}

# What is bound, the call that is refused (as in tests/fault), and what that answers.
faults()
{
	cat <<-'EOF'
	plain $spare|event_channel 5 1 -14|-14
	late $spare|event_channel 5 1 -14|-14
	irq $spare|event_channel 5 1 -1|-1
	static $spare|event_channel 5 1 -14|-14
	virq 1 0|event_channel 1 1 -28|-28
	virqirq 1 0|event_channel 1 1 -1|-1
	ipi 3 0|event_channel 7 1 -28|-28
	EOF
}

{
	echo "cases='$(cases)'"
	echo "faults='$(faults)'"
} >"$work/guest.sh"
cat >>"$work/guest.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
events=/sys/kernel/debug/xendomu/events
plan=/sys/kernel/debug/xendomu-fault/plan
driver() { echo "$*" >$cmd && cat $cmd; }
# The ports, without what goes on by itself.
state() { sed -n 's/ pending . masked .//; s/ count [0-9]*//; s/^port //p' $events; }
said() { dmesg | tail -n +$(($1 + 1)) | grep xendomu_; }
# check LABEL COMMAND...
check()
{
	label=$1; shift
	logged=$(dmesg | wc -l)
	echo "$label|$(driver $*)|$(said $logged | wc -l)|"
	said $logged | sed "s/^/log $label: /"
	[ "$before" = "$(state)" ] || { echo "changed $label|"; state | sed 's/^/now /'; }
	# Ten lines in five seconds are let through.
	usleep 550000
}

closed=$(driver evopen 0x7ff0); driver evclose $closed $closed
open=$(driver evopen 0x7ff0); closed=$(driver evopen 0x7ff0); spare=$(driver evopen 0x7ff0)
set -- $(driver evbind 0 plain $open); irq=$1
driver evclose $closed $closed
timer=$(sed -n 's/^port \([0-9]*\) \(virq\|ipi\) .*/\1/p' $events | head -n 1)
before=$(state)
echo "$cases" | while IFS='|' read -r command _; do
	eval "check '$command' $command"
done
echo "$faults" | while IFS='|' read -r what how _; do
	eval "set -- $what"
	echo "$how" >$plan || exit 1
	check "fault $what" evbind 5 $*
	echo "fired $what|$(sed -n 's/^fired: //p' $plan)|"
	echo "any any 0 0" >$plan
	[ $1 = static ] || echo "again $what|$(driver evbind 5 $*)|"
	driver evunbind 5 2>/dev/null
	[ "$before" = "$(state)" ] || { spare=$(driver evopen 0x7ff0); before=$(state); }
done
echo "event_channel 5 1+ -14" >$plan; echo "listed $(grep -c 'status refused (-14)' $events)"
echo "sched any 1+ -14" >$plan; echo "unknown $(grep -c ' pending ? ' $events)"
echo "any any 0 0" >$plan
echo "works $(driver evunbind 0; driver evbind 0 plain $(driver evopen 0x7ff0))"
for m in testdrv grant xenstore; do rmmod xendomu-$m || exit 1; done
rmmod xendomu-events
# busybox tries a second time, but not what is packed.
gzip xendomu-events.ko
echo "event_channel 13 1 -14" >$plan; insmod xendomu-events.ko.gz 2>/dev/null; echo "load $?"
dmesg | grep -c 'does not tell which event channel ABI' | sed 's/^/load line /'
echo "any any 0 0" >$plan; insmod xendomu-events.ko.gz && echo "loads again"
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout 600 \
	--insmod "build/modules/$kernel/xendomu.ko" --insmod "build/modules/$kernel/xendomu-events.ko" \
	--insmod "build/modules/$kernel/xendomu-grant.ko" \
	--insmod "build/modules/$kernel/xendomu-xenstore.ko" \
	--insmod "$drivers/fault/xendomu-testfault.ko" \
	--insmod "$drivers/driver/xendomu-testdrv.ko" \
	--copy "build/modules/$kernel/xendomu-events.ko" "$work/guest.sh") || status=$?

# part LABEL NUMBER: a field of a line of the guest's
part()
{
	awk -F '|' -v label="$1" -v part="$2" '$1 == label { print $part }' <<<"$out"
}

# is_refused LABEL ANSWER LINES
is_refused()
{
	same "$(part "$1" 2)" "$2" && same "$(part "$1" 3)" "$3" && same "x$(part "changed $1" 1)" x
}

works_again()
{
	[[ $1 == static* ]] || has "$(part "again $1" 2)" '^[1-9][0-9]* [1-9]'
}

result "the run comes to its end" test "$status" -eq 0
while IFS='|' read -r command answer lines; do
	result "$command: answers $answer, logs $lines, changes nothing" \
		is_refused "$command" "$answer" "$lines"
done < <(cases)
while IFS='|' read -r what how answer; do
	result "bind $what, refused $how: answers $answer, one line, changes nothing" \
		is_refused "fault $what" "$answer" 1
	result "the call was made" same "$(part "fired $what" 2)" 1
	result "and the next time it works" works_again "$what"
done < <(faults)
result "debugfs says where Xen does not answer, once" same "$(sed -n 's/^listed //p' <<<"$out")" 1
# The kernel has ports of its own where the upcall is the kernel's.
least=5
[[ $guest != hvm ]] || least=4
result "and says what it does not know" \
	test "$(sed -n 's/^unknown //p' <<<"$out")" -ge $least
result "binding works after all this" has "$out" '^works [1-9][0-9]* [1-9]'
result "a Xen that does not tell the ABI: no load" has "$out" '^load [1-9]'
result "one line says so" has "$out" '^load line [1-9]'
result "and then it loads" has "$out" '^loads again$'
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
