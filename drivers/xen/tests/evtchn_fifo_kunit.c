// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event words and queues of the FIFO ABI.
 *
 * Xen's side is played as the ABI has it: it links a port behind the last one
 * it has linked if that still is in a queue, else it writes a new head.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "events/fifo.h"
#include "fifo_peer.h"

#define DEFAULT_PRIORITY EVTCHN_FIFO_PRIORITY_DEFAULT

struct state {
	struct fifo_array array;
	event_word_t page[FIFO_WORDS_PER_PAGE];
	event_word_t behind;
	struct evtchn_fifo_control_block control;
	u32 heads[EVTCHN_FIFO_MAX_QUEUES];
	struct fifo_queues queues;
	evtchn_port_t tail[EVTCHN_FIFO_MAX_QUEUES];
};

/* Xen's turn just before we change a word: it does so much more to it. */
static event_word_t peer_flips;
static unsigned int peer_turns;

void fifo_peer(event_word_t *word)
{
	if (peer_turns) {
		*word ^= peer_flips;
		peer_turns--;
	}
}

static void xen_flips(event_word_t bits, unsigned int turns)
{
	peer_flips = bits;
	peer_turns = turns;
}

static int init(struct kunit *test)
{
	struct state *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	fifo_page_init(s->page);
	KUNIT_EXPECT_EQ(test, s->behind, 0U);
	s->array.pages[0] = s->page;
	s->array.nr_pages = 1;
	s->queues.control = &s->control;
	s->queues.heads = s->heads;
	xen_flips(0, 0);
	test->priv = s;
	return 0;
}

static void open(struct state *s, evtchn_port_t port)
{
	fifo_try_unmask(&s->page[port]);
}

static void link(struct state *s, evtchn_port_t port, unsigned int priority)
{
	event_word_t *tail = &s->page[s->tail[priority]];

	/* The last one itself, taken off since: its queue is empty. */
	if (s->tail[priority] == port)
		s->tail[priority] = 0;
	s->page[port] |= BIT(EVTCHN_FIFO_LINKED);
	if (s->tail[priority] && *tail & BIT(EVTCHN_FIFO_LINKED)) {
		*tail |= port;
	} else {
		s->control.head[priority] = port;
		s->control.ready |= BIT(priority);
	}
	s->tail[priority] = port;
}

static void send_at(struct state *s, evtchn_port_t port, unsigned int priority)
{
	event_word_t *word = &s->page[port];

	*word |= BIT(EVTCHN_FIFO_PENDING);
	if (!(*word & (BIT(EVTCHN_FIFO_MASKED) | BIT(EVTCHN_FIFO_LINKED))))
		link(s, port, priority);
}

static void send(struct state *s, evtchn_port_t port)
{
	send_at(s, port, DEFAULT_PRIORITY);
}

/* The next port to be served, whose event is then over; -1 for none. */
static int serve(struct state *s)
{
	evtchn_port_t port;
	int ret, calls;

	for (calls = 0; calls < 100; calls++) {
		ret = fifo_next(&s->queues, &s->array, &port);
		if (ret == -1)
			return -1;
		if (ret) {
			fifo_clear_pending(&s->page[port]);
			return port;
		}
	}
	return -2;
}

static void empty_queues_have_nothing_to_serve(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, serve(test->priv), -1);
}

static void ports_are_served_in_the_order_of_their_events(struct kunit *test)
{
	static const evtchn_port_t ports[] = { 7, 1023, 1, 500 };
	struct state *s = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		open(s, ports[i]);
		send(s, ports[i]);
	}
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		KUNIT_EXPECT_EQ(test, serve(s), ports[i]);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void a_lower_priority_number_comes_first(struct kunit *test)
{
	struct state *s = test->priv;

	open(s, 1);
	open(s, 2);
	open(s, 3);
	send_at(s, 1, EVTCHN_FIFO_PRIORITY_MIN);
	send_at(s, 2, EVTCHN_FIFO_PRIORITY_MAX);
	send_at(s, 3, DEFAULT_PRIORITY);
	KUNIT_EXPECT_EQ(test, serve(s), 2);
	KUNIT_EXPECT_EQ(test, serve(s), 3);
	KUNIT_EXPECT_EQ(test, serve(s), 1);
}

