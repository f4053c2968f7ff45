#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A store that does not behave, on the live ring.
#
# xenstored is stopped, and a program in dom0 takes its place at the guest's
# ring (tests/peer/xenstore). The guest says what it wants to suffer by reading
# "attack/NAME", so it knows what must come of it: an error of that request
# alone, a count in debugfs, or the end of the connection with one line in the
# log; and in each case a guest that goes on, a module that unloads, and no
# memory lost.
#
# tests/xen/xenstore_hostile.sh KERNEL pv|pvh
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
name=xenstore-hostile-$guest-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel

cat >"build/$name-dom0.sh" <<'EOF'
# Lets the guest come to its end, too.
over() { [ -z "$peer" ] || kill $peer; kill -CONT "$store"; cp /tmp/peer.out /xh/; echo "${1:-over}" >"$GUEST_INPUT"; exit ${2:-1}; }
# Waits for line NR of what the guest is ready for.
next()
{
	n=0
	until line=$(grep ^ready "$GUEST_OUTPUT" | sed -n "$1p") && [ -n "$line" ]; do
		n=$((n + 1)); [ $n -lt 2400 ] || over; usleep 50000
	done
}
lines() { grep -c "^$1" /tmp/peer.out; }
port=$(xenstore-read "/local/domain/$GUEST_DOMID/store/port") || exit 1
store=$(cat /run/xen/xenstored.pid)
# The firmware of an HVM guest asks, too, before the guest does.
peer=
next 1
kill -STOP "$store"
./xenstore-peer "$GUEST_DOMID" "$port" >/tmp/peer.out 2>&1 &
peer=$!
n=0; until [ "$(lines serving)" = 1 ]; do n=$((n + 1)); [ $n -lt 100 ] || over; usleep 50000; done
nr=1
while next $nr; [ "$line" != "ready end" ]; do
	before=$(lines reset)
	kill -USR1 $peer || over
	n=0; until [ "$(lines reset)" -gt "$before" ]; do n=$((n + 1)); [ $n -lt 100 ] || over; usleep 20000; done
	echo on >"$GUEST_INPUT"
	nr=$((nr + 1))
done
over on 0
EOF

cat >"build/$name-guest.sh" <<'EOF'
task=/sys/kernel/debug/xendomu-test/task
stats=/sys/kernel/debug/xendomu/xenstore
echo 'exec 3<>/sys/kernel/debug/xendomu-test/task; echo "$*" >&3 && cat <&3' >ask.sh

# ask COMMAND...: the answer in one line, or the error.
ask()
{
	out=$(timeout -s KILL 120 sh ask.sh "$@" 2>&1); status=$?
	[ $status != 137 ] || out=hangs
	echo "${out:-done}" | sed 's/^.*write error: //' | tr '\n' ' ' | sed 's/ *$//'
}
# fact NAME COMMAND...: prints NAME and the answer.
fact() { what=$1; shift; echo "$what: $(ask "$@")"; }
# How often the callback of the watch was called.
seen() { ask seen | sed 's/ .*//'; }
stat() { sed -n "s/^$1: //p" $stats; }
# grows NAME STAT BEFORE: by how much, within two seconds
grows()
{
	n=0
	until [ "$(stat "$2")" -gt "$3" ]; do n=$((n + 1)); [ $n -lt 20 ] || break; usleep 100000; done
	echo "$1 $2: $(($(stat "$2") - $3))"
}
# state NAME STATE: waits for it, eight seconds at most
state()
{
	n=0
	until [ "$(stat state)" = "$2" ]; do n=$((n + 1)); [ $n -lt 80 ] || break; usleep 100000; done
	echo "$1 state: $(stat state)"
}
logged=0
mark() { logged=$(dmesg | wc -l); }
said() { dmesg | tail -n +$((logged + 1)) | grep -c "$1"; }

load() { insmod xendomu-xenstore.ko && insmod xendomu-testdrv.ko; }
unload() { rmmod xendomu-testdrv && rmmod xendomu-xenstore; }
reset() { echo "ready reset"; read -r said; [ "$said" = on ] || exit 1; }

