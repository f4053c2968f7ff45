// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages as a driver has them, cut to what one grant covers: on x86 a page of the
 * kernel's is one of Xen's, and so each is one piece.
 */
#include <linux/build_bug.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include <xen/grant_table.h>
#include <xen/page.h>

static_assert(XEN_PAGE_SIZE == PAGE_SIZE);

/**
 * gnttab_foreach_grant_in_range() - call a function for each piece of a page
 * @page: the page
 * @offset: where to begin, in bytes from the page's start
 * @len: how far, in bytes; what lies beyond the page's end is left out
 * @fn: called with the piece's guest frame, offset in it and length
 * @data: handed to @fn
 *
 * No @len, or an @offset outside the page, calls @fn not at all.
 *
 * Context: Any that @fn allows.
 */
void gnttab_foreach_grant_in_range(struct page *page, unsigned int offset,
				   unsigned int len, xen_grant_fn_t fn,
				   void *data)
{
	if (offset < PAGE_SIZE && len)
		fn(xen_page_to_gfn(page), offset,
		   min_t(unsigned int, len, PAGE_SIZE - offset), data);
}
EXPORT_SYMBOL_GPL(gnttab_foreach_grant_in_range);

/**
 * gnttab_foreach_grant() - call a function for each grant's worth of pages
 * @pages: the pages, as many as @nr_grefs grants cover
 * @nr_grefs: how many grants
 * @fn: called with each one's guest frame, its offset in the page, and its
 *	length, a whole grant's
 * @data: handed to @fn
 *
 * Context: Any that @fn allows.
 */
void gnttab_foreach_grant(struct page **pages, unsigned int nr_grefs,
			  xen_grant_fn_t fn, void *data)
{
	unsigned int i;

	for (i = 0; i < nr_grefs; i++)
		fn(xen_page_to_gfn(pages[i]), 0, PAGE_SIZE, data);
}
EXPORT_SYMBOL_GPL(gnttab_foreach_grant);
