// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's personality on the model host.
 *
 * The modules ask floor 1 for Xen's frames and for the rings of the start of
 * day. Here floor 1 is this file, with real hypercalls to a host that is not
 * real. Frames are mapped as in HVM if the guest is translated, else as in PV.
 */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <asm/xen/hypercall.h>
#include <xen/foreign.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/memory.h>
#include <xen/interface/hvm/hvm_op.h>
#include <xen/interface/hvm/params.h>
#include <xen/shared_info.h>

/* Floor 1's, whose guards differ from the model's. */
#include "../../../arch/x86/xen/internal.h"
#include "guest.h"
#include "internal.h"
#include "mmu.h"
#include "plan.h"
#include "tests/cpu_barrier.h"

/* Guest frames where no memory is. */
#define FIRST_VACANT_GFN BIT(36)

unsigned int model_frame_bits;

static struct dentry *dir;
static unsigned long next_gfn;

static bool is_translated(void)
{
	return model_guest()->config.is_translated;
}

static int get_param(unsigned int index, u64 *value)
{
	struct xen_hvm_param param = { .domid = DOMID_SELF, .index = index };
	int err = HYPERVISOR_hvm_op(HVMOP_get_param, &param);

	*value = param.value;
	return err;
}

static int find_ring(enum xen_resource resource, struct xen_ring *ring)
{
	bool is_store = resource == XEN_RESOURCE_XENSTORE;
	u64 gfn = 0, port = 0;
	int err;

	err = get_param(is_store ? HVM_PARAM_STORE_PFN : HVM_PARAM_CONSOLE_PFN,
			&gfn);
	if (!err)
		err = get_param(is_store ? HVM_PARAM_STORE_EVTCHN :
					   HVM_PARAM_CONSOLE_EVTCHN, &port);
	ring->gfn = gfn;
	ring->port = port;
	if (!err && (!gfn || !port))
		err = -ENOENT;
	return err;
}

static int map_ring(struct xen_ring *ring)
{
	if (!pfn_valid(ring->gfn))
		return -EINVAL;
	ring->page = model_mfn_page(ring->gfn);
	return 0;
}

static unsigned long va_of(const struct xen_frames *frames, unsigned int i)
{
	return (unsigned long)frames->vaddr + i * PAGE_SIZE;
}

static void frames_exit(struct xen_frames *frames)
{
	if (frames->vaddr)
		vunmap(frames->vaddr);
	if (frames->filler)
		__free_page(frames->filler);
	kvfree(frames->mfns);
	kvfree(frames->pages);
}

/* Addresses with nothing behind them. */
static void *reserve_addresses(struct xen_frames *frames)
{
	unsigned int i;

	for (i = 0; i < frames->nr_max; i++)
		frames->pages[i] = frames->filler;
	frames->vaddr = vmap(frames->pages, frames->nr_max, VM_MAP,
			     PAGE_KERNEL);
	for (i = 0; frames->vaddr && i < frames->nr_max; i++)
		model_mmu_set(va_of(frames, i), MODEL_NO_FRAME);
	return frames->vaddr;
}

static int frames_init(struct xen_frames *frames)
{
	if (model_step_fails())
		return -ENOMEM;
	frames->mfns = kvcalloc(frames->nr_max, sizeof(*frames->mfns),
				GFP_KERNEL);
	frames->pages = kvcalloc(frames->nr_max, sizeof(*frames->pages),
				 GFP_KERNEL);
	frames->filler = alloc_page(GFP_KERNEL);
	frames->gfn = next_gfn;
	next_gfn += frames->nr_max;
	if (frames->mfns && frames->pages && frames->filler &&
	    reserve_addresses(frames))
		return 0;
	frames_exit(frames);
	return -ENOMEM;
}

/* HVM: the frame at a guest frame, and that at the address. */
static int place(struct xen_frames *frames, unsigned int i)
{
	struct xen_add_to_physmap op = {
		.domid = DOMID_SELF,
		.space = frames->space,
		.idx = frames->first + i,
		.gpfn = frames->gfn + i,
	};
	enum model_frame frame;
	unsigned long mfn;
	int err = HYPERVISOR_memory_op(XENMEM_add_to_physmap, &op);

	if (!err)
		err = model_gfn(model_guest(), op.gpfn, &mfn, &frame);
	return err ?: model_mmu_set(va_of(frames, i), mfn);
}

static void displace(struct xen_frames *frames, unsigned int i)
{
	struct xen_remove_from_physmap op = {
		.domid = DOMID_SELF,
		.gpfn = frames->gfn + i,
	};

	WARN_ON_ONCE(HYPERVISOR_memory_op(XENMEM_remove_from_physmap, &op));
	model_mmu_set(va_of(frames, i), MODEL_NO_FRAME);
}

static int find_mfns(struct xen_frames *frames, unsigned int nr)
{
	struct gnttab_get_status_frames get = { .dom = DOMID_SELF,
						.nr_frames = nr };
	struct gnttab_setup_table setup = { .dom = DOMID_SELF,
					    .nr_frames = nr };
	int err;

	if (frames->first) {
		set_xen_guest_handle(get.frame_list, (u64 *)frames->mfns);
		err = HYPERVISOR_grant_table_op(GNTTABOP_get_status_frames,
						&get, 1);
		return err ?: xen_grant_errno(get.status);
	}
	set_xen_guest_handle(setup.frame_list, frames->mfns);
	err = HYPERVISOR_grant_table_op(GNTTABOP_setup_table, &setup, 1);
	return err ?: xen_grant_errno(setup.status);
}

