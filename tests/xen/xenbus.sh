#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The bus: devices are found, served, taken away, and led astray.
#
# The driver is the sample, samples/echo. Its backend runs in dom0, built for
# the bus of dom0's kernel; then in the guest, on ours, for a frontend in dom0 and
# for one in the guest itself: the same sources. A PVH or HVM guest must refuse to
# serve itself: mapping a page of its own would take it from where it is. The
# devices are made as a toolstack makes them, by what it writes to XenStore. A table
# of misdeeds follows, with dom0's script as a backend that does what none may.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
name=xenbus-$guest-$kernel
dir=build/xenhost/$name
dom0_modules=build/dom0/$(scripts/xenhost where dom0)
driver=build/drivers/$kernel/echo
modules=()
while read -r module; do
	modules+=(--copy "$module")
done < <(make -s modules-list KERNEL="$kernel")

# A misdeed a line: its name; whether the device is first led to Initialised;
# what dom0 does to it (in dom0's shell, with $id); what is to become of it:
# failed (no driver any more), unbound (no driver ever), state NAME, or absent
# (no such device); and what the error node then says.
misdeeds()
{
	cat <<-'END'
	state that is a word|up|be_state four|failed|22 its other end's state "four" makes no sense
	state that is no state|up|be_state 9|failed|22 .*"9" makes no sense
	negative state|up|be_state -1|failed|22 .*"-1" makes no sense
	empty state|up|be_state ""|failed|22 .*"" makes no sense
	state of 1500 digits|up|be_state $digits|failed|22 .*"1111111111111111" makes no sense
	another backend's directory|up|fe_write backend "$(be other)"|failed|22 its other end was changed to .*/other of domain 0
	another backend's domain|up|fe_write backend-id 7|failed|22 its other end was changed to .* of domain 7
	backend that vanishes|up|xenstore-rm "$(be $id)"|failed|2 its other end has vanished
	state that vanishes|up|xenstore-rm "$(be $id)/state"|failed|2 its other end has vanished
	domain that is a word|down|fe_write backend-id x; fe_write state 1|unbound|22 backend-id "x" is no domain
	domain that is reserved|down|fe_write backend-id 32752; fe_write state 1|unbound|22 backend-id "32752" is no domain
	negative domain|down|fe_write backend-id -1; fe_write state 1|unbound|22 backend-id "-1" is no domain
	no domain|down|xenstore-rm "$(fe $id)/backend-id"; fe_write state 1|unbound|2 reading backend-id and backend
	no backend|down|xenstore-rm "$(fe $id)/backend"; fe_write state 1|unbound|2 reading backend-id and backend
	backend that is not there|down|fe_write backend "$(be nowhere)"; fe_write state 1|unbound|2 backend ".*/nowhere" is missing, or not ours to read
	backend that is private|down|xenstore-chmod "$(be $id)" n0; fe_write state 1|unbound|2 backend .* is missing, or not ours to read
	empty backend|down|fe_write backend ""; fe_write state 1|unbound|2 backend "" is missing
	relative backend|down|fe_write backend data; fe_write state 1|unbound|2 backend "data" is missing
	connected from the start|down|be_state 4; fe_write state 1|state Initialising|
	closed from the start|down|be_state 6; fe_write state 1|state Closed|
	closed without closing|up|be_state 6|state Closed|
	back to the start|up|be_state 1|state Initialised|
	from one state to another 100 times|up|for n in $(seq 50); do be_state 2; be_state 1; done|state Initialised|
	own state that vanishes|up|xenstore-rm "$(fe $id)/state"; be_state 5|state Closed|
	own state that is a word|up|fe_write state three; be_state 5|state Closed|
	type that no driver can have|down|plug_type $(printf %040d 1)|absent|
	name that fits no device|down|plug_name $(printf %060d 1)|absent|
	END
}

# Both sides go through the table, in step.
mkdir -p build
{ echo "guest=$guest"; echo "cat >/tmp/misdeeds <<'TABLE'"; misdeeds; echo TABLE; } |
	tee "build/$name.guest" >"build/$name.dom0"
