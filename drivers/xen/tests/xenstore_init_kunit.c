// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-xenstore on the model host: init with a fault at every step, sleep
 * and waking up, and servers that die or break the protocol.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/slab.h>

#include <asm/xen/hypercall.h>
#include <xen/guest.h>
#include <xen/newer_abi.h>
#include <xen/xenbus.h>

#include "events/internal.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"
#include "model/store.h"
#include "xenstore/connection.h"

/* The other end is looked at every second. */
#define PATIENCE_MS 8000

static struct model_store *store;

static int init(struct kunit *test)
{
	int err = model_guest_init(true);

	if (err)
		return err;
	err = model_events_start();
	if (err)
		return err;
	store = model_store_create();
	return store ? 0 : -ENOMEM;
}

static void drop(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, bindings_are_gone());
	model_store_destroy(store);
	model_events_stop();
	model_guest_exit();
}

/* Waits until a condition holds; whether it does. */
#define comes_true(condition)                                              \
	({                                                                 \
		unsigned int ms;                                           \
									   \
		for (ms = 0; ms < PATIENCE_MS && !(condition); ms += 20)   \
			msleep(20);                                        \
		(condition);                                               \
	})

static void expect_all_but_watches(struct kunit *test, unsigned int step)
{
	struct model_leftovers left;

	KUNIT_EXPECT_TRUE_MSG(test, bindings_are_gone(), "step %u", step);
	model_count(model_guest(), &left);
	KUNIT_EXPECT_EQ_MSG(test, 1U, left.nr_ports, "step %u", step);
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    xen_resource_claim(XEN_RESOURCE_XENSTORE,
					       KBUILD_MODNAME), "step %u", step);
	xen_resource_release(XEN_RESOURCE_XENSTORE);
}

static void expect_nothing_left(struct kunit *test, unsigned int step)
{
	expect_all_but_watches(test, step);
	KUNIT_EXPECT_EQ_MSG(test, 0U, model_store_nr_watches(store), "step %u",
			    step);
}

static void init_undoes_what_it_did_at_whatever_step_it_fails(struct kunit *test)
{
	unsigned int step, nr_failed = 0;
	bool has_failed = true;

	for (step = 1; step < 100 && has_failed; step++) {
		int err;

		model_fail_step(step);
		err = xenstore_module_init();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		KUNIT_EXPECT_TRUE(test, !err || has_failed);
		nr_failed += !!err;
		if (!err)
			xenstore_module_exit();
		expect_nothing_left(test, step);
	}
	KUNIT_EXPECT_FALSE(test, has_failed);
	KUNIT_EXPECT_GT(test, nr_failed, 6U);
	kunit_info(test, "%u steps, %u that init fails at", step - 2,
		   nr_failed);
}

/* 0 if the store says what it should, else why not. */
static int ask(void)
{
	char *name = xenbus_read(XBT_NIL, "name", "", NULL);
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	err = strcmp(name, "model") ? -EILSEQ : 0;
	kfree(name);
	return err;
}

static void nodes_come_and_go(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	KUNIT_EXPECT_EQ(test, 0, xenbus_write(XBT_NIL, "data", "a", "1"));
	KUNIT_EXPECT_TRUE(test, model_store_has(store,
						MODEL_STORE_HOME "/data/a",
						"1"));
	KUNIT_EXPECT_EQ(test, 1, xenbus_exists(XBT_NIL, "data", "a"));
	KUNIT_EXPECT_EQ(test, 0, xenbus_rm(XBT_NIL, "data", ""));
	KUNIT_EXPECT_EQ(test, 0, xenbus_exists(XBT_NIL, "data", "a"));
	KUNIT_EXPECT_EQ(test, -EACCES,
			xenbus_write(XBT_NIL, "/local/domain/2", "a", "1"));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			xenbus_write(XBT_NIL, "da//ta", "a", "1"));
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void a_transaction_meets_a_conflict(struct kunit *test)
{
	struct xenbus_transaction t;

	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_ASSERT_EQ(test, 0, xenbus_transaction_start(&t));
	KUNIT_EXPECT_EQ(test, 0, xenbus_write(t, "data", "a", "1"));
	KUNIT_EXPECT_FALSE(test, model_store_has(store,
						 MODEL_STORE_HOME "/data/a",
						 "1"));
	model_store_write(store, MODEL_STORE_HOME "/other", "2");
	KUNIT_EXPECT_EQ(test, -EAGAIN, xenbus_transaction_end(t, 0));
	KUNIT_ASSERT_EQ(test, 0, xenbus_transaction_start(&t));
	KUNIT_EXPECT_EQ(test, 0, xenbus_write(t, "data", "a", "1"));
	KUNIT_EXPECT_EQ(test, 0, xenbus_transaction_end(t, 0));
	KUNIT_EXPECT_TRUE(test, model_store_has(store,
						MODEL_STORE_HOME "/data/a",
						"1"));
	xenstore_module_exit();
}

