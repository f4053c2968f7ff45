// SPDX-License-Identifier: GPL-2.0-only
/* Requests under way, and the replies to them. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "xenstore/internal.h"

#define FIRST_ID U32_MAX

static struct xenstore_domain_interface intf;
static struct xs_ring ring;
static struct xs_queue queue;

static int init(struct kunit *test)
{
	memset(&intf, 0, sizeof(intf));
	xs_ring_init(&ring, &intf);
	xs_queue_init(&queue, FIRST_ID);
	return 0;
}

static struct xs_request *add(struct kunit *test, size_t len)
{
	struct xs_request *request;

	request = kunit_kzalloc(test, struct_size(request, body, len),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, request);
	kref_init(&request->ref);
	request->header.len = len;
	memset(request->body, 'a', len);
	xs_queue_add(&queue, request);
	return request;
}

static void requests_have_numbers_in_order(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, U32_MAX, add(test, 0)->header.req_id);
	KUNIT_EXPECT_EQ(test, 0U, add(test, 0)->header.req_id);
}

static void the_queue_holds_a_reference(struct kunit *test)
{
	struct xs_request *request = add(test, 0);

	KUNIT_EXPECT_EQ(test, 2U, kref_read(&request->ref));
}

static void requests_are_sent_one_behind_the_other(struct kunit *test)
{
	struct xs_request *first = add(test, 3);
	struct xs_request *second = add(test, 5);

	KUNIT_EXPECT_EQ(test, 16 + 3 + 16 + 5, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_EQ(test, 0, memcmp(intf.req, &first->header, 19));
	KUNIT_EXPECT_EQ(test, 0,
			memcmp(intf.req + 19, &second->header, 21));
	KUNIT_EXPECT_EQ(test, 0, xs_queue_send(&queue, &ring));
}

static void large_request_goes_out_in_pieces(struct kunit *test)
{
	struct xs_request *request = add(test, XENSTORE_PAYLOAD_MAX);
	size_t sent = 0;
	int ret;

	while ((ret = xs_queue_send(&queue, &ring)) > 0) {
		KUNIT_EXPECT_LE(test, ret, XENSTORE_RING_SIZE);
		sent += ret;
		KUNIT_EXPECT_EQ(test, sent, request->sent);
		intf.req_cons = intf.req_prod;
	}
	KUNIT_EXPECT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, (size_t)16 + XENSTORE_PAYLOAD_MAX, sent);
	KUNIT_EXPECT_TRUE(test, list_empty(&request->tx_link));
}

static void insane_ring_stops_sending(struct kunit *test)
{
	struct xs_request *request = add(test, 1);

	intf.req_cons = 5;
	KUNIT_EXPECT_EQ(test, -EIO, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_EQ(test, (size_t)0, request->sent);
	KUNIT_EXPECT_FALSE(test, list_empty(&request->tx_link));
}

static void replies_may_come_in_any_order(struct kunit *test)
{
	struct xs_request *first = add(test, 1);
	struct xs_request *second = add(test, 1);

	xs_queue_send(&queue, &ring);
	KUNIT_EXPECT_PTR_EQ(test, second, xs_queue_take(&queue, 0));
	KUNIT_EXPECT_PTR_EQ(test, first, xs_queue_take(&queue, U32_MAX));
	KUNIT_EXPECT_TRUE(test, list_empty(&queue.pending));
}

static void second_reply_finds_nothing(struct kunit *test)
{
	struct xs_request *request = add(test, 1);

	xs_queue_send(&queue, &ring);
	KUNIT_EXPECT_PTR_EQ(test, request, xs_queue_take(&queue, FIRST_ID));
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID));
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, 12345));
}

static void what_was_not_sent_has_no_reply(struct kunit *test)
{
	struct xs_request *request = add(test, XENSTORE_RING_SIZE);

	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID));
	xs_queue_send(&queue, &ring);
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID));
	intf.req_cons = intf.req_prod;
	xs_queue_send(&queue, &ring);
	KUNIT_EXPECT_PTR_EQ(test, request, xs_queue_take(&queue, FIRST_ID));
}

static void only_older_ones_are_given_up(struct kunit *test)
{
	struct xs_request *first = add(test, 1);
	struct xs_request *second = add(test, 1);
	struct xs_request *third = add(test, 1);
	LIST_HEAD(taken);

	xs_queue_take_before(&queue, second->header.req_id, &taken);
	KUNIT_EXPECT_PTR_EQ(test, taken.next, &first->pending_link);
	KUNIT_EXPECT_PTR_EQ(test, taken.prev, &first->pending_link);
	xs_queue_take_before(&queue, queue.next_id, &taken);
	KUNIT_EXPECT_PTR_EQ(test, taken.prev, &third->pending_link);
	KUNIT_EXPECT_TRUE(test, list_empty(&queue.pending));
	KUNIT_EXPECT_TRUE(test, list_empty(&queue.tx));
}

static void an_empty_queue_sends_and_finds_nothing(struct kunit *test)
{
	LIST_HEAD(taken);

	KUNIT_EXPECT_EQ(test, 0, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID));
	xs_queue_take_before(&queue, queue.next_id, &taken);
	KUNIT_EXPECT_TRUE(test, list_empty(&taken));
	KUNIT_EXPECT_EQ(test, 0U, intf.req_prod);
}

static void a_request_is_as_old_as_its_place(struct kunit *test)
{
	unsigned long before = jiffies;
	struct xs_request *request = add(test, 0);

	KUNIT_EXPECT_TRUE(test, time_in_range(request->since, before, jiffies));
}

static void the_ring_is_filled_to_its_last_byte(struct kunit *test)
{
	struct xs_request *first = add(test, XENSTORE_RING_SIZE - 16 - 17);
	struct xs_request *second = add(test, 3);

	KUNIT_EXPECT_EQ(test, XENSTORE_RING_SIZE, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_TRUE(test, list_empty(&first->tx_link));
	KUNIT_EXPECT_FALSE(test, list_empty(&second->tx_link));
	KUNIT_EXPECT_EQ(test, (size_t)17, second->sent);
	KUNIT_EXPECT_EQ(test, 0, xs_queue_send(&queue, &ring));
	intf.req_cons = intf.req_prod;
	KUNIT_EXPECT_EQ(test, 2, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_EQ(test, 0, memcmp(intf.req, second->body + 1, 2));
	KUNIT_EXPECT_TRUE(test, list_empty(&second->tx_link));
}

static void a_request_as_large_as_the_ring_is_sent(struct kunit *test)
{
	struct xs_request *request = add(test, XENSTORE_RING_SIZE - 16);

	KUNIT_EXPECT_EQ(test, XENSTORE_RING_SIZE, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_PTR_EQ(test, request, xs_queue_take(&queue, FIRST_ID));
}

static void what_is_sent_is_sent_once(struct kunit *test)
{
	add(test, 1);
	KUNIT_EXPECT_EQ(test, 17, xs_queue_send(&queue, &ring));
	add(test, 2);
	KUNIT_EXPECT_EQ(test, 18, xs_queue_send(&queue, &ring));
	KUNIT_EXPECT_EQ(test, 35U, intf.req_prod);
}

static void an_error_behind_what_was_sent_is_an_error(struct kunit *test)
{
	add(test, 1);
	xs_queue_send(&queue, &ring);
	add(test, 1);
	intf.req_prod = 0;
	KUNIT_EXPECT_EQ(test, -ECONNRESET, xs_queue_send(&queue, &ring));
}

static void a_reply_takes_its_request_off_all_lists(struct kunit *test)
{
	struct xs_request *request = add(test, 1);

	xs_queue_send(&queue, &ring);
	xs_queue_take(&queue, FIRST_ID);
	KUNIT_EXPECT_TRUE(test, list_empty(&request->pending_link));
	KUNIT_EXPECT_TRUE(test, list_empty(&request->tx_link));
	KUNIT_EXPECT_EQ(test, 2U, kref_read(&request->ref));
}

static void a_number_of_nobody_leaves_all_in_place(struct kunit *test)
{
	struct xs_request *request = add(test, 1);

	xs_queue_send(&queue, &ring);
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID - 1));
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID + 1));
	KUNIT_EXPECT_PTR_EQ(test, request, xs_queue_take(&queue, FIRST_ID));
}

static void what_is_given_up_keeps_its_order(struct kunit *test)
{
	struct xs_request *first = add(test, 1);
	struct xs_request *second = add(test, 1);
	LIST_HEAD(taken);

	xs_queue_send(&queue, &ring);
	xs_queue_take_before(&queue, queue.next_id, &taken);
	KUNIT_EXPECT_PTR_EQ(test, taken.next, &first->pending_link);
	KUNIT_EXPECT_PTR_EQ(test, taken.prev, &second->pending_link);
	KUNIT_EXPECT_NULL(test, xs_queue_take(&queue, FIRST_ID));
}

static void none_is_older_than_the_first(struct kunit *test)
{
	struct xs_request *request = add(test, 1);
	LIST_HEAD(taken);

	xs_queue_take_before(&queue, FIRST_ID, &taken);
	xs_queue_take_before(&queue, FIRST_ID - 1, &taken);
	KUNIT_EXPECT_TRUE(test, list_empty(&taken));
	KUNIT_EXPECT_FALSE(test, list_empty(&request->tx_link));
}

/* Given up half-way into the ring: the rest of it stays out. */
static void what_is_given_up_is_not_sent_on(struct kunit *test)
{
	LIST_HEAD(taken);

	add(test, XENSTORE_RING_SIZE);
	xs_queue_send(&queue, &ring);
	xs_queue_take_before(&queue, queue.next_id, &taken);
	intf.req_cons = intf.req_prod;
	KUNIT_EXPECT_EQ(test, 0, xs_queue_send(&queue, &ring));
}