cat >>"build/$name.guest" <<'END'
bus=/sys/bus/xen
debug=/sys/kernel/debug/xendomu
turn() { echo "ready $1"; read -r -t 120 said || { echo "dom0 is silent"; exit 1; }; }
# until_true WHAT COMMAND...: waits at most a minute.
until_true()
{
	what=$1; shift; n=0
	until "$@" >/dev/null 2>&1; do
		n=$((n + 1)); [ $n -lt 1200 ] || { echo "in vain: $what"; return 1; }
		usleep 50000
	done
}
fact() { echo "fact $*"; }
device() { echo $bus/devices/echo-$1; }
state() { cat "$(device $1)/state"; }
in_state() { [ "$(state $1)" = $2 ]; }
gone() { [ ! -e "$(device $1)" ]; }
is_bound() { [ -e "$(device $1)/driver" ]; }
is_unbound() { [ -e "$(device $1)" ] && ! is_bound $1; }
free() { sed -n 's/^free: //p' $debug/grants; }
reclaim() { sed -n 's/^reclaim: //p' $debug/grants; }
ports() { grep -c . $debug/events; }
used() { echo "$(grep -c '^ref.*domain' $debug/grants) $(ports)"; }
is_used() { [ "$(used)" = "$1" ]; }
# says ID TEXT: what the backend makes of it
says() { echo "$2" >"$(device $1)/text" && cat "$(device $1)/text"; }
load() { for m; do insmod $m.ko || exit 1; done; }

load xendomu xendomu-events xendomu-grant xendomu-xenstore xendomu-console
turn plugged0
load xendomu-xenbus
nothing=$(used)
until_true "device before the bus" [ -e "$(device 0)" ]
turn plug1
until_true "device before the driver" [ -e "$(device 1)" ]
fact attributes "$(cat "$(device 0)"/nodename "$(device 0)"/devtype "$(device 0)"/modalias "$(device 0)"/state | tr '\n' ' ')"
fact statistics "$(cd "$(device 0)/xenbus" && echo *)"
fact uevent "$(tr '\n' ' ' <"$(device 0)/uevent")"
load echo-front
fact when_loaded "$(state 0) $(state 1)"
fact says0 "$(says 0 'first one')"
fact says1 "$(says 1 'second one')"
turn plug2
until_true "device after the driver" in_state 2 Connected
fact says2 "$(says 2 'third one')"
fact rmmod_bus "$(rmmod xendomu-xenbus 2>&1)"

turn unplug2
until_true "unplugged" gone 2
turn detach1
until_true "detached" gone 1
with_one=$(used)
turn attach1
until_true "attached again" in_state 1 Connected
fact says1_again "$(says 1 'again')"
turn replace1
until_true "replaced" eval 'says 1 replaced'
fact says1_replaced "$(says 1 'replaced')"

echo echo-1 >$bus/drivers/echo/unbind
until_true "unbound" in_state 1 Closed
turn unbound1
until_true "all back after unbinding" is_used "$with_one"
fact unbound "$(used) was $with_one"
echo echo-1 >$bus/drivers/echo/bind
until_true "bound again" in_state 1 Connected
fact says1_bound "$(says 1 'bound')"

rmmod echo-front && fact driver_unloaded "$(state 0) $(state 1)"
turn unloaded
until_true "all back after unloading the driver" is_used "$nothing"
load echo-front
fact says0_reloaded "$(says 0 'reloaded')"
rmmod echo-front; rmmod xendomu-xenbus && fact bus_unloaded "$(ls -d $bus 2>&1 | grep -c 'No such')"
until_true "all back after unloading the bus" is_used "$nothing"
load xendomu-xenbus echo-front
until_true "found again" in_state 1 Connected
fact says1_refound "$(says 1 'found')"

load echo-back
theirs=/sys/bus/xen-backend/devices/echo-0-4
turn plug_theirs
fact their_backend "$(cat $theirs/state) $(tr '\n' ' ' <$theirs/uevent)"
fact their_events "$(cat $theirs/xenbus/event_channels) $(cat $theirs/xenbus/events)"
turn unplug_theirs
until_true "backend of dom0's frontend goes" [ ! -e $theirs ]
turn plug_own
own=$(echo /sys/bus/xen-backend/devices/echo-*-3)
if [ $guest != pv ]; then
	until_true "own backend is refused" in_state 3 Closed
	fact says3 "$(dmesg | sed -n 's/.*-3: \(95 mapping .*\)/\1/p')"
