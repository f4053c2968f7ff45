// SPDX-License-Identifier: GPL-2.0-only
/*
 * The HVM personality: a guest whose kernel knows nothing of Xen.
 *
 * Its page tables hold guest frames. A frame of Xen's is mapped by having Xen
 * put it at a guest frame number where no memory is (add_to_physmap). Such
 * numbers come with the platform PCI device, whose BAR 1 stands for 16 MiB of
 * address space and nothing else.
 */
#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include <asm/msr.h>
#include <asm/xen/hypercall.h>
#include <xen/compat.h>
#include <xen/interface/xen.h>
#include <xen/interface/hvm/params.h>
#include <xen/interface/memory.h>

#include "hvm.h"
#include "internal.h"

#define PLATFORM_DEVICE_ID 0x0001
#define PLATFORM_BAR 1

static struct pci_dev *platform;
/* The frames of its BAR: a bit for each that is in use. */
static unsigned long *used_gfns;
static unsigned long first_gfn;
static unsigned long nr_gfns;

static const struct {
	unsigned int index;
	const char *name;
} params[] = {
	{ HVM_PARAM_CALLBACK_IRQ, "HVM_PARAM_CALLBACK_IRQ" },
	{ HVM_PARAM_STORE_PFN, "HVM_PARAM_STORE_PFN" },
	{ HVM_PARAM_STORE_EVTCHN, "HVM_PARAM_STORE_EVTCHN" },
	{ HVM_PARAM_CONSOLE_PFN, "HVM_PARAM_CONSOLE_PFN" },
	{ HVM_PARAM_CONSOLE_EVTCHN, "HVM_PARAM_CONSOLE_EVTCHN" },
};

static int get_param(unsigned int index, u64 *value)
{
	struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };
	long err = HYPERVISOR_hvm_op(HVMOP_get_param, &param);

	*value = err ? 0 : param.value;
	return err;
}

/**
 * xen_hvm_show_params() - print what a PVH or HVM domain has for start_info
 * @m: where to
 *
 * Context: Process.
 * Return: 0.
 */
int xen_hvm_show_params(struct seq_file *m)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(params); i++) {
		u64 value;
		int err = get_param(params[i].index, &value);

		if (err)
			seq_printf(m, "%s: refused (%d)\n", params[i].name,
				   err);
		else
			seq_printf(m, "%s: %#llx\n", params[i].name, value);
	}
	return 0;
}

int xen_hvm_show_startup_map(struct seq_file *m)
{
	seq_puts(m, "none: only a PV domain starts in a map the builder made\n");
	return 0;
}

/**
 * xen_hvm_ring() - frame and port of a ring, from the HVM parameters
 * @resource: which ring
 * @ring: filled in
 *
 * Context: Process.
 * Return: 0; -ENOENT if the domain has no such ring; -EINVAL if its frame or
 * port cannot be; or Xen's error.
 */
int xen_hvm_ring(enum xen_resource resource, struct xen_ring *ring)
{
	bool is_store = resource == XEN_RESOURCE_XENSTORE;
	u64 gfn, port;
	int err;

	err = get_param(is_store ? HVM_PARAM_STORE_PFN : HVM_PARAM_CONSOLE_PFN,
			&gfn);
	if (!err)
		err = get_param(is_store ? HVM_PARAM_STORE_EVTCHN :
					   HVM_PARAM_CONSOLE_EVTCHN, &port);
	if (err)
		return err;
	if (!gfn || !port)
		return -ENOENT;
	if (port > U32_MAX || gfn > (boot_cpu_data.x86_phys_bits > PAGE_SHIFT ?
		BIT_ULL(boot_cpu_data.x86_phys_bits - PAGE_SHIFT) - 1 : 0))
		return -EINVAL;
	ring->gfn = gfn;
	ring->port = port;
	return 0;
}

int xen_hvm_map_ring(struct xen_ring *ring)
{
	ring->page = memremap(PFN_PHYS(ring->gfn), PAGE_SIZE, MEMREMAP_WB);
	ring->is_mapped = ring->page;
	return ring->page ? 0 : -ENOMEM;
}

