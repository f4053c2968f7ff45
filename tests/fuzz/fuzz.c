// SPDX-License-Identifier: GPL-2.0-only
/* What the fuzzers share. */
#include <unistd.h>

#include "fuzz.h"

struct tape tape;
static unsigned long long nr_frames, max_frames;

void tape_load(const uint8_t *data, size_t len)
{
	tape = (struct tape){ .at = data, .left = len, .seed = len + 1 };
}

/* A tape that has run out reads as zeros. */
u8 tape_byte(void)
{
	if (!tape.left)
		return 0;
	tape.left--;
	return *tape.at++;
}

u32 tape_word(void)
{
	u32 word = tape_byte();

	word |= (u32)tape_byte() << 8;
	word |= (u32)tape_byte() << 16;
	return word | (u32)tape_byte() << 24;
}

u32 tape_below(u32 limit)
{
	return (tape_byte() | tape_byte() << 8) % limit;
}

/* Bytes that no two places of a stream have in common by their order. */
void tape_fill(void *memory, size_t len)
{
	uint8_t *at = memory;

	while (len--) {
		tape.seed = tape.seed * 1664525 + 1013904223;
		*at++ = tape.seed >> 24;
	}
}

static void report(void)
{
	fprintf(stderr, "frames: %llu\n", nr_frames);
}

static void begin(void)
{
	const char *max = getenv("FUZZ_FRAMES");

	max_frames = max ? strtoull(max, NULL, 10) : ~0ull;
	atexit(report);
}

void count_frame(void)
{
	if (!nr_frames++)
		begin();
	if (nr_frames < max_frames)
		return;
	/* Leaving by exit() is an error to libFuzzer. */
	report();
	_exit(0);
}

void broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: broken: %s\n", file, line, what);
	abort();
}
