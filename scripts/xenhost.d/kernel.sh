# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# Kernels: those installed here, those of Debian's suites in the cache, and the
# compilers that their headers ask for.
#
# A kernel of a suite is the unit kernels/RELEASE: image, modules, headers. Its
# file `kernel` says which suite it is from and what builds modules for it.

# A kernel is named
#   RELEASE          such as 6.1.0-56-amd64: installed here, or in the cache
#   SUITE:VERSION    such as trixie-backports:7.3: the newest of these, generic
#   SUITE:VERSION-rt, SUITE:VERSION-cloud    the same of this flavour, headers alone
#   SUITE:RELEASE    this one
# Names with a suite fetch what the cache has not.

# "SUITE RELEASE" of each kernel in the cache, newest first.
cached_kernels()
{
	local file

	for file in "$cache"/kernels/*/current/kernel; do
		[[ ! -r $file ]] || (. "$file" && echo "$suite $release")
	done | sort -k2 -rV
}

is_flavour()
{
	[[ $1 == *-cloud-amd64 || $1 == *-rt-amd64 ]]
}

# matches RELEASE WANTED: whether it is that release, or one of that version and flavour.
matches()
{
	local version=$2 flavour=

	[[ $1 != "$2" ]] || return 0
	case $2 in
	*-rt | *-cloud) flavour=${2##*-} version=${2%-*} ;;
	esac
	[[ $1 == "$version"[.+-]* ]] || return 1
	case $1 in
	*-rt-amd64 | *-cloud-amd64) [[ -n $flavour && $1 == *-"$flavour"-amd64 ]] ;;
	*) [[ -z $flavour ]] ;;
	esac
}

# find_cached SUITE WANTED: the newest release that fits.
find_cached()
{
	local suite release

	while read -r suite release; do
		if [[ $suite == "$1" ]] && matches "$release" "$2"; then
			echo "$release"
			return
		fi
	done < <(cached_kernels)
}

# find_in_suite SUITE WANTED: the same, of what the archive has. A suite keeps
# images whose headers are gone.
find_in_suite()
{
	local names release found=

	names=$(suite_names "$1" 'linux-image-[0-9][^ ]*-amd64') || exit
	for release in ${names//linux-image-/}; do
		if matches "$release" "$2" && suite_has "$1" "linux-headers-$release"; then
			found=$release
		fi
	done
	echo "$found"
}

# Headers name /usr/src; their programs want the C library of their suite.
finish_kernel()
{
	local out=$1 root=$1/root release file headers

	release=$(basename "$root"/usr/lib/modules/*)
	for file in "$root"/usr/src/linux-headers-*/Makefile; do
		# shellcheck disable=SC2016 # make expands it
		sed -i -E 's|/usr/src/|$(dir $(realpath $(lastword $(MAKEFILE_LIST))))../|' "$file"
	done
	find "$root"/usr/lib/linux-kbuild-* -type f -perm -u+x | while read -r file; do
		is_elf "$file" || continue
		mv "$file" "$file.elf"
		cat >"$file" <<-'END'
		#!/bin/sh
		# By the C library of its suite, where the tools of that are in PATH.
		run=$(command -v xenhost-suite-run) || run=/lib64/ld-linux-x86-64.so.2
		exec "$run" --argv0 "$0" "$0.elf" "$@"
		END
		chmod 755 "$file"
	done
	[[ ! -d $root/usr/lib/modules/$release/kernel ]] || depmod -b "$root" "$release"
	headers=$root/usr/lib/modules/$release/build
	cat >"$out/kernel" <<-END
	suite=$unit_suite
	release=$release
	compiler=$(sed -nE 's/^CC *=.*(gcc-[0-9]+).*/\1/p' "$headers/.kernelvariables" | head -n 1)
	kbuild=$(basename "$(dirname "$(realpath "$headers/scripts")")")
	END
}

# fetch_kernel SUITE RELEASE
fetch_kernel()
{
	local suite=$1 release=$2
	local -a packages=("linux-headers-$2")

	# The other flavours are built for, not run.
	is_flavour "$release" || packages+=("linux-image-$release")
	unit_suite=$suite
	unit "kernels/$release" "$suite" finish_kernel '^linux-(base|binary|modules|image|headers|kbuild)-[0-9]' \
		"${packages[@]}"
}

# supported KIND: the names behind that word in scripts/supported, in their order.
supported()
{
	sed -nE "s/^$1 +//p" "$here/supported"
}

# The oldest and the newest kernel that are supported; the compat header has them.
range()
{
	sed -nE 's/^#define COMPAT_(OLDEST|NEWEST)_LINUX KERNEL_VERSION\(([0-9]+), ([0-9]+), .*/\2.\3/p' \
		"$here/../include/xen/compat.h" | paste -sd' '
}

# is_older A B: by version, 6.1 before 6.12.
is_older()
{
	[[ $1 != "$2" ]] && printf '%s\n' "$1" "$2" | sort -VC
}

