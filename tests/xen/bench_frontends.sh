#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the frontends in a short form: it runs, and its file has a
# figure everywhere. How fast anything is, is not judged here.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
dir=build/bench-short

status=0
alone make bench-drivers KERNEL="$kernel" >build/logs/bench-build.log 2>&1 || status=$?
result "the benchmark builds against our headers and the kernel's" test "$status" -eq 0

status=0
out=$(scripts/bench-frontends --kernel "$kernel" --rounds 1 --passes 1 --out "$dir") || status=$?
result "a round runs in two guests, ours and the kernel's" test "$status" -eq 0
result "the file has every row, and figures" \
	same "$(awk -F '\t' 'NR > 1 && NF == 10 && $6 > 0 && $7 > 0 && $8 > 0' "$dir/frontends.tsv" | wc -l)" 13
result "the table has the rows of the file, and the targets" \
	same "$(grep -cE '^[a-z0-9/-]+ +[0-9]+ |: (met|missed)$' <<<"$out")" 26
result "no complaint in our guest's log" \
	clean_log "build/xenhost/bench-frontends-ours-pv-$kernel/guest-dmesg.log"
finish
