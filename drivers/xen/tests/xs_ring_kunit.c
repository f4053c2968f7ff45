// SPDX-License-Identifier: GPL-2.0-only
/* The XenStore ring, with a store that behaves and one that does not. */
#include <kunit/test.h>

#include "xenstore/internal.h"

static struct xenstore_domain_interface intf;
static struct xs_ring ring;

static int init(struct kunit *test)
{
	memset(&intf, 0, sizeof(intf));
	xs_ring_init(&ring, &intf);
	return 0;
}

static void requests_go_out_up_to_the_ring(struct kunit *test)
{
	static char bytes[2048];

	KUNIT_EXPECT_EQ(test, 1024, xs_ring_write(&ring, bytes, 2048));
	KUNIT_EXPECT_EQ(test, 0, xs_ring_write(&ring, bytes, 1));
	intf.req_cons = 24;
	KUNIT_EXPECT_EQ(test, 24, xs_ring_write(&ring, bytes, 100));
	KUNIT_EXPECT_EQ(test, 1048U, intf.req_prod);
}

static void replies_wrap_with_ring_and_index(struct kunit *test)
{
	char bytes[5] = "";

	intf.rsp_cons = U32_MAX - 1;
	intf.rsp_prod = U32_MAX - 1;
	xs_ring_init(&ring, &intf);
	memcpy(&intf.rsp[1022], "ab", 2);
	memcpy(&intf.rsp[0], "cd", 2);
	intf.rsp_prod = 2;
	KUNIT_EXPECT_EQ(test, 4, xs_ring_read(&ring, bytes, 5));
	KUNIT_EXPECT_STREQ(test, "abcd", bytes);
	KUNIT_EXPECT_EQ(test, 2U, intf.rsp_cons);
}

static void insane_indices_are_refused(struct kunit *test)
{
	char bytes[8];

	intf.rsp_prod = 1025;
	KUNIT_EXPECT_EQ(test, -EIO, xs_ring_read(&ring, bytes, 8));
	intf.rsp_prod = U32_MAX;
	KUNIT_EXPECT_EQ(test, -EIO, xs_ring_read(&ring, bytes, 8));
	intf.req_cons = 1;
	KUNIT_EXPECT_EQ(test, -EIO, xs_ring_write(&ring, "a", 1));
	KUNIT_EXPECT_EQ(test, 0U, intf.req_prod);
	KUNIT_EXPECT_EQ(test, 0U, intf.rsp_cons);
}

static void ring_that_was_reset_is_noticed(struct kunit *test)
{
	char bytes[8];

	KUNIT_EXPECT_EQ(test, 1, xs_ring_write(&ring, "a", 1));
	intf.req_prod = 0;
	KUNIT_EXPECT_EQ(test, -ECONNRESET, xs_ring_write(&ring, "b", 1));
	KUNIT_EXPECT_EQ(test, 0U, intf.req_prod);
	intf.req_prod = 1;
	intf.rsp_cons = 77;
	KUNIT_EXPECT_EQ(test, -ECONNRESET, xs_ring_read(&ring, bytes, 8));
}

/* Each may be at work while the other is between its two copies. */
static void directions_leave_each_others_index_alone(struct kunit *test)
{
	char bytes[8];

	ring.req_prod = 1; /* not in the page yet */
	KUNIT_EXPECT_EQ(test, 0, xs_ring_read(&ring, bytes, 8));
	ring.req_prod = 0;
	ring.rsp_cons = 1;
	KUNIT_EXPECT_EQ(test, 1, xs_ring_write(&ring, "a", 1));
}

static void emptied_ring_is_empty(struct kunit *test)
{
	char bytes[8];

	KUNIT_EXPECT_EQ(test, 3, xs_ring_write(&ring, "abc", 3));
	intf.req_cons = 1;
	intf.rsp_prod = 9;
	xs_ring_empty(&ring);
	KUNIT_EXPECT_EQ(test, 1U, intf.req_prod);
	KUNIT_EXPECT_EQ(test, 9U, intf.rsp_cons);
	KUNIT_EXPECT_EQ(test, 0, xs_ring_read(&ring, bytes, 8));
	KUNIT_EXPECT_EQ(test, 1, xs_ring_write(&ring, "d", 1));
}

/* A new server has set all of it to its beginning, and begun. */
static void ring_of_a_new_server_is_not_emptied(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 3, xs_ring_write(&ring, "abc", 3));
	intf.rsp_prod = 5;
	ring.rsp_cons = 4;
	intf.rsp_cons = 0;
	intf.req_prod = 0;
	intf.req_cons = 2;
	xs_ring_empty(&ring);
	KUNIT_EXPECT_EQ(test, 0U, intf.req_prod);
	KUNIT_EXPECT_EQ(test, 0U, intf.rsp_cons);
}

