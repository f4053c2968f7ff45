// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels where the kernel serves the upcall (PV, PVH): a port becomes
 * an interrupt of the kernel's.
 *
 * Who may use a port or an interrupt was found out before: the kernel's
 * functions take what they are told, and where they cannot do it they let go
 * of the port, whoever had it.
 *
 * The kernel exports no way to let go of an interrupt that has no handler. But
 * one that is counted goes with its last count.
 */
#define XENDOMU_KERNEL_NAMES

#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/string.h>

#include <xen/compat.h>
#include <xen/events.h>
#include <xen/xen.h>
#include <xen/xen-ops.h>

#include "internal.h"

/**
 * events_kernel_serves() - does this kernel serve the upcall?
 *
 * Context: Any.
 * Return: true if it does.
 */
bool events_kernel_serves(void)
{
	return xen_domain();
}

static unsigned int vcpu_of_cpu(unsigned int cpu)
{
	return xen_vcpu_nr(cpu);
}

/* With 2-level the kernel would look for an IPI on its CPU 0. */
static int check_source(enum binding_kind kind, unsigned int cpu)
{
	return kind == BOUND_IPI && cpu && !events_abi_is_fifo() ? -EOPNOTSUPP :
								   0;
}

static int irq_of_port(evtchn_port_t port)
{
	return irq_from_evtchn(port);
}

/* One that a static port left behind may be of the other sort. */
static bool is_irq_late(unsigned int irq)
{
	struct irq_chip *chip = irq_get_chip(irq);

	return chip && chip->name && strstr(chip->name, "lateeoi");
}

static int bind_port(evtchn_port_t port, bool is_late)
{
	int irq = is_late ? bind_evtchn_to_irq_lateeoi(port) :
			    bind_evtchn_to_irq(port);

	return irq >= 0 && is_irq_late(irq) != is_late ? -EBUSY : irq;
}

/* The kernel does not tell which port it got. */
static int bind_interdomain(struct xenbus_device *dev,
			    evtchn_port_t remote_port, evtchn_port_t *port)
{
	int irq = bind_interdomain_evtchn_to_irq_lateeoi(dev, remote_port);
	unsigned int nr = xen_evtchn_nr_channels();

	if (irq < 0)
		return irq;
	for (*port = 1; *port < nr; ++*port)
		if (irq_of_port(*port) == irq)
			return irq;
	return -EIO;
}

static irqreturn_t never_called(int irq, void *dev_id)
{
	return IRQ_NONE;
}

/* With a handler, and then without: the kernel exports only the former. */
static int bind_virq(unsigned int virq, unsigned int cpu, bool percpu)
{
	unsigned long irqflags = IRQF_NO_AUTOEN | (percpu ? IRQF_PERCPU : 0);
	int irq = bind_virq_to_irqhandler(virq, cpu, never_called, irqflags,
					  KBUILD_MODNAME, &bindings_lock);

	if (irq >= 0)
		free_irq(irq, &bindings_lock);
	return irq;
}

static int bind_source(const struct binding *like, bool percpu)
{
	return like->kind == BOUND_VIRQ ?
		bind_virq(like->source, like->cpu, percpu) :
		bind_port(like->port, false);
}

#ifdef COMPAT_HAS_STATIC_EVTCHN
static void drop(evtchn_port_t port, bool is_static)
{
	if (!evtchn_make_refcounted(port, is_static))
		evtchn_put(port);
}
#else
/*
 * The interrupt of a static port stays tied to it, masked and without a
 * handler; the next bind finds it and uses it again.
 */
static void drop(evtchn_port_t port, bool is_static)
{
	if (!is_static && !evtchn_make_refcounted(port))
		evtchn_put(port);
}
#endif

static void clear_pending(unsigned int irq)
{
	xen_clear_irq_pending(irq);
}

const struct events_ops events_kernel_ops = {
	.nr_ports = xen_evtchn_nr_channels,
	.vcpu = vcpu_of_cpu,
	.check_source = check_source,
	.remedy = ": boot without xen.fifo_events=0",
	.irq_of = irq_of_port,
	.bind = bind_port,
	.bind_interdomain = bind_interdomain,
	.bind_source = bind_source,
	.drop = drop,
	.lateeoi = xen_irq_lateeoi,
	.clear_pending = clear_pending,
};
