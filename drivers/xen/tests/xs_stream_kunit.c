// SPDX-License-Identifier: GPL-2.0-only
/* Messages that programs write and read in pieces of any size. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "memory.h"
#include "xenstore/device.h"

#define HEADER_BYTES sizeof(struct xsd_sockmsg)

static struct xs_inbox in;
static struct xs_outbox out;

static int init(struct kunit *test)
{
	memory_begin();
	memset(&in, 0, sizeof(in));
	xs_outbox_init(&out);
	return 0;
}

static void drop(struct kunit *test)
{
	memory_fails_at(0);
	xs_inbox_reset(&in);
	xs_outbox_clear(&out);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
}

/* Writes bytes in pieces; what the last piece was answered with. */
static int write(const void *bytes, size_t len, size_t piece)
{
	int ret = 0;

	while (len && ret >= 0) {
		size_t part;
		void *to = xs_inbox_room(&in, &part);

		part = min3(part, len, piece);
		memcpy(to, bytes, part);
		ret = xs_inbox_took(&in, part);
		bytes += part;
		len -= part;
	}
	return ret;
}

static int write_header(u32 len)
{
	struct xsd_sockmsg header = { .type = 0xffff, .req_id = 7, .len = len };

	return write(&header, sizeof(header), sizeof(header));
}

static void message_is_complete_at_its_last_byte(struct kunit *test)
{
	static const size_t pieces[] = { 1, 3, 16, 17, 100 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct {
			struct xsd_sockmsg header;
			char body[27];
		} message = { { .type = XS_READ, .len = 27 },
			      "abcdefghijklmnopqrstuvwxyz" };

		KUNIT_EXPECT_EQ(test, 0, write(&message, HEADER_BYTES + 26,
					       pieces[i]));
		KUNIT_EXPECT_EQ(test, 1, write("", 1, 1));
		KUNIT_EXPECT_EQ(test, 27U, in.header.len);
		KUNIT_EXPECT_STREQ(test, message.body, in.body);
		xs_inbox_reset(&in);
	}
}

static void body_is_terminated_whatever_it_ends_with(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, write_header(2));
	KUNIT_EXPECT_EQ(test, 1, write("xy", 2, 2));
	KUNIT_EXPECT_STREQ(test, "xy", in.body);
}

static void message_without_a_body_is_complete(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, write_header(0));
	KUNIT_EXPECT_STREQ(test, "", in.body);
}

static void largest_body_is_taken(struct kunit *test)
{
	size_t room;

	KUNIT_EXPECT_EQ(test, 0, write_header(XENSTORE_PAYLOAD_MAX));
	xs_inbox_room(&in, &room);
	KUNIT_EXPECT_EQ(test, (size_t)XENSTORE_PAYLOAD_MAX, room);
}

static void larger_bodies_are_refused(struct kunit *test)
{
	static const u32 lengths[] = { XENSTORE_PAYLOAD_MAX + 1, 65536, INT_MAX,
				       U32_MAX - HEADER_BYTES, U32_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		KUNIT_EXPECT_EQ(test, -E2BIG, write_header(lengths[i]));
		KUNIT_EXPECT_NULL(test, in.body);
		xs_inbox_reset(&in);
	}
	KUNIT_EXPECT_EQ(test, 1, write_header(0));
}

static struct xs_message *message(struct kunit *test, u32 type,
				  const char *text)
{
	struct xsd_sockmsg header = { .type = type, .req_id = 9, .len = 77 };
	struct xs_message *message = xs_message_new(&header);

	KUNIT_ASSERT_NOT_NULL(test, message);
	KUNIT_EXPECT_EQ(test, 0U, message->header.len);
	xs_message_set_text(message, type, text);
	return message;
}

/* Reads all there is in pieces of this size; how many bytes that were. */
static size_t read(char *to, size_t piece)
{
	size_t done = 0, part;
	const void *bytes;

	while ((bytes = xs_outbox_peek(&out, &part))) {
		part = min(part, piece);
		memcpy(to + done, bytes, part);
		done += part;
		xs_message_free(xs_outbox_advance(&out, part));
	}
	return done;
}

static void messages_come_out_whole_in_order(struct kunit *test)
{
	static const size_t pieces[] = { 1, 5, 16, 100 };
	struct xsd_sockmsg header;
	char bytes[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		xs_outbox_add(&out, message(test, XS_WRITE, "OK"));
		xs_outbox_add(&out, message(test, XS_ERROR, "ENOENT"));
		KUNIT_EXPECT_EQ(test, 2 * HEADER_BYTES + 3 + 7,
				read(bytes, pieces[i]));
		memcpy(&header, bytes, sizeof(header));
		KUNIT_EXPECT_EQ(test, (u32)XS_WRITE, header.type);
		KUNIT_EXPECT_EQ(test, 3U, header.len);
		KUNIT_EXPECT_STREQ(test, "OK", bytes + HEADER_BYTES);
		KUNIT_EXPECT_STREQ(test, "ENOENT",
				   bytes + 2 * HEADER_BYTES + 3);
	}
}

