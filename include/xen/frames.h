/* SPDX-License-Identifier: GPL-2.0-only */
/* Mapping frames that belong to Xen: shared_info, grant table, grant status. */
#ifndef _XEN_FRAMES_H
#define _XEN_FRAMES_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>

struct page;

/*
 * Frame index of the first grant status frame within XENMAPSPACE_grant_table;
 * xen/include/public/memory.h, which Linux has no copy of.
 */
#ifndef XENMAPIDX_grant_table_status
#define XENMAPIDX_grant_table_status 0x80000000
#endif

/**
 * struct xen_frames - a run of Xen's frames, mapped one behind the other
 * @vaddr: start of the run; only the first @nr_mapped pages may be touched
 * @space: which frames, an XENMAPSPACE_* value of <xen/interface/memory.h>
 * @first: index of the run's first frame in @space
 * @nr_mapped: frames mapped so far
 * @nr_max: frames that the run has room for
 * @filler: PV only: what is mapped where no frame is yet
 * @mfns: PV only: room for @nr_max frame numbers
 * @pages: PVH only: the guest frames of the run, @nr_max of them
 * @gfn: HVM only: the guest frame that the run begins at
 *
 * The owner serialises xen_frames_grow() and xen_frames_shrink(); @vaddr never
 * moves.
 */
struct xen_frames {
	void *vaddr;
	unsigned int space;
	unsigned int first;
	unsigned int nr_mapped;
	unsigned int nr_max;
	struct page *filler;
	xen_pfn_t *mfns;
	struct page **pages;
	unsigned long gfn;
};

int __must_check xen_frames_init(struct xen_frames *frames, unsigned int space,
				 unsigned int first, unsigned int nr_max);
int __must_check xen_frames_grow(struct xen_frames *frames, unsigned int nr);
void xen_frames_shrink(struct xen_frames *frames, unsigned int nr);
void xen_frames_exit(struct xen_frames *frames);

#endif
