// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmapping what other domains granted, at once or when nobody uses it.
 *
 * A page that somebody still holds, such as a network packet on its way, must
 * not lose its frame under them. The number of the page's users tells, but
 * nobody tells when it falls, so it is looked at again and again, with pauses
 * that grow.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

#include <asm/xen/hypercall.h>
#include <xen/compat.h>
#include <xen/foreign.h>
#include <xen/grant_table.h>

#include "map.h"

#define PAUSE_STEP_MS 5
#define LONGEST_PAUSE_MS 500
/* By then it has waited for about half a minute. */
#define AGE_TO_COMPLAIN 110
/* And by then for five minutes, as long as a caller may be held. */
#define AGE_TO_GIVE_UP 650

/* Our own, so that no work of this module runs on when the module goes. */
static struct workqueue_struct *unmap_queue;

/**
 * grant_unmap_init() - be ready to unmap in the background
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int grant_unmap_init(void)
{
	/* Bound: what is unmapped was just touched on the CPU that asks. */
	unmap_queue = alloc_workqueue("xendomu-unmap",
				      WQ_MEM_RECLAIM | WQ_PERCPU, 0);
	return unmap_queue ? 0 : -ENOMEM;
}

void grant_unmap_exit(void)
{
	destroy_workqueue(unmap_queue);
}

/**
 * grant_unmap_batch() - unmap in a batch, and note nothing
 * @ops: the operations
 * @nr: how many
 *
 * Context: Any.
 * Return: As grant_batch_run().
 */
int grant_unmap_batch(struct gnttab_unmap_grant_ref *ops, unsigned int nr)
{
	const struct grant_batch batch = {
		.call = HYPERVISOR_grant_table_op,
		.cmd = GNTTABOP_unmap_grant_ref,
		.ops = ops,
		.nr = nr,
		.op_bytes = sizeof(*ops),
		.status_at = offsetof(struct gnttab_unmap_grant_ref, status),
	};

	return grant_batch_run(&batch);
}

static bool is_unmapped(const struct gnttab_unmap_grant_ref *op)
{
	return op && op->status == GNTST_okay;
}

/* Whether there was nothing to unmap, or it is unmapped. */
static bool is_gone(const struct gnttab_unmap_grant_ref *op)
{
	return !op || is_unmapped(op) || op->handle == INVALID_GRANT_HANDLE;
}

/* What keeps a page mapped, or NULL. */
static const struct gnttab_unmap_grant_ref *
what_failed(const struct gnttab_unmap_grant_ref *op,
	    const struct gnttab_unmap_grant_ref *kop)
{
	if (!is_gone(op))
		return op;
	if (!is_gone(kop))
		return kop;
	return is_unmapped(op) || is_unmapped(kop) ? NULL : op;
}

static int note_unmapping(const struct gnttab_unmap_grant_ref *op,
			  const struct gnttab_unmap_grant_ref *kop,
			  struct page *page)
{
	const struct gnttab_unmap_grant_ref *failed = what_failed(op, kop);
	int err;

	if (!PageForeign(page))
		return 0;
	if (failed) {
		pr_err_ratelimited("pfn %#lx stays mapped: Xen did not unmap handle %u (status %d)\n",
				   page_to_pfn(page), failed->handle,
				   failed->status);
		return 0;
	}
	err = xen_foreign_clear(page);
	if (!err)
		ClearPageForeign(page);
	return err;
}

/**
 * gnttab_unmap_refs() - unmap grants of other domains from pages
 * @unmap_ops: what to unmap, see gnttab_set_unmap_op(); statuses are filled in
 * @kunmap_ops: if @kmap_ops were given to gnttab_map_refs(), their undoing;
 *	an INVALID_GRANT_HANDLE stands for one that was not mapped
 * @pages: the pages, one for each operation
 * @count: how many
 *
 * A page that Xen did not unmap stays as it is, and may be neither given back
 * nor mapped again; its operation's status says why.
 *
 * Context: Any.
 * Return: 0 if Xen came to every operation; -EINVAL if a page's frame was not
 * foreign after all; or Xen's error.
 */
