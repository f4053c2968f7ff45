// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log of a dead guest, out of its memory.
 *
 * Linux keeps the text of its messages in a ring of records: eight bytes of
 * identity, counting up by one, then the text, padded to eight bytes. The first
 * record of a boot starts with "Linux version ". Until the ring wraps, reading
 * on from there while the next identity is found gives the whole log.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dom0.h"

#define RING_PAGES	64u	/* twice the ring of the stock kernels */
#define RECORD_MAX	2048u

static const char banner[] = "Linux version ";

/* Where the record after the one at pos starts, 0 if there is none. */
static size_t next_record(const uint8_t *ring, size_t bytes, size_t pos)
{
	uint64_t id, other;

	memcpy(&id, ring + pos, sizeof(id));
	for (size_t at = pos + 2 * sizeof(id); at < pos + RECORD_MAX; at += sizeof(id)) {
		if (at + sizeof(id) > bytes)
			break;
		memcpy(&other, ring + at, sizeof(other));
		if (other == id + 1)
			return at;
	}
	return 0;
}

/*
 * The text's length is kept elsewhere. What follows it is the newline that was
 * cut off and, because the two bytes of the message's level were moved over, a
 * second copy of the last two bytes.
 */
static void write_record(int fd, const uint8_t *text, size_t room)
{
	size_t count = strnlen((const char *)text, room);

	if (count && text[count - 1] == '\n')
		count--;
	if (count >= 4 && !memcmp(text + count - 2, text + count - 4, 2))
		count -= 2;
	write_all(fd, text, count);
	write_all(fd, (const uint8_t *)"\n", 1);
}

/* Writes all records but the first skip; returns whether this is a log at all. */
static bool write_log(int fd, const uint8_t *ring, size_t bytes, size_t pos, unsigned int skip)
{
	size_t next = next_record(ring, bytes, pos);

	if (!next)
		return false;
	while (next) {
		if (skip)
			skip--;
		else
			write_record(fd, ring + pos + sizeof(uint64_t),
				     next - pos - sizeof(uint64_t));
		pos = next;
		next = next_record(ring, bytes, pos);
	}
	if (!skip && pos + sizeof(uint64_t) < bytes)
		write_record(fd, ring + pos + sizeof(uint64_t), bytes - pos - sizeof(uint64_t));
	return true;
}

/* Returns whether the log starts in the first of the frames. */
static bool try_frames(int fd, const xen_pfn_t *frames, unsigned int count, unsigned int skip)
{
	int err[RING_PAGES];
	uint8_t *ring, *hit;
	bool done = false;
	size_t usable = 0;

	ring = xenforeignmemory_map(fmem, domid, PROT_READ, count, frames, err);
	if (!ring)
		return false;
	while (usable < count && !err[usable])
		usable++;
	hit = usable ? memmem(ring, XC_PAGE_SIZE, banner, sizeof(banner) - 1) : NULL;
	if (hit && (hit - ring) % sizeof(uint64_t) == 0 && hit - ring >= (int)sizeof(uint64_t))
		done = write_log(fd, ring, usable * XC_PAGE_SIZE, hit - ring - sizeof(uint64_t),
				 skip);
	xenforeignmemory_unmap(fmem, ring, count);
	return done;
}

struct candidates {
	xen_pfn_t frame[64];
	unsigned int count;
};

static bool note_banner(void *context, const void *page, xen_pfn_t frame)
{
	struct candidates *c = context;

	if (memmem(page, XC_PAGE_SIZE, banner, sizeof(banner) - 1))
		c->frame[c->count++] = frame;
	return c->count < sizeof(c->frame) / sizeof(c->frame[0]);
}

/* Writes the guest's kernel log from the record skip on. */
void lastwords_write(int fd, unsigned int skip)
{
	struct candidates c = { .count = 0 };
	xen_pfn_t count = 0, *list;
	bool done = false;

	list = frames_list(&count);
	if (list)
		frames_visit(list, count, 0, 1, note_banner, &c);
	for (xen_pfn_t i = 0; list && i < count && !done; i++)
		for (unsigned int k = 0; k < c.count && !done; k++)
			if (list[i] == c.frame[k])
				done = try_frames(fd, list + i,
						  count - i < RING_PAGES ? count - i : RING_PAGES,
						  skip);
	free(list);
}
