/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of the hypervisor, allocated in chunks. */
#ifndef _XEN_MODEL_CARVE_H
#define _XEN_MODEL_CARVE_H

#include <linux/types.h>

#include "bootmem.h"

/**
 * enum model_carving - how a hypervisor cuts its tables
 * @MODEL_CARVE_STEPS: Xen 3.x: steps of 2 MiB; the last one may be shorter,
 *	and is aligned all the same
 * @MODEL_CARVE_SUPERPAGES: Xen 4.x: as many pages as one entry of a page table
 *	can map (1 GiB, 2 MiB, 4 KiB), as long as no more than four are wasted
 */
enum model_carving {
	MODEL_CARVE_STEPS,
	MODEL_CARVE_SUPERPAGES,
};

/**
 * struct model_chunk - pages of a table that lie in one piece
 * @page: the first of them, counted from the table's start
 * @mfn: the frame it is in
 * @nr_pages: how many
 */
struct model_chunk {
	u64 page;
	u64 mfn;
	u64 nr_pages;
};

/**
 * struct model_chunks - where the pages of a table are
 * @chunk: in ascending order of @page; owned by whoever made it
 * @nr: how many are used
 * @max: how many there is room for
 */
struct model_chunks {
	struct model_chunk *chunk;
	u64 nr;
	u64 max;
};

/**
 * struct model_carve_groups - frames whose descriptors a table may leave out
 * @ram: frames that are memory; there is one
 * @entry_bytes: size of the descriptor of one
 * @group_frames: where none of this many is memory, the table has a gap;
 *	a power of two, and a multiple of 2 MiB of descriptors
 */
struct model_carve_groups {
	const struct model_bootmem *ram;
	u32 entry_bytes;
	u64 group_frames;
};

u64 model_carve_max(u64 nr_pages);
int model_carve(struct model_bootmem *boot, enum model_carving how, u64 page,
		u64 nr_pages, struct model_chunks *chunks);
int model_carve_groups(struct model_bootmem *boot, enum model_carving how,
		       const struct model_carve_groups *groups, u64 nr_pages,
		       struct model_chunks *chunks);
void model_uncarve(struct model_bootmem *boot, struct model_chunks *chunks);
bool model_chunks_find(const struct model_chunks *chunks, u64 page, u64 *mfn);

#endif
