#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/netfront.sh; $rounds and $bytes as in the guest's.
# shellcheck disable=SC2154 # settings
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh
www=/run/www
vif=vif$GUEST_DOMID.0

# fetch HOST NAME NR: from the guest, so many times.
fetch()
{
	i=0 good=0 theirs=$(wget -q -O - "http://$1/$2.sum")
	while [ $i -lt "$3" ]; do
		i=$((i + 1))
		[ "$(wget -q -O - "http://$1/$2.bin" | sha256sum | cut -c 1-64)" != "$theirs" ] ||
			good=$((good + 1))
	done
	echo "$good"
}

# both WHAT [HOST]
both()
{
	ready "fetch_$1"
	echo "$1: out $(fetch "${2:-192.0.2.2}" small 1)"
	go
}

set_mtu()
{
	for link in "$vif" xenbr0; do
		ip link set "$link" mtu "$1"
	done
}

mkdir -p $www
head -c "$bytes" /dev/urandom >$www/data.bin
head -c 1000000 /dev/urandom >$www/small.bin
for name in data small; do
	sha256sum $www/$name.bin | cut -c 1-64 >$www/$name.sum
done
httpd -h $www
ready begin
go
ready all_out
echo "all out $(fetch 192.0.2.2 data "$rounds")"
go
both small_mtu
ready large_mtu
set_mtu 9000
go
both large_mtu
set_mtu 1500
both no_tso
both no_sg
both all_on
both up_again
ready their_down
ip link set "$vif" down
go
ready their_up
ip link set "$vif" up
go
both their_up
ready plug
make_bridge xenbr1 198.51.100.1
xl network-attach "$GUEST_NAME" bridge=xenbr1 && echo "attached"
go
ready reach_eth1
go
both eth1 198.51.100.2
ready unplug
xl network-detach "$GUEST_NAME" 1 && echo "detached"
go
both after_unplug
ready seen
xen_sees attached
go
ready over
echo "state when over: $(backend vif 0 state)"
xen_sees over
go
