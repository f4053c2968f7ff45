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

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_go_out_up_to_the_ring),
	KUNIT_CASE(replies_wrap_with_ring_and_index),
	KUNIT_CASE(insane_indices_are_refused),
	KUNIT_CASE(ring_that_was_reset_is_noticed),
	KUNIT_CASE(directions_leave_each_others_index_alone),
	KUNIT_CASE(emptied_ring_is_empty),
	KUNIT_CASE(full_ring_is_told_from_others),
	KUNIT_CASE(empty_ring_is_told_from_others),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_ring",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
