// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-events on the model host: binding with a fault at every step, what
 * handlers hear, and peers and hosts that misbehave.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/mm.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "events/internal.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

#define PEER 8
#define PATIENCE_MS 2000

static struct model_domain *peer;
static evtchn_port_t port, peers_port;
static atomic_t nr_handled;

static int init(struct kunit *test)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = PEER };
	struct evtchn_bind_interdomain bind = { .remote_dom = MODEL_GUEST };
	int err = model_guest_init(true);

	if (err)
		return err;
	atomic_set(&nr_handled, 0);
	peer = model_domain_create(&(struct model_config){
		MODEL_CONFIG_DEFAULT, .domid = PEER });
	if (!peer || model_events_start())
		return -ENOMEM;
	err = model_event_call(model_guest(), EVTCHNOP_alloc_unbound, &alloc);
	if (err)
		return err;
	bind.remote_port = alloc.port;
	port = alloc.port;
	err = model_event_call(peer, EVTCHNOP_bind_interdomain, &bind);
	peers_port = bind.local_port;
	return err;
}

static void drop(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, bindings_are_gone());
	model_events_stop();
	model_guest_exit();
}

static irqreturn_t count(int irq, void *dev_id)
{
	atomic_inc(&nr_handled);
	return IRQ_HANDLED;
}

static void peer_sends(void)
{
	struct evtchn_send send = { .port = peers_port };

	model_event_call(peer, EVTCHNOP_send, &send);
}

static bool is_handled(int times)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS && atomic_read(&nr_handled) < times; ms++)
		usleep_range(1000, 2000);
	/* And not once more. */
	msleep(20);
	return atomic_read(&nr_handled) == times;
}

static u32 state_of(evtchn_port_t of)
{
	struct evtchn_status status;

	return port_status(of, &status) ? ~0U : status.status;
}

static unsigned int nr_open(void)
{
	struct model_leftovers left;

	model_count(model_guest(), &left);
	return left.nr_ports;
}

static void a_handler_hears_what_its_peer_sends(struct kunit *test)
{
	int irq = bind_evtchn_to_irqhandler(port, count, 0, "test", &port);

	KUNIT_ASSERT_GT(test, irq, 0);
	KUNIT_EXPECT_EQ(test, (unsigned int)irq, irq_from_evtchn(port));
	peer_sends();
	KUNIT_EXPECT_TRUE(test, is_handled(1));
	peer_sends();
	KUNIT_EXPECT_TRUE(test, is_handled(2));
	unbind_from_irqhandler(irq, &port);
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_closed, state_of(port));
	KUNIT_EXPECT_EQ(test, -1, (int)irq_from_evtchn(port));
}

static void a_static_port_stays_open(struct kunit *test)
{
	int irq = bind_static_evtchn_to_irqhandler(port, count, 0, "test",
						   &port);

	KUNIT_ASSERT_GT(test, irq, 0);
	unbind_from_irqhandler(irq, &port);
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_interdomain, state_of(port));
	irq = bind_static_evtchn_to_irqhandler(port, count, 0, "test", &port);
	KUNIT_ASSERT_GT(test, irq, 0);
	peer_sends();
	KUNIT_EXPECT_TRUE(test, is_handled(1));
	unbind_from_irqhandler(irq, &port);
}

static void late_eoi_keeps_a_storm_away(struct kunit *test)
{
	int irq = bind_evtchn_to_irqhandler_lateeoi(port, count, 0, "test",
						    &port);
	int i;

	KUNIT_ASSERT_GT(test, irq, 0);
	for (i = 0; i < 1000; i++)
		peer_sends();
	KUNIT_EXPECT_TRUE(test, is_handled(1));
	xen_irq_lateeoi(irq, 0);
	KUNIT_EXPECT_TRUE(test, is_handled(2));
	unbind_from_irqhandler(irq, &port);
}

/* Binds in one way; returns the interrupt. */
struct way {
	const char *name;
	int (*bind)(void);
	/* Ports that are open when it has failed, and when it was undone. */
	unsigned int nr_after_failure, nr_after_unbind;
};

static int bind_handler(void)
{
	return bind_evtchn_to_irqhandler(port, count, 0, "test", &port);
}

static int bind_late(void)
{
	return bind_evtchn_to_irqhandler_lateeoi(port, count, 0, "test", &port);
}

static int bind_static(void)
{
	return bind_static_evtchn_to_irqhandler(port, count, 0, "test", &port);
}

static int bind_virq(void)
{
	return bind_virq_to_irqhandler(VIRQ_DEBUG, 0, count, 0, "test", &port);
}

