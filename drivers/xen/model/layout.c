// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain builder's plan.
 *
 * Pages are handed out one behind the other, from the kernel's first one on,
 * and all of them are mapped in a row:
 *
 *   2004:   kernel | module | P2M | start info | store | console | tables | stack
 *   today:  kernel | start info | store | console | tables | stack
 *           and, behind the end of that mapping: module | P2M + its tables
 *
 * The one order turned into the other when kernels began to say in their ELF
 * notes that they find the module by its page number, and where they want the
 * P2M list mapped: neither has to fit the first mapping then, which in a
 * domain of hundreds of gigabytes they do not. A kernel that says one of the
 * two only gets the one at the front and the other at the end.
 *
 * The mapping ends at a multiple of 4 MiB, at least 512 KiB behind the stack,
 * and has to map its own page tables; how many these are depends on its end.
 *
 * A pure core: no lock, no allocation.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "layout.h"

#define VIRT_MASK ((1ULL << 48) - 1)
#define BITS_PER_LEVEL 9
#define ROUND_MAPPING SZ_4M
#define PADDING_PAGES (SZ_512K / PAGE_SIZE)

static u64 vaddr_of(const struct model_layout *layout, u64 pfn)
{
	return layout->virt_base + (pfn << PAGE_SHIFT);
}

static unsigned int reach_bits(unsigned int level)
{
	return PAGE_SHIFT + (level + 1) * BITS_PER_LEVEL;
}

/* Unlike PFN_UP(), right for any number of bytes. */
static u64 pages_of(u64 bytes)
{
	return (bytes >> PAGE_SHIFT) + !!(bytes % PAGE_SIZE);
}

static int add_segment(struct model_layout *layout, const char *name,
		       u64 nr_pages, const struct xen_segment **segment)
{
	struct xen_segment *new = &layout->segments[layout->nr];

	if (nr_pages > layout->nr_pages - layout->pfn_end)
		return -ENOMEM;
	*new = (struct xen_segment){
		.name = name,
		.vaddr = vaddr_of(layout, layout->pfn_end),
		.pfn = layout->pfn_end,
		.nr_pages = nr_pages,
	};
	layout->pfn_end += nr_pages;
	layout->nr++;
	if (segment)
		*segment = new;
	return 0;
}

/*
 * What is left to do on a level where @earlier has tables. Two mappings do not
 * overlap, so the one can begin or end within the other's reach, or lie in it,
 * but not around it.
 */
static void trim(struct model_tables *tables, const struct model_tables *earlier)
{
	if (tables->from >= earlier->from && tables->to <= earlier->to)
		tables->to = tables->from - 1; /* nothing */
	else if (tables->from >= earlier->from && tables->from <= earlier->to)
		tables->from = earlier->to + 1;
	else if (tables->to >= earlier->from && tables->to <= earlier->to)
		tables->to = earlier->from - 1;
}

static void count_level(const struct model_layout *layout,
			struct model_mapping *map, unsigned int level)
{
	struct model_tables *tables = &map->level[level];
	u64 mask = (1ULL << reach_bits(level)) - 1;

	tables->from = map->from & ~mask;
	tables->to = map->to | mask;
	if (layout->nr_maps)
		trim(tables, &layout->maps[0].level[level]);
	tables->nr = (tables->to - tables->from + 1) >> reach_bits(level);
	map->nr_tables += tables->nr;
}

/* The top level first, in pages from @pfn on. */
static int count_tables(const struct model_layout *layout,
			struct model_mapping *map, u64 from, u64 to, u64 pfn)
{
	const struct model_mapping *earlier = &layout->maps[0];
	unsigned int level = MODEL_PT_LEVELS;

	map->from = from & VIRT_MASK;
	map->to = to & VIRT_MASK;
	map->nr_tables = 0;
	if (to < from || map->to < map->from)
		return -EINVAL;
	if (layout->nr_maps && map->from <= earlier->to && map->to >= earlier->from)
		return -EINVAL;
	while (level-- > 0) {
		map->level[level].pfn = pfn + map->nr_tables;
		count_level(layout, map, level);
	}
	return 0;
}

/* A longer mapping may need more tables, which may need a longer mapping. */
static int plan_first_mapping(struct model_layout *layout)
{
	struct model_mapping *map = &layout->maps[0];
	u64 pages = 1 + PADDING_PAGES, end = vaddr_of(layout, layout->pfn_end);
	u64 last;
	int err;

	do {
		last = (end + pages * PAGE_SIZE) | (ROUND_MAPPING - 1);
		if ((last - layout->virt_base) >> PAGE_SHIFT >= layout->nr_pages)
			return -ENOMEM;
		err = count_tables(layout, map, layout->virt_base, last,
				   layout->pfn_end);
		if (err)
			return err;
		pages = map->nr_tables + 1 + PADDING_PAGES;
	} while (end + pages * PAGE_SIZE - 1 > last);
	map->pfn = 0;
	layout->nr_maps = 1;
	return 0;
}

static int add_page_tables(struct model_layout *layout)
{
	int err = plan_first_mapping(layout);

	return err ?: add_segment(layout, "page tables",
				  layout->maps[0].nr_tables, &layout->page_tables);
}

