// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is measured of mapping: pages that a program in dom0 shares, each mapped
 * and unmapped, in batches of 1 and of all. One thread only.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>

#include <xen/page.h>

#include "bench.h"

#define GRANTER 0

static unsigned int map_refs[REFS_PER_BATCH];
static unsigned int nr_map_refs;
module_param_array(map_refs, uint, &nr_map_refs, 0444);
MODULE_PARM_DESC(map_refs, "32 references to pages that dom0 shares");

static struct page *pages[REFS_PER_BATCH];
static struct gnttab_map_grant_ref map_ops[REFS_PER_BATCH];
static struct gnttab_unmap_grant_ref unmap_ops[REFS_PER_BATCH];

static phys_addr_t address_of(unsigned int i)
{
	return (unsigned long)page_address(pages[i]);
}

int map_prepare(struct worker *w)
{
	if (nr_map_refs != REFS_PER_BATCH) {
		pr_err("map_refs= has %u references, must have %u\n",
		       nr_map_refs, REFS_PER_BATCH);
		return -EINVAL;
	}
	return gnttab_alloc_pages(REFS_PER_BATCH, pages);
}

/* After a failure some may be mapped still: they are not used again. */
void map_finish(struct worker *w)
{
	if (!w->err)
		gnttab_free_pages(REFS_PER_BATCH, pages);
}

static int map(unsigned int first, unsigned int nr)
{
	unsigned int i;
	int err;

	for (i = first; i < first + nr; i++)
		gnttab_set_map_op(&map_ops[i], address_of(i), GNTMAP_host_map,
				  map_refs[i], GRANTER);
	err = gnttab_map_refs(&map_ops[first], NULL, &pages[first], nr);
	for (i = first; !err && i < first + nr; i++)
		if (map_ops[i].status != GNTST_okay)
			err = -EIO;
	return err;
}

static int unmap(unsigned int first, unsigned int nr)
{
	unsigned int i;
	int err;

	for (i = first; i < first + nr; i++)
		gnttab_set_unmap_op(&unmap_ops[i], address_of(i),
				    GNTMAP_host_map, map_ops[i].handle);
	err = gnttab_unmap_refs(&unmap_ops[first], NULL, &pages[first], nr);
	for (i = first; !err && i < first + nr; i++)
		if (unmap_ops[i].status != GNTST_okay)
			err = -EIO;
	return err;
}

static int map_burst(struct worker *w, unsigned int nr_in_batch)
{
	unsigned int nr;

	for (nr = 0; nr < w->bench->nr_refs; nr += nr_in_batch) {
		unsigned int first = nr % REFS_PER_BATCH;
		int err = map(first, nr_in_batch);

		if (!err)
			err = unmap(first, nr_in_batch);
		if (err)
			return err;
	}
	return 0;
}

int map_single_burst(struct worker *w)
{
	return map_burst(w, 1);
}

int map_batch_burst(struct worker *w)
{
	return map_burst(w, REFS_PER_BATCH);
}
