#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Are the KUnit suites able to fail? Small changes are made to the pure cores,
# one at a time, and the suites must notice.
#
# tests/mutate/mutants.awk says what is changed. Each mutant is a module of its
# own: the changed core, the other cores as they are, and those suites that
# call it. A small kernel without debugging tools loads one after the other. A
# kernel that dies is started anew with that mutant, so that none is blamed for
# what an earlier one left behind; one that falls silent was the mutant's.
#
# tests/mutate/survivors holds those that nothing can notice, with the reason.
#
# tests/mutate.sh [NUMBER|all [FILE...]]: NUMBER mutants, spread over all (60).
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/lib.sh

version=6.1
number=${1:-60}
dir=$PWD/build/mutate
# The sources as they were when this began, and those that are compiled.
source=$dir/source
tree=$dir/tree
# How long a guest may be silent, in seconds: until its first mutant, and then; the
# latter is set by how long all suites take without a change.
patience_boot=120
patience=300
# Mutants in one guest: its memory holds them all.
batch=150

die()
{
	echo "mutate: $*" >&2
	exit 1
}

# kbuild VARIABLE SUFFIX: the files that a variable of the suites' Kbuild names.
kbuild()
{
	make -s -C "$source" -f - <<-EOF
	src := .
	include Kbuild
	all:;@printf '%s\n' \$($1:%=%$2)
	EOF
}

build_base()
{
	kernel=$(scripts/testkernel "$version" kunit coverage)
	rm -rf "$source" "$tree"
	mkdir -p "$source"
	cp -r arch drivers include tests/mutate "$source/"
	cp drivers/xen/tests/Kbuild "$source/Kbuild"
	cp -r "$source" "$tree"
	make -C "$kernel" M="$tree" CONFIG_XENDOMU_KUNIT_TEST=m modules >"$dir/build.log" 2>&1 ||
		die "the module does not build (log: $dir/build.log)"
}

# One a line: name, file, where and what as mutants.awk tells, the line itself.
list_mutants()
{
	local file

	for file in "${files[@]}"; do
		awk -f tests/mutate/mutants.awk "$source/$file" |
			awk -v file="$file" -F '\t' -v OFS='\t' '
			NR == FNR { line[FNR] = $0; next }
			{ text = line[$1]; gsub(/^[ \t]+|[ \t]+$/, "", text); gsub(/\t/, " ", text)
			  print file, $1, $2, $3, $4, $5, $6, text }' "$source/$file" -
	done | awk -v OFS='\t' '{ print sprintf("m%04d", NR), $0 }'
}

# Every so many of them, so that each file has its share.
sample()
{
	awk -v want="$number" '
	{ line[NR] = $0 }
	END {
		if (want == "all" || want > NR) want = NR
		for (i = 0; i < want; i++)
			print line[int((i + 0.5) * NR / want) + 1]
	}'
}

# The objects that are made of a file: one of a core, all that include a header.
objects_of()
{
	case $1 in
	*.c) echo "${1%.c}.o" ;;
	*.h) (cd "$tree" && grep -l "/$1" arch/x86/xen/.*.cmd drivers/xen/*/.*.cmd |
		sed -E 's,/\.([^/]*)\.cmd$,/\1,') ;;
	esac
}

# What each object defines (D) and needs of others (U), as "object D name".
list_symbols()
{
	(cd "$tree" && find arch drivers -name '*.o' ! -name '.*' -exec nm -A {} +) |
		sed -E 's/^([^:]*):[0-9a-f]* *([A-Za-z]) /\1 \2 /' |
		awk '$2 == "U" { print; next } $2 ~ /[A-Z]/ { print $1, "D", $3 }' >"$dir/symbols"
}

# The suites that call what these objects define, or are among them.
suites_of()
{
	awk -v objects="$*" -v suites="$suites" '
	BEGIN {
		split(objects, list, " ")
		for (i in list) is_object[list[i]] = 1
		nr = split(suites, list, " ")
		for (i in list) is_suite[list[i]] = 1
	}
	NR == FNR { if ($2 == "D" && $1 in is_object) ours[$3] = 1; next }
	$1 in is_suite && ($1 in is_object || $2 == "U" && $3 in ours) { found[$1] = 1 }
	END { for (suite in found) print suite }' "$dir/symbols" "$dir/symbols"
}

# These objects, and those that they need.
with_needed()
{
	awk -v objects="$*" '
	$2 == "D" { home[$3] = $1 }
	$2 == "U" { needs[$1] = needs[$1] " " $3 }
	END {
		nr = split(objects, todo, " ")
		for (i = 1; i <= nr; i++) {
			if (todo[i] in seen)
				continue
			seen[todo[i]] = 1
			print todo[i]
			nr_names = split(needs[todo[i]], names, " ")
			for (j = 1; j <= nr_names; j++)
				if (names[j] in home)
					todo[++nr] = home[names[j]]
		}
	}' "$dir/symbols"
}

# command_of OBJECT OUT: how the base's object was made, now to make OUT. Where
# there are many to make, with all system headers in one that is compiled already.
command_of()
{
	local headers="-include $tree/drivers/xen/tests/memory.h" version='\0'

	if [[ $number == all ]]; then
		headers=
		version=" -include $dir/pch/${1//\//_}.h"
	fi
	# shellcheck disable=SC2016 # what make escaped
	sed -nE 's/^(saved)?cmd_[^ ]* := //p' "$tree/${1%/*}/.${1##*/}.cmd" | sed -E 's/\$\$/$/g; s/\$\(pound\)/#/g' |
		sed -E "s, -Wp\S*-MMD\S*,,; s,-include \S*/tests/memory\.h,$headers,
			s, -include \S*compiler-version\.h,$version,
			s, -c -o , -w -include $source/mutate/test.h -c -o ,; s,$tree/$1,$2,g"
}