reset
load || exit 1
fact plain read name

# Replies that are not what was asked: that request fails, and no other.
fact without-nul read attack/without-nul
fact empty length attack/empty
fact largest length attack/largest
fact bytewise read attack/bytewise
mark
fact error-unknown read attack/error-unknown
echo "error-unknown lines: $(said 'unknown error')"
fact error-empty read attack/error-empty
fact error-without-nul read attack/error-without-nul
fact error-endless read attack/error-endless
fact type-of-another read attack/type-of-another
before=$(stat connections)
fact ring-zero read attack/ring-zero
grows ring-zero connections "$before"
fact ring-zero-then read name
mark
fact ring-restless read attack/ring-restless
n=0; until [ "$(ask read name)" = guest ] || [ $n -ge 20 ]; do n=$((n + 1)); usleep 500000; done
usleep 500000
fact ring-restless-then read name
[ "$(said 'new server')" -lt 50 ] && echo "ring-restless few lines: yes"

# Replies to nobody.
before=$(stat unknown)
fact id-unknown read attack/id-unknown
grows id-unknown unknown "$before"
before=$(stat unknown)
fact id-repeated read attack/id-repeated
grows id-repeated unknown "$before"
fact next-early read attack/next-early
before=$(stat unknown)
fact early writebig data/big 2000
grows early unknown "$before"
fact early-then length data/big

# A store that says nothing: others go on, and the task can be killed.
before=$(stat abandoned)
sh ask.sh read attack/silent & pid=$!
usleep 300000
fact silent-others read name
[ -d /proc/$pid ] && echo "silent waits: yes"
usleep 3000000
kill -KILL $pid; wait $pid; echo "silent killed: $?"
echo "silent state: $(stat state)"
fact late read attack/late
grows late abandoned "$before"
fact late-then read name

# What is parsed: numbers and lists.
for how in huge zero word empty; do
	ask read attack/next-transaction-$how >/dev/null
	fact transaction-$how transaction
done
fact transaction transaction
ask read attack/next-names-without-nul >/dev/null
fact names-without-nul ls data
ask read attack/next-names-empty >/dev/null
fact names-empty count data
for how in without-generation empty generation-long changes endless; do
	ask read attack/next-too-large >/dev/null
	ask read attack/next-part-$how >/dev/null
	fact part-$how ls data
	ask read attack/next-none >/dev/null
done

# Events.
fact watch watch data/w
usleep 300000
for kind in of-0 of-1 of-3 unknown foreign; do
	bad=$(stat 'bad events'); seen=$(seen)
	fact event-$kind read attack/event-$kind
	usleep 200000
	echo "event-$kind bad: $(($(stat 'bad events') - bad)), seen $(($(seen) - seen))"
done
fact unwatch unwatch

# Ten thousand for a watch whose callback does not return; others' callbacks do.
fact hold hold-watch data/h
fact storm read attack/event-storm
fact storm-then read name
fact other watch data/other
usleep 300000
seen=$(seen)
fact other-write write data/other x
usleep 300000
echo "other seen: $(($(seen) - seen))"
fact held held-watch
sed -n 's/^watch data\/h token [0-9A-F]* \(waiting [0-9]* dropped [0-9]*\).*/storm queue: \1/p' $stats
fact release let-watch
usleep 1000000
fact held-then held-watch
fact unhold end-watch
fact other-unwatch unwatch

# A watch that nobody confirms, and one that does not end.
ask read attack/next-watch-silent >/dev/null
sh ask.sh watch data/w & pid=$!
usleep 300000
kill -KILL $pid; wait $pid; echo "watch-silent killed: $?"
fact watch-silent-late read attack/late
fact watch-again watch data/w
mark
ask read attack/next-unwatch-refused >/dev/null
fact unwatch-refused unwatch
echo "unwatch-refused lines: $(said 'does not end the watch')"

