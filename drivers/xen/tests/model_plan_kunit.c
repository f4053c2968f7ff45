// SPDX-License-Identifier: GPL-2.0-only
/* The model host's plans: what goes wrong, when, and nothing else. */
#include <kunit/test.h>
#include <linux/ktime.h>

#include <asm/xen/hypercall.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/version.h>

#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

static int init(struct kunit *test)
{
	return model_guest_init(true);
}

static void drop(struct kunit *test)
{
	model_guest_exit();
}

static int query(struct gnttab_query_size *size)
{
	*size = (struct gnttab_query_size){ .dom = DOMID_SELF };
	return HYPERVISOR_grant_table_op(GNTTABOP_query_size, size, 1);
}

static int version(void)
{
	return HYPERVISOR_xen_version(XENVER_version, NULL);
}

static void the_calls_that_are_named_fail(struct kunit *test)
{
	struct gnttab_query_size size;

	MODEL_PLAN(MODEL_GRANT(query_size), .nth = 2, .nr = 2, .err = -EIO);
	KUNIT_EXPECT_EQ(test, 0, query(&size));
	KUNIT_EXPECT_EQ(test, -EIO, query(&size));
	KUNIT_EXPECT_GT(test, version(), 0);
	KUNIT_EXPECT_EQ(test, -EIO, query(&size));
	KUNIT_EXPECT_EQ(test, 0, query(&size));
	KUNIT_EXPECT_EQ(test, 2U, model_plan_hits());
}

static void any_call_is_any(struct kunit *test)
{
	struct gnttab_query_size size;

	MODEL_PLAN(MODEL_ANY_CALL, .nr = 2, .err = -EIO);
	KUNIT_EXPECT_EQ(test, -EIO, version());
	KUNIT_EXPECT_EQ(test, -EIO, query(&size));
	KUNIT_EXPECT_GT(test, version(), 0);
}

static void a_status_is_that_of_every_operation(struct kunit *test)
{
	struct gnttab_unmap_grant_ref ops[3] = {};

	MODEL_PLAN(MODEL_GRANT(unmap_grant_ref), .status = GNTST_eagain);
	KUNIT_EXPECT_EQ(test, 0,
			HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref,
						  ops, 3));
	KUNIT_EXPECT_EQ(test, GNTST_eagain, ops[0].status);
	KUNIT_EXPECT_EQ(test, GNTST_eagain, ops[2].status);
	HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, ops, 3);
	KUNIT_EXPECT_EQ(test, GNTST_bad_handle, ops[2].status);
}

static void a_delay_takes_its_time(struct kunit *test)
{
	ktime_t start = ktime_get();

	MODEL_PLAN(MODEL_ANY_CALL, .delay_us = 50000);
	KUNIT_EXPECT_GT(test, version(), 0);
	/* The clock may be a coarse one, and loops that are counted run fast. */
	KUNIT_EXPECT_GE(test, ktime_us_delta(ktime_get(), start), 10000LL);
}

static evtchn_port_t peers_port;

static void peer_closes(void *arg)
{
	struct evtchn_close close = { .port = peers_port };

	model_event_call(model_dom0(), EVTCHNOP_close, &close);
}

static void a_peer_acts_just_before(struct kunit *test)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF };
	struct evtchn_bind_interdomain bind = { .remote_dom = MODEL_GUEST };
	struct evtchn_status status = { .dom = DOMID_SELF };

	model_event_call(model_guest(), EVTCHNOP_alloc_unbound, &alloc);
	bind.remote_port = alloc.port;
	model_event_call(model_dom0(), EVTCHNOP_bind_interdomain, &bind);
	peers_port = bind.local_port;
	status.port = alloc.port;
	MODEL_PLAN(MODEL_EVENT(status), .before = peer_closes);
	KUNIT_EXPECT_EQ(test, 0, HYPERVISOR_event_channel_op(EVTCHNOP_status,
							     &status));
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_unbound, status.status);
}

static void spoil(void *arg)
{
	((struct gnttab_query_size *)arg)->nr_frames = 99;
}

static void an_answer_is_spoilt(struct kunit *test)
{
	struct gnttab_query_size size;

	MODEL_PLAN(MODEL_GRANT(query_size), .after = spoil);
	KUNIT_EXPECT_EQ(test, 0, query(&size));
	KUNIT_EXPECT_EQ(test, 99U, size.nr_frames);
	KUNIT_EXPECT_EQ(test, 0, query(&size));
	KUNIT_EXPECT_EQ(test, 1U, size.nr_frames);
}

static void a_step_fails_once(struct kunit *test)
{
	model_fail_step(2);
	KUNIT_EXPECT_GT(test, version(), 0);
	KUNIT_EXPECT_FALSE(test, model_step_has_failed());
	KUNIT_EXPECT_EQ(test, -EPERM, version());
	KUNIT_EXPECT_TRUE(test, model_step_has_failed());
	KUNIT_EXPECT_GT(test, version(), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_calls_that_are_named_fail),
	KUNIT_CASE(any_call_is_any),
	KUNIT_CASE(a_status_is_that_of_every_operation),
	KUNIT_CASE(a_delay_takes_its_time),
	KUNIT_CASE(a_peer_acts_just_before),
	KUNIT_CASE(an_answer_is_spoilt),
	KUNIT_CASE(a_step_fails_once),
	{}
};

static struct kunit_suite suite = {
	.name = "model_plan",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
