#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# XenStore at random, against a model that knows what each answer must be.
#
# Eight threads read, write, make, remove and list nodes and set permissions,
# each in a tree of its own, by themselves and in transactions that are kept or
# undone; values are short, about the quota, or larger than a message. All
# increment two shared counters together, in transactions that meet conflicts.
# Meanwhile dom0 writes numbers that watches wait for. tests/storesoak/ tells
# the rest.
#
# store_soak.sh KERNEL GUEST SERVER OPERATIONS [SEED]: SERVER is xenstored or
# oxenstored. The operations of a line in the guest's log come again with the
# seed it names, but for who meets whom.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1 guest=$2 server=$3 operations=$4 seed=${5:-$RANDOM}
name=store_soak-$guest-$server-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel
script=build/$name
tasks=8
declare -A letters=([xenstored]=c [oxenstored]=o)
# Far more than it takes, also on a machine that is busy with other things.
seconds=$((180 + operations / 15))

cat >"$script-guest.sh" <<EOF
plan='$tasks $operations $seconds $seed ${letters[$server]}'
EOF
cat >>"$script-guest.sh" <<'EOF'
run=/sys/kernel/debug/xendomu-storesoak/run
store=/sys/kernel/debug/xendomu/xenstore
up() { read -r seconds _ </proc/uptime; echo "$1 $seconds"; }
insmod xendomu-teststoresoak.ko || exit 1
echo "plan $plan"
up start
echo "run $plan" >$run && echo "run is over"
up end
read -r last
echo "settle $last 60" >$run && echo "settled at $last"
grep -vE '^watch' $store | sed 's/^/store /'
sed -n 's/^watch \(.*\) token.* dropped \([0-9]*\) .*/dropped \2 by \1/p' $store
echo leave >$run
echo "left"
read -r last
sleep 1
cat $run
rmmod xendomu-teststoresoak && echo "unloaded soak"
rmmod xendomu-xenstore && echo "unloaded xenstore"
dmesg | grep -E 'xendomu_(teststoresoak|xenstore):' | grep -v taint | head -n 30
EOF
cat >"$script-dom0.sh" <<EOF
tasks=$tasks seconds=$seconds
EOF
cat >>"$script-dom0.sh" <<'EOF'
soak=/local/domain/$GUEST_DOMID/data/soak
said() { grep -q "^$1" "$GUEST_OUTPUT"; }
wait_for() { n=0; until "$@"; do n=$((n + 1)); [ $n -lt 1200 ] || exit 1; usleep 50000; done; }
# One number for all tasks, in one go.
write_number() {
	number=$((number + 1)) task=0 pairs=
	while [ $task -lt $tasks ]; do
		pairs="$pairs $soak/$task/dom0 $number"
		task=$((task + 1))
	done
	# shellcheck disable=SC2086 # nodes and values
	xenstore-write $pairs || exit 1
}
number=0
wait_for said plan
wait_for xenstore-exists "$soak/$((tasks - 1))/dom0"
read -r begin _ </proc/uptime
while ! said "end "; do
	write_number
	usleep 300000
	read -r now _ </proc/uptime
	[ $((${now%.*} - ${begin%.*})) -lt $((seconds + 200)) ] || exit 1
done
write_number
echo "wrote $number"
echo $number >"$GUEST_INPUT"
wait_for said left
write_number
echo on >"$GUEST_INPUT"
EOF
options=()
[[ $server == xenstored ]] || options+=(--oxenstored)
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --vcpus 2 \
	--timeout $((seconds + 500)) "${options[@]}" --insmod "$modules/xendomu.ko" \
	--insmod "$modules/xendomu-events.ko" --insmod "$modules/xendomu-xenstore.ko" \
	--copy "build/drivers/$kernel/storesoak/xendomu-teststoresoak.ko" \
	--dom0 "$script-dom0.sh" "$script-guest.sh") || status=$?
dom0=$(cat "$dir/dom0-script.out")

number()
{
	sed -n "s/^$1: //p" <<<"$out"
}

dropped()
{
	awk '/^dropped / { sum += $2 } END { print sum + 0 }' <<<"$out"
}

at_least()
{
	if [[ -z $1 ]] || (($1 < $2)); then
		diagnose "\"$1\" is less than $2"
		return 1
	fi
}

result "the run comes to its end" test "$status" -eq 0
result "at least $operations operations" at_least "$(number operations)" "$operations"
result "every result is the model's" same "$(number errors)" 0
result "some were refused as the model says" at_least "$(number refusals)" $((operations / 500))
result "transactions were kept" at_least "$(number committed)" $((operations / 200))
result "transactions were undone" at_least "$(number undone)" $((operations / 400))
result "transactions met conflicts" at_least "$(number conflicts)" $((operations / 1000))
result "both counters hold what was reported done" at_least "$(number increments)" $((operations / 200))
result "watches came and went" at_least "$(number passing_watches)" $((operations / 1000))
wrote=$(sed -n 's/^wrote //p' <<<"$dom0")
# How many it writes is a matter of how long the run takes.
result "dom0 wrote meanwhile" at_least "$wrote" 3
result "each of its writes fired each task's watch, after the first time of itself" \
	same "$(number dom0_events)" $((tasks * (wrote + 1)))
result "a watch whose callback is slow had to drop events" at_least "$(dropped)" 1
result "each watch saw what was written last" \
	has "$out" "^settled at $wrote\$"
result "no reply and no event is for nobody" \
	test "$(grep -cE '^store (unknown|bad events): 0$' <<<"$out")" -eq 2
result "the modules unload" has "$out" '^unloaded xenstore$'
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$out
$dom0"
finish
