// SPDX-License-Identifier: GPL-2.0-only
/* What can be done with a bound interrupt. */
#include <linux/export.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/interface/sched.h>

#include "internal.h"

/* The port of an interrupt, or one line that it is none of ours. */
static int port_of(unsigned int irq, const char *what, evtchn_port_t *port)
{
	int err = binding_port_get(irq, port);

	if (err)
		pr_err_ratelimited("interrupt %u %s: it is not bound here\n",
				   irq, what);
	return err;
}

/**
 * notify_remote_via_irq() - send an event to the other end
 * @irq: interrupt of the port
 *
 * A number that is no interrupt is a connection that is gone, and not worth a
 * line in the log.
 *
 * Context: Any.
 */
void notify_remote_via_irq(int irq)
{
	evtchn_port_t port;

	if (irq > 0 && !port_of(irq, "cannot notify", &port))
		notify_remote_via_evtchn(port);
}
EXPORT_SYMBOL_GPL(notify_remote_via_irq);

/**
 * xen_irq_lateeoi() - be ready for the next event
 * @irq: interrupt that was bound with late EOI
 * @eoi_flags: XEN_EOI_FLAG_SPURIOUS if there was nothing to do
 *
 * Of spurious events, each further one in a row is let through after a longer
 * wait, up to a second.
 *
 * Context: Any.
 */
void xen_irq_lateeoi(unsigned int irq, unsigned int eoi_flags)
{
	evtchn_port_t port;

	if (!port_of(irq, "has no EOI", &port))
		events_ops->lateeoi(irq, eoi_flags);
}
EXPORT_SYMBOL_GPL(xen_irq_lateeoi);

/**
 * xen_set_irq_priority() - which events come first
 * @irq: interrupt of the port
 * @priority: XEN_IRQ_PRIORITY_MAX (0) to XEN_IRQ_PRIORITY_MIN (15)
 *
 * Context: Any.
 * Return: 0; -ENOENT if the interrupt is not bound here; -EINVAL if there is
 * no such priority; -ENOSYS if the ABI is 2-level, which has none.
 */
int xen_set_irq_priority(unsigned int irq, unsigned int priority)
{
	struct evtchn_set_priority set = { .priority = priority };
	int err = port_of(irq, "has no priority", &set.port);

	if (err)
		return err;
	err = HYPERVISOR_event_channel_op(EVTCHNOP_set_priority, &set);
	if (err && err != -ENOSYS)
		pr_err_ratelimited("priority %u of port %u is refused (%d)\n",
				   priority, set.port, err);
	return err;
}
EXPORT_SYMBOL_GPL(xen_set_irq_priority);

/**
 * xen_clear_irq_pending() - before polling: forget an event
 * @irq: interrupt of the port
 *
 * Context: Any.
 */
void xen_clear_irq_pending(int irq)
{
	evtchn_port_t port;

	if (!port_of(irq, "has nothing pending", &port))
		events_ops->clear_pending(irq);
}
EXPORT_SYMBOL_GPL(xen_clear_irq_pending);

/**
 * xen_test_irq_pending() - is an event waiting?
 * @irq: interrupt of the port, in the usual case disabled
 *
 * Context: Any.
 * Return: true if there is one.
 */
bool xen_test_irq_pending(int irq)
{
	evtchn_port_t port;

	return !port_of(irq, "has nothing pending", &port) &&
	       port_is_pending(port) > 0;
}
EXPORT_SYMBOL_GPL(xen_test_irq_pending);

/**
 * xen_poll_irq_timeout() - let the vCPU sleep until an event is waiting
 * @irq: interrupt of the port, in the usual case disabled
 * @timeout: when to give up, in ns of Xen's system time; 0: never
 *
 * It also returns when there is something else for the vCPU to do.
 *
 * Context: Any.
 */
void xen_poll_irq_timeout(int irq, u64 timeout)
{
	struct sched_poll poll = { .nr_ports = 1, .timeout = timeout };
	evtchn_port_t port;
	int err;

	if (port_of(irq, "cannot be polled", &port))
		return;
	set_xen_guest_handle(poll.ports, &port);
	err = HYPERVISOR_sched_op(SCHEDOP_poll, &poll);
	if (err)
		pr_err_ratelimited("port %u cannot be polled (%d)\n", port,
				   err);
}
EXPORT_SYMBOL_GPL(xen_poll_irq_timeout);

/**
 * xen_poll_irq() - the same without a timeout
 * @irq: interrupt of the port, in the usual case disabled
 *
 * Context: Any.
 */
void xen_poll_irq(int irq)
{
	xen_poll_irq_timeout(irq, 0);
}
EXPORT_SYMBOL_GPL(xen_poll_irq);

/**
 * irq_from_evtchn() - the interrupt of a port
 * @port: any number
 *
 * Context: Any.
 * Return: The interrupt, also if the kernel has bound it; -1 if there is none.
 */
unsigned int irq_from_evtchn(evtchn_port_t port)
{
	return events_ops->irq_of(port);
}
EXPORT_SYMBOL_GPL(irq_from_evtchn);

/**
 * xen_evtchn_nr_channels() - how many ports there is room for now
 *
 * Room is made as ports are bound: this is no limit.
 *
 * Context: Any.
 * Return: The number.
 */
unsigned int xen_evtchn_nr_channels(void)
{
	return events_ops->nr_ports();
}
EXPORT_SYMBOL_GPL(xen_evtchn_nr_channels);
