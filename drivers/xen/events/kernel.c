// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels where the kernel serves the upcall (PV, PVH): a port becomes
 * an interrupt of the kernel's.
 *
 * A static port is one that existed before us and must outlive us: the
 * toolstack made it, and nobody can make it again. The kernel closes a port
 * when it lets go of the interrupt, so those need another way out.
 */
#define XENDOMU_KERNEL_NAMES

#include <linux/interrupt.h>

#include <xen/compat.h>
#include <xen/events.h>
#include <xen/xen.h>

#include "internal.h"

bool events_kernel_serves(void)
{
	return xen_domain();
}

unsigned int events_kernel_nr_ports(void)
{
	return xen_evtchn_nr_channels();
}

/* Let the interrupt of a port go without closing the port. */
#ifdef COMPAT_HAS_STATIC_EVTCHN
static int hold_static(evtchn_port_t port)
{
	return evtchn_make_refcounted(port, true);
}

static void drop_static(evtchn_port_t port)
{
	evtchn_put(port);
}
#else
/*
 * The interrupt stays tied to the port, masked and without a handler; the
 * next bind finds it and uses it again.
 */
static int hold_static(evtchn_port_t port)
{
	return 0;
}

static void drop_static(evtchn_port_t port)
{
}
#endif

static int bind_static(evtchn_port_t port, irq_handler_t handler,
		       unsigned long irqflags, const char *devname,
		       void *dev_id)
{
	int irq, err;

	irq = bind_evtchn_to_irq(port);
	if (irq < 0)
		return irq;
	err = hold_static(port);
	if (err)
		return err;
	err = request_irq(irq, handler, irqflags, devname, dev_id);
	if (err) {
		drop_static(port);
		return err;
	}
	return irq;
}

/**
 * events_kernel_bind() - have the kernel call a handler for a port's events
 * @port: port, checked
 * @is_static: the port must outlive the binding
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: shown in /proc/interrupts
 * @dev_id: handed to @handler
 *
 * Context: Process; sleeps.
 * Return: The interrupt, or -errno.
 */
int events_kernel_bind(evtchn_port_t port, bool is_static,
		       irq_handler_t handler, unsigned long irqflags,
		       const char *devname, void *dev_id)
{
	if (is_static)
		return bind_static(port, handler, irqflags, devname, dev_id);
	return bind_evtchn_to_irqhandler(port, handler, irqflags, devname,
					 dev_id);
}

/**
 * events_kernel_unbind() - undo events_kernel_bind()
 * @irq: what it returned
 * @port: the port
 * @is_static: as then
 * @dev_id: as then
 *
 * Context: Process; sleeps until a running handler has returned.
 */
void events_kernel_unbind(unsigned int irq, evtchn_port_t port, bool is_static,
			  void *dev_id)
{
	if (is_static) {
		free_irq(irq, dev_id);
		drop_static(port);
	} else {
		unbind_from_irqhandler(irq, dev_id);
	}
}
