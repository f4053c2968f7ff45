// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping and copying what other domains grant.
 *
 * A page that stands for another domain's frame is marked foreign, with the
 * domain and the reference beside the mark, from the moment it is mapped until
 * it is known to be unmapped. The mark is what keeps a page from being mapped
 * twice, or from being given back, with a foreign frame behind it.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/foreign.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "map.h"

static void pause_for(unsigned int pause_ms)
{
	msleep(pause_ms);
}

/**
 * grant_map_batch() - map in a batch, and note nothing
 * @ops: the operations
 * @nr: how many
 *
 * Context: Process; sleeps while a page is paged out.
 * Return: As grant_batch_run().
 */
int grant_map_batch(struct gnttab_map_grant_ref *ops, unsigned int nr)
{
	const struct grant_batch batch = {
		.call = HYPERVISOR_grant_table_op,
		.pause = pause_for,
		.cmd = GNTTABOP_map_grant_ref,
		.ops = ops,
		.nr = nr,
		.op_bytes = sizeof(*ops),
		.status_at = offsetof(struct gnttab_map_grant_ref, status),
	};

	return grant_batch_run(&batch);
}

/**
 * gnttab_batch_map() - map grants, and note nothing
 * @batch: the operations, see gnttab_set_map_op()
 * @count: how many
 *
 * For addresses that are not those of pages from gnttab_alloc_pages(). Each
 * status says how its operation went, and is never GNTST_eagain: a page that
 * its domain's pager does not bring in within 32 s is a GNTST_bad_page.
 *
 * Context: Process; sleeps while a page is paged out.
 */
void gnttab_batch_map(struct gnttab_map_grant_ref *batch, unsigned int count)
{
	/* The statuses tell it all, and a failure has been logged. */
	(void)grant_map_batch(batch, count);
}
EXPORT_SYMBOL_GPL(gnttab_batch_map);

/**
 * gnttab_batch_copy() - have Xen copy between this and other domains' pages
 * @batch: the operations; see struct gnttab_copy in Xen's public
 *	grant_table.h
 * @count: how many
 *
 * Statuses as with gnttab_batch_map().
 *
 * Context: Process; sleeps while a page is paged out.
 */
void gnttab_batch_copy(struct gnttab_copy *batch, unsigned int count)
{
	const struct grant_batch copies = {
		.call = HYPERVISOR_grant_table_op,
		.pause = pause_for,
		.cmd = GNTTABOP_copy,
		.ops = batch,
		.nr = count,
		.op_bytes = sizeof(*batch),
		.status_at = offsetof(struct gnttab_copy, status),
	};

	grant_batch_run(&copies);
}
EXPORT_SYMBOL_GPL(gnttab_batch_copy);

/*
 * Where the hypervisor translates, this kernel does not know whether a page
 * has memory; there the page must be of a kind that has none.
 */
static bool can_hold_foreign(struct page *page)
{
	if (PageCompound(page) || PageForeign(page))
		return false;
	if (xen_foreign_has_p2m())
		return xen_foreign_is_vacant(page);
	return PagePrivate(page) || is_zone_device_page(page);
}

static void mark_foreign(struct page *page,
			 const struct gnttab_map_grant_ref *op)
{
	struct xen_page_foreign *foreign;

	SetPageForeign(page);
	foreign = xen_page_foreign(page);
	foreign->domid = op->dom;
	foreign->gref = op->ref;
}

/*
 * Before Xen is asked: a mapping over a page's own memory, or over another
 * mapping, be it of the same batch, would lose what it hides.
 */
static int mark_all(const struct gnttab_map_grant_ref *ops, struct page **pages,
		    unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count && can_hold_foreign(pages[i]); i++)
		mark_foreign(pages[i], &ops[i]);
	if (i == count)
		return 0;
	pr_err_ratelimited("cannot map a grant at pfn %#lx, which has a frame: take pages from gnttab_alloc_pages(), and unmap them first\n",
			   page_to_pfn(pages[i]));
	while (i--)
		ClearPageForeign(pages[i]);
	return -EINVAL;
}

/* The domain is asked for once in a row of the same, as most batches are. */
static int refuse_own(const struct gnttab_map_grant_ref *ops,
		      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if ((i && ops[i].dom == ops[i - 1].dom) ||
		    !xen_foreign_moves(ops[i].dom))
			continue;
		pr_err_ratelimited("cannot map reference %u, which is this domain's own: use its page, which would have a hole in its place\n",
				   ops[i].ref);
		return -EOPNOTSUPP;
	}
	return 0;
}

