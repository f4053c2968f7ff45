// SPDX-License-Identifier: GPL-2.0-only
/* Messages from a store that may send anything. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "log.h"
#include "memory.h"
#include "xenstore/internal.h"

static struct xenstore_domain_interface intf;
static struct xs_ring ring;
static struct xs_rx rx;

static int init(struct kunit *test)
{
	memory_begin();
	memset(&intf, 0, sizeof(intf));
	memset(&rx, 0, sizeof(rx));
	xs_ring_init(&ring, &intf);
	return 0;
}

static void drop(struct kunit *test)
{
	memory_fails_at(0);
	xs_rx_reset(&rx);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
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

static const struct header {
	const char *name;
	u32 type, len;
	int ret;
} headers[] = {
	{ "a body of the largest size", XS_READ, XENSTORE_PAYLOAD_MAX, 0 },
	{ "a body larger by one byte", XS_READ, XENSTORE_PAYLOAD_MAX + 1,
	  -EPROTO },
	{ "a body of half of all numbers", XS_READ, 0x80000000, -EPROTO },
	{ "a body of all ones", XS_READ, U32_MAX, -EPROTO },
	{ "the last type", XS_SET_QUOTA, 0, 1 },
	{ "a type too many", XS_SET_QUOTA + 1, 0, -EPROTO },
	{ "the invalid type", XS_INVALID, 0, -EPROTO },
	{ "a type of all ones", U32_MAX, 0, -EPROTO },
};

static void name_of_header(const struct header *header, char *description)
{
	strscpy(description, header->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(headers, headers, name_of_header);

static void a_header_is_checked(struct kunit *test)
{
	const struct header *header = test->param_value;

	store_sends_header(header->type, header->len);
	KUNIT_EXPECT_EQ(test, header->ret, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_EQ(test, header->ret >= 0, !!rx.body);
}

static void a_body_is_terminated_whatever_it_ends_with(struct kunit *test)
{
	store_sends_header(XS_READ, 3);
	KUNIT_EXPECT_EQ(test, 0, xs_rx_step(&rx, &ring));
	KUNIT_ASSERT_NOT_NULL(test, rx.body);
	memset(rx.body, 'x', 3);
	store_sends("abc", 3);
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_STREQ(test, "abc", rx.body);
}

/* The ring gives what is there, and no byte of the next message. */
static void the_next_message_is_left_in_the_ring(struct kunit *test)
{
	store_sends_header(XS_READ, 2);
	store_sends("ab", 2);
	store_sends_header(XS_WRITE, 1);
	store_sends("c", 1);
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_EQ(test, 18U, intf.rsp_cons);
	xs_rx_reset(&rx);
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_EQ(test, (u32)XS_WRITE, rx.header.type);
	KUNIT_EXPECT_STREQ(test, "c", rx.body);
	KUNIT_EXPECT_EQ(test, intf.rsp_prod, intf.rsp_cons);
}

static void a_complete_message_stays_complete(struct kunit *test)
{
	store_sends_header(XS_READ, 1);
	store_sends("a", 1);
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	store_sends("b", 1);
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_STREQ(test, "a", rx.body);
}

