# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What the guest's parts of the disks' tests share: fio, checks and loads.

# verify DISK MIB: writes all of a disk at random, then reads and compares it.
verify()
{
	fio --name=verify --filename="$1" --size="$2m" --direct=1 --ioengine=libaio --iodepth=32 \
		--rw=randwrite --bssplit=4k/30:64k/40:1m/30 --random_generator=tausworthe64 \
		--verify=crc32c --verify_fatal=1 --do_verify=1 --randrepeat=0 --minimal >fio.out 2>&1
	echo "verify of $1: status $?, errors $(grep -ciE 'verify:|error' fio.out)"
	grep -m 4 -iE 'verify:|error|assert' fio.out
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

# Prints 1 if the beginning of a disk can be read.
read_disk()
{
	dd if="$1" of=/dev/null bs=1M count=4 2>&1 | grep -c '4+0 records out'
}
