#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites: tests/kunit.sh VERSION KERNEL GUEST
#
# VERSION is that of a source package, such as 6.1. KERNEL is xen or noxen, both
# with KASAN, UBSAN, lockdep and kmemleak, or xen-nokasan: Linux cannot start with
# KASAN in a PV or PVH domain. Whatever these tools say fails the run. Or it is
# plain, without any.
# GUEST is bare, which is QEMU without Xen, or pv, pvh or hvm: a domain on Xen,
# where the very same cases must end the very same way.
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
in_guest='cd /sys/kernel/debug; [ -e kmemleak ] || exit 0
echo scan >kmemleak; sleep 6; echo scan >kmemleak
cat kmemleak
echo "leaks $(grep -c unreferenced kmemleak)"'

# run_suites GUEST NAME. The tools slow an emulated processor down so much that
# RCU would complain of it. In a domain the kernel's own words do not go to
# /dev/hvc1, which is the suites' console. An HVM domain's ACPI tables take minutes.
run_suites()
{
	local options='rcupdate.rcu_cpu_stall_suppress=1'

	case $1 in
	pv | pvh) options+=' console=hvc0' ;;
	hvm) options+=' acpi=off' ;;
	esac
	scripts/xenhost run --guest "$1" --vcpus 2 --name "$2" --timeout 600 --memory 384 \
		--append "$options" --kernel "$kernel/arch/x86/boot/bzImage" \
		--insmod "$tree/xendomu-kunit.ko" "$in_guest"
}

# Reads a kernel's log; prints what KUnit said there as one document. Which is
# more than the results in debugfs have room for.
ktap()
{
	awk '
	{ sub(/\r$/, ""); sub(/^\[ *[0-9.]+\] /, "") }
	/^(not )?ok [0-9]+ / { sub(/ok [0-9]+ /, "ok " ++suites " ") }
	/^    .*(KTAP version|# )/ || /^    +[0-9]+\.\.[0-9]+$/ || /^ *(not )?ok [0-9]+ / {
		line[++lines] = $0
	}
	END {
		print "KTAP version 1\n1.." suites + 0
		for (i = 1; i <= lines; i++)
			print line[i]
	}'
}

# Reads such a document; prints "ok SUITE: CASE", "not ok ..." or "ok ... # SKIP
# why". A case is indented once, its parameters further.
cases()
{
	awk '
	/^    # Subtest: / { suite = $NF }
	/^    (not )?ok / {
		verdict = $1 == "not" ? "not ok" : "ok"
		sub(/^ *(not )?ok [0-9]+ (- )?/, "")
		print verdict, suite ": " $0
	}'
}

# The kernel's own reader of such documents.
kunit_py_agrees()
{
	local said

	said=$(python3 "$kernel/src/tools/testing/kunit/kunit.py" parse "$1" 2>&1) ||
		{ diagnose "$(tail -n 5 <<<"$said")"; return 1; }
	! grep -F '[ERROR]' <<<"$said" >&2 && has "$said" 'Testing complete.*passed: [1-9]'
}

# What the first failed expectations in a kernel's log say.
diagnose_failures()
{
	local said

	said=$(grep -m 20 -E -A 4 '(EXPECTATION|ASSERTION) FAILED' "$1") || return 0
	diagnose "$said"
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

# One run on bare QEMU at a time: this test, or one that needs its results.
lock_bare()
{
	exec {bare_lock}>"$tree.bare.lock"
	flock "$bare_lock"
}

# What bare QEMU says of this very module.
bare_cases()
{
	lock_bare
	if [[ ! -s $reference ]]; then
		run_suites bare "kunit-bare-$kind-$version"
		ktap <"build/xenhost/kunit-bare-$kind-$version/guest-console.log" | cases >"$reference.new"
		mv "$reference.new" "$reference"
	fi
}

names()
{
	sed -E 's/^(not )?ok //; s/ # SKIP.*//' "$1"
}

same_names()
{
	diff <(names "$1") <(names "$2") >&2
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

kernel=$(kunit_kernel "$version" "$kind")
build_module
[[ $guest != bare ]] || lock_bare
status=0
out=$(run_suites "$guest" "$name") || status=$?
found=$tree/$guest.cases
ktap <"$log_of_kernel" >"${found%.cases}.ktap"
cases <"${found%.cases}.ktap" >"$found"
report_cases "$found"
diagnose_failures "$log_of_kernel"

result "kunit.py reads the results and agrees" kunit_py_agrees "${found%.cases}.ktap"
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
	result "the cases are those of bare QEMU" same_names "$reference" "$found"
	result "and end the same way" same_verdicts "$reference" "$found"
fi
finish
