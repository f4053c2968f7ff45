#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Hosts and kernels of a suite when what they come from is not as it should be: each
# failure is one line that names the remedy, and nothing half-fetched is ever used.
#
# The suite is a small archive of our own (tests/archive); everything else is as
# for a user: apt, its checks of signatures and digests, the scripts. No guest boots.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh
. tests/archive/lib.sh

rm -rf "$work"
mkdir -p "$work/archive"
work=$(realpath "$work")
export XDG_CACHE_HOME=$work/cache XENHOST_DIR=$work/runs
unset XENHOST_HOST KERNEL MAKEFLAGS
cache=$XDG_CACHE_HOME/xendomu
export APT_CONFIG=$work/apt.conf
# Whatever proxy the machine has.
echo 'Acquire::http::Proxy::127.0.0.1 "DIRECT";' >"$APT_CONFIG"

archive_begin "$work/archive"
trap archive_end EXIT
for kernel in 6.9.1-amd64 6.9.1-rt-amd64 5.10.1-amd64; do
	kernel_packages "$kernel"
done
host_packages 4.99 6.9.1-amd64
publish
export XENHOST_ARCHIVE=$archive_uri XENHOST_KEYRING=$archive/keys.gpg
headers=$archive/pool/linux-headers-6.9.1-amd64_1_amd64.deb

# run COMMAND...: sets out, err without what says that it takes time, and status
run()
{
	status=0
	out=$("$@" 2>"$work/err") || status=$?
	err=$(grep -v ' \.\.\.$' "$work/err") || true
}

kernel()
{
	run scripts/kernels --release "${1:-sid:6.9}"
}

one_line()
{
	same "$(wc -l <<<"$err")" 1 && has "$err" "$1"
}

# What must not be there, in the words of find; a link named current is what is used.
none()
{
	same "none$(find "$cache" "$@")" none
}

unused()
{
	none '(' -name current -o -name 'tmp.*' -o -path '*/root' ')'
}

# refused WHAT REGEX: the run before gave one line like REGEX, and nothing is left.
refused()
{
	result "$1 is a 125" same "$status" 125
	result "$1: one line says so" one_line "$2"
	result "$1: the line names the remedy" has "$err" '(: (set|try|check|make|take|say|name) |, or )'
	result "$1: nothing of it is used later" unused
	# The next case begins without a kernel even if this one fails.
	[[ ! -e $cache/kernels ]] || rm -rf "$cache"/{kernels,apt}
}

# The kernel of the cache is what its packages hold, and nothing else is left.
whole()
{
	local root=$cache/kernels/6.9.1-amd64/current/root name

	same "$status $out" "0 6.9.1-amd64" || return 1
	for name in linux-image-6.9.1-amd64/usr/lib/modules/6.9.1-amd64/noise \
		linux-kbuild-6.9.1/usr/lib/linux-kbuild-6.9.1/scripts/unifdef; do
		cmp "$archive/tree/$name" "$root/${name#*/}" || return 1
	done
	none '(' -name 'tmp.*' -o -name '*.deb' ')'
}

mkdir -p "$cache"

# --- the suite and its archive ---

kernel nosuch:6.9
refused "an unknown suite" "^kernels: archive: the archive has no suite 'nosuch'"
kernel Sid:6.9
refused "no name of a suite" "^kernels: setup: 'Sid' is no name"
run scripts/xenhost hosts add ../sid
refused "a path as a suite" "^xenhost: setup: '../sid' is no name"
XENHOST_ARCHIVE=http://127.0.0.1:9 kernel
refused "an archive that cannot be reached" '^kernels: archive: cannot reach .* 127.0.0.1:9'
XENHOST_ARCHIVE='no archive' kernel
refused "an archive that is no URI" "^kernels: setup: XENHOST_ARCHIVE: 'no' is no URI"
echo 'Acquire::http::Proxy "http://127.0.0.1:9";' >"$work/proxy.conf"
APT_CONFIG=$work/proxy.conf kernel
refused "a proxy of the machine's apt that cannot be reached" '^kernels: archive: cannot reach '

publish -2
kernel
refused "a list out of date" '^kernels: archive: .*out of date.* is expired'
publish
sed -i 's/^Origin: tests/Origin: tasts/' "$archive/dists/sid/InRelease"
kernel
refused "a list changed after it was signed" '^kernels: archive: the signature .* is wrong'
publish
XENHOST_KEYRING='' kernel
refused "a list signed by a key that is not Debian's" '^kernels: archive: the signature .* key unknown'
XENHOST_KEYRING=$work/none kernel
refused "keys that are not there" "^kernels: setup: XENHOST_KEYRING: cannot read '$work/none'"
sed -i 's/^Version: 1/Version: 9/' "$archive/dists/sid/main/binary-amd64/Packages"
kernel
refused "an index other than the signed one" '^kernels: archive: .*sent other bytes .*Hash Sum'

# --- packages ---

