// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page tables that a PV domain starts with.
 *
 * Their entries hold machine frames, as the processor itself will walk them.
 * A page table is mapped read-only, as only the hypervisor may write it; every
 * other page, the P2M list too, may be written.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pgtable.h>

#include "image.h"

#define LEAF (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)
#define TABLE (LEAF | _PAGE_DIRTY | _PAGE_USER)
#define MFN_OF_ENTRY GENMASK_ULL(51, PAGE_SHIFT)

static unsigned int shift_of(unsigned int level)
{
	return PAGE_SHIFT + level * (PAGE_SHIFT - 3);
}

static unsigned int index_of(unsigned int level, u64 vaddr)
{
	return vaddr >> shift_of(level) & (PTRS_PER_PTE - 1);
}

/* @pfn is what the entry for @vaddr in the table of that level leads to. */
static int set_entry(struct model_image *image, unsigned int level, u64 vaddr,
		     u64 pfn, u64 flags)
{
	u64 table_pfn, *table;

	if (!model_layout_table(&image->layout, level, vaddr, &table_pfn))
		return -EINVAL;
	table = model_image_page(image, table_pfn);
	if (!table)
		return -ENOMEM;
	table[index_of(level, vaddr)] = image->p2m[pfn] << PAGE_SHIFT | flags;
	return 0;
}

static int map_pages(struct model_image *image, const struct model_mapping *map)
{
	u64 vaddr, pfn, flags;
	int err = 0;

	for (vaddr = map->from; vaddr < map->to && !err; vaddr += PAGE_SIZE) {
		pfn = map->pfn + ((vaddr - map->from) >> PAGE_SHIFT);
		flags = LEAF;
		if (model_layout_is_table(&image->layout, pfn))
			flags &= ~_PAGE_RW;
		err = set_entry(image, 0, vaddr, pfn, flags);
	}
	return err;
}

/* Each table of the level below gets its entry. */
static int map_tables(struct model_image *image, const struct model_mapping *map,
		      unsigned int level)
{
	u64 step = 1ULL << shift_of(level), vaddr, pfn;
	int err = 0;

	for (vaddr = map->from & ~(step - 1); vaddr <= map->to && !err; vaddr += step) {
		if (!model_layout_table(&image->layout, level - 1, vaddr, &pfn))
			return -EINVAL;
		err = set_entry(image, level, vaddr, pfn, TABLE);
	}
	return err;
}

/**
 * model_image_fill_tables() - write the page tables
 * @image: its memory is there
 *
 * Context: Process.
 * Return: 0; -ENOMEM; -EINVAL if the plan has no table where one is needed.
 */
int model_image_fill_tables(struct model_image *image)
{
	unsigned int i, level;
	int err = 0;

	for (i = 0; i < image->layout.nr_maps && !err; i++) {
		err = map_pages(image, &image->layout.maps[i]);
		for (level = 1; level < MODEL_PT_LEVELS && !err; level++)
			err = map_tables(image, &image->layout.maps[i], level);
	}
	return err;
}

/**
 * model_walk() - what the processor finds at an address
 * @machine: the machine
 * @cr3_mfn: the top page table
 * @vaddr: the address
 *
 * It knows nothing of any plan: only frames, and what is in them.
 *
 * Context: Any.
 * Return: The last level's entry; 0 if nothing is mapped there.
 */
u64 model_walk(struct model_machine *machine, u64 cr3_mfn, u64 vaddr)
{
	unsigned int level = MODEL_PT_LEVELS;
	u64 mfn = cr3_mfn, entry = 0;
	const u64 *table;

	while (level-- > 0) {
		table = model_page(machine, mfn);
		if (!table)
			return 0;
		entry = table[index_of(level, vaddr)];
		if (!(entry & _PAGE_PRESENT))
			return 0;
		mfn = (entry & MFN_OF_ENTRY) >> PAGE_SHIFT;
	}
	return entry;
}
