// SPDX-License-Identifier: GPL-2.0-only
/*
 * The FIFO ABI of event channels, Xen's half of it.
 *
 * Each port has a word in the domain's event array: pending, masked, linked,
 * and the next port of its queue. A pending port that is not masked is linked
 * behind the last one of its queue, of which each vCPU has one a priority. If
 * the domain has taken that last one out already, the port is the new head,
 * and the queue's bit in "ready" says so.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/sync_bitops.h>

#include "internal.h"

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))

/**
 * model_fifo_word() - the event word of a port
 * @domain: whose, with the FIFO ABI
 * @port: which
 *
 * Context: Any, under model_lock.
 * Return: The word, or NULL if the array does not go as far.
 */
event_word_t *model_fifo_word(struct model_domain *domain, evtchn_port_t port)
{
	if (port / WORDS_PER_PAGE >= domain->fifo->nr_pages)
		return NULL;
	return &domain->fifo->array[port / WORDS_PER_PAGE][port % WORDS_PER_PAGE];
}

/* Bits of event words, which come two to a long. */
static bool has(const event_word_t *word, unsigned int bit)
{
	return READ_ONCE(*word) & BIT(bit);
}

/* Whether any of the bits to be cleared or set was set before. */
static bool test_and_change(event_word_t *word, u32 clear, u32 set)
{
	event_word_t old, seen = READ_ONCE(*word);

	do {
		old = seen;
		seen = cmpxchg(word, old, (old & ~clear) | set);
	} while (seen != old);
	return old & (clear | set);
}

/* Whether the word was still in a queue, and now leads to the port. */
static bool link_behind(event_word_t *word, evtchn_port_t port)
{
	event_word_t old, seen = READ_ONCE(*word);

	do {
		old = seen;
		if (!(old & BIT(EVTCHN_FIFO_LINKED)))
			return false;
		seen = cmpxchg(word, old,
			       (old & ~EVTCHN_FIFO_LINK_MASK) | port);
	} while (seen != old);
	return true;
}

/* Whether the vCPU is to be told. */
static bool enqueue(struct model_domain *domain, evtchn_port_t port,
		    event_word_t *word)
{
	struct model_port *p = &domain->ports[port];
	struct evtchn_fifo_control_block *control;
	struct model_queue *queue;
	event_word_t *tail;
	bool is_linked = false;

	if (has(word, EVTCHN_FIFO_MASKED))
		return false;
	control = domain->fifo->control[p->vcpu];
	queue = &domain->fifo->queues[p->vcpu][p->priority];
	if (!control || test_and_change(word, BIT(EVTCHN_FIFO_BUSY),
					BIT(EVTCHN_FIFO_LINKED)))
		return false;
	tail = queue->tail && queue->tail != port ?
		model_fifo_word(domain, queue->tail) : NULL;
	if (tail)
		is_linked = link_behind(tail, port);
	queue->tail = port;
	if (is_linked)
		return false;
	WRITE_ONCE(control->head[p->priority], port);
	return !test_and_change(&control->ready, 0, BIT(p->priority));
}

/**
 * model_fifo_raise() - an event for a port
 * @domain: whose
 * @port: which
 *
 * Context: Any, under model_lock.
 * Return: Whether its vCPU is to be told.
 */
bool model_fifo_raise(struct model_domain *domain, evtchn_port_t port)
{
	event_word_t *word = model_fifo_word(domain, port);

	if (!word) {
		domain->ports[port].is_pending = true;
		return false;
	}
	test_and_change(word, 0, BIT(EVTCHN_FIFO_PENDING));
	return enqueue(domain, port, word);
}

/**
 * model_fifo_unmask() - unmask a port
 * @domain: whose
 * @port: which
 *
 * Context: Any, under model_lock.
 * Return: Whether its vCPU is to be told of an event that had waited.
 */
bool model_fifo_unmask(struct model_domain *domain, evtchn_port_t port)
{
	event_word_t *word = model_fifo_word(domain, port);

	if (!word)
		return false;
	test_and_change(word, BIT(EVTCHN_FIFO_MASKED), 0);
	return has(word, EVTCHN_FIFO_PENDING) && enqueue(domain, port, word);
}

bool model_fifo_is_linked(struct model_domain *domain, evtchn_port_t port)
{
	event_word_t *word = model_fifo_word(domain, port);

	return word && has(word, EVTCHN_FIFO_LINKED);
}

void model_fifo_clear(struct model_domain *domain, evtchn_port_t port)
{
	event_word_t *word = model_fifo_word(domain, port);

	domain->ports[port].is_pending = false;
	if (word)
		test_and_change(word, BIT(EVTCHN_FIFO_PENDING), 0);
}

void model_fifo_open(struct model_domain *domain, evtchn_port_t port)
{
	if (domain->ports[port].is_pending)
		model_fifo_raise(domain, port);
}

/* A page of the domain's memory that it may write. */
static void *page_at(struct model_domain *domain, u64 gfn)
{
	enum model_frame frame;
	unsigned long mfn;

	if (model_gfn(domain, gfn, &mfn, &frame) || frame != MODEL_FRAME_RAM)
		return NULL;
	return model_mfn_page(mfn);
}

/* What is pending in shared_info is so in the array, when that comes. */
static int switch_to_fifo(struct model_domain *domain)
{
	evtchn_port_t port;

	domain->fifo = kzalloc(sizeof(*domain->fifo), GFP_ATOMIC);
	if (!domain->fifo)
		return -ENOMEM;
	for (port = 1; port < domain->nr_ports; port++) {
		struct model_port *p = &domain->ports[port];

		p->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
		p->is_pending = sync_test_bit(port, (void *)
					      domain->shared->evtchn_pending);
	}
	return 0;
}

int model_fifo_init_control(struct model_domain *domain,
			    struct evtchn_init_control *init)
{
	void *page;
	int err;

	init->link_bits = EVTCHN_FIFO_LINK_BITS;
	if (init->vcpu >= domain->config.nr_vcpus)
		return -ENOENT;
	if (init->offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block) ||
	    init->offset % 8)
		return -EINVAL;
	page = page_at(domain, init->control_gfn);
	if (!page || (domain->fifo && domain->fifo->control[init->vcpu]))
		return -EINVAL;
	err = domain->fifo ? 0 : switch_to_fifo(domain);
	if (!err)
		domain->fifo->control[init->vcpu] = page + init->offset;
	return err;
}

int model_fifo_expand_array(struct model_domain *domain,
			    struct evtchn_expand_array *expand)
{
	struct model_fifo *fifo = domain->fifo;
	evtchn_port_t port;
	void *page;

	if (!fifo)
		return -EOPNOTSUPP;
	if (fifo->nr_pages == ARRAY_SIZE(fifo->array))
		return -ENOSPC;
	page = page_at(domain, expand->array_gfn);
	if (!page)
		return -EINVAL;
	port = fifo->nr_pages * WORDS_PER_PAGE;
	fifo->array[fifo->nr_pages++] = page;
	for (; port < domain->nr_ports; port++)
		if (domain->ports[port].is_pending)
			model_fifo_raise(domain, port);
	return 0;
}

/* Back to 2-level. */
void model_fifo_exit(struct model_domain *domain)
{
	kfree(domain->fifo);
	domain->fifo = NULL;
}
