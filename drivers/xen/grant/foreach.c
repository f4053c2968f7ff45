// SPDX-License-Identifier: GPL-2.0-only
/* A page may be larger than what one grant covers: taking it piece by piece. */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include <xen/grant_table.h>
#include <xen/page.h>

/**
 * gnttab_foreach_grant_in_range() - call a function for each piece of a page
 * @page: the page
 * @offset: where to begin, in bytes from the page's start
 * @len: how far, in bytes; what lies beyond the page's end is left out
 * @fn: called with each piece's guest frame, offset in it and length
 * @data: handed to @fn
 *
 * An @offset outside the page calls @fn not at all.
 *
 * Context: Any that @fn allows.
 */
void gnttab_foreach_grant_in_range(struct page *page, unsigned int offset,
				   unsigned int len, xen_grant_fn_t fn,
				   void *data)
{
	unsigned long xen_pfn = page_to_xen_pfn(page) + XEN_PFN_DOWN(offset);
	unsigned int start = xen_offset_in_page(offset);

	if (offset >= PAGE_SIZE)
		return;
	len = min_t(unsigned int, len, PAGE_SIZE - offset);
	while (len) {
		unsigned int piece;

		piece = min_t(unsigned int, len, XEN_PAGE_SIZE - start);
		fn(pfn_to_gfn(xen_pfn), start, piece, data);
		len -= piece;
		start = 0;
		xen_pfn++;
	}
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

	for (i = 0; i < nr_grefs; i++) {
		unsigned int nth = i % XEN_PFN_PER_PAGE;
		struct page *page = pages[i / XEN_PFN_PER_PAGE];

		fn(pfn_to_gfn(page_to_xen_pfn(page) + nth), nth * XEN_PAGE_SIZE,
		   XEN_PAGE_SIZE, data);
	}
}
EXPORT_SYMBOL_GPL(gnttab_foreach_grant);
