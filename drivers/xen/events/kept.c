// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that Xen goes on to use when this module is gone.
 *
 * The pages of the FIFO ABI, and the place of a vcpu_info outside shared_info,
 * can be given to Xen once in the life of a domain, and not be taken back
 * (EVTCHNOP_reset would, but closes the ports of XenStore and console for ever).
 * So this memory is never freed, and the next load must find it: a root page
 * lists it, and a word of shared_info says where that is. The page is Xen's and
 * stays as it is when it is not mapped; the word is one that only PV domains use.
 *
 *	shared_info.arch.pfn_to_mfn_frame_list_list
 *	  -> root -> event array pages
 *	          -> pages of struct kept_vcpu
 *
 * A kernel started by kexec would find the word, but not the memory: pages kept
 * are marked as reserved, and the root says what and where it is.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <xen/shared_info.h>

#include "core.h"

#define KEPT_MAGIC 0x7374706b75646f78ULL

#define VCPUS_PER_PAGE (PAGE_SIZE / sizeof(struct kept_vcpu))
#define VCPU_PAGES_MAX 32

/**
 * struct kept_root - the list of what is kept
 * @magic: KEPT_MAGIC
 * @gfn: of this page
 * @nr_arrays: pages of event words, all of them Xen's
 * @arrays: their gfns
 * @vcpus: gfns of pages of struct kept_vcpu, or 0
 */
struct kept_root {
	u64 magic;
	u64 gfn;
	u64 nr_arrays;
	u64 arrays[FIFO_PAGES_MAX];
	u64 vcpus[VCPU_PAGES_MAX];
};

static struct kept_root *root;

unsigned long kept_gfn(const void *address)
{
	return PHYS_PFN(__pa(address));
}

static void *page_of(u64 gfn)
{
	if (!gfn || !pfn_valid(gfn) || !PageReserved(pfn_to_page(gfn)))
		return NULL;
	return __va(PFN_PHYS(gfn));
}

static void *alloc_kept(void)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);

	BUILD_BUG_ON(sizeof(struct kept_root) > PAGE_SIZE);
	if (page)
		SetPageReserved(virt_to_page(page));
	return page;
}

static void free_kept(void *page)
{
	ClearPageReserved(virt_to_page(page));
	free_page((unsigned long)page);
}

static bool is_sane(const struct kept_root *r, u64 gfn)
{
	unsigned int i;

	if (r->magic != KEPT_MAGIC || r->gfn != gfn ||
	    r->nr_arrays > FIFO_PAGES_MAX)
		return false;
	for (i = 0; i < r->nr_arrays; i++)
		if (!page_of(r->arrays[i]))
			return false;
	for (i = 0; i < VCPU_PAGES_MAX; i++)
		if (r->vcpus[i] && !page_of(r->vcpus[i]))
			return false;
	return true;
}

/**
 * kept_find() - find what an earlier load of this module left with Xen
 *
 * Context: Process, while the module loads.
 * Return: 0, also if there is nothing; -EBUSY if what is there is not of this
 * kernel.
 */
int kept_find(void)
{
	u64 gfn = xen_shared_page()->arch.pfn_to_mfn_frame_list_list;

	root = NULL;
	if (!gfn)
		return 0;
	root = page_of(gfn);
	if (root && is_sane(root, gfn))
		return 0;
	root = NULL;
	pr_err("Xen uses event pages of another kernel (list at gfn %#llx): restart the domain, kexec is not enough\n",
	       gfn);
	return -EBUSY;
}

static struct kept_root *get_root(void)
{
	if (root)
		return root;
	root = alloc_kept();
	if (!root)
		return NULL;
	root->magic = KEPT_MAGIC;
	root->gfn = kept_gfn(root);
	xen_shared_page()->arch.pfn_to_mfn_frame_list_list = root->gfn;
	return root;
}

/**
 * kept_vcpu() - the place of a vCPU in memory that is kept
 * @vcpu: Xen's number
 *
 * Context: Process; sleeps; one at a time.
 * Return: The place, or NULL if there is none.
 */
struct kept_vcpu *kept_vcpu(unsigned int vcpu)
{
	unsigned int at = vcpu / VCPUS_PER_PAGE;
	struct kept_vcpu *page;

	if (at >= VCPU_PAGES_MAX || !get_root())
		return NULL;
	if (!root->vcpus[at]) {
		page = alloc_kept();
		if (!page)
			return NULL;
		root->vcpus[at] = kept_gfn(page);
	}
	page = page_of(root->vcpus[at]);
	return &page[vcpu % VCPUS_PER_PAGE];
}

/**
 * kept_peek() - the same, if it is there already
 * @vcpu: Xen's number
 *
 * Context: Process.
 * Return: The place, or NULL.
 */
struct kept_vcpu *kept_peek(unsigned int vcpu)
{
	unsigned int at = vcpu / VCPUS_PER_PAGE;

	return root && at < VCPU_PAGES_MAX && root->vcpus[at] ?
		kept_vcpu(vcpu) : NULL;
}

/**
 * kept_is_fifo() - has an earlier load given Xen FIFO pages?
 *
 * Context: Process.
 * Return: true if so; the domain then has the FIFO ABI as long as it lives.
 */
bool kept_is_fifo(void)
{
	unsigned int page, i;

	for (page = 0; root && page < VCPU_PAGES_MAX; page++) {
		struct kept_vcpu *vcpus = page_of(root->vcpus[page]);

		for (i = 0; vcpus && i < VCPUS_PER_PAGE; i++)
			if (vcpus[i].has_control)
				return true;
	}
	return false;
}

/**
 * kept_add_page() - write down a page of event words that Xen has taken
 * @page: the page; there is a vCPU already, and room in the list
 *
 * Context: Process; one at a time.
 */
void kept_add_page(void *page)
{
	SetPageReserved(virt_to_page(page));
	root->arrays[root->nr_arrays++] = kept_gfn(page);
}

/**
 * kept_add_pages_to() - the event words that are kept
 * @array: where they go
 *
 * Context: Process, while the module loads.
 */
void kept_add_pages_to(struct fifo_array *array)
{
	unsigned int i;

	for (i = 0; root && i < root->nr_arrays; i++)
		array->pages[i] = page_of(root->arrays[i]);
	array->nr_pages = i;
}

/* Frees a page of vCPUs unless Xen has something in it. */
static bool release_vcpus(unsigned int at)
{
	struct kept_vcpu *page = page_of(root->vcpus[at]);
	unsigned int i;

	for (i = 0; page && i < VCPUS_PER_PAGE; i++)
		if (page[i].has_info || page[i].has_control)
			return false;
	if (page)
		free_kept(page);
	root->vcpus[at] = 0;
	return true;
}

/**
 * kept_release() - free what Xen never took
 *
 * Context: Process, while the module unloads or fails to load.
 */
void kept_release(void)
{
	bool is_empty;
	unsigned int i;

	if (!root)
		return;
	is_empty = !root->nr_arrays;
	for (i = 0; i < VCPU_PAGES_MAX; i++)
		is_empty &= release_vcpus(i);
	if (is_empty) {
		xen_shared_page()->arch.pfn_to_mfn_frame_list_list = 0;
		free_kept(root);
	}
	root = NULL;
}
