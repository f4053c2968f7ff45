#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What can be said about the sources without running them.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

kernels=()
while read -r kernel; do
	kernels+=("$kernel")
done < <(scripts/kernels | grep -v -e -cloud- -e -rt-)
headers=$(readlink -f "/lib/modules/${kernels[0]}/build")
common=$(sed -nE 's/.*(\/usr\/src\/linux-headers-[^ /]*-common)\/Makefile.*/\1/p' "$headers/Makefile")
mapfile -t c_files < <(git ls-files '*.c' '*.h')
mapfile -t scripts < <(git ls-files scripts tests .ci |
	while read -r file; do
		[[ $(head -n 1 "$file") =~ ^#!.*sh ]] && echo "$file"
	done)

# nothing COMMAND...: the command prints nothing.
nothing()
{
	local found

	found=$("$@" 2>&1) || true
	[[ -z $found ]] || { diagnose "$found"; return 1; }
}

without_spdx()
{
	git ls-files | grep -vE '^(LICENSE|\.gitignore)$' | while read -r file; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || echo "$file"
	done
}

bad_kernel_doc()
{
	perl "$common/scripts/kernel-doc" -none -Werror "${c_files[@]}" 2>&1
}

# The two lints that this tree does without, and why: FILE_PATH_CHANGES wants
# a MAINTAINERS file; LINUX_VERSION_CODE is what the compat header is for.
bad_patch_style()
{
	perl "$common/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary --show-types \
		--max-line-length=100 --ignore FILE_PATH_CHANGES,LINUX_VERSION_CODE,SPDX_LICENSE_TAG \
		-f "${c_files[@]}" | grep -vE ':(COMPLEX_MACRO|MACRO_ARG_REUSE|MULTISTATEMENT_MACRO_USE_DO_WHILE)'
}

long_lines()
{
	awk 'FILENAME ~ /\.(c|h)$/ && length > 100 && !/pr_|seq_p|"/ { print FILENAME ":" FNR }' "${c_files[@]}" |
		grep -v start_info_bad.h
}

has_build_warning()
{
	grep -nE 'warning:|error:' "$1"
}

result "every file has its licence line" nothing without_spdx
result "shellcheck is content" nothing shellcheck -x "${scripts[@]}"
result "kernel-doc is complete" nothing bad_kernel_doc
result "checkpatch is content" nothing bad_patch_style
result "no line is longer than 100 columns" nothing long_lines

mkdir -p build/logs
for kernel in "${kernels[@]}"; do
	log=build/logs/sparse-$kernel.log
	# Everything again: sparse looks only at what is compiled.
	rm -rf "build/modules/$kernel"
	result "builds for $kernel with W=1 and sparse" \
		eval "make modules KERNEL=$kernel W=1 C=1 >$log 2>&1"
	result "without a warning" nothing has_build_warning "$log"
	result "sparse has looked" test "$(grep -c CHECK "$log")" -gt 10
done
finish
