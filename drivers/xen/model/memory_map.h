/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machine's memory is used for when the hypervisor starts. */
#ifndef _XEN_MODEL_MEMORY_MAP_H
#define _XEN_MODEL_MEMORY_MAP_H

#include <linux/types.h>

#include "bootmem.h"

#define MODEL_MODULES 4

/**
 * enum model_use - what a range of the memory map is used for
 * @MODEL_RAM: memory
 * @MODEL_FIRMWARE: ACPI tables, devices: not memory, whatever lies around it
 * @MODEL_XEN: memory that the boot allocator never gets: the hypervisor's
 *	image and heap, a crash kernel's area, the first MiB
 */
enum model_use {
	MODEL_RAM,
	MODEL_FIRMWARE,
	MODEL_XEN,
};

/**
 * struct model_range - a part of the machine's address space
 * @start: first byte
 * @end: first byte behind it
 * @use: what it is for
 */
struct model_range {
	u64 start;
	u64 end;
	enum model_use use;
};

/**
 * struct model_memory_map - the machine as firmware and boot loader leave it
 * @ranges: in any order; where they overlap, what is not RAM wins
 * @nr: how many
 */
struct model_memory_map {
	const struct model_range *ranges;
	unsigned int nr;
};

/**
 * struct model_loader - what the hypervisor moves up before it allocates
 * @floor: nothing goes below this byte
 * @limit: no module goes behind the byte before this one
 * @xen_limit: nor does the hypervisor behind the byte before this one
 * @xen_pages: its own image, in pages; 0 if it stays where it is
 * @xen_gap_pages: pages at the lower end of its place that it does not need
 * @module_pages: length of dom0's kernel, initial RAM disk, ... in pages
 * @nr_modules: how many
 */
struct model_loader {
	u64 floor;
	u64 limit;
	u64 xen_limit;
	u64 xen_pages;
	u64 xen_gap_pages;
	u64 module_pages[MODEL_MODULES];
	unsigned int nr_modules;
};

/**
 * struct model_placement - where that goes
 * @space: frames that modules could still be placed in
 * @xen_mfn: first frame of the hypervisor's place, 0 if it stays
 * @module_mfn: first frame of each module
 */
struct model_placement {
	struct model_bootmem space;
	u64 xen_mfn;
	u64 module_mfn[MODEL_MODULES];
};

int model_map_ram(const struct model_memory_map *map, struct model_bootmem *ram);
int model_map_free(const struct model_memory_map *map,
		   const struct model_loader *loader,
		   const struct model_placement *placement,
		   struct model_bootmem *boot);
int model_place(const struct model_bootmem *ram,
		const struct model_loader *loader,
		struct model_placement *placement);

#endif
