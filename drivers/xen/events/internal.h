/* SPDX-License-Identifier: GPL-2.0-only */
/* The seam between the API and whoever serves the upcall. */
#ifndef _XENDOMU_EVENTS_INTERNAL_H
#define _XENDOMU_EVENTS_INTERNAL_H

#include <linux/errno.h>
#include <linux/interrupt.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

/* kernel.c: the kernel serves the upcall, we ride on its interrupts */
#ifdef CONFIG_XEN
bool events_kernel_serves(void);
unsigned int events_kernel_nr_ports(void);
int events_kernel_bind(evtchn_port_t port, bool is_static,
		       irq_handler_t handler, unsigned long irqflags,
		       const char *devname, void *dev_id);
void events_kernel_unbind(unsigned int irq, evtchn_port_t port, bool is_static,
			  void *dev_id);
#else
static inline bool events_kernel_serves(void)
{
	return false;
}

static inline unsigned int events_kernel_nr_ports(void)
{
	return 0;
}

static inline int events_kernel_bind(evtchn_port_t port, bool is_static,
				     irq_handler_t handler,
				     unsigned long irqflags,
				     const char *devname, void *dev_id)
{
	return -EOPNOTSUPP;
}

static inline void events_kernel_unbind(unsigned int irq,
					evtchn_port_t port, bool is_static,
					void *dev_id)
{
}
#endif

#endif
