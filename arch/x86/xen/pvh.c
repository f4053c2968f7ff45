// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PVH personality: a kernel that knows Xen, in a domain without devices.
 *
 * Frames are placed as in HVM, at guest frames that the kernel hands out.
 * shared_info is another matter. It can be at one guest frame only, the
 * kernel has it at one, and does not say where; placing it anew would take it
 * from the kernel. So we look for it and map the kernel's.
 */
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/shared_info.h>

#include "hvm.h"
#include "internal.h"

/* Linux takes the first free page from 4 KiB up (enlighten_hvm.c). */
#define SEARCH_START_PFN 1
#define SEARCH_END_PFN 256

/* What the guest's clock may have drifted from the host's since boot. */
#define MAX_DRIFT_SECONDS 60

static void *shared_page;

static int pvh_start(void)
{
	return 0;
}

static void pvh_stop(void)
{
}

static int pvh_frames_init(struct xen_frames *frames)
{
	int err = -ENOMEM;

	frames->pages = kvcalloc(frames->nr_max, sizeof(*frames->pages),
				 GFP_KERNEL);
	if (!frames->pages)
		return err;
	err = xen_kernel_alloc_gfns(frames->nr_max, frames->pages);
	if (err)
		goto err_array;
	frames->vaddr = vmap(frames->pages, frames->nr_max, VM_MAP,
			     PAGE_KERNEL);
	if (frames->vaddr)
		return 0;
	err = -ENOMEM;
	xen_kernel_free_gfns(frames->nr_max, frames->pages);
err_array:
	kvfree(frames->pages);
	return err;
}

static void pvh_frames_shrink(struct xen_frames *frames, unsigned int nr)
{
	while (frames->nr_mapped > nr) {
		struct page *page = frames->pages[--frames->nr_mapped];

		xen_hvm_remove_frame(page_to_pfn(page));
	}
}

static int pvh_frames_grow(struct xen_frames *frames, unsigned int nr)
{
	int err = 0;

	while (!err && frames->nr_mapped < nr) {
		unsigned int i = frames->nr_mapped;

		err = xen_hvm_place_frame(frames->space, frames->first + i,
					  page_to_pfn(frames->pages[i]));
		if (!err)
			frames->nr_mapped++;
	}
	return err;
}

static void pvh_frames_exit(struct xen_frames *frames)
{
	vunmap(frames->vaddr);
	xen_kernel_free_gfns(frames->nr_max, frames->pages);
	kvfree(frames->pages);
}

/*
 * The page is known by its wall clock: base plus system time is now. A page
 * of something else has one chance in 10^7 to say the same minute.
 */
static bool looks_like_shared_info(const struct shared_info *page)
{
	struct timespec64 base;
	u32 version;
	u64 ns;

	if (xen_wall_clock_read(page, &base, &version) || !version ||
	    xen_system_time(&ns))
		return false;
	base = timespec64_add(base, ns_to_timespec64(ns));
	return abs(base.tv_sec - ktime_get_real_seconds()) <=
	       MAX_DRIFT_SECONDS;
}

static struct shared_info *pvh_find_shared_info(void)
{
	unsigned long pfn;

	for (pfn = SEARCH_START_PFN; pfn < SEARCH_END_PFN; pfn++) {
		shared_page = memremap(PFN_PHYS(pfn), PAGE_SIZE, MEMREMAP_WB);
		if (!shared_page)
			continue;
		if (looks_like_shared_info(shared_page)) {
			pr_info("found the kernel's shared_info at gfn %#lx\n",
				pfn);
			return shared_page;
		}
		memunmap(shared_page);
	}
	shared_page = NULL;
	return ERR_PTR(-ENOENT);
}

static void pvh_drop_shared_info(void)
{
	memunmap(shared_page);
	shared_page = NULL;
}

const struct xen_guest_ops xen_pvh_ops = {
	.start = pvh_start,
	.stop = pvh_stop,
	.ring = xen_hvm_ring,
	.map_ring = xen_hvm_map_ring,
	.find_shared_info = pvh_find_shared_info,
	.drop_shared_info = pvh_drop_shared_info,
	.frames_init = pvh_frames_init,
	.frames_grow = pvh_frames_grow,
	.frames_shrink = pvh_frames_shrink,
	.frames_exit = pvh_frames_exit,
	.frame_bits = xen_hvm_frame_bits,
	.vcpu_barrier = xen_hvm_vcpu_barrier,
	.show_start_info = xen_hvm_show_params,
	.show_startup_map = xen_hvm_show_startup_map,
};
