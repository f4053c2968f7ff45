# SPDX-License-Identifier: GPL-2.0-only
#
# A table of gcov's annotated sources (--stdout, with branches): for each file
# below root, the tests and the model left out, how many branches were taken, and
# the lines where one was not. A header counts once, whoever includes it.
#
# A function of a header has a copy wherever it is used, with two branches for a
# condition: those of all copies are counted together.
#
# A line of code is "COUNT:LINE:TEXT", its branches follow it as
# "branch N taken COUNT"; functions that were inlined have a copy each, behind
# lines of dashes. __ffs() is a macro of Linux's that asks whether the compiler
# knows the word: no run can take that branch.

/^ *[^:]*: *0:Source:/ {
	file = $0
	sub(/^[^:]*: *0:Source:/, "", file)
	is_ours = index(file, root) == 1 && file !~ /\/drivers\/xen\/(tests|model)\//
	file = substr(file, length(root) + 1)
	next
}
!is_ours { next }
/^ *[^: ]+: *[0-9]+:/ {
	split($0, part, ":")
	line = part[2] + 0
	count = part[1]
	gsub(/ /, "", count)
	if (count == "-" || !line)
		next
	at = file SUBSEP line
	if (count !~ /^[#=]/)
		was_run[at] = 1
	if (!(at in text)) {
		text[at] = $0
		sub(/^[^:]*:[^:]*:[ \t]*/, "", text[at])
		lines[++nr_lines] = at
	}
	nr = 0
	next
}
/^branch/ && text[at] ~ /__ffs\(/ { next }
/^branch/ {
	if (/never executed/)
		taken = 0
	else
		taken = $4 + 0
	key = at SUBSEP (file ~ /\.h$/ ? nr++ % 2 : nr++)
	if (!(key in total)) {
		total[key] = 0
		keys[++nr_keys] = key
	}
	total[key] += taken
}
END {
	for (i = 1; i <= nr_keys; i++) {
		split(keys[i], part, SUBSEP)
		if (!(part[1] in branches))
			files[++nr_files] = part[1]
		branches[part[1]]++
		all++
		if (total[keys[i]]) {
			reached[part[1]]++
			all_reached++
		} else if (!(part[1] SUBSEP part[2] in missed)) {
			missed[part[1] SUBSEP part[2]] = 1
			misses[++nr_misses] = part[1] SUBSEP part[2]
		}
	}
	for (i = 1; i <= nr_lines; i++) {
		split(lines[i], part, SUBSEP)
		if (!(part[1] in seen)) {
			seen[part[1]] = 1
			printf "%s: %d of %d branches of it taken\n", part[1], reached[part[1]], branches[part[1]]
		}
	}
	printf "all: %d of %d branches taken\n", all_reached, all
	for (i = 1; i <= nr_misses; i++) {
		split(misses[i], part, SUBSEP)
		printf "not taken: %s:%d: %s\n", part[1], part[2], text[misses[i]]
	}
	for (i = 1; i <= nr_lines; i++)
		if (!(lines[i] in was_run)) {
			split(lines[i], part, SUBSEP)
			printf "not run: %s:%d: %s\n", part[1], part[2], text[lines[i]]
		}
}
