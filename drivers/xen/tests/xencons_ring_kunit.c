// SPDX-License-Identifier: GPL-2.0-only
/* The console ring, with a backend that behaves and one that does not. */
#include <kunit/test.h>

#include "console/ring.h"

static struct xencons_interface intf;
static struct xencons_ring ring;

static int init(struct kunit *test)
{
	memset(&intf, 0, sizeof(intf));
	xencons_ring_init(&ring, &intf);
	return 0;
}

static void text_goes_out_up_to_the_ring(struct kunit *test)
{
	static char text[4096];

	KUNIT_EXPECT_EQ(test, 2048,
			xencons_ring_write(&ring, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, 2048U, intf.out_prod);
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_write(&ring, text, 1));
	intf.out_cons = 10;
	KUNIT_EXPECT_EQ(test, 10, xencons_ring_write(&ring, text, 100));
}

static void text_wraps_with_ring_and_index(struct kunit *test)
{
	intf.out_prod = U32_MAX - 1;
	intf.out_cons = U32_MAX - 1;
	xencons_ring_init(&ring, &intf);
	KUNIT_EXPECT_EQ(test, 4, xencons_ring_write(&ring, "abcd", 4));
	KUNIT_EXPECT_EQ(test, 2U, intf.out_prod);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&intf.out[2046], "ab", 2));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&intf.out[0], "cd", 2));
}

static void keys_come_in(struct kunit *test)
{
	char keys[8] = "";

	memcpy(intf.in, "hello", 5);
	intf.in_prod = 5;
	KUNIT_EXPECT_EQ(test, 3, xencons_ring_read(&ring, keys, 3));
	KUNIT_EXPECT_EQ(test, 2, xencons_ring_read(&ring, keys + 3, 5));
	KUNIT_EXPECT_STREQ(test, "hello", keys);
	KUNIT_EXPECT_EQ(test, 5U, intf.in_cons);
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_read(&ring, keys, 8));
}

static void insane_indices_are_refused(struct kunit *test)
{
	char keys[8];

	intf.in_prod = 1025;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_ring_read(&ring, keys, 8));
	intf.in_prod = U32_MAX;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_ring_read(&ring, keys, 8));
	KUNIT_EXPECT_EQ(test, 0U, intf.in_cons);
	intf.out_cons = 1;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_ring_write(&ring, "a", 1));
	KUNIT_EXPECT_EQ(test, 0U, intf.out_prod);
}

static void backend_cannot_move_our_index(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_write(&ring, "a", 1));
	intf.out_prod = 500;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_write(&ring, "b", 1));
	KUNIT_EXPECT_EQ(test, 2U, intf.out_prod);
	KUNIT_EXPECT_EQ(test, 'b', intf.out[1]);
}

static void unsent_text_is_counted(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_unsent(&ring));
	xencons_ring_write(&ring, "abc", 3);
	KUNIT_EXPECT_EQ(test, 3, xencons_ring_unsent(&ring));
	intf.out_cons = 2;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_unsent(&ring));
	intf.out_cons = 4;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_ring_unsent(&ring));
}

static void backend_moves_once_a_step(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_has_moved(&ring));
	intf.in_prod = 1;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_has_moved(&ring));
	xencons_ring_write(&ring, "a", 1);
	intf.out_cons = 1;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
}

static void backend_cannot_move_just_anywhere(struct kunit *test)
{
	intf.in_prod = 1025;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_ring_has_moved(&ring));
	intf.in_prod = 1024;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
	intf.out_cons = 1;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_ring_has_moved(&ring));
}

static void room_in_half_a_ring_is_told(struct kunit *test)
{
	static char keys[512];

	intf.in_prod = 600;
	xencons_ring_read(&ring, keys, 511);
	KUNIT_EXPECT_FALSE(test, xencons_ring_take_in_kick(&ring));
	xencons_ring_read(&ring, keys, 1);
	KUNIT_EXPECT_TRUE(test, xencons_ring_take_in_kick(&ring));
	xencons_ring_read(&ring, keys, 88);
	KUNIT_EXPECT_FALSE(test, xencons_ring_take_in_kick(&ring));
}

