#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Linux's own xen-blkfront, not a byte of it changed, on our modules: real
# blocks through dom0's blkback.
#
# blkfront.sh KERNEL MIB [SIDE]. fio writes a disk of that size in pieces of
# three sizes, and compares what it reads; ext4 is made on it, mounted, checked.
# Disks come and go while the guest runs, also under the hands of a program that
# writes, and by force. In the end driver and bus leave, and Xen sees nothing of
# them.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1 mib=$2 side=${3:-ours}
name=blkfront-$side-$kernel
files=build/$name

build_frontends "$kernel" "$side" xen-blkfront
rm -rf "$files"
pack_programs "$files/programs" fio mkfs.ext4 e2fsck
mapfile -t options < <(frontend_options "$kernel" "$side" xen-blkfront)
run_frontends "$name" "$kernel" block "mib=$mib" --memory 448 --timeout $((800 + mib * 2)) \
	--disk "$mib" --modprobe ext4 "${options[@]}"

result "probe() ran: the disk is there, by its driver, connected" \
	has "$out" '^device vbd-51712: xvda, driver vbd, state Connected$'
result "with the attributes that Linux's have" \
	has "$out" '^attributes device/vbd/51712 xen:vbd $'
result "fio compares $mib MiB" has "$out" '^verify of /dev/xvda: status 0, errors 0$'
result "a file on ext4 is there after the mount" \
	same "$(field "$out" 'file after')" "$(field "$out" 'file before')"
result "its free blocks are discarded" has "$out" '^discarded$'
result "e2fsck finds nothing" has "$out" '^e2fsck: 0$'
result "a disk that is plugged in" has "$out" '^plugged 67108864'
result "has in dom0 what the guest wrote" \
	same "$(field "$dom0" arrived)" "$(sed -n 's/^plugged.*sum //p' <<<"$out")"
result "and goes when it is unplugged" has "$out" '^unplugged$'
for how in asked forced; do
	result "a busy disk that goes ($how) ends the program with errors" \
		has "$out" "^$how: program on /dev/xvdb ended: [1-9]"
	result "and the guest and its other disk live" has "$out" "^$how: alive, xvda 1\$"
done
result "the same number again works" has "$out" '^verify of /dev/xvdb: status 0, errors 0$'
frontends_are_gone "$side"
finish
