// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels before they are up, or where they did not come up. Drivers that
 * are built in may ask all the same: nothing is bound, and so what is done with
 * something bound is never called.
 */
#include <linux/errno.h>

#include "internal.h"

static unsigned int nr_ports(void)
{
	return 0;
}

static int check_source(enum binding_kind kind, unsigned int cpu)
{
	return -ENODEV;
}

static int irq_of(evtchn_port_t port)
{
	return -1;
}

static int bind_port(evtchn_port_t port, bool is_late)
{
	return -ENODEV;
}

static int bind_interdomain(struct xenbus_device *dev,
			    evtchn_port_t remote_port, evtchn_port_t *port)
{
	return -ENODEV;
}

const struct events_ops events_none_ops = {
	.nr_ports = nr_ports,
	.check_source = check_source,
	.irq_of = irq_of,
	.bind = bind_port,
	.bind_interdomain = bind_interdomain,
};
