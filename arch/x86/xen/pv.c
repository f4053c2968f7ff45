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
#include <asm/xen/cpuid.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/hypervisor.h>
#include <asm/xen/page.h>
#include <xen/interface/grant_table.h>
#include <xen/start_info.h>

#include "internal.h"
#include "p2m.h"

/* Leaf of the width of machine addresses, <asm/xen/cpuid.h>. */
#define XEN_CPUID_ADDRESS_LEAF 5

/* Our private copy, made and checked once. */
static struct start_info start_info;

static void limits_of_host(struct xen_start_info_limits *limits)
{
	/* One more than the highest frame, see frametable.c. */
	long max_page = HYPERVISOR_memory_op(XENMEM_maximum_ram_page, NULL);

	limits->max_pages = max_page > 0 ? max_page : ULONG_MAX >> PAGE_SHIFT;
	limits->max_mfn = limits->max_pages - 1;
	limits->max_port = xen_kernel_nr_ports();
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
static void *vmap_repeated(struct page *page, unsigned int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	unsigned int i;
	void *vaddr;

	if (!pages)
		return NULL;
	for (i = 0; i < nr; i++)
		pages[i] = page;
	vaddr = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return vaddr;
}

static void pv_frames_exit(struct xen_frames *frames)
{
	if (frames->vaddr)
		vunmap(frames->vaddr);
	if (frames->filler)
		__free_page(frames->filler);
	kvfree(frames->mfns);
}

static int pv_frames_init(struct xen_frames *frames)
{
	frames->mfns = kvcalloc(frames->nr_max, sizeof(*frames->mfns),
				GFP_KERNEL);
	frames->filler = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (frames->mfns && frames->filler)
		frames->vaddr = vmap_repeated(frames->filler, frames->nr_max);
	if (frames->vaddr)
		return 0;
	pv_frames_exit(frames);
	return -ENOMEM;
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

static int grant_status_frame_mfns(unsigned int nr, xen_pfn_t *mfns)
{
	struct gnttab_get_status_frames get = {
		.dom = DOMID_SELF,
		.nr_frames = nr,
	};
	int err;

	set_xen_guest_handle(get.frame_list, (u64 *)mfns);
	err = HYPERVISOR_grant_table_op(GNTTABOP_get_status_frames, &get, 1);
	return err ?: xen_grant_errno(get.status);
}

/* Fills in frames->mfns up to the frame @nr. */
static int find_mfns(struct xen_frames *frames, unsigned int nr)
{
	switch (frames->space) {
	case XENMAPSPACE_shared_info:
		frames->mfns[0] = PFN_DOWN(start_info.shared_info);
		return 0;
	case XENMAPSPACE_grant_table:
		if (frames->first == XENMAPIDX_grant_table_status)
			return grant_status_frame_mfns(nr, frames->mfns);
		return grant_frame_mfns(nr, frames->mfns);
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

static void pv_frames_shrink(struct xen_frames *frames, unsigned int nr)
{
	while (frames->nr_mapped > nr) {
		unsigned int i = frames->nr_mapped - 1;
		int err = set_entry(frames, i,
				    mk_pte(frames->filler, PAGE_KERNEL));

		if (err)
			pr_err_ratelimited("Xen's frame %u stays mapped: update_va_mapping is refused (%d)\n",
					   i, err);
		frames->nr_mapped--;
	}
}

static int pv_frames_grow(struct xen_frames *frames, unsigned int nr)
{
	int err = find_mfns(frames, nr);

	while (!err && frames->nr_mapped < nr) {
		unsigned int i = frames->nr_mapped;

		err = set_entry(frames, i,
				mfn_pte(frames->mfns[i], PAGE_KERNEL));
		if (!err)
			frames->nr_mapped++;
	}
	return err;
}

/* Machine frames: as many as the host's addresses have, if Xen tells. */
static unsigned int pv_frame_bits(void)
{
	u32 base = xen_cpuid_find_base(xen_cpuid_native);
	struct xen_cpuid_leaf leaf;
	u32 width;

	xen_cpuid_native(base, &leaf);
	if (!base || leaf.eax < base + XEN_CPUID_ADDRESS_LEAF)
		return 0;
	xen_cpuid_native(base + XEN_CPUID_ADDRESS_LEAF, &leaf);
	width = leaf.ebx & XEN_CPUID_MACHINE_ADDRESS_WIDTH_MASK;
	return width > PAGE_SHIFT ? width - PAGE_SHIFT : 0;
}

static unsigned long pv_gfn_to_pfn(unsigned long gfn)
{
	return mfn_to_pfn(gfn);
}

/*
 * Xen interrupts every processor that runs a vCPU of this domain, and waits
 * until each has answered.
 */
static int pv_vcpu_barrier(void)
{
	struct mmuext_op flush = { .cmd = MMUEXT_TLB_FLUSH_ALL };

	return HYPERVISOR_mmuext_op(&flush, 1, NULL, DOMID_SELF);
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
	.frames_shrink = pv_frames_shrink,
	.frames_exit = pv_frames_exit,
	.frame_bits = pv_frame_bits,
	.gfn_to_pfn = pv_gfn_to_pfn,
	.vcpu_barrier = pv_vcpu_barrier,
	.foreign_is_vacant = xen_p2m_is_vacant,
	.foreign_set = xen_p2m_set_foreign,
	.foreign_clear = xen_p2m_clear_foreign,
	.show_start_info = pv_show_start_info,
	.show_startup_map = pv_show_startup_map,
};
