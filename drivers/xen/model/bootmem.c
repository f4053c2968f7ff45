// SPDX-License-Identifier: GPL-2.0-only
/*
 * alloc_boot_pages: how the hypervisor allocates before it has an allocator.
 *
 * The free frames are a short list of regions. A request is served from the
 * highest place that is aligned as asked and free throughout, so what is left
 * over above it (because it was too short, or not aligned) stays free for
 * smaller requests.
 *
 * Xen 3.x searched a bitmap of all frames from the top downwards; Xen 4.x goes
 * through a list as this one. Both find the same place: within a region, the
 * highest aligned start is the only one that has to be tried.
 *
 * A pure core: no lock, no allocation.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "bootmem.h"

static void insert(struct model_bootmem *boot, unsigned int at,
		   struct model_region region)
{
	memmove(&boot->regions[at + 1], &boot->regions[at],
		(boot->nr - at) * sizeof(region));
	boot->regions[at] = region;
	boot->nr++;
}

static void erase(struct model_bootmem *boot, unsigned int at)
{
	boot->nr--;
	memmove(&boot->regions[at], &boot->regions[at + 1],
		(boot->nr - at) * sizeof(boot->regions[0]));
}

/* The first region that ends behind @mfn. */
static unsigned int find(const struct model_bootmem *boot, u64 mfn)
{
	unsigned int i = 0;

	while (i < boot->nr && boot->regions[i].end <= mfn)
		i++;
	return i;
}

/**
 * model_bootmem_add() - give frames to the allocator
 * @boot: the allocator
 * @start: the first frame
 * @end: one more than the last
 *
 * Context: Any; the caller serialises.
 * Return: 0; -EINVAL for an empty range; -EEXIST if one of the frames is free
 * already; -ENOSPC if the list of regions is full.
 */
int model_bootmem_add(struct model_bootmem *boot, u64 start, u64 end)
{
	unsigned int at = find(boot, start);
	struct model_region *below = at ? &boot->regions[at - 1] : NULL;
	struct model_region *above = at < boot->nr ? &boot->regions[at] : NULL;

	if (start >= end)
		return -EINVAL;
	if (above && above->start < end)
		return -EEXIST;
	if (below && below->end == start) {
		below->end = end;
		if (above && above->start == end) {
			below->end = above->end;
			erase(boot, at);
		}
		return 0;
	}
	if (above && above->start == end) {
		above->start = start;
		return 0;
	}
	if (boot->nr == MODEL_BOOTMEM_REGIONS)
		return -ENOSPC;
	insert(boot, at, (struct model_region){ start, end });
	return 0;
}

/**
 * model_bootmem_remove() - take frames away, whoever has them
 * @boot: the allocator
 * @start: the first frame
 * @end: one more than the last
 *
 * What is not free is passed over.
 *
 * Context: Any; the caller serialises.
 * Return: 0; -EINVAL for an empty range; -ENOSPC if a region would have to be
 * cut in two and the list is full. Then nothing was taken.
 */
int model_bootmem_remove(struct model_bootmem *boot, u64 start, u64 end)
{
	unsigned int at = find(boot, start);
	struct model_region *region;

	if (start >= end)
		return -EINVAL;
	while (at < boot->nr && boot->regions[at].start < end) {
		region = &boot->regions[at];
		if (region->start < start && region->end > end) {
			if (boot->nr == MODEL_BOOTMEM_REGIONS)
				return -ENOSPC;
			insert(boot, at, (struct model_region){ region->start, start });
			boot->regions[at + 1].start = end;
			return 0;
		}
		if (region->start >= start && region->end <= end) {
			erase(boot, at);
			continue;
		}
		if (region->start < start)
			region->end = start;
		else
			region->start = end;
		at++;
	}
	return 0;
}

/**
 * model_bootmem_alloc() - allocate from the top
 * @boot: the allocator
 * @nr_pages: how many frames in a row
 * @align: the first one is a multiple of this, a power of two
 * @mfn: set to the first frame
 *
 * Context: Any; the caller serialises.
 * Return: 0; -EINVAL for no pages or an alignment that is none; -ENOMEM if no
 * region has room; -ENOSPC if the place found would cut a region in two and
 * the list is full.
 */
int model_bootmem_alloc(struct model_bootmem *boot, u64 nr_pages, u64 align,
			u64 *mfn)
{
	const struct model_region *region;
	unsigned int i;
	u64 start;
	int err;

	if (!nr_pages || !align || align & (align - 1))
		return -EINVAL;
	for (i = boot->nr; i-- > 0;) {
		region = &boot->regions[i];
		if (region->end - region->start < nr_pages)
			continue;
		start = (region->end - nr_pages) & ~(align - 1);
		if (start < region->start)
			continue;
		err = model_bootmem_remove(boot, start, start + nr_pages);
		if (!err)
			*mfn = start;
		return err;
	}
	return -ENOMEM;
}

/**
 * model_bootmem_has() - are frames in the set, all of them?
 * @boot: the set
 * @mfn: the first
 * @nr_pages: how many
 *
 * Context: Any; the caller serialises.
 * Return: true if so; false also for a range that is no range.
 */
bool model_bootmem_has(const struct model_bootmem *boot, u64 mfn, u64 nr_pages)
{
	unsigned int at = find(boot, mfn);

	return at < boot->nr && boot->regions[at].start <= mfn &&
	       boot->regions[at].end - mfn >= nr_pages;
}

/**
 * model_bootmem_has_any() - is one of some frames in the set?
 * @boot: the set
 * @mfn: the first
 * @nr_pages: how many; @mfn + @nr_pages does not overflow
 *
 * Context: Any; the caller serialises.
 * Return: true if so.
 */
bool model_bootmem_has_any(const struct model_bootmem *boot, u64 mfn,
			   u64 nr_pages)
{
	unsigned int at = find(boot, mfn);

	return at < boot->nr && boot->regions[at].start < mfn + nr_pages;
}

/**
 * model_bootmem_pages() - how many frames are in the set?
 * @boot: the set
 *
 * Context: Any; the caller serialises.
 * Return: The number.
 */
u64 model_bootmem_pages(const struct model_bootmem *boot)
{
	u64 nr_pages = 0;
	unsigned int i;

	for (i = 0; i < boot->nr; i++)
		nr_pages += boot->regions[i].end - boot->regions[i].start;
	return nr_pages;
}

/**
 * model_bootmem_end() - where does the set end?
 * @boot: the set
 *
 * Context: Any; the caller serialises.
 * Return: One more than the highest frame, 0 if there is none.
 */
u64 model_bootmem_end(const struct model_bootmem *boot)
{
	return boot->nr ? boot->regions[boot->nr - 1].end : 0;
}
