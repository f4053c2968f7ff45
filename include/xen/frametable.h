/* SPDX-License-Identifier: GPL-2.0-only */
/* How large the hypervisor's frame table is. */
#ifndef _XEN_FRAMETABLE_H
#define _XEN_FRAMETABLE_H

#include <linux/types.h>

/* sizeof(struct page_info) in Xen 4.x for x86-64. */
#define XEN_PAGE_INFO_BYTES 32

/**
 * struct xen_frametable - the size of a frame table
 * @max_page: machine frames it describes, counted from frame 0
 * @page_info_bytes: size of the descriptor of one frame
 * @bytes: descriptors of all frames
 * @nr_pages: pages that hold them
 * @page_step: pages that the hypervisor allocates and maps at a time
 */
struct xen_frametable {
	u64 max_page;
	u32 page_info_bytes;
	u64 bytes;
	u64 nr_pages;
	u64 page_step;
};

int xen_frametable_size(u64 max_page, u32 page_info_bytes,
			struct xen_frametable *table);

#endif
