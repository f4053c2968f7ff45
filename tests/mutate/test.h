/* SPDX-License-Identifier: GPL-2.0-only */
/* In front of every mutant: conditions the other way round. */
#define mutant_if(...) if (!(__VA_ARGS__))
#define mutant_while(...) while (!(__VA_ARGS__))