publish
mv "$headers" "$work/headers.deb"
kernel
refused "a package that is gone" '^kernels: archive: a package .* is gone .*linux-headers-6.9.1-amd64_1'
# Same size.
{ head -c 1000 /dev/zero; tail -c +1001 "$work/headers.deb"; } >"$headers"
kernel
refused "a package with a wrong digest" '^kernels: archive: .*sent other bytes .*linux-headers-6.9.1-amd64_1.*Hash Sum'
cp "$headers" "$cache/apt/sid/debs/"
mv "$work/headers.deb" "$headers"
kernel
result "a bad package that lies there already is not used" whole

kernel sid:9.9
result "an unknown version of the kernel is a 125" same "$status" 125
result "one line names those that there are" \
	one_line "^kernels: setup: suite sid has no kernel '9.9' with headers: take one of .*6.9.1-amd64"
kernel sid:5.10
result "a kernel that is too old is a 125" same "$status" 125
result "one line names those that are supported" \
	one_line '^kernels: setup: kernel sid:5.10 is too old, .*: take one of bookworm:'
result "it was not fetched" none -path '*/kernels/5.10*'
kernel 5.10.0-1-amd64
result "a release that is too old is a 125" same "$status" 125
run make -s modules-list KERNEL=sid:5.10
result "make does not go on without its kernel" same "$status $(wc -l <<<"$err") $out" '2 2 '
result "and says why" has "$err" '^kernels: setup: kernel sid:5.10 is too old'
kernel sid:6.9-rt
result "another flavour is fetched for builds" same "$status $out" "0 6.9.1-rt-amd64"

# --- a fetch that is killed ---

fetch_until_stalled()
{
	rm -rf "$cache" "$archive/stalled"
	mkdir -p "$cache"
	echo "linux-image-6.9.1-amd64_1_amd64.deb" >"$archive/stall"
	setsid scripts/kernels --release sid:6.9 >"$work/killed" 2>&1 &
	killed=$!
	until [[ -e $archive/stalled ]]; do
		kill -0 $killed
		sleep 0.05
	done
}

for signal in TERM KILL; do
	fetch_until_stalled
	kill -s $signal -- -$killed
	wait $killed || true
	# Its children, too.
	while kill -0 -- -$killed 2>/dev/null; do
		sleep 0.05
	done
	result "SIG$signal: nothing is in use" none -name current
	[[ $signal == KILL ]] || result "SIG$signal: nothing is left" unused
	result "SIG$signal: no lock is left" flock -w 5 "$cache/apt/sid" true
	rm "$archive/stall"
	kernel
	result "SIG$signal: the next fetch is whole" whole
done

fetch_until_stalled
kill -s KILL $killed
wait $killed || true
scripts/kernels --release sid:6.9 >"$work/next" 2>"$work/next.err" &
next=$!
until grep -q waiting "$work/next.err"; do
	kill -0 $next
	sleep 0.05
done
rm "$archive/stall"
status=0
wait $next || status=$?
out=$(<"$work/next")
result "a fetch waits for what another one has left running" \
	has "$(<"$work/next.err")" '^xenhost: waiting for another fetch from suite sid'
result "and then is whole" whole

# --- a full disk ---

cat >"$work/full.sh" <<'END'
# full.sh CACHE KIB COMMAND...: the command with so much room in the cache, which is
# then copied to where the test can look at it; and once more, with room.
set -euo pipefail
mount -t tmpfs -o size=64m none "$1"
mkdir "$1/xendomu"
head -c $((64 * 1024 * 1024 - ($2 + 4) * 1024)) /dev/zero >"$1/ballast" || true
status=0
"${@:3}" || status=$?
find "$1" >"$1.found"
rm "$1/ballast"
"${@:3}" >"$1.again" 2>&1 || echo "status $?" >>"$1.again"
exit $status
END
lists=$(du -sk "$cache/apt/sid" | cut -f1)
rm -rf "$cache"
# full KIB STAGE, where the disk becomes full
full()
{
	run unshare -rm bash "$work/full.sh" "$XDG_CACHE_HOME" "$1" scripts/kernels --release sid:6.9
	result "a disk that is full $2 is a 125" same "$status" 125
	result "one line says so $2" one_line "^kernels: setup: cannot write to the cache .*No space left.*: make room or set XDG_CACHE_HOME"
	result "nothing half-made is left $2" same "none$(grep -E '/current$|/tmp\.|/root$' "$XDG_CACHE_HOME.found")" none
	result "with room it is fetched $2" same "$(tail -n 1 "$XDG_CACHE_HOME.again")" 6.9.1-amd64
}

if unshare -rm true 2>/dev/null; then
	full 0 "at once"
	full $((lists / 2)) "in the lists"
	result "the lists did not come" test -z "$(grep fetching "$work/err")"
	# Less than a kernel's packages, and less than these and what they hold.
	full $((lists + 1000)) "in the packages"
	result "the lists came" grep -q fetching "$work/err"
	full $((lists + 3200)) "in unpacking"
	result "the packages came" has "$(<"$XDG_CACHE_HOME.found")" 'linux-image-6.9.1.*deb$'
else
	echo "ok $((++test_nr)) a full disk # SKIP no mount namespace may be made here"
fi

# --- hosts ---

