#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/blkfront.sh. $mib: how large xvda is.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
use_programs programs

# verify DISK MIB: writes all of a disk at random, then reads and compares it.
verify()
{
	fio --name=verify --filename="$1" --size="$2m" --direct=1 --ioengine=libaio --iodepth=32 \
		--rw=randwrite --bssplit=4k/30:64k/40:1m/30 --random_generator=tausworthe64 \
		--verify=crc32c --verify_fatal=1 --do_verify=1 --randrepeat=0 --minimal >fio.out 2>&1
	echo "verify of $1: status $?, errors $(grep -ciE 'verify:|error' fio.out)"
	grep -m 4 -iE 'verify:|error' fio.out
}

write_file()
{
	head -c 8000000 /dev/urandom >data
	cp data /mnt/data && echo "file before $(sum data)"
}

# A program keeps a disk busy until it fails.
busy()
{
	fio --name=busy --filename="$1" --size=60m --direct=1 --ioengine=libaio --iodepth=16 \
		--rw=randrw --bs=16k --time_based --runtime=600 --minimal >busy.out 2>&1
	echo "program on $1 ended: $(grep -ciE 'error|No such device' busy.out) errors" >busy.end
}

has_written()
{
	[ "$(awk '{ print $7 }' /sys/block/xvdb/stat)" -gt 1000 ]
}

disk_of()
{
	ls "$bus/devices/vbd-$1/block" 2>/dev/null
}

# detach_busy NAME: dom0 takes xvdb away while a program writes it.
detach_busy()
{
	turn "attach_$1"
	until_true "xvdb for $1" test -b /dev/xvdb
	busy /dev/xvdb & program=$!
	until_true "$1: I/O" has_written
	turn "detach_$1"
	until_true "$1: xvdb goes" gone /dev/xvdb
	until_true "$1: program ends" is_over $program
	sed "s/^/$1: /" busy.end
	echo "$1: alive, xvda $(dd if=/dev/xvda of=/dev/null bs=1M count=4 2>&1 | grep -c '4+0 records out')"
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

detach_busy asked
detach_busy forced

turn attach_last
until_true last test -b /dev/xvdb
verify /dev/xvdb 16
turn seen
unload xen_blkfront
turn over
