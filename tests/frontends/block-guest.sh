#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/blkfront.sh. $mib: how large xvda is.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
# shellcheck source=tests/frontends/fio.sh
. ./fio.sh
use_programs programs

write_file()
{
	head -c 8000000 /dev/urandom >data
	cp data /mnt/data && echo "file before $(sum data)"
}

disk_of()
{
	ls "$bus/devices/vbd-$1/block" 2>/dev/null
}

until_true xvda test -b /dev/xvda
echo "device vbd-51712: $(disk_of 51712), driver $(driver_of vbd-51712), state $(state_of vbd-51712)"
echo "attributes $(cat $bus/devices/vbd-51712/nodename $bus/devices/vbd-51712/modalias | tr '\n' ' ')"
[ ! -e $debug ] || echo "while attached: grants $(grants), ports $(ports)"

verify /dev/xvda "$mib"
mkfs.ext4 -q /dev/xvda && mkdir -p /mnt && mount -t ext4 /dev/xvda /mnt && write_file
umount /mnt
echo 3 >/proc/sys/vm/drop_caches
mount -t ext4 /dev/xvda /mnt && echo "file after $(sum /mnt/data)"
fstrim /mnt && echo "discarded"
umount /mnt
e2fsck -fn /dev/xvda >fsck.out 2>&1
echo "e2fsck: $?"

turn plug
until_true plug test -b /dev/xvdb
head -c 16000000 /dev/urandom >data
dd if=data of=/dev/xvdb bs=1M conv=fsync 2>/dev/null
echo "plugged $(blockdev --getsize64 /dev/xvdb), sum $(sum data)"
rm data
turn unplug
until_true unplug gone /dev/xvdb
until_true "device goes" gone $bus/devices/vbd-51728
echo "unplugged"

turn attach_busy
until_true "the disk to be busy" test -b /dev/xvdb
busy /dev/xvdb & program=$!
until_true "I/O" has_written
turn detach_busy
until_true "the busy disk goes" gone /dev/xvdb
until_true "its program ends" is_over $program
cat busy.end
echo "alive, xvda $(read_disk /dev/xvda)"

turn attach_last
until_true last test -b /dev/xvdb
verify /dev/xvdb 16
turn seen
unload xen_blkfront
turn over
