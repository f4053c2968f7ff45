#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The same module in the other kinds of guest.
#
# PVH and HVM have no start_info: HVM parameters take its place. The kernel of
# a PVH guest owns shared_info and does not tell where; HVM with xen_nopv
# leaves everything, shared_info too, to us. dom0 is PV with privileges.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1

# run GUEST: sets out
run()
{
	# shellcheck disable=SC2016 # for the guest's shell
	out=$(scripts/xenhost run --guest "$1" --name "personality-$1-$kernel" --kernel "$kernel" \
		--timeout 500 --insmod "build/modules/$kernel/xendomu.ko" "${@:2}" \
		'cd /sys/kernel/debug/xendomu; sed "s/^/before-runstate /" runstate; sleep 1
		for f in *; do sed "s/^/$f /" $f; done; date "+now %s"
		cd /; rmmod xendomu && echo unloaded yes') || out="$out
status $?"
}

fact()
{
	sed -n "s/^$1 //p" <<<"$out"
}

clock_is_right()
{
	local clock now

	clock=$(fact shared_info | sed -n 's/^wall_clock: \([0-9]*\).*/\1/p')
	now=$(fact now)
	[[ -n $clock && -n $now ]] || return 1
	test $((clock - now)) -ge -5 -a $((clock - now)) -le 5
}

# Some are there in every guest, and none is called bitN.
features_have_names()
{
	local features

	features=$(fact guest | grep '^features: ')
	has "$features" ' memory_op_vnode_supported .*direct_mapped' &&
		! grep -E ' bit[0-9]+' <<<"$features"
}

# The times of a vCPU's states add up to its age: two looks a second apart differ
# by about that.
runstate_moves()
{
	local first last

	first=$(fact before-runstate | awk '/^vcpu 0: / { printf "%.0f\n", $7 + $9 + $11 + $13 }')
	last=$(fact runstate | awk '/^vcpu 0: / { printf "%.0f\n", $7 + $9 + $11 + $13 }')
	((first > 0 && last - first > 500000000 && last - first < 60000000000)) || {
		diagnose "$first, then $last: $(fact runstate)"
		return 1
	}
}

# runstate_source GUEST: areas of ours where the kernel has none and Xen can.
runstate_source()
{
	local expected='hypercall, because the areas are the kernel.s'

	if [[ $1 == HVM ]]; then
		expected='hypercall, because this Xen has no areas by physical address'
		! fact guest | grep -q '^features: .* runstate_phys_area' ||
			expected='areas by physical address'
	fi
	has "$(fact runstate)" "^source: $expected"
}

judge()
{
	result "$1: it knows what it is" has "$(fact guest)" "^personality: $1\$"
	result "$1: each feature of this Xen has a name" features_have_names
	result "$1: the parameter of the store's port is there" \
		has "$(fact start_info)" '^HVM_PARAM_STORE_EVTCHN: 0x[1-9]'
	result "$1: the wall clock of shared_info is right" clock_is_right
	result "$1: its vCPU has a runstate" same "$(fact runstate | grep -c '^vcpu ')" 1
	result "$1: the runstate moves with time" runstate_moves
	result "$1: it comes from where it should" runstate_source "$1"
	result "$1: the frame table has pages" has "$(fact frametable)" '^nr_pages: [1-9]'
	result "$1: it unloads" same "$(fact unloaded)" yes
}

# dom0 runs a kernel of its own; the module must be built for that.
judge_dom0()
{
	local dir=build/xenhost/personality-dom0-$kernel

	# shellcheck disable=SC2016 # for dom0's shell
	scripts/xenhost run --name "personality-dom0-$kernel" --kernel "$kernel" --timeout 300 \
		--copy "build/modules/$kernel/xendomu.ko" --copy "build/modules/$kernel/xendomu-events.ko" \
		--copy "build/modules/$kernel/xendomu-grant.ko" \
		--dom0 'mount -t debugfs debugfs /sys/kernel/debug; insmod xendomu.ko || exit 1
		cd /sys/kernel/debug/xendomu; for f in *; do sed "s/^/$f /" $f; done; cd - >/dev/null
		insmod xendomu-grant.ko && echo "grant loaded"; dmesg | grep "belongs to the kernel"
		rmmod xendomu && echo unloaded yes' true || true
	out=$(cat "$dir/dom0-script.out")
	result "dom0: it knows what it is" has "$(fact guest)" '^personality: dom0$'
	result "dom0: each feature of this Xen has a name" features_have_names
	result "dom0: start_info says so, too" has "$(fact start_info)" '^flags: .*SIF_INITDOMAIN'
	result "dom0: it has a start-of-day map" has "$(fact startup_map)" '^kernel '
	result "dom0: the kernel keeps its grant table" has "$out" 'the grant table belongs to the kernel'
	result "dom0: it unloads" same "$(fact unloaded)" yes
}

run pvh
judge PVH
run hvm
judge HVM
[[ $kernel != "$(scripts/xenhost where dom0)" ]] || judge_dom0
finish