else
	until_true "own backend" in_state 3 Connected
	fact says3 "$(says 3 'to myself')"
fi
turn unplug_own
until_true "own backend goes" [ ! -e $own ]
until_true "own frontend goes" gone 3
rmmod echo-back && fact own_unloaded yes

# The misdeeds
wait_failed() { until_true "$1" is_unbound $2; }
wait_unbound() { until_true "$1" is_unbound $2 && sleep 0.3 && is_unbound $2; }
wait_state() { until_true "$1" in_state $2 $3; }
wait_absent() { sleep 0.5; [ "$(ls $bus/devices | wc -l)" = "$devices" ]; }
before=$(used)
devices=$(ls $bus/devices | wc -l)
id=99
while IFS='|' read -r what how deed becomes error <&3; do
	id=$((id + 1))
	turn "misdeed $id"
	set -- $becomes
	if wait_$1 "$what" $id $2; then fact "misdeed $id" ok
	else fact "misdeed $id" "$(state $id) $(readlink "$(device $id)/driver")"; fi
	# Whatever happened, the others work.
	[ "$(says 0 other)" = OTHER ] || echo "in vain: device 0 speaks after: $what"
	turn "misdeed $id is over"
	until_true "end of: $what" gone $id
	until_true "all back after: $what" is_used "$before"
done 3</tmp/misdeeds
turn flicker
until_true "flickering ends" gone 200
until_true "all back after flickering" is_used "$before"
fact says0_last "$(says 0 'last')"

# A driver that waits for ever: for one that is closed, and is open; for one
# that is taken away meanwhile.
waited() { dmesg | sed -n "s/.*wait-$1: $2 waited \([0-9]*\) s.*/\1/p"; }
turn plug_wait
insmod xendomu-waitdrv.ko &
sleep 3
fact says0_meanwhile "$(says 0 'meanwhile')"
wait
fact probe_waited "$(waited 0 probe)"
turn open_wait
rmmod xendomu-waitdrv
fact remove_waited "$(waited 0 remove)"
turn plug_wait_again
insmod xendomu-waitdrv.ko &
sleep 3
turn unplug_wait
wait
fact vanished_waited "$(waited 1 probe)"
until_true "it is gone" [ ! -e $bus/devices/wait-1 ]
rmmod xendomu-waitdrv && fact gave_up "$(dmesg | grep -c 'did not wait any longer')"

rmmod echo-front; rmmod xendomu-xenbus
until_true "all back" is_used "$nothing"
fact reclaim "$(reclaim)"
for m in console xenstore grant events; do rmmod xendomu-$m || exit 1; done
rmmod xendomu && fact unloaded yes
END
cat >>"build/$name.dom0" <<'END'
ready() { n=0; until grep -q "^ready $1$" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 2400 ] || { echo "no $1"; exit 1; }; usleep 50000; done; }
go() { echo on >"$GUEST_INPUT"; }
type=echo front=$GUEST_DOMID
fe() { echo "/local/domain/$front/device/$type/$1"; }
# The directory of a backend: in dom0 for dom0's driver or for nobody, or in the guest.
be() { echo "$backends/$1"; }
real=/local/domain/0/backend/echo/$GUEST_DOMID
fake=/local/domain/0/backend/fake/$GUEST_DOMID
own=/local/domain/$GUEST_DOMID/backend/echo/$GUEST_DOMID
backends=$real
be_state() { xenstore-write -- "$(be $id)/state" "$1"; }
fe_write() { xenstore-write -- "$(fe $id)/$1" "$2"; }
value_is() { [ "$(xenstore-read "$1" 2>/dev/null)" = "$2" ]; }
until_value() { n=0; until value_is "$1" $2; do n=$((n + 1)); [ $n -lt 1200 ] || { echo "in vain: $1 is not $2"; return; }; usleep 50000; done; }
# plug ID BACKEND'S-STATE FRONTEND'S-STATE BACKEND'S-DOMAIN [BACKEND'S-ID]
plug()
{
	fe=$(fe $1) be=$(be ${5:-$1})
	xenstore-write "$be" ""
	xenstore-chmod "$be" "n$4" "r$front"
	xenstore-write "$fe" ""
	xenstore-chmod "$fe" "n$front" r$4
	xenstore-write "$be/frontend" "$fe" "$be/frontend-id" "$front" "$be/online" 1 \
		"$fe/backend-id" $4 "$fe/backend" "$be"
	# A backend whose frontend has no state takes itself away.
	[ -z "$3" ] || xenstore-write "$fe/state" $3
	xenstore-write "$be/state" $2
}
unplug() { xenstore-rm "$(fe $1)"; xenstore-rm "$(be $1)"; }
detach()
{
	xenstore-write "$(be $1)/online" 0 "$(be $1)/state" 5
	until_value "$(be $1)/state" 6
	until_value "$(fe $1)/state" 6
	unplug $1
}
plug_type() { xenstore-write "/local/domain/$GUEST_DOMID/device/$1/$id/state" 1; }
plug_name() { xenstore-write "/local/domain/$GUEST_DOMID/device/echo/$1/state" 1; }

