# SPDX-License-Identifier: GPL-2.0-only
# What XenStore's benchmark is after; pairs.awk does the rest.

function targets(    one, eight, reads, gather)
{
	one = "read" SUBSEP 1; eight = "read" SUBSEP 8
	reads = "reads-16" SUBSEP 1; gather = "gather-16" SUBSEP 1
	print "\nTargets:"
	target("one reader: kernel's time / ours", ratio_of("kernel", one, "ours", one), 1)
	target("eight readers: kernel's time / ours", ratio_of("kernel", eight, "ours", eight), 1)
	target("16 keys: our single reads / our gather", ratio_of("ours", reads, "ours", gather), 3)
	target("16 keys: kernel's single reads / our gather", ratio_of("kernel", reads, "ours", gather), 3)
}