static void a_message_for_which_there_is_no_memory_waits(struct kunit *test)
{
	store_sends_header(XS_READ, 1);
	store_sends("a", 1);
	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, -ENOMEM, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_EQ(test, 1, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_STREQ(test, "a", rx.body);
}

static void a_bad_ring_stops_header_and_body(struct kunit *test)
{
	intf.rsp_prod = 2000;
	KUNIT_EXPECT_EQ(test, -EIO, xs_rx_step(&rx, &ring));
	intf.rsp_prod = 0;
	store_sends_header(XS_READ, 5);
	KUNIT_EXPECT_EQ(test, 0, xs_rx_step(&rx, &ring));
	intf.rsp_cons = 1;
	KUNIT_EXPECT_EQ(test, -ECONNRESET, xs_rx_step(&rx, &ring));
}

static void a_message_is_forgotten_at_any_byte(struct kunit *test)
{
	store_sends("abc", 3);
	KUNIT_EXPECT_EQ(test, 0, xs_rx_step(&rx, &ring));
	xs_rx_reset(&rx);
	KUNIT_EXPECT_EQ(test, (size_t)0, rx.got);
	store_sends_header(XS_READ, 5);
	KUNIT_EXPECT_EQ(test, 0, xs_rx_step(&rx, &ring));
	KUNIT_EXPECT_EQ(test, 1, memory_in_use());
	xs_rx_reset(&rx);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
	KUNIT_EXPECT_NULL(test, rx.body);
}

static const struct error {
	const char *name;
	int err;
} errors[] = {
	{ "EINVAL", -EINVAL },
	{ "EACCES", -EACCES },
	{ "EEXIST", -EEXIST },
	{ "EISDIR", -EISDIR },
	{ "ENOENT", -ENOENT },
	{ "ENOMEM", -ENOMEM },
	{ "ENOSPC", -ENOSPC },
	{ "EIO", -EIO },
	{ "ENOTEMPTY", -ENOTEMPTY },
	{ "ENOSYS", -ENOSYS },
	{ "EROFS", -EROFS },
	{ "EBUSY", -EBUSY },
	{ "EAGAIN", -EAGAIN },
	{ "EISCONN", -EISCONN },
	{ "E2BIG", -E2BIG },
	{ "EPERM", -EPERM },
	{ "EQUOTA", -ENOSPC },
};

static void name_of_error(const struct error *error, char *description)
{
	strscpy(description, error->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(errors, errors, name_of_error);

static void errors_have_their_numbers(struct kunit *test)
{
	const struct error *error = test->param_value;
	u64 now = log_now();

	KUNIT_EXPECT_EQ(test, error->err, xs_errno(error->name));
	KUNIT_EXPECT_EQ(test, 0U, log_count(now, "unknown error"));
}

static void unknown_error_is_einval(struct kunit *test)
{
	u64 now = log_now();

	KUNIT_EXPECT_EQ(test, -EINVAL, xs_errno("EWHAT"));
	KUNIT_EXPECT_EQ(test, -EINVAL, xs_errno(""));
	KUNIT_EXPECT_EQ(test, -EINVAL, xs_errno("ENOENT2"));
	KUNIT_EXPECT_EQ(test, -EINVAL, xs_errno("ENOEN"));
	KUNIT_EXPECT_EQ(test, 1U, log_count(now, "unknown error \"EWHAT\""));
	KUNIT_EXPECT_EQ(test, 4U, log_count(now, "unknown error"));
}

static void a_long_name_is_cut_in_the_log(struct kunit *test)
{
	static const char cut[] = "\"E2345678901234567890123456789012\"";
	u64 now = log_now();

	xs_errno("E23456789012345678901234567890123456789");
	KUNIT_EXPECT_EQ(test, 1U, log_count(now, cut));
}

/* Last, as the lines of the others would not be seen any more. */
static void a_flood_of_unknown_errors_is_few_lines(struct kunit *test)
{
	unsigned long began = jiffies;
	u64 now = log_now();
	int i;

	for (i = 0; i < 30; i++)
		xs_errno("EWHAT");
	KUNIT_EXPECT_LE(test, log_count(now, "unknown error"), log_most(began));
}

#define BODY(_body) _body, sizeof(_body) - 1

static const struct event {
	const char *name;
	const char *body;
	size_t len;
	const char *path, *token; /* NULL if it is refused */
} events[] = {
	{ "path and token", BODY("a/b\0" "1F\0"), "a/b", "1F" },
	{ "a third string", BODY("a\0" "1\0x\0"), "a", "1" },
	{ "a third string without end", BODY("a\0" "1\0x"), "a", "1" },
	{ "an empty path", BODY("\0" "1\0"), "", "1" },
	{ "an empty token", BODY("a\0\0"), "a", "" },
	{ "nothing", BODY("") },
	{ "a NUL", BODY("\0") },
	{ "no token", BODY("a\0") },
	{ "a path without end", BODY("ab") },
	{ "a token without end", BODY("a\0" "1") },
	{ "a longer token without end", BODY("a\0" "12345678") },
};

static void name_of_event(const struct event *event, char *description)
{
	strscpy(description, event->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(events, events, name_of_event);

static void an_event_is_a_path_and_a_token(struct kunit *test)
{
	const struct event *event = test->param_value;
	const char *path = "untouched", *token = path;

	if (!event->path) {
		KUNIT_EXPECT_EQ(test, -EPROTO,
				xs_split_event(event->body, event->len, &path,
					       &token));
		KUNIT_EXPECT_STREQ(test, "untouched", path);
		KUNIT_EXPECT_STREQ(test, "untouched", token);
		return;
	}
	KUNIT_ASSERT_EQ(test, 0, xs_split_event(event->body, event->len, &path,
						&token));
	KUNIT_EXPECT_STREQ(test, event->path, path);
	KUNIT_EXPECT_STREQ(test, event->token, token);
}

static const struct list_case {
	const char *name;
	const char *strings;
	unsigned int len;
	unsigned int nr;
	const char *list[3];
} list_cases[] = {
	{ "none", BODY(""), 0 },
	{ "one", BODY("a\0"), 1, { "a" } },
	{ "two", BODY("a\0bc\0"), 2, { "a", "bc" } },
	{ "an empty one", BODY("\0"), 1, { "" } },
	{ "an empty one behind another", BODY("a\0\0"), 2, { "a", "" } },
	{ "empty ones only", BODY("\0\0\0"), 3, { "", "", "" } },
	{ "the last without a NUL", BODY("a\0bc"), 2, { "a", "bc" } },
	{ "one without a NUL", BODY("abc"), 1, { "abc" } },
};

static void name_of_list(const struct list_case *list, char *description)
{
	strscpy(description, list->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(list_cases, list_cases, name_of_list);

static void lists_are_split(struct kunit *test)
{
	const struct list_case *expected = test->param_value;
	unsigned int nr = 77, i;
	char **list = xs_split_list(expected->strings, expected->len, &nr);

	KUNIT_ASSERT_FALSE(test, IS_ERR(list));
	KUNIT_EXPECT_EQ(test, expected->nr, nr);
	for (i = 0; i < min(nr, expected->nr); i++)
		KUNIT_EXPECT_STREQ(test, expected->list[i], list[i]);
	kfree(list);
}

static void a_list_needs_memory(struct kunit *test)
{
	unsigned int nr;

	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, (long)-ENOMEM,
			PTR_ERR(xs_split_list("a", 2, &nr)));
}

static void parts_make_a_directory(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0a\0b\0", 6));
	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0c\0", 4));
	KUNIT_EXPECT_EQ(test, 1, xs_parts_add(&parts, "7\0d\0\0", 5));
	KUNIT_EXPECT_EQ(test, (size_t)8, parts.len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(parts.names, "a\0b\0c\0d\0", 9));
	kfree(parts.names);
}

static void the_last_part_may_be_nothing_but_its_end(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0a\0", 4));
	KUNIT_EXPECT_EQ(test, 1, xs_parts_add(&parts, "7\0\0", 3));
	KUNIT_EXPECT_EQ(test, (size_t)2, parts.len);
	KUNIT_EXPECT_EQ(test, 0, memcmp(parts.names, "a\0", 3));
	kfree(parts.names);
}

/* A name of one letter, its NUL, and no more is not the end. */
static void a_part_that_ends_with_a_name_is_not_the_last(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0ab\0", 5));
	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0c", 3));
	KUNIT_EXPECT_EQ(test, (size_t)4, parts.len);
	KUNIT_EXPECT_STREQ(test, "c", parts.names + 3);
	kfree(parts.names);
}

static void the_longest_generation_is_one(struct kunit *test)
{
	struct xs_parts parts = {};

	KUNIT_EXPECT_EQ(test, 0,
			xs_parts_add(&parts,
				     "12345678901234567890123\0a\0", 26));
	KUNIT_EXPECT_STREQ(test, "12345678901234567890123", parts.generation);
	KUNIT_EXPECT_STREQ(test, "a", parts.names);
	kfree(parts.names);
}

static void a_part_without_memory_can_come_again(struct kunit *test)
{
	struct xs_parts parts = {};

	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, -ENOMEM, xs_parts_add(&parts, "7\0a\0", 4));
	KUNIT_EXPECT_NULL(test, parts.names);
	KUNIT_EXPECT_EQ(test, 0, xs_parts_add(&parts, "7\0a\0", 4));
	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, -ENOMEM, xs_parts_add(&parts, "7\0b\0\0", 5));
	KUNIT_EXPECT_EQ(test, (size_t)2, parts.len);
	KUNIT_EXPECT_EQ(test, 1, xs_parts_add(&parts, "7\0b\0\0", 5));
	KUNIT_EXPECT_EQ(test, (size_t)4, parts.len);
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
	KUNIT_CASE_PARAM(a_header_is_checked, headers_gen_params),
	KUNIT_CASE(a_body_is_terminated_whatever_it_ends_with),
	KUNIT_CASE(the_next_message_is_left_in_the_ring),
	KUNIT_CASE(a_complete_message_stays_complete),
	KUNIT_CASE(a_message_for_which_there_is_no_memory_waits),
	KUNIT_CASE(a_bad_ring_stops_header_and_body),
	KUNIT_CASE(a_message_is_forgotten_at_any_byte),
	KUNIT_CASE_PARAM(errors_have_their_numbers, errors_gen_params),
	KUNIT_CASE(unknown_error_is_einval),
	KUNIT_CASE(a_long_name_is_cut_in_the_log),
	KUNIT_CASE_PARAM(an_event_is_a_path_and_a_token, events_gen_params),
	KUNIT_CASE_PARAM(lists_are_split, list_cases_gen_params),
	KUNIT_CASE(a_list_needs_memory),
	KUNIT_CASE(parts_make_a_directory),
	KUNIT_CASE(the_last_part_may_be_nothing_but_its_end),
	KUNIT_CASE(a_part_that_ends_with_a_name_is_not_the_last),
	KUNIT_CASE(the_longest_generation_is_one),
	KUNIT_CASE(a_part_without_memory_can_come_again),
	KUNIT_CASE(empty_directory_has_one_part),
	KUNIT_CASE(changed_directory_is_begun_anew),
	KUNIT_CASE(part_without_generation_is_refused),
	KUNIT_CASE(endless_directory_is_refused),
	KUNIT_CASE(a_flood_of_unknown_errors_is_few_lines),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_wire",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
