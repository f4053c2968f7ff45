# SPDX-License-Identifier: GPL-2.0-only
# What the frontends' benchmark is after; pairs.awk does the rest.

function targets(    i)
{
	print "\nTargets: kernel's time / ours"
	for (i = 1; i <= nr_rows; i++)
		target(what[rows[i]] ", " threads[rows[i]] " at once",
			ratio_of("kernel", rows[i], "ours", rows[i]), 1)
}
