// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on event channels.
 *
 * A port has a number on each side: Xen does not give one again while the
 * kernel has it in a queue, and when that ends is the kernel's business.
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "differential.h"

static bool is_open(struct run *run, struct port_pair port)
{
	unsigned int i;

	for (i = 0; i < run->nr_open; i++)
		if (run->open[i].real == port.real ||
		    run->open[i].model == port.model)
			return true;
	return false;
}

static struct port_pair pick_port(struct run *run)
{
	static const struct port_pair bad[] = {
		{ 1U << 17, 1U << 17 }, { 1U << 20, 1U << 20 }, { ~0U, ~0U } };

	if (run->nr_open && chance(run, 70))
		return run->open[pick(run, run->nr_open)];
	if (run->closed.real && chance(run, 50) && !is_open(run, run->closed))
		return run->closed;
	return chance(run, 30) ? (struct port_pair){ 0, 0 } :
				 bad[pick(run, ARRAY_SIZE(bad))];
}

static u32 pick_vcpu(struct run *run)
{
	return chance(run, 80) ? pick(run, run->nr_vcpus) :
	       chance(run, 50) ? run->nr_vcpus : ~0U;
}

static void note_open(struct run *run, evtchn_port_t real, evtchn_port_t model)
{
	run->open[run->nr_open++] = (struct port_pair){ real, model };
}

static void note_closed(struct run *run, struct port_pair port)
{
	unsigned int i;

	for (i = 0; i < run->nr_open; i++)
		if (run->open[i].real == port.real)
			run->open[i] = run->open[--run->nr_open];
	run->closed = port;
}

static void alloc_unbound(struct run *run)
{
	struct evtchn_alloc_unbound op = { .dom = pick_domid(run),
					   .remote_dom = pick_domid(run) };
	struct evtchn_alloc_unbound model = op;

	if (!call_event(run, EVTCHNOP_alloc_unbound, &op, &model))
		note_open(run, op.port, model.port);
}

static void bind_interdomain(struct run *run)
{
	struct evtchn_bind_interdomain op = { .remote_dom = pick_domid(run) };
	struct evtchn_bind_interdomain model = op;
	struct port_pair port = pick_port(run);

	if (op.remote_dom == MODEL_DOM0)
		port = (struct port_pair){ ~0U, ~0U };
	op.remote_port = port.real;
	model.remote_port = port.model;
	if (!call_event(run, EVTCHNOP_bind_interdomain, &op, &model))
		note_open(run, op.local_port, model.local_port);
}

/* But for those that the kernel may have, now or later. */
static u32 pick_virq(struct run *run)
{
	u32 virq = chance(run, 10) ? ~0U - pick(run, 2) :
				     2 + pick(run, 26);

	return virq == VIRQ_XENPMU ? VIRQ_XENOPROF : virq;
}

static void bind_virq(struct run *run)
{
	struct evtchn_bind_virq op = { .virq = pick_virq(run),
				       .vcpu = pick_vcpu(run) };
	struct evtchn_bind_virq model = op;

	if (!call_event(run, EVTCHNOP_bind_virq, &op, &model))
		note_open(run, op.port, model.port);
}

static void bind_ipi(struct run *run)
{
	struct evtchn_bind_ipi op = { .vcpu = pick_vcpu(run) };
	struct evtchn_bind_ipi model = op;

	if (!call_event(run, EVTCHNOP_bind_ipi, &op, &model))
		note_open(run, op.port, model.port);
}

static void close_port(struct run *run, struct port_pair port)
{
	struct evtchn_close op = { .port = port.real };
	struct evtchn_close model = { .port = port.model };

	if (!call_event(run, EVTCHNOP_close, &op, &model))
		note_closed(run, port);
}

static void bind_vcpu(struct run *run)
{
	struct port_pair port = pick_port(run);
	struct evtchn_bind_vcpu op = { .port = port.real,
				       .vcpu = pick_vcpu(run) };
	struct evtchn_bind_vcpu model = { .port = port.model,
					  .vcpu = op.vcpu };

	call_event(run, EVTCHNOP_bind_vcpu, &op, &model);
}

