# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests share: KTAP on standard output, runs on the host.

test_nr=0
test_failed=0

# result TEXT COMMAND...: one KTAP line, ok if the command succeeds.
result()
{
	local text=$1

	shift
	test_nr=$((test_nr + 1))
	if "$@"; then
		echo "ok $test_nr $text"
	else
		test_failed=$((test_failed + 1))
		echo "not ok $test_nr $text"
	fi
}

# To be called last: the plan, and the exit status.
finish()
{
	echo "1..$test_nr"
	((test_failed == 0))
}

diagnose()
{
	sed 's/^/# /' <<<"$*" >&2
}

same()
{
	[[ -n $1 && $1 == "$2" ]] || { diagnose "expected \"$2\", got \"$1\""; return 1; }
}

has()
{
	grep -qE -- "$2" <<<"$1" || { diagnose "no \"$2\" in: $(tail -n 12 <<<"$1")"; return 1; }
}

# --insmod options for all modules of a kernel.
insmod_all()
{
	make -s modules-list KERNEL="$1" | sed 's/^/--insmod\n/'
}

# kunit_kernel VERSION KIND: the folder of a kernel for the KUnit suites: xen or
# noxen, both with the debugging tools, or plain.
kunit_kernel()
{
	local -a fragments=(kunit debug "$2")

	if [[ $2 == plain ]]; then
		fragments=(kunit plain noxen)
	elif [[ -e scripts/testkernel.d/debug-$1.config ]]; then
		fragments=(kunit debug "debug-$1" "$2")
	fi
	scripts/testkernel "$1" "${fragments[@]}"
}

# What no log may hold.
complaints='WARNING: |BUG: |Oops|general protection|INFO: (possible|trying|task)|UBSAN: |unreferenced object|Call Trace'

clean_log()
{
	local found

	[[ -s $1 ]] || { diagnose "$1 is missing or empty"; return 1; }
	found=$(grep -nE "$complaints" "$1") || return 0
	diagnose "$1: $found"
	return 1
}