/* What comes next lies behind the first mapping. */
static void skip_first_mapping(struct model_layout *layout)
{
	const struct model_mapping *map = &layout->maps[0];

	layout->pfn_end = (map->to - map->from + 1) >> PAGE_SHIFT;
}

static int add_module(struct model_layout *layout, u64 bytes)
{
	return bytes ? add_segment(layout, "module0", pages_of(bytes), &layout->module) : 0;
}

static u64 p2m_pages(const struct model_layout *layout)
{
	return pages_of(layout->nr_pages * sizeof(u64));
}

/* The list is mapped where the kernel wants it; its tables come behind it. */
static int add_mapped_p2m(struct model_layout *layout, u64 base)
{
	struct model_mapping *map = &layout->maps[1];
	u64 nr_pages = p2m_pages(layout);
	int err;

	err = count_tables(layout, map, base, base + nr_pages * PAGE_SIZE - 1,
			   layout->pfn_end + nr_pages);
	if (err)
		return err;
	map->pfn = layout->pfn_end;
	layout->nr_maps = 2;
	return add_segment(layout, "phys2mach", nr_pages + map->nr_tables,
			   &layout->p2m);
}

static int add_kernel(struct model_layout *layout,
		      const struct model_kernel *kernel)
{
	if (kernel->start < kernel->virt_base || kernel->end <= kernel->start ||
	    (kernel->virt_base | kernel->start | kernel->p2m_base) % PAGE_SIZE)
		return -EINVAL;
	layout->pfn_end = (kernel->start - kernel->virt_base) >> PAGE_SHIFT;
	if (layout->pfn_end > layout->nr_pages)
		return -ENOMEM;
	return add_segment(layout, "kernel", pages_of(kernel->end - kernel->start),
			   NULL);
}

static int add_magic_pages(struct model_layout *layout)
{
	int err = add_segment(layout, "start info", 1, &layout->start_info);

	if (!err)
		err = add_segment(layout, "xenstore", 1, &layout->store);
	return err ?: add_segment(layout, "console", 1, &layout->console);
}

/**
 * model_layout_init() - plan a domain
 * @layout: filled in
 * @kernel: the kernel
 * @nr_pages: the domain's memory
 * @module_bytes: length of its initial module, 0 if it has none
 *
 * Context: Any; no side effect.
 * Return: 0; -ENOMEM if @nr_pages do not suffice; -EINVAL if the kernel asks
 * for addresses that no builder can give it; -E2BIG for a domain or a module
 * so large that its size in bytes does not fit 64 bits.
 */
int model_layout_init(struct model_layout *layout,
		      const struct model_kernel *kernel, u64 nr_pages,
		      u64 module_bytes)
{
	bool late_module = kernel->takes_unmapped_module;
	bool late_p2m = kernel->p2m_base;
	int err;

	if (nr_pages > VIRT_MASK >> PAGE_SHIFT || module_bytes > VIRT_MASK)
		return -E2BIG;
	memset(layout, 0, sizeof(*layout));
	layout->nr_pages = nr_pages;
	layout->virt_base = kernel->virt_base;
	err = add_kernel(layout, kernel);
	if (!err && !late_module)
		err = add_module(layout, module_bytes);
	if (!err && !late_p2m)
		err = add_segment(layout, "phys2mach", p2m_pages(layout), &layout->p2m);
	if (!err)
		err = add_magic_pages(layout);
	if (!err)
		err = add_page_tables(layout);
	if (!err)
		err = add_segment(layout, "boot stack", 1, &layout->stack);
	if (err)
		return err;
	skip_first_mapping(layout);
	if (late_module)
		err = add_module(layout, module_bytes);
	if (!err && late_p2m)
		err = add_mapped_p2m(layout, kernel->p2m_base);
	return err;
}

/**
 * model_layout_table() - which page table reaches an address?
 * @layout: the plan
 * @level: 0 for those whose entries map pages
 * @vaddr: the address
 * @pfn: set to the page of the table
 *
 * Context: Any; no side effect.
 * Return: true if there is one.
 */
bool model_layout_table(const struct model_layout *layout, unsigned int level,
			u64 vaddr, u64 *pfn)
{
	const struct model_tables *tables;
	unsigned int i;

	vaddr &= VIRT_MASK;
	for (i = 0; i < layout->nr_maps; i++) {
		tables = &layout->maps[i].level[level];
		if (!tables->nr || vaddr < tables->from || vaddr > tables->to)
			continue;
		*pfn = tables->pfn + ((vaddr - tables->from) >> reach_bits(level));
		return true;
	}
	return false;
}

/**
 * model_layout_is_table() - is a page a page table?
 * @layout: the plan
 * @pfn: the page
 *
 * Context: Any; no side effect.
 * Return: true if so.
 */
bool model_layout_is_table(const struct model_layout *layout, u64 pfn)
{
	unsigned int i;
	u64 first;

	for (i = 0; i < layout->nr_maps; i++) {
		first = layout->maps[i].level[MODEL_PT_LEVELS - 1].pfn;
		if (pfn >= first && pfn - first < layout->maps[i].nr_tables)
			return true;
	}
	return false;
}
