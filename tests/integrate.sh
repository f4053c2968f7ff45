#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The project within a kernel's source tree: tests/integrate.sh VERSION [long]
#
# The folder comes and goes without a trace; the tree's Kconfig offers the
# modules, also built in, and they compile there. The long form builds that kernel
# and boots it, on bare QEMU and in a PV domain, and has the kernel's own
# kunit.py build and run the suites.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

version=$1 form=${2:-short}
work=$PWD/build/integrated/$version
tree=$work/source
out=$work/built-in
kunit_out=$work/kunit
mkdir -p "$work" build/logs

# A tree of our own: names of the cached kernel's source files. Whatever edits
# one puts a new file in its place.
make_tree()
{
	local source

	source=$(kunit_kernel "$version" xen)/src
	[[ ! -e $work/from || $(<"$work/from") != "$source" ]] || return 0
	rm -rf "$tree" "$out" "$kunit_out" "$work/from"
	cp -al "$source" "$tree" 2>/dev/null || { rm -rf "$tree"; cp -a "$source" "$tree"; }
	cp "$tree/drivers/Kconfig" "$work/Kconfig"
	cp "$tree/drivers/Makefile" "$work/Makefile"
	echo "$source" >"$work/from"
}

as_it_was()
{
	cmp "$tree/drivers/Kconfig" "$work/Kconfig" && cmp "$tree/drivers/Makefile" "$work/Makefile" &&
		[[ ! -e $tree/drivers/xendomu ]]
}

state()
{
	find "$tree"/drivers/{xendomu,Kconfig,Makefile} -printf '%P %l %T@ %s\n' | sort
}

changes_nothing()
{
	local before

	before=$(state)
	"$@" && same "$(state)" "$before"
}

# fails_with TEXT COMMAND...
fails_with()
{
	local text=$1 said

	shift
	said=$("$@" 2>&1) && { diagnose "it succeeded: $*"; return 1; }
	has "$said" "$text"
}

foreign_folder_is_left_alone()
{
	mkdir "$tree/drivers/xendomu"
	echo theirs >"$tree/drivers/xendomu/Kconfig"
	fails_with 'not ours' scripts/integrate "$tree" && same "$(<"$tree/drivers/xendomu/Kconfig")" theirs
	local status=$?
	rm -r "$tree/drivers/xendomu"
	return $status
}

no_link()
{
	! find "$tree/drivers/xendomu" -type l | grep -q .
}

# All modules built in, on top of the test kernels' configuration.
configure()
{
	mkdir -p "$out"
	make -C "$tree" O="$out" tinyconfig
	scripts/testkernel --config "$version" kunit plain xen >"$out/wanted"
	for option in $options; do
		echo "CONFIG_$option=y"
	done >>"$out/wanted"
	echo CONFIG_XENDOMU_KUNIT_TEST=m >>"$out/wanted"
	"$tree/scripts/kconfig/merge_config.sh" -m -O "$out" "$out/.config" "$out/wanted"
	make -C "$tree" O="$out" olddefconfig
}

# logged NAME COMMAND...: with its output in a log.
logged()
{
	local log=build/logs/integrate-$version-$1.log

	shift
	"$@" >"$log" 2>&1 || { tail -n 12 "$log" >&2; return 1; }
}

without_warning()
{
	! grep -E 'warning:' "build/logs/integrate-$version-$1.log" >&2
}

kunit_py()
{
	local verb=$1

	shift
	(cd "$tree" && python3 tools/testing/kunit/kunit.py "$verb" --arch=x86_64 \
		--kunitconfig=drivers/xendomu/kunit --build_dir="$kunit_out" "$@")
}

# boot NAME GUEST [OPTION...] SCRIPT: in the kernel with all modules built in.
boot()
{
	local name=integrate-$1-$version guest=$2

	shift 2
	scripts/xenhost run --guest "$guest" --name "$name" --memory 256 \
		--kernel "$out/arch/x86/boot/bzImage" "$@"
}

boots_without_xen()
{
	local said

	said=$(boot bare bare 'dmesg') || return 1
	has "$said" 'xendomu: not running on Xen' &&
		clean_log "build/xenhost/integrate-bare-$version/guest-console.log"
}

works_in_a_domain()
{
	local said

	said=$(boot pv pv 'ls /sys/kernel/debug/xendomu; dmesg; ls /dev/xen') || return 1
	has "$said" 'xendomu: PV guest on Xen' && has "$said" '^xenbus$' &&
		has "$said" 'xendomu_console: the console is' &&
		clean_log "build/xenhost/integrate-pv-$version/guest-dmesg.log"
}

what_stays_down_keeps_down_what_is_above()
{
	local said

	said=$(boot no-grants pv --append xendomu_grant.version=3 \
		'ls /sys/kernel/debug/xendomu /sys/bus; dmesg; ls /dev/xen') || return 1
	has "$said" 'xendomu_grant: version=3 is out of range' &&
		has "$said" 'xendomu_xenbus needs the grant table' &&
		has "$said" 'xendomu_console_front needs the grant table' && has "$said" '^xenbus$' &&
		has "$said" 'xendomu_console: the console is' && ! grep -qx xen <<<"$said" &&
		clean_log "build/xenhost/integrate-no-grants-$version/guest-dmesg.log"
}

# Its own summary, and all cases that the suites have.
kunit_py_passes()
{
	local log=build/logs/integrate-$version-kunit-run.log

	kunit_py run --jobs="$(nproc)" --timeout=600 --qemu_args='-smp 2' >"$log" 2>&1 || { tail -n 12 "$log" >&2; return 1; }
	has "$(<"$log")" 'Testing complete.* [1-9][0-9]+ tests.*passed: [1-9][0-9]+'
}

long_form()
{
	result "the kernel with all of them links" logged kernel make -C "$tree" O="$out" \
		-j"$(nproc)" bzImage
	result "it boots without Xen, and the modules say so" boots_without_xen
	result "in a PV domain they serve it" works_in_a_domain
	result "what stays down keeps down what is above" what_stays_down_keeps_down_what_is_above
	result "kunit.py builds and runs the suites" kunit_py_passes
}

make_tree
options=$(sed -n 's/^\(menu\)\?config \(XENDOMU.*\)/\2/p' Kconfig | grep -v KUNIT)
scripts/integrate --undo "$tree"
result "nothing that is no kernel source is touched" fails_with 'no kernel source' \
	scripts/integrate "$work"
result "a folder that is not ours is left alone" foreign_folder_is_left_alone
result "make integrate" make -s integrate TREE="$tree"
result "a second time changes nothing" changes_nothing make -s integrate TREE="$tree"
scripts/integrate --undo "$tree"
result "and it can be undone" as_it_was
scripts/integrate --copy "$tree"
result "a copy has no link" no_link
result "links instead of the copy" scripts/integrate "$tree"
result "a configuration with all modules built in" logged config configure
result "Kconfig takes every option" scripts/testkernel --holds \
	"$out/.config" "$out/wanted"
result "all objects compile in the tree" logged objects make -C "$tree" O="$out" \
	-j"$(nproc)" W=1 drivers/xendomu/ drivers/xendomu/kunit/
result "without a warning" without_warning objects
result "kunit.py takes the suites' configuration" logged kunit-config kunit_py config
result "and they are in its kernel" grep -qx CONFIG_XENDOMU_KUNIT_TEST=y "$kunit_out/.config"
[[ $form != long ]] || long_form
scripts/integrate --undo "$tree"
result "without a trace in the end" as_it_was
finish