static void full_ring_is_told_from_others(struct kunit *test)
{
	static char bytes[XENSTORE_RING_SIZE];

	intf.rsp_prod = XENSTORE_RING_SIZE - 1;
	KUNIT_EXPECT_EQ(test, 1000, xs_ring_read(&ring, bytes, 1000));
	KUNIT_EXPECT_FALSE(test, xs_ring_was_full(&ring, 0));
	/* It may have filled up before we took the last out. */
	intf.rsp_prod = XENSTORE_RING_SIZE;
	KUNIT_EXPECT_TRUE(test, xs_ring_was_full(&ring, 0));
	KUNIT_EXPECT_FALSE(test, xs_ring_was_full(&ring, 1000));
}

static void empty_ring_is_told_from_others(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 3, xs_ring_write(&ring, "abc", 3));
	KUNIT_EXPECT_TRUE(test, xs_ring_was_empty(&ring, 0));
	KUNIT_EXPECT_EQ(test, 3, xs_ring_write(&ring, "def", 3));
	KUNIT_EXPECT_FALSE(test, xs_ring_was_empty(&ring, 3));
	/* It may have slept after that, and before we wrote. */
	intf.req_cons = 3;
	KUNIT_EXPECT_TRUE(test, xs_ring_was_empty(&ring, 3));
	intf.req_cons = 5;
	KUNIT_EXPECT_TRUE(test, xs_ring_was_empty(&ring, 3));
}

static void an_end_begins_where_the_last_user_stopped(struct kunit *test)
{
	intf.req_prod = 11;
	intf.req_cons = 10;
	intf.rsp_cons = 22;
	intf.rsp_prod = 23;
	xs_ring_init(&ring, &intf);
	KUNIT_EXPECT_EQ(test, 11U, ring.req_prod);
	KUNIT_EXPECT_EQ(test, 22U, ring.rsp_cons);
}

static void nothing_is_a_length_like_any_other(struct kunit *test)
{
	char byte = 'x';

	KUNIT_EXPECT_EQ(test, 0, xs_ring_write(&ring, "a", 0));
	intf.rsp_prod = 1;
	KUNIT_EXPECT_EQ(test, 0, xs_ring_read(&ring, &byte, 0));
	KUNIT_EXPECT_EQ(test, 0U, intf.req_prod + intf.rsp_cons);
	KUNIT_EXPECT_EQ(test, 'x', byte);
}

/* A number for each place of a stream. */
static char byte_at(u32 index)
{
	return index % 251;
}

static const struct piece {
	const char *name;
	u32 start;
	size_t len;
} pieces[] = {
	{ "at the start", 0, 100 },
	{ "up to the end", 1024 - 100, 100 },
	{ "one byte over the end", 1024 - 99, 100 },
	{ "the last byte", 1023, 1 },
	{ "the whole ring", 0, 1024 },
	{ "from the middle, all around", 700, 1024 },
	{ "over the end of all numbers", U32_MAX - 50, 100 },
};

