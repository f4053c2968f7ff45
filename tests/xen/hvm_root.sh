#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# An HVM guest whose kernel knows nothing of Xen, and whose root file system is
# on xvda: hvm_root.sh KERNEL
#
# What an initramfs would do: take the emulated disk from its driver, load the
# modules, tell them to unplug what is emulated, load Linux's own xen-blkfront
# and xen-netfront, mount xvda, go there. All else runs from the disk: it fetches a
# file from dom0, writes it, and dom0 finds it in the disk's image afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh
. tests/frontends/lib.sh

kernel=$1
name=hvm_root-$kernel
tree=$work/tree

build_frontends "$kernel" ours xen-blkfront xen-netfront
rm -rf "$tree"
mkdir -p "$tree"/{bin,sbin,dev,proc,sys,mnt,tmp}
cp /bin/busybox "$tree/bin/"
for applet in sh awk cat echo ip ping wget sha256sum cut sync; do
	ln -s busybox "$tree/bin/$applet"
done
cat >"$tree/sbin/init" <<'EOF'
#!/bin/sh
export PATH=/bin
echo "root $(awk '$2 == "/" { d = $1 " " $3 } END { print d }' /proc/mounts) $(cat /marker)"
ip addr add 192.0.2.2/24 dev eth0
ip link set eth0 up
n=0; until ping -c 1 -W 2 -q 192.0.2.1 >/dev/null; do n=$((n + 1)); [ $n -lt 60 ] || exit 1; done
wget -q -O /fetched http://192.0.2.1/data.bin
echo "fetched $(sha256sum /fetched | cut -c 1-64)"
sync
echo "ready over"; read -r _
EOF
chmod +x "$tree/sbin/init"
head -c 16 /dev/urandom | od -An -t x1 | tr -d ' \n' >"$tree/marker"
rm -f "$work/root.img"
PATH=$PATH:/sbin:/usr/sbin mke2fs -qF -t ext4 -d "$tree" "$work/root.img" 48M

cat >"$work/guest.sh" <<'EOF'
piix=/sys/bus/pci/drivers/ata_piix
sd() { ls -d /sys/block/sd? 2>/dev/null | wc -l; }
# Network cards that answer; one that is gone has ones everywhere.
cards()
{
	n=0
	for dev in /sys/bus/pci/devices/*; do
		case $(cat $dev/class) in
		0x0200*) [ "$(head -c 2 $dev/config | hexdump -e '1/2 "%x"')" = ffff ] || n=$((n + 1)) ;;
		esac
	done
	echo $n
}
echo "before sd $(sd) cards $(cards)"
ides=$(cd $piix 2>/dev/null && ls -d 0000:*)
if [ -n "$ides" ]; then
	insmod xendomu.ko unplug=disks 2>/dev/null
	echo "in use $? sd $(sd)"
	for dev in $ides; do echo $dev >$piix/unbind; done
fi
insmod xendomu.ko unplug=disks,nics || exit 1
for name in xendomu-events xendomu-grant xendomu-xenstore xendomu-xenbus xen-blkfront xen-netfront; do
	insmod $name.ko || exit 1
done
for dev in $ides; do echo $dev >$piix/bind; done
n=0
until [ -b /dev/xvda ] && [ -e /sys/class/net/eth0 ]; do
	n=$((n + 1))
	[ $n -lt 600 ] || { echo "no xvda, or no eth0"; exit 1; }
	usleep 100000
done
echo "after sd $(sd) cards $(cards)"
mkdir -p /mnt
mount -t ext4 /dev/xvda /mnt || exit 1
for fs in dev proc sys; do mount --move /$fs /mnt/$fs; done
cd /mnt && mount --move . / && exec chroot . /sbin/init
EOF
cat >"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 3000 ] || exit 1; usleep 200000; done; }
mkdir -p /run/www /run/image
head -c 1000000 /dev/urandom >/run/www/data.bin
httpd -h /run/www
echo "data $(sha256sum /run/www/data.bin | cut -c 1-64)"
ready over
# busybox does not know that ext4 wants the other.
modprobe -a crc32c_generic ext4
mount -t ext4 -o ro,noload /dev/loop0 /run/image && echo "on disk $(sha256sum /run/image/fetched | cut -c 1-64)"
umount /run/image
echo on >"$GUEST_INPUT"
EOF

mapfile -t options < <(make -s modules-list KERNEL="$kernel" | grep -v console | sed 's/^/--copy\n/')
mapfile -t -O "${#options[@]}" options < <(filesystem "$kernel")
for module in xen-blkfront xen-netfront; do
	options+=(--copy "build/drivers/$kernel/$module/$module.ko")
done
status=0
out=$(scripts/xenhost run --guest hvm --name "$name" --kernel "$kernel" --vcpus 2 --timeout 600 \
	"${options[@]}" --disk "$work/root.img" --nic \
	--config 'device_model_args=["-device","rtl8139,romfile="]' \
	--dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
dom0=$(cat "build/xenhost/$name/dom0-script.out")
diagnose "$out" "$dom0"
result "the scripts came to their ends" test "$status" -eq 0
result "no complaint in the guest's log" clean_log "build/xenhost/$name/guest-dmesg.log"
result "at first there is an emulated network card" has "$out" '^before sd [0-9] cards 1$'
if [[ ! -e /lib/modules/$kernel ]]; then
	result "a disk that has a driver is not unplugged" has "$out" '^in use [1-9][0-9]* sd [1-9]$'
fi
result "after unplugging there are none of either" has "$out" '^after sd 0 cards 0$'
result "the root is on xvda, and it is that disk" has "$out" "^root /dev/xvda ext4 $(<"$tree/marker")\$"
result "a file comes through netback" same "$(field "$out" fetched)" "$(field "$dom0" data)"
result "and is on the disk, as dom0 sees it" same "$(field "$dom0" 'on disk')" "$(field "$dom0" data)"
finish
