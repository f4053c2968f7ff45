// SPDX-License-Identifier: GPL-2.0-only
/* The model host's event channels: both ABIs, and who is told what. */
#include <kunit/test.h>
#include <linux/gfp.h>

#include "model/domain.h"

static struct model_domain *dom0, *peer;
static unsigned int nr_upcalls;

static void count_upcall(struct model_domain *domain, unsigned int vcpu)
{
	nr_upcalls++;
}

static int init(struct kunit *test)
{
	int err = model_host_init(NULL);

	if (err)
		return err;
	dom0 = model_domain_create(&(struct model_config){
		MODEL_CONFIG_DEFAULT, .domid = 7 });
	peer = model_domain_create(&(struct model_config){
		MODEL_CONFIG_DEFAULT, .domid = 8 });
	nr_upcalls = 0;
	return dom0 && peer ? 0 : -ENOMEM;
}

static void drop(struct kunit *test)
{
	model_host_exit();
}

/* A channel from dom0's port to the peer's. */
static void connect(struct kunit *test, evtchn_port_t *port,
		    evtchn_port_t *peers)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = 8 };
	struct evtchn_bind_interdomain bind = { .remote_dom = 7 };

	KUNIT_ASSERT_EQ(test, 0, model_event_call(dom0, EVTCHNOP_alloc_unbound,
						  &alloc));
	bind.remote_port = alloc.port;
	KUNIT_ASSERT_EQ(test, 0, model_event_call(peer,
						  EVTCHNOP_bind_interdomain,
						  &bind));
	*port = alloc.port;
	*peers = bind.local_port;
}

static u32 state_of(struct model_domain *domain, evtchn_port_t port)
{
	struct evtchn_status status = { .dom = DOMID_SELF, .port = port };

	return model_event_call(domain, EVTCHNOP_status, &status) ?
		~0U : status.status;
}

static int send(struct model_domain *domain, evtchn_port_t port)
{
	return model_event_call(domain, EVTCHNOP_send,
				&(struct evtchn_send){ .port = port });
}

static void a_port_is_bound_by_whom_it_is_for(struct kunit *test)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = 9 };
	struct evtchn_bind_interdomain bind = { .remote_dom = 7 };

	KUNIT_ASSERT_EQ(test, 0, model_event_call(dom0, EVTCHNOP_alloc_unbound,
						  &alloc));
	bind.remote_port = alloc.port;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			model_event_call(peer, EVTCHNOP_bind_interdomain,
					 &bind));
	bind.remote_dom = 99;
	KUNIT_EXPECT_EQ(test, -ESRCH,
			model_event_call(peer, EVTCHNOP_bind_interdomain,
					 &bind));
}

static void what_was_sent_before_the_bind_is_not_lost(struct kunit *test)
{
	evtchn_port_t port, peers;

	connect(test, &port, &peers);
	KUNIT_EXPECT_TRUE(test, model_event_is_pending(peer, peers));
	KUNIT_EXPECT_FALSE(test, model_event_is_pending(dom0, port));
}

static void an_event_tells_the_vcpu_once(struct kunit *test)
{
	evtchn_port_t port, peers;

	connect(test, &port, &peers);
	dom0->upcall = count_upcall;
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers));
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers));
	KUNIT_EXPECT_EQ(test, 1U, nr_upcalls);
	KUNIT_EXPECT_EQ(test, 1, dom0->shared->vcpu_info[0].evtchn_upcall_pending);
	KUNIT_EXPECT_EQ(test, BIT(port),
			(unsigned long)dom0->shared->evtchn_pending[0]);
}

static void a_masked_port_tells_when_it_is_unmasked(struct kunit *test)
{
	struct evtchn_unmask unmask;
	evtchn_port_t port, peers;

	connect(test, &port, &peers);
	dom0->upcall = count_upcall;
	dom0->shared->evtchn_mask[0] = ~0UL;
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers));
	KUNIT_EXPECT_EQ(test, 0U, nr_upcalls);
	unmask.port = port;
	KUNIT_EXPECT_EQ(test, 0, model_event_call(dom0, EVTCHNOP_unmask,
						  &unmask));
	KUNIT_EXPECT_EQ(test, 1U, nr_upcalls);
}

static void the_other_end_of_a_closed_port_is_unbound(struct kunit *test)
{
	evtchn_port_t port, peers;
	struct evtchn_close close;

	connect(test, &port, &peers);
	close.port = peers;
	KUNIT_EXPECT_EQ(test, 0, model_event_call(peer, EVTCHNOP_close,
						  &close));
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_closed, state_of(peer, peers));
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_unbound, state_of(dom0, port));
	KUNIT_EXPECT_EQ(test, -EINVAL, model_event_call(peer, EVTCHNOP_close,
							&close));
	KUNIT_EXPECT_EQ(test, 0, send(dom0, port));
	KUNIT_EXPECT_EQ(test, -EINVAL, send(peer, peers));
}

static void a_domain_that_ends_leaves_its_peers_unbound(struct kunit *test)
{
	evtchn_port_t port, peers;

	connect(test, &port, &peers);
	model_domain_destroy(peer);
	KUNIT_EXPECT_EQ(test, (u32)EVTCHNSTAT_unbound, state_of(dom0, port));
}

