# SPDX-License-Identifier: GPL-2.0-only
# From the figures of each pass to medians and ratios: reads passes.tsv, writes
# the file that -v tsv= names, prints a table.
#
# Ratios are of figures of one round, that is of one guest; only then comes the
# median over the rounds.

function median(list, nr,    i, j, x)
{
	for (i = 2; i <= nr; i++) {
		x = list[i]
		for (j = i - 1; j >= 1 && list[j] > x; j--)
			list[j + 1] = list[j]
		list[j + 1] = x
	}
	if (nr % 2)
		return list[(nr + 1) / 2]
	return (list[nr / 2] + list[nr / 2 + 1]) / 2
}

# The median over the passes of one round, as time for one reference. Disturbed
# ones do not count, unless there are no others.
function round_ns(side, row, round,    list, nr, i, all)
{
	for (all = 0; all <= 1 && !nr; all++) {
		if (all)
			is_doubtful[row] = 1
		for (i = 1; i <= nr_passes[side, row, round]; i++)
			if (all || !is_disturbed[side, row, round, i])
				list[++nr] = ns[side, row, round, i]
	}
	return median(list, nr)
}

function over_rounds(side, row,    list, i)
{
	for (i = 1; i <= nr_rounds; i++)
		list[i] = at[side, row, i]
	return median(list, nr_rounds)
}

# Sets low and high, too.
function ratio_of(side, row, side2, row2,    list, i)
{
	for (i = 1; i <= nr_rounds; i++)
		list[i] = at[side, row, i] / at[side2, row2, i]
	i = median(list, nr_rounds)
	low = list[1]
	high = list[nr_rounds]
	return i
}

# How the throughput of all threads compares with that of half as many.
function against_half(side, row,    half)
{
	if (threads[row] == 1)
		return "-"
	half = what[row] SUBSEP threads[row] / 2
	# Time per reference and thread; so many more threads share the work.
	return sprintf("%.3f", 2 * ratio_of(side, half, side, row))
}

function per_s(side, row)
{
	return threads[row] * 1e9 / over_rounds(side, row)
}

function disturbed(side, row)
{
	return nr_disturbed[side, row] / nr_runs[side, row]
}

function fail(why)
{
	print "bench: " why >"/dev/stderr"
	has_failed = 1
	exit 1
}

FNR > 1 {
	row = $3 SUBSEP $4
	if (!(row in what)) {
		rows[++nr_rows] = row
		what[row] = $3
		threads[row] = $4
	}
	if ($6 !~ /^[0-9]+$/ || $6 == 0)
		fail("round " $1 ", " $2 ", " $3 ": '" $6 "' is no speed")
	nr_rounds = $1
	nr_runs[$2, row]++
	nr_disturbed[$2, row] += $7
	i = ++nr_passes[$2, row, $1]
	ns[$2, row, $1, i] = $4 * 1e9 / $6
	is_disturbed[$2, row, $1, i] = $7
	if (!(($2, row) in least) || ns[$2, row, $1, i] < least[$2, row])
		least[$2, row] = ns[$2, row, $1, i]
}

# Every row of every round, on both sides.
function condense(    i, r, s, sides)
{
	split("ours kernel", sides)
	for (i = 1; i <= nr_rows; i++)
		for (r = 1; r <= nr_rounds; r++)
			for (s in sides) {
				if (!nr_passes[sides[s], rows[i], r])
					fail("round " r " has no figure for " sides[s] " " what[rows[i]])
				at[sides[s], rows[i], r] = round_ns(sides[s], rows[i], r)
			}
}

function target(text, value, is_met, aim)
{
	printf "  %-58s %6.2f  %s: %s\n", text, value, aim, is_met ? "met" : "missed"
}

function targets(    one, two, four, value)
{
	one = "single" SUBSEP 1; two = "single" SUBSEP 2; four = "single" SUBSEP 4
	print "\nTargets:"
	value = ratio_of("kernel", one, "ours", one)
	target("one reference, one thread: kernel's time / ours", value, value >= 2, "2 or more")
	value = ratio_of("kernel", two, "ours", two)
	target("one reference, two threads: kernel's time / ours", value, value >= 10, "10 or more")
	# What four threads of no library at all reach on the same two CPUs is all there is.
	value = against_half("ours", four) / against_half("ours", "bare" SUBSEP 4)
	target("throughput of four vCPUs / two, against bare memory's", value, value >= 0.95, "0.95 or more")
	value = ratio_of("ours", one, "ours", "held" SUBSEP 1)
	target("one reference, one thread: ours / a held reference", value, value <= 1.25, "1.25 or less")
}

END {
	if (has_failed)
		exit 1
	if (!nr_rows)
		fail("there is no figure")
	condense()
	OFS = "\t"
	print "kernel", "guest", "rounds", "what", "threads", "ours_ns", "kernel_ns", "ratio", \
		"ratio_low", "ratio_high", "ours_least_ns", "kernel_least_ns", "ours_per_s", \
		"kernel_per_s", "ours_against_half", "kernel_against_half", "ours_over_held", \
		"ours_over_bare", "ours_disturbed", "kernel_disturbed" >tsv
	printf "\n%-14s %7s %9s %9s %6s %13s %6s %6s %10s %10s %6s %6s\n", "what", "threads", "ours ns", \
		"kernel ns", "ratio", "(of rounds)", "/held", "/bare", "ours/s", "kernel/s", "ours*2", "ker.*2"
	for (i = 1; i <= nr_rows; i++) {
		row = rows[i]
		over_held = ratio_of("ours", row, "ours", "held" SUBSEP 1)
		over_bare = ratio_of("ours", row, "ours", "bare" SUBSEP 1)
		ours_half = against_half("ours", row)
		kernel_half = against_half("kernel", row)
		ratio = ratio_of("kernel", row, "ours", row)
		ours = over_rounds("ours", row)
		kernels = over_rounds("kernel", row)
		print kernel, guest, nr_rounds, what[row], threads[row], sprintf("%.1f", ours), \
			sprintf("%.1f", kernels), sprintf("%.3f", ratio), sprintf("%.3f", low), \
			sprintf("%.3f", high), sprintf("%.1f", least["ours", row]), \
			sprintf("%.1f", least["kernel", row]), sprintf("%.0f", per_s("ours", row)), \
			sprintf("%.0f", per_s("kernel", row)), ours_half, kernel_half, \
			sprintf("%.3f", over_held), sprintf("%.3f", over_bare), \
			sprintf("%.3f", disturbed("ours", row)), \
			sprintf("%.3f", disturbed("kernel", row)) >tsv
		nr_doubtful += is_doubtful[row]
		printf "%-14s %7d%1s%9.1f %9.1f %6.2f %6.2f-%-6.2f %6.2f %6.2f %10.0f %10.0f %6s %6s\n", \
			what[row], threads[row], is_doubtful[row] ? "*" : "", ours, kernels, ratio, low, high, over_held, over_bare, \
			per_s("ours", row), per_s("kernel", row), ours_half, kernel_half
	}
	if (nr_doubtful)
		print "\n* The machine was busy: in some round every run was disturbed."
	targets()
}
