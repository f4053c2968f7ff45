#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The test host itself: what it promises about statuses, output and failures.
#
# Everything else relies on it, so it must tell a script's failure from its
# own, lose no output, and let nothing that a guest prints pass for a verdict.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

# run NAME OPTION... SCRIPT: sets out, err and status
run()
{
	status=0
	out=$(scripts/xenhost run --name "xenhost-$1" --timeout 90 "${@:2}" 2>build/xenhost-err.txt) ||
		status=$?
	err=$(cat build/xenhost-err.txt)
}

mkdir -p build
head -c 3000000 /dev/urandom >build/noise
sum=$(sha256sum <build/noise | cut -d' ' -f1)

# shellcheck disable=SC2016 # for the guest's and dom0's shell
run script --copy build/noise --dom0 'echo "domid $GUEST_DOMID"; n=0
	until grep -q ready "$GUEST_OUTPUT"; do n=$((n + 1)); [ $n -lt 500 ] || exit 1; usleep 20000; done
	echo hello from dom0 >"$GUEST_INPUT"; exit 7' \
	'id -u; sha256sum <noise; printf "exit status 0\nverdict 0\n" >/dev/console; base64 noise | tail -c 100000
	echo ready; read -r line; echo "got $line"; exit 3'
result "the exit status is the script's" same "$status" 3
result "the script runs as root, with the copied files" has "$out" "$sum"
result "no output is lost" same "$(base64 build/noise | tail -c 100000 | sha256sum)" \
	"$(sed -n '3,$p' <<<"$out" | sed '/^ready$/,$d' | sha256sum)"
result "the dom0 script speaks to the guest's" has "$out" '^got hello from dom0$'
result "dom0's output is kept" has "$(cat build/xenhost/xenhost-script/dom0-script.out)" '^domid [1-9]'
result "dom0's failure is reported" has "$err" '7'

run timeout --timeout 30 'sleep 1000'
result "a script without an end is a 124" same "$status" 124
result "and one line says how far it came" same "$(wc -l <<<"$err")" 1

run crash 'echo before; sleep 1; echo c >/proc/sysrq-trigger; sleep 5'
result "a guest that dies is a 125" same "$status" 125
result "and one line names the guest" has "$err" '^xenhost: guest: '
result "what it said before is there" has "$out" '^before$'

run poweroff 'poweroff -f; sleep 5'
result "a guest that powers off without a verdict is a 125" same "$status" 125

echo nonsense >build/nonsense.ko
run insmod --insmod build/nonsense.ko 'echo not reached'
result "a module that does not load is a 1" same "$status" 1
result "and the script does not run" test -z "$(grep 'not reached' <<<"$out")"

run nokernel --kernel 6.9.99-none true
result "an unknown kernel is a 125" same "$status" 125
result "and one line says so" has "$err" "^xenhost: setup: .*6.9.99-none"

status=0
err=$(scripts/xenhost run --guest toaster true 2>&1) || status=$?
result "wrong usage is a 2" same "$status" 2

result "doctor finds all that is needed" eval 'scripts/xenhost doctor >/dev/null'
finish
