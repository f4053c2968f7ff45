/* SPDX-License-Identifier: GPL-2.0-only */
/* A piece of the start-of-day virtual map of a PV domain. */
#ifndef _XEN_SEGMENT_H
#define _XEN_SEGMENT_H

/**
 * struct xen_segment - one piece of the start-of-day virtual map
 * @name: what the domain builder calls it
 * @vaddr: where the builder mapped it, 0 if it did not
 * @pfn: its first page in the domain's pseudo-physical memory
 * @nr_pages: its length
 */
struct xen_segment {
	const char *name;
	unsigned long vaddr;
	unsigned long pfn;
	unsigned long nr_pages;
};

#define XEN_STARTUP_SEGMENTS 8

#endif
