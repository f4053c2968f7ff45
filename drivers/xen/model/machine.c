// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine: which frames are memory, which are free, what is in them.
 *
 * A page's contents come into being when somebody looks at them, full of
 * zeroes; until then a frame is a number.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "machine.h"

static int place_and_map(struct model_machine *machine,
			 const struct model_memory_map *map,
			 const struct model_loader *loader)
{
	struct model_placement *placement;
	int err;

	placement = kzalloc(sizeof(*placement), GFP_KERNEL);
	if (!placement)
		return -ENOMEM;
	err = loader ? model_place(&machine->ram, loader, placement) : 0;
	if (!err)
		err = model_map_free(map, loader, placement, &machine->free);
	kfree(placement);
	return err;
}

/**
 * model_machine_init() - switch a machine on
 * @machine: to be undone with model_machine_exit(), if this succeeds
 * @map: its memory
 * @loader: what the hypervisor moves up before it allocates, or %NULL
 *
 * Context: Process; may sleep.
 * Return: 0; -ENOMEM, also if the machine has no room for what is moved;
 * -EINVAL, -EEXIST or -ENOSPC for a map that makes no sense, see
 * model_map_ram() and model_place().
 */
int model_machine_init(struct model_machine *machine,
		       const struct model_memory_map *map,
		       const struct model_loader *loader)
{
	int err;

	memset(machine, 0, sizeof(*machine));
	spin_lock_init(&machine->lock);
	xa_init_flags(&machine->pages, XA_FLAGS_LOCK_IRQ);
	atomic64_set(&machine->pages_left, S64_MAX);
	err = model_map_ram(map, &machine->ram);
	if (err)
		return err;
	machine->max_page = model_bootmem_end(&machine->ram);
	return place_and_map(machine, map, loader);
}

/**
 * model_machine_exit() - switch it off
 * @machine: nobody uses it any more
 *
 * Context: Process.
 */
void model_machine_exit(struct model_machine *machine)
{
	unsigned long mfn;
	void *page;

	model_tables_exit(machine);
	xa_for_each(&machine->pages, mfn, page)
		free_page((unsigned long)page);
	xa_destroy(&machine->pages);
}

/**
 * model_mfn_is_ram() - is a frame memory?
 * @machine: the machine
 * @mfn: the frame
 *
 * Context: Any.
 * Return: true if so.
 */
bool model_mfn_is_ram(const struct model_machine *machine, u64 mfn)
{
	return model_bootmem_has(&machine->ram, mfn, 1);
}

/* Whoever looks first brings the page; who comes second throws his away. */
static void *insert_page(struct model_machine *machine, u64 mfn, u8 fill)
{
	void *page, *other;
	unsigned long flags;

	if (atomic64_dec_if_positive(&machine->pages_left) < 0)
		return NULL;
	page = (void *)__get_free_page(GFP_ATOMIC);
	if (!page)
		return NULL;
	memset(page, fill, PAGE_SIZE);
	xa_lock_irqsave(&machine->pages, flags);
	other = __xa_cmpxchg(&machine->pages, mfn, NULL, page, GFP_ATOMIC);
	xa_unlock_irqrestore(&machine->pages, flags);
	if (!other)
		return page;
	free_page((unsigned long)page);
	return xa_is_err(other) ? NULL : other;
}

/**
 * model_page_filled() - what is in a page, and what is in it at first
 * @machine: the machine
 * @mfn: the frame
 * @fill: each byte of it if nobody has looked at it before
 *
 * Context: Any.
 * Return: The page's address, valid until model_machine_exit() or
 * model_free_pages(); NULL if the frame is not memory, or for lack of memory.
 */
void *model_page_filled(struct model_machine *machine, u64 mfn, u8 fill)
{
	void *page;

	if (!model_mfn_is_ram(machine, mfn))
		return NULL;
	page = xa_load(&machine->pages, mfn);
	return page ?: insert_page(machine, mfn, fill);
}

/**
 * model_page() - what is in a page
 * @machine: the machine
 * @mfn: the frame
 *
 * Context: Any.
 * Return: As model_page_filled(); a page that nobody has written is zero.
 */
void *model_page(struct model_machine *machine, u64 mfn)
{
	return model_page_filled(machine, mfn, 0);
}

/**
 * model_alloc_pages() - take free frames
 * @machine: the machine
 * @nr_pages: how many in a row
 * @align: the first is a multiple of this, a power of two
 * @mfn: set to the first
 *
 * Context: Any but NMI.
 * Return: As model_bootmem_alloc().
 */
int model_alloc_pages(struct model_machine *machine, u64 nr_pages, u64 align,
		      u64 *mfn)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&machine->lock, flags);
	err = model_bootmem_alloc(&machine->free, nr_pages, align, mfn);
	spin_unlock_irqrestore(&machine->lock, flags);
	return err;
}

/* Their contents go with them: who gets them next finds zeroes. */
static void forget_pages(struct model_machine *machine, u64 mfn, u64 nr_pages)
{
	unsigned long i, flags;
	void *page;

	xa_for_each_range(&machine->pages, i, page, mfn, mfn + nr_pages - 1) {
		xa_lock_irqsave(&machine->pages, flags);
		__xa_erase(&machine->pages, i);
		xa_unlock_irqrestore(&machine->pages, flags);
		free_page((unsigned long)page);
	}
}

/**
 * model_free_pages() - give frames back
 * @machine: the machine
 * @mfn: the first; nobody uses it or those behind it
 * @nr_pages: how many
 *
 * Context: Any but NMI.
 * Return: 0; -EINVAL if one is not memory, or there are none; -EEXIST if one
 * is free; -ENOSPC if the free memory is in too many pieces already.
 */
int model_free_pages(struct model_machine *machine, u64 mfn, u64 nr_pages)
{
	unsigned long flags;
	int err;

	if (!nr_pages || !model_bootmem_has(&machine->ram, mfn, nr_pages))
		return -EINVAL;
	spin_lock_irqsave(&machine->lock, flags);
	err = model_bootmem_has_any(&machine->free, mfn, nr_pages) ? -EEXIST : 0;
	if (!err) {
		forget_pages(machine, mfn, nr_pages);
		err = model_bootmem_add(&machine->free, mfn, mfn + nr_pages);
	}
	spin_unlock_irqrestore(&machine->lock, flags);
	return err;
}