# compile OBJECT OUT: from the tree as it is now.
compile()
{
	(cd "$kernel" && sh -c "$(command_of "$1" "$2")")
}

# precompile OBJECT: its system headers.
precompile()
{
	local pch=$dir/pch/${1//\//_}.h command

	{
		echo "#include \"$tree/drivers/xen/tests/memory.h\""
		grep '^#include <' "$tree/${1%.o}.c"
	} >"$pch"
	command=$(command_of "$1" "$1" | sed -E "s, -include $pch,,; s, -include \S*test\.h,,; s, -c -o .*,,")
	(cd "$kernel" && sh -c "$command -x c-header -o $pch.gch $pch")
}

# prepare OBJECT: what it is without a change.
prepare()
{
	mkdir -p "$dir/objects/unchanged/${1%/*}"
	if [[ $number == all ]]; then
		precompile "$1" || return 1
	fi
	compile "$1" "$dir/objects/unchanged/$1"
}

# change NAME FILE L1 C1 L2 C2 NEW: compiles what is made of it; prints built,
# same or broken.
change()
{
	local name=$1 file=$2 object out=$dir/objects/$1 result=same

	awk -v l1="$3" -v c1="$4" -v l2="$5" -v c2="$6" -v new="$7" -f "$source/mutate/apply.awk" \
		"$source/$file" >"$tree/$file"
	for object in ${objects_for[$file]}; do
		mkdir -p "$out/${object%/*}"
		if ! compile "$object" "$out/$object" >>"$dir/mutants.log" 2>&1; then
			result=broken
			break
		fi
		cmp -s "$out/$object" "$dir/objects/unchanged/$object" || result=built
	done
	cp "$source/$file" "$tree/$file"
	echo "$result"
}

# link NAME OBJECT...: the module, with the objects that are its own.
link()
{
	local name=$1 object
	local -a objects=()

	shift
	for object in "$@"; do
		if [[ -e $dir/objects/$name/$object ]]; then
			objects+=("$dir/objects/$name/$object")
		else
			objects+=("$tree/$object")
		fi
	done
	ld -r -m elf_x86_64 -T "$kernel/scripts/module.lds" -o "$dir/mutants/$name.ko" \
		"${objects[@]}" "$tree/xendomu-kunit.mod.o" >>"$dir/mutants.log" 2>&1 ||
		die "mutant $name does not link (log: $dir/mutants.log)"
}

change_all()
{
	local name file l1 c1 l2 c2 new rest object
	local -A objects_for

	for file in "${files[@]}"; do
		objects_for[$file]=$(objects_of "$file" | tr '\n' ' ')
	done
	rm -rf "$dir/objects" "$dir/pch"
	mkdir -p "$dir/pch"
	: >"$dir/mutants.log"
	printf '%s\n' "${objects_for[@]}" | tr ' ' '\n' | grep . | sort -u | while read -r object; do
		prepare "$object" >>"$dir/mutants.log" 2>&1 || die "$object does not compile (log: $dir/mutants.log)"
	done
	while IFS=$'\t' read -r name file l1 c1 l2 c2 new rest; do
		echo "$name $(change "$name" "$file" "$l1" "$c1" "$l2" "$c2" "$new")"
	done <"$dir/list" >"$dir/built"
}

# Every mutant, and first one without a change and with all suites.
link_all()
{
	local name file rest suites helpers
	local -A objects_of_mutant

	rm -rf "$dir/mutants"
	mkdir -p "$dir/mutants"
	list_symbols
	suites=$(kbuild suites .o | tr '\n' ' ')
	helpers=$(kbuild helpers .o | tr '\n' ' ')
	# shellcheck disable=SC2046,SC2086 # words
	for file in "${files[@]}"; do
		objects_of_mutant[$file]=$(with_needed $helpers $(suites_of $(objects_of "$file")) | tr '\n' ' ')
	done
	# shellcheck disable=SC2046,SC2086 # words
	link unchanged $(with_needed $helpers $suites)
	while IFS=$'\t' read -r name file rest; do
		# shellcheck disable=SC2086 # words
		! grep -q "^$name built" "$dir/built" || link "$name" ${objects_of_mutant[$file]}
	done <"$dir/list"
}

# Loads the mutants of a lane's batch, until one ends the guest; adds to its results.
run_guest()
{
	local lane=$1 line last='' pid status=0 limit=$patience_boot since=0

	mkdir -p "$lane/guest/mutants"
	cp "$lane/batch" "$lane/guest/mutants/list"
	while read -r line; do
		ln -f "$dir/mutants/$line.ko" "$lane/guest/mutants/"
	done <"$lane/batch"
	exec {lines}< <(exec scripts/xenhost run --guest bare --vcpus 2 --name "mutate-${lane##*/}" --memory 512 \
		--kernel "$kernel/arch/x86/boot/bzImage" --append slub_debug=FZP \
		--copy "$lane/guest/mutants" --copy tests/mutate/guest --timeout 600 \
		"sh guest" 2>>"$lane/guest.log")
	pid=$!
	while read -rt "$limit" -u "$lines" line || { status=$?; false; }; do
		echo "$line" >>"$lane/guest.log"
		limit=$patience
		case $line in
		begin\ *) last=${line#begin } since=$SECONDS ;;
		*) echo "$line" >>"$lane/results"; last='' took=$((SECONDS - since)) ;;
		esac
	done
	if ((status > 128)) && [[ -n $last ]]; then
		echo "caught $last by its silence" >>"$lane/results"
		last=''
	fi
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	exec {lines}<&-
	rm -rf "$lane/guest"
	suspect=$last
}

