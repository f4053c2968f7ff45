/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine of the model host: its memory, what is in the pages, and the two
 * tables that the hypervisor keeps about all frames.
 *
 * Nothing is stored for a page that nobody has looked at, so a machine of
 * 16 TiB costs what a small one does, but for the lists of its tables' chunks.
 */
#ifndef _XEN_MODEL_MACHINE_H
#define _XEN_MODEL_MACHINE_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <xen/frametable.h>

#include "bootmem.h"
#include "carve.h"
#include "memory_map.h"

/* What the machine-to-physical table says of a frame that no domain has. */
#define MODEL_INVALID_M2P (~0ULL)

/* The owner of a frame that belongs to nobody; no domain has this number. */
#define MODEL_NO_DOMAIN 0xffff

/**
 * struct model_boot_config - how the hypervisor builds its tables
 * @carving: how it cuts them
 * @frametable_start: where it maps the frame table
 * @frametable_bytes: how many addresses it has for that; 0: as many as needed
 * @page_info_bytes: size of a frame's descriptor
 * @group_frames: the frame table leaves out this many frames where none of
 *	them is memory; 0: it leaves out nothing
 * @m2p_start: where it maps the machine-to-physical table
 * @m2p_bytes: how many addresses it has for that; 0: as many as needed
 * @m2p_entry_bytes: size of an entry of that, 4 or 8
 */
struct model_boot_config {
	enum model_carving carving;
	u64 frametable_start;
	u64 frametable_bytes;
	u32 page_info_bytes;
	u64 group_frames;
	u64 m2p_start;
	u64 m2p_bytes;
	u32 m2p_entry_bytes;
};

/* 32-bit Xen with PAE, as it was in 2007 and 2008: for 16 GiB at most. */
extern const struct model_boot_config model_xen_3_pae;
/* Xen 4.17 for x86-64: for 16 TiB at most. */
extern const struct model_boot_config model_xen_4;

/**
 * struct model_table - a table with an entry for each frame
 * @virt_start: where the hypervisor maps it
 * @size: how large it is
 * @chunks: which frames it is in
 * @fill: what the bytes of a fresh page of it are
 */
struct model_table {
	u64 virt_start;
	struct xen_frametable size;
	struct model_chunks chunks;
	u8 fill;
};

/**
 * struct model_machine - a machine
 * @max_page: one more than the highest frame of memory
 * @ram: frames that are memory; does not change
 * @lock: protects @free
 * @free: frames that nobody has
 * @pages: contents of the frames that somebody has looked at, by frame
 * @pages_left: how many more may have contents; a test lowers it to see what
 *	happens when our own memory runs out
 * @frametable: who owns each frame
 * @m2p: which pseudo-physical page each frame is
 */
struct model_machine {
	u64 max_page;
	struct model_bootmem ram;
	spinlock_t lock; /* of @free */
	struct model_bootmem free;
	struct xarray pages;
	atomic64_t pages_left;
	struct model_table frametable;
	struct model_table m2p;
};

/* machine.c */
int model_machine_init(struct model_machine *machine,
		       const struct model_memory_map *map,
		       const struct model_loader *loader);
void model_machine_exit(struct model_machine *machine);
bool model_mfn_is_ram(const struct model_machine *machine, u64 mfn);
void *model_page(struct model_machine *machine, u64 mfn);
void *model_page_filled(struct model_machine *machine, u64 mfn, u8 fill);
int model_alloc_pages(struct model_machine *machine, u64 nr_pages, u64 align,
		      u64 *mfn);
int model_free_pages(struct model_machine *machine, u64 mfn, u64 nr_pages);

/* tables.c */
int model_init_frametable(struct model_machine *machine,
			  const struct model_boot_config *config);
int model_init_m2p(struct model_machine *machine,
		   const struct model_boot_config *config);
int model_boot(struct model_machine *machine,
	       const struct model_boot_config *config);
void model_tables_exit(struct model_machine *machine);
u64 model_m2p(struct model_machine *machine, u64 mfn);
int model_m2p_set(struct model_machine *machine, u64 mfn, u64 pfn);
u16 model_owner(struct model_machine *machine, u64 mfn);
int model_owner_set(struct model_machine *machine, u64 mfn, u16 domid);

#endif
