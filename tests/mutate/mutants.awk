# SPDX-License-Identifier: GPL-2.0-only
#
# Lists the mutants of a C file: small changes that a test should notice, each
# one made by itself. One a line, with tabs between the fields:
#
#	line and column where the change begins, line and column where it ends
#	(both counted from 1, the end is the first that stays), what comes there
#	instead, and what was changed, in words
#
# Comments, text and what is outside of functions stay; of #define the numbers
# are changed. mutant_if() and mutant_while() are macros that test.h defines.
#
# Left out are barriers, locks and interrupts switched off: what goes wrong
# without them goes wrong between CPUs, and on x86 not even always. The model
# in tests/spin, lockdep and the suite that does all at once are for those.

BEGIN {
	SPARED = "^(virt_[rw]?mb|smp_[rw]?mb|cpu_relax|(raw_)?spin_(un)?lock[a-z_]*|local_irq_[a-z]+)\\("
	KEYWORD = "^(if|else|for|while|do|switch|case|default|return|goto|break|continue|sizeof)[^A-Za-z0-9_]"
	OTHER["=="] = "!="; OTHER["!="] = "=="
	OTHER["<"] = "<="; OTHER["<="] = "<"; OTHER[">"] = ">="; OTHER[">="] = ">"
	OTHER["&&"] = "||"; OTHER["||"] = "&&"
	OTHER["+"] = "-"; OTHER["-"] = "+"; OTHER["++"] = "--"; OTHER["--"] = "++"
	OTHER["+="] = "-="; OTHER["-="] = "+="
	OTHER["&"] = "|"; OTHER["|"] = "&"; OTHER["|="] = "&="; OTHER["&="] = "|="
	OTHER["<<"] = ">>"; OTHER[">>"] = "<<"
	OTHER["*"] = "/"; OTHER["/"] = "*"; OTHER["%"] = "/"
	OTHER["?"] = "== 0 ?"; OTHER["?:"] = "? 0 :"
	WORD["true"] = "false"; WORD["false"] = "true"
	WORD["min"] = "max"; WORD["min_t"] = "max_t"; WORD["max"] = "min"
	WORD["if"] = "mutant_if"; WORD["while"] = "mutant_while"
	WORD["list_add_tail"] = "list_add"
}

# The line without comments and text, every other character in its place.
function bare(line,    out, i, c, two)
{
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		two = substr(line, i, 2)
		if (in_comment) {
			if (two == "*/") { in_comment = 0; out = out " "; i++ }
			out = out " "
		} else if (two == "/*") {
			in_comment = 1; out = out "  "; i++
		} else if (two == "//") {
			return out
		} else if (c == "\"" || c == "'") {
			quote = c; out = out "\""
			while (++i <= length(line) && (c = substr(line, i, 1)) != quote) {
				out = out "\""
				if (c == "\\") { i++; out = out "\"" }
			}
			out = out "\""
		} else {
			out = out c
		}
	}
	return out
}

function is_word(c) { return c ~ /[A-Za-z0-9_]/ }

# A blank for nothing: the shell's read would leave out an empty field.
function emit(l1, c1, l2, c2, new, what)
{
	if (new == "")
		new = " "
	printf "%d\t%d\t%d\t%d\t%s\t%s\n", l1, c1, l2, c2, new, what
}

function change(n, col, old, new)
{
	emit(n, col, n, col + length(old), new, old " -> " new)
}

# A number, one more and one less; with its 0x and u as it was.
function numbers(n, col, word,    digits, suffix, value)
{
	digits = word
	suffix = ""
	while (digits ~ /[uUlL]$/) {
		suffix = substr(digits, length(digits)) suffix
		digits = substr(digits, 1, length(digits) - 1)
	}
	if (digits ~ /^0[xX]/) {
		change(n, col, word, "(" word " + 1)")
		change(n, col, word, "(" word " - 1)")
		return
	}
	value = digits + 0
	change(n, col, word, (value + 1) suffix)
	if (value > 0)
		change(n, col, word, (value - 1) suffix)
}

# Whether what stands before column @col is something to calculate with.
function is_operand_before(text, col,    i, c, word)
{
	for (i = col - 1; i >= 1 && substr(text, i, 1) ~ /[ \t]/; i--)
		;
	if (i < 1)
		return continues
	c = substr(text, i, 1)
	if (c == ")" || c == "]" || c == "\"")
		return 1
	word = ""
	for (; i >= 1 && is_word(substr(text, i, 1)); i--)
		word = substr(text, i, 1) word
	return word != "" && word != "return" && word != "case"
}

