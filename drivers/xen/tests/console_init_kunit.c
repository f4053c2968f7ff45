// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-console on the model host: init with a fault at every step, and
 * backends that break the protocol, or do nothing.
 */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <asm/xen/hypercall.h>
#include <xen/guest.h>

#include "console/internal.h"
#include "events/internal.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

static struct xencons_interface *intf;
static evtchn_port_t backend_port;
static struct xencons *cons;

static int init(struct kunit *test)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = MODEL_DOM0 };
	struct evtchn_bind_interdomain bind = { .remote_dom = MODEL_GUEST };
	int err = model_guest_init(true);

	if (err)
		return err;
	intf = (void *)get_zeroed_page(GFP_KERNEL);
	err = intf ? model_events_start() : -ENOMEM;
	if (!err)
		err = model_event_call(model_guest(), EVTCHNOP_alloc_unbound,
				       &alloc);
	bind.remote_port = alloc.port;
	if (!err)
		err = model_event_call(model_dom0(), EVTCHNOP_bind_interdomain,
				       &bind);
	backend_port = bind.local_port;
	model_guest()->params[HVM_PARAM_CONSOLE_PFN] =
		page_to_pfn(virt_to_page(intf));
	model_guest()->params[HVM_PARAM_CONSOLE_EVTCHN] = alloc.port;
	return err;
}

static void drop(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, bindings_are_gone());
	model_events_stop();
	model_guest_exit();
	free_page((unsigned long)intf);
}

static void expect_nothing_left(struct kunit *test, unsigned int step)
{
	struct model_leftovers left;

	KUNIT_EXPECT_TRUE_MSG(test, bindings_are_gone(), "step %u", step);
	model_count(model_guest(), &left);
	KUNIT_EXPECT_EQ_MSG(test, 1U, left.nr_ports, "step %u", step);
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    xen_resource_claim(XEN_RESOURCE_CONSOLE,
					       KBUILD_MODNAME), "step %u", step);
	xen_resource_release(XEN_RESOURCE_CONSOLE);
}

static void init_undoes_what_it_did_at_whatever_step_it_fails(struct kunit *test)
{
	unsigned int step, nr_failed = 0;
	bool has_failed = true;

	for (step = 1; step < 50 && has_failed; step++) {
		int err;

		model_fail_step(step);
		err = console_module_init();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		KUNIT_EXPECT_TRUE(test, !err || has_failed);
		nr_failed += !!err;
		if (!err)
			console_module_exit();
		expect_nothing_left(test, step);
	}
	KUNIT_EXPECT_FALSE(test, has_failed);
	KUNIT_EXPECT_GT(test, nr_failed, 4U);
	kunit_info(test, "%u steps, %u that init fails at", step - 2,
		   nr_failed);
}

static void note(struct seq_file *unused, struct xencons *found)
{
	cons = found;
}

static void begin(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, console_module_init());
	cons = NULL;
	xencons_for_each(note, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cons);
}

static void text_reaches_the_backend_with_an_event(struct kunit *test)
{
	begin(test);
	/* As if it had been taken. */
	model_dom0()->shared->evtchn_pending[0] = 0;
	KUNIT_EXPECT_EQ(test, 5, xencons_write(cons, "hello", 5));
	KUNIT_EXPECT_EQ(test, 5U, intf->out_prod);
	KUNIT_EXPECT_EQ(test, 0, memcmp(intf->out, "hello", 5));
	KUNIT_EXPECT_TRUE(test, model_event_is_pending(model_dom0(),
						       backend_port));
	console_module_exit();
	expect_nothing_left(test, 0);
}

static void keys_come_out_as_they_went_in(struct kunit *test)
{
	char keys[8] = "";

	begin(test);
	memcpy(intf->in, "ls\r", 3);
	intf->in_prod = 3;
	KUNIT_EXPECT_EQ(test, 3, xencons_read(cons, keys, sizeof(keys)));
	KUNIT_EXPECT_STREQ(test, "ls\r", keys);
	KUNIT_EXPECT_EQ(test, 3U, intf->in_cons);
	console_module_exit();
}

/* What a backend writes into the ring. */
struct offence {
	const char *name;
	XENCONS_RING_IDX in_prod;
	XENCONS_RING_IDX out_cons;
};

static const struct offence offences[] = {
	{ "more keys than fit", 1025, 0 },
	{ "keys of the past", U32_MAX, 0 },
	{ "text taken that was not there", 0, 1 },
	{ "text given back", 0, U32_MAX - 2048 },
};