# A server that claims to be new, for ever.
fact watch-new watch data/w
before=$(stat connections)
ask read attack/next-watch-always-new >/dev/null
fact new-server read attack/notify-later
grows new-server connections "$before"
ask read attack/next-none >/dev/null
fact new-server-then read name
fact new-server-unwatch unwatch

# Memory: whatever can be left behind, many times.
objects()
{
	sum=0
	for c in /sys/kernel/slab/kmalloc-*; do
		[ -h "$c" ] || echo 1 >"$c/shrink"
		[ -h "$c" ] || sum=$((sum + $(sed 's/ .*//' "$c/objects")))
	done
	echo $sum
}
# spoil COMMAND...: the same again and again in one process
many()
{
	exec 3<>$task
	i=0
	while [ $i -lt $rounds ]; do
		for line in "$@"; do echo "$line" >&3; done
		i=$((i + 1))
	done 2>/dev/null
	exec 3>&-
}
abandon() { sh ask.sh read attack/silent & pid=$!; usleep 50000; kill -KILL $pid; wait $pid; }
all_again()
{
	many "read attack/id-unknown" "read attack/id-repeated" "read attack/type-of-another" \
		"read attack/error-endless" "read attack/next-transaction-huge" transaction \
		"read attack/next-names-empty" "ls data" "read attack/next-too-large" \
		"read attack/next-part-generation-long" "ls data" "watch data/w" \
		"read attack/event-foreign" "read attack/event-unknown" "unwatch"
	i=0; while [ $i -lt $((rounds / 10)) ]; do abandon; i=$((i + 1)); [ $((i % 10)) != 0 ] || ask read attack/late >/dev/null; done
	ask read attack/late >/dev/null
}
rounds=50
all_again 2>/dev/null
# Reading the files for the first time takes memory.
objects >/dev/null
usleep 300000; after=$(objects)
# What is kept is kept every time; what others take meanwhile is not.
for try in 1 2 3; do
	before=$after
	all_again 2>/dev/null
	usleep 300000; after=$(objects)
	echo "# objects before $rounds rounds: $before, after: $after"
	kept=$((after - before))
	[ $kept -ge 40 ] || { kept=no; break; }
done
echo "memory kept: $kept"
fact memory-then read name
unload && echo "unload up: yes"

# The end of the connection.
for how in rsp-prod-far rsp-prod-back req-cons-ahead req-cons-far length-over \
	length-all-ones type-unknown type-invalid; do
	reset; load || exit 1
	fact $how-before read name
	sh ask.sh read attack/silent >silent.out 2>&1 & pid=$!
	usleep 100000
	mark
	fact $how read attack/$how
	fact $how-then read name
	echo "$how state: $(stat state)"
	n=0; while [ -d /proc/$pid ] && [ $n -lt 20 ]; do n=$((n + 1)); usleep 100000; done
	kill -KILL $pid 2>/dev/null || true; wait $pid
	echo "$how others: $(sed 's/^.*write error: //' silent.out)"
	echo "$how lines: $(said 'breaks the protocol')"
	unload && echo "$how unload: yes"
done

# The same where the server offers to reconnect: watches live on.
for how in rsp-prod-far req-cons-ahead length-over type-unknown; do
	reset; load || exit 1
	# What it offers counts from a connection's begin.
	ask read attack/offer-reconnection >/dev/null; unload && load || exit 1
	ask watch data/w >/dev/null
	fact offered-$how read attack/$how
	# Whoever asks next notices: this, or the module, which asks once a second.
	[ $how != req-cons-ahead ] || ask read name >/dev/null
	state offered-$how up
	fact offered-$how-then read name
	usleep 200000
	seen=$(seen)
	ask write data/w new >/dev/null
	usleep 200000
	echo "offered-$how seen: $(($(seen) - seen))"
	echo "offered-$how connections: $(stat connections)"
	unload && echo "offered-$how unload: yes"
done
reset; load || exit 1
ask read attack/refuse-reconnection >/dev/null; unload && load || exit 1
fact refused read attack/length-over
fact refused-then read name
state refused broken
unload && echo "refused unload: yes"