function operator_at(text, col,    three, two, one)
{
	three = substr(text, col, 3)
	two = substr(text, col, 2)
	one = substr(text, col, 1)
	if (three == "<<=" || three == ">>=")
		return three
	if (two ~ /^(->|==|!=|<=|>=|&&|\|\||\+\+|--|\+=|-=|\|=|&=|<<|>>|\?:|\*=|\/=)$/)
		return two
	return one
}

# Operators, words and numbers of one line of code.
function tokens(n, text,    col, c, word, op, start)
{
	for (col = 1; col <= length(text); col++) {
		c = substr(text, col, 1)
		if (is_word(c)) {
			start = col
			word = ""
			while (is_word(substr(text, col, 1)))
				word = word substr(text, col++, 1)
			col--
			if (word ~ /^[0-9]/)
				numbers(n, start, word)
			else if (word in WORD)
				change(n, start, word, WORD[word])
			else if (word ~ /^E[A-Z0-9]+$/ && substr(text, start - 1, 1) == "-")
				change(n, start, word, word == "EXDEV" ? "EDOM" : "EXDEV")
			continue
		}
		if (c !~ /[-=!<>&|+*\/%?~]/)
			continue
		op = operator_at(text, col)
		if (op == "!" && substr(text, col + 1, 1) != "!")
			change(n, col, "!", "")
		else if (op == "++" || op == "--" || op == "?:")
			change(n, col, op, OTHER[op])
		else if (op in OTHER && is_operand_before(text, col) && \
			 (op !~ /^[*&]$/ || substr(text, col + 1, 1) == " ") && \
			 !(op == "*" && substr(text, col - 1, 1) != " "))
			change(n, col, op, OTHER[op])
		col += length(op) - 1
	}
}

function is_statement(text)
{
	if (text ~ SPARED)
		return 0
	if (text ~ /^(break|continue|goto [a-z_]+);/)
		return 1
	if (text ~ KEYWORD || text ~ /^[#{}]/)
		return 0
	# A declaration begins with two words.
	if (text ~ /^[A-Za-z_][A-Za-z0-9_]*[ \t]+\**[A-Za-z_]/ || text ~ /^(LIST_HEAD|DECLARE_)/)
		return 0
	return text ~ /=|\(|\+\+|--/
}

# The statement that begins on line @n, wherever it ends.
function statement(n,    text, first, depth, m, i, c)
{
	text = code[n]
	first = match(text, /[^ \t]/)
	if (!first || !is_statement(substr(text, first)))
		if (substr(text, first) !~ /^return[ ;]/ || text !~ /^\t\t/)
			return
	for (m = n; m <= NR; m++)
		for (i = m == n ? first : 1; i <= length(code[m]); i++) {
			c = substr(code[m], i, 1)
			if (c == "(" || c == "{")
				depth++
			else if (c == ")" || c == "}")
				depth--
			else if (c == ";" && !depth) {
				emit(n, first, m, i, "", "dropped")
				return
			}
			if (depth < 0)
				return
		}
}

# Whether a statement can begin after what came before line @n.
function is_start(n,    m, text)
{
	for (m = n - 1; m >= 1; m--) {
		text = code[m]
		sub(/[ \t]+$/, "", text)
		if (text ~ /[^ \t]/)
			break
	}
	if (text ~ /[;{}:]$/ || text ~ /(else|do)$/)
		return 1
	# Behind the condition of an if or a loop, which may have many lines.
	if (text !~ /\)$/)
		return 0
	for (; m >= 1 && code[m] !~ /(^|[^A-Za-z0-9_])(if|for|while|[a-z_]+for_each[a-z_]*) ?\(/; m--)
		if (code[m] ~ /[;{}]$/)
			return 0
	return 1
}

{ code[NR] = bare($0) }

END {
	for (n = 1; n <= NR; n++) {
		text = code[n]
		if (text ~ /^\{/) inside = 1
		if (text ~ /^\}/) inside = 0
		if (text ~ /^#[ \t]*define[ \t]+[A-Z_0-9]+[ \t]+[^ \t].*[^\\]$/ && !inside) {
			start = match(text, /[A-Z_0-9]+[ \t]/) + RLENGTH
			rest = text
			for (i = 1; i < start; i++)
				sub(/^./, "", rest)
			pad = ""
			for (i = 1; i < start; i++)
				pad = pad " "
			tokens(n, pad rest)
			continue
		}
		if (!inside || text ~ /^#/ || text ~ /^[{}]/)
			continue
		if (is_start(n))
			statement(n)
		continues = text !~ /^[ \t]*$/ && !is_start(n)
		# Spared statements stay as they are.
		first = match(text, /[^ \t]/)
		if (first && substr(text, first) ~ SPARED)
			continue
		tokens(n, text)
	}
}
