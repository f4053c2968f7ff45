#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites, on a debugging kernel in bare QEMU.
#
# KASAN, UBSAN, lockdep and kmemleak watch; whatever they say fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

version=${1:-6.1}
name=kunit-$version
dir=build/xenhost/$name
tree=$PWD/build/kunit-$version

kernel=$(scripts/testkernel "$version" kunit debug)
mkdir -p "$tree" build/logs
cp -rsf "$PWD"/{arch,drivers,include} "$tree/"
ln -sf "$PWD/drivers/xen/tests/Kbuild" "$tree/Kbuild"
find "$tree" -xtype l -delete
log=build/logs/kunit-$version-build.log
if ! make -C "$kernel" M="$tree" CONFIG_XENDOMU_KUNIT_TEST=m W=1 modules >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	exit 1
fi

status=0
# shellcheck disable=SC2016 # for the guest's shell
out=$(scripts/xenhost run --guest bare --vcpus 2 --name "$name" --timeout 240 \
	--kernel "$kernel/arch/x86/boot/bzImage" --memory 512 \
	--insmod "$tree/xendomu-kunit.ko" \
	'cat /sys/kernel/debug/kunit/*/results
	echo scan >/sys/kernel/debug/kmemleak; sleep 6; echo scan >/sys/kernel/debug/kmemleak
	cat /sys/kernel/debug/kmemleak
	echo "leaks $(grep -c unreferenced /sys/kernel/debug/kmemleak)"') || status=$?

suite=
while IFS= read -r line; do
	case $line in
	*'# Subtest: '*) suite=${line#*Subtest: } ;;
	'    '*'ok '[0-9]*) # a case; parameters are indented further
		line=${line#"${line%%[![:space:]]*}"}
		text=$(sed -E 's/^(not )?ok [0-9]+ (- )?//' <<<"$line")
		if [[ $line == not* ]]; then
			result "$suite: $text" false
		else
			result "$suite: $text" true
		fi
		;;
	esac
done <<<"$out"
# The results in debugfs have room for 512 bytes a case: what a failure says
# can push its own "not ok" out. The kernel's log has all of it.
failures=$(grep -oE '\] +not ok .*' "$dir/guest-console.log" || true)
result "the kernel's log has no failed case either" test -z "$failures"
[[ -z $failures ]] || diagnose "$failures"
result "the kernel survived all suites" test "$status" -eq 0
result "there are suites" test "$test_nr" -gt 10
result "kmemleak finds nothing" has "$out" '^leaks 0$'
result "no build warning" test "$(grep -c 'warning:' "$log")" -eq 0
result "KASAN, UBSAN and lockdep are silent" clean_log "$dir/guest-console.log"
finish
