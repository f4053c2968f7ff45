# SPDX-License-Identifier: GPL-2.0-only
# Prints a file with one change: -v l1= c1= l2= c2= new=, see mutants.awk.
NR < l1 || NR > l2 { print; next }
NR == l1 { printf "%s%s", substr($0, 1, c1 - 1), new }
NR == l2 { print substr($0, c2); next }
{ print "" }