insmod echo-back-dom0.ko || echo "in vain: dom0's backend does not load"
ready plugged0; plug 0 1 1 0; go
ready plug1; plug 1 1 1 0; go
ready plug2; plug 2 1 1 0; go
ready unplug2; unplug 2; go
ready detach1; detach 1; go
ready attach1; plug 1 1 1 0; go
# The other device has another backend, but the same directory.
ready replace1; xenstore-rm "$(fe 1)"; plug 1 1 1 0 4; xenstore-rm "$(be 1)"; go
ready unbound1; until_value "$(fe 1)/state" 6; until_value "$(be 4)/state" 6; go
ready unloaded; echo "fact unloaded $(xenstore-read "$(fe 0)/state" "$(fe 1)/state" | tr '\n' ' ')"; go
ready plug_theirs
front=0 backends=/local/domain/$GUEST_DOMID/backend/echo/0
insmod echo-front-dom0.ko || echo "in vain: dom0's frontend does not load"
plug 4 1 1 $GUEST_DOMID
until_value "$(fe 4)/state" 4
mine=/sys/bus/xen/devices/echo-4/text
echo "from dom0" >$mine && echo "fact says4 $(cat $mine)"
go
ready unplug_theirs; detach 4; front=$GUEST_DOMID; go
ready plug_own; backends=$own; plug 3 1 1 $GUEST_DOMID; go
ready unplug_own; if [ $guest != pv ]; then unplug 3; else detach 3; fi; go
backends=$fake
digits=$(printf %01500d 0 | tr 0 1)
id=99
while IFS='|' read -r what how deed becomes error <&3; do
	id=$((id + 1))
	ready "misdeed $id"
	if [ $how = up ]; then
		plug $id 2 1 0
		until_value "$(fe $id)/state" 3
	else
		plug $id 2 "" 0
	fi
	eval "$deed"
	go
	ready "misdeed $id is over"
	echo "fact error $id $(xenstore-read "/local/domain/$GUEST_DOMID/error/device/echo/$id/error" 2>/dev/null)"
	xenstore-rm "/local/domain/$GUEST_DOMID/device/$(printf %040d 1)" 2>/dev/null
	xenstore-rm "$(fe $(printf %060d 1))" 2>/dev/null
	unplug $id
	go
done 3</tmp/misdeeds
ready flicker
for n in $(seq 15); do plug 200 2 1 0; unplug 200; done
go
type=wait
ready plug_wait; plug 0 6 1 0; go
ready open_wait; id=0; be_state 4; go
ready plug_wait_again; unplug 0; plug 1 6 1 0; go
ready unplug_wait; unplug 1; go
END
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout 500 \
	"${modules[@]}" --copy "$driver/echo-front.ko" --copy "$driver/echo-back.ko" \
	--copy "$dom0_modules/echo-back-dom0.ko" --copy "$dom0_modules/echo-front-dom0.ko" \
	--copy "build/drivers/$kernel/waitdrv/xendomu-waitdrv.ko" \
	--dom0 "build/$name.dom0" "build/$name.guest") || status=$?
