# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # set by who sources this
# Benchmarks that compare two guests, one with our modules and one whose kernel
# kept its own: what they share. Who sources this has usage() and run_guest SIDE,
# and sets name, rounds, the names of those options that are numbers, and them; an
# option with a choice of words is one more of the choices.

guest=pv kernel='' out=build/bench
declare -A choices=([guest]='pv pvh')

die()
{
	echo "bench-$name: $2" >&2
	exit "$1"
}

parse_options()
{
	local option

	while (($#)); do
		option=${1#--}
		case $1 in
		-h | --help) usage; exit 0 ;;
		--*)
			[[ " $numbers ${!choices[*]} kernel out " == *" $option "* ]] ||
				die 2 "unknown option '$1' (see scripts/bench-$name --help)"
			(($# > 1)) || die 2 "$1 needs a value"
			printf -v "$option" %s "$2"
			;;
		*) die 2 "unknown option '$1' (see scripts/bench-$name --help)" ;;
		esac
		shift 2
	done
	for option in $numbers; do
		[[ ${!option} =~ ^[1-9][0-9]{0,2}$ ]] || die 2 "--$option: '${!option}' is no number from 1 to 999"
	done
	for option in "${!choices[@]}"; do
		[[ " ${choices[$option]} " == *" ${!option} "* ]] ||
			die 2 "--$option is ${choices[$option]/ / or }, not '${!option}'"
	done
	: "${kernel:=$(scripts/kernels --default)}"
}

# A host that did not come up is worth another try; a benchmark that failed is not.
# run_guest prints figures as "WHAT THREADS PASS NS".
run_side()
{
	local status=0 log=build/xenhost/bench-$name-$1-$guest-$kernel

	run_guest "$1" >"$out/round" || status=$?
	if ((status >= 124)); then
		status=0
		run_guest "$1" >"$out/round" || status=$?
	fi
	((status == 0)) || die "$status" "a guest ($1) failed: $(tail -n 1 "$out/round") (log: $log)"
	awk -v OFS='\t' -v side="$1" -v round="$round" 'NF == 4 { $1 = $1; print round, side, $0 }' \
		"$out/round" >>"$out/$name-passes.tsv"
}

# compare_pairs OPTION...: all rounds, and the table.
compare_pairs()
{
	local round side

	parse_options "$@"
	mkdir -p "$out"
	printf 'round\tside\twhat\tthreads\tpass\tns\n' >"$out/$name-passes.tsv"
	for ((round = 1; round <= rounds; round++)); do
		echo "round $round of $rounds: $guest guests, Linux $kernel ..." >&2
		for side in ours kernel; do
			run_side "$side"
		done
	done
	rm -f "$out/round"
	awk -f scripts/bench.d/pairs.awk -f "scripts/bench.d/$name.awk" -v name="bench-$name" \
		-v kernel="$kernel" -v guest="$guest" -v tsv="$out/$name.tsv" "$out/$name-passes.tsv"
	echo "Figures: $out/$name.tsv, of each pass $out/$name-passes.tsv"
}