static void an_urgent_event_cuts_in(struct kunit *test)
{
	struct state *s = test->priv;

	open(s, 1);
	open(s, 2);
	open(s, 3);
	send(s, 1);
	send(s, 2);
	KUNIT_EXPECT_EQ(test, serve(s), 1);
	send_at(s, 3, EVTCHN_FIFO_PRIORITY_MAX);
	KUNIT_EXPECT_EQ(test, serve(s), 3);
	KUNIT_EXPECT_EQ(test, serve(s), 2);
}

static void a_port_that_fires_again_goes_to_the_end(struct kunit *test)
{
	struct state *s = test->priv;

	open(s, 1);
	open(s, 2);
	send(s, 1);
	send(s, 2);
	KUNIT_EXPECT_EQ(test, serve(s), 1);
	send(s, 1);
	KUNIT_EXPECT_EQ(test, serve(s), 2);
	KUNIT_EXPECT_EQ(test, serve(s), 1);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void a_queue_that_ran_empty_fills_again(struct kunit *test)
{
	struct state *s = test->priv;
	unsigned int i;

	open(s, 9);
	for (i = 0; i < 5; i++) {
		send(s, 9);
		KUNIT_EXPECT_EQ(test, serve(s), 9);
		KUNIT_EXPECT_EQ(test, serve(s), -1);
	}
}

static void a_masked_port_leaves_the_queue_and_keeps_its_event(struct kunit *test)
{
	struct state *s = test->priv;

	open(s, 1);
	open(s, 2);
	send(s, 1);
	send(s, 2);
	fifo_mask(&s->page[1]);
	KUNIT_EXPECT_EQ(test, serve(s), 2);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
	KUNIT_EXPECT_TRUE(test, fifo_is_pending(&s->page[1]));
	KUNIT_EXPECT_FALSE(test, s->page[1] & BIT(EVTCHN_FIFO_LINKED));
}

static void a_waiting_event_is_not_unmasked_without_xen(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 4);
	KUNIT_EXPECT_FALSE(test, fifo_try_unmask(&s->page[4]));
	KUNIT_EXPECT_TRUE(test, fifo_is_masked(&s->page[4]));
	fifo_clear_pending(&s->page[4]);
	KUNIT_EXPECT_TRUE(test, fifo_try_unmask(&s->page[4]));
	KUNIT_EXPECT_FALSE(test, fifo_is_masked(&s->page[4]));
}

static void taking_a_port_off_leaves_its_other_bits(struct kunit *test)
{
	event_word_t word = BIT(EVTCHN_FIFO_PENDING) | BIT(EVTCHN_FIFO_MASKED) |
			    BIT(EVTCHN_FIFO_LINKED) | BIT(EVTCHN_FIFO_BUSY) | 77;
	evtchn_port_t next;

	KUNIT_EXPECT_EQ(test, fifo_unlink(&word, &next), 0);
	KUNIT_EXPECT_EQ(test, next, 77U);
	KUNIT_EXPECT_EQ(test, word, (event_word_t)(BIT(EVTCHN_FIFO_PENDING) |
						   BIT(EVTCHN_FIFO_MASKED) |
						   BIT(EVTCHN_FIFO_BUSY)));
}

static void a_port_beyond_the_array_ends_the_queue(struct kunit *test)
{
	struct state *s = test->priv;
	evtchn_port_t port;

	s->control.head[0] = FIFO_WORDS_PER_PAGE;
	s->control.ready = BIT(0);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
	s->control.head[0] = 0xffffffff;
	s->control.ready = BIT(0);
	KUNIT_EXPECT_EQ(test, fifo_next(&s->queues, &s->array, &port), 0);
	KUNIT_EXPECT_EQ(test, s->heads[0], 0U);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
	KUNIT_EXPECT_FALSE(test, fifo_word(&s->array, FIFO_WORDS_PER_PAGE + 1));
	KUNIT_EXPECT_FALSE(test, fifo_word(&s->array, 0xffffffff));
}

static void a_word_that_changes_is_tried_again(struct kunit *test)
{
	event_word_t word = BIT(EVTCHN_FIFO_MASKED);
	evtchn_port_t next;

	xen_flips(BIT(EVTCHN_FIFO_BUSY), 3);
	KUNIT_EXPECT_TRUE(test, fifo_try_unmask(&word));
	KUNIT_EXPECT_EQ(test, word, (event_word_t)BIT(EVTCHN_FIFO_BUSY));
	word |= BIT(EVTCHN_FIFO_LINKED);
	xen_flips(5, 1);
	KUNIT_EXPECT_EQ(test, fifo_unlink(&word, &next), 0);
	KUNIT_EXPECT_EQ(test, next, 5U);
	KUNIT_EXPECT_EQ(test, word, (event_word_t)BIT(EVTCHN_FIFO_BUSY));
}

