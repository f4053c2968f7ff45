#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian's xenstore tools in twin guests: the same answers from our device as
# from the kernel's own.
#
# One session (tests/tools/store-session.sh) of tools, of libxenstore's calls
# and of raw messages runs in a guest whose kernel kept XenStore, and in one
# where our modules serve the device. Where we mean to answer otherwise the
# difference is listed here, with its reason, and must be there exactly.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
. tests/lib.sh

kernel=$1
guest=$2
# A kernel without Xen has no device of its own: Debian's of its version has.
twin=$kernel
is_debian "$kernel" || twin=$(scripts/kernels --generic | grep "^${kernel%%-*}\." | tail -n 1)
name=xenstore_tools-$guest-$kernel
files=build/$name
mkdir -p build

# The reasons, one for each line that differs:
# - Linux's buffer for a message has no room for the largest that the protocol
#   allows, and its write() fails; here the store itself says what it thinks.
# - Linux drops what follows a message in the same write().
# - Linux never reports POLLOUT, so that a poller for it waits for ever.
# - A watch that the store refuses makes Linux's write() fail, after which
#   libxenstore closes its handle; here it is an answer like any other.
# - Linux says OK to an UNWATCH of what is not watched, and to a second watch of
#   the same node with the same token; the store, and so a program in dom0,
#   says ENOENT and EEXIST.
# - Linux takes a depth, and ignores it; here it is refused with EINVAL where
#   the server does not offer it.
# - RESET_WATCHES ends, in Linux, the watches of all files and the kernel's
#   own, who do not notice; here those of the file that asked.
cat >"build/$name.expected" <<'END'
-better: the largest message: write: Invalid argument
+better: the largest message: type 16, req_id 0x1, tx none, len 7, ENOSPC\00
-better: and the second: lost
-better: POLLOUT: 0
-better: watch a bad path: write: Invalid argument
-better: unwatch what is not: type 5, req_id 0x5, tx none, len 3, OK\00
+better: and the second: type 2, req_id 0x3, tx none, len 4, a\00b\00
+better: POLLOUT: 1
+better: watch a bad path: type 16, req_id 0x4, tx none, len 7, EINVAL\00
+better: unwatch what is not: type 16, req_id 0x5, tx none, len 7, ENOENT\00
-better: the same watch: type 4, req_id 0x7, tx none, len 3, OK\00
-better: the same watch: event, len 9, data/w\00t\00
-better: a depth: type 4, req_id 0x8, tx none, len 3, OK\00
-better: a depth: event, len 9, data/w\00d\00
+better: the same watch: type 16, req_id 0x7, tx none, len 7, EEXIST\00
+better: the same watch: no event
+better: a depth: type 16, req_id 0x8, tx none, len 7, EINVAL\00
+better: a depth: no event
-better: another file's watch: lost
+better: another file's watch: event, len 9, data/r\00t\00
END

prepare()
{
	rm -rf "$files"
	pack_programs "$files" xenstore-{chmod,exists,list,ls,read,rm,watch,write} build/store-{calls,raw}
	# pthread_cancel() loads it by name.
	cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$files/lib/"
	cp tests/tools/store-session.sh "$files/"
}

# What dom0 makes for the session, and the line that lets it begin.
cat >"build/$name-dom0.sh" <<'EOF2'
data=/local/domain/$GUEST_DOMID/data
numbers() { i=0; while [ $i -lt "$1" ]; do echo $i; i=$((i + 1)); done; }
# children NODE NUMBER PREFIX: as many nodes below NODE.
children()
{
	xenstore-write "$1" ''
	xenstore-chmod "$1" n0 "r$GUEST_DOMID"
	numbers "$2" | sed "s|.*|$1/$3-&|" | xargs -n 250 sh -c \
		'for node; do set -- "$@" "$node" x; shift; done; xenstore-write "$@"' -
}
children $data/big 1000 a-name-that-is-as-long-as-names-are
children $data/wide 40 "$(printf %0120d 0)"
long=0123456789abcdef
while [ ${#long} -lt 4000 ]; do long=$long$long; done
xenstore-write $data/long "$(echo $long | head -c 4000)"
xenstore-write $data/secret hidden $data/fixed fixed
xenstore-chmod $data/secret n0
xenstore-chmod $data/fixed r0
xenstore-list $data/big | wc -l
echo go >"$GUEST_INPUT"
EOF2

# run SIDE KERNEL OPTION...: the session's output is in build/$name.SIDE
run()
{
	local side=$1 domid

	# shellcheck disable=SC2016 # for the guest's shell
	scripts/xenhost run --guest "$guest" --kernel "$2" --name "$name-$side" --timeout 500 \
		"${@:3}" --copy "$files" --dom0 "build/$name-dom0.sh" \
		'read -r go; cd xenstore_tools-*; mkdir -p /lib64; cp lib/ld-linux* /lib64/
		sh store-session.sh; echo "session over"
		export LD_LIBRARY_PATH=$PWD/lib; home=$(bin/xenstore-read domid)
		echo "domid $home"; ls -l /dev/xen/xenbus | cut -c 1-10' >"build/$name.$side.raw" || true
	domid=$(sed -n 's/^domid //p' "build/$name.$side.raw")
	sed -E "s|/local/domain/$domid\\>|/local/domain/DOMID|g; s/([( ,][nbwr])${domid:-none}\\>/\1DOMID/g" \
		"build/$name.$side.raw" | sed '/^domid /d' >"build/$name.$side"
}

differences()
{
	diff -U 0 "build/$name.kernel" "build/$name.ours" | grep '^[-+][^-+]'
}

make -s build/store-calls build/store-raw
prepare
run kernel "$twin" --keep-kernel-drivers
result "the session runs on the kernel's device" has "$(cat "build/$name.kernel")" '^session over$'
if [[ ${3:-} != kernel ]]; then
	mapfile -t modules < <(insmod_all "$kernel")
	run ours "$kernel" "${modules[@]}"
	result "the session runs on our device" has "$(cat "build/$name.ours")" '^session over$'
	result "the answers are the same, but for those listed" \
		same "$(differences)" "$(cat "build/$name.expected")"
	result "no complaint in the guest's log" clean_log "build/xenhost/$name-ours/guest-dmesg.log"
fi
finish
