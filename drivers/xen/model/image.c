// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain builder: memory first, then what is in it.
 *
 * A domain gets its frames from the top of the machine, by 2 MiB as long as
 * there are such, so its pseudo-physical memory runs through the machine's
 * backwards, a piece at a time. Each frame is entered in the hypervisor's two
 * tables: whose it is, and which page of the domain.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "image.h"

#define LARGEST_PIECE (SZ_2M / PAGE_SIZE)

static int alloc_piece(struct model_image *image, u64 pfn, u64 *nr_pages)
{
	u64 nr = LARGEST_PIECE, mfn, i;
	int err;

	while (nr > image->layout.nr_pages - pfn)
		nr /= 2;
	while ((err = model_alloc_pages(image->machine, nr, nr, &mfn)) && nr > 1)
		nr /= 2;
	if (err)
		return err;
	for (i = 0; i < nr; i++)
		image->p2m[pfn + i] = mfn + i;
	*nr_pages = nr;
	return 0;
}

static int enter_frame(struct model_image *image, u64 pfn)
{
	u64 mfn = image->p2m[pfn];
	int err = model_owner_set(image->machine, mfn, image->domid);

	return err ?: model_m2p_set(image->machine, mfn, pfn);
}

static void remove_frame(struct model_image *image, u64 mfn)
{
	model_owner_set(image->machine, mfn, MODEL_NO_DOMAIN);
	model_m2p_set(image->machine, mfn, MODEL_INVALID_M2P);
}

/*
 * Backwards and a piece at a time, as it was allocated: page by page, the free
 * memory would be in too many pieces meanwhile.
 */
static void free_memory(struct model_image *image, u64 nr_pages)
{
	const u64 *p2m = image->p2m;
	u64 nr;

	while (nr_pages) {
		for (nr = 1; nr < nr_pages && p2m[nr_pages - nr - 1] + 1 == p2m[nr_pages - nr];)
			nr++;
		nr_pages -= nr;
		WARN_ON_ONCE(model_free_pages(image->machine, p2m[nr_pages], nr));
	}
}

static int alloc_memory(struct model_image *image)
{
	u64 done = 0, nr = 0;
	int err = 0;

	for (; done < image->layout.nr_pages && !err; done += nr) {
		nr = 0;
		err = alloc_piece(image, done, &nr);
	}
	if (err)
		free_memory(image, done);
	return err;
}

static int enter_frames(struct model_image *image)
{
	u64 pfn;
	int err = 0;

	for (pfn = 0; pfn < image->layout.nr_pages && !err; pfn++)
		err = enter_frame(image, pfn);
	return err;
}

static void remove_frames(struct model_image *image)
{
	u64 pfn;

	for (pfn = 0; pfn < image->layout.nr_pages; pfn++)
		remove_frame(image, image->p2m[pfn]);
	free_memory(image, image->layout.nr_pages);
}

/* The hypervisor's own memory: the domain has no page number for it. */
static int alloc_shared_info(struct model_image *image)
{
	int err = model_alloc_pages(image->machine, 1, 1, &image->shared_info_mfn);

	if (err)
		return err;
	err = model_owner_set(image->machine, image->shared_info_mfn, DOMID_XEN);
	if (err)
		model_free_pages(image->machine, image->shared_info_mfn, 1);
	return err;
}

static void free_shared_info(struct model_image *image)
{
	remove_frame(image, image->shared_info_mfn);
	model_free_pages(image->machine, image->shared_info_mfn, 1);
}

static void set_registers(struct model_image *image)
{
	const struct model_layout *layout = &image->layout;

	image->cr3_mfn = image->p2m[layout->page_tables->pfn];
	image->stack_pointer = layout->stack->vaddr + PAGE_SIZE;
	image->start_info = layout->start_info->vaddr;
}

/**
 * model_image_build() - build a domain
 * @image: to be freed with model_image_free(), if this succeeds
 * @machine: after model_boot()
 * @config: what to build
 *
 * Context: Process; may sleep.
 * Return: 0; -EINVAL if the machine was not booted, for a command line that is
 * too long, or as model_layout_init(); -E2BIG as there; -ENOMEM if the domain,
 * the machine or we have too little memory.
 */
int model_image_build(struct model_image *image, struct model_machine *machine,
		      const struct model_image_config *config)
{
	int err;

	memset(image, 0, sizeof(*image));
	image->machine = machine;
	image->domid = config->domid;
	err = model_layout_init(&image->layout, &config->kernel, config->nr_pages,
				config->module_bytes);
	if (err)
		return err;
	image->p2m = kvcalloc(config->nr_pages, sizeof(*image->p2m),
			      GFP_KERNEL | __GFP_NOWARN);
	if (!image->p2m)
		return -ENOMEM;
	err = alloc_memory(image);
	if (err)
		goto out_p2m;
	err = enter_frames(image);
	if (err)
		goto out_memory;
	err = alloc_shared_info(image);
	if (err)
		goto out_memory;
	set_registers(image);
	err = model_image_fill(image, config);
	if (!err)
		return 0;
	free_shared_info(image);
out_memory:
	remove_frames(image);
out_p2m:
	kvfree(image->p2m);
	return err;
}

/**
 * model_image_free() - give the domain's memory back
 * @image: nobody uses it any more
 *
 * Context: Process.
 */
void model_image_free(struct model_image *image)
{
	free_shared_info(image);
	remove_frames(image);
	kvfree(image->p2m);
}

/**
 * model_image_page() - what is in a page of the domain
 * @image: the domain
 * @pfn: the page
 *
 * Context: Any.
 * Return: Its address; NULL if the domain has no such page, or for lack of
 * memory.
 */
void *model_image_page(const struct model_image *image, u64 pfn)
{
	if (pfn >= image->layout.nr_pages)
		return NULL;
	return model_page(image->machine, image->p2m[pfn]);
}

/**
 * model_image_write() - write into the domain's memory
 * @image: the domain
 * @pfn: the first page
 * @data: what to write
 * @len: bytes of it
 *
 * Context: Any.
 * Return: 0; -ENOMEM as model_image_page().
 */
int model_image_write(const struct model_image *image, u64 pfn, const void *data,
		      u64 len)
{
	u64 now;
	void *page;

	for (; len; len -= now, data += now, pfn++) {
		page = model_image_page(image, pfn);
		if (!page)
			return -ENOMEM;
		now = min_t(u64, len, PAGE_SIZE);
		memcpy(page, data, now);
	}
	return 0;
}
