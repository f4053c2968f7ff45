#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/smoke.sh; $console: our terminal.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
cmd=/sys/kernel/debug/xendomu-test/cmd

driver()
{
	echo "$*" >$cmd && cat $cmd
}

fetch()
{
	timeout 20 wget -q -O - http://192.0.2.1/data.bin
}

# Linux 7.x warns of xen-netfront when its interface goes with packets on their way.
nothing_is_sent()
{
	sent=$(cat /sys/class/net/eth0/statistics/tx_packets)
	sleep 1
	[ "$sent" = "$(cat /sys/class/net/eth0/statistics/tx_packets)" ]
}

driver read name >/dev/null && driver cycle 500 >/dev/null &&
	driver grant 0 rw text >/dev/null && driver end 0 >/dev/null && echo "grants work"
driver write data/smoke "from the guest" >/dev/null && driver watch data/smoke >/dev/null
echo "a line for the console" >"$console"
turn store
sleep 0.5
echo "watch: $(driver seen)"
driver unwatch >/dev/null

turn attach
until_true "disk" test -b /dev/xvdb
until_true "interface" test -e /sys/class/net/eth0
echo "disk: $(dd if=/dev/xvdb bs=64k iflag=direct 2>/dev/null | sha256sum | cut -c 1-64)"
echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
ip addr add 192.0.2.2/24 dev eth0
ip link set eth0 up
until_true "an answer by network" fetch
echo "net: $(fetch | sha256sum | cut -c 1-64)"
until_true "the interface is quiet" nothing_is_sent
echo "while attached: grants $(grants), ports $(ports)"
turn attached
turn detach
until_true "disk goes" gone $bus/devices/vbd-51728
until_true "interface goes" gone $bus/devices/vif-0
unload xen_blkfront xen_netfront xendomu-testdrv xendomu-console
turn over
