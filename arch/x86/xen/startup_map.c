// SPDX-License-Identifier: GPL-2.0-only
/*
 * The start-of-day virtual map of a PV domain, rebuilt while it runs.
 *
 * The domain builder lays the pieces out one behind the other, each aligned
 * to a page, and maps pseudo-physical memory from page 0 at one base address:
 *
 *   kernel | start info | xenstore | console | page tables | boot stack
 *
 * In 2004 the initial module came right after the kernel and the P2M list
 * right after the module; <xen/interface/xen.h> still says so. Today's
 * builder appends both behind the boot stack (module0, phys2mach), because
 * they no longer fit the first mapping of a large domain: the kernel finds
 * the module by its page number (SIF_MOD_START_PFN) and has the P2M list
 * mapped where its ELF note INIT_P2M wants it. A kernel without these two
 * still gets the old order.
 *
 * Nobody writes the map down for the guest. But every piece leaves a trace:
 * a field of start_info, or a neighbour that begins where it ends.
 *
 * A pure core: state in as arguments.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sort.h>

#include <xen/start_info.h>

static int by_pfn(const void *a, const void *b)
{
	const struct xen_segment *sa = a, *sb = b;

	return sa->pfn < sb->pfn ? -1 : sa->pfn > sb->pfn;
}

struct map {
	const struct xen_startup_facts *facts;
	struct xen_segment *segments;
	int nr;
};

static void add(struct map *map, const char *name, unsigned long pfn,
		unsigned long nr_pages)
{
	if (!nr_pages)
		return;
	map->segments[map->nr++] = (struct xen_segment){
		.name = name,
		.pfn = pfn,
		.nr_pages = nr_pages,
		.vaddr = map->facts->kernel_base + (pfn << PAGE_SHIFT),
	};
}

static unsigned long pfn_of_boot_vaddr(const struct xen_startup_facts *facts,
				       unsigned long vaddr)
{
	return (vaddr - facts->kernel_base) >> PAGE_SHIFT;
}

static unsigned long module_pfn(const struct xen_startup_facts *facts)
{
	if (facts->si->flags & SIF_MOD_START_PFN)
		return facts->si->mod_start;
	return pfn_of_boot_vaddr(facts, facts->si->mod_start);
}

/*
 * A list in the first mapping has no page number of its own in start_info, only
 * the address where the builder put it, until Linux makes its own list.
 */
static void add_p2m(struct map *map)
{
	const struct xen_startup_facts *facts = map->facts;
	const struct start_info *si = facts->si;
	unsigned long pfn, nr_pages;

	if (si->nr_p2m_frames) {
		add(map, "phys2mach", si->first_p2m_pfn, si->nr_p2m_frames);
		return;
	}
	pfn = pfn_of_boot_vaddr(facts, si->mfn_list);
	nr_pages = PFN_UP(si->nr_pages * sizeof(unsigned long));
	if (si->mfn_list >= facts->kernel_base && pfn < facts->start_info_pfn &&
	    nr_pages <= facts->start_info_pfn - pfn)
		add(map, "phys2mach", pfn, nr_pages);
}

/* The kernel ends where the next piece begins: nothing says how long it is. */
static void close_kernel_segment(struct map *map)
{
	int i;

	for (i = 0; i + 1 < map->nr; i++)
		if (!map->segments[i].nr_pages)
			map->segments[i].nr_pages = map->segments[i + 1].pfn -
						    map->segments[i].pfn;
}

static bool has_overlap(const struct map *map)
{
	int i;

	for (i = 0; i + 1 < map->nr; i++)
		if (map->segments[i].pfn + map->segments[i].nr_pages >
		    map->segments[i + 1].pfn)
			return true;
	return false;
}

/**
 * xen_startup_map() - rebuild the start-of-day virtual map
 * @facts: what start_info and the running kernel tell
 * @segments: filled in, in order of address
 *
 * Context: Process; no side effect.
 * Return: The number of segments; -EINVAL if they overlap, which no builder
 * produces; -ENODATA if the domain was resumed and the traces are gone.
 */
int xen_startup_map(const struct xen_startup_facts *facts,
		    struct xen_segment segments[XEN_STARTUP_SEGMENTS])
{
	const struct start_info *si = facts->si;
	struct map map = { .facts = facts, .segments = segments };

	if (xen_start_info_is_resumed(si))
		return -ENODATA;

	add(&map, "kernel", pfn_of_boot_vaddr(facts, facts->kernel_start), 1);
	segments[0].nr_pages = 0; /* see close_kernel_segment() */
	add(&map, "start info", facts->start_info_pfn, 1);
	if (si->store_mfn)
		add(&map, "xenstore", facts->store_pfn, 1);
	if (!(si->flags & SIF_INITDOMAIN) && si->console.domU.mfn)
		add(&map, "console", facts->console_pfn, 1);
	add(&map, "page tables", facts->pt_pfn, si->nr_pt_frames);
	/* By the ABI the page behind the page tables; no field names it. */
	add(&map, "boot stack", facts->pt_pfn + si->nr_pt_frames, 1);
	add(&map, "module0", module_pfn(facts), PFN_UP(si->mod_len));
	add_p2m(&map);

	sort(segments, map.nr, sizeof(*segments), by_pfn, NULL);
	close_kernel_segment(&map);
	return has_overlap(&map) ? -EINVAL : map.nr;
}
