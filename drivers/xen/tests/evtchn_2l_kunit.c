// SPDX-License-Identifier: GPL-2.0-only
/* The order in which ports of the 2-level ABI are served. */
#include <kunit/test.h>
#include <linux/string.h>

#include "events/twolevel.h"

/* What Xen and the guest share; enlarged by whose ports are whose. */
struct state {
	xen_ulong_t pending[TWOLEVEL_WORDS];
	xen_ulong_t mask[TWOLEVEL_WORDS];
	xen_ulong_t ours[TWOLEVEL_WORDS];
	xen_ulong_t bound[TWOLEVEL_WORDS];
	struct twolevel_scan scan;
};

static int init(struct kunit *test)
{
	struct state *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	memset(s->ours, 0xff, sizeof(s->ours));
	memset(s->bound, 0xff, sizeof(s->bound));
	test->priv = s;
	return 0;
}

/* As Xen does: pending, then the selecting bit. */
static void send(struct state *s, evtchn_port_t port)
{
	s->pending[port / TWOLEVEL_WORDS] |= BIT_ULL(port % TWOLEVEL_WORDS);
	twolevel_select(&s->scan, BIT_ULL(port / TWOLEVEL_WORDS));
}

/* The next port, whose event is then over; -1 for none. */
static int serve(struct state *s)
{
	evtchn_port_t port;

	if (!twolevel_next(&s->scan, s->pending, s->mask, s->ours, s->bound,
			   &port))
		return -1;
	s->pending[port / TWOLEVEL_WORDS] &= ~BIT_ULL(port % TWOLEVEL_WORDS);
	return port;
}

static void nothing_pending_is_nothing_to_serve(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, serve(test->priv), -1);
}

static void every_pending_port_is_served_once(struct kunit *test)
{
	static const evtchn_port_t ports[] = { 1, 63, 64, 2047, 4095 };
	struct state *s = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++)
		send(s, ports[i]);
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		KUNIT_EXPECT_EQ(test, serve(s), ports[i]);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void a_masked_port_is_not_served(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 70);
	send(s, 71);
	s->mask[1] = BIT_ULL(6);
	KUNIT_EXPECT_EQ(test, serve(s), 71);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void another_vcpus_port_is_not_served(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 5);
	send(s, 6);
	s->ours[0] = BIT_ULL(6);
	KUNIT_EXPECT_EQ(test, serve(s), 6);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void a_port_that_nobody_has_bound_is_served(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 5);
	send(s, 6);
	s->ours[0] = 0;
	s->bound[0] = BIT_ULL(6);
	KUNIT_EXPECT_EQ(test, serve(s), 5);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void a_selected_word_without_events_is_harmless(struct kunit *test)
{
	struct state *s = test->priv;

	twolevel_select(&s->scan, ~0UL);
	send(s, 4095);
	KUNIT_EXPECT_EQ(test, serve(s), 4095);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

/* Its own events come again and again, as in a storm. */
static void a_port_that_fires_again_waits_for_its_turn(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 3);
	send(s, 4);
	KUNIT_EXPECT_EQ(test, serve(s), 3);
	send(s, 3);
	KUNIT_EXPECT_EQ(test, serve(s), 4);
	KUNIT_EXPECT_EQ(test, serve(s), 3);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

/* A bound of one event at a time, and three ports that always fire. */
static void ports_of_a_word_take_turns(struct kunit *test)
{
	struct state *s = test->priv;
	unsigned int served[6] = {};
	unsigned int i;

	for (i = 0; i < 9; i++) {
		int port;

		send(s, 3);
		send(s, 4);
		send(s, 5);
		port = serve(s);
		twolevel_pause(&s->scan);
		KUNIT_ASSERT_GE(test, port, 3);
		KUNIT_ASSERT_LE(test, port, 5);
		served[port]++;
	}
	for (i = 3; i <= 5; i++)
		KUNIT_EXPECT_EQ(test, served[i], 3U);
}

static void words_take_turns_at_being_first(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 64);
	KUNIT_EXPECT_EQ(test, serve(s), 64);
	send(s, 1);
	send(s, 64);
	send(s, 200);
	KUNIT_EXPECT_EQ(test, serve(s), 200);
	KUNIT_EXPECT_EQ(test, serve(s), 1);
	KUNIT_EXPECT_EQ(test, serve(s), 64);
}

static void what_a_pause_left_is_served_later(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 8);
	send(s, 9);
	send(s, 100);
	KUNIT_EXPECT_EQ(test, serve(s), 8);
	twolevel_pause(&s->scan);
	/* The word that was broken off comes last. */
	KUNIT_EXPECT_EQ(test, serve(s), 100);
	KUNIT_EXPECT_EQ(test, serve(s), 9);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

static void what_was_masked_in_a_pause_is_not_served(struct kunit *test)
{
	struct state *s = test->priv;

	send(s, 8);
	send(s, 9);
	KUNIT_EXPECT_EQ(test, serve(s), 8);
	twolevel_pause(&s->scan);
	s->mask[0] = BIT_ULL(9);
	KUNIT_EXPECT_EQ(test, serve(s), -1);
}

/* A bound of one event at a time, and two ports that always fire. */
static void a_bound_starves_nobody(struct kunit *test)
{
	struct state *s = test->priv;
	unsigned int i, others = 0;

	send(s, 10);
	for (i = 0; i < 8; i++) {
		int port = serve(s);

		twolevel_pause(&s->scan);
		others += port == 11 || port == 300;
		send(s, 10);
		send(s, 11);
		send(s, 300);
	}
	KUNIT_EXPECT_GE(test, others, 4U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_pending_is_nothing_to_serve),
	KUNIT_CASE(every_pending_port_is_served_once),
	KUNIT_CASE(a_masked_port_is_not_served),
	KUNIT_CASE(another_vcpus_port_is_not_served),
	KUNIT_CASE(a_port_that_nobody_has_bound_is_served),
	KUNIT_CASE(a_selected_word_without_events_is_harmless),
	KUNIT_CASE(a_port_that_fires_again_waits_for_its_turn),
	KUNIT_CASE(ports_of_a_word_take_turns),
	KUNIT_CASE(words_take_turns_at_being_first),
	KUNIT_CASE(what_a_pause_left_is_served_later),
	KUNIT_CASE(what_was_masked_in_a_pause_is_not_served),
	KUNIT_CASE(a_bound_starves_nobody),
	{}
};

static struct kunit_suite suite = {
	.name = "evtchn_2l",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
