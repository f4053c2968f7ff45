# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A small Debian archive on 127.0.0.1, with one suite, sid: a host and kernels
# whose packages hold next to nothing, signed by a key of its own.

# archive_begin DIR: sets archive to DIR, makes the key, and starts the server.
archive_begin()
{
	archive=$(realpath "$1")
	archive_keys=$(mktemp -d)
	mkdir -p "$archive"/{pool,dists/sid/main/binary-amd64}
	gpg --homedir "$archive_keys" --batch --quiet --passphrase '' \
		--quick-gen-key 'tests <tests@example.org>' ed25519 sign never
	gpg --homedir "$archive_keys" --export >"$archive/keys.gpg"
	python3 tests/archive/serve.py "$archive" 2>"$archive/log" &
	archive_server=$!
	until [[ -s $archive/port ]]; do
		kill -0 $archive_server
		sleep 0.05
	done
	archive_uri=http://127.0.0.1:$(<"$archive/port")
}

archive_end()
{
	kill "$archive_server" 2>/dev/null || true
	gpgconf --homedir "$archive_keys" --kill all || true
	rm -rf "$archive_keys"
}

# package NAME DEPENDS [TREE]: version $version (1); TREE is what it holds, a file
# of that name by default. Depends on "" is none.
package()
{
	local name=$1 tree=${3:-}

	if [[ -z $tree ]]; then
		tree=$archive/tree/$name
		mkdir -p "$tree/usr/share/doc/$name"
		# As long as it takes to be sent in two halves.
		head -c 20000 /dev/urandom >"$tree/usr/share/doc/$name/noise"
	fi
	mkdir -p "$tree/DEBIAN"
	cat >"$tree/DEBIAN/control" <<-END
	Package: $name
	Version: ${version:-1}
	Architecture: amd64
	Maintainer: tests <tests@example.org>
	Description: for tests
	END
	[[ -z $2 ]] || echo "Depends: $2" >>"$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -Znone -b "$tree" "$archive/pool/" >/dev/null
}

# tree PACKAGE FILE [CONTENTS]: a file of a package to be; prints the tree.
tree()
{
	local tree=$archive/tree/$1

	mkdir -p "$tree/$(dirname "$2")"
	echo "${3:-nothing}" >"$tree/$2"
	echo "$tree"
}

# kernel_packages RELEASE: image and headers.
kernel_packages()
{
	local release=$1 kbuild=linux-kbuild-${1%%-*} headers image

	tree "linux-image-$release" "boot/vmlinuz-$release" >/dev/null
	image=$(tree "linux-image-$release" "usr/lib/modules/$release/modules.builtin")
	head -c 2000000 /dev/urandom >"$image/usr/lib/modules/$release/noise"
	tree "linux-headers-$release" "usr/src/linux-headers-$release/Makefile" >/dev/null
	headers=$(tree "linux-headers-$release" "usr/src/linux-headers-$release/.kernelvariables" 'CC = gcc-9')
	mkdir -p "$headers/usr/lib/modules/$release"
	ln -sfn "/usr/src/linux-headers-$release" "$headers/usr/lib/modules/$release/build"
	ln -sfn "../../lib/$kbuild/scripts" "$headers/usr/src/linux-headers-$release/scripts"
	package "linux-image-$release" "" "$image"
	package "linux-headers-$release" "$kbuild" "$headers"
	package "$kbuild" "" "$(tree "$kbuild" "usr/lib/$kbuild/scripts/unifdef")"
}

# host_packages VERSION KERNEL: a host with the machine's C library, whose QEMU
# is a program that says its version.
host_packages()
{
	local xen=$1 name libc qemu file

	package "xen-hypervisor-$xen-amd64" "" "$(tree "xen-hypervisor-$xen-amd64" "boot/xen-$xen-amd64.gz")"
	package "xen-utils-$xen" "libc6" "$(tree "xen-utils-$xen" "usr/lib/xen-$xen/bin/xl")"
	for name in "xen-hypervisor-$xen-amd64-dbg" xenstore-utils libxen-dev qemu-system-xen seabios \
		busybox-static gcc-9 binutils libc6-dev pahole; do
		package "$name" ""
	done
	package gcc gcc-9
	package linux-image-amd64 "linux-image-$2"
	qemu=$(tree qemu-system-x86 usr/bin/qemu-system-x86_64)
	cp -L "$(type -P true)" "$qemu/usr/bin/qemu-system-x86_64"
	chmod 755 "$qemu/usr/bin/qemu-system-x86_64"
	package qemu-system-x86 libc6 "$qemu"
	libc=$(tree libc6 usr/lib64/none)
	mkdir -p "$libc/usr/lib/x86_64-linux-gnu"
	for file in $(ldd "$(type -P true)" | grep -o '/[^ ]*'); do
		case $file in
		*/ld-linux*) cp -L "$file" "$libc/usr/lib64/" ;;
		*) cp -L "$file" "$libc/usr/lib/x86_64-linux-gnu/" ;;
		esac
	done
	package libc6 "" "$libc"
}

# The archive's index of what is in its pool.
index()
{
	local digest deb out=$archive/dists/sid/main/binary-amd64/Packages

	(cd "$archive" && sha256sum pool/*.deb) | while read -r digest deb; do
		cat "$archive/tree/$(basename "${deb%%_*}")/DEBIAN/control"
		printf '%s\n' "Filename: $deb" "Size: $(stat -c %s "$archive/$deb")" "SHA256: $digest" ''
	done >"$out"
}

# publish [DAYS]: the signed list of the suite, valid for DAYS from now (7).
publish()
{
	local dir=$archive/dists/sid

	rm -f "$dir/InRelease"
	index
	cat >"$dir/Release" <<-END
	Origin: tests
	Suite: unstable
	Codename: sid
	Architectures: amd64
	Components: main
	Date: $(LC_ALL=C date -u -d '-30 days' '+%a, %d %b %Y %T UTC')
	Valid-Until: $(LC_ALL=C date -u -d "${1:-7} days" '+%a, %d %b %Y %T UTC')
	SHA256:
	 $(sha256sum <"$dir/main/binary-amd64/Packages" | cut -d' ' -f1) $(stat -c %s "$dir/main/binary-amd64/Packages") main/binary-amd64/Packages
	END
	gpg --homedir "$archive_keys" --batch --quiet --clearsign -o "$dir/InRelease" "$dir/Release"
}
