#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/other_frontends.sh.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh

for device in $devices; do
	until_true "$device" test -e "$bus/devices/$device/driver"
	until_true "$device connects" is_connected "$device"
	echo "device $device: driver $(driver_of "$device"), state $(state_of "$device")"
done
grep -E '^N: .*Xen Virtual' /proc/bus/input/devices
case $devices in
*vfb*)
	echo "screen: $(cat /sys/class/graphics/fb*/name) $(cat /sys/class/graphics/fb*/virtual_size)"
	cat /dev/urandom >/dev/fb0 2>/dev/null
	echo "written to the screen: $(head -c 100000 /dev/fb0 | wc -c)"
	;;
esac
[ ! -e "$debug" ] || echo "while attached: grants $(grants), ports $(ports)"
turn prepared

mkdir -p /mnt
mount -t 9p -o trans=xen,version=9p2000.L,msize=65536 share /mnt && echo "9p mounted"
echo "theirs $(sum /mnt/theirs)"
head -c 700000 /dev/urandom >/mnt/mine && echo "mine $(sum /mnt/mine)"
mkdir /mnt/dir && mv /mnt/mine /mnt/dir/ && find /mnt/dir -type f | sed 's/^/listed /'
turn written
umount /mnt && echo "9p unmounted"
turn seen
rmmod 9p
# The text console has taken the screen.
for console in /sys/class/vtconsole/*; do
	! grep -q 'frame buffer' "$console/name" || echo 0 >"$console/bind"
done

# Frontends that nobody serves; some stand on others of them.
loaded=
for name in $unserved; do
	insmod "$name.ko" && loaded="$name $loaded"
done
echo "registered: $(cd $bus/drivers && echo *)"
for name in $loaded; do
	rmmod "$name" && echo "came and went: $name"
done
# shellcheck disable=SC2086 # names
unload $unload
turn over
