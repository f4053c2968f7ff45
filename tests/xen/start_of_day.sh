#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Start of day in a PV domU.
#
# The domain builder lays a domain out, writes start_info and logs each
# segment; xendomu rebuilds the map from what it finds in the running domain.
# Both must say the same, segment by segment. The frame table's size is
# compared with the hypervisor's own variables and page tables, read through
# QEMU, and the wall clock with dom0's.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
name=start_of_day-$kernel
dir=build/xenhost/$name

fact()
{
	sed -n "s/^$1 //p" <<<"$out"
}

mapfile -t queries < <(scripts/xen-symbol --query max_page; scripts/xen-symbol --frametable-queries)
# shellcheck disable=SC2016 # for the guest's and dom0's shell
out=$(scripts/xenhost run --guest pv --vcpus 2 --name "$name" --kernel "$kernel" --timeout 120 \
	--insmod "build/modules/$kernel/xendomu.ko" \
	"${queries[@]/#/--monitor=}" \
	--dom0 'n=0; until grep -q "^shared_info wall_clock" "$GUEST_OUTPUT"
		do n=$((n + 1)); [ $n -lt 2500 ] || exit 1; usleep 20000; done; date +%s' \
	'cd /sys/kernel/debug/xendomu; sleep 1
	for f in *; do sed "s/^/$f /" $f; done; sleep 1
	rmmod xendomu && [ ! -e /sys/kernel/debug/xendomu ] && echo unloaded yes')

result "the guest knows that it is PV" has "$(fact guest)" '^personality: PV$'
result "the guest knows Xen's version" has "$(fact guest)" '^xen_version: 4\.'
result "nobody owns what was released" \
	same "$(fact guest | grep -c 'owner of .*: nobody')" 3
result "start_info has the store's port" has "$(fact start_info)" '^store_evtchn: [1-9]'
result "start_info has the command line" has "$(fact start_info)" '^cmd_line: .*initcall_blacklist='
result "the map is the domain builder's, segment by segment" \
	same "$(fact startup_map | scripts/builder-map --normalise)" \
	"$(scripts/builder-map "$dir/xl.log")"
clock=$(fact shared_info | sed -n 's/^wall_clock: \([0-9]*\).*/\1/p')
dom0=$(cat "$dir/dom0-script.out")
result "the wall clock is dom0's, within 5 seconds" \
	test "${clock:-0}" -ge $((dom0 - 5)) -a "${clock:-0}" -le $((dom0 + 5))
result "the clock's version is even" \
	has "$(fact shared_info)" '^wc: .* version [0-9]*[02468]$'
result "shared_info has a vcpu_info for each vCPU" \
	same "$(fact shared_info | grep -c '^vcpu_info')" 2
result "arch.max_pfn is the domain's" \
	same "$(fact shared_info | sed -n 's/^arch.max_pfn: //p')" \
	"$(fact start_info | sed -n 's/^nr_pages: //p')"
result "max_page is the hypervisor's own" \
	same "$(fact frametable | sed -n 's/^max_page: //p')" \
	"$(scripts/xen-symbol --value max_page "$dir/monitor.log")"
bytes=$(scripts/xen-symbol --frametable-bytes "$dir/monitor.log")
pages=$(fact frametable | sed -n 's/^nr_pages: //p')
step=$(fact frametable | sed -n 's/^page_step: //p')
result "the hypervisor maps as many pages for its frame table, up to a step" \
	test "$pages" -le $((bytes / 4096)) -a $((bytes / 4096)) -lt $((pages + step))
result "xendomu unloads and takes its files along" same "$(fact unloaded)" yes
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
