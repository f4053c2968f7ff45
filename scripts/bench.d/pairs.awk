# SPDX-License-Identifier: GPL-2.0-only
# From the figures of each pass to medians and ratios: reads a file of passes,
# writes the file that -v tsv= names, prints a table. -v name= is for errors;
# targets() is in a file for each benchmark.

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

# The median over the passes of one guest.
function of_round(side, row, round,    list, i)
{
	for (i = 1; i <= nr_passes[side, row, round]; i++)
		list[i] = ns[side, row, round, i]
	return median(list, nr_passes[side, row, round])
}

function over_rounds(side, row,    list, i)
{
	for (i = 1; i <= nr_rounds; i++)
		list[i] = at[side, row, i]
	return median(list, nr_rounds)
}

# Of the two guests of a round; then the median over the rounds. Sets low, high.
function ratio_of(side, row, side2, row2,    list, i, value)
{
	for (i = 1; i <= nr_rounds; i++)
		list[i] = at[side, row, i] / at[side2, row2, i]
	value = median(list, nr_rounds)
	low = list[1]
	high = list[nr_rounds]
	return value
}

function fail(why)
{
	print name ": " why >"/dev/stderr"
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
		fail("round " $1 ", " $2 ", " $3 ": '" $6 "' is no time")
	nr_rounds = $1
	ns[$2, row, $1, ++nr_passes[$2, row, $1]] = $6
}

function target(text, value, aim)
{
	printf "  %-58s %6.2f  %s or more: %s\n", text, value, aim, (value >= aim ? "met" : "missed")
}

END {
	if (has_failed)
		exit 1
	if (!nr_rows)
		fail("there is no figure")
	split("ours kernel", sides)
	for (i = 1; i <= nr_rows; i++)
		for (r = 1; r <= nr_rounds; r++)
			for (s in sides) {
				if (!nr_passes[sides[s], rows[i], r])
					fail("round " r " has no figure for " sides[s] " " what[rows[i]])
				at[sides[s], rows[i], r] = of_round(sides[s], rows[i], r)
			}
	OFS = "\t"
	print "kernel", "guest", "rounds", "what", "threads", "ours_ns", "kernel_ns", "ratio", \
		"ratio_low", "ratio_high" >tsv
	printf "\n%-14s %7s %9s %9s %6s %13s\n", "what", "threads", "ours ns", "kernel ns", "ratio", "(of rounds)"
	for (i = 1; i <= nr_rows; i++) {
		row = rows[i]
		ratio = ratio_of("kernel", row, "ours", row)
		ours = over_rounds("ours", row)
		kernels = over_rounds("kernel", row)
		print kernel, guest, nr_rounds, what[row], threads[row], sprintf("%.0f", ours), \
			sprintf("%.0f", kernels), sprintf("%.3f", ratio), sprintf("%.3f", low), \
			sprintf("%.3f", high) >tsv
		printf "%-14s %7d %9.0f %9.0f %6.2f %6.2f-%-6.2f\n", what[row], threads[row], ours, kernels, ratio, low, high
	}
	targets()
}