/* Wherever it became full, and however small our steps. */
static void full_ring_is_told_before_it_is_empty(struct kunit *test)
{
	static char keys[1024];
	int at, nr_kicks;

	for (at = 0; at < 1024; at += 100) {
		memset(&intf, 0, sizeof(intf));
		xencons_ring_init(&ring, &intf);
		intf.in_prod = at;
		xencons_ring_read(&ring, keys, at);
		xencons_ring_take_in_kick(&ring);
		intf.in_prod = at + 1024;
		for (nr_kicks = 0; xencons_ring_read(&ring, keys, 7);)
			nr_kicks += xencons_ring_take_in_kick(&ring);
		KUNIT_EXPECT_GE(test, nr_kicks, 1);
	}
}

static void an_end_begins_where_the_last_user_stopped(struct kunit *test)
{
	intf.in_cons = 11;
	intf.in_prod = 22;
	intf.out_cons = 33;
	intf.out_prod = 44;
	memset(&ring, 0xff, sizeof(ring));
	xencons_ring_init(&ring, &intf);
	KUNIT_EXPECT_PTR_EQ(test, &intf, ring.intf);
	KUNIT_EXPECT_EQ(test, 11U, ring.in_cons);
	KUNIT_EXPECT_EQ(test, 11U, ring.in_kicked);
	KUNIT_EXPECT_EQ(test, 44U, ring.out_prod);
	KUNIT_EXPECT_EQ(test, 11, xencons_ring_unsent(&ring));
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_has_moved(&ring));
	KUNIT_EXPECT_FALSE(test, xencons_ring_take_in_kick(&ring));
}

static void nothing_is_a_length_like_any_other(struct kunit *test)
{
	char key = 'x';

	KUNIT_EXPECT_EQ(test, 0, xencons_ring_write(&ring, "a", 0));
	KUNIT_EXPECT_EQ(test, 0U, intf.out_prod);
	intf.in_prod = 1;
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_read(&ring, &key, 0));
	KUNIT_EXPECT_EQ(test, 0U, intf.in_cons);
	KUNIT_EXPECT_EQ(test, 'x', key);
}

/* A number for each place of a stream. */
static char byte_at(u32 index)
{
	return index % 251;
}

/* Where a piece begins and how long it is, in a ring of any fill. */
static const struct piece {
	const char *name;
	u32 start;
	size_t len;
} pieces[] = {
	{ "at the start", 0, 100 },
	{ "up to the end", 2048 - 100, 100 },
	{ "one byte over the end", 2048 - 99, 100 },
	{ "the last byte", 2047, 1 },
	{ "as long as the ring of keys", 0, 1024 },
	{ "from the middle, all around", 1500, 1024 },
	{ "over the end of all numbers", U32_MAX - 50, 100 },
};

