// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports as interrupts: a chip and a domain of our own.
 *
 * The flow is that of an edge: acknowledging forgets the event, and what comes
 * while the handler runs comes again. Several have a reason to mask a port, and
 * it is unmasked when none of them has one any more.
 *
 * A port that goes away is masked first, and then everybody who may be on the
 * way to its handler is waited for, before the interrupt ends. What Xen sends on
 * a port that is not bound is masked and counted, and that is all.
 */
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include <asm/xen/hypercall.h>
#include <xen/compat.h>
#include <xen/xenbus.h>

#include "core.h"
#include "internal.h"

static struct fwnode_handle *fwnode;
static struct irq_domain *domain;

/* All ports; taken while they come and go, and while a CPU leaves. */
static DEFINE_MUTEX(ports_lock);
static LIST_HEAD(ports);

/* Events of ports that nobody has bound. */
static atomic_long_t nr_stray;

/**
 * event_port_mask() - give a reason to mask a port
 * @p: the port
 * @reason: the reason
 *
 * Context: Any.
 */
void event_port_mask(struct event_port *p, enum mask_reason reason)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	if (!p->masked_by)
		event_abi->mask(p->port);
	p->masked_by |= reason;
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

/**
 * event_port_unmask() - take a reason to mask a port back
 * @p: the port
 * @reason: the reason
 *
 * Context: Any.
 */
void event_port_unmask(struct event_port *p, enum mask_reason reason)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	if (p->masked_by & reason) {
		p->masked_by &= ~reason;
		if (!p->masked_by)
			event_abi->unmask(p->port);
	}
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static struct event_port *port_of(struct irq_data *data)
{
	return irq_data_get_irq_chip_data(data);
}

static void chip_mask(struct irq_data *data)
{
	event_port_mask(port_of(data), MASK_DISABLED);
}

static void chip_unmask(struct irq_data *data)
{
	event_port_unmask(port_of(data), MASK_DISABLED);
}

static void chip_ack(struct irq_data *data)
{
	struct event_port *p = port_of(data);

	if (p->is_late) {
		event_port_mask(p, MASK_EOI);
		if (p->dev)
			atomic_inc(&p->dev->events);
	}
	event_abi->clear_pending(p->port);
}

static void chip_mask_ack(struct irq_data *data)
{
	chip_mask(data);
	chip_ack(data);
}

static int chip_retrigger(struct irq_data *data)
{
	struct event_port *p = port_of(data);

	event_port_mask(p, MASK_BRIEFLY);
	event_abi->set_pending(p->port);
	event_port_unmask(p, MASK_BRIEFLY);
	return 1;
}

static void note_move(struct event_port *p, unsigned int cpu)
{
	struct event_cpu *from = event_cpu(p->cpu), *to = event_cpu(cpu);

	event_abi->move(p->port, from, to);
	atomic_dec(&from->nr_ports);
	atomic_inc(&to->nr_ports);
	p->cpu = cpu;
}

/* Masked meanwhile: what is waiting then goes to the new CPU. */
static int move_to(struct event_port *p, unsigned int cpu)
{
	struct evtchn_bind_vcpu bind = { .port = p->port,
					 .vcpu = event_cpu(cpu)->vcpu };
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&p->lock, flags);
	event_abi->mask(p->port);
	err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_vcpu, &bind);
	if (!err)
		note_move(p, cpu);
	if (!p->masked_by)
		event_abi->unmask(p->port);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	if (err)
		pr_err_ratelimited("port %u does not move to CPU %u: Xen refuses (%d)\n",
				   p->port, cpu, err);
	return err;
}

/* Under the descriptor's lock. */
static int chip_set_affinity(struct irq_data *data, const struct cpumask *mask,
			     bool force)
{
	struct event_port *p = port_of(data);
	unsigned int cpu = p->is_pinned ? nr_cpu_ids :
					  event_cpu_choose(mask, p->cpu);

	if (cpu >= nr_cpu_ids || (cpu != p->cpu && move_to(p, cpu)))
		return -EINVAL;
	irq_data_update_effective_affinity(data, cpumask_of(cpu));
	return IRQ_SET_MASK_OK;
}