static int bind_ipi(void)
{
	return bind_ipi_to_irqhandler(0, 0, count, 0, "test", &port);
}

static int bind_offered(void)
{
	static struct xenbus_device device = { .otherend_id = PEER };
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = MODEL_GUEST };

	model_event_call(peer, EVTCHNOP_alloc_unbound, &alloc);
	return bind_interdomain_evtchn_to_irqhandler_lateeoi(&device,
							     alloc.port, count,
							     0, "test", &port);
}

static const struct way ways[] = {
	{ "a port", bind_handler, 1, 0 },
	{ "a port, late EOI", bind_late, 1, 0 },
	{ "a static port", bind_static, 1, 1 },
	{ "a VIRQ", bind_virq, 1, 1 },
	{ "an IPI", bind_ipi, 1, 1 },
	{ "an offered port", bind_offered, 1, 1 },
};

static void name_way(const struct way *way, char *text)
{
	strscpy(text, way->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(way, ways, name_way);

/* A handler that is refused takes a port with it that was the caller's. */
static void reopen(struct kunit *test)
{
	drop(test);
	KUNIT_ASSERT_EQ(test, 0, init(test));
}

static void a_bind_that_fails_leaves_nothing(struct kunit *test)
{
	const struct way *way = test->param_value;
	unsigned int step, nr_failed = 0;
	bool has_failed = true;

	for (step = 1; step < 30 && has_failed; step++) {
		int irq;

		model_fail_step(step);
		irq = way->bind();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		if (irq > 0) {
			unbind_from_irqhandler(irq, &port);
			KUNIT_EXPECT_LE_MSG(test, nr_open(),
					    way->nr_after_unbind, "step %u",
					    step);
		} else {
			nr_failed++;
			KUNIT_EXPECT_LE_MSG(test, nr_open(),
					    way->nr_after_failure, "step %u",
					    step);
		}
		KUNIT_EXPECT_TRUE_MSG(test, bindings_are_gone(), "step %u",
				      step);
		reopen(test);
	}
	KUNIT_EXPECT_FALSE(test, has_failed);
	KUNIT_EXPECT_GE(test, nr_failed, 3U);
	kunit_info(test, "%u steps, %u that it fails at", step - 2, nr_failed);
}

static void a_peer_that_closes_does_no_harm(struct kunit *test)
{
	int irq = bind_evtchn_to_irqhandler(port, count, 0, "test", &port);
	struct evtchn_close close = { .port = peers_port };

	KUNIT_ASSERT_GT(test, irq, 0);
	KUNIT_EXPECT_EQ(test, 0, model_event_call(peer, EVTCHNOP_close,
						  &close));
	notify_remote_via_irq(irq);
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_unbound, state_of(port));
	unbind_from_irqhandler(irq, &port);
	KUNIT_EXPECT_EQ(test, 0U, nr_open());
}

static void say_virq(void *arg)
{
	((struct evtchn_status *)arg)->status = EVTCHNSTAT_virq;
}

static void a_host_that_lies_about_a_port_is_believed_to_our_harm_only(struct kunit *test)
{
	MODEL_PLAN(MODEL_EVENT(status), .after = say_virq);
	KUNIT_EXPECT_EQ(test, -ENOTCONN,
			bind_evtchn_to_irqhandler(port, count, 0, "test",
						  &port));
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_interdomain, state_of(port));
}

static void a_port_that_cannot_be_closed_is_let_go(struct kunit *test)
{
	int irq = bind_evtchn_to_irqhandler(port, count, 0, "test", &port);

	KUNIT_ASSERT_GT(test, irq, 0);
	MODEL_PLAN(MODEL_EVENT(close), .err = -EBUSY);
	unbind_from_irqhandler(irq, &port);
	KUNIT_EXPECT_EQ(test, 1U, model_plan_hits());
	KUNIT_EXPECT_TRUE(test, bindings_are_gone());
	peer_sends();
	KUNIT_EXPECT_TRUE(test, is_handled(0));
}

static void ports_without_a_peer_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EINVAL,
			bind_evtchn_to_irqhandler(0, count, 0, "test", &port));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			bind_evtchn_to_irqhandler(1U << 20, count, 0, "test",
						  &port));
	KUNIT_EXPECT_EQ(test, -ENOTCONN,
			bind_evtchn_to_irqhandler(port + 1, count, 0, "test",
						  &port));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			bind_virq_to_irqhandler(99, 0, count, 0, "test",
						&port));
	KUNIT_EXPECT_EQ(test, num_online_cpus() > 1 ? -EOPNOTSUPP : -EINVAL,
			bind_ipi_to_irqhandler(0, 1, count, 0, "test", &port));
}

