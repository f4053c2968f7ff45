#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Linux's block and network frontends, on our modules, and a backend that is
# anything but honest.
#
# hostile_backend.sh KERNEL [GUEST]. It skips states and makes up new ones, closes as
# soon as it is opened, vanishes within probe(), keeps pages mapped, sends events
# for nothing, fills rings with nonsense, and writes nonsense to its nodes; see
# tests/frontends/hostile-dom0.sh and tests/peer/hostile-backend.c. The guest must
# answer all the time and say what is wrong, the device must go when its nodes do,
# and nothing may be left of it.
#
# Nobody reads a disk that blkfront has disabled: blkif_queue_request() then tells
# the block layer that it is busy and not that it failed, so the request waits for
# ever, and with it blkfront_remove(). And of a network it is the ring of what is sent
# that is filled with nonsense: where the other one is, xennet_poll() returns without
# napi_complete_done(), and xennet_remove() waits for that for ever.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1 guest=${2:-pv}
name=hostile_backend-$guest-$kernel

alone make -s build/hostile-backend
build_frontends "$kernel" ours xen-blkfront xen-netfront
mapfile -t options < <(frontend_options "$kernel" "$guest" ours xen-blkfront xen-netfront)
run_frontends "$name" "$kernel" hostile "" --guest "$guest" --memory 256 --vcpus 1 --timeout 900 "${options[@]}" \
	--copy build/hostile-backend

# says STEP WHAT: what the guest said of it
says()
{
	has "$out" "^$1: said .*$2"
}

result "states out of order: the guest lives" has "$out" '^order: reclaim 0$'
result "a network's states out of order: the guest lives" has "$out" '^order-net: reclaim 0$'
result "a disk that closes early is closed" has "$out" '^early: vbd-51712 [a-z]+ Closed$'
result "a ring that stays mapped when all is closed waits" has "$out" '^held: reclaim [1-9]'
result "as Xen sees it" has "$dom0" '^mapped while held: [1-9]'
result "pages to be sent that stay mapped wait" has "$out" '^kept: reclaim [1-9]'
result "as Xen sees them" has "$dom0" '^mapped while kept: [1-9]'
result "a storm of events: the guest answers" has "$out" '^disk-storm: vbd-51712 vbd Connected$'
result "and the disk is served" has "$out" '^read: all$'
result "more responses than requests: a line says so" says disk-insane 'illegal number of responses'
result "and that the disk is used no more" says disk-insane 'disabled for further use'
result "a ring full of nonsense: a line says so" says disk-scribble 'illegal number of responses'
result "a network's storm: the guest answers" has "$out" '^net-storm: vif-0 vif Connected$'
result "more packets sent than there were: a line says so" says net-insane '[Ii]llegal number of responses'
result "and that the interface is used no more" says net-insane '[Dd]isabled for further use'
result "a network's ring full of nonsense: a line says so" says net-scribble '[Dd]isabled for further use'
result "nodes full of nonsense: the device is not connected" \
	has "$out" '^nodes: vbd-51712 [a-z]+ (Init|Clos)'
before=$(sed -n 's/^before: //p' <<<"$out")
for step in order early held kept {disk,net}-{storm,insane,scribble} nodes; do
	result "$step: nothing is left" same "$(field "$out" "$step: grants")" "${before#grants }"
done
result "the guest never stood still for ten seconds" \
	test "$(sed -n 's/^longest pause \([0-9]*\) cs/\1/p' <<<"$out")" -lt 1000
result "drivers, bus and all below unload" has "$out" '^all unloaded$'
result "Xen sees no page mapped" has "$dom0" '^Xen sees over: grants 0,'
finish
