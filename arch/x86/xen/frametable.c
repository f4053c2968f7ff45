// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's frame table: one descriptor for each frame of the machine.
 *
 * A guest cannot see the table, but it can ask how many frames the machine
 * has, and from that follows how large the table must be.
 */
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include <asm/xen/hypercall.h>
#include <xen/frametable.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>

#include "internal.h"

/* sizeof(struct page_info) in Xen 4.x for x86-64. */
#define PAGE_INFO_BYTES 32

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

/**
 * xen_frametable_show() - print the frame table's size on this host
 * @m: where to
 *
 * Context: Process.
 * Return: 0 or -errno.
 */
int xen_frametable_show(struct seq_file *m)
{
	struct xen_machphys_mapping m2p;
	struct xen_frametable table;
	long max_page;
	int err;

	/* Documented as the highest frame; Xen returns one more, max_page. */
	max_page = HYPERVISOR_memory_op(XENMEM_maximum_ram_page, NULL);
	if (max_page < 0)
		return max_page;
	err = xen_frametable_size(max_page, PAGE_INFO_BYTES, &table);
	if (err)
		return err;
	seq_printf(m, "max_page: %llu\n", table.max_page);
	seq_printf(m, "page_info_bytes: %u\n", table.page_info_bytes);
	seq_printf(m, "bytes: %llu\n", table.bytes);
	seq_printf(m, "nr_pages: %llu\n", table.nr_pages);
	seq_printf(m, "page_step: %llu\n", table.page_step);
	/* Where a PV guest sees the machine-to-physical table. */
	if (!HYPERVISOR_memory_op(XENMEM_machphys_mapping, &m2p))
		seq_printf(m, "m2p: %#lx-%#lx for frames up to %#lx\n",
			   (unsigned long)m2p.v_start, (unsigned long)m2p.v_end,
			   (unsigned long)m2p.max_mfn);
	return 0;
}
