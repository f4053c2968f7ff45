// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console's backend is the fuzzer: the pure core of its ring against a peer
 * that writes what it likes into the shared page, whenever the core looks at it.
 *
 * The witnesses are those of xenstore.c. A frame is a call of the core. A tape
 * whose first byte is even is of a sane peer: no byte is lost or made up, either
 * way.
 */
#include "fuzz.h"
#include "console/ring.h"

#define IN_BYTES sizeof(((struct xencons_interface *)NULL)->in)
#define OUT_BYTES sizeof(((struct xencons_interface *)NULL)->out)
#define AT(array, index) MASK_XENCONS_IDX(index, array)

static struct xencons_interface *page, shadow, seen;
static struct xencons_ring ring;
static bool is_hostile, is_starting, is_writing;
/* What the core last read of the peer's indices, and where it said it is. */
static u32 out_cons_read, in_prod_read, out_prod_told, in_cons_told;
/* Bytes that came and went, each of them known by its number. */
static u64 nr_typed, nr_read, nr_printed, nr_shown;
static char *reading;

static char byte_of(u64 nr)
{
	return (u32)nr * 2654435761u >> 24;
}

/* --- the peer --- */

static void peer_writes(void *at, const void *bytes, size_t len)
{
	size_t offset = (char *)at - (char *)page;

	memcpy(at, bytes, len);
	memcpy((char *)&shadow + offset, bytes, len);
}

static void peer_sets(XENCONS_RING_IDX *index, u32 value)
{
	peer_writes(index, &value, sizeof(value));
}

static void peer_types(size_t len)
{
	char byte;

	for (; len && shadow.in_prod - shadow.in_cons < IN_BYTES; len--) {
		byte = byte_of(nr_typed++);
		peer_writes(&page->in[AT(page->in, shadow.in_prod)], &byte, 1);
		peer_sets(&page->in_prod, shadow.in_prod + 1);
	}
}

static void peer_shows(size_t len)
{
	for (; len && shadow.out_cons != shadow.out_prod; len--) {
		u32 at = AT(shadow.out, shadow.out_cons);

		must(is_hostile || shadow.out[at] == byte_of(nr_shown++));
		peer_sets(&page->out_cons, shadow.out_cons + 1);
	}
}

static void peer_attacks(void)
{
	char scribble[24];

	tape_fill(scribble, sizeof(scribble));
	switch (tape_byte() % 8) {
	case 0:
		return peer_sets(&page->in_prod, tape_word());
	case 1:
		return peer_sets(&page->in_prod, ring.in_cons + tape_below(1030));
	case 2:
		return peer_sets(&page->out_cons, tape_word());
	case 3:
		return peer_sets(&page->out_cons, ring.out_prod - tape_below(2055));
	case 4:
		return peer_sets(&page->in_cons, tape_word());
	case 5:
		return peer_sets(&page->out_prod, tape_word());
	case 6:
		return peer_writes(page->in + tape_below(IN_BYTES - 24),
				   scribble, sizeof(scribble));
	case 7:
		/* What we just wrote is still to be compared. */
		if (!is_writing)
			peer_writes(page->out + tape_below(OUT_BYTES - 24),
				    scribble, sizeof(scribble));
	}
}

/* At the end of the tape the peer has typed all. */
static void peer_turn(void)
{
	u8 what = tape_byte();

	if (!tape.left)
		return;
	if (what < 32)
		peer_types(what < 8 ? 1 : what * 40);
	else if (what < 64)
		peer_shows(what < 40 ? 1 : what * 40);
	else if (what < 128 && is_hostile)
		peer_attacks();
}

/* --- what the core does --- */

void fuzz_before_read(const volatile void *at)
{
	(void)at;
	if (!is_starting)
		peer_turn();
}

void fuzz_was_read(const volatile void *at, u32 value)
{
	if (at == &page->out_cons)
		out_cons_read = value;
	else if (at == &page->in_prod)
		in_prod_read = value;
	else
		must(is_starting); /* ours are read once only */
	if (at == &page->out_prod)
		out_prod_told = value;
	if (at == &page->in_cons)
		in_cons_told = value;
}

static void took(u32 len)
{
	u32 i;

	must(len <= in_prod_read - in_cons_told);
	for (i = 0; i < len; i++)
		must(reading[i] == seen.in[AT(seen.in, in_cons_told + i)]);
	in_cons_told += len;
	shadow.in_cons = in_cons_told;
}

