// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table itself: frames of Xen's that hold the entries.
 *
 * Xen owns the frames and reads the entries; this domain writes them. The
 * table never shrinks while the domain lives, so what an earlier owner let it
 * grow to stays.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/frames.h>
#include <xen/grant_table.h>
#include <xen/guest.h>

#include "table.h"

/* Version 1 has 32 bits for a frame number. */
#define V1_FRAME_BITS 32

/*
 * Each failed compare-exchange means that the peer came in or went out just
 * then. One that does so for ever must not hold us: call it in use.
 */
#define MAX_TRIES 16

struct grant_table grant_table __read_mostly;

static struct xen_frames entries;
static struct xen_frames status;
/* Frames in use; outlives gnttab_suspend(). */
static unsigned int nr_frames;
/* What Xen had before us. */
static unsigned int version_before;

static unsigned int entry_bytes(void)
{
	return grant_table.version == 1 ? sizeof(struct grant_entry_v1) :
					  sizeof(union grant_entry_v2);
}

static unsigned int refs_per_frame(void)
{
	return XEN_PAGE_SIZE / entry_bytes();
}

static unsigned int nr_status_frames(unsigned int nr)
{
	return grant_table.version == 1 ? 0 :
		DIV_ROUND_UP(nr * refs_per_frame(),
			     XEN_PAGE_SIZE / sizeof(grant_status_t));
}

static int query_size(struct gnttab_query_size *size)
{
	int err;

	*size = (struct gnttab_query_size){ .dom = DOMID_SELF };
	err = HYPERVISOR_grant_table_op(GNTTABOP_query_size, size, 1);
	err = err ?: xen_grant_errno(size->status);
	if (!err && (!size->max_nr_frames ||
		     size->nr_frames > size->max_nr_frames))
		err = -EIO;
	if (err)
		pr_err("Xen does not tell the size of the grant table (%d)\n",
		       err);
	return err;
}

static int get_version(unsigned int *version)
{
	struct gnttab_get_version get = { .dom = DOMID_SELF };
	int err = HYPERVISOR_grant_table_op(GNTTABOP_get_version, &get, 1);

	*version = err ? 1 : get.version;
	return err;
}

static int set_version(unsigned int version)
{
	struct gnttab_set_version set = { .version = version };

	return HYPERVISOR_grant_table_op(GNTTABOP_set_version, &set, 1);
}

/* @wanted: 0 for whichever the domain's frame numbers need. */
static int choose_version(unsigned int wanted)
{
	unsigned int version = wanted ?:
		xen_frame_bits() > V1_FRAME_BITS ? 2 : 1;
	int err = get_version(&version_before);

	if (!err && version != version_before)
		err = set_version(version);
	/* As good as it gets, if nobody insists. */
	if (err && version == 2 && !wanted)
		err = set_version(version = 1);
	if (err)
		pr_err("Xen refuses version %u of the grant table (%d): load without version=, and see max_grant_version in the domain's configuration\n",
		       version, err);
	grant_table.version = version;
	return err;
}

static int map_frames(unsigned int nr)
{
	unsigned int before = entries.nr_mapped;
	int err = xen_frames_grow(&entries, nr);

	if (!err && grant_table.version == 2)
		err = xen_frames_grow(&status, nr_status_frames(nr));
	if (err)
		xen_frames_shrink(&entries, before);
	else
		nr_frames = nr;
	return err;
}

static int reserve_frames(unsigned int nr_max)
{
	int err = xen_frames_init(&entries, XENMAPSPACE_grant_table, 0,
				  nr_max);

	if (err)
		return err;
	if (grant_table.version == 2)
		err = xen_frames_init(&status, XENMAPSPACE_grant_table,
				      XENMAPIDX_grant_table_status,
				      nr_status_frames(nr_max));
	if (err)
		xen_frames_exit(&entries);
	return err;
}

static void release_frames(void)
{
	xen_frames_exit(&entries);
	if (grant_table.version == 2)
		xen_frames_exit(&status);
}

/**
 * grant_table_init() - map the table
 * @nr: frames to use, at least; cut to the domain's limit
 * @version: 1 or 2, or 0 to choose
 *
 * Context: Process; sleeps.
 * Return: 0; or Xen's error.
 */
