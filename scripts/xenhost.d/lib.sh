# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# What all parts of xenhost share: failing, timing, the cache.

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xendomu
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
	(($(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }') + 0 < 256))
}

# no_cache WHY: nothing can be written to the cache; WHY is what a program said.
no_cache()
{
	fail setup "cannot write to the cache $cache (${1##*: }): make room or set XDG_CACHE_HOME"
}

# Folders that go when this process ends, unless it is killed by KILL.
temporaries=() temporaries_of=$BASHPID

remove_temporaries()
{
	[[ $temporaries_of == "$BASHPID" ]] || return 0
	((${#temporaries[@]} == 0)) || rm -rf "${temporaries[@]}"
	temporaries=()
}
trap remove_temporaries EXIT

# make_temporary [DIR]: sets $temporary to a new folder in the cache, or in DIR.
make_temporary()
{
	# A subshell has no trap yet, and leaves alone what is its parent's.
	if [[ $temporaries_of != "$BASHPID" ]]; then
		temporaries=() temporaries_of=$BASHPID
		trap remove_temporaries EXIT
	fi
	temporary=$(mktemp -d "${1:-$cache}/tmp.XXXXXX" 2>&1) || no_cache "$temporary"
	temporaries+=("$temporary")
}

is_elf()
{
	[[ $(od -An -N 4 -t x1 "$1" | tr -d ' ') == 7f454c46 ]]
}

# not_in NAME LINES: no line is NAME.
not_in()
{
	! grep -qxF -- "$1" <<<"$2"
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
	why=$(mkdir -p "$cache" 2>&1) || no_cache "$why"
	make_temporary "${build_dir:-$cache}"
	verbose "building $name"
	# In the background, because "set -e" does not hold within a condition. There,
	# SIGINT would be ignored.
	(trap - INT; set -e; "$@" "$temporary/new") 2>"$temporary/log" &
	if ! wait $!; then
		why=$(tail -n 1 "$temporary/log")
		! disk_is_full "$cache" || no_cache "No space left on device"
		fail setup "cannot build $name in $cache: ${why:-unknown error}; try scripts/xenhost doctor"
	fi
	mkdir -p "$(dirname "$cached")"
	# Another builder may have been faster.
	mv -T "$temporary/new" "$cached" 2>/dev/null || [[ -e $cached ]] || no_cache "rename failed"
	rm -rf "$temporary"
}
