// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the domain builder writes into a new domain's pages: the kernel, the
 * module, the P2M list, start_info and shared_info. Rings begin as zeroes.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "image.h"

/* The interface is that of Xen 3.0 to this day. */
#define MAGIC "xen-3.0-x86_64"

static int fill_kernel(struct model_image *image,
		       const struct model_image_config *config)
{
	const struct model_kernel *kernel = &config->kernel;

	if (!config->contents)
		return 0;
	return model_image_write(image, image->layout.segments[0].pfn,
				 config->contents, kernel->end - kernel->start);
}

static int fill_module(struct model_image *image,
		       const struct model_image_config *config)
{
	if (!config->module || !image->layout.module)
		return 0;
	return model_image_write(image, image->layout.module->pfn,
				 config->module, config->module_bytes);
}

static int fill_p2m(struct model_image *image)
{
	return model_image_write(image, image->layout.p2m->pfn, image->p2m,
				 image->layout.nr_pages * sizeof(*image->p2m));
}

/* By its page number if it is not mapped, else by its address. */
static void fill_module_fields(const struct model_image_config *config,
			       const struct model_image *image,
			       struct start_info *si)
{
	const struct xen_segment *module = image->layout.module;

	if (!module)
		return;
	si->mod_len = config->module_bytes;
	si->mod_start = module->vaddr;
	if (config->kernel.takes_unmapped_module) {
		si->mod_start = module->pfn;
		si->flags |= SIF_MOD_START_PFN;
	}
}

static void fill_p2m_fields(const struct model_image_config *config,
			    const struct model_image *image,
			    struct start_info *si)
{
	const struct xen_segment *p2m = image->layout.p2m;

	si->mfn_list = p2m->vaddr;
	if (config->kernel.p2m_base) {
		si->mfn_list = config->kernel.p2m_base;
		si->first_p2m_pfn = p2m->pfn;
		si->nr_p2m_frames = p2m->nr_pages;
	}
}

static int fill_start_info(struct model_image *image,
			   const struct model_image_config *config)
{
	const struct model_layout *layout = &image->layout;
	struct start_info *si = model_image_page(image, layout->start_info->pfn);

	if (!si)
		return -ENOMEM;
	strscpy(si->magic, MAGIC, sizeof(si->magic));
	si->nr_pages = layout->nr_pages;
	si->shared_info = image->shared_info_mfn << PAGE_SHIFT;
	si->flags = config->flags;
	si->store_mfn = image->p2m[layout->store->pfn];
	si->store_evtchn = config->store_port;
	si->console.domU.mfn = image->p2m[layout->console->pfn];
	si->console.domU.evtchn = config->console_port;
	si->pt_base = layout->page_tables->vaddr;
	si->nr_pt_frames = layout->page_tables->nr_pages;
	fill_module_fields(config, image, si);
	fill_p2m_fields(config, image, si);
	if (config->cmd_line &&
	    strscpy(si->cmd_line, config->cmd_line, sizeof(si->cmd_line)) < 0)
		return -EINVAL;
	return 0;
}

/* No vCPU takes events before its kernel says so; the clock's version is even. */
static int fill_shared_info(struct model_image *image,
			    const struct model_image_config *config)
{
	struct shared_info *shared = model_page(image->machine,
						image->shared_info_mfn);
	unsigned int vcpu;

	if (!shared)
		return -ENOMEM;
	for (vcpu = 0; vcpu < ARRAY_SIZE(shared->vcpu_info); vcpu++)
		shared->vcpu_info[vcpu].evtchn_upcall_mask = 1;
	shared->wc.version = 2;
	shared->wc.sec = config->seconds;
	shared->wc.nsec = config->nanoseconds;
	return 0;
}

/**
 * model_image_fill() - write everything that a new domain finds
 * @image: its memory is there
 * @config: what to write
 *
 * Context: Process.
 * Return: 0; -EINVAL for a command line that is too long; -ENOMEM.
 */
int model_image_fill(struct model_image *image,
		     const struct model_image_config *config)
{
	int err = fill_kernel(image, config);

	if (!err)
		err = fill_module(image, config);
	if (!err)
		err = fill_p2m(image);
	if (!err)
		err = model_image_fill_tables(image);
	if (!err)
		err = fill_start_info(image, config);
	return err ?: fill_shared_info(image, config);
}
