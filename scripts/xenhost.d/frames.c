// SPDX-License-Identifier: GPL-2.0-only
/* The guest's memory as dom0 sees it: which frames it has, and a walk over them. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dom0.h"

#define BATCH		1024u
#define MAX_FRAMES	(16u << 20)	/* 64 GiB */

static void *map_frame(xen_pfn_t frame)
{
	int err;
	void *map = xenforeignmemory_map(fmem, domid, PROT_READ, 1, &frame, &err);

	if (map && err) {
		xenforeignmemory_unmap(fmem, map, 1);
		map = NULL;
	}
	return map;
}

#define PTE_PRESENT	1ull
#define PTE_FRAME(pte)	(((pte) & 0x000ffffffffff000ull) >> XC_PAGE_SHIFT)
#define PTES_PER_PAGE	512u

/*
 * The last-level page table that maps va, to be unmapped by the caller. A PV
 * guest has only 4 KiB pages, so its tables always have four levels.
 */
static uint64_t *map_last_table(uint64_t cr3, uint64_t va)
{
	uint64_t *table = map_frame(cr3 >> XC_PAGE_SHIFT), entry;

	for (int shift = 39; table && shift > 12; shift -= 9) {
		entry = table[(va >> shift) % PTES_PER_PAGE];
		xenforeignmemory_unmap(fmem, table, 1);
		table = entry & PTE_PRESENT ? map_frame(PTE_FRAME(entry)) : NULL;
	}
	return table;
}

/* The frames that are mapped at va and the pages after it; returns whether all are. */
static bool translate(uint64_t cr3, uint64_t va, xen_pfn_t *frames, uint64_t count)
{
	uint64_t *table = NULL;
	bool ok = true;

	for (uint64_t i = 0; i < count && ok; i++, va += XC_PAGE_SIZE) {
		unsigned int index = (va >> XC_PAGE_SHIFT) % PTES_PER_PAGE;

		if (!table || !index) {
			if (table)
				xenforeignmemory_unmap(fmem, table, 1);
			table = map_last_table(cr3, va);
		}
		ok = table && (table[index] & PTE_PRESENT);
		if (ok)
			frames[i] = PTE_FRAME(table[index]);
	}
	if (table)
		xenforeignmemory_unmap(fmem, table, 1);
	return ok;
}

/* A copy of count pages at va; the caller frees it. */
static void *copy_pages(uint64_t cr3, uint64_t va, uint64_t count)
{
	xen_pfn_t *frames = calloc(count, sizeof(*frames));
	int *err = calloc(count, sizeof(*err));
	uint8_t *copy = calloc(count, XC_PAGE_SIZE), *map = NULL;
	bool ok = frames && err && copy && translate(cr3, va, frames, count);

	if (ok)
		map = xenforeignmemory_map(fmem, domid, PROT_READ, count, frames, err);
	for (uint64_t i = 0; map && i < count; i++) {
		ok = ok && !err[i];
		if (!err[i])
			memcpy(copy + i * XC_PAGE_SIZE, map + i * XC_PAGE_SIZE, XC_PAGE_SIZE);
	}
	if (map)
		xenforeignmemory_unmap(fmem, map, count);
	free(frames);
	free(err);
	if (ok && map)
		return copy;
	free(copy);
	return NULL;
}

/*
 * A PV guest's frames are machine frames anywhere in memory. Which ones, the
 * guest's kernel says early in its boot: shared_info holds the address of its
 * table of them, and the page tables in which that address is valid.
 */
static xen_pfn_t *pv_frames(xen_pfn_t *count)
{
	static const unsigned int per_page = XC_PAGE_SIZE / sizeof(xen_pfn_t);
	shared_info_t *info;
	xc_domaininfo_t dom;
	uint64_t cr3, va;

	if (!find_guest(&dom))
		return NULL;
	info = map_frame(dom.shared_info_frame);
	if (!info)
		return NULL;
	cr3 = info->arch.p2m_cr3;
	va = info->arch.p2m_vaddr;
	*count = info->arch.max_pfn;
	xenforeignmemory_unmap(fmem, info, 1);
	if (!cr3 || !va || !*count || *count > MAX_FRAMES)
		return NULL;
	return copy_pages(cr3, va, (*count + per_page - 1) / per_page);
}

/*
 * A PVH or HVM guest's frames have its own numbers: memory from 0 up to the hole
 * for devices below 4 GiB, the rest from 4 GiB on. The hole is nearly all of the
 * number space of a small guest, and each try to map something in it is slow.
 */
static xen_pfn_t *hvm_frames(xen_pfn_t *count)
{
	static const xen_pfn_t hole = 0xfc000, four_gib = 0x100000;
	xen_pfn_t last = 0, low, high = 0, *list;
	xc_domaininfo_t dom;

	if (!find_guest(&dom))
		return NULL;
	if (xc_domain_maximum_gpfn(xc, domid, &last) < 0 || last > MAX_FRAMES)
		return NULL;
	low = dom.tot_pages < hole ? dom.tot_pages : hole;
	if (last >= four_gib)
		high = last + 1 - four_gib;
	*count = low + high;
	list = calloc(*count, sizeof(*list));
	for (xen_pfn_t i = 0; list && i < *count; i++)
		list[i] = i < low ? i : four_gib + i - low;
	return list;
}

/*
 * The guest's frames in the order of its own numbers; those that cannot be mapped
 * are holes. NULL while the guest has not said yet. The caller frees the list.
 */
xen_pfn_t *frames_list(xen_pfn_t *count)
{
	return is_pv ? pv_frames(count) : hvm_frames(count);
}

/* Returns false when the visitor has seen enough. */
static bool visit_batch(frame_visitor visit, void *context, const xen_pfn_t *frames,
			unsigned int count)
{
	bool go_on = true;
	int err[BATCH];
	uint8_t *map;

	map = xenforeignmemory_map(fmem, domid, PROT_READ, count, frames, err);
	if (!map)
		return true;
	for (unsigned int i = 0; i < count && go_on; i++)
		if (!err[i])
			go_on = visit(context, map + (size_t)i * XC_PAGE_SIZE, frames[i]);
	xenforeignmemory_unmap(fmem, map, count);
	return go_on;
}

/* Visits every step-th frame of the list, beginning with the one at first. */
void frames_visit(const xen_pfn_t *list, xen_pfn_t count, unsigned int first, unsigned int step,
		  frame_visitor visit, void *context)
{
	xen_pfn_t batch[BATCH];
	unsigned int n = 0;
	bool go_on = true;

	for (xen_pfn_t i = first; i < count && go_on; i += step) {
		batch[n++] = list[i];
		if (n < BATCH && i + step < count)
			continue;
		go_on = visit_batch(visit, context, batch, n);
		n = 0;
	}
}