/* On another CPU: a store that reads as fast as anyone can. */
static int read_on(void *unused)
{
	while (!kthread_should_stop()) {
		WRITE_ONCE(intf.req_cons, READ_ONCE(intf.req_prod));
		cond_resched();
	}
	return 0;
}

static void a_fast_store_does_not_keep_us(struct kunit *test)
{
	struct task_struct *task;
	int i, sent, nr_long = 0;

	for (i = 0; i < 20; i++)
		add(test, 1000);
	task = kthread_run(read_on, NULL, "fast-store");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	while ((sent = xs_queue_send(&queue, &ring)) > 0) {
		nr_long += sent >= 2 * XENSTORE_RING_SIZE;
		cond_resched();
	}
	while (!list_empty(&queue.tx) && sent >= 0) {
		sent = xs_queue_send(&queue, &ring);
		cond_resched();
	}
	kthread_stop(task);
	KUNIT_EXPECT_EQ(test, 0, nr_long);
	KUNIT_EXPECT_TRUE(test, list_empty(&queue.tx));
	KUNIT_EXPECT_EQ(test, 20U * 1016, intf.req_prod);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(requests_have_numbers_in_order),
	KUNIT_CASE(the_queue_holds_a_reference),
	KUNIT_CASE(requests_are_sent_one_behind_the_other),
	KUNIT_CASE(large_request_goes_out_in_pieces),
	KUNIT_CASE(insane_ring_stops_sending),
	KUNIT_CASE(replies_may_come_in_any_order),
	KUNIT_CASE(second_reply_finds_nothing),
	KUNIT_CASE(what_was_not_sent_has_no_reply),
	KUNIT_CASE(only_older_ones_are_given_up),
	KUNIT_CASE(an_empty_queue_sends_and_finds_nothing),
	KUNIT_CASE(a_request_is_as_old_as_its_place),
	KUNIT_CASE(the_ring_is_filled_to_its_last_byte),
	KUNIT_CASE(a_request_as_large_as_the_ring_is_sent),
	KUNIT_CASE(what_is_sent_is_sent_once),
	KUNIT_CASE(an_error_behind_what_was_sent_is_an_error),
	KUNIT_CASE(a_reply_takes_its_request_off_all_lists),
	KUNIT_CASE(a_number_of_nobody_leaves_all_in_place),
	KUNIT_CASE(what_is_given_up_keeps_its_order),
	KUNIT_CASE(none_is_older_than_the_first),
	KUNIT_CASE(what_is_given_up_is_not_sent_on),
	KUNIT_CASE(a_fast_store_does_not_keep_us),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_queue",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
