#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Linux's own xen-blkfront, not a byte of it changed, on our modules: real
# blocks through dom0's blkback.
#
# blkfront.sh KERNEL MIB [GUEST [SIDE]]. fio writes a disk of that size in pieces of
# three sizes, and compares what it reads; ext4 is made on it, mounted, checked.
# Disks come and go while the guest runs, also under the hands of a program that
# writes. In the end driver and bus leave, and Xen sees nothing of them.
#
# Then, in another guest, dom0 takes a busy disk away by force: its backend's and
# its frontend's nodes are removed at once, requests in the ring are never answered.
# Linux's blkfront_remove() waits for them in del_gendisk(), and nothing ends that:
# this disk, its program and the driver's module stay. Ours to show is that all else
# goes on, where Linux's bus, which has one thread for all devices, does nothing more.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1 mib=$2 guest=${3:-pv} side=${4:-ours}
name=blkfront-$guest-$side-$kernel
files=build/$name

build_frontends "$kernel" "$side" xen-blkfront
rm -rf "$files" "$files-force"
pack_programs "$files/programs" fio mkfs.ext4 e2fsck
mapfile -t options < <(filesystem "$kernel"; frontend_options "$kernel" "$guest" "$side" xen-blkfront)
run_frontends "$name" "$kernel" block "mib=$mib" --guest "$guest" --memory 448 --timeout $((800 + mib * 2)) \
	--disk "$mib" "${options[@]}"

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
result "a busy disk that goes ends the program with errors" \
	has "$out" "^program on /dev/xvdb ended: [1-9]"
result "and the guest and its other disk live" has "$out" "^alive, xvda 1\$"
result "the same number again works" has "$out" '^verify of /dev/xvdb: status 0, errors 0$'
frontends_are_gone "$side"

if [[ $side == ours ]]; then
	mkdir -p "$files-force"
	cp -r "$files/programs" "$files-force/"
	mapfile -t options < <(frontend_options "$kernel" "$guest" "$side" xen-blkfront)
	run_frontends "$name-force" "$kernel" force "" --guest "$guest" --memory 448 --timeout 600 --disk 16 "${options[@]}"
	result "a busy disk that goes by force: the other disk is served" \
		has "$out" '^after force: xvda 1$'
	result "and the bus finds and serves a new one" \
		has "$out" '^verify of /dev/xvdc: status 0, errors 0$'
	result "which goes when it is unplugged" has "$out" '^unplugged the other$'
fi
finish
