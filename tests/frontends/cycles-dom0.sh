#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/frontend_cycles.sh.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh
www=/run/www

mkdir -p $www
head -c 1000000 /dev/urandom >$www/data.bin
httpd -h $www
modprobe -a xen-blkback loop
make_bridge xenbr0 192.0.2.1
new_disk cycles 16 7

cycle()
{
	ready "attach_$1"
	xl block-attach "$GUEST_NAME" phy:/dev/loop7,xvdb,w || echo "attach failed: disk, $1"
	xl network-attach "$GUEST_NAME" bridge=xenbr0 || echo "attach failed: interface, $1"
	go
	ready "detach_$1"
	xl block-detach "$GUEST_NAME" xvdb || echo "detach failed: disk, $1"
	xl network-detach "$GUEST_NAME" 0 || echo "detach failed: interface, $1"
	go
}

n_cycle=1
while [ $n_cycle -le "$cycles" ]; do
	cycle $n_cycle
	case $n_cycle in
	3 | "$cycles")
		ready "measured_$n_cycle"
		xen_sees "after $n_cycle"
		go
		;;
	esac
	n_cycle=$((n_cycle + 1))
done
ready seen
go
ready over
xen_sees over
go
