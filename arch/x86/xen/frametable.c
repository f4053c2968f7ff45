// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's frame table: one descriptor for each frame of the machine.
 *
 * A guest cannot see the table, but it can ask how many frames the machine
 * has, and from that follows how large the table must be.
 *
 * A pure core, which the model host's hypervisor uses, too.
 */
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include <xen/frametable.h>

/* The hypervisor maps the table by 2 MiB at a time, as far as they go. */
#define PAGE_STEP (SZ_2M / PAGE_SIZE)

/**
 * xen_frametable_size() - how large a frame table must be
 * @max_page: machine frames to describe, counted from frame 0
 * @page_info_bytes: size of a descriptor
 * @table: filled in
 *
 * Context: Any; no side effect.
 * Return: 0; -EINVAL for a descriptor of no size; -EOVERFLOW if the table
 * does not fit 64 bits.
 */
int xen_frametable_size(u64 max_page, u32 page_info_bytes,
			struct xen_frametable *table)
{
	u64 bytes, rounded;

	if (!page_info_bytes)
		return -EINVAL;
	if (check_mul_overflow(max_page, (u64)page_info_bytes, &bytes) ||
	    check_add_overflow(bytes, (u64)PAGE_SIZE - 1, &rounded))
		return -EOVERFLOW;
	*table = (struct xen_frametable){
		.max_page = max_page,
		.page_info_bytes = page_info_bytes,
		.bytes = bytes,
		.nr_pages = rounded >> PAGE_SHIFT,
		.page_step = PAGE_STEP,
	};
	return 0;
}
