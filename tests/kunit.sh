#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites: tests/kunit.sh VERSION KERNEL GUEST
#
# VERSION is 6.1 or 6.12. KERNEL is xen, noxen (both with KASAN, UBSAN, lockdep
# and kmemleak; whatever they say fails the run) or plain. GUEST is bare, which is
# QEMU without Xen, or pv, pvh or hvm: a domain on Xen, where the very same cases
# must end the very same way.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

version=$1 kind=$2 guest=$3
tree=$PWD/build/kunit/$version-$kind
name=kunit-$guest-$kind-$version
dir=build/xenhost/$name
log=build/logs/kunit-$version-$kind-build.log
log_of_kernel=$dir/guest-dmesg.log
[[ $guest != bare ]] || log_of_kernel=$dir/guest-console.log

fragments()
{
	echo kunit
	case $kind in
	plain) echo noxen ;;
	*) echo debug "$kind" ;;
	esac
}

# A tree of links, as for the modules; its root is the suites' own Kbuild. Tests
# of the other guests may be at it, too.
build_module()
{
	local lock

	mkdir -p "${tree%/*}"
	exec {lock}>"$tree.lock"
	flock "$lock"
	mkdir -p "$tree" build/logs
	cp -rsf "$PWD"/{arch,drivers,include} "$tree/"
	ln -sf "$PWD/drivers/xen/tests/Kbuild" "$tree/Kbuild"
	find "$tree" -xtype l -delete
	make -C "$kernel" M="$tree" CONFIG_XENDOMU_KUNIT_TEST=m W=1 modules >"$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; exit 1; }
	reference=$tree/bare-$(sha256sum <"$tree/xendomu-kunit.ko" | cut -c1-16).cases
	exec {lock}>&-
}

# shellcheck disable=SC2016 # for the guest's shell
in_guest='cat /sys/kernel/debug/kunit/*/results
cd /sys/kernel/debug; [ -e kmemleak ] || exit 0
echo scan >kmemleak; sleep 6; echo scan >kmemleak
cat kmemleak
echo "leaks $(grep -c unreferenced kmemleak)"'

# run_suites GUEST NAME
run_suites()
{
	scripts/xenhost run --guest "$1" --vcpus 2 --name "$2" --timeout 600 --memory 512 \
		--kernel "$kernel/arch/x86/boot/bzImage" --insmod "$tree/xendomu-kunit.ko" "$in_guest"
}

# Reads KUnit's results; prints "ok SUITE: CASE", "not ok ..." or "ok ... # SKIP
# why". A case is indented once, its parameters further.
cases()
{
	awk '
	/^ *# Subtest: / && !/^     / { suite = $NF }
	/^    (not )?ok [0-9]+ / {
		verdict = $1 == "not" ? "not ok" : "ok"
		sub(/^ *(not )?ok [0-9]+ (- )?/, "")
		print verdict, suite ": " $0
	}'
}

report_cases()
{
	local line

	while IFS= read -r line; do
		case $line in
		'ok '*) result "${line#ok }" true ;;
		'not ok '*) result "${line#not ok }" false ;;
		esac
	done <"$1"
}

# What bare QEMU says of this very module.
bare_cases()
{
	local lock

	exec {lock}>"$tree.bare.lock"
	flock "$lock"
	if [[ ! -s $reference ]]; then
		run_suites bare "kunit-bare-$kind-$version" | cases >"$reference.new"
		mv "$reference.new" "$reference"
	fi
	exec {lock}>&-
}

names()
{
	sed -E 's/^(not )?ok //; s/ # SKIP.*//' "$1"
}

# same_verdicts FILE FILE: a case that one skips has no verdict there.
same_verdicts()
{
	local differing

	differing=$(diff <(grep -v '# SKIP' "$1" | grep -vxFf <(skipped "$2")) \
		<(grep -v '# SKIP' "$2" | grep -vxFf <(skipped "$1"))) || true
	[[ -z $differing ]] || { diagnose "$differing"; return 1; }
}

# What a skipped case would be called with either verdict.
skipped()
{
	sed -nE 's/^ok (.*) # SKIP.*/ok \1\nnot ok \1/p' "$1"
}

skips_say_why()
{
	! grep -E '# SKIP *$' "$1" >&2
}

# shellcheck disable=SC2046 # words
kernel=$(scripts/testkernel "$version" $(fragments))
build_module
status=0
out=$(run_suites "$guest" "$name") || status=$?
found=$tree/$guest.cases
cases <<<"$out" >"$found"
report_cases "$found"

# The results in debugfs have room for 512 bytes a case: what a failure says
# can push its own "not ok" out. The kernel's log has all of it.
failures=$(grep -oE '\] +not ok .*' "$log_of_kernel" || true)
result "the kernel's log has no failed case either" test -z "$failures"
[[ -z $failures ]] || diagnose "$failures"
result "the kernel survived all suites" test "$status" -eq 0
result "there are suites" test "$test_nr" -gt 10
result "each skip says why" skips_say_why "$found"
result "no build warning" test "$(grep -c 'warning:' "$log")" -eq 0
if [[ $kind != plain ]]; then
	result "kmemleak finds nothing" has "$out" '^leaks 0$'
	result "KASAN, UBSAN and lockdep are silent" clean_log "$log_of_kernel"
fi
if [[ $guest == bare ]]; then
	cp "$found" "$reference"
else
	bare_cases
	result "the cases are those of bare QEMU" diff <(names "$reference") <(names "$found")
	result "and end the same way" same_verdicts "$reference" "$found"
fi
finish