static void send(struct run *run)
{
	struct port_pair port = pick_port(run);
	struct evtchn_send op = { .port = port.real };
	struct evtchn_send model = { .port = port.model };

	call_event(run, EVTCHNOP_send, &op, &model);
}

static void unmask(struct run *run)
{
	struct port_pair port = pick_port(run);
	struct evtchn_unmask op = { .port = port.real };
	struct evtchn_unmask model = { .port = port.model };

	call_event(run, EVTCHNOP_unmask, &op, &model);
}

static void set_priority(struct run *run)
{
	struct port_pair port = pick_port(run);
	struct evtchn_set_priority op = { .port = port.real,
					  .priority = pick(run, 18) };
	struct evtchn_set_priority model = { .port = port.model,
					     .priority = op.priority };

	call_event(run, EVTCHNOP_set_priority, &op, &model);
}

/* What the model calls a port of Xen's. */
static evtchn_port_t to_model(struct run *run, evtchn_port_t real)
{
	unsigned int i;

	for (i = 0; i < run->nr_open; i++)
		if (run->open[i].real == real)
			return run->open[i].model;
	return 0;
}

static void compare_status(struct run *run, const struct evtchn_status *real,
			   const struct evtchn_status *model)
{
	compare(run, "status", real->status, model->status, "of port %u",
		real->port);
	compare(run, "vcpu", real->vcpu, model->vcpu, "of port %u",
		real->port);
	if (real->status == EVTCHNSTAT_unbound)
		compare(run, "remote domain", real->u.unbound.dom,
			model->u.unbound.dom, "of port %u", real->port);
	if (real->status == EVTCHNSTAT_interdomain) {
		compare(run, "remote domain", real->u.interdomain.dom,
			model->u.interdomain.dom, "of port %u", real->port);
		compare(run, "remote port",
			to_model(run, real->u.interdomain.port),
			model->u.interdomain.port, "of port %u", real->port);
	}
	if (real->status == EVTCHNSTAT_virq)
		compare(run, "virq", real->u.virq, model->u.virq,
			"of port %u", real->port);
}

static void status(struct run *run)
{
	struct port_pair port = pick_port(run);
	struct evtchn_status op = { .dom = pick_domid(run) };
	struct evtchn_status model = op;

	if (op.dom == MODEL_DOM0)
		port = chance(run, 50) ? (struct port_pair){ 1, 1 } :
					 (struct port_pair){ ~0U, ~0U };
	op.port = port.real;
	model.port = port.model;
	if (!call_event(run, EVTCHNOP_status, &op, &model))
		compare_status(run, &op, &model);
}

/* Never of this domain: the kernel would lose its ports. */
static void reset(struct run *run)
{
	struct evtchn_reset op = { .dom = pick_domid(run) }, model;

	if (op.dom == DOMID_SELF || op.dom == run->domid)
		op.dom = MODEL_DOM0;
	model = op;
	call_event(run, EVTCHNOP_reset, &op, &model);
}

/* The kernel's vCPUs have their control blocks, so none is accepted. */
static void init_control(struct run *run)
{
	struct evtchn_init_control op = { .vcpu = pick_vcpu(run) }, model;

	if (!run->is_fifo)
		return;
	op.offset = chance(run, 50) ? 4 : 0;
	op.control_gfn = ~0UL >> PAGE_SHIFT;
	model = op;
	call_event(run, EVTCHNOP_init_control, &op, &model);
}

static void expand_array(struct run *run)
{
	struct evtchn_expand_array op = { .array_gfn = ~0UL >> PAGE_SHIFT };
	struct evtchn_expand_array model = op;

	call_event(run, EVTCHNOP_expand_array, &op, &model);
}

static void bad_command(struct run *run)
{
	static const unsigned int cmds[] = { 15, 99, ~0U };
	u64 op[4] = {}, model[4] = {};

	call_event(run, cmds[pick(run, ARRAY_SIZE(cmds))], op, model);
}

/**
 * events_step() - one random operation
 * @run: the run
 *
 * Context: Process.
 */