dom0=$(cat "$dir/dom0-script.out")

fact()
{
	sed -n "s/^fact $1 //p" <<<"$out"
}

result "a device has Linux's attributes" same "$(fact attributes)" "device/echo/0 echo xen:echo Initialising "
result "and statistics" same "$(fact statistics)" \
	"event_channels events jiffies_eoi_delayed spurious_events spurious_threshold"
result "udev is told its alias, type and path" \
	same "$(fact uevent)" "MODALIAS=xen:echo XENBUS_TYPE=echo XENBUS_PATH=device/echo/0 "
result "when its driver is loaded devices are connected" same "$(fact when_loaded)" "Connected Connected"
result "a device that was there before the bus works" same "$(fact says0)" "FIRST ONE"
result "one that came before the driver" same "$(fact says1)" "SECOND ONE"
result "one that came after it" same "$(fact says2)" "THIRD ONE"
result "the bus stays while it has a driver" has "$(fact rmmod_bus)" unavailable
result "one that was detached and attached again" same "$(fact says1_again)" AGAIN
result "one that was replaced by another" same "$(fact says1_replaced)" REPLACED
result "unbinding gives pages and ports back" same "$(fact unbound | sed 's/ was .*//')" "$(fact unbound | sed 's/.* was //')"
result "bound again it works" same "$(fact says1_bound)" BOUND
result "its driver unloads with devices bound" same "$(fact driver_unloaded)" "Closed Closed"
result "dom0 sees them closed" has "$dom0" '^fact unloaded 6 6 $'
result "loaded again it has its devices" same "$(fact says0_reloaded)" RELOADED
result "the bus unloads with devices on it" same "$(fact bus_unloaded)" 1
result "loaded again it finds them" same "$(fact says1_refound)" FOUND
result "the sample's backend works on our bus, too, for a frontend in dom0" \
	has "$dom0" '^fact says4 FROM DOM0$'
result "a backend has Linux's events for udev" has "$(fact their_backend)" \
	'^Connected .*MODALIAS=xen-backend:echo XENBUS_TYPE=echo XENBUS_PATH=backend/echo/0/4 XENBUS_BASE_PATH=backend'
result "its events are counted" has "$(fact their_events)" '^1 [1-9]'
if [[ $guest != pv ]]; then
	result "a backend for this very domain maps nothing, and says why" has "$(fact says3)" \
		'^95 mapping a ring .* of this domain'
else
	result "and for one in this very domain" same "$(fact says3)" "TO MYSELF"
fi
result "it goes by itself when the toolstack detaches it" same "$(fact own_unloaded)" yes
id=99
while IFS='|' read -r what _ _ becomes error; do
	id=$((id + 1))
	result "$what: $becomes" same "$(fact "misdeed $id")" ok
	[[ -z $error ]] || result "$what: the reason is told" has "$dom0" "^fact error $id $error"
done < <(misdeeds)
result "others did not notice" same "$(fact says0_last)" LAST
result "a driver that waits for ever in probe() waits half a minute" \
	test "$(fact probe_waited)" -ge 25 -a "$(fact probe_waited)" -le 60
result "meanwhile others work" same "$(fact says0_meanwhile)" MEANWHILE
result "one that does so in remove() waits ten seconds" \
	test "$(fact remove_waited)" -ge 8 -a "$(fact remove_waited)" -le 30
result "one whose device is taken away does not wait on" \
	test "$(fact vanished_waited)" -le 20
result "a line says so for each of which the time was over" same "$(fact gave_up)" 2
result "nothing is left to reclaim" same "$(fact reclaim)" 0
result "all modules unload" same "$(fact unloaded)" yes
result "the scripts came to their ends" \
	test "$status" -eq 0 -a -z "$(grep -hE '^(in vain|no )' <<<"$out$dom0")"
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$(grep -vE '^ready' <<<"$out"; echo "--- dom0"; echo "$dom0")"
finish
