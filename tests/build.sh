#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules against the headers of a kernel that need not be able to run.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

kernel_or_skip "$1"
mkdir -p build/logs
log=build/logs/build-$kernel-output.log
# Everything again: the compiler warns of what it compiles only.
rm -rf "build/modules/$kernel"
result "builds for $kernel with W=1" eval "make modules KERNEL=$kernel W=1 >$log 2>&1"
result "without a warning" test "$(grep -cE 'warning:|error:' "$log")" -eq 0
missing=$(make -s modules-list KERNEL="$kernel" | while read -r module; do
	[[ -e $module ]] || echo "$module"
done)
result "every module is there" test -z "$missing"
finish
