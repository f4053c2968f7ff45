# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the tests share: KTAP on standard output, runs on the host.

. tests/host.sh

# Files that a test makes for itself, whatever else runs.
work="$(basename "$0" .sh) $*"
work=build/work/${work//[^[:alnum:]_.+]/-}
mkdir -p "$work"

# alone COMMAND...: what builds in a folder that other tests build in, too
alone()
{
	flock build/lock "$@"
}

test_nr=0
test_failed=0

# kernel_or_skip NAME: sets kernel to its release. Suites with new kernels drop old
# ones: then the test is left out, and says so.
kernel_or_skip()
{
	local reason

	! kernel=$(scripts/kernels --release "$1" 2>"$work/error") || return 0
	reason=$(<"$work/error")
	[[ $reason == *'has no kernel'* ]] || { echo "$reason" >&2; exit 1; }
	echo "ok 1 works # SKIP $reason"
	echo "1..1"
	exit 0
}

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

# A kernel of Debian's has what it does not need at once in modules; ours have not.
is_debian()
{
	[[ $1 == *-amd64 ]]
}

# hvc GUEST N: the terminal of our Nth console, 0 is the primary one. A kernel that
# knows Xen has hvc0 for itself.
hvc()
{
	if [[ $1 == hvm ]]; then
		echo "hvc$2"
	else
		echo "hvc$(($2 + 1))"
	fi
}

# --insmod options for all modules of a kernel.
insmod_all()
{
	make -s modules-list KERNEL="$1" | sed 's/^/--insmod\n/'
}

# kunit_kernel VERSION KIND: the folder of a kernel for the KUnit suites. With
# the debugging tools: xen, xen-nokasan (without KASAN, which the start of a PV or
# PVH domain does not survive) and noxen; plain has none.
kunit_kernel()
{
	local -a fragments=(kunit debug)

	case $2 in
	xen-nokasan) fragments+=(nokasan xen) ;;
	plain) fragments=(kunit plain noxen) ;;
	*) fragments+=("$2") ;;
	esac
	scripts/testkernel "$1" "${fragments[@]}"
}

# field TEXT NAME: the rest of the line that begins with NAME.
field()
{
	sed -n "s/^$2 //p" <<<"$1"
}

# pack_programs DIR PROGRAM...: installed programs and their libraries, for a
# guest that has none.
pack_programs()
{
	local dir=$1 program
	local PATH=$PATH:/usr/sbin:/sbin

	mkdir -p "$dir"/{bin,lib}
	shift
	for program; do
		cp -L "$(command -v "$program")" "$dir/bin/"
	done
	# The loader is where the programs name it, not in a path.
	# A static program among them is no failure.
	{ ldd "$dir"/bin/* 2>/dev/null || true; } | awk '$2 == "=>" { print $3 } $1 ~ /^\/.*ld-linux/ { print $1 }' |
		sort -u | xargs cp -Lt "$dir/lib/"
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
