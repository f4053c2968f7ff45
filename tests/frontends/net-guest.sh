#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/netfront.sh. $rounds: how often data.bin, of
# $bytes bytes, goes each way; after each change small.bin does.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh
use_programs programs
dom0=192.0.2.1
www=/run/www

# fetch NAME NR: from dom0, so many times.
fetch()
{
	i=0 good=0 theirs=$(wget -q -O - "http://$dom0/$1.sum")
	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		[ "$(wget -q -O - "http://$dom0/$1.bin" | sha256sum | cut -c 1-64)" != "$theirs" ] ||
			good=$((good + 1))
	done
	echo "$good"
}

# both WHAT: a piece each way, after something has changed.
both()
{
	echo "$1: in $(fetch small 1)"
	turn "fetch_$1"
}

answers()
{
	ping -c 1 -W 2 -q $dom0 >/dev/null
}

# ping_size BYTES: whether a packet of that size arrives in one piece.
ping_size()
{
	ping -c 2 -W 5 -q -s "$1" $dom0 | grep -c ' 0% packet loss'
}

features()
{
	ethtool -k eth0 | grep -cE "^($1): on"
}

# A load on eth0 for as long as the file is there.
keep_busy()
{
	while [ -e busy ]; do
		wget -q -O /dev/null http://$dom0/data.bin
	done
}

until_true eth0 test -e /sys/class/net/eth0
echo "device vif-0: eth0, driver $(driver_of vif-0), state $(state_of vif-0)"
[ ! -e "$debug" ] || echo "while attached: grants $(grants), ports $(ports)"
ip addr add 192.0.2.2/24 dev eth0
ip link set eth0 up
until_true "dom0 answers" answers
mkdir -p $www
head -c "$bytes" /dev/urandom >$www/data.bin
head -c 1000000 /dev/urandom >$www/small.bin
for name in data small; do
	sum $www/$name.bin >$www/$name.sum
done
httpd -h $www
turn begin
echo "all in $(fetch data "$rounds")"
turn all_out

ip link set eth0 mtu 1200
echo "mtu 1200: $(ping_size 1172)"
both small_mtu
turn large_mtu
ip link set eth0 mtu 9000
echo "mtu 9000: $(ping_size 8972)"
both large_mtu
ip link set eth0 mtu 1500

all='tcp-segmentation-offload|scatter-gather|generic-receive-offload'
echo "offloads at first: $(features "$all")"
ethtool -K eth0 tso off gso off
both no_tso
ethtool -K eth0 sg off gro off
both no_sg
echo "offloads off: $(features "$all")"
ethtool -K eth0 sg on tso on gso on gro on
both all_on
echo "offloads again: $(features "$all")"

ip link set eth0 down
echo "down: $(answers || echo silence)"
ip link set eth0 up
until_true "answers after up" answers
both up_again
turn their_down
echo "their down: $(answers || echo silence)"
turn their_up
until_true "answers after their up" answers
both their_up

turn plug
until_true eth1 test -e /sys/class/net/eth1
ip addr add 198.51.100.2/24 dev eth1
ip link set eth1 up
until_true "eth1 connects" is_connected vif-1
turn reach_eth1
dom0=198.51.100.1
until_true "dom0 answers on eth1" answers
both eth1
dom0=192.0.2.1
: >busy
keep_busy & load=$!
turn unplug
until_true "eth1 goes" gone /sys/class/net/eth1
echo "unplugged"
rm busy
until_true "the load ends" is_over $load
both after_unplug

turn seen
killall httpd
unload xen_netfront
turn over
