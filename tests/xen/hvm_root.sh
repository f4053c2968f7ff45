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

mapfile -t options < <(make -s modules-list KERNEL="$kernel" | grep -v console | sed 's/^/--copy\n/')
mapfile -t -O "${#options[@]}" options < <(filesystem "$kernel")
for module in xen-blkfront xen-netfront; do
	options+=(--copy "build/drivers/$kernel/$module/$module.ko")
done
run_frontends "$name" "$kernel" root "" --guest hvm --timeout 600 "${options[@]}" \
	--disk "$work/root.img" --nic --config 'device_model_args=["-device","rtl8139,romfile="]'

result "at first there is an emulated network card" has "$out" '^before sd [0-9] cards 1$'
if ! is_debian "$kernel"; then
	result "a disk that has a driver is not unplugged" has "$out" '^in use [1-9][0-9]* sd [1-9]$'
fi
result "after unplugging there are none of either" has "$out" '^after sd 0 cards 0$'
result "the root is on xvda, and it is that disk" has "$out" "^root /dev/xvda ext4 $(<"$tree/marker")\$"
result "a file comes through netback" same "$(field "$out" fetched)" "$(field "$dom0" data)"
result "and is on the disk, as dom0 sees it" same "$(field "$dom0" 'on disk')" "$(field "$dom0" data)"
finish
