/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where do we run, and who owns what Xen gave this domain?
 *
 * Floor 1 as the floors above see it: the personality, the resources that
 * have exactly one owner each, and the two rings that exist since the start
 * of day.
 */
#ifndef _XEN_GUEST_H
#define _XEN_GUEST_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

struct dentry;
struct page;
struct pci_dev;
struct timespec64;

/**
 * enum xen_personality - the kind of domain a kernel finds itself in
 * @XEN_PERSONALITY_NONE: not on Xen, or not known yet
 * @XEN_PERSONALITY_PV: paravirtual, unprivileged
 * @XEN_PERSONALITY_DOM0: paravirtual and the initial domain
 * @XEN_PERSONALITY_PVH: hardware-assisted without emulated devices
 * @XEN_PERSONALITY_HVM: hardware-assisted with a device model
 */
enum xen_personality {
	XEN_PERSONALITY_NONE,
	XEN_PERSONALITY_PV,
	XEN_PERSONALITY_DOM0,
	XEN_PERSONALITY_PVH,
	XEN_PERSONALITY_HVM,
};

/**
 * enum xen_resource - what a domain has one of, and so one owner for
 * @XEN_RESOURCE_GRANT_TABLE: the grant table and its free references
 * @XEN_RESOURCE_XENSTORE: the XenStore ring and its port
 * @XEN_RESOURCE_CONSOLE: the primary console's ring and its port
 * @XEN_RESOURCE_BUS: the names of the buses of Xen's devices
 * @NR_XEN_RESOURCES: how many there are
 */
enum xen_resource {
	XEN_RESOURCE_GRANT_TABLE,
	XEN_RESOURCE_XENSTORE,
	XEN_RESOURCE_CONSOLE,
	XEN_RESOURCE_BUS,
	NR_XEN_RESOURCES,
};

/**
 * struct xen_ring - a page shared with dom0 since the start of day
 * @page: the page, mapped cached and writable
 * @gfn: its frame number as Xen knows it (an MFN in a PV domain)
 * @port: the event channel that goes with it
 * @is_mapped: @page is a mapping of our own, to be undone by xen_ring_put()
 */
struct xen_ring {
	void *page;
	unsigned long gfn;
	evtchn_port_t port;
	bool is_mapped;
};

enum xen_personality xen_personality(void);
const char *xen_personality_name(enum xen_personality personality);

int __must_check xen_resource_claim(enum xen_resource resource,
				    const char *owner);
void xen_resource_release(enum xen_resource resource);
int __must_check xen_resource_require(enum xen_resource resource,
				      const char *user);

int __must_check xen_ring_get(enum xen_resource resource,
			      struct xen_ring *ring);
void xen_ring_put(struct xen_ring *ring);

int __must_check xen_vcpu_barrier(void);

int xen_this_vcpu(unsigned int *vcpu);
int xen_own_domid(domid_t *domid);
struct pci_dev *xen_platform_device(void);

unsigned int xen_frame_bits(void);
struct page *xen_gfn_to_page(unsigned long gfn);

int xen_grant_errno(int status);

int xen_system_time(u64 *ns);
int xen_wall_clock(struct timespec64 *now);

struct dentry *xen_debugfs(void);

#endif
