#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A little of everything in one guest: smoke.sh KERNEL GUEST
#
# All floors load; grants, events, XenStore and the console work; a disk and a
# network card of Linux's own frontends come, are used and go; everything unloads,
# and Xen sees nothing of it any more.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

guest=$2
kernel_or_skip "$1"
diagnose "guest: $kernel"
name=smoke-$XENHOST_HOST-$guest-$kernel

build_frontends "$kernel" ours xen-blkfront xen-netfront
result "so does the test driver" \
	eval "alone make -s -o modules driver DIR=tests/driver KERNEL=$kernel >build/logs/smoke-driver-$kernel.log 2>&1"
mapfile -t options < <(frontend_options "$kernel" "$guest" ours xen-blkfront xen-netfront)
options+=(--insmod "build/modules/$kernel/xendomu-console.ko"
	--insmod "build/drivers/$kernel/driver/xendomu-testdrv.ko")
run_frontends "$name" "$kernel" smoke "console=/dev/$(hvc "$guest" 0)" --guest "$guest" \
	--memory 256 --timeout 300 "${options[@]}"

result "grants come and go" has "$out" '^grants work$'
result "dom0 reads what the guest wrote into XenStore" same "$(field "$dom0" store:)" "from the guest"
result "a watch fires for what dom0 writes" has "$out" '^watch: 2 data/smoke$'
result "a line of the guest is on its console" has "$dom0" '^console: seen$'
result "the guest reads dom0's disk" same "$(field "$out" disk:)" "$(field "$dom0" disk:)"
result "and by network what dom0 serves" same "$(field "$out" net:)" "$(field "$dom0" net:)"
frontends_are_gone ours
finish
