// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages without memory, of a kernel that knows nothing of Xen.
 *
 * Such a kernel has no page to spare that has a struct page and no memory. So
 * an ordinary one is taken, and its memory given back to Xen: its guest frame
 * is then a hole, for a frame of somebody else's. In the end Xen is asked for
 * memory to fill the hole.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/interface/memory.h>
#include <xen/interface/xen.h>

#include "internal.h"

static int change_reservation(unsigned int cmd, struct page *page)
{
	xen_pfn_t gfn = page_to_pfn(page);
	struct xen_memory_reservation reservation = {
		.nr_extents = 1,
		.domid = DOMID_SELF,
	};
	long done;

	set_xen_guest_handle(reservation.extent_start, &gfn);
	done = HYPERVISOR_memory_op(cmd, &reservation);
	if (done < 0)
		return done;
	return done == 1 ? 0 : -ENOMEM;
}

static struct page *make_hole(int *err)
{
	struct page *page = alloc_page(GFP_KERNEL);

	*err = -ENOMEM;
	if (!page)
		return NULL;
	/* Whoever gets the memory next is not to read it. */
	clear_highpage(page);
	*err = change_reservation(XENMEM_decrease_reservation, page);
	if (!*err)
		return page;
	pr_err_ratelimited("Xen does not take the memory of a page back (%d)\n",
			   *err);
	__free_page(page);
	return NULL;
}

/* A page without memory must not be used again: it is lost. */
static void fill_hole(struct page *page)
{
	int err = change_reservation(XENMEM_populate_physmap, page);

	if (!err)
		__free_page(page);
	else
		pr_err_ratelimited("page %#lx is lost: Xen has no memory for it (%d)\n",
				   page_to_pfn(page), err);
}

/**
 * xen_holes_alloc() - pages without memory
 * @nr: how many
 * @pages: filled in
 *
 * Context: Process; sleeps.
 * Return: 0; -ENOMEM; or Xen's error.
 */
int xen_holes_alloc(unsigned int nr, struct page **pages)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		pages[i] = make_hole(&err);
		if (!pages[i]) {
			xen_holes_free(i, pages);
			return err;
		}
	}
	return 0;
}

/**
 * xen_holes_free() - give them memory again, and back to the kernel
 * @nr: how many
 * @pages: what xen_holes_alloc() gave, with no frame behind
 *
 * Context: Process; sleeps.
 */
void xen_holes_free(unsigned int nr, struct page **pages)
{
	while (nr--)
		fill_hole(pages[nr]);
}
