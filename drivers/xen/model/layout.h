/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a PV domain's first pieces lie. */
#ifndef _XEN_MODEL_LAYOUT_H
#define _XEN_MODEL_LAYOUT_H

#include <linux/types.h>

#include <xen/segment.h>

#define MODEL_PT_LEVELS 4

/**
 * struct model_kernel - what a kernel says of itself in its ELF notes
 * @virt_base: where pseudo-physical page 0 is to be mapped
 * @start: first virtual address of the image, a page's
 * @end: first one behind it
 * @p2m_base: where it wants its P2M list mapped; 0: in the first mapping
 * @takes_unmapped_module: it finds the initial module by its page number
 */
struct model_kernel {
	u64 virt_base;
	u64 start;
	u64 end;
	u64 p2m_base;
	bool takes_unmapped_module;
};

/**
 * struct model_tables - page tables of one level, for one mapping
 * @from: first virtual address they reach
 * @to: last one
 * @pfn: the page of the first of them
 * @nr: how many
 */
struct model_tables {
	u64 from;
	u64 to;
	u64 pfn;
	u64 nr;
};

/**
 * struct model_mapping - a part of the domain's memory that is mapped
 * @from: first virtual address, 48 bits of it
 * @to: last one
 * @pfn: the page mapped at @from
 * @level: page tables for it, the lowest level first; none where those of an
 *	earlier mapping reach it, too
 * @nr_tables: of all levels
 */
struct model_mapping {
	u64 from;
	u64 to;
	u64 pfn;
	struct model_tables level[MODEL_PT_LEVELS];
	u64 nr_tables;
};

/**
 * struct model_layout - where everything is
 * @nr_pages: the domain's memory
 * @virt_base: where page 0 is mapped
 * @segments: the pieces, in the order in which they were laid out
 * @nr: how many
 * @maps: the first mapping, and the P2M list's if it has one of its own
 * @nr_maps: how many
 * @pfn_end: the first page that nothing was put in
 * @module: the initial module; NULL if there is none, like those below
 * @p2m: the P2M list, with the page tables of its own mapping behind it
 * @start_info: the start_info page
 * @store: XenStore's ring
 * @console: the console's ring
 * @page_tables: those of the first mapping
 * @stack: the boot stack
 */
struct model_layout {
	u64 nr_pages;
	u64 virt_base;
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	unsigned int nr;
	struct model_mapping maps[2];
	unsigned int nr_maps;
	u64 pfn_end;
	const struct xen_segment *module;
	const struct xen_segment *p2m;
	const struct xen_segment *start_info;
	const struct xen_segment *store;
	const struct xen_segment *console;
	const struct xen_segment *page_tables;
	const struct xen_segment *stack;
};

int model_layout_init(struct model_layout *layout,
		      const struct model_kernel *kernel, u64 nr_pages,
		      u64 module_bytes);
bool model_layout_table(const struct model_layout *layout, unsigned int level,
			u64 vaddr, u64 *pfn);
bool model_layout_is_table(const struct model_layout *layout, u64 pfn);

#endif
