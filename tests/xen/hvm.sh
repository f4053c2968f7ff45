#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An HVM guest whose kernel knows nothing of Xen: we serve the upcall.
#
# Upcalls come by vectors or by the platform device's interrupt line, with both
# ABIs. Ports are spread over CPUs and moved by hand, a CPU goes and comes back,
# an event of a port that nobody has bound is masked and counted. Everything is
# unloaded and loaded again. A vCPU comes beyond the 32 of shared_info. Then a Xen
# that refuses things: FIFO, vectors, HVM parameters; and a platform device that
# is not there, or is not right. Each has its fallback, or one line in the log;
# with nothing left the guest is still the one it was.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 vcpus=${2:-2}
copies=(--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko" --copy "build/drivers/$kernel/fault/xendomu-testfault.ko")
while read -r module; do
	copies+=(--copy "$module")
done < <(make -s modules-list KERNEL="$kernel")

cat >"$work/lib.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
events=/sys/kernel/debug/xendomu/events
cpus=/sys/kernel/debug/xendomu/event_cpus
plan=/sys/kernel/debug/xendomu-fault/plan
self=0x7ff0
driver() { echo "$*" >$cmd && cat $cmd; }
fact() { echo "fact $*"; }
line() { grep "^port $1 " $events; }
# field PORT NAME: what follows that word
field() { line $1 | sed -n "s/.* $2 \([^ ]*\).*/\1/p"; }
# busybox tries a second time, but not what is packed.
load() { m=$1; shift; insmod xendomu-$m.ko.gz "$@" 2>/dev/null; }
gzip xendomu-events.ko
# slot 1 has a port of ours, slot 0 is connected to it
pair()
{
	port=$(driver evopen $self)
	set -- $(driver evbind 1 plain $port); irq=$1
	driver evbind 0 inter $port $self >/dev/null; driver evreact 0 eoi; driver eveoi 0 0
}
unpair() { driver evunbind 0; driver evunbind 1; }
use() { pair; fact "events_$1 $(driver evpass 0 1 5) $(driver evpass 1 0 5)"; unpair; }
# Those that upcalls come to, by what, with which ABI.
who() { fact "$1 $(sed -n 's/^# ABI \(.*\), upcalls by \(.*\), .*/\1 \2/p' $cpus) cpus $(grep -c ' usable 1 ' $cpus) own $(grep -c ' info own ' $cpus)"; }
floor() { insmod xendomu-grant.ko && insmod xendomu-xenstore.ko && insmod xendomu-testdrv.ko; }
down() { for m in testdrv xenstore grant events; do rmmod xendomu-$m; done; }
EOF

# run NAME SCRIPT OPTION...: sets out and dir
run()
{
	local name=hvm-$1-$vcpus-$kernel

	dir=build/xenhost/$name
	cat "$work/lib.sh" - >"$work/$1.sh" <<<"$2"
	out=$(scripts/xenhost run --guest hvm --name "$name" --kernel "$kernel" --vcpus "$vcpus" \
		--timeout 600 "${copies[@]}" "${@:3}" "$work/$1.sh") || out="$out
status $?"
	result "$1: it comes to its end" has "$out" '^fact end$'
	result "$1: no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
}

fact()
{
	sed -n "s/^fact $1 //p" <<<"$out"
}

# is TEXT FACT EXPECTED
is()
{
	result "$1" same "$(fact "$2")" "$3"
}

# shellcheck disable=SC2016 # for the guest's shell
run vector 'insmod xendomu.ko || exit 1
load events fifo=0 && floor || exit 1
who first; use first; down
load events fifo=0 && floor || exit 1
who again; use again
pair
if [ -e /sys/devices/system/cpu/cpu1 ]; then
	for cpu in 1 0; do
		echo $cpu >/proc/irq/$irq/smp_affinity_list
		fact moved $cpu xen $(field $port vcpu) $(driver evpass 0 1 5) $(driver evcount 1 | cut -d" " -f2-)
	done
	echo 1 >/proc/irq/$irq/smp_affinity_list
	echo 0 >/sys/devices/system/cpu/cpu1/online
	fact gone xen $(field $port vcpu) $(driver evpass 0 1 5) $(driver evcount 1 | cut -d" " -f2-)
	fact gone_usable $(grep -c "^cpu 1 .* usable 1" $cpus)
	echo 1 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/proc/irq/$irq/smp_affinity_list
	fact back xen $(field $port vcpu) $(driver evpass 0 1 5) $(driver evcount 1 | cut -d" " -f2-)
fi
unpair
stray=$(driver evopen $self); driver evbind 0 inter $stray $self >/dev/null
driver evunmask $stray; driver evsend 0 3; usleep 100000
fact stray $(sed -n "s/.*, \([0-9]*\) stray.*/\1/p" $cpus) masked $(field $stray masked) lines $(dmesg | grep -c "an event of port $stray, which is not bound")
driver evunbind 0
for i in 1 2 3 4 5 6 7 8; do driver evbind $i plain $(driver evopen $self) >/dev/null; done
fact spread $(sed -n "s/.* ports \([0-9]*\) .*/\1/p" $cpus | sort -n | head -n 1)
for i in 1 2 3 4 5 6 7 8; do driver evunbind $i; done
down
load events && floor || exit 1
who fifo; use fifo
last=$(driver evopenmany 1100); driver evbind 9 plain $last >/dev/null; driver evbind 10 inter $last $self >/dev/null
driver evreact 10 eoi; fact many $last $(driver evpass 10 9 5); driver evunbind 9; driver evunbind 10
down
load events fifo=0 && floor || exit 1
who late; use late
fact late_line $(dmesg | grep -c "fifo=0 comes too late")
down
load events register_vcpu_info=1 && floor || exit 1
who own; use own; down
load events && floor || exit 1
who kept; use kept; down
load events upcall=intx; fact tooslow $?
fact tooslow_line $(dmesg | grep -c "no upcall comes (-110): upcall=intx")
load events && floor || exit 1
use after; cat $cpus | sed "s/^/# /"; down; rmmod xendomu
fact end' --config max_event_channels=4096
is "vectors, 2-level: upcalls come to every CPU" first "2-level vector cpus $vcpus own 0"
is "and events both ways" events_first "5 5"
is "loaded again: the same" again "2-level vector cpus $vcpus own 0"
is "and events both ways once more" events_again "5 5"
if ((vcpus > 1)); then
	result "a port moves to CPU 1 and back" \
		same "$(fact moved | tr '\n' ' ')" "1 xen 1 5 cpu 1 0 xen 0 5 cpu 0 "
	result "CPU 1 goes: the port is on another" has "$(fact gone)" '^xen ([02-9]) 5 cpu \1$'
	is "and CPU 1 has no upcalls" gone_usable 0
	is "CPU 1 is back: the port, too" back "xen 1 5 cpu 1"
fi
is "an event of a port that nobody has bound is masked and counted" stray "1 masked 1 lines 1"
result "ports are spread over the CPUs" test "$(fact spread)" -ge $((8 / vcpus))
is "FIFO: upcalls come to every CPU" fifo "fifo vector cpus $vcpus own 0"
is "and events both ways with FIFO" events_fifo "5 5"
result "a port beyond the first page of words works" has "$(fact many)" '^1[1-9][0-9][0-9] 5$'
is "2-level after FIFO is FIFO" late "fifo vector cpus $vcpus own 0"
is "a line says so" late_line 1
is "and events both ways after that" events_late "5 5"
is "vcpu_info in memory of our own" own "fifo vector cpus $vcpus own $vcpus"
is "with events both ways" events_own "5 5"
is "it stays there" kept "fifo vector cpus $vcpus own $vcpus"
is "with events both ways, too" events_kept "5 5"
result "INTx after vectors is refused" test "$(fact tooslow)" -ne 0
is "with a line" tooslow_line 1
is "and vectors still work" events_after "5 5"

# shellcheck disable=SC2016
run intx 'insmod xendomu.ko || exit 1
load events upcall=intx fifo=0 && floor || exit 1
who first; use first
fact ipi $(driver evbind 5 ipi 3 1)
fact line $(dmesg | grep -c "IPI 3 of CPU 1 .*upcall=vector")
down
load events upcall=intx && floor || exit 1
who fifo; use fifo; down
load events upcall=vector && floor || exit 1
who vector; use vector; down
load events upcall=smoke; fact smoke $?
rmmod xendomu; fact end' --config max_event_channels=4096
is "INTx, 2-level: upcalls come to one CPU" first "2-level intx cpus 1 own 0"
is "with events both ways by INTx" events_first "5 5"
is "INTx, FIFO: the same" fifo "fifo intx cpus 1 own 0"
is "with events both ways by INTx and FIFO" events_fifo "5 5"
if ((vcpus > 1)); then
	is "no IPI to CPU 1" ipi -95
	is "a line says why" line 1
fi
is "vectors after INTx" vector "fifo vector cpus $vcpus own 0"
is "with events both ways by vectors" events_vector "5 5"
result "a way that is none is refused" test "$(fact smoke)" -ne 0

# shared_info has room for 32 vCPUs. Few of these run: the emulator has no time for
# the ticks of all.
# shellcheck disable=SC2016
run beyond 'insmod xendomu.ko || exit 1
last=/sys/devices/system/cpu/cpu33/online
for abi in 2-level fifo; do
	if [ $abi = fifo ]; then load events; else load events fifo=0; fi
	floor || exit 1
	echo 1 >$last; pair
	echo 33 >/proc/irq/$irq/smp_affinity_list
	fact $abi xen $(field $port vcpu) $(driver evpass 0 1 5) $(driver evcount 1 | cut -d" " -f2-) own $(grep "^cpu 33 " $cpus | grep -c " info own ")
	echo 0 >$last
	fact $abi-gone $(driver evpass 0 1 5) $(grep -c "^cpu 33 .* usable 1" $cpus)
	unpair; cat $cpus | sed "s/^/# /"; down
done
rmmod xendomu; fact end' --vcpus 34 --append maxcpus=2 --config max_event_channels=4096
for abi in 2-level fifo; do
	is "$abi: a vCPU that shared_info has no room for takes events" $abi "xen 33 5 cpu 33 own 1"
	is "$abi: when it goes, another does" $abi-gone "5 0"
done

# The control block of a vCPU is for good, so FIFO is refused before Xen has one.
# shellcheck disable=SC2016
run refused 'insmod xendomu.ko || exit 1
insmod xendomu-testfault.ko || exit 1
refuse() { echo "$*" >$plan; }
refuse hvm 23 1+ -38; load events fifo=0 && floor || exit 1
refuse any any 0 0; who novector; use novector; down
refuse hvm 0 1+ -1; load events upcall=intx fifo=0; fact nocallback $?
fact nocallback_line $(dmesg | grep -c "Xen does not take the interrupt of .* for upcalls (-1)")
refuse hvm any 1+ -1; load events fifo=0; fact nothing $?
fact nothing_line $(dmesg | grep -c "no upcall comes (-1): upcall=auto")
refuse event_channel 11 1+ -38; load events && floor || exit 1
refuse any any 0 0; who nofifo; use nofifo; down
refuse event_channel 7 1+ -28; load events; fact noport $?
refuse any any 0 0; load events && floor || exit 1
who after; use after
refuse event_channel 8 1+ -22; fact nomove $(driver evbind 3 plain $(driver evopen $self))
refuse any any 0 0; down; rmmod xendomu-testfault; rmmod xendomu; fact end'
is "no vectors: INTx" novector "2-level intx cpus 1 own 0"
is "with events both ways without vectors" events_novector "5 5"
is "no FIFO: 2-level" nofifo "2-level vector cpus $vcpus own 0"
is "with events both ways without FIFO" events_nofifo "5 5"
result "no callback parameter: no INTx" test "$(fact nocallback)" -ne 0
is "one line names it" nocallback_line 1
result "neither: it does not load" test "$(fact nothing)" -ne 0
result "one line says so" test "$(fact nothing_line)" -ge 1
is "after all that it loads" after "fifo vector cpus $vcpus own 0"
result "no port for the proof: it does not load" test "$(fact noport)" -ne 0
is "with events both ways after all that" events_after "5 5"
is "a port that cannot be placed is refused" nomove -22

# shellcheck disable=SC2016
run noplatform 'insmod xendomu.ko 2>/dev/null; fact refused $?
dmesg | grep -o "no platform PCI device.*" | sort -u | sed "s/^/fact line /"; fact end' \
	--config xen_platform_pci=0
result "no platform device: xendomu does not load" test "$(fact refused)" -ne 0
result "a line has the remedy" has "$(fact line)" 'set xen_platform_pci=1'

# shellcheck disable=SC2016
run badbar 'gzip xendomu.ko
for how in taken small ports unset; do
	insmod xendomu-badbar.ko how=$how || exit 1
	insmod xendomu.ko.gz 2>/dev/null; fact $how $? $(dmesg | grep "xendomu: BAR 1 of" | tail -n 1 | sed "s/.*: BAR/BAR/")
	rmmod xendomu-badbar
done
fact lines $(dmesg | grep -c "xendomu: BAR 1 of")
insmod xendomu.ko.gz || exit 1
load events && floor || exit 1
use after; down; rmmod xendomu; fact end' --copy "build/drivers/$kernel/badbar/xendomu-badbar.ko"
result "a BAR that another driver has: refused, and a line says so" \
	has "$(fact taken)" '^[1-9][0-9]* BAR 1 of .* is taken by another driver'
for how in small ports unset; do
	result "a BAR that is no space for frames ($how): refused, and a line shows it" \
		has "$(fact $how)" '^[1-9][0-9]* BAR 1 of .* is \[.*need memory space'
done
is "a line each" lines 4
is "with the BAR as it was, events come" events_after "5 5"
finish
