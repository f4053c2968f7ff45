// SPDX-License-Identifier: GPL-2.0-only
/* Commands on other domains' grants that map for the length of one command. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <asm/xen/hypercall.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "testdrv.h"

#define MAX_CACHED 64

static int domid_and_ref(const char *args, unsigned int *domid,
			 unsigned int *ref)
{
	return sscanf(args, "%u %u", domid, ref) == 2 ? 0 : -EINVAL;
}

static struct gnttab_copy copy_of(unsigned long gfn, unsigned int domid,
				  unsigned int ref, bool is_out)
{
	struct gnttab_copy op = { .len = 64 };
	struct gnttab_copy_ptr *ours = is_out ? &op.source : &op.dest;
	struct gnttab_copy_ptr *theirs = is_out ? &op.dest : &op.source;

	ours->u.gmfn = gfn;
	ours->domid = DOMID_SELF;
	theirs->u.ref = ref;
	theirs->domid = domid;
	op.flags = is_out ? GNTCOPY_dest_gref : GNTCOPY_source_gref;
	return op;
}

/* copy DOMID REF TEXT: copies what is there to us, and TEXT to there */
static int cmd_copy(char *args, struct seq_file *answer)
{
	struct gnttab_copy ops[2];
	unsigned int domid, ref;
	char *pages;
	int text_at;

	if (sscanf(args, "%u %u %n", &domid, &ref, &text_at) != 2)
		return -EINVAL;
	pages = (char *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, 1);
	if (!pages)
		return -ENOMEM;
	strscpy(pages + PAGE_SIZE, args + text_at, PAGE_SIZE);
	ops[0] = copy_of(virt_to_gfn(pages), domid, ref, false);
	ops[1] = copy_of(virt_to_gfn(pages + PAGE_SIZE), domid, ref, true);
	gnttab_batch_copy(ops, 2);
	seq_printf(answer, "status %d %d\nfound %.64s\n", ops[0].status,
		   ops[1].status, pages);
	free_pages((unsigned long)pages, 1);
	return 0;
}

static int unmap_raw(struct page *page, grant_handle_t handle)
{
	struct gnttab_unmap_grant_ref op;

	gnttab_set_unmap_op(&op, (unsigned long)page_address(page),
			    GNTMAP_host_map, handle);
	return HYPERVISOR_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1) ?:
		       op.status;
}

/* batch DOMID REF REF: gnttab_batch_map(), as a ring is mapped */
static int cmd_batch(char *args, struct seq_file *answer)
{
	struct gnttab_map_grant_ref ops[2];
	unsigned int domid, refs[2], i;
	struct page *pages[2];
	int err;

	if (sscanf(args, "%u %u %u", &domid, &refs[0], &refs[1]) != 3)
		return -EINVAL;
	err = gnttab_alloc_pages(2, pages);
	if (err)
		return err;
	for (i = 0; i < 2; i++)
		gnttab_set_map_op(&ops[i],
				  (unsigned long)page_address(pages[i]),
				  GNTMAP_host_map, refs[i], domid);
	gnttab_batch_map(ops, 2);
	for (i = 0; i < 2; i++) {
		if (ops[i].status) {
			seq_printf(answer, "status %d\n", ops[i].status);
			continue;
		}
		seq_printf(answer, "found %.64s\n",
			   (char *)page_address(pages[i]));
		err = unmap_raw(pages[i], ops[i].handle) ?: err;
	}
	if (!err)
		gnttab_free_pages(2, pages);
	return err;
}

/* Only a kernel that can be a PV guest has machine addresses; others are not asked. */
static u64 pte_address(struct page *page)
{
#ifdef CONFIG_XEN_PV
	unsigned int level;
	pte_t *pte = lookup_address((unsigned long)page_address(page), &level);

	return arbitrary_virt_to_machine(pte).maddr;
#else
	return 0;
#endif
}

/*
 * ptes DOMID REF: through a page table entry, and through the kernel's address
 * as well, as for user space; the second page lends its entry to that end
 */
