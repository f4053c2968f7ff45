#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The modules and the KUnit suites, built by clang: tests/clang.sh VERSION
#
# Against a tree that clang has prepared: Debian's headers are for gcc.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

version=$1
tree=$PWD/build/clang/$version
log=build/logs/clang-$version.log
kernel_make=(make -C "$tree/src" O="$tree" CC=clang -j"$(nproc)")

prepare()
{
	local source

	[[ ! -e $tree/prepared ]] || return 0
	rm -rf "$tree"
	mkdir -p "$tree/src"
	# In an if's condition, bash goes on after a command that fails.
	source=$(scripts/kernels --source "$version") &&
		tar -xf "$source" -C "$tree/src" --strip-components=1 &&
		scripts/testkernel --config "$version" kunit xen >"$tree/wanted" &&
		"${kernel_make[@]}" tinyconfig &&
		"$tree/src/scripts/kconfig/merge_config.sh" -m -O "$tree" "$tree/.config" "$tree/wanted" &&
		"${kernel_make[@]}" olddefconfig modules_prepare &&
		touch "$tree/prepared"
}

# build DIR KBUILD: in a tree of links. No kernel is built, so its symbols are not
# known: modpost only warns.
build()
{
	rm -rf "$1"
	mkdir -p "$1" && cp -rs "$PWD"/{arch,drivers,include} "$1/" && ln -s "$PWD/$2" "$1/Kbuild" &&
		"${kernel_make[@]}" M="$1" W=1 KBUILD_MODPOST_WARN=1 "${configs[@]}" modules
}

mapfile -t configs < <(sed -nE 's/^(menu)?config (XENDOMU.*)/CONFIG_\2=m/p' Kconfig)
mkdir -p build/logs
result "a tree of Linux $version is there for clang" eval "prepare >$log.prepare 2>&1"
: >"$log"
result "clang builds the modules with W=1" eval "build $tree/modules Kbuild >>$log 2>&1"
result "and the KUnit suites" eval "build $tree/kunit drivers/xen/tests/Kbuild >>$log 2>&1"
result "without a warning" eval "! grep -nE 'warning:|error:' $log"
result "every module is there" same "$(find "$tree"/{modules,kunit} -name '*.ko' | wc -l)" "${#configs[@]}"
finish
