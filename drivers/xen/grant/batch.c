// SPDX-License-Identifier: GPL-2.0-only
/*
 * A batch of operations: every one of them ends with a status that is true.
 *
 * Xen writes the status of each operation that it came to. When the hypercall
 * as a whole fails, some may have been done and others not; a mark put into
 * each status beforehand tells them apart, so that what was mapped is not
 * taken for lost.
 *
 * GNTST_eagain means that the other domain's page is paged out and is being
 * fetched. That is the other domain's affair, so patience has a bound, and the
 * bound is the batch's, not that of each operation.
 */
#include <linux/errno.h>
#include <linux/printk.h>

#include "map.h"

/* Statuses of Xen's are never positive. */
#define NOT_DONE 1

/* Pauses of 1, 2, ... 255 ms: 32 s in all, as long as Linux waits. */
#define LONGEST_PAUSE_MS 255

static const char *name_of(unsigned int cmd)
{
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
		return "map";
	case GNTTABOP_unmap_grant_ref:
		return "unmap";
	case GNTTABOP_copy:
		return "copy";
	default:
		return "grant";
	}
}

static void *op_at(const struct grant_batch *batch, unsigned int i)
{
	return (char *)batch->ops + i * batch->op_bytes;
}

static s16 *status_of(const struct grant_batch *batch, unsigned int i)
{
	return op_at(batch, i) + batch->status_at;
}

static int call(const struct grant_batch *batch, unsigned int first,
		unsigned int nr)
{
	unsigned int i;
	int err;

	for (i = first; i < first + nr; i++)
		*status_of(batch, i) = NOT_DONE;
	err = batch->call(batch->cmd, op_at(batch, first), nr);
	return err > 0 ? -EIO : err;
}

/* Gives operations of one status another one. Returns how many there were. */
static unsigned int replace(const struct grant_batch *batch, s16 status,
			    s16 with)
{
	unsigned int i, nr = 0;

	for (i = 0; i < batch->nr; i++) {
		if (*status_of(batch, i) != status)
			continue;
		*status_of(batch, i) = with;
		nr++;
	}
	return nr;
}

/* Returns how many operations are to be tried once more. */
static unsigned int count_eagain(const struct grant_batch *batch)
{
	return replace(batch, GNTST_eagain, GNTST_eagain);
}

static int retry(const struct grant_batch *batch)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < batch->nr; i++)
		if (*status_of(batch, i) == GNTST_eagain)
			err = call(batch, i, 1);
	return err;
}

static int retry_until_done(const struct grant_batch *batch)
{
	unsigned int pause_ms;
	int err = 0;

	for (pause_ms = 1; !err && count_eagain(batch); pause_ms++) {
		if (!batch->pause || pause_ms > LONGEST_PAUSE_MS)
			break;
		batch->pause(pause_ms);
		err = retry(batch);
	}
	return err;
}

/**
 * grant_batch_run() - run a batch
 * @batch: the batch
 *
 * Afterwards no status is GNTST_eagain: an operation whose page stayed paged
 * out has GNTST_bad_page, one that Xen did not come to GNTST_general_error.
 *
 * Context: Process if the batch has a pause, else any.
 * Return: 0 if Xen came to every operation, which says nothing of their
 * statuses; or what the hypercall failed with.
 */
int grant_batch_run(const struct grant_batch *batch)
{
	unsigned int nr_undone, nr_paged_out;
	int err;

	if (!batch->nr)
		return 0;
	err = call(batch, 0, batch->nr);
	if (!err)
		err = retry_until_done(batch);
	nr_undone = replace(batch, NOT_DONE, GNTST_general_error);
	if (err) {
		nr_undone += replace(batch, GNTST_eagain, GNTST_general_error);
		pr_err_ratelimited("Xen refused to %s (%d): %u of %u operations were not done\n",
				   name_of(batch->cmd), err, nr_undone,
				   batch->nr);
	}
	nr_paged_out = replace(batch, GNTST_eagain, GNTST_bad_page);
	if (nr_paged_out)
		pr_err_ratelimited("gave up to %s %u of %u pages: their domain's pager does not bring them in\n",
				   name_of(batch->cmd), nr_paged_out,
				   batch->nr);
	return err;
}
