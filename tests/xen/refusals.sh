#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What must be refused, with the right error and one line that says why.
#
# Not on Xen at all; a kernel that holds the resources; parameters out of
# range; a module in use. After each refusal the guest must be as before.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
modules=()
while read -r module; do
	modules+=(--copy "$module")
done < <(make -s modules-list KERNEL="$kernel")
modules+=(--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko")

# run NAME OPTION... SCRIPT: sets out
run()
{
	local name=refusals-$1-$kernel

	shift
	out=$(scripts/xenhost run --name "$name" --kernel "$kernel" --timeout 300 \
		"${modules[@]}" "$@" 2>&1) || out="$out
status $?"
}

# In the guest: loads a module, prints "result NAME STATUS" and what was logged.
# shellcheck disable=SC2016
try='try() { n=$(dmesg | wc -l); insmod "$@" 2>&1; echo "result $1 $?"; dmesg | tail -n +$((n + 1)) | grep xendomu | grep -vE "taints|tainting"; lsmod | sed "s/^/lsmod /"; }'

run bare --guest bare "$try; try xendomu.ko"
result "without Xen: xendomu does not load" has "$out" '^result xendomu.ko [1-9]'
result "without Xen: the error is ENODEV" has "$out" 'No such device'
# busybox tries a second system call after the first was refused.
result "without Xen: one line says so" \
	same "$(grep -o 'xendomu: .*' <<<"$out" | sort -u)" \
	'xendomu: not running on Xen: no domain type from the kernel and no XenVMMXenVMM CPUID leaf'

run held --guest pv --keep-kernel-drivers \
	"$try; try xendomu.ko; try xendomu-events.ko; try xendomu-grant.ko; try xendomu-xenstore.ko; try xendomu-console.ko; cat /sys/kernel/debug/xendomu/guest"
result "kernel's drivers kept: xendomu itself loads" has "$out" '^result xendomu.ko 0'
for module in grant xenstore console; do
	result "kernel's drivers kept: $module is refused" has "$out" "^result xendomu-$module.ko [1-9]"
done
result "kernel's drivers kept: the error is EBUSY" \
	same "$(grep -c 'Device or resource busy' <<<"$out")" 3
result "kernel's drivers kept: the grant table's line has the remedy" \
	has "$out" 'the grant table belongs to the kernel: boot with initcall_blacklist=__gnttab_init,'
result "kernel's drivers kept: the XenStore ring's line has the remedy" \
	has "$out" 'the XenStore ring belongs to the kernel: boot with initcall_blacklist='
result "kernel's drivers kept: the console ring's line has the remedy" \
	has "$out" 'the console ring belongs to the kernel: boot with .*console=hvc1'
result "kernel's drivers kept: debugfs says who owns what" \
	same "$(grep -c 'owner of .*: the kernel' <<<"$out")" 4

# A kernel that was told to leave all but the bus of frontends.
kept=initcall_blacklist=__gnttab_init,xenbus_init,xenbus_probe_backend_init
kept+=,xenbus_probe_initcall,xenbus_backend_init,xen_hvc_init,boot_wait_for_devices
# shellcheck disable=SC2016
run bus --guest pv --keep-kernel-drivers --append "$kept" \
	"$try"'; for m in xendomu xendomu-events xendomu-grant xendomu-xenstore xendomu-xenbus; do try $m.ko; done'
result "kernel's bus kept: XenStore is free" has "$out" '^result xendomu-xenstore.ko 0'
result "kernel's bus kept: the bus is refused" has "$out" '^result xendomu-xenbus.ko [1-9]'
result "kernel's bus kept: its line has the remedy" \
	has "$out" 'the bus of Xen devices belongs to the kernel: boot with initcall_blacklist='

# shellcheck disable=SC2016
run params --guest pv "$try"'
for m in xendomu xendomu-events; do try $m.ko; done
try xendomu-grant.ko frames=0; try xendomu-grant.ko frames=65537; try xendomu-grant.ko frames=-1
try xendomu-grant.ko frames=some; try xendomu-grant.ko frames=65535; grep frames /sys/kernel/debug/xendomu/grants
rmmod xendomu 2>&1; echo "in use $?"
for m in xendomu-xenstore xendomu-testdrv; do insmod $m.ko; done
rmmod xendomu-grant 2>&1; echo "grant in use $?"
rmmod xendomu-testdrv; insmod xendomu-console.ko
(sleep 5 >/dev/hvc1) & sleep 1; rmmod xendomu-console 2>&1; echo "console in use $?"; wait; rmmod xendomu-console; echo "console closed $?"'
result "frames=0 is refused with a line" has "$out" 'xendomu_grant: frames=0 is out of range: 1 to 65535'
result "frames=65537 is refused with a line" has "$out" 'xendomu_grant: frames=65537 is out of range'
result "a frames that is no number is refused" \
	same "$(grep -c '^result xendomu-grant.ko [1-9]' <<<"$out")" 4
result "more frames than the domain may have are cut to its limit" has "$out" '^frames: 64 of 64$'
result "a module that others use stays" has "$out" '^in use [1-9]'
result "the grant module stays while a driver uses it" has "$out" '^grant in use [1-9]'
result "the console stays while a terminal is open" has "$out" '^console in use [1-9]'
result "and goes when it is closed" has "$out" '^console closed 0'

for name in held bus params; do
	result "no complaint in the guest's log ($name)" \
		clean_log "build/xenhost/refusals-$name-$kernel/guest-dmesg.log"
done
finish
