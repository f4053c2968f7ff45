// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of Xen's own frames, in one stretch of kernel address space.
 *
 * A run may grow, but never moves: it reserves addresses for its largest size
 * and maps frames into it one by one. How a frame gets there is the
 * personality's business (pv.c, hvm.c).
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"

/* No table of Xen's is longer; what a caller asks for comes from Xen. */
#define FRAMES_LIMIT 65536

/**
 * xen_frames_init() - prepare a run of Xen's frames, none of them mapped
 * @frames: the run; the caller owns it
 * @space: XENMAPSPACE_shared_info or XENMAPSPACE_grant_table
 * @nr_max: frames the run will ever hold, 1 to 65536
 *
 * Undone by xen_frames_exit().
 *
 * Context: Process; sleeps.
 * Return: 0; -EINVAL if @nr_max is out of range; -ENOMEM; -EOPNOTSUPP if
 * this personality has no place for such frames.
 */
int xen_frames_init(struct xen_frames *frames, unsigned int space,
		    unsigned int nr_max)
{
	int err = -ENOMEM;

	if (!nr_max || nr_max > FRAMES_LIMIT)
		return -EINVAL;
	*frames = (struct xen_frames){ .space = space, .nr_max = nr_max };
	frames->pages = kvcalloc(nr_max, sizeof(*frames->pages), GFP_KERNEL);
	if (!frames->pages)
		return -ENOMEM;
	err = xen_guest_ops->frames_init(frames);
	if (err)
		kvfree(frames->pages);
	return err;
}
EXPORT_SYMBOL_GPL(xen_frames_init);

/**
 * xen_frames_grow() - map more frames of a run
 * @frames: the run
 * @nr: frames to be mapped from now on; fewer than now means no change
 *
 * Context: Process; sleeps. The caller serialises.
 * Return: 0; -ENOSPC if the run has no room for @nr; or what Xen refused
 * with, in which case the frames mapped before stay so.
 */
int xen_frames_grow(struct xen_frames *frames, unsigned int nr)
{
	if (nr > frames->nr_max)
		return -ENOSPC;
	if (nr <= frames->nr_mapped)
		return 0;
	return xen_guest_ops->frames_grow(frames, nr);
}
EXPORT_SYMBOL_GPL(xen_frames_grow);

/**
 * xen_frames_exit() - unmap a run and give its addresses back
 * @frames: the run
 *
 * Context: Process; sleeps.
 */
void xen_frames_exit(struct xen_frames *frames)
{
	xen_guest_ops->frames_exit(frames);
	kvfree(frames->pages);
	*frames = (struct xen_frames){};
}
EXPORT_SYMBOL_GPL(xen_frames_exit);
