#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Loading and unloading all modules again and again in one guest.
#
# Each round uses grants, XenStore and the console, then unloads everything.
# Afterwards Xen must see what it saw after the first round: the same ports,
# no grant but the toolstack's two. The guest's kernel must not have less
# memory or more slab than noise explains, and nothing to complain about.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
rounds=${2:-20}
guest=${3:-pv}
name=rounds-$guest-$kernel
dir=build/xenhost/$name
mapfile -t modules < <(make -s modules-list KERNEL="$kernel")
modules+=("build/drivers/$kernel/driver/xendomu-testdrv.ko")
mapfile -t copies < <(printf -- '--copy\n%s\n' "${modules[@]}")
mapfile -t names < <(basename -as .ko "${modules[@]}")
mapfile -t backwards < <(printf '%s\n' "${names[@]}" | tac)

cat >"$work/guest.sh" <<EOF
rounds=$rounds
console=/dev/$(hvc "$guest" 0)
order="${names[*]}"
back="${backwards[*]}"
EOF
cat >>"$work/guest.sh" <<'EOF'
cmd=/sys/kernel/debug/xendomu-test/cmd
driver() { echo "$*" >$cmd && cat $cmd; }
slab() { sed -n 's/^SUnreclaim: *\([0-9]*\) kB/\1/p' /proc/meminfo; }
vmalloc() { sed -n 's/^VmallocUsed: *\([0-9]*\) kB/\1/p' /proc/meminfo; }
drop() { sync; echo 3 >/proc/sys/vm/drop_caches; sleep 1; }
state() { drop; echo "state $1 slab $(slab) vmalloc $(vmalloc) irqs $(ls /sys/kernel/irq | wc -l)"; }
one_round()
{
	for m in $order; do insmod $m.ko || return 1; done
	[ "$(driver read name)" = guest ] || return 1
	driver cycle 500 >/dev/null || return 1
	driver grant 0 rw text >/dev/null && driver end 0 || return 1
	driver watch data && driver unwatch || return 1
	echo "round $1" >$console || return 1
	for m in $back; do rmmod $m || return 1; done
}
i=1
while [ $i -le $rounds ]; do
	one_round $i || { echo "round $i failed"; exit 1; }
	[ $i -gt 3 ] || { state $i; echo "ready $i"; read -r said; }
	i=$((i + 1))
done
state $rounds
echo "ready last"; read -r said
[ ! -e /sys/kernel/debug/xendomu ] || exit 1
lsmod | grep -c xendomu
EOF
cat >"$work/dom0.sh" <<'EOF'
ready() { n=0; until grep -q "^ready $1" "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 60000 ] || exit 1; usleep 50000; done; }
dump()
{
	grants=$(grant-dump "$GUEST_DOMID" | tail -n 1)
	xl debug-keys e
	ports=$(xl dmesg | awk -v dom="$GUEST_DOMID" '/Event channel information for domain/ { mine = $0 ~ "domain " dom ":"; if (mine) n = 0 } / s=[0-9]/ && mine { n++ } END { print n + 0 }')
	echo "dump $1 grants $grants ports $ports"
}
for step in 1 2 3 last; do
	ready $step; dump $step; echo on >"$GUEST_INPUT"
done
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --timeout $((400 + rounds * 20)) \
	"${copies[@]}" --dom0 "$work/dom0.sh" "$work/guest.sh") || status=$?
dom0=$(cat "$dir/dom0-script.out")

number()
{
	sed -n "s/^$2 .*\<$3 \([0-9]*\).*/\1/p" <<<"$1"
}

result "$rounds rounds of load, use and unload" test "$status" -eq 1 -a "$(tail -n 1 <<<"$out")" = 0
result "Xen sees no grant but the toolstack's two" \
	same "$(number "$dom0" 'dump last' grants)" 0
result "Xen sees the ports it saw after the first round" \
	same "$(number "$dom0" 'dump last' ports)" "$(number "$dom0" 'dump 1' ports)"
result "the guest has the interrupts it had after the first round" \
	same "$(number "$out" "state $rounds" irqs)" "$(number "$out" 'state 1' irqs)"
result "vmalloc space is back" \
	test "$(number "$out" "state $rounds" vmalloc)" -le $(($(number "$out" 'state 3' vmalloc) + 64))
result "slab memory grew by less than 16 kB a round" \
	test "$(number "$out" "state $rounds" slab)" -lt $(($(number "$out" 'state 3' slab) + 16 * (rounds - 3)))
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$(grep ^state <<<"$out"; cat "$dir/dom0-script.out")"
finish
