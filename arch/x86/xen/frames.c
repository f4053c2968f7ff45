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

#include "internal.h"

/* No table of Xen's is longer; what a caller asks for comes from Xen. */
#define FRAMES_LIMIT 65536

/**
 * xen_frames_init() - prepare a run of Xen's frames, none of them mapped
 * @frames: the run; the caller owns it
 * @space: XENMAPSPACE_shared_info or XENMAPSPACE_grant_table
 * @first: index of the first frame: 0 or XENMAPIDX_grant_table_status
 * @nr_max: frames the run will ever hold, 1 to 65536
 *
 * Undone by xen_frames_exit().
 *
 * Context: Process; sleeps.
 * Return: 0; -EINVAL if @nr_max is out of range; -ENOMEM; -EOPNOTSUPP if
 * this personality has no place for such frames.
 */
int xen_frames_init(struct xen_frames *frames, unsigned int space,
		    unsigned int first, unsigned int nr_max)
{
	if (!nr_max || nr_max > FRAMES_LIMIT)
		return -EINVAL;
	*frames = (struct xen_frames){
		.space = space,
		.first = first,
		.nr_max = nr_max,
	};
	return xen_guest_ops->frames_init(frames);
}
EXPORT_SYMBOL_GPL(xen_frames_init);

/**
 * xen_frames_grow() - map more frames of a run
 * @frames: the run
 * @nr: frames to be mapped from now on; fewer than now means no change
 *
 * All memory this takes was allocated by xen_frames_init().
 *
 * Context: Any. The caller serialises.
 * Return: 0; -ENOSPC if the run has no room for @nr; or what Xen refused
 * with, in which case the frames mapped before stay so.
 */
int xen_frames_grow(struct xen_frames *frames, unsigned int nr)
{
	unsigned int before = frames->nr_mapped;
	int err;

	if (nr > frames->nr_max)
		return -ENOSPC;
	if (nr <= before)
		return 0;
	err = xen_guest_ops->frames_grow(frames, nr);
	if (err)
		xen_guest_ops->frames_shrink(frames, before);
	return err;
}
EXPORT_SYMBOL_GPL(xen_frames_grow);

/**
 * xen_frames_shrink() - unmap frames from the end of a run
 * @frames: the run
 * @nr: frames that stay mapped; more than now means no change
 *
 * The frames stay Xen's, and what is in them stays.
 *
 * Context: Any. The caller serialises.
 */
void xen_frames_shrink(struct xen_frames *frames, unsigned int nr)
{
	xen_guest_ops->frames_shrink(frames, nr);
}
EXPORT_SYMBOL_GPL(xen_frames_shrink);

/**
 * xen_frames_exit() - unmap a run and give its addresses back
 * @frames: the run
 *
 * Context: Process; sleeps.
 */
void xen_frames_exit(struct xen_frames *frames)
{
	xen_guest_ops->frames_shrink(frames, 0);
	xen_guest_ops->frames_exit(frames);
	*frames = (struct xen_frames){};
}
EXPORT_SYMBOL_GPL(xen_frames_exit);
