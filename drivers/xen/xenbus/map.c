// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings that the other end offers.
 *
 * They are mapped side by side, at pages that have no memory of their own and
 * an area of addresses made of them. Where this kernel's page tables hold
 * machine frames (PV), the area is mapped over empty pages, and Xen puts the
 * frames into its page table entries; elsewhere Xen puts them behind the pages.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <asm/xen/hypercall.h>
#include <xen/foreign.h>
#include <xen/grant_table.h>
#include <xen/guest.h>

#include "internal.h"

/**
 * struct mapping - a ring of another domain, mapped
 * @link: in the list of all
 * @addr: where
 * @nr: pages
 * @pages: what the area was made of
 * @maps: how each was mapped
 */
struct mapping {
	struct list_head link;
	void *addr;
	unsigned int nr;
	struct page *pages[XENBUS_MAX_RING_GRANTS];
	struct gnttab_map_grant_ref maps[XENBUS_MAX_RING_GRANTS];
};

static DEFINE_MUTEX(lock);
/* Under lock. */
static LIST_HEAD(mappings);

/* Where Xen is to put a frame: a virtual address, or a guest frame's. */
static u64 address_of(const struct mapping *mapping, unsigned int i)
{
	if (xen_foreign_has_p2m())
		return (unsigned long)mapping->addr + i * PAGE_SIZE;
	return page_to_phys(mapping->pages[i]);
}

static void set_maps(struct mapping *mapping, const struct xenbus_device *dev,
		     const grant_ref_t *refs)
{
	unsigned int i;

	for (i = 0; i < mapping->nr; i++)
		mapping->maps[i] = (struct gnttab_map_grant_ref){
			.host_addr = address_of(mapping, i),
			.flags = GNTMAP_host_map,
			.ref = refs[i],
			.dom = dev->otherend_id,
			.status = GNTST_general_error,
		};
}

static int first_error(const struct mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < mapping->nr; i++)
		if (mapping->maps[i].status != GNTST_okay)
			return xen_grant_errno(mapping->maps[i].status);
	return 0;
}

/* Returns 0 if nothing is mapped any more. */
static int unmap_frames(struct mapping *mapping)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < mapping->nr; i++) {
		struct gnttab_map_grant_ref *map = &mapping->maps[i];
		struct gnttab_unmap_grant_ref op = {
			.host_addr = map->host_addr,
			.handle = map->handle,
		};
		int ret;

		if (map->status != GNTST_okay)
			continue;
		ret = HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, &op,
						1) ?:
		      xen_grant_errno(op.status);
		if (ret)
			err = ret;
		else
			map->status = GNTST_general_error;
	}
	return err;
}

static int map_area(struct mapping *mapping)
{
	mapping->addr = vmap(mapping->pages, mapping->nr, VM_MAP, PAGE_KERNEL);
	return mapping->addr ? 0 : -ENOMEM;
}

static int map_frames(struct mapping *mapping, const struct xenbus_device *dev,
		      const grant_ref_t *refs)
{
	int err;

	set_maps(mapping, dev, refs);
	gnttab_batch_map(mapping->maps, mapping->nr);
	err = first_error(mapping);
	if (err && unmap_frames(mapping))
		pr_err("pages of domain %d stay mapped: Xen does not unmap them\n",
		       dev->otherend_id);
	return err;
}

/* The pages must not be used again while Xen has others' frames behind them. */
static bool is_clear(const struct mapping *mapping)
{
	unsigned int i;

	for (i = 0; i < mapping->nr; i++)
		if (mapping->maps[i].status == GNTST_okay)
			return false;
	return true;
}

/* What cannot be unmapped is kept for ever. */
static void free_mapping(struct mapping *mapping)
{
	if (is_clear(mapping)) {
		vunmap(mapping->addr);
		gnttab_free_pages(mapping->nr, mapping->pages);
	}
	kfree(mapping);
}