static atomic_t nr_fired;

static void fired(struct xenbus_watch *watch, const char *path,
		  const char *token)
{
	atomic_inc(&nr_fired);
}

static struct xenbus_watch watch = { .node = "data", .callback = fired };

/* Whether a change fires the watch. */
static bool is_watched(void)
{
	int before = atomic_read(&nr_fired);

	model_store_write(store, MODEL_STORE_HOME "/data/b", "3");
	return comes_true(atomic_read(&nr_fired) > before);
}

static void watches_fire_and_live_on_over_sleep(struct kunit *test)
{
	atomic_set(&nr_fired, 0);
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_ASSERT_EQ(test, 0, register_xenbus_watch(&watch));
	KUNIT_EXPECT_TRUE(test, comes_true(atomic_read(&nr_fired) == 1));
	KUNIT_EXPECT_TRUE(test, is_watched());
	xs_suspend();
	/* As when the domain is restored: another server, another ring. */
	model_store_die(store);
	KUNIT_EXPECT_EQ(test, 0, model_store_revive(store));
	xs_resume();
	KUNIT_EXPECT_TRUE(test, is_watched());
	KUNIT_EXPECT_EQ(test, 0, ask());
	unregister_xenbus_watch(&watch);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void sleep_that_is_called_off_changes_nothing(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	xs_suspend();
	xs_suspend_cancel();
	KUNIT_EXPECT_EQ(test, 0, ask());
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void waking_up_with_a_fault_loses_the_store_and_no_more(struct kunit *test)
{
	unsigned int step, nr_lost = 0;
	bool has_failed = true;

	for (step = 1; step < 30 && has_failed; step++) {
		int err;

		KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
		xs_suspend();
		model_fail_step(step);
		xs_resume();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		err = ask();
		KUNIT_EXPECT_TRUE(test, !err || err == -ENOTCONN);
		nr_lost += !!err;
		xenstore_module_exit();
		/* A store that is lost cannot be told to forget. */
		expect_all_but_watches(test, step);
	}
	KUNIT_EXPECT_FALSE(test, has_failed);
	KUNIT_EXPECT_GE(test, nr_lost, 3U);
}

/* What a server does wrong, and what whoever asked is told. */
struct offence {
	const char *name;
	enum model_spoil spoil;
	int err;
	bool is_final; /* the ring cannot be used after it */
};

static const struct offence offences[] = {
	{ "an insane index", MODEL_SPOIL_INDEX, -EIO, true },
	{ "a body too long", MODEL_SPOIL_LENGTH, -EIO, true },
	{ "an answer to nobody", MODEL_SPOIL_ID, 0, false },
	{ "an answer of another type", MODEL_SPOIL_TYPE, -EPROTO, false },
	{ "an error nobody knows", MODEL_SPOIL_ERROR, -EINVAL, false },
	{ "an event without a token", MODEL_SPOIL_EVENT, 0, false },
	{ "half a header, then death", MODEL_SPOIL_TORN, -ENOTCONN, true },
};

static void name_offence(const struct offence *offence, char *text)
{
	strscpy(text, offence->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(offence, offences, name_offence);

static void a_server_that_misbehaves_is_told_apart(struct kunit *test)
{
	const struct offence *offence = test->param_value;

	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	/* Then what the module itself has asked is answered, too. */
	KUNIT_EXPECT_EQ(test, 0, ask());
	model_store_spoil(store, offence->spoil);
	KUNIT_EXPECT_EQ(test, offence->err, ask());
	if (offence->is_final) {
		KUNIT_EXPECT_NE(test, 0, ask());
		model_store_die(store);
		KUNIT_EXPECT_TRUE(test, comes_true(xs_connection.state ==
						   XS_LOST));
		KUNIT_EXPECT_EQ(test, 0, model_store_revive(store));
	}
	KUNIT_EXPECT_TRUE(test, comes_true(!ask()));
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void die_later(struct work_struct *work)
{
	model_store_die(store);
}

static DECLARE_DELAYED_WORK(death, die_later);

static void a_server_that_is_silent_holds_nobody_when_it_dies(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	model_store_spoil(store, MODEL_SPOIL_SILENCE);
	schedule_delayed_work(&death, msecs_to_jiffies(300));
	KUNIT_EXPECT_EQ(test, -ENOTCONN, ask());
	flush_delayed_work(&death);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

/* As this thread is one. */
static void a_server_that_is_silent_holds_no_thread(struct kunit *test)
{
	unsigned long patience = xs_thread_patience;

	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	xs_thread_patience = HZ / 5;
	model_store_spoil(store, MODEL_SPOIL_SILENCE);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask());
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, ask());
	model_store_spoil(store, MODEL_SPOIL_NOTHING);
	/* What was asked in vain stays so; what is asked now is not. */
	KUNIT_EXPECT_EQ(test, 0, ask());
	xs_thread_patience = patience;
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void a_server_that_is_silent_does_not_hold_the_module(struct kunit *test)
{
	unsigned long begin = jiffies;

	model_store_spoil(store, MODEL_SPOIL_SILENCE);
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	/* So that it is asked who it is while the module goes. */
	msleep(1200);
	xenstore_module_exit();
	KUNIT_EXPECT_LT(test, jiffies - begin, 20UL * HZ);
	expect_nothing_left(test, 0);
}

/* By the same port, and with the ring as it was; and there is no quiet moment. */
static void a_server_that_took_over_unseen_is_noticed(struct kunit *test)
{
	struct xenbus_transaction t;
	u32 generation;

	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	generation = xs_connection.generation;
	model_store_die(store);
	KUNIT_EXPECT_EQ(test, 0U, model_store_nr_watches(store));
	KUNIT_EXPECT_EQ(test, 0, model_store_succeed(store));
	KUNIT_EXPECT_EQ(test, 0, xenbus_transaction_start(&t));
	KUNIT_EXPECT_EQ(test, 1U, model_store_nr_transactions(store));
	KUNIT_EXPECT_TRUE(test, comes_true(!ask() &&
					   model_store_nr_watches(store)));
	KUNIT_EXPECT_EQ(test, generation + 1, xs_connection.generation);
	KUNIT_EXPECT_EQ(test, -EAGAIN, xenbus_transaction_end(t, 0));
	KUNIT_EXPECT_EQ(test, 0U, model_store_nr_transactions(store));
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static int err_of_late;

static void ask_in_vain(struct work_struct *work)
{
	err_of_late = ask();
}

static DECLARE_WORK(late, ask_in_vain);

/* What the last server took with it, our question who it is as well. */
static void what_the_last_server_took_comes_to_an_end(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	model_store_spoil(store, MODEL_SPOIL_SILENCE);
	schedule_work(&late);
	KUNIT_EXPECT_TRUE(test, comes_true(xs_connection.nr_probes));
	model_store_die(store);
	KUNIT_EXPECT_EQ(test, 0, model_store_succeed(store));
	KUNIT_EXPECT_TRUE(test, comes_true(!work_busy(&late)));
	KUNIT_EXPECT_EQ(test, 0, ask());
	xenstore_module_exit();
	flush_work(&late);
	KUNIT_EXPECT_EQ(test, -ENOTCONN, err_of_late);
	KUNIT_EXPECT_EQ(test, 0U, xs_connection.nr_probes);
	expect_nothing_left(test, 0);
}

static void nobody_serves_at_first(struct kunit *test)
{
	model_store_die(store);
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, -ENOTCONN, ask());
	KUNIT_EXPECT_EQ(test, 0, model_store_revive(store));
	KUNIT_EXPECT_TRUE(test, comes_true(!ask()));
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static struct work_struct asker;

/* Asks in a thread of its own; its result is in err_of_late. */
static void begin_to_ask(void)
{
	err_of_late = 1;
	INIT_WORK(&asker, ask_in_vain);
	schedule_work(&asker);
}

static void who_asks_waits_until_the_ring_is_connected(struct kunit *test)
{
	u32 before = xs_connection.generation;

	store->intf->connection = XENSTORE_RECONNECT;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, XS_CONNECTING, xs_connection.state);
	begin_to_ask();
	/* Longer than the worker waits between two looks at the other end. */
	msleep(1500);
	KUNIT_EXPECT_EQ(test, 0U, store->intf->req_prod);
	KUNIT_EXPECT_EQ(test, XENSTORE_RECONNECT,
			(int)store->intf->connection);
	KUNIT_EXPECT_EQ(test, 1, err_of_late);
	model_store_connect(store);
	flush_work(&asker);
	KUNIT_EXPECT_EQ(test, 0, err_of_late);
	KUNIT_EXPECT_EQ(test, before + 1, xs_connection.generation);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void nobody_waits_for_ever_for_the_ring(struct kunit *test)
{
	unsigned long start = jiffies;

	store->intf->connection = XENSTORE_RECONNECT;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	begin_to_ask();
	flush_work(&asker);
	KUNIT_EXPECT_EQ(test, -ENOTCONN, err_of_late);
	KUNIT_EXPECT_GE(test, jiffies - start, 4UL * HZ);
	KUNIT_EXPECT_LT(test, jiffies - start, 8UL * HZ);
	/* From now on nobody waits, and still nothing is written. */
	KUNIT_EXPECT_EQ(test, -ENOTCONN, ask());
	xs_suspend();
	xs_resume();
	KUNIT_EXPECT_EQ(test, XS_LOST, xs_connection.state);
	KUNIT_EXPECT_EQ(test, 0U, store->intf->req_prod);
	/* Without an event, too. */
	WRITE_ONCE(store->intf->connection, XENSTORE_CONNECTED);
	KUNIT_EXPECT_TRUE(test, comes_true(!ask()));
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void sleep_that_is_called_off_leaves_a_late_ring_alone(struct kunit *test)
{
	store->intf->connection = XENSTORE_RECONNECT;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	xs_suspend();
	xs_suspend_cancel();
	KUNIT_EXPECT_EQ(test, XS_CONNECTING, xs_connection.state);
	begin_to_ask();
	msleep(100);
	KUNIT_EXPECT_EQ(test, 0U, store->intf->req_prod);
	model_store_connect(store);
	flush_work(&asker);
	KUNIT_EXPECT_EQ(test, 0, err_of_late);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void a_ring_that_is_never_connected_holds_no_module(struct kunit *test)
{
	store->intf->connection = XENSTORE_RECONNECT;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	begin_to_ask();
	msleep(100);
	xenstore_module_exit();
	flush_work(&asker);
	KUNIT_EXPECT_EQ(test, -ENOTCONN, err_of_late);
	KUNIT_EXPECT_EQ(test, 0U, store->intf->req_prod);
	expect_nothing_left(test, 0);
}

static void a_ring_is_not_touched_if_its_server_dies_before(struct kunit *test)
{
	store->intf->connection = XENSTORE_RECONNECT;
	store->intf->rsp_prod = 7;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	model_store_die(store);
	KUNIT_EXPECT_TRUE(test, comes_true(xs_connection.state == XS_LOST));
	KUNIT_EXPECT_EQ(test, -ENOTCONN, ask());
	KUNIT_EXPECT_EQ(test, 0U, store->intf->rsp_cons);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void end_later(struct work_struct *work)
{
	model_store_end(store, XENSTORE_ERROR_RINGIDX);
}

static DECLARE_DELAYED_WORK(end, end_later);

/* With a new server, as with one that dies. */
static void expect_a_new_server_to_help(struct kunit *test)
{
	model_store_die(store);
	KUNIT_EXPECT_TRUE(test, comes_true(xs_connection.state == XS_LOST));
	KUNIT_EXPECT_EQ(test, 0, model_store_revive(store));
	KUNIT_EXPECT_TRUE(test, comes_true(!ask()));
}

static void a_server_that_ends_the_connection_fails_requests(struct kunit *test)
{
	unsigned long start;

	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	model_store_spoil(store, MODEL_SPOIL_SILENCE);
	start = jiffies;
	schedule_delayed_work(&end, msecs_to_jiffies(300));
	KUNIT_EXPECT_EQ(test, -EIO, ask());
	KUNIT_EXPECT_LT(test, jiffies - start, 4UL * HZ);
	flush_delayed_work(&end);
	KUNIT_EXPECT_EQ(test, XS_BROKEN, xs_connection.state);
	KUNIT_EXPECT_EQ(test, (u32)XENSTORE_ERROR_RINGIDX,
			xs_connection.last_error);
	KUNIT_EXPECT_EQ(test, -EIO, ask());
	/* The word is still there, as no server clears it. */
	expect_a_new_server_to_help(test);
	KUNIT_EXPECT_EQ(test, (u32)XENSTORE_ERROR_RINGIDX, store->intf->error);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void a_server_may_reconnect_late(struct kunit *test)
{
	store->intf->server_features = XENSTORE_SERVER_FEATURE_RECONNECTION;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	model_store_end(store, XENSTORE_ERROR_PROTO);
	KUNIT_EXPECT_TRUE(test,
			  comes_true(xs_connection.state == XS_RECONNECTING));
	/* Longer than it may take. */
	msleep(6500);
	KUNIT_EXPECT_EQ(test, XS_BROKEN, xs_connection.state);
	KUNIT_EXPECT_EQ(test, -EIO, ask());
	model_store_reconnect(store);
	KUNIT_EXPECT_TRUE(test, comes_true(!ask()));
	KUNIT_EXPECT_EQ(test, XS_UP, xs_connection.state);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void an_error_of_old_does_no_harm(struct kunit *test)
{
	store->intf->error = 77;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	msleep(2500);
	KUNIT_EXPECT_EQ(test, 0, ask());
	KUNIT_EXPECT_EQ(test, XS_UP, xs_connection.state);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void an_error_of_old_counts_if_no_answer_comes(struct kunit *test)
{
	unsigned long start;

	store->intf->error = XENSTORE_ERROR_COMM;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	model_store_spoil(store, MODEL_SPOIL_SILENCE);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, -EIO, ask());
	KUNIT_EXPECT_GE(test, jiffies - start, 9UL * HZ);
	KUNIT_EXPECT_LT(test, jiffies - start, 15UL * HZ);
	expect_a_new_server_to_help(test);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void features_are_asked_for_where_there_is_an_answer(struct kunit *test)
{
	store->intf->server_features = XENSTORE_SERVER_FEATURE_ERROR;
	store->knows_features = true;
	store->features = XENSTORE_SERVER_FEATURE_ERROR |
			  XENSTORE_SERVER_FEATURE_WATCHDEPTH;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	/* Answers come in the order of the questions. */
	KUNIT_EXPECT_EQ(test, 0, ask());
	KUNIT_EXPECT_TRUE(test, xs_connection.has_told);
	KUNIT_EXPECT_EQ(test, 6U, xs_connection.told_features);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void a_server_that_refuses_to_tell_is_as_good(struct kunit *test)
{
	store->intf->server_features = XENSTORE_SERVER_FEATURE_ERROR;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	KUNIT_EXPECT_FALSE(test, xs_connection.has_told);
	KUNIT_EXPECT_EQ(test, XS_UP, xs_connection.state);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static void an_older_server_is_not_asked_for_features(struct kunit *test)
{
	store->intf->server_features = XENSTORE_SERVER_FEATURE_RECONNECTION;
	store->knows_features = true;
	KUNIT_ASSERT_EQ(test, 0, xenstore_module_init());
	KUNIT_EXPECT_EQ(test, 0, ask());
	KUNIT_EXPECT_FALSE(test, xs_connection.has_told);
	xenstore_module_exit();
	expect_nothing_left(test, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(init_undoes_what_it_did_at_whatever_step_it_fails),
	KUNIT_CASE(nodes_come_and_go),
	KUNIT_CASE(a_transaction_meets_a_conflict),
	KUNIT_CASE(watches_fire_and_live_on_over_sleep),
	KUNIT_CASE(sleep_that_is_called_off_changes_nothing),
	KUNIT_CASE(waking_up_with_a_fault_loses_the_store_and_no_more),
	KUNIT_CASE_PARAM(a_server_that_misbehaves_is_told_apart,
			 offence_gen_params),
	KUNIT_CASE(a_server_that_is_silent_holds_nobody_when_it_dies),
	KUNIT_CASE(a_server_that_is_silent_holds_no_thread),
	KUNIT_CASE(a_server_that_is_silent_does_not_hold_the_module),
	KUNIT_CASE(a_server_that_took_over_unseen_is_noticed),
	KUNIT_CASE(what_the_last_server_took_comes_to_an_end),
	KUNIT_CASE(nobody_serves_at_first),
	KUNIT_CASE(who_asks_waits_until_the_ring_is_connected),
	KUNIT_CASE(nobody_waits_for_ever_for_the_ring),
	KUNIT_CASE(sleep_that_is_called_off_leaves_a_late_ring_alone),
	KUNIT_CASE(a_ring_that_is_never_connected_holds_no_module),
	KUNIT_CASE(a_ring_is_not_touched_if_its_server_dies_before),
	KUNIT_CASE(a_server_that_ends_the_connection_fails_requests),
	KUNIT_CASE(a_server_may_reconnect_late),
	KUNIT_CASE(an_error_of_old_does_no_harm),
	KUNIT_CASE(an_error_of_old_counts_if_no_answer_comes),
	KUNIT_CASE(features_are_asked_for_where_there_is_an_answer),
	KUNIT_CASE(a_server_that_refuses_to_tell_is_as_good),
	KUNIT_CASE(an_older_server_is_not_asked_for_features),
	{}
};

static struct kunit_suite suite = {
	.name = "xenstore_init",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
