// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports have an interrupt by our doing.
 *
 * Each is written down, so that unbinding undoes exactly what binding did, a
 * number that is none of ours is told apart, and debugfs shows who holds what.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include <xen/events.h>

#include "internal.h"

/* Taken while interrupts are bound and let go, never around free_irq(). */
DEFINE_MUTEX(bindings_lock);
/* By interrupt; changed under bindings_lock, read under RCU. */
static DEFINE_XARRAY(bindings);

/**
 * binding_of_irq() - the binding of an interrupt
 * @irq: any number
 *
 * Context: Under bindings_lock, or in an RCU read section.
 * Return: The binding, or NULL if the interrupt is none of ours.
 */
struct binding *binding_of_irq(unsigned int irq)
{
	return xa_load(&bindings, irq);
}

/**
 * binding_of_port() - the binding of a port
 * @port: any number
 *
 * Context: Under bindings_lock, or in an RCU read section.
 * Return: The binding, or NULL if it has none of ours.
 */
struct binding *binding_of_port(evtchn_port_t port)
{
	int irq = events_ops->irq_of(port);

	return irq >= 0 ? binding_of_irq(irq) : NULL;
}

/**
 * binding_of_source() - the binding of a VIRQ or IPI
 * @kind: BOUND_VIRQ or BOUND_IPI
 * @source: its number
 * @cpu: whose
 *
 * Context: Under bindings_lock, or in an RCU read section.
 * Return: The binding, or NULL if it has none of ours.
 */
struct binding *binding_of_source(enum binding_kind kind, unsigned int source,
				  unsigned int cpu)
{
	struct binding *binding;
	unsigned long irq;

	xa_for_each(&bindings, irq, binding)
		if (binding->kind == kind && binding->source == source &&
		    binding->cpu == cpu)
			return binding;
	return NULL;
}

/**
 * binding_add() - write a binding down
 * @like: what it is; copied
 *
 * Where this fails the interrupt is let go.
 *
 * Context: Process; sleeps; under bindings_lock.
 * Return: The binding with one reference, or NULL if there is no memory.
 */
struct binding *binding_add(const struct binding *like)
{
	struct binding *binding = kmemdup(like, sizeof(*like), GFP_KERNEL);

	lockdep_assert_held(&bindings_lock);
	if (binding) {
		binding->refs = 1;
		if (!xa_err(xa_store(&bindings, binding->irq, binding,
				     GFP_KERNEL)))
			return binding;
	}
	kfree(binding);
	events_ops->drop(like->port, like->is_static);
	return NULL;
}

/**
 * binding_put() - drop a reference; with the last one the interrupt is let go
 * @binding: the binding; if nobody else has a reference, without a handler
 *
 * Context: Process; sleeps; under bindings_lock.
 */
void binding_put(struct binding *binding)
{
	lockdep_assert_held(&bindings_lock);
	if (--binding->refs)
		return;
	xa_erase(&bindings, binding->irq);
	events_ops->drop(binding->port, binding->is_static);
	kfree_rcu(binding, rcu);
}

/**
 * bindings_are_gone() - is none left?
 *
 * Context: Any.
 * Return: true if so.
 */
bool bindings_are_gone(void)
{
	return xa_empty(&bindings);
}

/**
 * binding_port_get() - the port of an interrupt that is ours
 * @irq: any number
 * @port: the port
 *
 * Context: Any.
 * Return: 0, or -ENOENT if the interrupt is none of ours.
 */
int binding_port_get(unsigned int irq, evtchn_port_t *port)
{
	struct binding *binding;

	rcu_read_lock();
	binding = binding_of_irq(irq);
	if (binding)
		*port = binding->port;
	rcu_read_unlock();
	return binding ? 0 : -ENOENT;
}
