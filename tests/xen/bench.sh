#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark in a short form: it runs, and its file has a figure everywhere.
#
# How fast anything is depends on what else the machine does, so that is not
# judged here.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
dir=build/bench-short
tsv=$dir/grant.tsv
rows=16

# Every field from the threads on is a number above 0, but for what one thread
# has no half of (15, 16) and for the share of disturbed runs (19, 20).
bad_figures()
{
	awk -F '\t' '
	function is_good(i)
	{
		if (i >= 19)
			return $i ~ /^[01]\.[0-9]+$/
		if ((i == 15 || i == 16) && $5 == 1)
			return $i == "-"
		return $i ~ /^[0-9.]+$/ && $i > 0
	}
	FNR > 1 {
		if (NF != 20)
			print FNR ": " NF " fields"
		for (i = 5; i <= NF; i++)
			if (!is_good(i))
				print FNR ": field " i " is " $i
	}' "$1"
}

# Each row once.
names()
{
	awk -F '\t' 'NR > 1 { print $4, $5 }' "$1" | sort -u | wc -l
}

status=0
rm -rf "$dir"
alone make bench-drivers KERNEL="$kernel" >build/logs/bench-build.log 2>&1 || status=$?
result "the benchmark builds against our headers and the kernel's" test "$status" -eq 0
status=0
out=$(scripts/bench --kernel "$kernel" --rounds 1 --passes 2 --ms 1 --out "$dir") || status=$?
result "a round runs in one guest, first ours, then the kernel's" test "$status" -eq 0
result "the file has every row" same "$(names "$tsv")" "$rows"
result "every figure is a number above 0" same "$(bad_figures "$tsv" || echo "cannot read $tsv")none" none
result "the table has the rows of the file" same "$(grep -cE '^[a-z0-9-]+ +[124][ *]' <<<"$out")" "$rows"
result "no complaint in the guest's log" clean_log "build/xenhost/bench-pv-$kernel/guest-dmesg.log"

status=0
out=$(scripts/bench-xenstore --kernel "$kernel" --rounds 1 --passes 1 --calls 2 --out "$dir") || status=$?
result "XenStore: a round runs in two guests, ours and the kernel's" test "$status" -eq 0
result "XenStore: the file has every row, and figures" \
	same "$(awk -F '\t' 'NR > 1 && NF == 10 && $6 > 0 && $7 > 0 && $8 > 0' "$dir/xenstore.tsv" | wc -l)" 4
result "XenStore: the table has the rows of the file, and the targets" \
	same "$(grep -cE '^(read|reads-16|gather-16) +[18] |: (met|missed)$' <<<"$out")" 8
result "XenStore: no complaint in our guest's log" \
	clean_log "build/xenhost/bench-xenstore-ours-pv-$kernel/guest-dmesg.log"
finish
