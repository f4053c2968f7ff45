#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/hvm_root.sh.
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh
mkdir -p /run/www /run/image
head -c 1000000 /dev/urandom >/run/www/data.bin
httpd -h /run/www
echo "data $(sha256sum /run/www/data.bin | cut -c 1-64)"
ready over
# busybox does not know that ext4 wants the other.
modprobe -a crc32c_generic ext4
mount -t ext4 -o ro,noload /dev/loop0 /run/image && echo "on disk $(sha256sum /run/image/fetched | cut -c 1-64)"
umount /run/image
go
