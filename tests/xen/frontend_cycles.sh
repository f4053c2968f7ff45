#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A disk and a network interface that come and go, and are busy while they are
# there. The interface is when it goes, too. The disk is not: 6.1's
# blkfront_closing() first stops its queues, then declares the disk dead, and a
# request that comes in between is never served, nor does blkfront_remove() ever end
# (one of thirty times on a busy host). blkfront.sh takes a busy disk away.
#
# frontend_cycles.sh KERNEL CYCLES [GUEST [SIDE]]. After the last of them there must be
# what there was after the third, when all caches were warm: grants and ports by
# our own books and by Xen's, interrupts, memory. But for what Linux's netfront
# loses, on its own bus as well: the page pool of its receive ring, with 256 pages
# and up to 64 in reserve, and some 8 kB of slab each time, since it never calls
# xdp_rxq_info_unreg(). These pages are counted, by the pools' own trace events; a
# few of the third cycle's may have been on their way still.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1 cycles=$2 guest=${3:-pv} side=${4:-ours}
name=frontend_cycles-$guest-$side-$kernel

build_frontends "$kernel" "$side" xen-blkfront xen-netfront
mapfile -t options < <(frontend_options "$kernel" "$guest" "$side" xen-blkfront xen-netfront)
run_frontends "$name" "$kernel" cycles "cycles=$cycles" --guest "$guest" --memory $((256 + cycles * 5 / 4)) \
	--timeout $((500 + cycles * 30)) "${options[@]}"

# number TEXT LINE NAME: the number behind NAME, in a line that begins so.
number()
{
	sed -n "s/^$2:.* $3 \([0-9]*\).*/\1/p" <<<"$1"
}

# stays TEXT LINE NAME: the same after the last cycle as after the third
stays()
{
	same "$(number "$1" "$2$cycles" "$3")" "$(number "$1" "${2}3" "$3")"
}

# has_grown NAME: by so many kB since the third cycle
has_grown()
{
	echo $(($(number "$out" "after $cycles" "$1") - $(number "$out" 'after 3' "$1")))
}

result "$cycles cycles under load" has "$out" "^cycles $cycles\$"
if [[ $side == ours ]]; then
	result "our books have the grants of the third cycle" stays "$out" 'after ' grants
	result "and its ports" stays "$out" 'after ' ports
fi
result "Xen sees no grant mapped" same "$(number "$dom0" "Xen sees after $cycles" grants)" 0
result "and the ports of the third cycle" stays "$dom0" 'Xen sees after ' ports
result "the guest has the interrupts it had" stays "$out" 'after ' irqs
result "vmalloc space is back" test "$(has_grown vmalloc)" -le 128
result "slab memory grew by less than 4 kB a cycle, and netfront's 8" \
	test "$(has_grown slab)" -lt $((400 + 12 * cycles))
result "netfront leaves the pages of its pools, at most 320 a cycle" \
	test "$(has_grown pools)" -le $((256 + 1280 * (cycles - 3)))
result "but for these, less than 16 kB a cycle are lost" \
	test $((-$(has_grown free) - $(has_grown pools))) -lt $((2000 + 16 * (cycles - 3)))
result "memory of the CPUs grew by less than 1 kB a cycle" test "$(has_grown percpu)" -le $((64 + cycles))
if [[ $side == ours ]]; then
	result "the drivers leave no grant behind" has "$out" '^without the drivers: grants 2,'
	result "drivers, bus and all below unload" has "$out" '^all unloaded$'
	result "Xen sees nothing of them" has "$dom0" '^Xen sees over: grants 0,'
fi
finish
