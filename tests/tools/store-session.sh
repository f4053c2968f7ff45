#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A session of Debian's xenstore tools, for a guest of any kind (busybox).
# What it prints is the same in every guest, whoever serves the device.
#
# dom0 has made these before (tests/xen/xenstore_tools.sh):
#   data/big       a directory of 1000 nodes, too large for one message
#   data/wide      one of 40, which is too large, too
#   data/long      a value of 4000 bytes
#   data/secret    a node that this guest may not read
#   data/fixed     a node that it may only read
export PATH="$PWD/bin:$PATH" LD_LIBRARY_PATH="$PWD/lib"

# t COMMAND...: what it prints, and how it ends. No command takes for ever.
t()
{
	echo "\$ $*" | cut -c 1-120
	if out=$(timeout 30 "$@" 2>&1); then status=0; else status=$?; fi
	echo "$out" | cut -c 1-200
	echo "= $status"
}

# sum COMMAND...: for output that is too long, or binary.
sum()
{
	echo "\$ $* | sum"
	timeout 30 "$@" 2>&1 | sha256sum
}

home=$(xenstore-read domid) || exit 1
home=/local/domain/$home

echo '# read and write'
t xenstore-read name
t xenstore-read "$home/name" name
t xenstore-read -p name domid
t xenstore-write data/a one
t xenstore-read data/a
t xenstore-read "$home/data/a"
t xenstore-write data/a two data/b three
t xenstore-read data/a data/b
t xenstore-write data/empty ''
t xenstore-read data/empty
t xenstore-read -R data/empty
t xenstore-write data/deep/er/est value
t xenstore-read data/deep/er/est
t xenstore-write data/blank '  x  y  '
t xenstore-read data/blank
t xenstore-write data/odd "$(printf 'a\tb\nc\001\377')"
t xenstore-read -R data/odd
sum xenstore-read -R data/odd
sum xenstore-read data/long

echo '# what is not there, and what is not allowed'
t xenstore-read data/none
t xenstore-read data/none name
t xenstore-read data/secret
t xenstore-read /local/domain/0/name
t xenstore-write data/fixed mine
t xenstore-write /local/domain/0/mine 1
t xenstore-write /mine 1
t xenstore-write data/secret/mine 1
t xenstore-write data/bad//path 1
t xenstore-write data/bad/ 1
t xenstore-write 'data/bad path' 1
t xenstore-read 'data/b\*d'
t xenstore-read ''
t xenstore-read /
t xenstore-read @introduceDomain
t xenstore-write @releaseDomain x
t xenstore-read "data/$(printf '%02100d' 0)"
t xenstore-read "/data/$(printf '%03100d' 0)"

echo '# list, ls, exists'
t xenstore-list data
t xenstore-list -p data
t xenstore-list data/a
t xenstore-list data/none
t xenstore-list data/secret
sum xenstore-list data/big
t xenstore-ls data/deep
t xenstore-ls -f data/deep
t xenstore-ls -p data/deep
t xenstore-ls -f -p data/deep
t xenstore-ls data/none
t xenstore-ls data/secret
t xenstore-list data/wide
sum xenstore-ls -f -p data/wide
t xenstore-exists data
t xenstore-exists data/a data/b
t xenstore-exists data/a data/none
t xenstore-exists data/secret
t xenstore-exists /

echo '# permissions'
t xenstore-chmod data/a r0
t xenstore-ls -p data/deep data/a
t xenstore-chmod data/deep/er "b${home##*/}" w0 r7
t xenstore-ls -f -p data/deep
t xenstore-chmod -r data/deep "n${home##*/}" r5
t xenstore-ls -f -p data/deep
t xenstore-chmod data/deep x0
t xenstore-chmod data/fixed w0
t xenstore-chmod data/none r0
t xenstore-chmod /local/domain/0 r0

echo '# remove'
t xenstore-rm data/b
t xenstore-read data/b
t xenstore-rm data/none
t xenstore-rm data/none/er
t xenstore-rm data/deep
t xenstore-ls data/deep
t xenstore-rm data/fixed
t xenstore-rm data/secret
t xenstore-rm /
t xenstore-rm -t data/empty
t xenstore-exists data/empty

echo '# watch'
t xenstore-watch -n 1 data/a
t xenstore-watch -n 1 "$home/data/a"
t xenstore-watch -n 1 data/none
t xenstore-watch -n 1 data/secret
t xenstore-watch -n 1 /
t xenstore-watch -n 1 @introduceDomain
t xenstore-watch -n 1 @releaseDomain
t xenstore-watch -n 1 @nothing
t xenstore-watch -n 1 'data/bad//path'
t xenstore-watch -n 1 ''
# The write is seen while the watch waits: three events, the first by protocol.
(
	n=0
	until xenstore-exists data/stop; do
		n=$((n + 1))
		[ $n -lt 300 ] || break
		xenstore-write data/seen/one $n
		usleep 50000
	done
) &
t xenstore-watch -n 4 data/seen
xenstore-write data/stop 1
wait

echo '# the library'
t store-calls
echo '# the device'
t store-raw