static void a_virq_has_one_port(struct kunit *test)
{
	struct evtchn_bind_virq bind = { .virq = VIRQ_DEBUG, .vcpu = 1 };

	KUNIT_EXPECT_EQ(test, 0, model_event_call(dom0, EVTCHNOP_bind_virq,
						  &bind));
	KUNIT_EXPECT_EQ(test, -EEXIST, model_event_call(dom0,
							EVTCHNOP_bind_virq,
							&bind));
	model_event_virq(dom0, VIRQ_DEBUG, 0);
	KUNIT_EXPECT_FALSE(test, model_event_is_pending(dom0, bind.port));
	model_event_virq(dom0, VIRQ_DEBUG, 1);
	KUNIT_EXPECT_TRUE(test, model_event_is_pending(dom0, bind.port));
	bind.virq = VIRQ_CONSOLE;
	KUNIT_EXPECT_EQ(test, -EINVAL, model_event_call(dom0,
							EVTCHNOP_bind_virq,
							&bind));
}

static void ports_run_out(struct kunit *test)
{
	struct evtchn_bind_ipi bind = {};
	unsigned int nr = 0;
	int err;

	while (!(err = model_event_call(dom0, EVTCHNOP_bind_ipi, &bind)))
		nr++;
	KUNIT_EXPECT_EQ(test, -ENOSPC, err);
	KUNIT_EXPECT_EQ(test, MODEL_MAX_PORTS - 1U, nr);
}

static void *fifo_page(struct kunit *test, unsigned long gfn)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, 0, model_give_page(dom0, gfn, page));
	return page;
}

/* dom0 with a control block for vCPU 0 at frame 1, and an array at 2. */
static void start_fifo(struct kunit *test,
		       struct evtchn_fifo_control_block **control,
		       event_word_t **words)
{
	struct evtchn_init_control init = { .control_gfn = 1 };
	struct evtchn_expand_array expand = { .array_gfn = 2 };

	*control = fifo_page(test, 1);
	*words = fifo_page(test, 2);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
			model_event_call(dom0, EVTCHNOP_expand_array,
					 &expand));
	KUNIT_ASSERT_EQ(test, 0, model_event_call(dom0, EVTCHNOP_init_control,
						  &init));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			model_event_call(dom0, EVTCHNOP_init_control, &init));
	KUNIT_ASSERT_EQ(test, 0, model_event_call(dom0, EVTCHNOP_expand_array,
						  &expand));
}

static void free_fifo(struct evtchn_fifo_control_block *control,
		      event_word_t *words)
{
	model_domain_destroy(dom0);
	free_page((unsigned long)control);
	free_page((unsigned long)words);
}

static void fifo_links_ports_in_their_order(struct kunit *test)
{
	struct evtchn_fifo_control_block *control;
	evtchn_port_t ports[2], peers[2];
	event_word_t *words;

	connect(test, &ports[0], &peers[0]);
	connect(test, &ports[1], &peers[1]);
	start_fifo(test, &control, &words);
	dom0->upcall = count_upcall;
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers[1]));
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers[0]));
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers[1]));
	KUNIT_EXPECT_EQ(test, 1U, nr_upcalls);
	KUNIT_EXPECT_EQ(test, (u32)BIT(EVTCHN_FIFO_PRIORITY_DEFAULT),
			control->ready);
	KUNIT_EXPECT_EQ(test, ports[1],
			control->head[EVTCHN_FIFO_PRIORITY_DEFAULT]);
	KUNIT_EXPECT_EQ(test, ports[0],
			words[ports[1]] & EVTCHN_FIFO_LINK_MASK);
	KUNIT_EXPECT_EQ(test, (u32)(BIT(EVTCHN_FIFO_PENDING) |
				    BIT(EVTCHN_FIFO_LINKED)), words[ports[0]]);
	free_fifo(control, words);
}

static void fifo_has_a_queue_a_priority(struct kunit *test)
{
	struct evtchn_set_priority set = { .priority = 3 };
	struct evtchn_fifo_control_block *control;
	evtchn_port_t port, peers;
	event_word_t *words;

	connect(test, &port, &peers);
	set.port = port;
	KUNIT_EXPECT_EQ(test, -ENOSYS,
			model_event_call(dom0, EVTCHNOP_set_priority, &set));
	start_fifo(test, &control, &words);
	KUNIT_EXPECT_EQ(test, 0,
			model_event_call(dom0, EVTCHNOP_set_priority, &set));
	words[port] = BIT(EVTCHN_FIFO_MASKED);
	KUNIT_EXPECT_EQ(test, 0, send(peer, peers));
	KUNIT_EXPECT_EQ(test, 0U, control->ready);
	KUNIT_EXPECT_EQ(test, 0,
			model_event_call(dom0, EVTCHNOP_unmask, &set.port));
	KUNIT_EXPECT_EQ(test, 8U, control->ready);
	KUNIT_EXPECT_EQ(test, port, control->head[3]);
	set.priority = 16;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			model_event_call(dom0, EVTCHNOP_set_priority, &set));
	free_fifo(control, words);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_port_is_bound_by_whom_it_is_for),
	KUNIT_CASE(what_was_sent_before_the_bind_is_not_lost),
	KUNIT_CASE(an_event_tells_the_vcpu_once),
	KUNIT_CASE(a_masked_port_tells_when_it_is_unmasked),
	KUNIT_CASE(the_other_end_of_a_closed_port_is_unbound),
	KUNIT_CASE(a_domain_that_ends_leaves_its_peers_unbound),
	KUNIT_CASE(a_virq_has_one_port),
	KUNIT_CASE(ports_run_out),
	KUNIT_CASE(fifo_links_ports_in_their_order),
	KUNIT_CASE(fifo_has_a_queue_a_priority),
	{}
};

static struct kunit_suite suite = {
	.name = "model_event",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
