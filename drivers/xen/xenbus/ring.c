// SPDX-License-Identifier: GPL-2.0-only
/* What a driver offers its other end: a ring and a port. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#include <asm/xen/hypercall.h>
#include <xen/grant_table.h>
#include <xen/interface/event_channel.h>
#include <xen/page.h>

#include "internal.h"

static int grant_pages(struct xenbus_device *dev, void *ring,
		       unsigned int nr_pages, grant_ref_t *grefs)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++) {
		int ref = gnttab_grant_foreign_access(dev->otherend_id,
						      virt_to_gfn(ring), 0);

		if (ref < 0)
			return ref;
		grefs[i] = ref;
		ring += XEN_PAGE_SIZE;
	}
	return 0;
}

/**
 * xenbus_setup_ring() - allocate a ring, and grant it to the other end
 * @dev: the device
 * @gfp: how to allocate it
 * @vaddr: set to the ring, zeroed; to NULL on error
 * @nr_pages: its size, 1 to XENBUS_MAX_RING_GRANTS
 * @grefs: set to a reference for each page; to INVALID_GRANT_REF on error
 *
 * Undone by xenbus_teardown_ring(). An error is told as by xenbus_dev_fatal().
 *
 * Context: Process; sleeps if @gfp does.
 * Return: 0; -EINVAL for a size that cannot be; -ENOMEM; or what
 * gnttab_grant_foreign_access() says.
 */
int xenbus_setup_ring(struct xenbus_device *dev, gfp_t gfp, void **vaddr,
		      unsigned int nr_pages, grant_ref_t *grefs)
{
	unsigned int i;
	int err = -EINVAL;

	*vaddr = NULL;
	for (i = 0; i < nr_pages; i++)
		grefs[i] = INVALID_GRANT_REF;
	if (nr_pages && nr_pages <= XENBUS_MAX_RING_GRANTS) {
		*vaddr = alloc_pages_exact(nr_pages * XEN_PAGE_SIZE,
					   gfp | __GFP_ZERO);
		err = *vaddr ? 0 : -ENOMEM;
	}
	if (!err)
		err = grant_pages(dev, *vaddr, nr_pages, grefs);
	if (err) {
		xenbus_teardown_ring(vaddr, nr_pages, grefs);
		xenbus_dev_fatal(dev, err, "offering a ring of %u pages",
				 nr_pages);
	}
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_setup_ring);

/**
 * xenbus_teardown_ring() - undo xenbus_setup_ring()
 * @vaddr: points to the ring, or to NULL; set to NULL
 * @nr_pages: its size
 * @grefs: its references; set to INVALID_GRANT_REF
 *
 * A page that the other end keeps is freed when it lets go.
 *
 * Context: Any.
 */
void xenbus_teardown_ring(void **vaddr, unsigned int nr_pages,
			  grant_ref_t *grefs)
{
	void *ring = *vaddr;
	unsigned int i;

	*vaddr = NULL;
	for (i = 0; ring && i < nr_pages; i++) {
		struct page *page = virt_to_page(ring + i * XEN_PAGE_SIZE);

		if (grefs[i] == INVALID_GRANT_REF)
			__free_page(page);
		else
			gnttab_end_foreign_access(grefs[i], page);
		grefs[i] = INVALID_GRANT_REF;
	}
}
EXPORT_SYMBOL_GPL(xenbus_teardown_ring);

/**
 * xenbus_alloc_evtchn() - a port that the other end may connect to
 * @dev: the device
 * @port: set to it
 *
 * Undone by xenbus_free_evtchn(), or with the interrupt it is bound to. An
 * error is told as by xenbus_dev_fatal().
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno of EVTCHNOP_alloc_unbound; -ENOSPC if this domain has no
 * port left.
 */
int xenbus_alloc_evtchn(struct xenbus_device *dev, evtchn_port_t *port)
{
	struct evtchn_alloc_unbound op = {
		.dom = DOMID_SELF,
		.remote_dom = dev->otherend_id,
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &op);

	if (err)
		xenbus_dev_fatal(dev, err, "allocating a port");
	else
		*port = op.port;
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_alloc_evtchn);

/**
 * xenbus_free_evtchn() - close a port
 * @dev: the device
 * @port: its port, bound to no interrupt
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno of EVTCHNOP_close, which has been told of.
 */
int xenbus_free_evtchn(struct xenbus_device *dev, evtchn_port_t port)
{
	struct evtchn_close op = { .port = port };
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_close, &op);

	if (err)
		xenbus_dev_error(dev, err, "closing port %u", port);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_free_evtchn);