static void put(u32 len)
{
	must(len <= OUT_BYTES - (out_prod_told - out_cons_read));
	for (; len; len--) {
		u32 at = AT(page->out, out_prod_told++);

		must(page->out[at] == byte_of(nr_printed++));
		shadow.out[at] = page->out[at];
	}
	shadow.out_prod = out_prod_told;
}

void fuzz_before_write(const volatile void *at, u32 value)
{
	if (at == &page->in_cons)
		return took(value - in_cons_told);
	must(at == &page->out_prod);
	put(value - out_prod_told);
}

void fuzz_read_barrier(void)
{
	peer_turn();
	seen = *page;
}

void fuzz_barrier(void)
{
	peer_turn();
}

bool fuzz_memory_is_out(void)
{
	return false;
}

/* --- what we do --- */

static void print(size_t len)
{
	struct xencons_ring before = ring;
	char *bytes = malloc(len);
	size_t i;
	u32 used;
	int ret;

	for (i = 0; i < len; i++)
		bytes[i] = byte_of(nr_printed + i);
	is_writing = true;
	ret = xencons_ring_write(&ring, bytes, len);
	is_writing = false;
	free(bytes);
	used = before.out_prod - out_cons_read;
	if (used > OUT_BYTES)
		must(is_hostile && ret == -EIO);
	else
		must(ret == (int)min(len, OUT_BYTES - used));
	must(ring.out_prod == before.out_prod + (ret > 0 ? ret : 0));
	must(ring.out_prod == out_prod_told && ring.in_cons == before.in_cons);
	count_frame();
}

static void read_keys(size_t len)
{
	struct xencons_ring before = ring;
	u32 filled;
	int i, ret;

	reading = malloc(len);
	ret = xencons_ring_read(&ring, reading, len);
	filled = in_prod_read - before.in_cons;
	if (filled > IN_BYTES)
		must(is_hostile && ret == -EIO);
	else
		must(ret == (int)min(len, (size_t)filled));
	for (i = 0; i < ret && !is_hostile; i++)
		must(reading[i] == byte_of(nr_read++));
	must(ring.in_cons == before.in_cons + (ret > 0 ? ret : 0));
	must(ring.in_cons == in_cons_told && ring.out_prod == before.out_prod);
	free(reading);
	count_frame();
}

/* What is asked of the indices alone. */
static void look(void)
{
	struct xencons_ring before = ring;
	int ret = xencons_ring_unsent(&ring);
	u32 used = before.out_prod - out_cons_read;
	bool has_moved;

	must(ret == (used > OUT_BYTES ? -EIO : (int)used));
	must(!memcmp(&ring, &before, sizeof(ring)));
	ret = xencons_ring_has_moved(&ring);
	has_moved = in_prod_read != before.seen_in_prod ||
		    out_cons_read != before.seen_out_cons;
	if (in_prod_read - ring.in_cons > IN_BYTES ||
	    ring.out_prod - out_cons_read > OUT_BYTES)
		must(is_hostile && ret == -EIO);
	else
		must(ret == has_moved);
	must(ring.in_cons == before.in_cons && ring.out_prod == before.out_prod);
	xencons_ring_take_in_kick(&ring);
	must(ring.in_cons == before.in_cons && ring.out_prod == before.out_prod);
}

static void begin(void)
{
	u8 mode = tape_byte();
	u32 in = mode & 2 ? tape_word() : -tape_below(3000);
	u32 out = mode & 4 ? tape_word() : -tape_below(6000);

	is_hostile = mode & 1;
	page = calloc(1, sizeof(*page));
	memset(&shadow, 0, sizeof(shadow));
	peer_sets(&page->in_prod, in);
	peer_sets(&page->in_cons, in);
	peer_sets(&page->out_prod, out);
	peer_sets(&page->out_cons, out);
	nr_typed = 0;
	nr_read = 0;
	nr_printed = 0;
	nr_shown = 0;
	is_starting = true;
	xencons_ring_init(&ring, page);
	is_starting = false;
}

static void step(void)
{
	switch (tape_byte() % 5) {
	case 0:
		print(tape_below(2500));
		break;
	case 4:
		look();
		break;
	case 1:
		read_keys(tape_below(1300));
		break;
	default:
		peer_turn();
	}
	must(!memcmp(page, &shadow, sizeof(shadow)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	tape_load(data, len);
	begin();
	while (tape.left)
		step();
	if (!is_hostile) {
		while (nr_read < nr_typed)
			read_keys(IN_BYTES);
		peer_shows(OUT_BYTES);
		must(nr_shown == nr_printed);
	}
	free(page);
	return 0;
}
