// SPDX-License-Identifier: GPL-2.0-only
/* The FIFO ABI: event words and queues in pages of ours, see fifo.c. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>

#include "core.h"
#include "internal.h"

/* Grows under bindings_lock. */
static struct fifo_array array;

/*
 * Only ports with a word get here. One that has none is Xen's mistake, and
 * is told apart where events come in.
 */
static event_word_t *word_of(evtchn_port_t port)
{
	return fifo_word(&array, port);
}

static bool is_pending(evtchn_port_t port)
{
	event_word_t *word = word_of(port);

	return word && fifo_is_pending(word);
}

static bool is_masked(evtchn_port_t port)
{
	event_word_t *word = word_of(port);

	return !word || fifo_is_masked(word);
}

static void set_pending(evtchn_port_t port)
{
	event_word_t *word = word_of(port);

	if (word)
		fifo_set_pending(word);
}

static void clear_pending(evtchn_port_t port)
{
	event_word_t *word = word_of(port);

	if (word)
		fifo_clear_pending(word);
}

static void mask(evtchn_port_t port)
{
	event_word_t *word = word_of(port);

	if (word)
		fifo_mask(word);
}

static void unmask_port(evtchn_port_t port)
{
	struct evtchn_unmask unmask = { .port = port };
	event_word_t *word = word_of(port);

	if (!word || fifo_try_unmask(word))
		return;
	if (HYPERVISOR_event_channel_op(EVTCHNOP_unmask, &unmask))
		pr_err_ratelimited("port %u stays masked: Xen does not unmask it\n",
				   port);
}

static void move(evtchn_port_t port, struct event_cpu *from,
		 struct event_cpu *to)
{
}

static bool serve(struct event_cpu *c, unsigned int *budget)
{
	evtchn_port_t port;
	int ret;

	while ((ret = fifo_next(&c->queues, &array, &port)) >= 0) {
		if (ret) {
			event_port_handle(c, port);
			c->nr_events++;
		}
		if (!--*budget)
			return c->queues.ready;
	}
	return false;
}

static int give_control(struct event_cpu *c)
{
	struct evtchn_init_control init = {
		.control_gfn = kept_gfn(&c->kept->control),
		.offset = offset_in_page(&c->kept->control),
		.vcpu = c->vcpu,
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_init_control, &init);

	if (!err)
		c->kept->has_control = true;
	return err;
}

static int cpu_start(struct event_cpu *c)
{
	unsigned int i;
	int err = 0;

	if (!c->kept)
		c->kept = kept_vcpu(c->vcpu);
	if (!c->kept)
		return -ENOMEM;
	c->queues.control = &c->kept->control;
	c->queues.heads = c->kept->heads;
	/* What an earlier load did not come to. */
	for (i = 0; i < EVTCHN_FIFO_MAX_QUEUES; i++)
		if (c->kept->heads[i])
			c->queues.ready |= BIT(i);
	if (!c->kept->has_control)
		err = give_control(c);
	return err;
}

static int add_page(void)
{
	event_word_t *page = (void *)get_zeroed_page(GFP_KERNEL);
	struct evtchn_expand_array expand;
	int err;

	if (!page)
		return -ENOMEM;
	fifo_page_init(page);
	expand.array_gfn = kept_gfn(page);
	err = HYPERVISOR_event_channel_op(EVTCHNOP_expand_array, &expand);
	if (err) {
		free_page((unsigned long)page);
		return err;
	}
	kept_add_page(page);
	array.pages[array.nr_pages] = page;
	/* Pairs with the acquire in fifo_word(). */
	smp_store_release(&array.nr_pages, array.nr_pages + 1);
	return 0;
}

static int port_start(evtchn_port_t port)
{
	int err = 0;

	if (port >= EVTCHN_FIFO_NR_CHANNELS)
		return -ENOSPC;
	while (!err && !word_of(port))
		err = add_page();
	if (err)
		pr_err_ratelimited("port %u has no event word: Xen takes no further page (%d)\n",
				   port, err);
	return err;
}

/**
 * abi_fifo_start() - get ready
 *
 * The first control block is what changes the domain's ABI; that is for
 * cpu_start().
 *
 * Context: Process, while the module loads.
 */
void abi_fifo_start(void)
{
	kept_add_pages_to(&array);
}

const struct event_abi event_abi_fifo = {
	.name = "fifo",
	.nr_ports = EVTCHN_FIFO_NR_CHANNELS,
	.cpu_start = cpu_start,
	.port_start = port_start,
	.is_pending = is_pending,
	.is_masked = is_masked,
	.set_pending = set_pending,
	.clear_pending = clear_pending,
	.mask = mask,
	.unmask = unmask_port,
	.move = move,
	.serve = serve,
};
