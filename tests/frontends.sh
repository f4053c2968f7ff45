#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Linux's own frontends against our headers, all that can be modules.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

kernel=$1
log=build/logs/frontends-$kernel-table.log
mkdir -p build/logs

# Each built module was made of files that are in the source package, as they are.
changed()
{
	local file same cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xendomu

	for file in build/frontends/"$(cut -d. -f1,2 <<<"$kernel")"/*/*.[ch]; do
		same=$(find "$cache"/frontends-* -name "${file##*/}" -exec cmp -s {} "$file" \; -print)
		[[ -n $same ]] || echo "$file"
	done
}

scripts/frontends --kernel "$kernel" >"$log" || true
while read -r name; do
	result "$name builds, and takes nothing of ours from the kernel" \
		grep -qE "^$name +built +[1-9]" "$log"
done < <(scripts/frontends --list)
result "not a byte of them is changed" same "$(changed | tr '\n' ' ')none" none
diagnose "$(cat "$log")"
finish