/* PV: the frame into the page table. */
static int update_va(struct xen_frames *frames, unsigned int i, u64 entry)
{
	return HYPERVISOR_update_va_mapping(va_of(frames, i), (pte_t){ entry },
					    UVMF_INVLPG | UVMF_ALL);
}

static int frames_grow(struct xen_frames *frames, unsigned int nr)
{
	int err = is_translated() ? 0 : find_mfns(frames, nr);

	while (!err && frames->nr_mapped < nr) {
		unsigned int i = frames->nr_mapped;

		err = is_translated() ? place(frames, i) :
			update_va(frames, i, PFN_PHYS(frames->mfns[i]) |
				  _PAGE_PRESENT | _PAGE_RW);
		frames->nr_mapped += !err;
	}
	return err;
}

static void frames_shrink(struct xen_frames *frames, unsigned int nr)
{
	while (frames->nr_mapped > nr) {
		frames->nr_mapped--;
		if (is_translated())
			displace(frames, frames->nr_mapped);
		else
			WARN_ON_ONCE(update_va(frames, frames->nr_mapped, 0));
	}
}

static unsigned int frame_bits(void)
{
	return model_frame_bits;
}

static const struct xen_guest_ops ops = {
	.ring = find_ring,
	.map_ring = map_ring,
	.frames_init = frames_init,
	.frames_grow = frames_grow,
	.frames_shrink = frames_shrink,
	.frames_exit = frames_exit,
	.frame_bits = frame_bits,
	.vcpu_barrier = cpu_barrier,
};

const struct xen_guest_ops *xen_guest_ops = &ops;

unsigned int xen_frame_bits(void)
{
	return xen_guest_ops->frame_bits();
}

struct page *xen_gfn_to_page(unsigned long gfn)
{
	return pfn_valid(gfn) ? pfn_to_page(gfn) : NULL;
}

int xen_vcpu_barrier(void)
{
	return xen_guest_ops->vcpu_barrier();
}

struct shared_info *xen_shared_page(void)
{
	return model_guest()->shared;
}

struct dentry *xen_debugfs(void)
{
	return dir;
}

/* Pages for others' frames; a mapping does not change what they show. */
int xen_foreign_alloc_pages(unsigned int nr, struct page **pages)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		pages[i] = model_step_fails() ? NULL : alloc_page(GFP_KERNEL);
		if (!pages[i]) {
			xen_foreign_free_pages(i, pages);
			return -ENOMEM;
		}
	}
	return 0;
}

void xen_foreign_free_pages(unsigned int nr, struct page **pages)
{
	while (nr--)
		__free_page(pages[nr]);
}

bool xen_foreign_has_p2m(void)
{
	return false;
}

bool xen_foreign_moves(domid_t domid)
{
	return domid == MODEL_GUEST;
}

bool xen_foreign_is_vacant(struct page *page)
{
	return true;
}

int xen_foreign_set(struct page *page, unsigned long mfn)
{
	return 0;
}

int xen_foreign_clear(struct page *page)
{
	return 0;
}

#ifdef CONFIG_PARAVIRT_CLOCK
struct pvclock_vsyscall_time_info *model_kernels_time;

struct pvclock_vsyscall_time_info *model_find_kernels_time(void)
{
	return model_kernels_time;
}
#endif

bool model_kernel_knows_xen;

#ifdef CONFIG_XEN
enum xen_personality xen_kernel_personality(void)
{
	return model_kernel_knows_xen ? XEN_PERSONALITY_PVH :
					XEN_PERSONALITY_NONE;
}

/* On the model host the kernel itself has nothing. */
bool xen_kernel_holds_grant_table(void)
{
	return false;
}

bool xen_kernel_holds_xenstore(void)
{
	return false;
}

bool xen_kernel_holds_port(evtchn_port_t port)
{
	return false;
}

bool xen_kernel_prints_on_console(void)
{
	return false;
}
#endif

/**
 * model_guest_init() - a model host, and this kernel as a guest of it
 * @is_translated: whether as an HVM guest
 *
 * Context: Process; sleeps.
 * Return: 0 or -errno.
 */
int model_guest_init(bool is_translated)
{
	const struct model_config config = {
		.domid = MODEL_GUEST, .is_guest = true,
		.is_translated = is_translated, .nr_vcpus = 2,
		.max_grant_frames = 8, .max_version = 2, .max_handles = 256 };
	int err;

	model_plan_clear();
	err = model_host_init(&config);
	if (err)
		return err;
	model_frame_bits = 28;
	model_xen_minor = 17;
	model_kernel_knows_xen = false;
#ifdef CONFIG_PARAVIRT_CLOCK
	model_kernels_time = NULL;
#endif
	model_system_time = 0;
	next_gfn = FIRST_VACANT_GFN;
	dir = debugfs_create_dir("xendomu-model", NULL);
	err = cpu_barrier_init();
	if (err)
		model_host_exit();
	return err;
}

/**
 * model_guest_exit() - undo model_guest_init()
 *
 * Context: Process; sleeps.
 */
void model_guest_exit(void)
{
	cpu_barrier_exit();
	debugfs_remove(dir);
	dir = NULL;
	model_plan_clear();
	model_host_exit();
}
