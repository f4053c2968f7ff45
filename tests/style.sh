#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What can be said about the sources without running them.
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

kernels=()
while read -r kernel; do
	kernels+=("$kernel")
done < <(scripts/kernels --ends)
common=$(scripts/kernels --common "${kernels[0]}")
mapfile -t c_files < <(git ls-files '*.c' '*.h')
mapfile -t kernel_files < <(git ls-files arch drivers include samples tests/{badbar,bench,bench-events,bench-xenstore,differential,driver,fault,storesoak,stress,waitdrv} | grep '\.[ch]$')
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

# checkpatch is in the kernel's source package only.
checkpatch_dir()
{
	local source cache dir

	source=$(scripts/kernels --source 6.1)
	cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xendomu
	dir=$cache/checkpatch-$(sha256sum <"$source" | cut -c1-16)
	if [[ ! -e $dir/scripts/checkpatch.pl ]]; then
		mkdir -p "$dir"
		tar -xf "$source" -C "$dir" --strip-components=1 --wildcards \
			'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' '*/scripts/const_structs.checkpatch'
	fi
	echo "$dir/scripts"
}

# What is left out, and why: files come and go (FILE_PATH_CHANGES, a matter of
# MAINTAINERS); names and versions of Xen's ABI and of kernels (CAMELCASE,
# LINUX_VERSION_CODE, CONSTANT_COMPARISON, NEW_TYPEDEFS); an overlay lies in
# include/asm (MODIFIED_INCLUDE_ASM); a hypercall that is not there is what
# ENOSYS says; "\\0" before a digit must end its string (STRING_FRAGMENTS); a
# lost event is worth a line (OOM_MESSAGE); tables by macro (the three last).
ignored=FILE_PATH_CHANGES,CAMELCASE,LINUX_VERSION_CODE,CONSTANT_COMPARISON,NEW_TYPEDEFS
ignored+=,MODIFIED_INCLUDE_ASM,ENOSYS,STRING_FRAGMENTS,OOM_MESSAGE,SPDX_LICENSE_TAG
ignored+=,COMPLEX_MACRO,MACRO_ARG_REUSE,MULTISTATEMENT_MACRO_USE_DO_WHILE

# Programs of user space have types of their own, so only the kernel's files.
# Tracepoints have a layout of their own, which is the kernel's.
bad_patch_style()
{
	perl "$(checkpatch_dir)/checkpatch.pl" --no-tree --strict --terse --no-summary --show-types \
		--max-line-length=100 --ignore "$ignored" -f "${kernel_files[@]}" |
		grep -v '/trace.h:.*CHECK:'
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
	rm -rf "build/modules/$kernel" "build/drivers/$kernel"
	result "modules, sample and test drivers build for $kernel with W=1 and sparse" \
		eval "make test-driver KERNEL=$kernel W=1 C=1 >$log 2>&1"
	result "without a warning" nothing has_build_warning "$log"
	result "sparse has looked" test "$(grep -c CHECK "$log")" -gt 10
done
finish
