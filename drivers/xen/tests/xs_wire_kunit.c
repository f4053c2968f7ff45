// SPDX-License-Identifier: GPL-2.0-only
/* Messages from a store that may send anything. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "xenstore/internal.h"

static struct xenstore_domain_interface intf;
static struct xs_ring ring;
static struct xs_rx rx;

static int init(struct kunit *test)
{
	memset(&intf, 0, sizeof(intf));
	memset(&rx, 0, sizeof(rx));
	xs_ring_init(&ring, &intf);
	return 0;
}

static void drop(struct kunit *test)
{
	xs_rx_reset(&rx);
}

static void store_sends(const void *bytes, size_t len)
{
	memcpy(intf.rsp + MASK_XENSTORE_IDX(intf.rsp_prod), bytes, len);
	intf.rsp_prod += len;
}

static void store_sends_header(u32 type, u32 len)
{
	struct xsd_sockmsg header = { .type = type, .req_id = 7, .len = len };

	store_sends(&header, sizeof(header));
}

static void message_arrives_byte_by_byte(struct kunit *test)
{
	struct xsd_sockmsg header = { .type = XS_READ, .req_id = 7, .len = 3 };
	char bytes[sizeof(header) + 3];
	size_t i;

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), "abc", 3);
	for (i = 0; i < sizeof(bytes); i++) {
		KUNIT_EXPECT_EQ(test, 0, xs_rx_step(&rx, &ring));
		store_sends(&bytes[i], 1);
	}
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_EQ(test, 7U, rx.header.req_id);
	KUNIT_EXPECT_STREQ(test, "abc", rx.body);
}

static void empty_message_is_complete(struct kunit *test)
{
	store_sends_header(XS_WRITE, 0);
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_STREQ(test, "", rx.body);
}

static void largest_message_is_accepted(struct kunit *test)
{
	store_sends_header(XS_READ, XENSTORE_PAYLOAD_MAX);
	KUNIT_EXPECT_EQ(test, 0, xs_rx_step(&rx, &ring));
}

static void too_large_message_is_refused(struct kunit *test)
{
	store_sends_header(XS_READ, XENSTORE_PAYLOAD_MAX + 1);
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_NULL(test, rx.body);
}

static void length_of_all_ones_is_refused(struct kunit *test)
{
	store_sends_header(XS_READ, U32_MAX);
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_rx_step(&rx, &ring));
}

static void unknown_type_is_refused(struct kunit *test)
{
	store_sends_header(XS_TYPE_COUNT, 0);
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_rx_step(&rx, &ring));
}

static void errors_have_their_numbers(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -ENOENT, xs_errno("ENOENT"));
	KUNIT_EXPECT_EQ(test, -EACCES, xs_errno("EACCES"));
	KUNIT_EXPECT_EQ(test, -EAGAIN, xs_errno("EAGAIN"));
	KUNIT_EXPECT_EQ(test, -EPERM, xs_errno("EPERM"));
	KUNIT_EXPECT_EQ(test, -ENOSPC, xs_errno("EQUOTA"));
}

static void unknown_error_is_einval(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EINVAL, xs_errno("EWHAT"));
	KUNIT_EXPECT_EQ(test, -EINVAL, xs_errno(""));
}

static void event_has_path_and_token(struct kunit *test)
{
	const char *path, *token;

	KUNIT_ASSERT_EQ(test, 0, xs_split_event("a/b\0" "1F", 7, &path,
						&token));
	KUNIT_EXPECT_STREQ(test, "a/b", path);
	KUNIT_EXPECT_STREQ(test, "1F", token);
}

static void third_string_is_ignored(struct kunit *test)
{
	const char *path, *token;

	KUNIT_ASSERT_EQ(test, 0, xs_split_event("a\0" "1\0" "x", 6, &path,
						&token));
	KUNIT_EXPECT_STREQ(test, "1", token);
}

static void event_without_two_strings_is_refused(struct kunit *test)
{
	const char *path, *token;

	KUNIT_EXPECT_EQ(test, -EPROTO, xs_split_event("", 0, &path, &token));
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_split_event("a", 2, &path, &token));
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_split_event("ab", 2, &path, &token));
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_split_event("a\0" "1", 3, &path,
						      &token));
}

static void only_nodes_below_are_below(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, xs_path_is_below("a/b", "a/b"));
	KUNIT_EXPECT_TRUE(test, xs_path_is_below("a/b/c", "a/b"));
	KUNIT_EXPECT_TRUE(test, xs_path_is_below("/x", "/"));
	KUNIT_EXPECT_TRUE(test, xs_path_is_below("@releaseDomain",
						 "@releaseDomain"));
	KUNIT_EXPECT_FALSE(test, xs_path_is_below("a/bc", "a/b"));
	KUNIT_EXPECT_FALSE(test, xs_path_is_below("a", "a/b"));
	KUNIT_EXPECT_FALSE(test, xs_path_is_below("c/b", "a/b"));
	KUNIT_EXPECT_FALSE(test, xs_path_is_below("", "a"));
}

static void expect_list(struct kunit *test, const char *strings,
			unsigned int len, unsigned int nr, const char *last)
{
	unsigned int found;
	char **list = xs_split_list(strings, len, &found);

	KUNIT_ASSERT_FALSE(test, IS_ERR(list));
	KUNIT_EXPECT_EQ(test, nr, found);
	if (nr && found == nr)
		KUNIT_EXPECT_STREQ(test, last, list[nr - 1]);
	kfree(list);
}

static void lists_are_split(struct kunit *test)
{
	expect_list(test, "", 0, 0, NULL);
	expect_list(test, "a\0" "bc\0", 5, 2, "bc");
	expect_list(test, "a\0\0", 3, 2, "");
}

static void last_of_a_list_needs_no_nul(struct kunit *test)
{
	expect_list(test, "a\0" "bc", 4, 2, "bc");
	expect_list(test, "a", 1, 1, "a");
}

static void parts_make_a_directory(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0a\0b\0", 6));
	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0c\0", 4));
	KUNIT_EXPECT_EQ(test, 1, xs_parts_add(&parts, "7\0d\0\0", 5));
	KUNIT_EXPECT_EQ(test, (size_t)8, parts.len);
	kfree(parts.names);
}

static void empty_directory_has_one_part(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 1, xs_parts_add(&parts, "7\0\0", 3));
	KUNIT_EXPECT_EQ(test, (size_t)0, parts.len);
	kfree(parts.names);
	parts = (struct xs_parts){};
	KUNIT_EXPECT_EQ(test, 1, xs_parts_add(&parts, "7", 2));
	KUNIT_EXPECT_EQ(test, (size_t)0, parts.len);
	kfree(parts.names);
}

static void changed_directory_is_begun_anew(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0a", 4));
	KUNIT_EXPECT_EQ(test, -EAGAIN, xs_parts_add(&parts, "8\0b\0", 5));
	kfree(parts.names);
}

static void part_without_generation_is_refused(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, -EPROTO, xs_parts_add(&parts, "", 0));
	KUNIT_EXPECT_EQ(test, -EPROTO, xs_parts_add(&parts, "77", 2));
	KUNIT_EXPECT_EQ(test, -EPROTO,
			xs_parts_add(&parts, "123456789012345678901234", 25));
	KUNIT_EXPECT_NULL(test, parts.names);
}

static void endless_directory_is_refused(struct kunit *test)
{
	struct xs_parts parts = {};
	char *part = kunit_kzalloc(test, XENSTORE_PAYLOAD_MAX + 1, GFP_KERNEL);
	unsigned int nr = 0;
	int ret = 0;

	KUNIT_ASSERT_NOT_NULL(test, part);
	memset(part, 'a', XENSTORE_PAYLOAD_MAX);
	memcpy(part, "7", 2);
	while (!ret && nr++ < 300)
		ret = xs_parts_add(&parts, part, XENSTORE_PAYLOAD_MAX);
	KUNIT_EXPECT_EQ(test, -E2BIG, ret);
	KUNIT_EXPECT_LE(test, parts.len, (size_t)SZ_1M);
	kfree(parts.names);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(message_arrives_byte_by_byte),
	KUNIT_CASE(empty_message_is_complete),
	KUNIT_CASE(largest_message_is_accepted),
	KUNIT_CASE(too_large_message_is_refused),
	KUNIT_CASE(length_of_all_ones_is_refused),
	KUNIT_CASE(unknown_type_is_refused),
	KUNIT_CASE(errors_have_their_numbers),
	KUNIT_CASE(unknown_error_is_einval),
	KUNIT_CASE(event_has_path_and_token),
	KUNIT_CASE(third_string_is_ignored),
	KUNIT_CASE(event_without_two_strings_is_refused),
	KUNIT_CASE(only_nodes_below_are_below),
	KUNIT_CASE(lists_are_split),
	KUNIT_CASE(last_of_a_list_needs_no_nul),
	KUNIT_CASE(parts_make_a_directory),
	KUNIT_CASE(empty_directory_has_one_part),
	KUNIT_CASE(changed_directory_is_begun_anew),
	KUNIT_CASE(part_without_generation_is_refused),
	KUNIT_CASE(endless_directory_is_refused),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_wire",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