static void name_of_piece(const struct piece *piece, char *description)
{
	strscpy(description, piece->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pieces, pieces, name_of_piece);

static void requests_arrive_byte_for_byte(struct kunit *test)
{
	const struct piece *piece = test->param_value;
	static char bytes[1024];
	u32 i, nr_wrong = 0;

	memset(&intf, 0x55, sizeof(intf));
	intf.req_prod = piece->start;
	intf.req_cons = piece->start;
	xs_ring_init(&ring, &intf);
	for (i = 0; i < piece->len; i++)
		bytes[i] = byte_at(i);
	KUNIT_EXPECT_EQ(test, (int)piece->len,
			xs_ring_write(&ring, bytes, piece->len));
	for (i = 0; i < 1024; i++)
		nr_wrong += intf.req[(piece->start + i) % 1024] !=
			    (i < piece->len ? byte_at(i) : 0x55);
	KUNIT_EXPECT_EQ(test, 0U, nr_wrong);
	KUNIT_EXPECT_EQ(test, (u32)(piece->start + piece->len), intf.req_prod);
	KUNIT_EXPECT_EQ(test, 0x55, intf.rsp[0]);
}

static void replies_arrive_byte_for_byte(struct kunit *test)
{
	const struct piece *piece = test->param_value;
	static char bytes[1025];
	u32 i, nr_wrong = 0;

	intf.rsp_cons = piece->start;
	intf.rsp_prod = piece->start + piece->len;
	xs_ring_init(&ring, &intf);
	for (i = 0; i < 1024; i++)
		intf.rsp[(piece->start + i) % 1024] = byte_at(i);
	memset(bytes, 0x55, sizeof(bytes));
	KUNIT_EXPECT_EQ(test, (int)piece->len,
			xs_ring_read(&ring, bytes, sizeof(bytes)));
	for (i = 0; i < sizeof(bytes); i++)
		nr_wrong += bytes[i] != (i < piece->len ? byte_at(i) : 0x55);
	KUNIT_EXPECT_EQ(test, 0U, nr_wrong);
	KUNIT_EXPECT_EQ(test, intf.rsp_prod, intf.rsp_cons);
}

static const struct insane {
	const char *name;
	u32 rsp_prod, req_cons;
	bool reads, writes;
} insanes[] = {
	{ "as full as can be", 1024, -1024, true, true },
	{ "a byte too many", 1025, 0, false, true },
	{ "bytes behind us", -1, 0, false, true },
	{ "half a number away", 0x80000000, 0x80000000, false, false },
	{ "a byte of requests too many", 0, -1025, true, false },
	{ "requests read that were not written", 0, 1, true, false },
};

static void name_of_insane(const struct insane *insane, char *description)
{
	strscpy(description, insane->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(insanes, insanes, name_of_insane);

static void what_does_not_fit_the_ring_is_not_believed(struct kunit *test)
{
	const struct insane *insane = test->param_value;
	static char bytes[1024];

	intf.rsp_prod = insane->rsp_prod;
	intf.req_cons = insane->req_cons;
	KUNIT_EXPECT_EQ(test, insane->writes ? 0 : -EIO,
			min(xs_ring_write(&ring, "a", 1), 0));
	KUNIT_EXPECT_EQ(test, insane->reads ? 0 : -EIO,
			min(xs_ring_read(&ring, bytes, 1024), 0));
	KUNIT_EXPECT_EQ(test, insane->reads ? insane->rsp_prod : 0,
			intf.rsp_cons);
}

static void a_full_ring_was_full_wherever_it_begins(struct kunit *test)
{
	intf.rsp_cons = U32_MAX - 10;
	intf.rsp_prod = U32_MAX - 10;
	xs_ring_init(&ring, &intf);
	intf.rsp_prod += XENSTORE_RING_SIZE;
	KUNIT_EXPECT_TRUE(test, xs_ring_was_full(&ring, U32_MAX - 10));
	intf.rsp_prod--;
	KUNIT_EXPECT_FALSE(test, xs_ring_was_full(&ring, U32_MAX - 10));
}

/* One that has read beyond what we say was before is not behind. */
static void an_empty_ring_was_empty_wherever_it_begins(struct kunit *test)
{
	intf.req_cons = 5;
	KUNIT_EXPECT_FALSE(test, xs_ring_was_empty(&ring, 6));
	KUNIT_EXPECT_TRUE(test, xs_ring_was_empty(&ring, 5));
	KUNIT_EXPECT_TRUE(test, xs_ring_was_empty(&ring, 5 - 1024));
	KUNIT_EXPECT_FALSE(test, xs_ring_was_empty(&ring, 5 - 1025));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_go_out_up_to_the_ring),
	KUNIT_CASE(replies_wrap_with_ring_and_index),
	KUNIT_CASE(insane_indices_are_refused),
	KUNIT_CASE(ring_that_was_reset_is_noticed),
	KUNIT_CASE(directions_leave_each_others_index_alone),
	KUNIT_CASE(emptied_ring_is_empty),
	KUNIT_CASE(ring_of_a_new_server_is_not_emptied),
	KUNIT_CASE(full_ring_is_told_from_others),
	KUNIT_CASE(empty_ring_is_told_from_others),
	KUNIT_CASE(an_end_begins_where_the_last_user_stopped),
	KUNIT_CASE(nothing_is_a_length_like_any_other),
	KUNIT_CASE_PARAM(requests_arrive_byte_for_byte, pieces_gen_params),
	KUNIT_CASE_PARAM(replies_arrive_byte_for_byte, pieces_gen_params),
	KUNIT_CASE_PARAM(what_does_not_fit_the_ring_is_not_believed,
			 insanes_gen_params),
	KUNIT_CASE(a_full_ring_was_full_wherever_it_begins),
	KUNIT_CASE(an_empty_ring_was_empty_wherever_it_begins),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_ring",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
