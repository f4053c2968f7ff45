// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of bindings: by interrupt, and by counted references to the port.
 *
 * free_irq() waits for handlers, and so cannot be called with bindings_lock
 * held. Meanwhile the binding is leaving: nobody can join it any more.
 */
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/printk.h>

#include <xen/compat.h>
#include <xen/events.h>

#include "internal.h"

/* Of an interrupt that has a binding, and so does not go away. */
static bool has_handler(unsigned int irq, void *dev_id)
{
	struct irq_desc *desc = irq_data_to_desc(irq_get_irq_data(irq));
	struct irqaction *action;
	unsigned long flags;

	raw_spin_lock_irqsave(&desc->lock, flags);
	for (action = desc->action; action; action = action->next)
		if (action->dev_id == dev_id)
			break;
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return action;
}

/* What is to be unbound, or NULL if that makes no sense; leaving. */
static struct binding *leave(unsigned int irq, void *dev_id, bool *handled)
{
	struct binding *binding = binding_of_irq(irq);

	if (!binding || binding->nr_leaving == binding->refs) {
		pr_err_ratelimited("interrupt %u cannot be unbound: it is not bound here\n",
				   irq);
		return NULL;
	}
	*handled = has_handler(irq, dev_id);
	if (!*handled && irq_has_action(irq)) {
		pr_err_ratelimited("interrupt %u of port %u cannot be unbound: its handler is of another dev_id\n",
				   irq, binding->port);
		return NULL;
	}
	binding->nr_leaving++;
	return binding;
}

/**
 * unbind_from_irqhandler() - undo a binding of any kind
 * @irq: what binding returned
 * @dev_id: what was handed to it, or to request_irq()
 *
 * Frees the handler, if there is one. With the last reference to the binding
 * the port is closed, unless it is static.
 *
 * Context: Process; sleeps until a running handler has returned.
 */
void unbind_from_irqhandler(unsigned int irq, void *dev_id)
{
	struct binding *binding;
	bool handled;

	mutex_lock(&bindings_lock);
	binding = leave(irq, dev_id, &handled);
	mutex_unlock(&bindings_lock);
	if (!binding)
		return;
	if (handled)
		free_irq(irq, dev_id);
	mutex_lock(&bindings_lock);
	binding->nr_leaving--;
	binding_put(binding);
	mutex_unlock(&bindings_lock);
}
EXPORT_SYMBOL_GPL(unbind_from_irqhandler);

static int make_refcounted(evtchn_port_t port, bool is_static)
{
	struct binding *binding;
	int err = 0;

	mutex_lock(&bindings_lock);
	binding = binding_of_port(port);
	if (!binding)
		err = -ENOENT;
	else if (binding->is_refcounted)
		err = -EEXIST;
	if (!err) {
		binding->is_refcounted = true;
		binding->is_static |= is_static;
	}
	mutex_unlock(&bindings_lock);
	if (err)
		pr_err_ratelimited("port %u cannot be counted: it is %s\n",
				   port, err == -ENOENT ? "not bound here" :
							  "counted already");
	return err;
}

#ifdef COMPAT_HAS_STATIC_EVTCHN
/**
 * evtchn_make_refcounted() - let others hold on to a bound port
 * @port: port that is bound here
 * @is_static: the port is to stay open when the binding goes; not a parameter
 *	on kernels before 6.6
 *
 * From now on evtchn_get() and evtchn_put() count; the binding has one
 * reference, or one for each handler.
 *
 * Context: Process; sleeps.
 * Return: 0; -ENOENT if the port is not bound here; -EEXIST if it is counted
 * already.
 */
int evtchn_make_refcounted(evtchn_port_t port, bool is_static)
{
	return make_refcounted(port, is_static);
}
#else
int evtchn_make_refcounted(evtchn_port_t port)
{
	return make_refcounted(port, false);
}
#endif
EXPORT_SYMBOL_GPL(evtchn_make_refcounted);

/**
 * evtchn_get() - hold on to a bound port
 * @port: port of evtchn_make_refcounted()
 *
 * Context: Process; sleeps.
 * Return: 0; -ENOENT if the port is not bound here; -EINVAL if it is not
 * counted, or there can be no such port; -EBUSY if it is being unbound.
 */
int evtchn_get(evtchn_port_t port)
{
	struct binding *binding;
	int err = 0;

	if (port >= EVTCHN_FIFO_NR_CHANNELS)
		return -EINVAL;
	mutex_lock(&bindings_lock);
	binding = binding_of_port(port);
	if (!binding)
		err = -ENOENT;
	else if (!binding->is_refcounted)
		err = -EINVAL;
	else if (binding->nr_leaving == binding->refs)
		err = -EBUSY;
	else
		binding->refs++;
	mutex_unlock(&bindings_lock);
	return err;
}
EXPORT_SYMBOL_GPL(evtchn_get);

/**
 * evtchn_put() - let a port go
 * @port: port that is bound here
 *
 * The last one closes the port, unless it is static. Its handler must be gone
 * by then.
 *
 * Context: Process; sleeps.
 */
void evtchn_put(evtchn_port_t port)
{
	struct binding *binding;
	const char *why = NULL;

	mutex_lock(&bindings_lock);
	binding = binding_of_port(port);
	if (!binding || binding->nr_leaving == binding->refs)
		why = "it is not bound here";
	else if (binding->refs == 1 && irq_has_action(binding->irq))
		why = "it has a handler";
	else
		binding_put(binding);
	mutex_unlock(&bindings_lock);
	if (why)
		pr_err_ratelimited("port %u cannot be let go: %s\n", port, why);
}
EXPORT_SYMBOL_GPL(evtchn_put);
