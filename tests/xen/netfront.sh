#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Linux's own xen-netfront, not a byte of it changed, on our modules: real
# packets through dom0's netback and a bridge.
#
# netfront.sh KERNEL MIB [GUEST [SIDE]]. So much goes each way by HTTP, in pieces of 32
# MiB or less, and each is compared by its SHA-256. Then a megabyte each way after
# each change: of the MTU, of offloads, of the link on either side, with a
# second interface that comes and goes under load. In the end driver and bus
# leave, and Xen sees nothing of them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1 mib=$2 guest=${3:-pv} side=${4:-ours}
name=netfront-$guest-$side-$kernel
files=build/$name
rounds=$(((mib + 31) / 32))
bytes=$((mib * 1048576 / rounds))

# arrives WHAT TEXT: a piece each way, whole.
arrives()
{
	result "$2" test "$(grep -c "^$1: in 1\$" <<<"$out")$(grep -c "^$1: out 1\$" <<<"$dom0")" = 11
}

build_frontends "$kernel" "$side" xen-netfront
rm -rf "$files"
pack_programs "$files/programs" ethtool
mapfile -t options < <(frontend_options "$kernel" "$guest" "$side" xen-netfront)
run_frontends "$name" "$kernel" net "rounds=$rounds bytes=$bytes" --guest "$guest" --memory 320 \
	--timeout $((500 + mib * 4)) --nic "${options[@]}"

result "probe() ran: the interface is there, by its driver" \
	has "$out" '^device vif-0: eth0, driver vif, state Connected$'
result "$mib MiB come in, $rounds times the same sum" has "$out" "^all in $rounds\$"
result "$mib MiB go out, $rounds times the same sum" has "$dom0" "^all out $rounds\$"
result "an MTU of 1200" has "$out" '^mtu 1200: 1$'
arrives small_mtu "both ways"
result "an MTU of 9000: a packet of that size in one piece" has "$out" '^mtu 9000: 1$'
arrives large_mtu "both ways"
result "offloads are offered, turned off, and on again" \
	same "$(sed -n 's/^offloads [a-z ]*: //p' <<<"$out" | tr '\n' ' ')" "3 0 3 "
arrives no_tso "both ways without segmentation offload"
arrives no_sg "both ways without scatter-gather"
arrives all_on "both ways with all of them again"
result "a link that is down is silent" has "$out" '^down: silence$'
arrives up_again "and up again carries both ways"
result "dom0's link down is silent" has "$out" '^their down: silence$'
arrives their_up "and up again carries both ways"
arrives eth1 "a second interface, plugged in, carries both ways"
result "it goes, while the first one is busy" has "$out" '^unplugged$'
arrives after_unplug "which carries both ways still"
frontends_are_gone "$side"
finish