int grant_table_init(unsigned int nr, unsigned int version)
{
	struct gnttab_query_size size;
	int err;

	err = query_size(&size);
	if (!err)
		err = choose_version(version);
	if (err)
		return err;
	nr = clamp(nr, size.nr_frames, size.max_nr_frames);
	err = reserve_frames(size.max_nr_frames);
	if (!err) {
		err = map_frames(nr);
		if (err)
			release_frames();
	}
	if (err) {
		set_version(version_before);
		pr_err("cannot map %u frames of the grant table (%d)\n", nr,
		       err);
		return err;
	}
	grant_table.v1 = entries.vaddr;
	grant_table.status = status.vaddr;
	return 0;
}

/**
 * grant_table_exit() - undo grant_table_init()
 *
 * Context: Process; sleeps. Nobody uses an entry any more.
 */
void grant_table_exit(void)
{
	release_frames();
	/* Refused while a peer is inside; the next owner will ask again. */
	if (version_before != grant_table.version)
		set_version(version_before);
	grant_table = (struct grant_table){};
}

/**
 * grant_table_grow() - have more references
 * @nr_refs: how many there shall be
 *
 * Context: Any; the caller serialises.
 * Return: How many there are now; -ENOSPC beyond the domain's limit; or
 * Xen's error.
 */
int grant_table_grow(unsigned int nr_refs)
{
	unsigned int nr = DIV_ROUND_UP(nr_refs, refs_per_frame());
	int err;

	if (nr > entries.nr_max)
		return -ENOSPC;
	err = map_frames(nr);
	return err ?: nr * refs_per_frame();
}

unsigned int grant_table_nr_refs(void)
{
	return nr_frames * refs_per_frame();
}

unsigned int grant_table_nr_frames(void)
{
	return nr_frames;
}

/**
 * grant_entry_clear() - end what an entry grants, unless it is in use
 * @ref: below the number of references
 *
 * Context: Any.
 * Return: Whether the entry grants nothing any more, and nobody is inside.
 */
bool grant_entry_clear(grant_ref_t ref)
{
	int tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (grant_entry_try_clear(ref))
			return true;
		if (grant_entry_flags(ref) & GTF_IN_USE)
			return false;
	}
	return false;
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
	return entries.nr_max;
}
EXPORT_SYMBOL_GPL(gnttab_max_grant_frames);

/**
 * gnttab_init() - bring the grant table up
 *
 * The module has done so when it was loaded.
 *
 * Context: Process.
 * Return: 0.
 */
int gnttab_init(void)
{
	return 0;
}
EXPORT_SYMBOL_GPL(gnttab_init);

/**
 * gnttab_suspend() - let go of Xen's frames, before the domain is suspended
 *
 * References stay allocated. Nothing may be granted or ended until
 * gnttab_resume().
 *
 * Context: Any; nobody else runs.
 * Return: 0.
 */
int gnttab_suspend(void)
{
	xen_frames_shrink(&entries, 0);
	if (grant_table.version == 2)
		xen_frames_shrink(&status, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(gnttab_suspend);

/**
 * gnttab_resume() - map the table again
 *
 * In a new domain (restored, migrated) the entries are empty: drivers grant
 * again by the references they hold.
 *
 * Context: Any; nobody else runs.
 * Return: 0, or Xen's error and there is no table any more.
 */
int gnttab_resume(void)
{
	int err = set_version(grant_table.version);

	if (!err)
		err = map_frames(nr_frames);
	if (err)
		pr_err("no grant table after resume (%d): version %u, %u frames\n",
		       err, grant_table.version, nr_frames);
	return err;
}
EXPORT_SYMBOL_GPL(gnttab_resume);

/**
 * gnttab_setup_auto_xlat_frames() - tell where the table may be placed
 * @addr: physical address
 *
 * The module has found a place of its own when it was loaded.
 *
 * Context: Process.
 * Return: -EINVAL, as for a second call.
 */
int gnttab_setup_auto_xlat_frames(phys_addr_t addr)
{
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(gnttab_setup_auto_xlat_frames);

/**
 * gnttab_free_auto_xlat_frames() - undo gnttab_setup_auto_xlat_frames()
 *
 * Context: Process.
 */
void gnttab_free_auto_xlat_frames(void)
{
}
EXPORT_SYMBOL_GPL(gnttab_free_auto_xlat_frames);
