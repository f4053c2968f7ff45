#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Dom0's part of tests/xen/hostile_backend.sh: the toolstack's nodes, and each
# hostile deed. Nothing in dom0's kernel serves these devices.
# shellcheck source=tests/frontends/dom0.sh
. ./dom0.sh
step_nr=0

fe() { echo "/local/domain/$GUEST_DOMID/device/$1"; }
be() { echo "/local/domain/0/backend/${1%/*}/$GUEST_DOMID/${1#*/}"; }

# Whether the guest has asked for so many steps.
has_asked()
{
	[ "$(grep -c '^ready step$' "$GUEST_OUTPUT")" -ge "$1" ]
}

# tell STEP [WHAT]: the guest does that, and we go on when it has.
tell()
{
	step_nr=$((step_nr + 1))
	until_true "step $1 $2" has_asked $step_nr || exit 1
	echo "$1 $2" >"$GUEST_INPUT"
	[ "$1" = end ] || until_true "the end of step $1 $2" has_asked $((step_nr + 1)) || exit 1
}

# plug TYPE/ID [NODE VALUE]...: a device, with more nodes of the backend. With as
# few processes as can be: they are what takes time in dom0.
plug()
{
	device=$1 back=$(be "$1") front=$(fe "$1") more=
	shift
	xenstore-write "$back" "" "$front" ""
	xenstore-chmod "$back" n0 "r$GUEST_DOMID"
	xenstore-chmod "$front" "n$GUEST_DOMID" r0
	while [ $# -gt 0 ]; do
		more="$more $back/$1 $2"
		shift 2
	done
	# shellcheck disable=SC2086 # nodes and values
	xenstore-write "$back/frontend" "$front" "$back/frontend-id" "$GUEST_DOMID" "$back/online" 1 \
		"$back/state" 1 "$front/virtual-device" "${device#*/}" "$front/handle" 0 "$front/device-type" disk \
		"$front/mac" 00:16:3e:00:00:01 "$front/backend-id" 0 "$front/state" 1 \
		"$front/backend" "$back" $more
}

unplug() { xenstore-rm "$(fe "$1")"; xenstore-rm "$(be "$1")"; }
set_state() { xenstore-write -- "$(be "$1")/state" "$2"; }
has_state() { [ "$(xenstore-read "$(fe "$1")/state")" = "$2" ]; }
fe_node() { xenstore-read "$(fe "$1")/$2"; }

# attack DEVICE HOW [NUMBER]: hostile-backend at its ring.
attack()
{
	case $1,$2 in
	vbd/*) class=block ring=$(fe_node "$1" ring-ref) event=$(fe_node "$1" event-channel) ;;
	*,keep | *,insane | *,scribble) class=net ring=$(fe_node "$1" tx-ring-ref) event=$(fe_node "$1" event-channel-tx) ;;
	*) class=net ring=$(fe_node "$1" rx-ring-ref) event=$(fe_node "$1" event-channel-rx) ;;
	esac
	./hostile-backend "$GUEST_DOMID" "$event" "$ring" $class "$2" "$3" >/tmp/attack.out 2>&1 &
	attacker=$!
	until_true "$1 $2 is up" grep -q '^up$' /tmp/attack.out
	set_state "$1" 4
	until_true "$1 is connected" has_state "$1" 4
	until_true "$1 $2" grep -q '^now$' /tmp/attack.out
	[ "$2" = keep ] || until_true "$1 $2 is done" grep -q '^done$' /tmp/attack.out
}

stop_attack()
{
	kill $attacker
	wait $attacker || echo "hostile-backend ended with $?: $(cat /tmp/attack.out)"
}

# connect_disk ID: a disk that looks sane, up to Connected.
connect_disk()
{
	plug "vbd/$1" sector-size 512 sectors 2048 info 0
	set_state "vbd/$1" 2
	until_true "vbd/$1 is initialised" has_state "vbd/$1" 3
}

connect_net()
{
	plug "vif/$1" feature-rx-copy 1 feature-split-event-channels 1 feature-sg 1
	set_state "vif/$1" 2
	until_true "vif/$1 is connected" has_state "vif/$1" 4
}

tell look start

# States out of order, and none at all.
plug vbd/51712
for state in 4 6 2 99 -1 "" nonsense 3 5; do
	set_state vbd/51712 "$state"
	usleep 100000
done
tell look order
unplug vbd/51712
plug vif/0
for state in 4 6 5 99 "" nonsense 1 7 8; do
	set_state vif/0 "$state"
	usleep 100000
done
tell look order-net
unplug vif/0
tell settle order

# Closing as soon as the frontend has begun.
connect_disk 51712
set_state vbd/51712 5
until_true "vbd closes" has_state vbd/51712 6
set_state vbd/51712 6
tell look early
unplug vbd/51712
# And gone while probe() runs.
for i in 1 2 3 4 5; do
	plug vbd/51712
	set_state vbd/51712 2
	[ $i = 1 ] || usleep ${i}000
	unplug vbd/51712
done
tell settle early

# Pages that are mapped and never given back, until the process dies: the ring,
# and what is to be sent.
connect_disk 51712
attack vbd/51712 hold
set_state vbd/51712 5
until_true "a held vbd closes" has_state vbd/51712 6
set_state vbd/51712 6
unplug vbd/51712
usleep 500000
tell look held
echo "mapped while held: $(grant-dump "$GUEST_DOMID" | tail -n 1)"
stop_attack
tell settle held
connect_net 0
tell send eth0
attack vif/0 keep
until_true "pages are kept" grep -q '^kept [1-9]' /tmp/attack.out
unplug vif/0
usleep 500000
tell look kept
echo "mapped while kept: $(grant-dump "$GUEST_DOMID" | tail -n 1)"
stop_attack
tell settle kept

# Events without a reason, and rings full of nonsense.
for how in "storm 50000" insane "scribble 300"; do
	connect_disk 51712
	# shellcheck disable=SC2086 # a word, or two
	attack vbd/51712 $how
	# Linux's blkfront holds requests to a disk that it has disabled, for ever.
	[ "$how" != "storm 50000" ] || tell read xvda
	tell look "disk-${how% *}"
	stop_attack
	unplug vbd/51712
	tell settle "disk-${how% *}"
done
for how in "storm 20000" insane "scribble 300"; do
	connect_net 0
	tell send eth0
	# shellcheck disable=SC2086 # a word, or two
	attack vif/0 $how
	tell look "net-${how% *}"
	stop_attack
	unplug vif/0
	tell settle "net-${how% *}"
done

# Nodes that become nonsense.
plug vbd/51712 sector-size x7 sectors 99999999999999999999 info x \
	max-ring-page-order 4294967295 multi-queue-max-queues 4294967295 \
	feature-max-indirect-segments 4294967295
set_state vbd/51712 2
usleep 500000
set_state vbd/51712 4
usleep 500000
tell look nodes
xenstore-write "$(fe vbd/51712)/backend" /nowhere "$(fe vbd/51712)/backend-id" 77777
usleep 200000
set_state vbd/51712 5
xenstore-write "$(fe vbd/51712)/state" 4
xenstore-rm "$(be vbd/51712)/state"
usleep 500000
unplug vbd/51712
plug vif/0 feature-rx-copy nonsense multi-queue-max-queues 4294967295 feature-split-event-channels no
set_state vif/0 2
usleep 500000
set_state vif/0 4
usleep 500000
tell look nodes-net
unplug vif/0
tell settle nodes
tell end
ready over
xen_sees over
go
