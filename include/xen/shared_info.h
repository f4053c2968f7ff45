/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the page that Xen shares with the domain. */
#ifndef _XEN_SHARED_INFO_H
#define _XEN_SHARED_INFO_H

#include <linux/time64.h>
#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

int xen_wall_clock_read(const struct shared_info *shared,
			struct timespec64 *base, u32 *version);
struct shared_info *xen_shared_page(void);
int xen_shared_port(evtchn_port_t port, bool *pending, bool *masked);

#endif
