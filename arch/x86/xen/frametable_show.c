// SPDX-License-Identifier: GPL-2.0-only
/* The frame table of the host that we run on, as far as a guest can tell. */
#include <linux/seq_file.h>

#include <asm/xen/hypercall.h>
#include <xen/frametable.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>

#include "internal.h"

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
	err = xen_frametable_size(max_page, XEN_PAGE_INFO_BYTES, &table);
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