/**
 * xen_hvm_place_frame() - have Xen put one of its frames at a guest frame
 * @space: XENMAPSPACE_*
 * @idx: which frame of that space
 * @gfn: where to
 *
 * Context: Process.
 * Return: 0 or Xen's error.
 */
int xen_hvm_place_frame(unsigned int space, unsigned long idx,
			unsigned long gfn)
{
	struct xen_add_to_physmap place = {
		.domid = DOMID_SELF,
		.space = space,
		.idx = idx,
		.gpfn = gfn,
	};

	return HYPERVISOR_memory_op(XENMEM_add_to_physmap, &place);
}

/**
 * xen_hvm_remove_frame() - undo xen_hvm_place_frame()
 * @gfn: where the frame was put
 *
 * Context: Process.
 */
void xen_hvm_remove_frame(unsigned long gfn)
{
	struct xen_remove_from_physmap remove = {
		.domid = DOMID_SELF,
		.gpfn = gfn,
	};
	int err = HYPERVISOR_memory_op(XENMEM_remove_from_physmap, &remove);

	if (err)
		pr_err_ratelimited("Xen's frame stays at gfn %#lx: XENMEM_remove_from_physmap is refused (%d)\n",
				   gfn, err);
}

/*
 * Xen keeps shared_info in the layout of 32-bit guests until it has seen a
 * 64-bit one set the callback or write a hypercall page. The callback would
 * bring interrupts that nobody handles yet; a hypercall page brings nothing,
 * and may be thrown away at once.
 */
static int latch_64bit_layout(void)
{
	struct xen_cpuid_leaf leaf;
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	xen_cpuid_native(xen_cpuid_find_base(xen_cpuid_native) + 2, &leaf);
	err = wrmsrq_safe(leaf.ebx, __pa(page));
	if (err)
		pr_err("MSR %#x takes no hypercall page (%d): shared_info would stay 32-bit\n",
		       leaf.ebx, err);
	free_page(page);
	return err;
}

static int gfn_space_init(void)
{
	unsigned long start = pci_resource_start(platform, PLATFORM_BAR);
	unsigned long len = pci_resource_len(platform, PLATFORM_BAR);
	unsigned long flags = pci_resource_flags(platform, PLATFORM_BAR);
	int err;

	if ((flags & (IORESOURCE_MEM | IORESOURCE_UNSET)) != IORESOURCE_MEM ||
	    len < PAGE_SIZE) {
		pr_err("BAR %d of %s is %pR: Xen's frames need memory space, a page at least\n",
		       PLATFORM_BAR, pci_name(platform),
		       &platform->resource[PLATFORM_BAR]);
		return -ENODEV;
	}
	err = pci_request_region(platform, PLATFORM_BAR, KBUILD_MODNAME);
	if (err) {
		pr_err("BAR %d of %s is taken by another driver, see /proc/iomem\n",
		       PLATFORM_BAR, pci_name(platform));
		return err;
	}
	first_gfn = PFN_UP(start);
	nr_gfns = PFN_DOWN(start + len) - first_gfn;
	used_gfns = bitmap_zalloc(nr_gfns, GFP_KERNEL);
	if (used_gfns)
		return 0;
	pci_release_region(platform, PLATFORM_BAR);
	return -ENOMEM;
}

/* Returns 0 if there is no room for a run of that length. */
static unsigned long take_gfns(unsigned int nr)
{
	unsigned long at = bitmap_find_next_zero_area(used_gfns, nr_gfns, 0, nr,
						      0);

	if (at >= nr_gfns)
		return 0;
	bitmap_set(used_gfns, at, nr);
	return first_gfn + at;
}

static void put_gfns(unsigned long gfn, unsigned int nr)
{
	bitmap_clear(used_gfns, gfn - first_gfn, nr);
}

