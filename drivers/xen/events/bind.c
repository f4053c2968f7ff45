// SPDX-License-Identifier: GPL-2.0-only
/* Ports that lead to a domain: binding them, and unbinding all kinds. */
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/printk.h>

#include <xen/events.h>
#include <xen/xenbus.h>

#include "internal.h"

/**
 * check_handler() - refuse what request_irq() would not take
 * @handler: as it was given
 * @irqflags: likewise
 * @devname: likewise
 * @dev_id: likewise
 *
 * Context: Any.
 * Return: 0 or -EINVAL.
 */
int check_handler(irq_handler_t handler, unsigned long irqflags,
		  const char *devname, void *dev_id)
{
	if (handler && (dev_id || !(irqflags & IRQF_SHARED)))
		return 0;
	pr_err_ratelimited("nothing bound for %s: it gave no %s\n",
			   devname ?: "a driver", handler ? "dev_id" : "handler");
	return -EINVAL;
}

/* Only a port with another end, now or later, can be bound to a handler. */
static int check_port(evtchn_port_t port, const char *devname)
{
	struct evtchn_status status;
	int err = -EINVAL;

	if (port)
		err = port_status(port, &status);
	if (!err && status.status != EVTCHNSTAT_interdomain &&
	    status.status != EVTCHNSTAT_unbound)
		err = -ENOTCONN;
	if (err)
		pr_err_ratelimited("port %u for %s is not an open channel to a domain (%d)\n",
				   port, devname ?: "a driver", err);
	return err;
}

/**
 * join_binding() - may a binding that is there get one user more?
 * @binding: the binding
 * @is_late: whether the user will send late EOIs
 * @devname: who
 *
 * Context: Under bindings_lock.
 * Return: 0 or -EBUSY.
 */
int join_binding(struct binding *binding, bool is_late, const char *devname)
{
	const char *why;

	if (binding->nr_leaving == binding->refs)
		why = "is being unbound";
	else if (binding->is_late != is_late)
		why = "is bound with the other sort of EOI";
	else
		return 0;
	pr_err_ratelimited("port %u for %s %s\n", binding->port,
			   devname ?: "a driver", why);
	return -EBUSY;
}

/* The binding of a checked port; a new one if it has none. */
static struct binding *get_binding(evtchn_port_t port, bool is_static,
				   bool is_late, const char *devname)
{
	struct binding *binding = binding_of_port(port);
	int irq = events_ops->irq_of(port);

	if (binding) {
		int err = join_binding(binding, is_late, devname);

		return err ? ERR_PTR(err) : binding;
	}
	if (irq >= 0 && irq_has_action(irq)) {
		pr_err_ratelimited("port %u for %s is the kernel's: its interrupt %d has a handler\n",
				   port, devname ?: "a driver", irq);
		return ERR_PTR(-EBUSY);
	}
	irq = events_ops->bind(port, is_late);
	if (irq < 0) {
		pr_err_ratelimited("port %u for %s gets no interrupt (%d)\n",
				   port, devname ?: "a driver", irq);
		return ERR_PTR(irq);
	}
	return binding_add(&(struct binding){ .irq = irq, .port = port,
					      .is_static = is_static,
					      .is_late = is_late,
					      .devname = devname }) ?:
	       ERR_PTR(-ENOMEM);
}

/**
 * add_handler() - give a binding a handler
 * @binding: new, or one that may have another handler
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who
 * @dev_id: handed to @handler
 *
 * A handler has a reference. The first one takes over that of the binding.
 * Where this fails a binding without a handler goes.
 *
 * Context: Process; sleeps; under bindings_lock.
 * Return: The interrupt, or -errno.
 */
int add_handler(struct binding *binding, irq_handler_t handler,
		unsigned long irqflags, const char *devname, void *dev_id)
{
	unsigned int irq = binding->irq;
	bool is_first = !irq_has_action(irq) && !binding->nr_leaving;
	int err = -EBUSY;

	if (is_first || (irqflags & IRQF_SHARED))
		err = request_irq(irq, handler, irqflags, devname, dev_id);
	if (!err) {
		binding->refs += !is_first;
		if (is_first)
			binding->devname = devname;
		return irq;
	}
	pr_err_ratelimited("port %u for %s gets no handler for interrupt %u (%d)\n",
			   binding->port, devname ?: "a driver", irq, err);
	if (is_first && binding->refs == 1)
		binding_put(binding);
	return err;
}

