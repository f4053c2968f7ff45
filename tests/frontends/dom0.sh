#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What dom0's parts of the frontends' tests share. Sourced, with the
# test's own settings.
# shellcheck disable=SC1091 # settings are made later
. ./settings

# ready NAME: waits for the guest's turn of that name, at most 10 minutes.
ready()
{
	n=0
	until grep -q "^ready $1$" "$GUEST_OUTPUT"; do
		n=$((n + 1))
		[ $n -lt 3000 ] || { echo "in vain: the guest's $1"; exit 1; }
		usleep 200000
	done
}

go()
{
	echo on >"$GUEST_INPUT"
}

# until_true WHAT COMMAND...: waits for it, at most two minutes.
until_true()
{
	what=$1 n=0
	shift
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1))
		[ $n -lt 600 ] || { echo "in vain: $what"; return 1; }
		usleep 200000
	done
}

# backend CLASS DEVID NODE: what a backend of the guest's says.
backend()
{
	xenstore-read "/local/domain/0/backend/$1/$GUEST_DOMID/$2/$3"
}

frontend_state()
{
	[ "$(xenstore-read "/local/domain/$GUEST_DOMID/device/$1/$2/state")" = "$3" ]
}

# make_bridge NAME ADDRESS: where dom0 answers as ADDRESS
make_bridge()
{
	modprobe -a xen-netback bridge
	brctl addbr "$1"
	ip addr add "$2/24" dev "$1"
	ip link set "$1" up
}

# new_disk NAME MIB N: an empty file of that name below /run, as /dev/loopN.
new_disk()
{
	rm -f "/run/$1"
	truncate -s "${2}M" "/run/$1"
	until_true "/dev/loop$3 is free" losetup "/dev/loop$3" "/run/$1"
}

# attach_disk NAME MIB N DISK: the same, as the guest's DISK.
attach_disk()
{
	new_disk "$1" "$2" "$3"
	xl block-attach "$GUEST_NAME" "phy:/dev/loop$3,$4,w" || echo "attach failed: $1"
}

# What Xen itself sees: grants that dom0 has mapped, and ports of the guest.
xen_ports()
{
	xl debug-keys e
	xl dmesg | awk -v dom="$GUEST_DOMID" '
		/Event channel information for domain/ { mine = $0 ~ "domain " dom ":"; if (mine) n = 0 }
		/ s=[0-9]/ && mine { n++ }
		END { print n + 0 }'
}

xen_sees()
{
	echo "Xen sees $1: grants $(grant-dump "$GUEST_DOMID" | tail -n 1), ports $(xen_ports)"
}