run scripts/xenhost hosts add sid
result "a host is fetched" has "$status $out" '^0 sid +Xen 4.99, dom0 6.9.1-amd64'
run scripts/xenhost run --host sid --kernel sid:6.9-rt true
result "to run an rt kernel is a 125" same "$status" 125
result "one line names the generic one" one_line '^xenhost: setup: kernel sid:6.9-rt .*: take sid:6.9$'
run scripts/xenhost run --host sid --kernel 6.9.1-cloud-amd64 true
result "one line names it for a cloud kernel" one_line '^xenhost: setup: kernel 6.9.1-cloud-amd64 .*: take 6.9.1-amd64$'
result "neither was fetched" none -path '*/kernels/*-rt*'
run scripts/xenhost run --host sid --kernel sid:9.9 true
result "to run an unknown kernel is a 125" same "$status" 125
result "one line of xenhost says so" one_line "^xenhost: setup: suite sid has no kernel '9.9'"
run scripts/xenhost run --host nosuch true
result "an unknown host is a 125" same "$status" 125
result "one line says how to fetch it" one_line "^xenhost: setup: no host 'nosuch' here: scripts/xenhost hosts add nosuch"

host_before=$(readlink "$cache/hosts/sid/current")
sed -i 's/^Origin: tests/Origin: tasts/' "$archive/dists/sid/InRelease"
run scripts/xenhost hosts update sid
result "an update whose signature is wrong is a 125" same "$status" 125
result "one line says so" one_line '^xenhost: archive: the signature .* is wrong'
result "the host stays as it was" same "$(readlink "$cache/hosts/sid/current")" "$host_before"
version=2 package seabios ""
rm "$archive/pool/seabios_1_amd64.deb"
publish
run scripts/xenhost hosts add sid
result "a host that is there is not fetched again" same "$(readlink "$cache/hosts/sid/current")" "$host_before"

# --- what leaves the cache ---

# aged DAYS FILE...: made if need be
aged()
{
	mkdir -p "${@:2}"
	touch -h -d "-$1 days" "${@:2}"
}

# unit NAME DAYS: last used so long ago
old_unit()
{
	mkdir -p "$cache/$1/digest/root"
	printf '%s\n' suite=sid "release=${1##*/}" >"$cache/$1/digest/kernel"
	ln -s digest "$cache/$1/current"
	touch -h -d "-$2 days" "$cache/$1/current"
}

aged 2 "$cache"/tmp.dead01 "$cache"/apt/bookworm/{tmp.dead02,debs} "$cache"/kernels/6.9.1-amd64/superseded
aged 0 "$cache"/tmp.alive1 "$cache"/kernels/6.9.1-amd64/superseding
touch -d '-2 days' "$cache"/apt/bookworm/debs/dead_1_amd64.deb
touch "$cache"/apt/bookworm/debs/alive_1_amd64.deb
old_unit kernels/6.9.2-dead 40
old_unit kernels/6.9.3-alive 20
old_unit sources/linux-dead 40
touch -h -d '-40 days' "$cache"/{kernels,hosts,tools}/*/current
touch -h -d '-20 days' "$cache"/kernels/6.9.3-alive/current
for name in dead:40 alive:20; do
	mkdir "$cache/kernel-${name%:*}"
	touch "$cache/kernel-${name%:*}".{lock,log}
	touch -d "-${name#*:} days" "$cache/kernel-${name%:*}/complete"
done
mkdir "$cache"/kernel-{dead,alive}-failed
touch -d '-2 days' "$cache/kernel-dead-failed.lock"
touch "$cache/kernel-alive-failed.lock"
run scripts/xenhost hosts update sid
result "an update fetches what the archive has today" \
	has "$(cat "$cache/hosts/sid/current/made-of")" '^seabios_2_'
result "what was old is gone" none '(' -name '*dead*' -o -name superseded ')'
result "what is young is there" same "$(find "$cache" -name '*alive*' -o -name superseding | wc -l)" 9
result "the host that the new one took the place of stays for a day" \
	test -e "$cache/hosts/sid/$host_before"
result "an old kernel of dom0 stays" test -e "$cache/kernels/6.9.1-amd64/current"

run scripts/xenhost hosts remove sid:6.9.1
result "to remove dom0's kernel is a 125" same "$status" 125
result "one line says what takes it" one_line "^xenhost: setup: kernel sid:6.9.1 is dom0's: scripts/xenhost hosts remove"
run scripts/xenhost hosts remove sid:9.9
result "to remove an unknown kernel is a 125" same "$status" 125
run scripts/xenhost hosts remove sid
result "a removed host takes its kernel" none -path '*/hosts/sid' -o -name '6.9.1-amd64'
result "what other kernels need is still there" test -d "$cache/apt/sid" -a -d "$cache/tools/sid-gcc-9"
run scripts/xenhost hosts remove sid:6.9.3-alive
result "the last kernel takes all that is of its suite" none -path '*/apt/sid*' -o -path '*/tools/*' -o -path '*/kernels/*'
run scripts/xenhost hosts remove sid
result "a host that is not there is a 125" same "$status" 125
result "one line says so" one_line "^xenhost: setup: no host 'sid' in the cache"
finish
