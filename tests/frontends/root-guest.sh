#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/hvm_root.sh, until the root file system takes over.
# shellcheck disable=SC2010,SC2012 # names from sysfs
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
piix=/sys/bus/pci/drivers/ata_piix
sd() { ls -d /sys/block/sd? 2>/dev/null | wc -l; }
# Network cards that answer; one that is gone has ones everywhere.
cards()
{
	n=0
	for dev in /sys/bus/pci/devices/*; do
		case $(cat "$dev/class") in
		0x0200*) [ "$(head -c 2 "$dev/config" | hexdump -e '1/2 "%x"')" = ffff ] || n=$((n + 1)) ;;
		esac
	done
	echo $n
}
echo "before sd $(sd) cards $(cards)"
ides=$(cd $piix 2>/dev/null && ls -d 0000:*)
if [ -n "$ides" ]; then
	insmod xendomu.ko unplug=disks 2>/dev/null
	echo "in use $? sd $(sd)"
	for dev in $ides; do echo "$dev" >$piix/unbind; done
fi
insmod xendomu.ko unplug=disks,nics || exit 1
for name in xendomu-events xendomu-grant xendomu-xenstore xendomu-xenbus xen-blkfront xen-netfront; do
	insmod $name.ko || exit 1
done
for dev in $ides; do echo "$dev" >$piix/bind; done
until_true xvda test -b /dev/xvda || exit 1
until_true eth0 test -e /sys/class/net/eth0 || exit 1
echo "after sd $(sd) cards $(cards)"
mkdir -p /mnt
mount -t ext4 /dev/xvda /mnt || exit 1
for fs in dev proc sys; do mount --move /$fs /mnt/$fs; done
cd /mnt && mount --move . / && exec chroot . /sbin/init
