#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the guest's parts of the frontends' tests share. Sourced, with the
# test's own settings.
# shellcheck disable=SC3045,SC1091 # busybox's read has -t; settings are made later

. ./settings
debug=/sys/kernel/debug/xendomu
bus=/sys/bus/xen

# turn NAME: dom0's part does what belongs to NAME, then we go on.
turn()
{
	echo "ready $1"
	read -r -t 300 _ || { echo "in vain: dom0's part of $1"; exit 1; }
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

gone()
{
	! test -e "$1"
}

is_empty()
{
	[ -z "$(ls "$1")" ]
}

is_over()
{
	! kill -0 "$1"
}

sum()
{
	sha256sum "$1" | cut -c 1-64
}

# The programs of a folder that pack_programs() has filled.
use_programs()
{
	mkdir -p /lib64
	cp "$1"/lib/ld-linux* /lib64/
	export PATH="$PWD/$1/bin:$PATH" LD_LIBRARY_PATH="$PWD/$1/lib"
}

# How many pages dom0 may map, and how many ports there are; by our own books.
grants()
{
	grep -c '^ref.*domain 0' $debug/grants
}

ports()
{
	grep -c '^port' $debug/events
}

# A backend may let go of a page a little later than its device goes.
nothing_waits()
{
	! grep -q '^reclaim: [1-9]' $debug/grants
}

# driver_of DEVICE: whose it is, "none" if nobody's.
driver_of()
{
	basename "$(readlink "$bus/devices/$1/driver" || echo none)"
}

state_of()
{
	cat "$bus/devices/$1/state"
}

is_connected()
{
	[ "$(state_of "$1")" = Connected ]
}

# Unloads the drivers named, then the bus and all below it.
unload()
{
	for name in "$@"; do
		# 9pnet_xen is in use for a moment after the last umount.
		until_true "unloading $name" rmmod "$name" || echo "cannot unload $name"
	done
	[ -e $debug ] || return 0
	until_true "pages that backends keep" nothing_waits || :
	echo "without the drivers: grants $(grants), ports $(ports)"
	for name in xenbus xenstore grant events; do
		rmmod xendomu-$name || echo "cannot unload xendomu-$name"
	done
	rmmod xendomu && echo "all unloaded"
}
