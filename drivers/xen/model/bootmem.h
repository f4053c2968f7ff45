/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of frames, and the allocator that takes pages from the top of them. */
#ifndef _XEN_MODEL_BOOTMEM_H
#define _XEN_MODEL_BOOTMEM_H

#include <linux/types.h>

/* As many as fit the page that Xen keeps its list in. */
#define MODEL_BOOTMEM_REGIONS 256

/**
 * struct model_region - frames that follow each other
 * @start: the first
 * @end: one more than the last
 */
struct model_region {
	u64 start;
	u64 end;
};

/**
 * struct model_bootmem - a set of frames
 * @nr: regions in use
 * @regions: in ascending order; none is empty, none touches the next
 */
struct model_bootmem {
	unsigned int nr;
	struct model_region regions[MODEL_BOOTMEM_REGIONS];
};

int model_bootmem_add(struct model_bootmem *boot, u64 start, u64 end);
int model_bootmem_remove(struct model_bootmem *boot, u64 start, u64 end);
int model_bootmem_alloc(struct model_bootmem *boot, u64 nr_pages, u64 align,
			u64 *mfn);
bool model_bootmem_has(const struct model_bootmem *boot, u64 mfn, u64 nr_pages);
bool model_bootmem_has_any(const struct model_bootmem *boot, u64 mfn,
			   u64 nr_pages);
u64 model_bootmem_pages(const struct model_bootmem *boot);
u64 model_bootmem_end(const struct model_bootmem *boot);

#endif
