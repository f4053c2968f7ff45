#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Linux's other frontends, not a byte of them changed, on our modules, as far as
# Debian has a backend for them: the QEMU of its Xen serves a folder by 9p, a
# keyboard and a screen.
#
# other_frontends.sh KERNEL [GUEST [SIDE]]. Files go both ways through 9p; the keyboard's
# and the screen's drivers probe and connect. (The kernel has the latter two
# built in, where they find no bus to register with; ours are modules.) In the
# end all of them leave, and Xen sees nothing of them. Frontends that nothing in
# Debian serves load and wait for their devices, and unload. One of them, Linux's
# pvcalls-front, has no module_exit(), so nothing can unload it, and it keeps the bus
# below it: it has a guest of its own. In HVM xl gives no screen but an emulated one.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1 guest=${2:-pv} side=${3:-ours}
name=other_frontends-$guest-$side-$kernel
served=(9pnet_xen xen-kbdfront) modules=(9pnet_xen xen-kbdfront-mod) devices=(9pfs-0 vkbd-0)
if [[ $guest == hvm ]]; then
	config=vkb_device=1
else
	config='vfb=["vnc=0"]' # with a keyboard
	served+=(xen-fbfront) modules+=(xen-fbfront-mod) devices+=(vfb-0)
fi
unserved=(xen-front-pgdir-shbuf drm_xen_front snd_xen_front xen-scsifront xen-hcd xen-tpmfront)
# It has no use for another kind of guest, and says so to insmod.
[[ $guest != pv ]] || unserved+=(xen-pcifront)

build_frontends "$kernel" "$side" "${served[@]}" "${unserved[@]}" pvcalls-front
if [[ $side == ours ]]; then
	mapfile -t options < <(frontend_options "$kernel" "$guest" "$side" "${modules[@]}")
	for frontend in "${unserved[@]}"; do
		options+=(--copy "build/drivers/$kernel/$frontend/$frontend.ko")
	done
	unload=${modules[*]//-/_}
else
	# It has the others built in.
	mapfile -t options < <(frontend_options "$kernel" "$guest" "$side" 9pnet_xen)
	unserved=()
	unload=9pnet_xen
fi
for library in 9p drm_kms_helper snd-pcm scsi_mod usbcore; do
	options=(--modprobe "$library" "${options[@]}")
done
run_frontends "$name" "$kernel" devices "unload='$unload' unserved='${unserved[*]}' devices='${devices[*]}'" \
	--guest "$guest" --memory 448 --timeout 900 "${options[@]}" --device-model \
	--config 'p9=["tag=share,security_model=none,path=/tmp"]' --config "$config"

for device in "${devices[@]}"; do
	result "probe() ran: $device" \
		has "$out" "^device $device: driver ${device%-0}, state Connected\$"
done
result "the keyboard is an input device" has "$out" '^N: Name="Xen Virtual Keyboard"'
result "and so is the pointer" has "$out" '^N: Name="Xen Virtual Pointer"'
if [[ $guest != hvm ]]; then
	result "the screen is a frame buffer" has "$out" '^screen: xen [1-9]'
	result "and takes what is written" has "$out" '^written to the screen: 100000$'
fi
result "a folder of dom0 is mounted" has "$out" '^9p mounted$'
result "a file from there is whole" same "$(field "$out" theirs)" "$(field "$dom0" theirs)"
result "a file to there is whole" same "$(field "$dom0" mine)" "$(field "$out" mine)"
result "it is listed where it was moved to" has "$out" '^listed /mnt/dir/mine$'
result "the folder is unmounted" has "$out" '^9p unmounted$'
for frontend in "${unserved[@]}"; do
	result "$frontend, which nobody serves, loads, waits and unloads" \
		has "$out" "^came and went: $frontend\$"
done
frontends_are_gone "$side"

if [[ $side == ours ]]; then
	mapfile -t options < <(frontend_options "$kernel" "$guest" "$side" pvcalls-front)
	out=$(scripts/xenhost run --guest "$guest" --name "$name-pvcalls" --kernel "$kernel" "${options[@]}" \
		'ls /sys/bus/xen/drivers; grep ^pvcalls_front /proc/modules; rmmod pvcalls-front 2>&1') || true
	result "pvcalls-front, which nobody serves, loads and waits" has "$out" '^pvcalls$'
	result "and stays for ever, as Linux has it" has "$out" '^pvcalls_front .*\[permanent\]'
	result "no complaint in its guest's log" \
		clean_log "build/xenhost/$name-pvcalls/guest-dmesg.log"
fi
finish
