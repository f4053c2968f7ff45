#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/frontend_cycles.sh; $cycles: how many.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
pool_events=/sys/kernel/tracing/events/page_pool

kb_of()
{
	sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo
}

# Each page that a page pool takes or lets go is an event of its; netfront's pools
# outlive it, see tests/xen/frontend_cycles.sh.
count_pool_pages()
{
	for event in hold release; do
		echo hist:key=pool >$pool_events/page_pool_state_$event/trigger
	done
}

# hits EVENT: how often it came
hits()
{
	sed -n 's/^ *Hits: *//p' "$pool_events/page_pool_state_$1/hist"
}

# What there is when nothing is attached.
measure()
{
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	echo "after $1: free $(kb_of MemFree) slab $(kb_of SUnreclaim) vmalloc $(kb_of VmallocUsed)" \
		"percpu $(kb_of Percpu) irqs $(find /sys/kernel/irq -mindepth 1 -maxdepth 1 | wc -l)" \
		"pools $((($(hits hold) - $(hits release)) * 4))"
	[ ! -e "$debug" ] || echo "after $1: grants $(grants) ports $(ports)"
}

read_disk()
{
	while dd if=/dev/xvdb of=/dev/null bs=64k iflag=direct 2>/dev/null; do :; done
}

use_net()
{
	while [ -e /sys/class/net/eth0 ]; do
		timeout 5 wget -q -O /dev/null http://192.0.2.1/data.bin
	done
}

nobody_reads()
{
	! pidof dd
}

has_moved()
{
	[ "$(cat /sys/class/net/eth0/statistics/rx_bytes)" -gt 500000 ] &&
		[ "$(awk '{ print $3 }' /sys/block/xvdb/stat)" -gt 2000 ]
}

cycle()
{
	turn "attach_$1"
	until_true "disk of cycle $1" test -b /dev/xvdb || return 1
	until_true "interface of cycle $1" test -e /sys/class/net/eth0 || return 1
	ip addr add 192.0.2.2/24 dev eth0
	ip link set eth0 up
	read_disk & disk_load=$!
	use_net & net_load=$!
	until_true "load of cycle $1" has_moved || return 1
	# Only the disk's ends before, see tests/xen/frontend_cycles.sh.
	kill $disk_load
	killall -q dd
	until_true "disk load of cycle $1 ends" nobody_reads || return 1
	turn "detach_$1"
	until_true "disk of cycle $1 goes" gone $bus/devices/vbd-51728 || return 1
	until_true "interface of cycle $1 goes" gone $bus/devices/vif-0 || return 1
	# What it waits for does not come any more.
	killall -q wget
	until_true "load of cycle $1 ends" is_over $net_load || return 1
	done=$1
}

count_pool_pages
n_cycle=1 done=0
while [ $n_cycle -le "$cycles" ]; do
	cycle $n_cycle || break
	case $n_cycle in
	3 | "$cycles")
		measure $n_cycle
		turn "measured_$n_cycle"
		;;
	esac
	n_cycle=$((n_cycle + 1))
done
echo "cycles $done"
turn seen
unload xen_blkfront xen_netfront
turn over