static void fail_all(struct gnttab_map_grant_ref *ops, unsigned int count)
{
	unsigned int i;

	for (i = 0; ops && i < count; i++)
		ops[i].status = GNTST_general_error;
}

static struct gnttab_unmap_grant_ref undo_of(struct gnttab_map_grant_ref *op)
{
	struct gnttab_unmap_grant_ref undo = {
		.host_addr = op->host_addr,
		.handle = op->handle,
	};

	if (op->flags & GNTMAP_device_map)
		undo.dev_bus_addr = op->dev_bus_addr;
	op->status = GNTST_general_error;
	op->handle = INVALID_GRANT_HANDLE;
	return undo;
}

/* The page cannot be noted as foreign, so it must not be. */
static void undo(struct gnttab_map_grant_ref *op,
		 struct gnttab_map_grant_ref *kop, struct page *page)
{
	struct gnttab_unmap_grant_ref undo[2] = { undo_of(op) };
	unsigned int i, nr = 1, nr_left = 0;

	if (kop)
		undo[nr++] = undo_of(kop);
	grant_unmap_batch(undo, nr);
	for (i = 0; i < nr; i++)
		nr_left += undo[i].status != GNTST_okay;
	if (nr_left)
		pr_err_ratelimited("reference %u of domain %u stays mapped at pfn %#lx: that page is lost\n",
				   op->ref, op->dom, page_to_pfn(page));
	else
		ClearPageForeign(page);
}

static bool is_mapped(const struct gnttab_map_grant_ref *op)
{
	return op && op->status == GNTST_okay;
}

static void say_why(const struct gnttab_map_grant_ref *op)
{
	if (op->status == GNTST_no_device_space || op->status == GNTST_no_space)
		pr_err_ratelimited("Xen has no room to map more of domain %u's pages: unmap some, or raise max_maptrack_frames in this domain's configuration\n",
				   op->dom);
}

/*
 * Xen fills in dev_bus_addr, the frame's machine address, for every mapping
 * that it makes, also for one it was told to put into a page table entry.
 */
static void note_mapping(struct gnttab_map_grant_ref *op,
			 struct gnttab_map_grant_ref *kop, struct page *page)
{
	int err;

	if (!is_mapped(op))
		say_why(op);
	if (!is_mapped(op) && !is_mapped(kop))
		ClearPageForeign(page);
	if (!is_mapped(op) || (kop && !is_mapped(kop)))
		return;
	err = xen_foreign_set(page, PFN_DOWN(op->dev_bus_addr));
	if (!err)
		return;
	pr_err_ratelimited("cannot note pfn %#lx as another domain's (%d): unmapping it\n",
			   page_to_pfn(page), err);
	undo(op, kop, page);
}

/**
 * gnttab_map_refs() - map grants of other domains at pages
 * @map_ops: what to map, see gnttab_set_map_op(); statuses and handles are
 *	filled in
 * @kmap_ops: in a PV domain, the pages' kernel addresses where @map_ops has
 *	user space's; else NULL, and ignored in other domains
 * @pages: one for each operation, from gnttab_alloc_pages(), not mapped yet
 * @count: how many
 *
 * The status of each operation says how it went, and nothing that was mapped
 * is undone because something else was not: whatever has GNTST_okay is to be
 * unmapped with gnttab_unmap_refs(). Statuses as with gnttab_batch_map().
 *
 * Context: Process; sleeps while a page is paged out.
 * Return: 0 if Xen came to every operation; -EINVAL if a page is in use or
 * has memory of its own, -EOPNOTSUPP if a grant is this domain's own and it is
 * not PV, and nothing was mapped; or Xen's error.
 */
int gnttab_map_refs(struct gnttab_map_grant_ref *map_ops,
		    struct gnttab_map_grant_ref *kmap_ops, struct page **pages,
		    unsigned int count)
{
	unsigned int i;
	int err;

	if (!xen_foreign_has_p2m())
		kmap_ops = NULL;
	err = refuse_own(map_ops, count) ?: mark_all(map_ops, pages, count);
	if (err) {
		fail_all(map_ops, count);
		fail_all(kmap_ops, count);
		return err;
	}
	err = grant_map_batch(map_ops, count);
	if (err)
		fail_all(kmap_ops, count);
	else if (kmap_ops)
		err = grant_map_batch(kmap_ops, count);
	for (i = 0; i < count; i++)
		note_mapping(map_ops + i, kmap_ops ? kmap_ops + i : NULL,
			     pages[i]);
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_map_refs);
