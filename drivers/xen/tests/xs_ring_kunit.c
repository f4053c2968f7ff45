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

static void store_cannot_move_our_index(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, xs_ring_write(&ring, "a", 1));
	intf.req_prod = 77;
	KUNIT_EXPECT_EQ(test, 1, xs_ring_write(&ring, "b", 1));
	KUNIT_EXPECT_EQ(test, 2U, intf.req_prod);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_go_out_up_to_the_ring),
	KUNIT_CASE(replies_wrap_with_ring_and_index),
	KUNIT_CASE(insane_indices_are_refused),
	KUNIT_CASE(store_cannot_move_our_index),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_ring",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