static void an_event_that_comes_before_the_unmasking_is_xens(struct kunit *test)
{
	event_word_t word = BIT(EVTCHN_FIFO_MASKED);

	xen_flips(BIT(EVTCHN_FIFO_PENDING), 1);
	KUNIT_EXPECT_FALSE(test, fifo_try_unmask(&word));
	KUNIT_EXPECT_TRUE(test, fifo_is_masked(&word));
}

static void a_word_that_never_keeps_still_is_given_up(struct kunit *test)
{
	struct state *s = test->priv;
	evtchn_port_t port;

	xen_flips(BIT(EVTCHN_FIFO_BUSY), UINT_MAX);
	KUNIT_EXPECT_FALSE(test, fifo_try_unmask(&s->page[3]));
	KUNIT_EXPECT_TRUE(test, fifo_is_masked(&s->page[3]));
	xen_flips(0, 0);
	open(s, 3);
	send(s, 3);
	xen_flips(BIT(EVTCHN_FIFO_BUSY), UINT_MAX);
	KUNIT_EXPECT_EQ(test, fifo_unlink(&s->page[3], &port), -EAGAIN);
	KUNIT_EXPECT_EQ(test, fifo_next(&s->queues, &s->array, &port), 0);
	KUNIT_EXPECT_TRUE(test, s->page[3] & BIT(EVTCHN_FIFO_LINKED));
	/* It is served once it does. */
	xen_flips(0, 0);
	KUNIT_EXPECT_EQ(test, serve(s), 3);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void an_event_can_be_raised_by_hand(struct kunit *test)
{
	event_word_t word = BIT(EVTCHN_FIFO_MASKED);

	fifo_set_pending(&word);
	KUNIT_EXPECT_TRUE(test, fifo_is_pending(&word));
	KUNIT_EXPECT_TRUE(test, fifo_is_masked(&word));
}

/* A ring of links, which Xen never makes. */
static void a_circle_is_left_again(struct kunit *test)
{
	struct state *s = test->priv;

	s->page[1] = BIT(EVTCHN_FIFO_LINKED) | 2;
	s->page[2] = BIT(EVTCHN_FIFO_LINKED) | 1;
	s->control.head[3] = 1;
	s->control.ready = BIT(3);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void bits_of_queues_that_are_none_do_no_harm(struct kunit *test)
{
	struct state *s = test->priv;

	s->control.ready = ~0U;
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void a_new_page_is_masked(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 1000);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
	KUNIT_EXPECT_TRUE(test, fifo_is_masked(&s->page[0]));
	KUNIT_EXPECT_TRUE(test, fifo_is_masked(&s->page[1023]));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(empty_queues_have_nothing_to_serve),
	KUNIT_CASE(ports_are_served_in_the_order_of_their_events),
	KUNIT_CASE(a_lower_priority_number_comes_first),
	KUNIT_CASE(an_urgent_event_cuts_in),
	KUNIT_CASE(a_port_that_fires_again_goes_to_the_end),
	KUNIT_CASE(a_queue_that_ran_empty_fills_again),
	KUNIT_CASE(a_masked_port_leaves_the_queue_and_keeps_its_event),
	KUNIT_CASE(a_waiting_event_is_not_unmasked_without_xen),
	KUNIT_CASE(taking_a_port_off_leaves_its_other_bits),
	KUNIT_CASE(a_port_beyond_the_array_ends_the_queue),
	KUNIT_CASE(a_word_that_changes_is_tried_again),
	KUNIT_CASE(an_event_that_comes_before_the_unmasking_is_xens),
	KUNIT_CASE(a_word_that_never_keeps_still_is_given_up),
	KUNIT_CASE(an_event_can_be_raised_by_hand),
	KUNIT_CASE(a_circle_is_left_again),
	KUNIT_CASE(bits_of_queues_that_are_none_do_no_harm),
	KUNIT_CASE(a_new_page_is_masked),
	{}
};

static struct kunit_suite suite = {
	.name = "evtchn_fifo",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
