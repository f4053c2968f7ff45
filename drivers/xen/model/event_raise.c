// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events on their way to a domain.
 *
 * With the 2-level ABI a port has a pending and a mask bit in shared_info,
 * each word of pending bits a bit in its vCPU's pending_sel, and each vCPU one
 * word that says that there is something. With the FIFO ABI see fifo.c.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include <asm/sync_bitops.h>

#include "internal.h"

static struct vcpu_info *vcpu_info(struct model_domain *domain, u32 vcpu)
{
	return &domain->shared->vcpu_info[vcpu];
}

static void *pending_bits(struct model_domain *domain)
{
	return domain->shared->evtchn_pending;
}

static void *mask_bits(struct model_domain *domain)
{
	return domain->shared->evtchn_mask;
}

static void upcall(struct model_domain *domain, u32 vcpu)
{
	if (domain->upcall && !domain->is_dead)
		domain->upcall(domain, vcpu);
}

/* The port is pending and not masked. */
static void tell_vcpu(struct model_domain *domain, evtchn_port_t port)
{
	u32 vcpu = domain->ports[port].vcpu;
	struct vcpu_info *info = vcpu_info(domain, vcpu);

	sync_set_bit(port / BITS_PER_LONG, (void *)&info->evtchn_pending_sel);
	WRITE_ONCE(info->evtchn_upcall_pending, 1);
	upcall(domain, vcpu);
}

/**
 * model_port_raise() - an event for a port
 * @domain: whose
 * @port: which
 *
 * Context: Any, under model_lock.
 */
void model_port_raise(struct model_domain *domain, evtchn_port_t port)
{
	if (domain->fifo) {
		if (model_fifo_raise(domain, port))
			upcall(domain, domain->ports[port].vcpu);
		return;
	}
	if (!sync_test_and_set_bit(port, pending_bits(domain)) &&
	    !sync_test_bit(port, mask_bits(domain)))
		tell_vcpu(domain, port);
}

/**
 * model_port_unmask() - unmask a port, and deliver what came meanwhile
 * @domain: whose
 * @port: any number
 *
 * Context: Any, under model_lock.
 * Return: 0 or -EINVAL.
 */
int model_port_unmask(struct model_domain *domain, evtchn_port_t port)
{
	if (!model_port_of(domain, port))
		return -EINVAL;
	if (domain->fifo) {
		if (model_fifo_unmask(domain, port))
			upcall(domain, domain->ports[port].vcpu);
		return 0;
	}
	if (sync_test_and_clear_bit(port, mask_bits(domain)) &&
	    sync_test_bit(port, pending_bits(domain)))
		tell_vcpu(domain, port);
	return 0;
}

/**
 * model_port_is_pending() - is an event of a port waiting?
 * @domain: whose
 * @port: one that there is
 *
 * Context: Any, under model_lock.
 * Return: true if so.
 */
bool model_port_is_pending(struct model_domain *domain, evtchn_port_t port)
{
	event_word_t *word;

	if (!domain->fifo)
		return sync_test_bit(port, pending_bits(domain));
	word = model_fifo_word(domain, port);
	return word && *word & BIT(EVTCHN_FIFO_PENDING);
}

bool model_event_is_pending(struct model_domain *domain, evtchn_port_t port)
{
	unsigned long flags;
	bool is_pending;

	spin_lock_irqsave(&model_lock, flags);
	is_pending = model_port_of(domain, port) &&
		     model_port_is_pending(domain, port);
	spin_unlock_irqrestore(&model_lock, flags);
	return is_pending;
}

/**
 * model_port_open() - a port begins
 * @domain: whose
 * @port: which
 *
 * Context: Any, under model_lock.
 */
void model_port_open(struct model_domain *domain, evtchn_port_t port)
{
	domain->ports[port].priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
	if (domain->fifo)
		model_fifo_open(domain, port);
}

/**
 * model_port_free() - a port ends
 * @domain: whose
 * @port: which
 *
 * Context: Any, under model_lock.
 */
void model_port_free(struct model_domain *domain, evtchn_port_t port)
{
	struct model_port *p = &domain->ports[port];

	if (domain->fifo)
		model_fifo_clear(domain, port);
	else
		sync_clear_bit(port, pending_bits(domain));
	p->state = EVTCHNSTAT_closed;
	p->vcpu = 0;
	p->remote = NULL;
}

int model_events_init(struct model_domain *domain)
{
	domain->shared = (void *)get_zeroed_page(GFP_KERNEL);
	domain->ports = kcalloc(MODEL_MAX_PORTS, sizeof(*domain->ports),
				GFP_KERNEL);
	domain->nr_ports = MODEL_PORT_LOT;
	if (!domain->shared || !domain->ports)
		return -ENOMEM;
	return model_give_page(domain, ~0UL, domain->shared);
}

void model_events_exit(struct model_domain *domain)
{
	model_fifo_exit(domain);
	kfree(domain->ports);
	free_page((unsigned long)domain->shared);
}