static void message_without_a_body_comes_out(struct kunit *test)
{
	struct xsd_sockmsg header = { .type = XS_READ };
	char bytes[64];

	xs_outbox_add(&out, xs_message_new(&header));
	KUNIT_EXPECT_EQ(test, HEADER_BYTES, read(bytes, 100));
	KUNIT_EXPECT_TRUE(test, list_empty(&out.messages));
}

static void bytes_are_counted_by_kind(struct kunit *test)
{
	struct xs_message *answer = message(test, XS_WRITE, "OK");
	struct xs_message *event = message(test, XS_WATCH_EVENT, "node");
	size_t answer_bytes = xs_message_bytes(answer);
	size_t event_bytes = xs_message_bytes(event);
	char bytes[64];

	xs_outbox_add(&out, answer);
	xs_outbox_add(&out, event);
	KUNIT_EXPECT_EQ(test, answer_bytes, out.reply_bytes);
	KUNIT_EXPECT_EQ(test, event_bytes, out.event_bytes);
	/* A message takes its room until its last byte is read. */
	KUNIT_EXPECT_NULL(test, xs_outbox_advance(&out, HEADER_BYTES));
	KUNIT_EXPECT_EQ(test, answer_bytes, out.reply_bytes);
	xs_message_free(xs_outbox_advance(&out, 3));
	KUNIT_EXPECT_EQ(test, (size_t)0, out.reply_bytes);
	read(bytes, 100);
	KUNIT_EXPECT_EQ(test, (size_t)0, out.event_bytes);
}

static void text_too_long_is_cut(struct kunit *test)
{
	struct xs_message *answer = message(test, XS_ERROR,
					    "0123456789abcdefghij");

	KUNIT_EXPECT_STREQ(test, "0123456789abcde", answer->body);
	KUNIT_EXPECT_EQ(test, 16U, answer->header.len);
	xs_message_free(answer);
}

static void a_message_is_asked_for_piece_by_piece(struct kunit *test)
{
	size_t len;

	KUNIT_EXPECT_PTR_EQ(test, (void *)&in.header, xs_inbox_room(&in, &len));
	KUNIT_EXPECT_EQ(test, HEADER_BYTES, len);
	KUNIT_EXPECT_EQ(test, 0, write("\0\0\0\0\0", 5, 5));
	KUNIT_EXPECT_PTR_EQ(test, (void *)&in.header + 5,
			    xs_inbox_room(&in, &len));
	KUNIT_EXPECT_EQ(test, HEADER_BYTES - 5, len);
	xs_inbox_reset(&in);
	write_header(7);
	KUNIT_EXPECT_EQ(test, 0, write("abc", 3, 3));
	KUNIT_EXPECT_PTR_EQ(test, (void *)in.body + 3, xs_inbox_room(&in, &len));
	KUNIT_EXPECT_EQ(test, (size_t)4, len);
}

static void a_message_without_memory_is_refused(struct kunit *test)
{
	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, -ENOMEM, write_header(5));
	KUNIT_EXPECT_NULL(test, in.body);
	xs_inbox_reset(&in);
	KUNIT_EXPECT_EQ(test, 0, write_header(5));
}

static void a_forgotten_message_leaves_nothing(struct kunit *test)
{
	write_header(5);
	KUNIT_EXPECT_EQ(test, 1, memory_in_use());
	xs_inbox_reset(&in);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
	KUNIT_EXPECT_NULL(test, in.body);
	KUNIT_EXPECT_EQ(test, (size_t)0, in.got);
	KUNIT_EXPECT_EQ(test, 0U, in.header.len);
}

static void no_memory_is_no_message(struct kunit *test)
{
	struct xsd_sockmsg header = {};

	memory_fails_at(1);
	KUNIT_EXPECT_NULL(test, xs_message_new(&header));
	xs_message_free(NULL);
}

static void an_answer_has_the_numbers_of_its_request(struct kunit *test)
{
	struct xsd_sockmsg header = { .type = XS_READ, .req_id = 9, .tx_id = 8,
				      .len = 77 };
	struct xs_message *answer = xs_message_new(&header);

	KUNIT_ASSERT_NOT_NULL(test, answer);
	KUNIT_EXPECT_EQ(test, (u32)XS_READ, answer->header.type);
	KUNIT_EXPECT_EQ(test, 9U, answer->header.req_id);
	KUNIT_EXPECT_EQ(test, 8U, answer->header.tx_id);
	KUNIT_EXPECT_EQ(test, 0U, answer->header.len);
	KUNIT_EXPECT_NULL(test, answer->body);
	xs_message_set_text(answer, XS_ERROR, "EIO");
	KUNIT_EXPECT_EQ(test, (u32)XS_ERROR, answer->header.type);
	KUNIT_EXPECT_EQ(test, 9U, answer->header.req_id);
	KUNIT_EXPECT_EQ(test, 4U, answer->header.len);
	xs_message_free(answer);
}

