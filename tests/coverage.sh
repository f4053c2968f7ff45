#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the KUnit suites reach of the pure cores, branch by branch, as gcov sees
# it. Whatever is not reached is named; tests/coverage.awk makes the table.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

version=${1:-6.1}
name=coverage-$version
tree=$PWD/build/$name
report=$PWD/build/logs/$name.txt

kernel=$(scripts/testkernel "$version" kunit coverage)
rm -rf "$tree"
mkdir -p "$tree" build/logs
cp -rs "$PWD"/{arch,drivers,include} "$tree/"
ln -s "$PWD/drivers/xen/tests/Kbuild" "$tree/Kbuild"
log=build/logs/$name-build.log
if ! make -C "$kernel" M="$tree" CONFIG_XENDOMU_KUNIT_TEST=m COVERAGE=1 modules >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	exit 1
fi

# The kernel has the counters as files, under the names the compiler knew.
status=0
# shellcheck disable=SC2016 # for the guest's shell
out=$(scripts/xenhost run --guest bare --vcpus 2 --name "$name" --memory 512 \
	--kernel "$kernel/arch/x86/boot/bzImage" --insmod "$tree/xendomu-kunit.ko" \
	'dmesg | grep -o "not ok .*"
	cd /sys/kernel/debug/gcov || exit 1
	find . -name "*.gcda" | while read -r file; do
		echo "gcda ${file#.}"
		base64 "$file"
	done') || status=$?
result "the suites ran with counters" test "$status" -eq 0
result "none of them failed" test "$(grep -c '^not ok' <<<"$out")" -eq 0

file=/dev/null
while IFS= read -r line; do
	case $line in
	gcda\ *)
		file=$tree/${line#*"$tree/"}
		: >"$file.base64"
		;;
	*) [[ $file == /dev/null ]] || echo "$line" >>"$file.base64" ;;
	esac
done <<<"$out"

cd "$tree"
find . -name '*.gcda.base64' | sort | while read -r encoded; do
	data=${encoded%.base64}
	base64 -d "$encoded" >"$data"
	gcov --branch-probabilities --branch-counts --stdout "$data"
done >"$report.gcov"
cd - >/dev/null
awk -v root="$tree/" -f tests/coverage.awk "$report.gcov" >"$report"
sed 's/^/# /' "$report"

cores=$(find "$tree" -name '*.gcno' ! -path '*/tests/*' | wc -l)
result "every core has counters" test "$(grep -c ' branches of it taken' "$report")" -ge "$cores"
result "there are branches" test "$(awk '/^all:/ { print $4 }' "$report")" -gt 200
result "every branch was taken" test "$(grep -c '^not taken: ' "$report")" -eq 0
result "every line was run" test "$(grep -c '^not run: ' "$report")" -eq 0
finish
