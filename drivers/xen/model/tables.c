// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor does with its boot allocator: init_frametable, and the
 * machine-to-physical table.
 *
 * Both tables have an entry for each frame up to max_page, holes included, and
 * both are carved from the top of memory. The frame table comes first, as it
 * does in Xen. Xen takes the second one from the heap that the boot allocator
 * has been turned into by then; the model has one allocator for both.
 *
 * The tables are in the machine's own pages, and are read and written there.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "machine.h"

const struct model_boot_config model_xen_3_pae = {
	.carving = MODEL_CARVE_STEPS,
	.frametable_start = 0xf6800000,
	.frametable_bytes = 96 * SZ_1M,
	.page_info_bytes = 24,
	.m2p_start = 0xf5800000,
	.m2p_bytes = SZ_16M,
	.m2p_entry_bytes = 4,
};

const struct model_boot_config model_xen_4 = {
	.carving = MODEL_CARVE_SUPERPAGES,
	.frametable_start = 0xffff82e000000000,
	.frametable_bytes = 128ULL * SZ_1G,
	.page_info_bytes = XEN_PAGE_INFO_BYTES,
	.group_frames = 65536,
	.m2p_start = 0xffff800000000000,
	.m2p_bytes = 256ULL * SZ_1G,
	.m2p_entry_bytes = 8,
};

static int carve_table(struct model_machine *machine,
		       const struct model_boot_config *config,
		       struct model_table *table, u64 group_frames)
{
	struct model_carve_groups groups = {
		.ram = &machine->ram,
		.entry_bytes = table->size.page_info_bytes,
		.group_frames = group_frames,
	};

	if (!machine->max_page)
		return 0;
	if (!group_frames)
		return model_carve(&machine->free, config->carving, 0,
				   table->size.nr_pages, &table->chunks);
	return model_carve_groups(&machine->free, config->carving, &groups,
				  table->size.nr_pages, &table->chunks);
}

static void free_chunks(struct model_table *table)
{
	kvfree(table->chunks.chunk);
	table->chunks.chunk = NULL;
}

static int init_table(struct model_machine *machine,
		      const struct model_boot_config *config,
		      struct model_table *table, u64 group_frames)
{
	int err;

	table->chunks.max = model_carve_max(table->size.nr_pages);
	table->chunks.chunk = kvcalloc(table->chunks.max,
				       sizeof(*table->chunks.chunk),
				       GFP_KERNEL | __GFP_NOWARN);
	if (!table->chunks.chunk)
		return -ENOMEM;
	err = carve_table(machine, config, table, group_frames);
	if (err) {
		model_uncarve(&machine->free, &table->chunks);
		free_chunks(table);
	}
	return err;
}

static int measure_table(const struct model_machine *machine, u32 entry_bytes,
			 u64 start, u64 room, struct model_table *table)
{
	int err = xen_frametable_size(machine->max_page, entry_bytes,
				      &table->size);

	table->virt_start = start;
	if (!err && room && table->size.bytes > room)
		err = -E2BIG;
	return err;
}

/* An entry must not lie across a page's end, nor a group's. */
static bool is_config_sane(const struct model_boot_config *config)
{
	u64 group = config->group_frames;

	return config->page_info_bytes % sizeof(u32) == 0 &&
	       (config->m2p_entry_bytes == sizeof(u32) ||
		config->m2p_entry_bytes == sizeof(u64)) &&
	       !(group & (group - 1)) &&
	       group * config->page_info_bytes % SZ_2M == 0;
}

/**
 * model_init_frametable() - allocate the frame table
 * @machine: before it has one; not in use yet
 * @config: how
 *
 * Context: Process; may sleep.
 * Return: 0; -EINVAL for a descriptor of no size or one that is not made of
 * 32-bit words, or groups whose descriptors are no multiple of 2 MiB; -ENOMEM
 * if the machine or we have not the memory for it; -E2BIG if it is larger than
 * the addresses for it, -EOVERFLOW than 64 bits; -ENOSPC if it is in too many
 * pieces.
 */
int model_init_frametable(struct model_machine *machine,
			  const struct model_boot_config *config)
{
	struct model_table *table = &machine->frametable;
	int err;

	if (!is_config_sane(config))
		return -EINVAL;
	err = measure_table(machine, config->page_info_bytes,
			    config->frametable_start, config->frametable_bytes,
			    table);
	table->fill = 0;
	return err ?: init_table(machine, config, table, config->group_frames);
}

/**
 * model_init_m2p() - allocate the machine-to-physical table
 * @machine: before it has one; not in use yet
 * @config: how
 *
 * Context: Process; may sleep.
 * Return: As model_init_frametable(); -EINVAL for entries that have neither
 * 4 nor 8 bytes.
 */