static void a_long_body_is_freed_with_its_message(struct kunit *test)
{
	struct xsd_sockmsg header = {};
	struct xs_message *answer = xs_message_new(&header);

	KUNIT_ASSERT_NOT_NULL(test, answer);
	answer->body = kzalloc(100, GFP_KERNEL);
	answer->header.len = 100;
	KUNIT_EXPECT_EQ(test, sizeof(*answer) + 100, xs_message_bytes(answer));
	KUNIT_EXPECT_EQ(test, 2, memory_in_use());
	xs_message_free(answer);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
}

static void an_empty_outbox_has_nothing(struct kunit *test)
{
	size_t len = 77;

	KUNIT_EXPECT_NULL(test, xs_outbox_peek(&out, &len));
	KUNIT_EXPECT_EQ(test, (size_t)77, len);
}

static void what_is_peeked_at_stays(struct kunit *test)
{
	struct xs_message *answer = message(test, XS_WRITE, "OK");
	size_t len;

	xs_outbox_add(&out, answer);
	xs_outbox_peek(&out, &len);
	KUNIT_EXPECT_PTR_EQ(test, (const void *)&answer->header,
			    xs_outbox_peek(&out, &len));
	KUNIT_EXPECT_EQ(test, HEADER_BYTES, len);
	KUNIT_EXPECT_NULL(test, xs_outbox_advance(&out, 5));
	KUNIT_EXPECT_PTR_EQ(test, (const void *)&answer->header + 5,
			    xs_outbox_peek(&out, &len));
	KUNIT_EXPECT_EQ(test, HEADER_BYTES - 5, len);
	KUNIT_EXPECT_NULL(test, xs_outbox_advance(&out, HEADER_BYTES - 5 + 1));
	KUNIT_EXPECT_PTR_EQ(test, (const void *)answer->body + 1,
			    xs_outbox_peek(&out, &len));
	KUNIT_EXPECT_EQ(test, (size_t)2, len);
	KUNIT_EXPECT_PTR_EQ(test, answer, xs_outbox_advance(&out, 2));
	xs_message_free(answer);
}

static void the_next_message_begins_at_its_start(struct kunit *test)
{
	struct xs_message *second = message(test, XS_READ, "b");
	size_t len;

	xs_outbox_add(&out, message(test, XS_WRITE, "OK"));
	xs_outbox_add(&out, second);
	xs_message_free(xs_outbox_advance(&out, HEADER_BYTES + 3));
	KUNIT_EXPECT_PTR_EQ(test, (const void *)&second->header,
			    xs_outbox_peek(&out, &len));
	KUNIT_EXPECT_EQ(test, HEADER_BYTES, len);
}

static void a_cleared_outbox_is_as_new(struct kunit *test)
{
	xs_outbox_add(&out, message(test, XS_WRITE, "OK"));
	xs_outbox_add(&out, message(test, XS_WATCH_EVENT, "a"));
	xs_outbox_advance(&out, 5);
	xs_outbox_clear(&out);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
	KUNIT_EXPECT_TRUE(test, list_empty(&out.messages));
	KUNIT_EXPECT_EQ(test, (size_t)0,
			out.at + out.reply_bytes + out.event_bytes);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(message_is_complete_at_its_last_byte),
	KUNIT_CASE(body_is_terminated_whatever_it_ends_with),
	KUNIT_CASE(message_without_a_body_is_complete),
	KUNIT_CASE(largest_body_is_taken),
	KUNIT_CASE(larger_bodies_are_refused),
	KUNIT_CASE(messages_come_out_whole_in_order),
	KUNIT_CASE(message_without_a_body_comes_out),
	KUNIT_CASE(bytes_are_counted_by_kind),
	KUNIT_CASE(text_too_long_is_cut),
	KUNIT_CASE(a_message_is_asked_for_piece_by_piece),
	KUNIT_CASE(a_message_without_memory_is_refused),
	KUNIT_CASE(a_forgotten_message_leaves_nothing),
	KUNIT_CASE(no_memory_is_no_message),
	KUNIT_CASE(an_answer_has_the_numbers_of_its_request),
	KUNIT_CASE(a_long_body_is_freed_with_its_message),
	KUNIT_CASE(an_empty_outbox_has_nothing),
	KUNIT_CASE(what_is_peeked_at_stays),
	KUNIT_CASE(the_next_message_begins_at_its_start),
	KUNIT_CASE(a_cleared_outbox_is_as_new),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_stream",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
