/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers share: the input as a tape, judgement, counts. */
#ifndef _FUZZ_H
#define _FUZZ_H

#include "include/shim.h"

/**
 * struct tape - the input: every decision takes some of it
 * @at: the next byte
 * @left: how many there are
 * @seed: makes more bytes where a decision needs many
 */
struct tape {
	const uint8_t *at;
	size_t left;
	u32 seed;
};

extern struct tape tape;

void tape_load(const uint8_t *data, size_t len);
u8 tape_byte(void);
u32 tape_word(void);
u32 tape_below(u32 limit);
void tape_fill(void *memory, size_t len);

/* Counts, and ends the program once FUZZ_FRAMES of them were seen. */
void count_frame(void);

#define must(condition) do {						\
	if (!(condition))						\
		broken(#condition, __FILE__, __LINE__);			\
} while (0)

void broken(const char *what, const char *file, int line)
	__attribute__((noreturn));

#endif
