# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# What all parts of xenhost share: failing, timing, the cache.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/xendomu
PATH=$PATH:/usr/sbin:/sbin

# fail LAYER WHAT [LOG]: the one line that says which layer broke; ends the run.
fail()
{
	echo "${program:-xenhost}: $1: $2${3:+ (log: $3)}" >&2
	exit 125
}

usage_error()
{
	echo "xenhost: $1 (see scripts/xenhost --help)" >&2
	exit 2
}

verbose()
{
	local us
	[[ -n ${opt_verbose:-} ]] || return 0
	us=$((${EPOCHREALTIME/[.,]/} - start_us))
	printf 'xenhost: %3d.%03d s: %s\n' $((us / 1000000)) $((us / 1000 % 1000)) "$*" >&2
}

# disk_is_full DIR
disk_is_full()
{
	(($(df -Pk "$1" | awk 'NR == 2 { print $4 }') < 256))
}

is_elf()
{
	[[ $(od -An -N 4 -t x1 "$1" | tr -d ' ') == 7f454c46 ]]
}

# digest FILE...: the SHA-256 of contents, not of names.
digest()
{
	cat -- "$@" | sha256sum | cut -c1-32
}

# cached NAME COMMAND ARG...: the path of a cache entry in $cached, built by
# "COMMAND ARG... TEMPORARY" when it is not there. NAME holds a digest of all
# that the entry is made from, so an entry never changes and never goes stale.
# The rename makes it appear at once and whole; two builders do no harm.
cached()
{
	local name=$1 temporary why
	shift

	cached=$cache/$name
	[[ ! -e $cached ]] || return 0
	mkdir -p "$(dirname "$cached")" 2>/dev/null ||
		fail setup "cannot create the cache $cache"
	temporary=$(mktemp -d "$cache/tmp.XXXXXX" 2>/dev/null) ||
		fail setup "cannot write to the cache $cache: is the disk full?"
	verbose "building $name"
	# In the background, because "set -e" does not hold within a condition.
	(set -e; "$@" "$temporary/new") 2>"$temporary/log" &
	if ! wait $!; then
		why=$(tail -n 1 "$temporary/log")
		! disk_is_full "$cache" || why="the disk is full${why:+: $why}"
		rm -rf "$temporary"
		fail setup "cannot build $name in $cache: ${why:-unknown error}; try scripts/xenhost doctor"
	fi
	mv -T "$temporary/new" "$cached"
	rm -rf "$temporary"
}
