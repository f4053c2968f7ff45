// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-events.ko: event channel ports become interrupts.
 *
 * Each binding is written down, so that unbinding knows what kind of port it
 * was, and so that debugfs can show who holds what.
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <xen/events.h>
#include <xen/guest.h>

#include "internal.h"

/**
 * struct binding - a port that is bound to an interrupt
 * @link: in bindings
 * @devname: who bound it
 * @irq: the interrupt
 * @port: the port
 * @is_static: the port stays open when the binding goes
 */
struct binding {
	struct list_head link;
	const char *devname;
	unsigned int irq;
	evtchn_port_t port;
	bool is_static;
};

static DEFINE_MUTEX(bindings_lock);
/* All bindings; under bindings_lock. */
static LIST_HEAD(bindings);
static struct dentry *events_file;

static int port_status(evtchn_port_t port, struct evtchn_status *status)
{
	*status = (struct evtchn_status){ .dom = DOMID_SELF, .port = port };
	return HYPERVISOR_event_channel_op(EVTCHNOP_status, status);
}

/* Only a port with another end, now or later, can be bound to a handler. */
static int check_port(evtchn_port_t port, const char *devname)
{
	struct evtchn_status status;
	int err = -EINVAL;

	if (port && port < events_kernel_nr_ports())
		err = port_status(port, &status);
	if (!err && status.status != EVTCHNSTAT_interdomain &&
	    status.status != EVTCHNSTAT_unbound)
		err = -ENOTCONN;
	if (err)
		pr_err("port %u for %s is not an open channel to a domain (%d)\n",
		       port, devname, err);
	return err;
}

static int bind_port(evtchn_port_t port, bool is_static, irq_handler_t handler,
		     unsigned long irqflags, const char *devname, void *dev_id)
{
	struct binding *binding;
	int irq;

	irq = check_port(port, devname);
	if (irq)
		return irq;
	binding = kmalloc(sizeof(*binding), GFP_KERNEL);
	if (!binding)
		return -ENOMEM;
	irq = events_kernel_bind(port, is_static, handler, irqflags, devname,
				 dev_id);
	if (irq < 0) {
		kfree(binding);
		return irq;
	}
	*binding = (struct binding){
		.devname = devname,
		.irq = irq,
		.port = port,
		.is_static = is_static,
	};
	mutex_lock(&bindings_lock);
	list_add_tail(&binding->link, &bindings);
	mutex_unlock(&bindings_lock);
	return irq;
}

/**
 * bind_evtchn_to_irqhandler() - call a handler for the events of a port
 * @port: open port of this domain
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * unbind_from_irqhandler() undoes it, and closes the port.
 *
 * Context: Process; sleeps.
 * Return: The interrupt, positive; -EINVAL if there is no such port;
 * -ENOTCONN if it is not open to a domain; -ENOMEM; -EBUSY.
 */
int bind_evtchn_to_irqhandler(evtchn_port_t port, irq_handler_t handler,
			      unsigned long irqflags, const char *devname,
			      void *dev_id)
{
	return bind_port(port, false, handler, irqflags, devname, dev_id);
}
EXPORT_SYMBOL_GPL(bind_evtchn_to_irqhandler);

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
	return bind_port(port, true, handler, irqflags, devname, dev_id);
}
EXPORT_SYMBOL_GPL(bind_static_evtchn_to_irqhandler);

static struct binding *take_binding(unsigned int irq)
{
	struct binding *binding, *found = NULL;

	mutex_lock(&bindings_lock);
	list_for_each_entry(binding, &bindings, link) {
		if (binding->irq == irq) {
			list_del(&binding->link);
			found = binding;
			break;
		}
	}
	mutex_unlock(&bindings_lock);
	return found;
}

/**
 * unbind_from_irqhandler() - undo a binding
 * @irq: what binding returned
 * @dev_id: what was handed to it
 *
 * Context: Process; sleeps until a running handler has returned.
 */
void unbind_from_irqhandler(unsigned int irq, void *dev_id)
{
	struct binding *binding = take_binding(irq);

	if (WARN_ONCE(!binding, "interrupt %u was not bound here\n", irq))
		return;
	events_kernel_unbind(irq, binding->port, binding->is_static, dev_id);
	kfree(binding);
}
EXPORT_SYMBOL_GPL(unbind_from_irqhandler);

static void show_binding(struct seq_file *m, const struct binding *binding)
{
	struct evtchn_status status;
	int err = port_status(binding->port, &status);

	seq_printf(m, "port %u irq %u %s", binding->port, binding->irq,
		   binding->is_static ? "static" : "own");
	if (err)
		seq_printf(m, " status refused (%d)", err);
	else if (status.status == EVTCHNSTAT_interdomain)
		seq_printf(m, " remote d%u:%u vcpu %u",
			   status.u.interdomain.dom, status.u.interdomain.port,
			   status.vcpu);
	else
		seq_printf(m, " not connected vcpu %u", status.vcpu);
	seq_printf(m, " %s\n", binding->devname);
}

static int events_show(struct seq_file *m, void *unused)
{
	struct binding *binding;

	mutex_lock(&bindings_lock);
	list_for_each_entry(binding, &bindings, link)
		show_binding(m, binding);
	mutex_unlock(&bindings_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(events);

static int __init events_init(void)
{
	if (!events_kernel_serves()) {
		pr_err("this kernel serves no event channels in %s guests: boot it without xen_nopv\n",
		       xen_personality_name(xen_personality()));
		return -EOPNOTSUPP;
	}
	events_file = debugfs_create_file("events", 0400, xen_debugfs(), NULL,
					  &events_fops);
	return 0;
}

static void __exit events_exit(void)
{
	debugfs_remove(events_file);
	/* Whoever binds uses this module, so all bindings are gone by now. */
	WARN_ON_ONCE(!list_empty(&bindings));
}

module_init(events_init);
module_exit(events_exit);

MODULE_DESCRIPTION("Xen guest: event channels");
MODULE_LICENSE("GPL");
