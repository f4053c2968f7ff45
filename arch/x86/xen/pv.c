// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PV personality.
 *
 * The kernel's page tables hold machine frames, and only the hypervisor
 * writes them. So a frame of Xen's is mapped by putting its number into a
 * page table entry of ours (update_va_mapping), and unmapped by putting our
 * own page back.
 */
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <asm/page_types.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/hypervisor.h>
#include <asm/xen/page.h>
#include <xen/events.h>
#include <xen/interface/grant_table.h>
#include <xen/start_info.h>

#include "internal.h"
#include "p2m.h"

/* Our private copy, made and checked once. */
static struct start_info start_info;

static void limits_of_host(struct xen_start_info_limits *limits)
{
	/* One more than the highest frame, see frametable.c. */
	long max_page = HYPERVISOR_memory_op(XENMEM_maximum_ram_page, NULL);

	limits->max_pages = max_page > 0 ? max_page : ULONG_MAX >> PAGE_SHIFT;
	limits->max_mfn = limits->max_pages - 1;
	limits->max_port = xen_evtchn_nr_channels();
}

static int pv_start(void)
{
	struct xen_start_info_limits limits;
	struct xen_start_info_fault fault;
	int err;

	memcpy(&start_info, xen_start_info, sizeof(start_info));
	limits_of_host(&limits);
	err = xen_start_info_check(&start_info, sizeof(start_info), &limits,
				   &fault);
	if (err)
		pr_err("start_info.%s %s: the domain builder and this kernel do not agree\n",
		       fault.field, fault.reason);
	return err;
}

static void pv_stop(void)
{
}

static int pv_ring(enum xen_resource resource, struct xen_ring *ring)
{
	if (resource == XEN_RESOURCE_XENSTORE) {
		ring->gfn = start_info.store_mfn;
		ring->port = start_info.store_evtchn;
	} else if (!(start_info.flags & SIF_INITDOMAIN)) {
		ring->gfn = start_info.console.domU.mfn;
		ring->port = start_info.console.domU.evtchn;
	}
	return ring->gfn && ring->port ? 0 : -ENOENT;
}

/* The ring pages are the domain's own memory: the direct map has them. */
static int pv_map_ring(struct xen_ring *ring)
{
	unsigned long pfn = mfn_to_pfn(ring->gfn);

	if (!pfn_valid(pfn)) {
		pr_err("frame %#lx of a start-of-day ring is not this domain's memory\n",
		       ring->gfn);
		return -EINVAL;
	}
	ring->page = __va(PFN_PHYS(pfn));
	return 0;
}

/*
 * Addresses come from vmap() of one and the same filler page, nr_max times:
 * page table entries that exist, are ours and cost no memory.
 */
static int pv_frames_init(struct xen_frames *frames)
{
	struct page *filler = alloc_page(GFP_KERNEL | __GFP_ZERO);
	unsigned int i;

	if (!filler)
		return -ENOMEM;
	for (i = 0; i < frames->nr_max; i++)
		frames->pages[i] = filler;
	frames->vaddr = vmap(frames->pages, frames->nr_max, VM_MAP,
			     PAGE_KERNEL);
	if (!frames->vaddr) {
		__free_page(filler);
		return -ENOMEM;
	}
	return 0;
}

static int grant_frame_mfns(unsigned int nr, xen_pfn_t *mfns)
{
	struct gnttab_setup_table setup = {
		.dom = DOMID_SELF,
		.nr_frames = nr,
	};
	int err;

	set_xen_guest_handle(setup.frame_list, mfns);
	err = HYPERVISOR_grant_table_op(GNTTABOP_setup_table, &setup, 1);
	return err ?: xen_grant_errno(setup.status);
}