int model_init_m2p(struct model_machine *machine,
		   const struct model_boot_config *config)
{
	struct model_table *table = &machine->m2p;
	int err;

	if (!is_config_sane(config))
		return -EINVAL;
	err = measure_table(machine, config->m2p_entry_bytes, config->m2p_start,
			    config->m2p_bytes, table);
	table->fill = 0xff;
	return err ?: init_table(machine, config, table, 0);
}

/**
 * model_boot() - start the hypervisor
 * @machine: fresh from model_machine_init()
 * @config: what hypervisor
 *
 * Context: Process; may sleep.
 * Return: 0, or as model_init_frametable() and model_init_m2p(); then the
 * machine has no table.
 */
int model_boot(struct model_machine *machine,
	       const struct model_boot_config *config)
{
	int err = model_init_frametable(machine, config);

	if (err)
		return err;
	err = model_init_m2p(machine, config);
	if (err) {
		model_uncarve(&machine->free, &machine->frametable.chunks);
		free_chunks(&machine->frametable);
	}
	return err;
}

/**
 * model_tables_exit() - forget the tables
 * @machine: is being switched off
 *
 * Context: Process.
 */
void model_tables_exit(struct model_machine *machine)
{
	free_chunks(&machine->frametable);
	free_chunks(&machine->m2p);
}

static void *entry_of(struct model_machine *machine, struct model_table *table,
		      u64 frame)
{
	u64 at, mfn;
	void *page;

	if (frame >= table->size.max_page || !table->chunks.chunk)
		return NULL;
	at = frame * table->size.page_info_bytes;
	if (!model_chunks_find(&table->chunks, at >> PAGE_SHIFT, &mfn))
		return NULL;
	page = model_page_filled(machine, mfn, table->fill);
	return page ? page + offset_in_page(at) : NULL;
}

/**
 * model_m2p() - which pseudo-physical page is a frame?
 * @machine: after model_init_m2p()
 * @mfn: the frame
 *
 * Context: Any; a test orders its reads and writes.
 * Return: The page's number; %MODEL_INVALID_M2P if it is none.
 */
u64 model_m2p(struct model_machine *machine, u64 mfn)
{
	void *entry = entry_of(machine, &machine->m2p, mfn);
	u32 pfn;

	if (!entry)
		return MODEL_INVALID_M2P;
	if (machine->m2p.size.page_info_bytes == sizeof(u64))
		return READ_ONCE(*(u64 *)entry);
	pfn = READ_ONCE(*(u32 *)entry);
	return pfn == U32_MAX ? MODEL_INVALID_M2P : pfn;
}

/**
 * model_m2p_set() - enter a frame
 * @machine: after model_init_m2p()
 * @mfn: the frame
 * @pfn: the page it is, or %MODEL_INVALID_M2P
 *
 * Context: Any.
 * Return: 0; -EINVAL if the table does not go as far as @mfn; -ERANGE if
 * @pfn does not fit an entry.
 */
int model_m2p_set(struct model_machine *machine, u64 mfn, u64 pfn)
{
	void *entry = entry_of(machine, &machine->m2p, mfn);

	if (!entry)
		return -EINVAL;
	if (machine->m2p.size.page_info_bytes == sizeof(u64)) {
		WRITE_ONCE(*(u64 *)entry, pfn);
		return 0;
	}
	if (pfn >= U32_MAX && pfn != MODEL_INVALID_M2P)
		return -ERANGE;
	WRITE_ONCE(*(u32 *)entry, pfn);
	return 0;
}

/**
 * model_owner() - whose is a frame?
 * @machine: after model_init_frametable()
 * @mfn: the frame
 *
 * The first word of a descriptor is the owner's number and 1, 0 for nobody.
 * (Xen has a compressed pointer to the domain there, not in the first word.)
 *
 * Context: Any; a test orders its reads and writes.
 * Return: The domain's number; %MODEL_NO_DOMAIN if it is nobody's.
 */
u16 model_owner(struct model_machine *machine, u64 mfn)
{
	u32 *entry = entry_of(machine, &machine->frametable, mfn);

	return entry ? READ_ONCE(*entry) - 1 : MODEL_NO_DOMAIN;
}

/**
 * model_owner_set() - give a frame to a domain
 * @machine: after model_init_frametable()
 * @mfn: the frame
 * @domid: the domain, or %MODEL_NO_DOMAIN
 *
 * Context: Any.
 * Return: 0; -EINVAL if the frame table has no descriptor of @mfn.
 */
int model_owner_set(struct model_machine *machine, u64 mfn, u16 domid)
{
	u32 *entry = entry_of(machine, &machine->frametable, mfn);

	if (!entry)
		return -EINVAL;
	WRITE_ONCE(*entry, domid == MODEL_NO_DOMAIN ? 0 : (u32)domid + 1);
	return 0;
}