int gnttab_unmap_refs(struct gnttab_unmap_grant_ref *unmap_ops,
		      struct gnttab_unmap_grant_ref *kunmap_ops,
		      struct page **pages, unsigned int count)
{
	unsigned int i;
	int err;

	if (!xen_foreign_has_p2m())
		kunmap_ops = NULL;
	err = grant_unmap_batch(unmap_ops, count);
	if (kunmap_ops)
		err = grant_unmap_batch(kunmap_ops, count) ?: err;
	for (i = 0; i < count; i++) {
		const struct gnttab_unmap_grant_ref *kop = NULL;

		if (kunmap_ops)
			kop = kunmap_ops + i;
		err = note_unmapping(unmap_ops + i, kop, pages[i]) ?: err;
	}
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_unmap_refs);

static bool has_users(const struct gntab_unmap_queue_data *item)
{
	unsigned int i;

	for (i = 0; i < item->count; i++)
		if (page_count(item->pages[i]) > 1)
			return true;
	return false;
}

/* Returns how long to wait before looking at the pages again. */
static unsigned int grow_older(struct gntab_unmap_queue_data *item)
{
	unsigned int pause_ms = LONGEST_PAUSE_MS;

	if (item->age < LONGEST_PAUSE_MS / PAUSE_STEP_MS)
		pause_ms = PAUSE_STEP_MS * (item->age + 1);
	if (item->age == AGE_TO_COMPLAIN)
		pr_warn_ratelimited("%u pages of other domains wait to be unmapped, but somebody holds on to them (first: pfn %#lx)\n",
				    item->count, page_to_pfn(item->pages[0]));
	if (item->age < UINT_MAX)
		item->age++;
	return pause_ms;
}

static int unmap_item(struct gntab_unmap_queue_data *item)
{
	return gnttab_unmap_refs(item->unmap_ops, item->kunmap_ops, item->pages,
				 item->count);
}

static void unmap_or_wait(struct gntab_unmap_queue_data *item)
{
	if (has_users(item))
		queue_delayed_work(unmap_queue, &item->gnttab_work,
				   msecs_to_jiffies(grow_older(item)));
	else
		item->done(unmap_item(item), item);
}

static void unmap_work(struct work_struct *work)
{
	unmap_or_wait(container_of(to_delayed_work(work),
				   struct gntab_unmap_queue_data, gnttab_work));
}

/**
 * gnttab_unmap_refs_async() - unmap as soon as nobody else holds the pages
 * @item: what gnttab_unmap_refs() takes, and @item->done, called with its
 *	result; all of it stays as it is until then
 *
 * Pages without other users are unmapped before this returns. A page with
 * some is looked at again after 5 ms, 10 ms and so on up to half a second, as
 * long as it takes.
 *
 * Context: Process; @item->done is called from here or from a workqueue.
 */
void gnttab_unmap_refs_async(struct gntab_unmap_queue_data *item)
{
	INIT_DELAYED_WORK(&item->gnttab_work, unmap_work);
	item->age = 0;
	unmap_or_wait(item);
}
EXPORT_SYMBOL_GPL(gnttab_unmap_refs_async);

/**
 * gnttab_unmap_refs_sync() - wait until nobody else holds pages, unmap them
 * @item: what gnttab_unmap_refs() takes; @item->done is not called
 *
 * Context: Process; sleeps while somebody holds a page, five minutes at most.
 * Return: As gnttab_unmap_refs(); -EBUSY if somebody holds a page still, and
 * nothing was unmapped.
 */
int gnttab_unmap_refs_sync(struct gntab_unmap_queue_data *item)
{
	item->age = 0;
	while (has_users(item)) {
		if (item->age == AGE_TO_GIVE_UP)
			return -EBUSY;
		msleep(grow_older(item));
	}
	return unmap_item(item);
}
EXPORT_SYMBOL_GPL(gnttab_unmap_refs_sync);