static int cmd_ptes(char *args, struct seq_file *answer)
{
	struct gnttab_unmap_grant_ref unmap, kunmap;
	struct gnttab_map_grant_ref map, kmap;
	unsigned int domid, ref, flags = GNTMAP_host_map | GNTMAP_contains_pte;
	struct page *pages[2];
	unsigned long va;
	int err;

	err = domid_and_ref(args, &domid, &ref);
	if (!err)
		err = gnttab_alloc_pages(2, pages);
	if (err)
		return err;
	va = (unsigned long)page_address(pages[0]);
	gnttab_set_map_op(&map, pte_address(pages[1]), flags, ref, domid);
	gnttab_set_map_op(&kmap, va, GNTMAP_host_map, ref, domid);
	err = gnttab_map_refs(&map, &kmap, pages, 1);
	seq_printf(answer, "status %d %d\n", map.status, kmap.status);
	if (err || map.status || kmap.status)
		return err ?: -EIO;
	seq_printf(answer, "found %.64s\nfound %.64s\n", (char *)va,
		   (char *)page_address(pages[1]));
	gnttab_set_unmap_op(&unmap, pte_address(pages[1]), flags, map.handle);
	gnttab_set_unmap_op(&kunmap, va, GNTMAP_host_map, kmap.handle);
	unmap.status = 1;
	kunmap.status = 1;
	err = gnttab_unmap_refs(&unmap, &kunmap, pages, 1);
	seq_printf(answer, "status %d %d foreign %d\n", unmap.status,
		   kunmap.status, PageForeign(pages[0]));
	gnttab_free_pages(2, pages);
	return err;
}

/* lose DOMID REF: frees a page that is mapped, which must be refused */
static int cmd_lose(char *args, struct seq_file *answer)
{
	struct gnttab_unmap_grant_ref unmap;
	struct gnttab_map_grant_ref map;
	unsigned int domid, ref;
	struct page *page, *other;
	unsigned long va;
	int err;

	err = domid_and_ref(args, &domid, &ref);
	if (!err)
		err = gnttab_alloc_pages(1, &page);
	if (err)
		return err;
	va = (unsigned long)page_address(page);
	gnttab_set_map_op(&map, va, GNTMAP_host_map, ref, domid);
	err = gnttab_map_refs(&map, NULL, &page, 1) ?: map.status;
	gnttab_free_pages(1, &page);
	if (err || gnttab_alloc_pages(1, &other))
		return err ?: -ENOMEM;
	seq_printf(answer, "given out again %d\n", page == other);
	gnttab_set_unmap_op(&unmap, va, GNTMAP_host_map, map.handle);
	err = gnttab_unmap_refs(&unmap, NULL, &page, 1) ?: unmap.status;
	gnttab_free_pages(1, &other);
	gnttab_free_pages(1, &page);
	return err;
}

/* cache N: a page cache that N pages go through; prints what it holds */
static int cmd_cache(char *args, struct seq_file *answer)
{
	static struct page *pages[MAX_CACHED];
	struct gnttab_page_cache cache;
	unsigned int i, nr;
	struct page *page;
	int err = 0;

	if (kstrtouint(args, 0, &nr) || nr < 2 || nr > MAX_CACHED)
		return -EINVAL;
	gnttab_page_cache_init(&cache);
	for (i = 0; !err && i < nr; i++)
		err = gnttab_page_cache_get(&cache, &pages[i]);
	if (err)
		return err;
	gnttab_page_cache_put(&cache, pages, nr);
	seq_printf(answer, "put %u", cache.num_pages);
	err = gnttab_page_cache_get(&cache, &page);
	seq_printf(answer, " got %u %d", cache.num_pages,
		   !err && page == pages[nr - 1]);
	gnttab_page_cache_put(&cache, &page, 1);
	gnttab_page_cache_shrink(&cache, nr / 2);
	seq_printf(answer, " half %u", cache.num_pages);
	gnttab_page_cache_shrink(&cache, 0);
	seq_printf(answer, " none %u\n", cache.num_pages);
	return err;
}

const struct command map_more_commands[] = {
	{ "copy", cmd_copy },
	{ "batch", cmd_batch },
	{ "ptes", cmd_ptes },
	{ "lose", cmd_lose },
	{ "cache", cmd_cache },
	{}
};