static int frame_mfns(const struct xen_frames *frames, unsigned int nr,
		      xen_pfn_t *mfns)
{
	switch (frames->space) {
	case XENMAPSPACE_shared_info:
		mfns[0] = PFN_DOWN(start_info.shared_info);
		return 0;
	case XENMAPSPACE_grant_table:
		return grant_frame_mfns(nr, mfns);
	default:
		return -EOPNOTSUPP;
	}
}

static int set_entry(struct xen_frames *frames, unsigned int i, pte_t pte)
{
	unsigned long va = (unsigned long)frames->vaddr + i * PAGE_SIZE;

	/* Other vCPUs may have walked the old entry ahead of time. */
	return HYPERVISOR_update_va_mapping(va, pte, UVMF_INVLPG | UVMF_ALL);
}

static void unmap_to(struct xen_frames *frames, unsigned int nr)
{
	while (frames->nr_mapped > nr) {
		unsigned int i = frames->nr_mapped - 1;
		int err = set_entry(frames, i,
				    mk_pte(frames->pages[i], PAGE_KERNEL));

		/* Only an address that is not ours can be refused. */
		WARN_ONCE(err, "cannot unmap Xen's frame %u (%d)\n", i, err);
		frames->nr_mapped--;
	}
}

static int pv_frames_grow(struct xen_frames *frames, unsigned int nr)
{
	unsigned int before = frames->nr_mapped;
	xen_pfn_t *mfns;
	int err;

	mfns = kvcalloc(nr, sizeof(*mfns), GFP_KERNEL);
	if (!mfns)
		return -ENOMEM;
	err = frame_mfns(frames, nr, mfns);
	while (!err && frames->nr_mapped < nr) {
		unsigned int i = frames->nr_mapped;

		err = set_entry(frames, i, mfn_pte(mfns[i], PAGE_KERNEL));
		if (!err)
			frames->nr_mapped++;
	}
	if (err)
		unmap_to(frames, before);
	kvfree(mfns);
	return err;
}

static void pv_frames_exit(struct xen_frames *frames)
{
	unmap_to(frames, 0);
	vunmap(frames->vaddr);
	__free_page(frames->pages[0]);
}

static int pv_show_start_info(struct seq_file *m)
{
	xen_start_info_show(m, &start_info);
	return 0;
}

static int pv_show_startup_map(struct seq_file *m)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct xen_startup_facts facts = {
		.si = &start_info,
		.kernel_base = __START_KERNEL_map,
		.kernel_start = __START_KERNEL,
		.start_info_pfn = PFN_DOWN(__pa(xen_start_info)),
		.store_pfn = mfn_to_pfn(start_info.store_mfn),
		.pt_pfn = PFN_DOWN(__pa(start_info.pt_base)),
	};
	int i, nr;

	if (!(start_info.flags & SIF_INITDOMAIN))
		facts.console_pfn = mfn_to_pfn(start_info.console.domU.mfn);
	nr = xen_startup_map(&facts, segments);
	if (nr == -ENODATA) {
		seq_puts(m, "gone: the domain was resumed, only its boot knew the map\n");
		return 0;
	}
	for (i = 0; i < nr; i++)
		seq_printf(m, "%-12s %#lx -> %#lx (pfn %#lx + %#lx pages)\n",
			   segments[i].name, segments[i].vaddr,
			   segments[i].vaddr +
				   (segments[i].nr_pages << PAGE_SHIFT),
			   segments[i].pfn, segments[i].nr_pages);
	return min(nr, 0);
}

const struct xen_guest_ops xen_pv_ops = {
	.start = pv_start,
	.stop = pv_stop,
	.ring = pv_ring,
	.map_ring = pv_map_ring,
	.frames_init = pv_frames_init,
	.frames_grow = pv_frames_grow,
	.frames_exit = pv_frames_exit,
	.foreign_is_vacant = xen_p2m_is_vacant,
	.foreign_set = xen_p2m_set_foreign,
	.foreign_clear = xen_p2m_clear_foreign,
	.show_start_info = pv_show_start_info,
	.show_startup_map = pv_show_startup_map,
};