void events_step(struct run *run)
{
	u32 dice = pick(run, 100);

	if (dice < 30 && run->nr_open == NR_OPEN)
		close_port(run, pick_port(run));
	else if (dice < 12)
		alloc_unbound(run);
	else if (dice < 20)
		bind_interdomain(run);
	else if (dice < 25)
		bind_virq(run);
	else if (dice < 30)
		bind_ipi(run);
	else if (dice < 45)
		close_port(run, pick_port(run));
	else if (dice < 55)
		send(run);
	else if (dice < 75)
		status(run);
	else if (dice < 82)
		bind_vcpu(run);
	else if (dice < 88)
		unmask(run);
	else if (dice < 93)
		set_priority(run);
	else if (dice < 95)
		reset(run);
	else if (dice < 97)
		init_control(run);
	else if (dice < 98)
		expand_array(run);
	else
		bad_command(run);
}

/* What the model's FIFO is in; it has no kernel that would empty it. */
static u8 fifo_pages[MODEL_MAX_VCPUS + 1][PAGE_SIZE] __aligned(PAGE_SIZE);

/**
 * events_clean() - close what a sequence has left open
 * @run: the run
 *
 * Context: Process.
 */
void events_clean(struct run *run)
{
	unsigned int before;

	do {
		before = run->nr_open;
		if (before)
			close_port(run, run->open[0]);
	} while (run->nr_open < before);
	run->nr_open = 0;
	run->closed = (struct port_pair){ 0, 0 };
	memset(fifo_pages, 0, sizeof(fifo_pages));
}

/* Xen says who we are when it names the one for whom a port is. */
static int find_domid(struct run *run)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = DOMID_SELF };
	struct evtchn_status status = { .dom = DOMID_SELF };
	struct evtchn_close close;
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);

	if (err)
		return err;
	status.port = alloc.port;
	err = HYPERVISOR_event_channel_op(EVTCHNOP_status, &status);
	run->domid = status.u.unbound.dom;
	close.port = alloc.port;
	HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
	return err;
}

static void find_abi(struct run *run)
{
	struct evtchn_set_priority set = {
		.port = 1, .priority = EVTCHN_FIFO_PRIORITY_MIN + 1 };

	run->is_fifo = HYPERVISOR_event_channel_op(EVTCHNOP_set_priority,
						   &set) == -EINVAL;
}

/**
 * events_find() - what the real host tells of us
 * @run: the run
 *
 * Context: Process.
 * Return: 0 or -errno.
 */
int events_find(struct run *run)
{
	run->nr_vcpus = num_possible_cpus();
	find_abi(run);
	return find_domid(run);
}

static int start_fifo(struct run *run)
{
	struct evtchn_init_control init = {};
	struct evtchn_expand_array expand;
	int err = 0;

	for (; init.vcpu < run->nr_vcpus && !err; init.vcpu++) {
		init.control_gfn = page_to_pfn(vmalloc_to_page(fifo_pages[init.vcpu]));
		err = model_event_call(model_guest(), EVTCHNOP_init_control,
				       &init);
	}
	expand.array_gfn = page_to_pfn(vmalloc_to_page(fifo_pages[MODEL_MAX_VCPUS]));
	return err ?: model_event_call(model_guest(), EVTCHNOP_expand_array,
				       &expand);
}

/**
 * events_begin() - give the model the ports that are there
 * @run: the run
 *
 * Context: Process.
 * Return: 0 or -errno.
 */
int events_begin(struct run *run)
{
	struct model_domain *guest = model_guest();
	struct evtchn_status status;
	evtchn_port_t port;

	for (port = 0;; port++) {
		status = (struct evtchn_status){ .dom = DOMID_SELF,
						 .port = port };
		if (port == MODEL_MAX_PORTS ||
		    HYPERVISOR_event_channel_op(EVTCHNOP_status, &status))
			break;
		if (status.status != EVTCHNSTAT_closed)
			guest->ports[port].state = MODEL_PORT_ELSEWHERE;
	}
	run->nr_ports = port;
	guest->nr_ports = port;
	return run->is_fifo ? start_fifo(run) : 0;
}
