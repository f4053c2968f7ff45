// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table itself: frames of Xen's that hold the entries.
 *
 * Xen owns the frames and reads the entries; this domain writes them. The
 * table never shrinks while the domain lives, so what an earlier owner let it
 * grow to stays.
 */
#include <linux/errno.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/frames.h>
#include <xen/grant_table.h>
#include <xen/guest.h>

#include "internal.h"

#define ENTRIES_PER_FRAME (XEN_PAGE_SIZE / sizeof(struct grant_entry_v1))

static struct xen_frames frames;

static int query_size(struct gnttab_query_size *size)
{
	int err;

	*size = (struct gnttab_query_size){ .dom = DOMID_SELF };
	err = HYPERVISOR_grant_table_op(GNTTABOP_query_size, size, 1);
	return err ?: xen_grant_errno(size->status);
}

/* Entries of version 2 are laid out differently; make sure of version 1. */
static int set_version_1(void)
{
	struct gnttab_set_version version = { .version = 1 };

	return HYPERVISOR_grant_table_op(GNTTABOP_set_version, &version, 1);
}

/**
 * grant_table_init() - map the table
 * @nr_frames: frames to use, at least; cut to the domain's limit
 *
 * Context: Process; sleeps.
 * Return: 0, or what Xen refused with.
 */
int grant_table_init(unsigned int nr_frames)
{
	struct gnttab_query_size size;
	int err;

	err = query_size(&size);
	if (!err)
		err = set_version_1();
	if (err) {
		pr_err("Xen refuses the size or the version of the grant table (%d)\n",
		       err);
		return err;
	}
	if (!size.max_nr_frames || size.nr_frames > size.max_nr_frames) {
		pr_err("Xen claims a grant table of %u of %u frames\n",
		       size.nr_frames, size.max_nr_frames);
		return -EIO;
	}
	nr_frames = clamp(nr_frames, size.nr_frames, size.max_nr_frames);
	err = xen_frames_init(&frames, XENMAPSPACE_grant_table,
			      size.max_nr_frames);
	if (err)
		return err;
	err = xen_frames_grow(&frames, nr_frames);
	if (err) {
		pr_err("cannot map %u frames of the grant table (%d)\n",
		       nr_frames, err);
		xen_frames_exit(&frames);
	}
	return err;
}

void grant_table_exit(void)
{
	xen_frames_exit(&frames);
}

/**
 * grant_entry() - the entry of a reference
 * @ref: below grant_table_nr_refs()
 *
 * Context: Any.
 * Return: The entry, shared with Xen.
 */
struct grant_entry_v1 *grant_entry(grant_ref_t ref)
{
	struct grant_entry_v1 *entries = frames.vaddr;

	return &entries[ref];
}

unsigned int grant_table_nr_refs(void)
{
	return frames.nr_mapped * ENTRIES_PER_FRAME;
}

unsigned int grant_table_nr_frames(void)
{
	return frames.nr_mapped;
}

/**
 * gnttab_max_grant_frames() - frames that the table may grow to
 *
 * Context: Any.
 * Return: The limit the domain was given (max_grant_frames in its
 * configuration).
 */
unsigned int gnttab_max_grant_frames(void)
{
	return frames.nr_max;
}
EXPORT_SYMBOL_GPL(gnttab_max_grant_frames);
