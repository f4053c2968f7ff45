#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Start of day in a PV domU: tests/xen/start_of_day.sh KERNEL [MEMORY]
#
# The domain builder lays a domain out, writes start_info and logs each
# segment; xendomu rebuilds the map from what it finds in the running domain.
# Both must say the same, segment by segment. The frame table's size is
# compared with the hypervisor's own variables and page tables, read through
# QEMU, and the wall clock with dom0's.
#
# The model host must do as the real one did. Told the memory map of the
# machine and the size of what was booted, it says where the hypervisor, dom0's
# initial RAM disk and each chunk of the frame table lie; told the kernel's ELF
# notes, it says where the domain's segments lie. A guest of 1700 MiB gets a
# machine of 4 GiB, a part of whose memory lies above a hole.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
memory=${2:-192}
name=start_of_day-$memory-$kernel
dir=build/xenhost/$name

fact()
{
	sed -n "s/^$1 //p" <<<"$out"
}

# "(XEN)  [0000000000100000, 000000007ffdffff] (usable)"
memory_map()
{
	sed -nE '/RAM map:/,/^\(XEN\) [^ ]/ {
		s/^\(XEN\)  \[([0-9a-f]+), ([0-9a-f]+)\] \(usable\).*/ram \1 \2/p
		s/^\(XEN\)  \[([0-9a-f]+), ([0-9a-f]+)\] \(.*/firmware \1 \2/p
	}' <(tr -d '\r' <"$dir/xen.log") | while read -r use start last; do
		printf '%s %#x %#x\n' "$use" $((16#$start)) $((16#$last + 1))
	done
}

# What Xen 4.17 moves up before it allocates, and never gives away.
model_machine()
{
	memory_map
	echo "xen 0 0x100000"
	echo "between 0x200000 0x100000000000 0x100000000"
	echo "image $(scripts/xen-symbol --image)"
	sed 1d "$dir/boot-files" | xargs stat -Lc 'module %s'
	echo boot
}

note()
{
	sed -nE "s/^xc: detail: +$1 += (0x[0-9a-f]+).*/\\1/p" "$dir/xl.log"
}

# All but where things are: that is the model's to say.
model_domain()
{
	local pages module

	pages=$(sed -nE 's/.*xc_dom_mem_init: (0x[0-9a-f]+) pages$/\1/p' "$dir/xl.log")
	module=$(sed -nE 's/.*module0 +: (0x[0-9a-f]+) -> (0x[0-9a-f]+) .*/\2 - \1/p' "$dir/xl.log")
	echo "domain $pages $((module)) $(note virt_base) $(note virt_kstart) $(note virt_kend)" \
		"$(note p2m_base) $(grep -c 'note: MOD_START_PFN = 0x1$' "$dir/xl.log")"
}

model_host()
{
	local program=build/model-host

	[[ -x $program ]] || gcc -Wall -Wextra -Werror -O1 -Itests/model/include -Itests/fuzz/include \
		-Idrivers/xen -idirafter include -o "$program" tests/model/host.c \
		drivers/xen/model/{bootmem,memory_map,carve,layout}.c arch/x86/xen/frametable.c
	"$program"
}

mapfile -t queries < <(scripts/xen-symbol --query max_page
	scripts/xen-symbol --frametable-queries
	scripts/xen-symbol --chunk-queries)
# shellcheck disable=SC2016 # for the guest's and dom0's shell
out=$(scripts/xenhost run --guest pv --vcpus 2 --name "$name" --kernel "$kernel" --timeout 500 \
	--memory "$memory" \
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
	same "$(fact guest | grep -c 'owner of .*: nobody')" 4
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
# On a larger machine the table has a gap.
((memory > 192)) || result "the hypervisor maps as many pages for its frame table, up to a step" \
	test "$pages" -le $((bytes / 4096)) -a $((bytes / 4096)) -lt $((pages + step))
rm -f build/model-host
model=$(model_machine | model_host)
result "the model's machine has as many frames as the hypervisor's" \
	same "$(sed -n 's/^max_page //p' <<<"$model")" "$(scripts/xen-symbol --value max_page "$dir/monitor.log")"
result "the model places the hypervisor where it is" \
	same "$(sed -n 's/^xen \(.*\)/\1000/p' <<<"$model")" \
	"$(tr -d '\r' <"$dir/xen.log" | sed -n 's/.*New Xen image base address: //p')"
result "the model places the initial RAM disk where it is" \
	same "$(sed -n 's/^module 1 \(.*\)/\1000/p' <<<"$model")" \
	"$(tr -d '\r' <"$dir/xen.log" | sed -nE 's/.*Init. ramdisk: 0*([0-9a-f]+)->.*/0x\1/p')"
result "the model carves the frame table as the hypervisor did, chunk by chunk" \
	same "$(sed -n 's/^chunk \(.*\) 512$/\1/p' <<<"$model")" \
	"$(scripts/xen-symbol --chunks "$dir/monitor.log")"
result "the model lays the domain out as the domain builder did" \
	same "$(model_domain | model_host | sort -t'|' -k2)" "$(scripts/builder-map "$dir/xl.log")"
result "xendomu unloads and takes its files along" same "$(fact unloaded)" yes
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
