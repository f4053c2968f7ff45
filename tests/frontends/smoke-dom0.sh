#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/smoke.sh.
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh
www=/run/www

seen_on_console()
{
	grep -q "a line for the console" "$GUEST_CONSOLE"
}

echo "host: Xen $(xl info | sed -n 's/^xen_version *: //p'), dom0 $(uname -r)"
mkdir -p $www
head -c 1000000 /dev/urandom >$www/data.bin
httpd -h $www
make_bridge xenbr0 192.0.2.1
modprobe -a xen-blkback loop
new_disk smoke 4 7
head -c 4194304 /dev/urandom >/run/smoke
echo "disk: $(sha256sum /run/smoke | cut -c 1-64)"
echo "net: $(sha256sum $www/data.bin | cut -c 1-64)"

ready store
echo "store: $(xenstore-read "/local/domain/$GUEST_DOMID/data/smoke")"
xenstore-write "/local/domain/$GUEST_DOMID/data/smoke" "from dom0"
until_true "the guest's line on its console" seen_on_console && echo "console: seen"
go
ready attach
xen_sees before
xl block-attach "$GUEST_NAME" phy:/dev/loop7,xvdb,w
xl network-attach "$GUEST_NAME" bridge=xenbr0
go
ready attached
xen_sees attached
go
ready detach
xl block-detach "$GUEST_NAME" xvdb
xl network-detach "$GUEST_NAME" 0
go
ready over
xen_sees over
go
