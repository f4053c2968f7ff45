#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The model host against the real one.
#
# xendomu-differential makes random sequences of grant and event channel
# operations, with arguments that are right and that are wrong, and each
# operation both on Xen and on the model that the KUnit suites run on. Where a
# status, a port's number or state, or a size differs the model is wrong, and a
# test on it has proved nothing. The log names seed, sequence and step, and
#   tests/xen/differential.sh KERNEL GUEST SEQUENCES VERSION SEED
# makes the same again.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=${2:-pv}
sequences=${3:-500}
version=${4:-1}
seed=${5:-$((RANDOM * 32768 + RANDOM))}
name=differential-$guest-v$version-$kernel
dir=build/xenhost/$name
modules=build/modules/$kernel

echo "version=$version seed=$seed sequences=$sequences" >"$work/guest.sh"
cat >>"$work/guest.sh" <<'EOF'
insmod xendomu-grant.ko version=$version || exit 1
insmod xendomu-differential.ko || exit 1
run=/sys/kernel/debug/xendomu-differential/run
echo $seed $sequences >$run || echo "the run failed"
cat $run
# The same anew: what the last run left would show.
echo $seed 20 >$run || echo "the second run failed"
sed 's/^/again /' $run
rmmod xendomu-differential xendomu-grant && echo "all unloaded"
dmesg | grep 'xendomu_differential: differ' | head -n 60
EOF
status=0
out=$(scripts/xenhost run --guest "$guest" --name "$name" --kernel "$kernel" --vcpus 2 \
	--timeout $((500 + sequences / 5)) --insmod "$modules/xendomu.ko" \
	--copy "$modules/xendomu-grant.ko" \
	--copy "build/drivers/$kernel/differential/xendomu-differential.ko" \
	"$work/guest.sh") || status=$?

number()
{
	sed -n "s/^$1: //p" <<<"$out"
}

result "the run comes to its end" test "$status" -eq 0
result "all $sequences sequences were made (seed $seed)" same "$(number sequences)" "$sequences"
result "each compares at least twenty answers" \
	test "$(number compared)" -ge $((20 * sequences))
result "Xen and the model give the same answers" same "$(number different)" 0
result "and again from the same seed" same "$(number 'again different')" 0
result "the modules unload" has "$out" '^all unloaded$'
result "no complaint in the guest's log" clean_log "$dir/guest-dmesg.log"
diagnose "$out"
finish