static struct irq_chip chip = {
	.name = "xendomu-event",
	.irq_enable = chip_unmask,
	.irq_disable = chip_mask,
	.irq_mask = chip_mask,
	.irq_unmask = chip_unmask,
	.irq_ack = chip_ack,
	.irq_mask_ack = chip_mask_ack,
	.irq_retrigger = chip_retrigger,
	.irq_set_affinity = chip_set_affinity,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int domain_map(struct irq_domain *d, unsigned int irq,
		      irq_hw_number_t port)
{
	irq_set_chip_and_handler_name(irq, &chip, handle_edge_irq, "event");
	/* An affinity may be set at any time, not only in an interrupt. */
	irq_set_status_flags(irq, COMPAT_IRQ_MOVE_ANY_TIME | IRQ_NOREQUEST);
	return 0;
}

static const struct irq_domain_ops domain_ops = { .map = domain_map };

/**
 * event_port_irq() - the interrupt of a port
 * @port: any number
 *
 * Context: Any.
 * Return: The interrupt, or -1.
 */
int event_port_irq(evtchn_port_t port)
{
	unsigned int irq = irq_find_mapping(domain, port);

	return irq ?: -1;
}

/**
 * event_port_of_irq() - the port of an interrupt that is ours
 * @irq: an interrupt with a binding
 *
 * Context: Any.
 * Return: The port.
 */
struct event_port *event_port_of_irq(unsigned int irq)
{
	return irq_get_chip_data(irq);
}

/* Gives a port its first CPU: an earlier user may have left it anywhere. */
static int place(struct event_port *p)
{
	struct evtchn_bind_vcpu bind = { .port = p->port };

	if (!p->is_pinned) {
		p->cpu = event_cpu_choose(cpu_online_mask, nr_cpu_ids);
		if (p->cpu >= nr_cpu_ids)
			return -ENODEV;
	}
	bind.vcpu = event_cpu(p->cpu)->vcpu;
	event_abi->mask(p->port);
	return p->is_pinned ? 0 :
		HYPERVISOR_event_channel_op(EVTCHNOP_bind_vcpu, &bind);
}

static int make_irq(struct event_port *p)
{
	p->irq = irq_create_mapping(domain, p->port);
	if (!p->irq)
		return -ENOMEM;
	if (p->is_pinned)
		irq_set_status_flags(p->irq, IRQ_PER_CPU | IRQ_NO_BALANCING);
	irq_set_chip_data(p->irq, p);
	/* Nobody could have requested it before. */
	irq_clear_status_flags(p->irq, IRQ_NOREQUEST);
	return 0;
}

/* From now on it is counted, and comes and goes with CPUs. */
static void list(struct event_port *p)
{
	event_abi->move(p->port, NULL, event_cpu(p->cpu));
	atomic_inc(&event_cpu(p->cpu)->nr_ports);
	if (p->dev)
		atomic_inc(&p->dev->event_channels);
	list_add(&p->entry, &ports);
}

static void unlist(struct event_port *p)
{
	list_del(&p->entry);
	if (p->dev)
		atomic_dec(&p->dev->event_channels);
	atomic_dec(&event_cpu(p->cpu)->nr_ports);
	event_abi->move(p->port, event_cpu(p->cpu), NULL);
}

/**
 * event_port_add() - an interrupt for a port
 * @like: port, is_late, is_pinned, dev and cpu are copied; cpu is of a pinned
 *	port only
 *
 * Context: Process; sleeps; under bindings_lock.
 * Return: The interrupt, or -errno.
 */
int event_port_add(const struct event_port *like)
{
	struct event_port *p = kmemdup(like, sizeof(*like), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	raw_spin_lock_init(&p->lock);
	p->masked_by = MASK_DISABLED;
	lateeoi_init(p);
	mutex_lock(&ports_lock);
	err = event_abi->port_start(p->port);
	if (!err)
		err = place(p);
	if (!err)
		err = make_irq(p);
	if (!err)
		list(p);
	mutex_unlock(&ports_lock);
	if (!err)
		return p->irq;
	kfree(p);
	return err;
}

static void close_port(evtchn_port_t port)
{
	/* What a next owner of the number must not see. */
	port_close(port);
	event_abi->clear_pending(port);
}

/**
 * event_port_remove() - end the interrupt of a port
 * @port: a port with an interrupt that has no handler
 * @is_static: leave the port open
 *
 * Context: Process; sleeps; under bindings_lock.
 */
void event_port_remove(evtchn_port_t port, bool is_static)
{
	struct event_port *p = event_port_of_irq(event_port_irq(port));

	event_port_mask(p, MASK_DISABLED);
	lateeoi_exit(p);
	mutex_lock(&ports_lock);
	unlist(p);
	mutex_unlock(&ports_lock);
	if (!is_static)
		close_port(port);
	/* Whoever saw the port unmasked is through with it after this. */
	synchronize_rcu();
	irq_dispose_mapping(p->irq);
	kfree_rcu(p, rcu);
}

static void handle_stray(evtchn_port_t port)
{
	event_abi->mask(port);
	event_abi->clear_pending(port);
	atomic_long_inc(&nr_stray);
	pr_warn_ratelimited("an event of port %u, which is not bound here: masked\n",
			    port);
}

/**
 * event_port_handle() - an event of a port has come
 * @c: the CPU it came to
 * @port: any number
 *
 * Context: Interrupt.
 */
void event_port_handle(struct event_cpu *c, evtchn_port_t port)
{
	int err;

	if (port == READ_ONCE(c->proof)) {
		event_abi->clear_pending(port);
		WRITE_ONCE(c->proof, 0);
		return;
	}
	rcu_read_lock();
	err = generic_handle_domain_irq(domain, port);
	rcu_read_unlock();
	if (err)
		handle_stray(port);
}

/**
 * event_ports_nr_stray() - events of ports that nobody has bound
 *
 * Context: Any.
 * Return: How many there were.
 */
unsigned long event_ports_nr_stray(void)
{
	return atomic_long_read(&nr_stray);
}

/**
 * event_ports_leave() - move all ports away from a CPU
 * @cpu: not usable any more
 *
 * Those that Xen does not let move wait until the CPU is back.
 *
 * Context: Process; sleeps.
 */
void event_ports_leave(unsigned int cpu)
{
	struct event_port *p;

	mutex_lock(&ports_lock);
	list_for_each_entry(p, &ports, entry) {
		unsigned int to = event_cpu_choose(cpu_online_mask, cpu);

		if (p->cpu == cpu && !p->is_pinned && to < nr_cpu_ids)
			move_to(p, to);
	}
	mutex_unlock(&ports_lock);
}

/**
 * event_ports_start() - make the domain of interrupts
 *
 * Context: Process, while the module loads.
 * Return: 0 or -ENOMEM.
 */
int event_ports_start(void)
{
	fwnode = irq_domain_alloc_named_fwnode("xendomu-events");
	if (!fwnode)
		return -ENOMEM;
	domain = irq_domain_create_tree(fwnode, &domain_ops, NULL);
	if (domain)
		return 0;
	irq_domain_free_fwnode(fwnode);
	return -ENOMEM;
}

void event_ports_stop(void)
{
	irq_domain_remove(domain);
	irq_domain_free_fwnode(fwnode);
}