static void name_of_piece(const struct piece *piece, char *description)
{
	strscpy(description, piece->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pieces, pieces, name_of_piece);

static void text_arrives_byte_for_byte(struct kunit *test)
{
	const struct piece *piece = test->param_value;
	static char text[2048];
	u32 i, nr_wrong = 0;

	memset(&intf, 0x55, sizeof(intf));
	intf.out_prod = piece->start;
	intf.out_cons = piece->start;
	xencons_ring_init(&ring, &intf);
	for (i = 0; i < piece->len; i++)
		text[i] = byte_at(i);
	KUNIT_EXPECT_EQ(test, (int)piece->len,
			xencons_ring_write(&ring, text, piece->len));
	for (i = 0; i < 2048; i++)
		nr_wrong += intf.out[(piece->start + i) % 2048] !=
			    (i < piece->len ? byte_at(i) : 0x55);
	KUNIT_EXPECT_EQ(test, 0U, nr_wrong);
	KUNIT_EXPECT_EQ(test, (u32)(piece->start + piece->len), intf.out_prod);
	KUNIT_EXPECT_EQ(test, 0x55, intf.in[1023]);
}

static void keys_arrive_byte_for_byte(struct kunit *test)
{
	const struct piece *piece = test->param_value;
	static char keys[1025];
	u32 i, nr_wrong = 0;

	intf.in_cons = piece->start;
	intf.in_prod = piece->start + piece->len;
	xencons_ring_init(&ring, &intf);
	for (i = 0; i < 1024; i++)
		intf.in[(piece->start + i) % 1024] = byte_at(i);
	memset(keys, 0x55, sizeof(keys));
	KUNIT_EXPECT_EQ(test, (int)piece->len,
			xencons_ring_read(&ring, keys, sizeof(keys)));
	for (i = 0; i < sizeof(keys); i++)
		nr_wrong += keys[i] != (i < piece->len ? byte_at(i) : 0x55);
	KUNIT_EXPECT_EQ(test, 0U, nr_wrong);
	KUNIT_EXPECT_EQ(test, intf.in_prod, intf.in_cons);
}

static const struct insane {
	const char *name;
	u32 in_prod, out_cons;
	bool reads, writes;
} insanes[] = {
	{ "as full as can be", 1024, -2048, true, true },
	{ "a key too many", 1025, 0, false, true },
	{ "keys behind us", -1, 0, false, true },
	{ "half a number away", 0x80000000, 0x80000000, false, false },
	{ "a byte of text too many", 0, -2049, true, false },
	{ "text read that was not written", 0, 1, true, false },
};

static void name_of_insane(const struct insane *insane, char *description)
{
	strscpy(description, insane->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(insanes, insanes, name_of_insane);

static void what_does_not_fit_the_ring_is_not_believed(struct kunit *test)
{
	const struct insane *insane = test->param_value;
	static char keys[1024];

	intf.in_prod = insane->in_prod;
	intf.out_cons = insane->out_cons;
	KUNIT_EXPECT_EQ(test, insane->reads && insane->writes ? 1 : -EIO,
			xencons_ring_has_moved(&ring));
	KUNIT_EXPECT_EQ(test, insane->writes, xencons_ring_unsent(&ring) >= 0);
	KUNIT_EXPECT_EQ(test, insane->writes,
			xencons_ring_write(&ring, "a", 1) >= 0);
	KUNIT_EXPECT_EQ(test, insane->reads,
			xencons_ring_read(&ring, keys, 1024) >= 0);
	KUNIT_EXPECT_EQ(test, insane->reads ? insane->in_prod : 0,
			intf.in_cons);
}

static void either_index_is_a_move(struct kunit *test)
{
	intf.out_prod = 10;
	xencons_ring_init(&ring, &intf);
	intf.out_cons = 1;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_has_moved(&ring));
	intf.in_prod = 1;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
	intf.in_prod = 2;
	intf.out_cons = 2;
	KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
	KUNIT_EXPECT_EQ(test, 0, xencons_ring_has_moved(&ring));
}

/* The second half is told of as the first was. */
static void room_is_told_of_half_by_half(struct kunit *test)
{
	static char keys[512];
	int i;

	for (i = 1; i <= 4; i++) {
		intf.in_prod = 512 * i;
		KUNIT_EXPECT_EQ(test, 1, xencons_ring_has_moved(&ring));
		KUNIT_EXPECT_EQ(test, 512, xencons_ring_read(&ring, keys, 512));
		KUNIT_EXPECT_TRUE(test, xencons_ring_take_in_kick(&ring));
		KUNIT_EXPECT_FALSE(test, xencons_ring_take_in_kick(&ring));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(text_goes_out_up_to_the_ring),
	KUNIT_CASE(text_wraps_with_ring_and_index),
	KUNIT_CASE(keys_come_in),
	KUNIT_CASE(insane_indices_are_refused),
	KUNIT_CASE(backend_cannot_move_our_index),
	KUNIT_CASE(unsent_text_is_counted),
	KUNIT_CASE(backend_moves_once_a_step),
	KUNIT_CASE(backend_cannot_move_just_anywhere),
	KUNIT_CASE(room_in_half_a_ring_is_told),
	KUNIT_CASE(full_ring_is_told_before_it_is_empty),
	KUNIT_CASE(an_end_begins_where_the_last_user_stopped),
	KUNIT_CASE(nothing_is_a_length_like_any_other),
	KUNIT_CASE_PARAM(text_arrives_byte_for_byte, pieces_gen_params),
	KUNIT_CASE_PARAM(keys_arrive_byte_for_byte, pieces_gen_params),
	KUNIT_CASE_PARAM(what_does_not_fit_the_ring_is_not_believed,
			 insanes_gen_params),
	KUNIT_CASE(either_index_is_a_move),
	KUNIT_CASE(room_is_told_of_half_by_half),
	{}
};

static struct kunit_suite suite = {
	.name = "xencons_ring",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
