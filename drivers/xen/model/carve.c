// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting a table into chunks, each from the top of what memory is left.
 *
 * One chunk lies below the other, so the table runs through memory backwards:
 * its beginning is at the top.
 *
 * A pure core: no lock, no allocation.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "carve.h"

#define STEP_2M (SZ_2M / PAGE_SIZE)
#define STEP_1G (SZ_1G / PAGE_SIZE)

/* What Xen 4.x wastes at most to map the end of a table by a larger page. */
#define WASTE_PAGES 4

/* A whole entry of a page table, from a place that such an entry can map. */
static u64 superpage_step(u64 page, u64 left)
{
	if (page % STEP_1G == 0 && left + WASTE_PAGES >= STEP_1G)
		return STEP_1G;
	return left + WASTE_PAGES >= STEP_2M ? STEP_2M : 1;
}

static int alloc_chunk(struct model_bootmem *boot, enum model_carving how,
		       u64 left, struct model_chunk *chunk)
{
	u64 align;

	if (how == MODEL_CARVE_STEPS) {
		chunk->nr_pages = min_t(u64, left, STEP_2M);
		align = STEP_2M;
	} else {
		chunk->nr_pages = superpage_step(chunk->page, left);
		align = chunk->nr_pages;
	}
	return model_bootmem_alloc(boot, chunk->nr_pages, align, &chunk->mfn);
}

/**
 * model_carve_max() - how many chunks can a table have?
 * @nr_pages: its length
 *
 * Context: Any.
 * Return: The number: one for each 2 MiB, and a last 2 MiB page by page.
 */
u64 model_carve_max(u64 nr_pages)
{
	return nr_pages / STEP_2M + STEP_2M;
}

/**
 * model_carve() - allocate a part of a table
 * @boot: where from
 * @how: how it is cut
 * @page: the part's first page; a multiple of 2 MiB for MODEL_CARVE_SUPERPAGES
 * @nr_pages: its length
 * @chunks: the chunks are added to these; room for model_carve_max() of them
 *
 * Context: Any; the caller serialises.
 * Return: 0; -ENOSPC if @chunks or the list of regions is full; -ENOMEM if the
 * memory does not suffice. What was allocated before is in @chunks then, too.
 */
int model_carve(struct model_bootmem *boot, enum model_carving how, u64 page,
		u64 nr_pages, struct model_chunks *chunks)
{
	struct model_chunk chunk = { .page = page };
	u64 end = page + nr_pages;
	int err;

	while (chunk.page < end) {
		if (chunks->nr == chunks->max)
			return -ENOSPC;
		err = alloc_chunk(boot, how, end - chunk.page, &chunk);
		if (err)
			return err;
		chunks->chunk[chunks->nr++] = chunk;
		chunk.page += chunk.nr_pages;
	}
	return 0;
}

/**
 * model_carve_groups() - allocate a table, but for what describes no memory
 * @boot: where from
 * @how: how it is cut
 * @groups: what may be left out
 * @nr_pages: length of the whole table
 * @chunks: as for model_carve()
 *
 * What describes groups that follow each other is cut in one go.
 *
 * Context: Any; the caller serialises.
 * Return: As model_carve().
 */
int model_carve_groups(struct model_bootmem *boot, enum model_carving how,
		       const struct model_carve_groups *groups, u64 nr_pages,
		       struct model_chunks *chunks)
{
	const struct model_region *region = groups->ram->regions;
	const struct model_region *last = region + groups->ram->nr - 1;
	u64 group = groups->group_frames;
	u64 pages_of_group = group * groups->entry_bytes / PAGE_SIZE;
	u64 page = region->start / group * pages_of_group;
	int err;

	for (; region < last; region++) {
		u64 end = ALIGN(region->end, group) / group * pages_of_group;
		u64 next = region[1].start / group * pages_of_group;

		if (next <= end)
			continue;
		err = model_carve(boot, how, page, end - page, chunks);
		if (err)
			return err;
		page = next;
	}
	return model_carve(boot, how, page, nr_pages - page, chunks);
}

/**
 * model_uncarve() - give all chunks back
 * @boot: where to
 * @chunks: none are left
 *
 * The last one first: each then touches the free memory above or below it as
 * it did when it was taken, so that the list of regions cannot overflow.
 *
 * Context: Any; the caller serialises.
 */
void model_uncarve(struct model_bootmem *boot, struct model_chunks *chunks)
{
	const struct model_chunk *chunk;

	while (chunks->nr) {
		chunk = &chunks->chunk[--chunks->nr];
		model_bootmem_add(boot, chunk->mfn,
				  chunk->mfn + chunk->nr_pages);
	}
}

/**
 * model_chunks_find() - which frame is a page of a table in?
 * @chunks: the table
 * @page: counted from its start
 * @mfn: filled in
 *
 * Context: Any.
 * Return: true if that page was allocated.
 */
bool model_chunks_find(const struct model_chunks *chunks, u64 page, u64 *mfn)
{
	u64 low = 0, high = chunks->nr, middle;
	const struct model_chunk *chunk;

	while (low < high) {
		middle = low + (high - low) / 2;
		chunk = &chunks->chunk[middle];
		if (page >= chunk->page && page - chunk->page < chunk->nr_pages) {
			*mfn = chunk->mfn + (page - chunk->page);
			return true;
		}
		if (page < chunk->page)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