static void hvm_stop(void)
{
	bitmap_free(used_gfns);
	pci_release_region(platform, PLATFORM_BAR);
	pci_dev_put(platform);
	platform = NULL;
}

static int hvm_start(void)
{
	int err;

	if (xen_kernel_personality() != XEN_PERSONALITY_NONE) {
		pr_err("the event upcall and shared_info belong to the kernel: boot with xen_nopv\n");
		return -EBUSY;
	}
	platform = pci_get_device(PCI_VENDOR_ID_XEN, PLATFORM_DEVICE_ID, NULL);
	if (!platform) {
		pr_err("no platform PCI device 5853:0001: set xen_platform_pci=1 in the domain's configuration\n");
		return -ENODEV;
	}
	err = gfn_space_init();
	if (err) {
		pci_dev_put(platform);
		platform = NULL;
		return err;
	}
	err = latch_64bit_layout();
	if (!err)
		err = xen_unplug();
	if (err)
		hvm_stop();
	return err;
}

/**
 * xen_platform_device() - the device that stands for Xen in an HVM domain
 *
 * Context: Any.
 * Return: The device, ours while this module is loaded; NULL in other kinds of
 * domains.
 */
struct pci_dev *xen_platform_device(void)
{
	return platform;
}
EXPORT_SYMBOL_GPL(xen_platform_device);

static int hvm_frames_init(struct xen_frames *frames)
{
	frames->gfn = take_gfns(frames->nr_max);
	if (!frames->gfn)
		return -ENOMEM;
	frames->vaddr = memremap(PFN_PHYS(frames->gfn),
				 frames->nr_max * PAGE_SIZE, MEMREMAP_WB);
	if (frames->vaddr)
		return 0;
	put_gfns(frames->gfn, frames->nr_max);
	return -ENOMEM;
}

static void hvm_frames_shrink(struct xen_frames *frames, unsigned int nr)
{
	while (frames->nr_mapped > nr)
		xen_hvm_remove_frame(frames->gfn + --frames->nr_mapped);
}

static int hvm_frames_grow(struct xen_frames *frames, unsigned int nr)
{
	int err = 0;

	while (!err && frames->nr_mapped < nr) {
		err = xen_hvm_place_frame(frames->space,
					  frames->first + frames->nr_mapped,
					  frames->gfn + frames->nr_mapped);
		if (!err)
			frames->nr_mapped++;
	}
	return err;
}

static void hvm_frames_exit(struct xen_frames *frames)
{
	memunmap(frames->vaddr);
	put_gfns(frames->gfn, frames->nr_max);
}

/**
 * xen_hvm_frame_bits() - xen_frame_bits() in a PVH or HVM domain
 *
 * Context: Any.
 * Return: Bits of the domain's highest guest frame.
 */
unsigned int xen_hvm_frame_bits(void)
{
	domid_t self = DOMID_SELF;

	return fls64(max(HYPERVISOR_memory_op(XENMEM_maximum_gpfn, &self), 0L));
}

/**
 * xen_hvm_vcpu_barrier() - xen_vcpu_barrier() in a PVH or HVM domain
 *
 * To flush the TLBs of all vCPUs Xen makes each that runs leave guest mode,
 * and waits until it has.
 *
 * Context: Any.
 * Return: 0 or Xen's error.
 */
int xen_hvm_vcpu_barrier(void)
{
	return HYPERVISOR_hvm_op(HVMOP_flush_tlbs, NULL);
}

const struct xen_guest_ops xen_hvm_ops = {
	.start = hvm_start,
	.stop = hvm_stop,
	.ring = xen_hvm_ring,
	.map_ring = xen_hvm_map_ring,
	.frames_init = hvm_frames_init,
	.frames_grow = hvm_frames_grow,
	.frames_shrink = hvm_frames_shrink,
	.frames_exit = hvm_frames_exit,
	.frame_bits = xen_hvm_frame_bits,
	.vcpu_barrier = xen_hvm_vcpu_barrier,
	.show_start_info = xen_hvm_show_params,
	.show_startup_map = xen_hvm_show_startup_map,
};