static void a_virq_comes_to_its_handler(struct kunit *test)
{
	int irq = bind_virq();
	evtchn_port_t virqs_port;

	KUNIT_ASSERT_GT(test, irq, 0);
	KUNIT_EXPECT_EQ(test, irq,
			irq_evtchn_from_virq(0, VIRQ_DEBUG, &virqs_port));
	model_event_virq(model_guest(), VIRQ_DEBUG, 0);
	KUNIT_EXPECT_TRUE(test, is_handled(1));
	unbind_from_irqhandler(irq, &port);
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_closed, state_of(virqs_port));
}

/* The guest as a kernel leaves it that has chosen the FIFO ABI. */
static void start_fifo(struct kunit *test, void *page)
{
	struct evtchn_init_control init = {
		.control_gfn = page_to_pfn(virt_to_page(page)) };

	KUNIT_ASSERT_EQ(test, 0, model_event_call(model_guest(),
						  EVTCHNOP_init_control,
						  &init));
}

static void the_abi_is_found_whether_port_1_is_open_or_not(struct kunit *test)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	struct evtchn_reset reset = { .dom = DOMID_SELF };
	struct evtchn_close close = { .port = 1 };

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, 1U, port);
	KUNIT_EXPECT_FALSE(test, events_abi_is_fifo());
	start_fifo(test, page);
	KUNIT_EXPECT_EQ(test, 0, events_abi_detect());
	KUNIT_EXPECT_TRUE(test, events_abi_is_fifo());
	model_event_call(model_guest(), EVTCHNOP_close, &close);
	KUNIT_EXPECT_EQ(test, 0, events_abi_detect());
	KUNIT_EXPECT_TRUE(test, events_abi_is_fifo());
	MODEL_PLAN(MODEL_EVENT(set_priority), .err = -EFAULT);
	KUNIT_EXPECT_EQ(test, -EFAULT, events_abi_detect());
	model_event_call(model_guest(), EVTCHNOP_reset, &reset);
	KUNIT_EXPECT_EQ(test, 0, events_abi_detect());
	KUNIT_EXPECT_FALSE(test, events_abi_is_fifo());
	free_page((unsigned long)page);
}

static void where_nobody_serves_nothing_is_bound(struct kunit *test)
{
	struct xenbus_device dev = { .otherend_id = PEER };

	model_events_stop();
	KUNIT_EXPECT_EQ(test, -ENODEV, bind_evtchn_to_irq(port));
	KUNIT_EXPECT_EQ(test, -ENODEV,
			bind_evtchn_to_irqhandler_lateeoi(port, count, 0,
							  "test", &port));
	KUNIT_EXPECT_EQ(test, -ENODEV,
			bind_interdomain_evtchn_to_irq_lateeoi(&dev,
							       peers_port));
	KUNIT_EXPECT_EQ(test, -ENODEV,
			bind_virq_to_irqhandler(VIRQ_DEBUG, 0, count, 0,
						"test", &port));
	KUNIT_EXPECT_EQ(test, -ENODEV,
			bind_ipi_to_irqhandler(0, 0, count, 0, "test",
					       &port));
	KUNIT_EXPECT_EQ(test, -1, (int)irq_from_evtchn(port));
	KUNIT_EXPECT_EQ(test, 0U, xen_evtchn_nr_channels());
	KUNIT_EXPECT_GT(test, 0, evtchn_get(port));
	KUNIT_EXPECT_TRUE(test, bindings_are_gone());
	KUNIT_ASSERT_EQ(test, 0, model_events_start());
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_handler_hears_what_its_peer_sends),
	KUNIT_CASE(a_static_port_stays_open),
	KUNIT_CASE(late_eoi_keeps_a_storm_away),
	KUNIT_CASE_PARAM(a_bind_that_fails_leaves_nothing, way_gen_params),
	KUNIT_CASE(a_peer_that_closes_does_no_harm),
	KUNIT_CASE(a_host_that_lies_about_a_port_is_believed_to_our_harm_only),
	KUNIT_CASE(a_port_that_cannot_be_closed_is_let_go),
	KUNIT_CASE(ports_without_a_peer_are_refused),
	KUNIT_CASE(a_virq_comes_to_its_handler),
	KUNIT_CASE(where_nobody_serves_nothing_is_bound),
	KUNIT_CASE(the_abi_is_found_whether_port_1_is_open_or_not),
	{}
};

static struct kunit_suite suite = {
	.name = "events_bind",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