static int bind_port(evtchn_port_t port, bool is_static, bool is_late)
{
	struct binding *binding;
	int irq = check_port(port, NULL);

	if (irq)
		return irq;
	mutex_lock(&bindings_lock);
	binding = get_binding(port, is_static, is_late, NULL);
	irq = IS_ERR(binding) ? PTR_ERR(binding) : binding->irq;
	mutex_unlock(&bindings_lock);
	return irq;
}

static int bind_handler(evtchn_port_t port, bool is_static, bool is_late,
			irq_handler_t handler, unsigned long irqflags,
			const char *devname, void *dev_id)
{
	struct binding *binding;
	int irq = check_handler(handler, irqflags, devname, dev_id);

	if (!irq)
		irq = check_port(port, devname);
	if (irq)
		return irq;
	mutex_lock(&bindings_lock);
	binding = get_binding(port, is_static, is_late, devname);
	irq = IS_ERR(binding) ? PTR_ERR(binding) :
				add_handler(binding, handler, irqflags, devname,
					    dev_id);
	mutex_unlock(&bindings_lock);
	return irq;
}

/**
 * bind_evtchn_to_irq() - an interrupt for a port, without a handler yet
 * @port: open port of this domain
 *
 * A port that has one keeps it. The caller requests the interrupt itself, and
 * unbind_from_irqhandler() or evtchn_put() undoes it.
 *
 * Context: Process; sleeps.
 * Return: The interrupt, positive; -EINVAL if there is no such port;
 * -ENOTCONN if it is not open to a domain; -EBUSY if it is the kernel's, or
 * bound with late EOI; -ENOMEM.
 */
int bind_evtchn_to_irq(evtchn_port_t port)
{
	return bind_port(port, false, false);
}
EXPORT_SYMBOL_GPL(bind_evtchn_to_irq);

/**
 * bind_evtchn_to_irq_lateeoi() - the same with late EOI
 * @port: open port of this domain
 *
 * After an event the port stays masked until xen_irq_lateeoi(), so that a peer
 * cannot keep a CPU busy with events.
 *
 * Context: Process; sleeps.
 * Return: As bind_evtchn_to_irq().
 */
int bind_evtchn_to_irq_lateeoi(evtchn_port_t port)
{
	return bind_port(port, false, true);
}
EXPORT_SYMBOL_GPL(bind_evtchn_to_irq_lateeoi);

/**
 * bind_evtchn_to_irqhandler() - call a handler for the events of a port
 * @port: open port of this domain
 * @handler: called in interrupt context
 * @irqflags: IRQF_*; with IRQF_SHARED a port may have several handlers
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * unbind_from_irqhandler() undoes it; with the last handler the port is closed.
 *
 * Context: Process; sleeps.
 * Return: The interrupt, positive; -EINVAL if there is no such port or no
 * handler; -ENOTCONN if the port is not open to a domain; -ENOMEM; -EBUSY if
 * it is the kernel's or has a handler that does not share.
 */
int bind_evtchn_to_irqhandler(evtchn_port_t port, irq_handler_t handler,
			      unsigned long irqflags, const char *devname,
			      void *dev_id)
{
	return bind_handler(port, false, false, handler, irqflags, devname,
			    dev_id);
}
EXPORT_SYMBOL_GPL(bind_evtchn_to_irqhandler);

/**
 * bind_evtchn_to_irqhandler_lateeoi() - the same with late EOI
 * @port: open port of this domain
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * Each event needs an xen_irq_lateeoi() before the next one comes.
 *
 * Context: Process; sleeps.
 * Return: As bind_evtchn_to_irqhandler().
 */
int bind_evtchn_to_irqhandler_lateeoi(evtchn_port_t port,
				      irq_handler_t handler,
				      unsigned long irqflags,
				      const char *devname, void *dev_id)
{
	return bind_handler(port, false, true, handler, irqflags, devname,
			    dev_id);
}
EXPORT_SYMBOL_GPL(bind_evtchn_to_irqhandler_lateeoi);

