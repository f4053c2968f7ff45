// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the memory map to the boot allocator's first regions.
 *
 * Between the two the hypervisor moves things up, out of the way of what has
 * to be low. At that time it can map whole 2 MiB pages only, and places its
 * image and the modules (dom0's kernel and initial RAM disk) at the top of the
 * highest range of them that has room and is below a limit: 1 GiB for the
 * modules in 32-bit Xen, 4 GiB for the image in 64-bit Xen. Whoever looks for
 * the first chunks of the frame table finds them below the modules if the
 * machine's memory ends below that limit, and far above them if it does not.
 *
 * A pure core: no lock, no allocation.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/sizes.h>

#include "memory_map.h"

#define SUPERPAGE_PAGES (SZ_2M / PAGE_SIZE)

/* Memory counts where a whole page of it is there. */
static int add_ram(struct model_bootmem *boot, const struct model_range *range)
{
	u64 start = range->start / PAGE_SIZE + !!(range->start % PAGE_SIZE);
	u64 end = range->end / PAGE_SIZE;

	return start < end ? model_bootmem_add(boot, start, end) : 0;
}

/* Anything else counts where any byte of it is there. */
static int remove_range(struct model_bootmem *boot,
			const struct model_range *range)
{
	return model_bootmem_remove(boot, range->start / PAGE_SIZE,
				    range->end / PAGE_SIZE +
					    !!(range->end % PAGE_SIZE));
}

static int remove_use(const struct model_memory_map *map, enum model_use use,
		      struct model_bootmem *boot)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < map->nr && !err; i++)
		if (map->ranges[i].use == use)
			err = remove_range(boot, &map->ranges[i]);
	return err;
}

/**
 * model_map_ram() - which frames are memory?
 * @map: the machine
 * @ram: filled in
 *
 * Context: Any; no side effect.
 * Return: 0; -EINVAL if a range ends before it starts; -EEXIST if two ranges
 * of RAM overlap; -ENOSPC for a map with too many pieces.
 */
int model_map_ram(const struct model_memory_map *map, struct model_bootmem *ram)
{
	unsigned int i;
	int err;

	ram->nr = 0;
	for (i = 0; i < map->nr; i++) {
		if (map->ranges[i].start >= map->ranges[i].end)
			return -EINVAL;
		if (map->ranges[i].use != MODEL_RAM)
			continue;
		err = add_ram(ram, &map->ranges[i]);
		if (err)
			return err;
	}
	return remove_use(map, MODEL_FIRMWARE, ram);
}

/* What is mapped when nothing can be allocated: whole 2 MiB pages. */
static int find_space(const struct model_bootmem *ram, u64 floor_bytes,
		      u64 limit_bytes, struct model_bootmem *space)
{
	u64 floor = PFN_UP(floor_bytes), limit = PFN_DOWN(limit_bytes);
	unsigned int i;
	u64 start, end;
	int err = 0;

	space->nr = 0;
	for (i = 0; i < ram->nr && !err; i++) {
		start = max(ALIGN(ram->regions[i].start, SUPERPAGE_PAGES), floor);
		end = min(ALIGN_DOWN(ram->regions[i].end, SUPERPAGE_PAGES), limit);
		if (start < end)
			err = model_bootmem_add(space, start, end);
	}
	return err;
}

static int place_xen(const struct model_bootmem *ram,
		     const struct model_loader *loader,
		     struct model_placement *placement)
{
	int err;

	placement->xen_mfn = 0;
	if (!loader->xen_pages)
		return 0;
	if (loader->xen_gap_pages >= loader->xen_pages)
		return -EINVAL;
	err = find_space(ram, loader->floor, loader->xen_limit, &placement->space);
	return err ?: model_bootmem_alloc(&placement->space, loader->xen_pages,
					  SUPERPAGE_PAGES, &placement->xen_mfn);
}

/* The modules may use what the image leaves below it. */
static int find_space_for_modules(const struct model_bootmem *ram,
				  const struct model_loader *loader,
				  struct model_placement *placement)
{
	u64 xen = placement->xen_mfn;
	int err = find_space(ram, loader->floor, loader->limit, &placement->space);

	if (err || !xen)
		return err;
	return model_bootmem_remove(&placement->space, xen + loader->xen_gap_pages,
				    xen + loader->xen_pages);
}

/**
 * model_place() - move the hypervisor and the modules up
 * @ram: the machine's memory
 * @loader: what there is to move
 * @placement: filled in
 *
 * Context: Any; no side effect.
 * Return: 0; -EINVAL for a module of no length, more than %MODEL_MODULES of
 * them, or a gap as long as the image; -ENOMEM if something has no room.
 */
int model_place(const struct model_bootmem *ram,
		const struct model_loader *loader,
		struct model_placement *placement)
{
	unsigned int i;
	int err;

	if (loader->nr_modules > MODEL_MODULES)
		return -EINVAL;
	err = place_xen(ram, loader, placement);
	if (!err)
		err = find_space_for_modules(ram, loader, placement);
	for (i = loader->nr_modules; i-- > 0 && !err;)
		err = model_bootmem_alloc(&placement->space,
					  loader->module_pages[i], 1,
					  &placement->module_mfn[i]);
	return err;
}

/**
 * model_map_free() - which frames does the boot allocator get?
 * @map: the machine
 * @loader: what was moved up, or %NULL
 * @placement: where to, by model_place()
 * @boot: filled in
 *
 * Context: Any; no side effect.
 * Return: 0, or as model_map_ram().
 */
int model_map_free(const struct model_memory_map *map,
		   const struct model_loader *loader,
		   const struct model_placement *placement,
		   struct model_bootmem *boot)
{
	unsigned int i;
	int err = model_map_ram(map, boot);

	if (!err)
		err = remove_use(map, MODEL_XEN, boot);
	if (err || !loader)
		return err;
	if (placement->xen_mfn)
		err = model_bootmem_remove(boot, placement->xen_mfn + loader->xen_gap_pages,
					   placement->xen_mfn + loader->xen_pages);
	for (i = 0; i < loader->nr_modules && !err; i++)
		err = model_bootmem_remove(boot, placement->module_mfn[i],
					   placement->module_mfn[i] + loader->module_pages[i]);
	return err;
}