static void name_offence(const struct offence *offence, char *text)
{
	strscpy(text, offence->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(offence, offences, name_offence);

static void an_insane_index_closes_the_console(struct kunit *test)
{
	const struct offence *offence = test->param_value;
	unsigned long start = jiffies;
	char keys[8];

	begin(test);
	intf->in_prod = offence->in_prod;
	intf->out_cons = offence->out_cons;
	if (offence->in_prod)
		KUNIT_EXPECT_GT(test, 0, xencons_read(cons, keys, 8));
	else
		KUNIT_EXPECT_GT(test, 0, xencons_write(cons, "hello", 5));
	KUNIT_EXPECT_EQ(test, XENCONS_BROKEN, cons->state);
	/* Sane again: too late. */
	intf->in_prod = 0;
	intf->out_cons = 0;
	KUNIT_EXPECT_EQ(test, -EIO, xencons_write(cons, "hello", 5));
	KUNIT_EXPECT_EQ(test, 0U, intf->out_prod);
	console_module_exit();
	KUNIT_EXPECT_LT(test, jiffies - start, 20UL * HZ);
	expect_nothing_left(test, 0);
}

static void a_backend_that_takes_nothing_does_not_hold_the_module(struct kunit *test)
{
	static char text[3000];
	unsigned long start = jiffies;

	begin(test);
	KUNIT_EXPECT_EQ(test, 2048, xencons_write(cons, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, 0, xencons_write(cons, text, 1));
	console_module_exit();
	KUNIT_EXPECT_LT(test, jiffies - start, 20UL * HZ);
	KUNIT_EXPECT_EQ(test, 2048U, intf->out_prod);
	expect_nothing_left(test, 0);
}

static void events_for_nothing_are_counted(struct kunit *test)
{
	struct evtchn_send send = { .port = backend_port };
	unsigned int i;

	begin(test);
	for (i = 0; i < 1000; i++)
		model_event_call(model_dom0(), EVTCHNOP_send, &send);
	KUNIT_EXPECT_EQ(test, 5, xencons_write(cons, "hello", 5));
	KUNIT_EXPECT_EQ(test, XENCONS_OPEN, cons->state);
	console_module_exit();
	expect_nothing_left(test, 0);
}

static void say_connection(u8 value)
{
	((u8 *)intf)[1024 + 2048 + 4 * sizeof(XENCONS_RING_IDX)] = value;
}

static void nobody_waits_where_nobody_serves(struct kunit *test)
{
	static char text[5000], out[5000];
	XENCONS_RING_IDX at = 0;
	unsigned int i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = 'a' + i % 26;
	say_connection(XENCONSOLE_DISCONNECTED);
	begin(test);
	KUNIT_EXPECT_EQ(test, 5000, xencons_write(cons, text, sizeof(text)));
	KUNIT_EXPECT_EQ(test, 2048U, intf->out_prod);
	KUNIT_EXPECT_EQ(test, 0UL, cons->counts.dropped);
	KUNIT_EXPECT_EQ(test, 0U, (unsigned int)cons->waiting);
	/* Somebody connects, reads, and tells: nothing was lost. */
	say_connection(XENCONSOLE_CONNECTED);
	while (at != intf->out_prod && at < sizeof(out)) {
		for (; at != intf->out_prod; at++)
			out[at] = intf->out[at % 2048];
		intf->out_cons = at;
		xencons_interrupt(0, cons);
	}
	KUNIT_EXPECT_EQ(test, 5000U, at);
	KUNIT_EXPECT_EQ(test, 0, memcmp(text, out, sizeof(out)));
	console_module_exit();
	expect_nothing_left(test, 0);
}

static void what_finds_no_room_there_is_counted(struct kunit *test)
{
	static char text[4096];
	unsigned int i;

	say_connection(XENCONSOLE_DISCONNECTED);
	begin(test);
	for (i = 0; i < 40; i++)
		KUNIT_EXPECT_EQ(test, 4096, xencons_write(cons, text, 4096));
	/* The ring and 128 KiB. */
	KUNIT_EXPECT_EQ(test, 40UL * 4096 - 2048 - 128 * 1024,
			cons->counts.dropped);
	/* With a backend a writer waits again. */
	say_connection(XENCONSOLE_CONNECTED);
	KUNIT_EXPECT_EQ(test, 0, xencons_write(cons, text, 4096));
	KUNIT_EXPECT_EQ(test, XENCONS_OPEN, cons->state);
	console_module_exit();
	expect_nothing_left(test, 0);
}

static void the_module_does_not_wait_for_nobody(struct kunit *test)
{
	unsigned long start;

	say_connection(XENCONSOLE_DISCONNECTED);
	begin(test);
	KUNIT_EXPECT_EQ(test, 5, xencons_write(cons, "hello", 5));
	KUNIT_EXPECT_TRUE(test, cons->was_unserved);
	start = jiffies;
	/* The ring counts as lost with it, so it is waited for if served. */
	xencons_drain(cons, true);
	KUNIT_EXPECT_LT(test, jiffies - start, 1UL * HZ);
	console_module_exit();
	expect_nothing_left(test, 0);
}

static void any_other_word_means_served(struct kunit *test)
{
	static char text[3000];

	say_connection(0xff);
	begin(test);
	KUNIT_EXPECT_EQ(test, 2048, xencons_write(cons, text, sizeof(text)));
	KUNIT_EXPECT_FALSE(test, cons->was_unserved);
	console_module_exit();
	expect_nothing_left(test, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(init_undoes_what_it_did_at_whatever_step_it_fails),
	KUNIT_CASE(text_reaches_the_backend_with_an_event),
	KUNIT_CASE(keys_come_out_as_they_went_in),
	KUNIT_CASE_PARAM(an_insane_index_closes_the_console,
			 offence_gen_params),
	KUNIT_CASE(a_backend_that_takes_nothing_does_not_hold_the_module),
	KUNIT_CASE(events_for_nothing_are_counted),
	KUNIT_CASE(nobody_waits_where_nobody_serves),
	KUNIT_CASE(what_finds_no_room_there_is_counted),
	KUNIT_CASE(the_module_does_not_wait_for_nobody),
	KUNIT_CASE(any_other_word_means_served),
	{}
};

static struct kunit_suite suite = {
	.name = "console_init",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
