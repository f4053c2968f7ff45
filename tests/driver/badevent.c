// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that misuse event channels, as a driver with a bug would, and those
 * on counted references. Each prints what the API returned.
 */
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <xen/compat.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "testdrv.h"

static int cookie;

static irqreturn_t ignore(int irq, void *data)
{
	return IRQ_HANDLED;
}

/* What should have failed is undone. */
static int undo(int irq)
{
	if (irq > 0)
		unbind_from_irqhandler(irq, &cookie);
	return irq;
}

static int bad_bind(unsigned int port)
{
	return undo(bind_evtchn_to_irqhandler(port, ignore, 0, "bad", &cookie));
}

static int bad_bind_late(unsigned int port)
{
	return undo(bind_evtchn_to_irqhandler_lateeoi(port, ignore, 0, "bad",
						      &cookie));
}

static int bad_bind_irq(unsigned int port)
{
	return undo(bind_evtchn_to_irq(port));
}

static int bad_no_handler(unsigned int port)
{
	return undo(bind_evtchn_to_irqhandler(port, NULL, 0, "bad", &cookie));
}

static int bad_no_dev_id(unsigned int port)
{
	return undo(bind_evtchn_to_irqhandler(port, ignore, IRQF_SHARED, "bad",
					      NULL));
}

static int bad_shared(unsigned int port)
{
	return undo(bind_evtchn_to_irqhandler(port, ignore, IRQF_SHARED, "bad",
					      &cookie));
}

static int bad_no_device(unsigned int port)
{
	return undo(bind_interdomain_evtchn_to_irq_lateeoi(NULL, port));
}

/* Port 1 of this domain. */
static int bad_inter(unsigned int domid)
{
	static struct xenbus_device dev;

	dev.otherend_id = domid;
	return undo(bind_interdomain_evtchn_to_irqhandler_lateeoi(&dev, 1,
			ignore, 0, "bad", &cookie));
}

/* A port of this domain that was never offered. */
static int bad_inter_port(unsigned int port)
{
	static struct xenbus_device dev;

	dev.otherend_id = DOMID_SELF;
	return undo(bind_interdomain_evtchn_to_irqhandler_lateeoi(&dev, port,
			ignore, 0, "bad", &cookie));
}

static int bad_virq(unsigned int virq)
{
	return undo(bind_virq_to_irqhandler(virq, 0, ignore, 0, "bad", &cookie));
}

static int bad_virq_cpu(unsigned int cpu)
{
	return undo(bind_virq_to_irqhandler(VIRQ_DEBUG, cpu, ignore, 0, "bad",
					    &cookie));
}

static int bad_ipi(unsigned int ipi)
{
	return undo(bind_ipi_to_irqhandler(ipi, 0, ignore, 0, "bad", &cookie));
}

static int bad_unbind(unsigned int irq)
{
	unbind_from_irqhandler(irq, &cookie);
	return 0;
}

static int bad_eoi(unsigned int irq)
{
	xen_irq_lateeoi(irq, 0);
	return 0;
}

static int bad_notify(unsigned int irq)
{
	notify_remote_via_irq(irq);
	return 0;
}

static int bad_clear(unsigned int irq)
{
	xen_clear_irq_pending(irq);
	return 0;
}

static int bad_test(unsigned int irq)
{
	return xen_test_irq_pending(irq);
}

static int bad_poll(unsigned int irq)
{
	xen_poll_irq(irq);
	return 0;
}

static int bad_priority(unsigned int irq)
{
	return xen_set_irq_priority(irq, 0);
}

/* These three make sense for some ports. */
static int make_counted(unsigned int port)
{
#ifdef COMPAT_HAS_STATIC_EVTCHN
	return evtchn_make_refcounted(port, false);
#else
	return evtchn_make_refcounted(port);
#endif
}

static int get(unsigned int port)
{
	return evtchn_get(port);
}

static int put(unsigned int port)
{
	evtchn_put(port);
	return 0;
}

static int irq_of(unsigned int port)
{
	return irq_from_evtchn(port);
}

static int virq_port(unsigned int virq)
{
	evtchn_port_t port;

	return irq_evtchn_from_virq(0, virq, &port) < 0 ? -ENOENT : port;
}

static const struct {
	const char *name;
	int (*run)(unsigned int number);
} misuses[] = {
	{ "bind", bad_bind },		  { "bindlate", bad_bind_late },
	{ "bindirq", bad_bind_irq },	  { "nohandler", bad_no_handler },
	{ "nodevid", bad_no_dev_id },	  { "shared", bad_shared },
	{ "nodevice", bad_no_device },	  { "inter", bad_inter },
	{ "interport", bad_inter_port },  { "virq", bad_virq },
	{ "virqcpu", bad_virq_cpu },	  { "ipi", bad_ipi },
	{ "unbind", bad_unbind },	  { "eoi", bad_eoi },
	{ "notify", bad_notify },	  { "clear", bad_clear },
	{ "test", bad_test },		  { "poll", bad_poll },
	{ "priority", bad_priority },	  { "counted", make_counted },
	{ "get", get },			  { "put", put },
	{ "irqof", irq_of },		  { "virqport", virq_port },
};

/* evcall CALL NUMBER: prints what it returned */
static int cmd_evcall(char *args, struct seq_file *answer)
{
	char *call = strsep(&args, " ");
	unsigned int number, i;

	if (!args || kstrtouint(args, 0, &number))
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(misuses); i++) {
		if (strcmp(misuses[i].name, call))
			continue;
		seq_printf(answer, "%d\n", misuses[i].run(number));
		return 0;
	}
	return -EINVAL;
}

const struct command bad_event_commands[] = {
	{ "evcall", cmd_evcall },
	{}
};