# assert_supported NAME: the kernel is not too old.
assert_supported()
{
	local oldest version

	[[ ${1##*:} =~ ^[0-9]+\.[0-9]+ ]] || return 0
	version=${BASH_REMATCH[0]}
	read -r oldest _ < <(range)
	! is_older "$version" "$oldest" ||
		fail setup "kernel $1 is too old, $oldest is the oldest that is supported: take one of $(
			supported kernel | paste -sd' ')"
}

# kernel_release NAME: the release that a name means; fetched if need be.
kernel_release()
{
	local suite wanted release

	assert_supported "$1"
	case $1 in
	*:*) suite=${1%%:*} wanted=${1#*:} ;;
	*) echo "$1"; return ;;
	esac
	release=$(find_cached "$suite" "$wanted")
	if [[ -z $release ]]; then
		suite_open "$suite"
		release=$(find_in_suite "$suite" "$wanted") || exit
		[[ -n $release ]] ||
			fail setup "suite $suite has no kernel '$wanted' with headers: take one of $(kernels_of_suite "$suite")"
		fetch_kernel "$suite" "$release"
	fi
	echo "$release"
}

# The versions that a suite has, for a message.
kernels_of_suite()
{
	suite_names "$1" 'linux-headers-[0-9][^ ]*-amd64' | sed 's/^linux-headers-//' |
		grep -v -e -cloud- -e -rt- | paste -sd' '
}

# kernel_root RELEASE: the root it lies in, empty for one that is installed here.
kernel_root()
{
	if [[ -e $cache/kernels/$1/current ]]; then
		used "kernels/$1"
		echo "$(realpath "$cache/kernels/$1/current")/root"
	else
		[[ -r /boot/vmlinuz-$1 || -e /lib/modules/$1/build/Makefile ]]
	fi
}

kernel_image()
{
	local root file

	root=$(kernel_root "$1") || return 1
	for file in "$root/boot/vmlinuz-$1" "$root/lib/modules/$1/vmlinuz"; do
		[[ ! -r $file ]] || { echo "$file"; return; }
	done
	return 1
}

kernel_headers()
{
	local root

	root=$(kernel_root "$1") || return 1
	echo "$root/lib/modules/$1/build"
}

# What the headers of all flavours of a version have in common.
kernel_common()
{
	local root

	root=$(kernel_root "$1") && realpath -e "$root/lib/modules/$1/source" 2>/dev/null
}

# kernel_key RELEASE: what its image and modules are made of, for the keys of images.
kernel_key()
{
	local root

	root=$(kernel_root "$1")
	if [[ -n $root ]]; then
		basename "${root%/root}"
	else
		digest "/boot/vmlinuz-$1" "/lib/modules/$1/modules.dep"
	fi
}

# --- compilers ---

# Programs of another suite run by that suite's C library: bin/ of a unit of tools
# goes first in PATH. gcc gets its own parts (cc1, as, ld) by the same way.
finish_tools()
{
	local out=$1 root=$1/root bin=$1/bin file name

	mkdir "$bin"
	cat >"$bin/xenhost-suite-run" <<-'END'
	#!/bin/sh
	# xenhost-suite-run PROGRAM ARG...: by the C library of the suite beside it.
	here=${0%/*}
	case $1 in "$here"/[!.]*) exec "$@" ;; esac
	lib=$here/../root/usr/lib/x86_64-linux-gnu
	exec "$here/../root/lib64/ld-linux-x86-64.so.2" --library-path "$lib" "$@"
	END
	for file in "$root"/usr/bin/x86_64-linux-gnu-* "$root/usr/bin/pahole"; do
		name=${file##*/}
		is_elf "$file" || continue
		case $name in
		*-gcc-[0-9]*) tool_wrapper "$name" '-wrapper "$here/xenhost-suite-run" -B"$here/" ' ;;
		*) tool_wrapper "$name" '' ;;
		esac >"$bin/$name"
		[[ $name == pahole ]] || cp "$bin/$name" "$bin/${name#x86_64-linux-gnu-}"
	done
	chmod 755 "$bin"/*
}

# tool_wrapper PROGRAM OPTIONS
tool_wrapper()
{
	# shellcheck disable=SC2016 # for the wrapper's shell
	printf '#!/bin/sh\nhere=${0%%/*}\nexec "$here/xenhost-suite-run" "$here/../root/usr/bin/%s" %s"$@"\n' "$1" "$2"
}

# suite_tools SUITE GCC: the folder of such programs, GCC among them; nothing where
# this machine's own will do.
suite_tools()
{
	local base name

	base=$(base_suite "$1") name=tools/$base-$2
	if [[ $base == "$(own_suite)" ]] && command -v "$2" >/dev/null; then
		return
	elif [[ ! -e $cache/$name/current ]]; then
		suite_open "$base"
		unit "$name" "$base" finish_tools . "$2" binutils libc6-dev pahole
	fi
	echo "$(realpath "$cache/$name/current")/bin"
}

# kernel_tools RELEASE: the same, for what builds modules for a kernel.
kernel_tools()
{
	local suite release compiler kbuild file=$cache/kernels/$1/current/kernel

	[[ -r $file ]] || return 0
	# shellcheck source=/dev/null
	. "$file"
	suite_tools "$suite" "$compiler"
}

# --- sources ---

# kernel_source SUITE VERSION: linux-source-VERSION.tar.xz, this machine's or the suite's.
kernel_source()
{
	local file=usr/src/linux-source-$2.tar.xz name=sources/linux-$2

	if [[ ! -r /$file ]]; then
		if [[ ! -e $cache/$name/current ]]; then
			suite_open "$1"
			unit "$name" "$1" '' "^linux-source-$2_" "linux-source-$2"
		fi
		used "$name"
		file=$cache/$name/current/root/$file
	fi
	[[ -r /$file ]] || fail setup "suite $1 has no $file"
	realpath "/$file"
}
