# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # scripts/xenhost and its parts share variables
# What leaves the cache by itself, when a snapshot is saved or a host updated. A
# host leaves only by `xenhost hosts remove`.

snapshots_kept=6
# How long kernels and sources stay that nobody uses; their links tell the last use.
unused_days=30

forget_old()
{
	forget_images
	forget_temporaries
	forget_units
	forget_test_kernels
}

# All snapshots but the ones used last, and images that nobody has read for a week; a
# run that is reading one keeps its file. Other things in the cache are not ours.
forget_images()
{
	local old

	while read -r old; do
		rm -rf "$old"
	done < <(ls -dt "$cache"/snapshot-* 2>/dev/null | tail -n +$((snapshots_kept + 1)))
	find "$cache" -maxdepth 1 -atime +7 -mtime +7 -regextype posix-extended \
		-regex '.*/(dom0|hvm|guest|agent|mailbox|vmlinux|xen|local-inputs)-[^/]*' \
		-exec rm -rf {} + || true
}

# What a killed process has left for a day.
forget_temporaries()
{
	find "$cache" "$cache"/apt/*/ -maxdepth 1 -name 'tmp.*' -mtime +0 -exec rm -rf {} + 2>/dev/null || true
	find "$cache"/apt/*/debs -name '*.deb' -mtime +0 -delete 2>/dev/null || true
}

# Units that others took the place of a day ago, and kernels and sources that nobody
# uses, but no host's.
forget_units()
{
	local link dir kept

	kept=$(host_kernels)
	for link in "$cache"/{hosts,kernels,tools,sources}/*/current; do
		[[ -L $link ]] || continue
		dir=${link%/current}
		find "$dir" -mindepth 1 -maxdepth 1 -type d -mtime +0 ! -name "$(readlink "$link")" \
			-exec rm -rf {} + || true
		[[ -n $(find "$link" -mtime +"$unused_days") ]] || continue
		case $dir in
		"$cache"/sources/*) rm -rf "$dir" ;;
		"$cache"/kernels/*) ! not_in "${dir##*/}" "$kept" || forget_kernel "${dir##*/}" try ;;
		esac
	done
}

# Test kernels that nobody uses, and what is left of builds that failed a day ago.
forget_test_kernels()
{
	local lock out

	for lock in "$cache"/kernel-*.lock; do
		out=${lock%.lock}
		if [[ -e $out/complete ]]; then
			[[ -n $(find "$out/complete" -mtime +"$unused_days") ]] || continue
		else
			[[ -n $(find "$lock" -mtime +0 2>/dev/null) ]] || continue
		fi
		# Not while somebody builds it.
		(flock -n 9 && rm -rf "$out" "$out.log" "$lock") 9<"$lock" || true
	done
}

# The kernels that dom0 runs on, of all hosts that are here.
host_kernels()
{
	sed -n 's/^dom0_release=//p' "$cache"/hosts/*/current/host 2>/dev/null || true
}

# The suites that hosts and kernels of the cache come from, without -backports.
suites_in_use()
{
	local link suite

	for link in "$cache"/hosts/*/current; do
		[[ ! -e $link ]] || base_suite "$(basename "${link%/current}")"
	done
	cached_kernels | while read -r suite _; do
		base_suite "$suite"
	done
}

# forget_kernel RELEASE [try], and what was there for its sake; with try, not what is locked.
forget_kernel()
{
	local dir=$cache/kernels/$1 suite

	suite=$(sed -n 's/^suite=//p' "$dir/current/kernel") || return 0
	rm -f "$dir/current"
	rm -rf "$dir"
	forget_suite "$suite" "${2:-}"
}

# forget_suite SUITE [try]: its compilers and apt's lists, if nothing comes from it any more.
forget_suite()
{
	local base name

	base=$(base_suite "$1")
	not_in "$base" "$(suites_in_use)" || return 0
	rm -rf "$cache/tools/$base"-gcc-*
	for name in "$base" "$base-backports"; do
		[[ -d $cache/apt/$name ]] && lock_suite "$name" "${2:-}" || continue
		rm -rf "$cache/apt/$name"
		unlock_suite
	done
}

# forget_host SUITE: the host, and dom0's kernel if no other host runs on it.
forget_host()
{
	local dir=$cache/hosts/$1 kernel

	kernel=$(sed -n 's/^dom0_release=//p' "$dir/current/host" 2>/dev/null) || true
	rm -f "$dir/current"
	rm -rf "$dir"
	[[ -z $kernel || ! -e $cache/kernels/$kernel ]] || ! not_in "$kernel" "$(host_kernels)" ||
		forget_kernel "$kernel"
	forget_suite "$1"
}
