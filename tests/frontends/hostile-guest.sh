#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest's part of tests/xen/hostile_backend.sh: says what it sees whenever
# dom0 has done something, and how long it ever stood still.
# shellcheck disable=SC3045 # busybox's read has -t
# shellcheck source=tests/frontends/guest.sh
. ./guest.sh

# Sets now, in hundredths of a second.
look_at_clock()
{
	read -r up _ </proc/uptime
	now=$((${up%.*} * 100 + 1${up#*.} - 100))
}

# Notes the longest pause between two beats. It starts no process, which would be
# most of what the guest does here.
heart()
{
	look_at_clock
	last=$now longest=0
	exec 3<>/run/heart
	while :; do
		read -r -t 0.1 _ <&3
		look_at_clock
		if [ $((now - last)) -gt $longest ]; then
			longest=$((now - last))
			echo $longest >/run/longest
		fi
		last=$now
	done
}

# What there is of the devices, and what was said since the last time.
nr_lines=0
look()
{
	for device in "$bus"/devices/*; do
		[ -e "$device" ] || continue
		device=${device##*/}
		echo "$1: $device $(driver_of "$device") $(state_of "$device")"
	done
	dmesg | tail -n +$((nr_lines + 1)) | sed 's/^\[[^]]*\] *//' | sort | uniq -c | sort -rn |
		head -n 12 | sed "s/^/$1: said /"
	nr_lines=$(dmesg | wc -l)
	echo "$1: reclaim $(sed -n 's/^reclaim: //p' "$debug/grants")"
}

has_ports()
{
	[ "$(ports)" = "$1" ]
}

mkfifo /run/heart
heart & heart=$!
nr_lines=$(dmesg | wc -l)
base_ports=$(ports)
echo "before: grants $(grants), ports $base_ports"
while :; do
	echo "ready step"
	read -r -t 300 step subject || { echo "in vain: dom0's next step"; exit 1; }
	case $step in
	look) look "$subject" ;;
	read)
		dd if="/dev/$subject" of=/dev/null bs=4k count=8 iflag=direct 2>&1 |
			sed -n 's/^dd: /read: /p; s/^8+0 records out/read: all/p'
		;;
	send)
		ip addr add 192.0.2.2/24 dev "$subject"
		ip link set "$subject" up
		ping -c 100 -q 192.0.2.1 >/dev/null 2>&1 &
		;;
	settle)
		until_true "$subject: no devices" is_empty "$bus/devices"
		until_true "$subject: nothing to reclaim" grep -q '^reclaim: 0$' "$debug/grants"
		# A device leaves its bus before its driver has left it.
		until_true "$subject: all ports closed" has_ports "$base_ports"
		echo "$subject: grants $(grants), ports $(ports)"
		;;
	end) break ;;
	esac
done
kill $heart
echo "longest pause $(cat /run/longest) cs"
unload xen_blkfront xen_netfront
turn over