# A server that ends the connection in due form, and says why.
reset; load || exit 1
fact ended-before read name
mark
fact ended read attack/ended
fact ended-then read name
echo "ended state: $(stat state)"
echo "ended by: $(stat 'ended by the server')"
echo "ended lines: $(said 'ended the connection: invalid ring index (error 2)')"
unload && echo "ended unload: yes"

# A ring that its server has not connected yet when the module comes.
reset; load || exit 1
fact late-connection read attack/late-connection
unload && load || exit 1
echo "late-connection state: $(stat state)"
echo "late-connection sent: $(stat sent)"
sh ask.sh read name >late & pid=$!
reset; wait $pid
echo "late-connection-then: $(cat late)"
echo "late-connection connections: $(stat connections)"
unload && echo "late-connection unload: yes"

# Gone while the store owes a reply: it fits nothing that comes later.
reset; load || exit 1
sh ask.sh read attack/silent & pid=$!
usleep 200000
kill -KILL $pid; wait $pid
mark
start=$(cut -d. -f1 /proc/uptime)
unload && echo "owed unload: yes"
[ $(($(cut -d. -f1 /proc/uptime) - start)) -le 5 ] && echo "owed in time: yes"
echo "owed lines: $(said 'still owes')"
load || exit 1
fact owed-late read attack/late
fact owed-then read name
echo "owed unknown: $(stat unknown)"
unload && echo "owed unload again: yes"
rmmod xendomu-grant && rmmod xendomu-events && rmmod xendomu && echo "all gone: yes"
echo "ready end"; read -r _
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout 600 \
	--insmod "$modules/xendomu.ko" --insmod "$modules/xendomu-events.ko" \
	--insmod "$modules/xendomu-grant.ko" --copy "$modules/xendomu-xenstore.ko" \
	--copy "build/drivers/$kernel/driver/xendomu-testdrv.ko" --copy build/xenstore-peer \
	--dom0 "build/$name-dom0.sh" "build/$name-guest.sh") || status=$?

# The answer to "NAME: ", as the guest printed it.
fact()
{
	sed -n "s/^$1: //p" <<<"$out"
}

# is NAME EXPECTED
is()
{
	[[ $(fact "$1") != "$2" ]] || return 0
	diagnose "$1: expected \"$2\", got \"$(fact "$1")\""
	return 1
}

# all_are TEXT, and lines of "NAME: EXPECTED"
all_are()
{
	local line bad=0

	while IFS= read -r line; do
		is "${line%%: *}" "${line#*: }" || bad=1
	done
	result "$1" test "$bad" -eq 0
}

