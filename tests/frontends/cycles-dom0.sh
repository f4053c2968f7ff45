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

# both N DISK INTERFACE: two commands of xl at once, in the Nth cycle
both()
{
	# shellcheck disable=SC2086 # commands and their words
	xl $2 & for_disk=$!
	# shellcheck disable=SC2086
	xl $3 || echo "failed in cycle $1: $3"
	wait $for_disk || echo "failed in cycle $1: $2"
	go
}

cycle()
{
	ready "attach_$1"
	both "$1" "block-attach $GUEST_NAME phy:/dev/loop7,xvdb,w" \
		"network-attach $GUEST_NAME bridge=xenbr0"
	ready "detach_$1"
	both "$1" "block-detach $GUEST_NAME xvdb" "network-detach $GUEST_NAME 0"
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
