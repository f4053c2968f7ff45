/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channel API: Linux's declarations, our functions, and what is new. */
#include <xen/link_names.h>
#include_next <xen/events.h>

#ifndef _XENDOMU_EVENTS_H
#define _XENDOMU_EVENTS_H

int bind_static_evtchn_to_irqhandler(evtchn_port_t port, irq_handler_t handler,
				     unsigned long irqflags,
				     const char *devname, void *dev_id);

#endif
