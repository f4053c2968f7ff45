// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever serves the upcall on the model host: ports become interrupts of an
 * interrupt domain of its own.
 *
 * The host's upcall is an irq_work, so that handlers run as they do for real:
 * in an interrupt, and never under the host's lock.
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>

#include <asm/sync_bitops.h>
#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "../events/internal.h"
#include "guest.h"
#include "internal.h"
#include "plan.h"

/* Rounds of one interrupt, lest a storm holds the CPU. */
#define MAX_ROUNDS 64

static struct irq_domain *irqs;
static struct irq_work upcall_work;

static unsigned long *mask_bits(void)
{
	return (unsigned long *)model_guest()->shared->evtchn_mask;
}

static unsigned long *pending_bits(void)
{
	return (unsigned long *)model_guest()->shared->evtchn_pending;
}

static bool take_one(evtchn_port_t *port)
{
	unsigned long bit;

	for_each_set_bit(bit, pending_bits(), MODEL_MAX_PORTS)
		if (!sync_test_bit(bit, mask_bits())) {
			*port = bit;
			return true;
		}
	return false;
}

static void serve(struct irq_work *work)
{
	evtchn_port_t port;
	int rounds;

	for (rounds = 0; rounds < MAX_ROUNDS && take_one(&port); rounds++) {
		/* Nobody's: it would come for ever. */
		if (generic_handle_domain_irq(irqs, port))
			sync_set_bit(port, mask_bits());
	}
	if (rounds == MAX_ROUNDS)
		irq_work_queue(work);
}

static void upcall(struct model_domain *domain, unsigned int vcpu)
{
	irq_work_queue(&upcall_work);
}

static void mask(struct irq_data *data)
{
	sync_set_bit(data->hwirq, mask_bits());
}

static void unmask(struct irq_data *data)
{
	struct evtchn_unmask op = { .port = data->hwirq };

	HYPERVISOR_event_channel_op(EVTCHNOP_unmask, &op);
}

static void ack(struct irq_data *data)
{
	sync_clear_bit(data->hwirq, pending_bits());
}

static void mask_and_ack(struct irq_data *data)
{
	mask(data);
	ack(data);
}

static struct irq_chip chip = {
	.name = "model",
	.irq_mask = mask,
	.irq_unmask = unmask,
	.irq_ack = ack,
	.irq_mask_ack = mask_and_ack,
};

/* The port stays masked until lateeoi(). */
static struct irq_chip chip_late = {
	.name = "model-lateeoi",
	.irq_mask = mask,
	.irq_unmask = unmask,
	.irq_ack = mask_and_ack,
	.irq_mask_ack = mask_and_ack,
};

static int map_irq(struct irq_domain *domain, unsigned int irq,
		   irq_hw_number_t port)
{
	irq_set_chip_and_handler(irq, &chip, handle_edge_irq);
	return 0;
}

static const struct irq_domain_ops domain_ops = { .map = map_irq };

static unsigned int nr_ports(void)
{
	return MODEL_MAX_PORTS;
}

static unsigned int vcpu_of_cpu(unsigned int cpu)
{
	return cpu;
}

static int irq_of(evtchn_port_t port)
{
	unsigned int irq = port < MODEL_MAX_PORTS ?
		irq_find_mapping(irqs, port) : 0;

	return irq ?: -1;
}

static int bind_port(evtchn_port_t port, bool is_late)
{
	unsigned int irq = model_step_fails() ? 0 :
			   irq_create_mapping(irqs, port);

	if (!irq)
		return -ENOMEM;
	if (is_late)
		irq_set_chip_and_handler(irq, &chip_late, handle_edge_irq);
	return irq;
}

static int bind_interdomain(struct xenbus_device *dev,
			    evtchn_port_t remote_port, evtchn_port_t *port)
{
	struct evtchn_bind_interdomain op = {
		.remote_dom = dev->otherend_id,
		.remote_port = remote_port,
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_interdomain, &op);
	int irq;

	if (err)
		return err;
	*port = op.local_port;
	irq = bind_port(op.local_port, true);
	if (irq < 0)
		port_close(op.local_port);
	return irq;
}

/* As a kernel with Xen support has it: see drivers/xen/events/kernel.c. */
static int check_source(enum binding_kind kind, unsigned int cpu)
{
	return kind == BOUND_IPI && cpu && !events_abi_is_fifo() ? -EOPNOTSUPP :
								   0;
}

static int bind_source(const struct binding *like, bool percpu)
{
	return bind_port(like->port, false);
}

static void drop(evtchn_port_t port, bool is_static)
{
	int irq = irq_of(port);

	sync_set_bit(port, mask_bits());
	if (!is_static)
		port_close(port);
	if (irq >= 0)
		irq_dispose_mapping(irq);
}

static void lateeoi(unsigned int irq, unsigned int eoi_flags)
{
	unmask(irq_get_irq_data(irq));
}

static void clear_pending(unsigned int irq)
{
	ack(irq_get_irq_data(irq));
}

static const struct events_ops ops = {
	.nr_ports = nr_ports,
	.vcpu = vcpu_of_cpu,
	.check_source = check_source,
	.remedy = "",
	.irq_of = irq_of,
	.bind = bind_port,
	.bind_interdomain = bind_interdomain,
	.bind_source = bind_source,
	.drop = drop,
	.lateeoi = lateeoi,
	.clear_pending = clear_pending,
};

const struct events_ops *events_ops = &events_none_ops;

/**
 * model_events_start() - serve the guest's upcall
 *
 * Context: Process; sleeps.
 * Return: 0 or -errno.
 */
int model_events_start(void)
{
	int err;

	irqs = irq_domain_create_linear(NULL, MODEL_MAX_PORTS, &domain_ops, NULL);
	if (!irqs)
		return -ENOMEM;
	memset(mask_bits(), 0xff, MODEL_MAX_PORTS / BITS_PER_BYTE);
	upcall_work = IRQ_WORK_INIT_HARD(serve);
	err = events_abi_detect();
	if (err) {
		irq_domain_remove(irqs);
		return err;
	}
	events_ops = &ops;
	model_guest()->upcall = upcall;
	return 0;
}

/**
 * model_events_stop() - undo model_events_start()
 *
 * Context: Process; sleeps. All ports are unbound.
 */
void model_events_stop(void)
{
	evtchn_port_t port;

	model_guest()->upcall = NULL;
	irq_work_sync(&upcall_work);
	for (port = 0; port < MODEL_MAX_PORTS; port++)
		irq_dispose_mapping(irq_find_mapping(irqs, port));
	irq_domain_remove(irqs);
	irqs = NULL;
	events_ops = &events_none_ops;
	/* Bindings that were let go a moment ago. */
	rcu_barrier();
}