static struct mapping *new_mapping(unsigned int nr)
{
	struct mapping *mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!mapping)
		return ERR_PTR(-ENOMEM);
	mapping->nr = nr;
	for (i = 0; i < nr; i++)
		mapping->maps[i].status = GNTST_general_error;
	err = gnttab_alloc_pages(nr, mapping->pages);
	if (err)
		goto err_mapping;
	err = map_area(mapping);
	if (err)
		goto err_pages;
	return mapping;

err_pages:
	gnttab_free_pages(nr, mapping->pages);
err_mapping:
	kfree(mapping);
	return ERR_PTR(err);
}

static struct mapping *map_ring(const struct xenbus_device *dev,
				const grant_ref_t *refs, unsigned int nr,
				bool is_own)
{
	struct mapping *mapping;
	int err;

	if (!nr || nr > XENBUS_MAX_RING_GRANTS)
		return ERR_PTR(-EINVAL);
	if (is_own)
		return ERR_PTR(-EOPNOTSUPP);
	mapping = new_mapping(nr);
	if (IS_ERR(mapping))
		return mapping;
	err = map_frames(mapping, dev, refs);
	if (!err)
		return mapping;
	free_mapping(mapping);
	return ERR_PTR(err);
}

/**
 * xenbus_map_ring_valloc() - map a ring that the other end offers
 * @dev: the device
 * @gnt_refs: a reference of the other end's for each page
 * @nr_grefs: how many, 1 to XENBUS_MAX_RING_GRANTS
 * @vaddr: set to where the pages are, side by side; to NULL on error
 *
 * Undone by xenbus_unmap_ring_vfree(). An error is told as by
 * xenbus_dev_fatal().
 *
 * Context: Process; sleeps.
 * Return: 0; -EINVAL for a size that cannot be, or a reference that is not
 * granted to us; -EOPNOTSUPP for a ring of this very domain, unless it is PV;
 * -ENOMEM; as xen_grant_errno().
 */
int xenbus_map_ring_valloc(struct xenbus_device *dev, grant_ref_t *gnt_refs,
			   unsigned int nr_grefs, void **vaddr)
{
	bool is_own = xen_foreign_moves(dev->otherend_id);
	struct mapping *mapping = map_ring(dev, gnt_refs, nr_grefs, is_own);

	*vaddr = NULL;
	if (IS_ERR(mapping)) {
		xenbus_dev_fatal(dev, PTR_ERR(mapping),
				 "mapping a ring of %u pages, the first by reference %u%s",
				 nr_grefs, nr_grefs ? gnt_refs[0] : 0,
				 is_own ? ", of this domain" : "");
		return PTR_ERR(mapping);
	}
	*vaddr = mapping->addr;
	mutex_lock(&lock);
	list_add(&mapping->link, &mappings);
	mutex_unlock(&lock);
	return 0;
}
EXPORT_SYMBOL_GPL(xenbus_map_ring_valloc);

static struct mapping *take_mapping(const void *addr)
{
	struct mapping *mapping, *found = NULL;

	mutex_lock(&lock);
	list_for_each_entry(mapping, &mappings, link) {
		if (mapping->addr == addr) {
			found = mapping;
			list_del(&mapping->link);
			break;
		}
	}
	mutex_unlock(&lock);
	return found;
}

/**
 * xenbus_unmap_ring_vfree() - undo xenbus_map_ring_valloc()
 * @dev: the device
 * @vaddr: where the ring was mapped
 *
 * Context: Process; sleeps.
 * Return: 0; -ENOENT if nothing is mapped there; or as xen_grant_errno(), and
 * what Xen does not unmap stays where it is.
 */
int xenbus_unmap_ring_vfree(struct xenbus_device *dev, void *vaddr)
{
	struct mapping *mapping = take_mapping(vaddr);
	int err;

	if (!mapping) {
		xenbus_dev_error(dev, -ENOENT, "no ring is mapped at %p",
				 vaddr);
		return -ENOENT;
	}
	err = unmap_frames(mapping);
	if (err)
		xenbus_dev_error(dev, err, "unmapping a ring of %u pages",
				 mapping->nr);
	free_mapping(mapping);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_unmap_ring_vfree);