/**
 * bind_static_evtchn_to_irqhandler() - the same for a port that must live on
 * @port: open port of this domain, made by the toolstack
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * unbind_from_irqhandler() undoes it and leaves the port open, so that it can
 * be bound again.
 *
 * Context: Process; sleeps.
 * Return: As bind_evtchn_to_irqhandler().
 */
int bind_static_evtchn_to_irqhandler(evtchn_port_t port, irq_handler_t handler,
				     unsigned long irqflags,
				     const char *devname, void *dev_id)
{
	return bind_handler(port, true, false, handler, irqflags, devname,
			    dev_id);
}
EXPORT_SYMBOL_GPL(bind_static_evtchn_to_irqhandler);

static bool is_domid(int domid)
{
	return domid == DOMID_SELF || (domid >= 0 && domid < DOMID_FIRST_RESERVED);
}

/* A new port of ours, bound; under bindings_lock. */
static struct binding *connect(struct xenbus_device *dev,
			       evtchn_port_t remote_port, const char *devname)
{
	struct binding like = { .kind = BOUND_INTERDOMAIN, .is_late = true,
				.devname = devname };
	int irq = -EINVAL;

	if (dev && is_domid(dev->otherend_id))
		irq = events_ops->bind_interdomain(dev, remote_port, &like.port);
	if (irq < 0) {
		pr_err_ratelimited("port %u of domain %d for %s cannot be connected to (%d): the other end must offer it to this domain\n",
				   remote_port, dev ? dev->otherend_id : -1,
				   devname ?: "a driver", irq);
		return ERR_PTR(irq);
	}
	like.irq = irq;
	return binding_add(&like) ?: ERR_PTR(-ENOMEM);
}

/**
 * bind_interdomain_evtchn_to_irq_lateeoi() - connect to a port of a peer
 * @dev: device whose other end the peer is
 * @remote_port: port that the peer offers to this domain
 *
 * Events and spurious events are counted in @dev, which must live as long as
 * the binding. See bind_evtchn_to_irq_lateeoi().
 *
 * Context: Process; sleeps.
 * Return: The interrupt, positive; -EINVAL if the port is not offered to us or
 * @dev makes no sense; -ESRCH if there is no such domain; -ENOSPC if this one
 * has no port left; -ENOMEM.
 */
int bind_interdomain_evtchn_to_irq_lateeoi(struct xenbus_device *dev,
					   evtchn_port_t remote_port)
{
	struct binding *binding;
	int irq;

	mutex_lock(&bindings_lock);
	binding = connect(dev, remote_port, NULL);
	irq = IS_ERR(binding) ? PTR_ERR(binding) : binding->irq;
	mutex_unlock(&bindings_lock);
	return irq;
}
EXPORT_SYMBOL_GPL(bind_interdomain_evtchn_to_irq_lateeoi);

/**
 * bind_interdomain_evtchn_to_irqhandler_lateeoi() - the same with a handler
 * @dev: device whose other end the peer is
 * @remote_port: port that the peer offers to this domain
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * Context: Process; sleeps.
 * Return: As bind_interdomain_evtchn_to_irq_lateeoi().
 */
int bind_interdomain_evtchn_to_irqhandler_lateeoi(struct xenbus_device *dev,
						  evtchn_port_t remote_port,
						  irq_handler_t handler,
						  unsigned long irqflags,
						  const char *devname,
						  void *dev_id)
{
	struct binding *binding;
	int irq = check_handler(handler, irqflags, devname, dev_id);

	if (irq)
		return irq;
	mutex_lock(&bindings_lock);
	binding = connect(dev, remote_port, devname);
	irq = IS_ERR(binding) ? PTR_ERR(binding) :
				add_handler(binding, handler, irqflags, devname,
					    dev_id);
	mutex_unlock(&bindings_lock);
	return irq;
}
EXPORT_SYMBOL_GPL(bind_interdomain_evtchn_to_irqhandler_lateeoi);
