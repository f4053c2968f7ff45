# SPDX-License-Identifier: GPL-2.0-only
# What the frontends' benchmark is after; pairs.awk does the rest.

function targets(    i)
{
	# Of two runs of one side, one may be 2% slower, also by --accel icount.
	print "\nTargets: kernel's time / ours"
	for (i = 1; i <= nr_rows; i++)
		target(what[rows[i]] ", " threads[rows[i]] " at once",
			ratio_of("kernel", rows[i], "ours", rows[i]),
			what[rows[i]] ~ /grant/ ? 1 : 0.98)
}
