// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that stand for other domains' frames.
 *
 * Such a page has a struct page and an address in the direct map, but no
 * memory of its own behind it: another domain's frame is put there by a grant
 * table operation. A kernel whose page tables hold machine frames (PV) keeps a
 * table of which frame each of its pages has, and that one must learn of it
 * too (p2m.c); elsewhere the hypervisor does the translation.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>

#include <xen/foreign.h>

#include "internal.h"

/* A kernel that does not know it is on Xen has no such pages to give. */
static bool kernel_has_pages(void)
{
	return xen_kernel_personality() != XEN_PERSONALITY_NONE;
}

/**
 * xen_foreign_alloc_pages() - pages without memory, for others' frames
 * @nr: how many
 * @pages: filled in
 *
 * Context: Process; sleeps.
 * Return: 0; or what the kernel failed with, -ENOMEM or -EBUSY where there is no
 * address space for so many; or Xen's error.
 */
int xen_foreign_alloc_pages(unsigned int nr, struct page **pages)
{
	if (!kernel_has_pages())
		return xen_holes_alloc(nr, pages);
	return xen_kernel_alloc_gfns(nr, pages);
}
EXPORT_SYMBOL_GPL(xen_foreign_alloc_pages);

/**
 * xen_foreign_free_pages() - give pages back
 * @nr: how many
 * @pages: what xen_foreign_alloc_pages() gave, with no frame behind
 *
 * Context: Process; sleeps.
 */
void xen_foreign_free_pages(unsigned int nr, struct page **pages)
{
	if (kernel_has_pages())
		xen_kernel_free_gfns(nr, pages);
	else
		xen_holes_free(nr, pages);
}
EXPORT_SYMBOL_GPL(xen_foreign_free_pages);

/**
 * xen_foreign_has_p2m() - does this kernel keep a table of its frames?
 *
 * Context: Any.
 * Return: true in a PV domain.
 */
bool xen_foreign_has_p2m(void)
{
	return xen_guest_ops->foreign_set;
}
EXPORT_SYMBOL_GPL(xen_foreign_has_p2m);

/**
 * xen_foreign_moves() - would mapping a domain's frame move it?
 * @domid: the domain that grants the frame
 *
 * Where Xen translates, a frame has one place in its domain: one of this
 * domain's own that is mapped elsewhere leaves a hole where it was, also after
 * it is unmapped.
 *
 * Context: Any. Asks the processor, which leaves the domain a few times.
 * Return: true for this domain's own number, unless it is PV.
 */
bool xen_foreign_moves(domid_t domid)
{
	domid_t self;

	return !xen_foreign_has_p2m() && !xen_own_domid(&self) && domid == self;
}
EXPORT_SYMBOL_GPL(xen_foreign_moves);

/**
 * xen_foreign_is_vacant() - may a foreign frame be put behind a page?
 * @page: the page
 *
 * Context: Any.
 * Return: false if the page has a frame, its own or another domain's; true
 * if not, and where there is no such table to tell.
 */
bool xen_foreign_is_vacant(struct page *page)
{
	return !xen_foreign_has_p2m() ||
	       xen_guest_ops->foreign_is_vacant(page_to_pfn(page));
}
EXPORT_SYMBOL_GPL(xen_foreign_is_vacant);

/**
 * xen_foreign_set() - note that a page has a foreign frame now
 * @page: a page without memory
 * @mfn: the machine frame that Xen has mapped for it
 *
 * To be called after the mapping was made, and undone by xen_foreign_clear()
 * once it is gone. Whoever maps @page serialises.
 *
 * Context: Process; may sleep.
 * Return: 0; -EEXIST if the page has a frame already; -ERANGE if no page of
 * that number can have one; -ENOMEM.
 */
int xen_foreign_set(struct page *page, unsigned long mfn)
{
	if (!xen_foreign_has_p2m())
		return 0;
	return xen_guest_ops->foreign_set(page_to_pfn(page), mfn);
}
EXPORT_SYMBOL_GPL(xen_foreign_set);

/**
 * xen_foreign_clear() - note that a page has no foreign frame any more
 * @page: the page
 *
 * A page that is vacant already stays so.
 *
 * Context: Any.
 * Return: 0; -EINVAL if what the page has is not foreign.
 */
int xen_foreign_clear(struct page *page)
{
	if (!xen_foreign_has_p2m())
		return 0;
	return xen_guest_ops->foreign_clear(page_to_pfn(page));
}
EXPORT_SYMBOL_GPL(xen_foreign_clear);