# Those of a lane that have no result yet.
rest_of()
{
	awk 'FILENAME == ARGV[1] { done[$2] = 1; next } !($1 in done)' "$1/results" "$1/todo" | head -n "$batch"
}

# make_lane NAME: its folder, empty; what it is to do is the input.
make_lane()
{
	rm -rf "${dir:?}/$1"
	mkdir -p "$dir/$1"
	cat >"$dir/$1/todo"
	: >"$dir/$1/results"
	: >"$dir/$1/guest.log"
}

run_unchanged()
{
	local lane=$dir/first

	make_lane first <<<unchanged
	rest_of "$lane" >"$lane/batch"
	run_guest "$lane"
	grep -qx 'survived unchanged' "$lane/results" ||
		die "the suites fail without a change: $(cat "$lane/results") (log: $lane/guest.log)"
	patience=$((5 + took))
}

# One guest after the other, until each mutant of a lane has its result.
run_lane()
{
	local lane=$1 before

	while rest_of "$lane" >"$lane/batch"; [[ -s $lane/batch ]]; do
		before=$(wc -l <"$lane/results")
		run_guest "$lane"
		if [[ -n $suspect && $suspect == "$(head -n 1 "$lane/batch")" ]]; then
			echo "caught $suspect by the end of its kernel" >>"$lane/results"
		elif [[ -z $suspect ]] && (($(wc -l <"$lane/results") == before)); then
			die "the guest does nothing (log: $lane/guest.log)"
		fi
	done
}

# A guest is busy on one CPU and seldom on two: there are as many lanes as CPUs.
run_mutants()
{
	local lane lanes=()

	awk '$2 == "built" { print $1 }' "$dir/built" >"$dir/todo"
	for ((lane = 0; lane < $(nproc); lane++)); do
		awk -v lane="$lane" -v lanes="$(nproc)" 'NR % lanes == lane' "$dir/todo" | make_lane "lane$lane"
		run_lane "$dir/lane$lane" &
		lanes+=($!)
	done
	for lane in "${lanes[@]}"; do
		wait "$lane" || die "a lane has come to no end (log: $dir/lane*/guest.log)"
	done
	cat "$dir"/lane*/results >"$dir/results"
}

# The survivors, as tests/mutate/survivors has them.
list_survivors()
{
	awk -F '\t' 'NR == FNR { split($0, word, " "); if (word[1] == "survived") alive[word[2]] = 1; next }
		$1 in alive { print $2 " | " $9 " | " $8 }' "$dir/results" "$dir/list"
}

has_reason()
{
	grep -qF "$1 | " tests/mutate/survivors
}

report()
{
	local line unexplained=0 explained=0 caught

	while IFS= read -r line; do
		if has_reason "$line"; then
			explained=$((explained + 1))
		else
			unexplained=$((unexplained + 1))
			echo "# survived: $line"
		fi
	done < <(list_survivors)
	caught=$(grep -c '^caught' "$dir/results" || true)
	echo "# $(wc -l <"$dir/list") mutants: $caught caught, $unexplained survived," \
		"$explained that nothing can notice, $(grep -c same "$dir/built" || true) of the same code," \
		"$(grep -c broken "$dir/built" || true) no code at all"
	result "suites notice nine mutants of ten" test $((caught * 10)) -ge $(((caught + unexplained) * 9))
	result "there were mutants to notice" test "$caught" -gt 10
	result "each mutant was tried" test "$(grep -cE '^(caught|survived) m' "$dir/results")" -eq "$(wc -l <"$dir/todo")"
}

files=("${@:2}")
mkdir -p "$dir"
build_base
((${#files[@]})) || mapfile -t files < <(kbuild cores .c; kbuild core_headers "")
list_mutants | sample >"$dir/list"
change_all
link_all
run_unchanged
run_mutants
report
finish
