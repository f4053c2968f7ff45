#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The rings' pure cores, the very files of the modules, against a fuzzer that
# plays the other end of the shared page (tests/fuzz).
#
# A fuzzer that cannot fail proves nothing: so in the long form it gets cores with one
# check taken out each, and must find what is wrong with them.
#
# tests/fuzz.sh [long|TARGET FRAMES], for example tests/fuzz.sh console 1000000
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

dir=build/fuzz
# shellcheck disable=SC2054 # these commas are clang's
flags=(-g -O1 -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=undefined -Itests/fuzz/include "-I$dir/include")

sources_of()
{
	case $1 in
	xenstore) echo drivers/xen/xenstore/{ring,wire}.c ;;
	console) echo drivers/xen/console/ring.c ;;
	esac
}

# The check that is left out, the target, and how.
breaks()
{
	cat <<-'EOT'
	requests: the store's index is believed|xenstore|s/used > XENSTORE_RING_SIZE/false/
	replies: the store's index is believed|xenstore|s/filled > XENSTORE_RING_SIZE/false/
	requests: one byte beyond the ring|xenstore|/req_prod);$/,/^}/s/SIZE - at)/SIZE - at + 1)/
	replies: one byte beyond the ring|xenstore|/rsp_cons);$/,/^}/s/SIZE - at)/SIZE - at + 1)/
	replies: the index is read twice|xenstore|s/len, filled);/len, READ_ONCE(ring->intf->rsp_prod) - ring->rsp_cons);/
	replies: our index is taken from the page|xenstore|s/ring->rsp_cons += len/ring->rsp_cons = ring->intf->rsp_cons + len/
	replies: one byte is skipped|xenstore|s/ring->rsp_cons += len/ring->rsp_cons += len + (len == 77)/
	messages: one byte too long|xenstore|s/len > XENSTORE_PAYLOAD_MAX/len > XENSTORE_PAYLOAD_MAX + 1/
	messages: one type too many|xenstore|s/type > XS_LAST_TYPE/type > XS_LAST_TYPE + 1/
	messages: no room for the last NUL|xenstore|s/kmalloc(rx->header.len + 1/kmalloc(rx->header.len/
	events: a token without end|xenstore|s,return -EPROTO; /.*token is not.*,return 0;,
	requests: the replies' index is looked at|xenstore|s/was_reset(&ring->intf->req_prod, ring->req_prod)/READ_ONCE(ring->intf->rsp_cons) != ring->rsp_cons/
	lists: a last string without end|xenstore|s/nr += !strings\[i\] || i == len - 1/nr += !strings[i]/
	lists: no room for the last NUL|xenstore|s/sizeof(\*list) + len + 1/sizeof(*list) + len/
	parts: a generation without end|xenstore|s/skip > len || //
	parts: a generation of any length|xenstore|s/ || skip > sizeof(parts->generation)//
	text: the backend's index is believed|console|s/used > sizeof(ring->intf->out) ? -EIO : used/used/
	keys: the backend's index is believed|console|s/filled > sizeof(intf->in)/false/
	text: one byte beyond the ring|console|s/sizeof(intf->out) - at)/sizeof(intf->out) - at + 1)/
	keys: one byte beyond the ring|console|s/sizeof(intf->in) - at)/sizeof(intf->in) - at + 1)/
	EOT
}

# Only <xen/interface> of the kernel's headers: the rest of them is not for programs,
# and of ours what adds to that.
link_headers()
{
	local common

	common=$(scripts/kernels --common "$(scripts/kernels --generic | tail -n 1)")
	mkdir -p "$dir/include/xen"
	ln -sfn "$common/include/xen/interface" "$dir/include/xen/interface"
	ln -sf "$PWD/include/xen/newer_abi.h" "$dir/include/xen/"
}

# build TARGET PROGRAM [SED]: with the sources as they are, or changed.
build()
{
	local target=$1 program=$2 change=${3:-} source copy
	local -a sources

	read -ra sources <<<"$(sources_of "$target")"
	if [[ -n $change ]]; then
		mkdir -p "$dir/broken/$target"
		cp "drivers/xen/$target"/*.h "$dir/broken/$target/"
		for source in "${sources[@]}"; do
			copy=$dir/broken/$target/$(basename "$source")
			sed "$change" "$source" >"$copy"
		done
		if cat "${sources[@]}" | cmp -s - <(cat "${sources[@]/#drivers\/xen/$dir/broken}"); then
			echo "nothing to change by $change"
			return 1
		fi
		sources=("${sources[@]/#drivers\/xen/$dir/broken}")
	fi
	clang "${flags[@]}" -Idrivers/xen -o "$program" tests/fuzz/{"$target",fuzz}.c "${sources[@]}"
}

# fuzz TARGET PROGRAM FRAMES SECONDS: libFuzzer's output.
fuzz()
{
	local corpus=$dir/corpus-$1

	mkdir -p "$corpus"
	FUZZ_FRAMES=$3 timeout $(($4 + 60)) "$2" -max_total_time="$4" -max_len=600 -len_control=0 \
		-timeout=10 -print_final_stats=0 -artifact_prefix="$2-" "$corpus" 2>&1 ||
		echo "ended with status $?"
}

# All frames, and not a word of a sanitizer.
withstands()
{
	local log=$dir/$1.log

	build "$1" "$dir/$1" >"$dir/$1-build.log" 2>&1 || { diagnose "$(cat "$dir/$1-build.log")"; return 1; }
	fuzz "$1" "$dir/$1" "$2" "$3" >"$log"
	diagnose "$1: $(grep ^frames: "$log")"
	if grep -E '^SUMMARY|broken:|ended with' "$log" >&2; then
		return 1
	fi
	(($(sed -n 's/^frames: //p' "$log") >= $2)) || { diagnose "not all of $2 frames in $3 s"; return 1; }
}

is_found()
{
	local log=$dir/broken.log

	build "$1" "$dir/broken/fuzz" "$2" >"$log" 2>&1 || { diagnose "$(cat "$log")"; return 1; }
	fuzz "$1" "$dir/broken/fuzz" 100000000 30 >"$log"
	grep -qE '^SUMMARY: .*(Sanitizer|deadly signal)' "$log" || { diagnose "$(tail -n 5 "$log")"; return 1; }
}

find_all()
{
	local text target change

	while IFS='|' read -r text target change; do
		result "found: $text" is_found "$target" "$change"
	done < <(breaks)
}

rm -rf "$dir"
mkdir -p "$dir"
link_headers
case ${1:-} in
'')
	result "300000 frames of a hostile store" withstands xenstore 300000 60
	result "100000 calls with a hostile console" withstands console 100000 60
	;;
long)
	result "10000000 frames of a hostile store" withstands xenstore 10000000 3600
	result "10000000 calls with a hostile console" withstands console 10000000 3600
	find_all
	;;
*)
	result "$2 frames of a hostile $1" withstands "$1" "$2" 36000
	;;
esac
finish