result "the run comes to its end" test "$status" -eq 0
all_are "a reply without NUL, an empty, the largest, one in steps of a byte are right" <<'EOF'
plain: guest
without-nul: no end
empty: 0 0
largest: 4096 4096
bytewise: slow
EOF
all_are "errors without name, end or meaning are errors" <<'EOF'
error-unknown: Invalid argument
error-unknown lines: 1
error-empty: Invalid argument
error-without-nul: No such file or directory
error-endless: Invalid argument
EOF
all_are "a reply of another type fails one request" <<'EOF'
type-of-another: Protocol error
EOF
all_are "a ring that is set to zero has a new server, and all goes on" <<'EOF'
ring-zero: zero
ring-zero connections: 1
ring-zero-then: guest
ring-restless: moving
ring-restless-then: guest
ring-restless few lines: yes
EOF
all_are "a reply to what is not sent yet is none" <<'EOF'
next-early: armed
early: done
early unknown: 1
early-then: 2000 2000
EOF
all_are "a store that does not answer costs one task, which can be killed" <<'EOF'
silent-others: guest
silent waits: yes
silent killed: 137
silent state: up
late: in time
late abandoned: 1
late-then: guest
EOF
all_are "transactions are numbered or not begun" <<'EOF'
transaction-huge: Protocol error
transaction-zero: Protocol error
transaction-word: Protocol error
transaction-empty: Protocol error
transaction: done
EOF
all_are "lists without end, of nothing, in wrong parts" <<'EOF'
names-without-nul: one two
names-empty: 3 0
part-without-generation: Protocol error
part-empty: Protocol error
part-generation-long: Protocol error
part-changes: Resource temporarily unavailable
part-endless: Argument list too long
EOF
all_are "events that fit no watch are dropped and counted" <<'EOF'
watch: done
event-of-0: sent 3
event-of-0 bad: 3, seen 0
event-of-1: sent 2
event-of-1 bad: 2, seen 0
event-of-3: sent 1
event-of-3 bad: 0, seen 1
event-unknown: sent 5
event-unknown bad: 5, seen 0
event-foreign: sent 4
event-foreign bad: 4, seen 0
unwatch: done
EOF
all_are "ten thousand events: 64 wait, others are counted, the watch fires once more" <<'EOF'
hold: done
storm: sent 10000
storm queue: waiting 64 dropped 9936
storm-then: guest
held: 1
release: done
held-then: 66
unhold: done
EOF
all_are "a callback that does not return holds up no other watch" <<'EOF'
other: done
other-write: done
other seen: 1
other-unwatch: done
EOF
all_are "a watch that is not confirmed, and one that is not ended" <<'EOF'
watch-silent killed: 137
watch-silent-late: in time
watch-again: done
unwatch-refused: done
unwatch-refused lines: 1
EOF
all_are "a server that claims to be another one" <<'EOF'
watch-new: done
new-server: soon
new-server connections: 1
new-server-then: guest
new-server-unwatch: done
EOF
all_are "no memory is lost by all that, and the module unloads" <<'EOF'
memory kept: no
memory-then: guest
unload up: yes
EOF
diagnose "$(grep '^# objects' <<<"$out")"
for how in rsp-prod-far rsp-prod-back length-over length-all-ones type-unknown type-invalid; do
	all_are "$how: the end of the connection, one line, EIO for all" <<-EOF
	$how-before: guest
	$how: Input/output error
	$how-then: Input/output error
	$how state: broken
	$how others: Input/output error
	$how lines: 1
	$how unload: yes
	EOF
done
for how in req-cons-ahead req-cons-far; do
	all_are "$how: the same, once something is asked" <<-EOF
	$how-before: guest
	$how: look
	$how-then: Input/output error
	$how state: broken
	$how others: Input/output error
	$how lines: 1
	$how unload: yes
	EOF
done
for how in rsp-prod-far length-over type-unknown; do
	all_are "$how: a server that offers it is reconnected to, watches live on" <<-EOF
	offered-$how: Input/output error
	offered-$how state: up
	offered-$how-then: guest
	offered-$how seen: 1
	offered-$how connections: 2
	offered-$how unload: yes
	EOF
done
all_are "req-cons-ahead: the same" <<'EOF'
offered-req-cons-ahead: look
offered-req-cons-ahead state: up
offered-req-cons-ahead-then: guest
offered-req-cons-ahead seen: 1
offered-req-cons-ahead connections: 2
offered-req-cons-ahead unload: yes
EOF
all_are "a server that offers to reconnect and does not" <<'EOF'
refused: Input/output error
refused-then: Input/output error
refused state: broken
refused unload: yes
EOF
all_are "a server that ends the connection fails requests, and is told with its reason" <<'EOF'
ended-before: guest
ended: Input/output error
ended-then: Input/output error
ended state: broken
ended by: invalid ring index
ended lines: 1
ended unload: yes
EOF
all_are "a ring that is not connected yet is waited for" <<'EOF'
late-connection: done
late-connection state: connecting
late-connection sent: 0
late-connection-then: guest
late-connection connections: 1
late-connection unload: yes
EOF
all_are "the module leaves while a reply is owed, and the next one does not take it" <<'EOF'
owed unload: yes
owed in time: yes
owed lines: 1
owed-late: in time
owed-then: guest
owed unknown: 1
owed unload again: yes
all gone: yes
EOF
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
finish
