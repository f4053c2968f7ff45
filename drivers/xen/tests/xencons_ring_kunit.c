// SPDX-License-Identifier: GPL-2.0-only
/* The console ring, with a backend that behaves and one that does not. */
#include <kunit/test.h>

#include "console/internal.h"

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
	{}
};

static struct kunit_suite suite = {
	.name = "xencons_ring",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
