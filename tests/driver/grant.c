// SPDX-License-Identifier: GPL-2.0-only
/* Commands on grants: a few pages in numbered slots. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include "testdrv.h"

#define NR_SLOTS 16

static struct slot {
	char *page;
	grant_ref_t ref;
} slots[NR_SLOTS];

/* What "hog" took, and the callback that waits. */
static grant_ref_t hogged;
static unsigned int nr_hogged;
static struct gnttab_free_callback callback;
static atomic_t nr_fired = ATOMIC_INIT(0);

static struct slot *find_slot(const char *args)
{
	unsigned int i;

	if (kstrtouint(args, 0, &i) || i >= NR_SLOTS || !slots[i].page)
		return NULL;
	return &slots[i];
}

/* grant DOMID ro|rw TEXT: a page that holds TEXT; prints slot and reference */
static int cmd_grant(char *args, struct seq_file *answer)
{
	unsigned int domid, i;
	char mode[3];
	int text_at, ref;

	if (sscanf(args, "%u %2s %n", &domid, mode, &text_at) != 2)
		return -EINVAL;
	for (i = 0; i < NR_SLOTS && slots[i].page; i++)
		;
	if (i == NR_SLOTS)
		return -EMFILE;
	slots[i].page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!slots[i].page)
		return -ENOMEM;
	strscpy(slots[i].page, args + text_at, PAGE_SIZE);
	ref = gnttab_grant_foreign_access(domid, virt_to_gfn(slots[i].page),
					  !strcmp(mode, "ro"));
	if (ref < 0) {
		free_page((unsigned long)slots[i].page);
		slots[i].page = NULL;
		return ref;
	}
	slots[i].ref = ref;
	seq_printf(answer, "slot %u ref %d\n", i, ref);
	return 0;
}

/* peek SLOT: prints the page's text */
static int cmd_peek(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(args);

	if (!slot)
		return -EINVAL;
	seq_printf(answer, "%.256s\n", slot->page);
	return 0;
}

/* end SLOT: fails with EBUSY while the peer has the page */
static int cmd_end(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(args);

	if (!slot)
		return -EINVAL;
	if (!gnttab_end_foreign_access_ref(slot->ref))
		return -EBUSY;
	gnttab_free_grant_reference(slot->ref);
	free_page((unsigned long)slot->page);
	slot->page = NULL;
	return 0;
}

/* giveup SLOT: ends access now or when the peer lets go; the slot is free */
static int cmd_giveup(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(args);

	if (!slot)
		return -EINVAL;
	gnttab_end_foreign_access(slot->ref, virt_to_page(slot->page));
	slot->page = NULL;
	return 0;
}

/* cycle N: grants and ends a page N times */
static int cmd_cycle(char *args, struct seq_file *answer)
{
	unsigned long page;
	unsigned int i, nr;
	int ref = 0;

	if (kstrtouint(args, 0, &nr))
		return -EINVAL;
	page = get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		ref = gnttab_grant_foreign_access(0, virt_to_gfn((void *)page),
						  0);
		if (ref < 0)
			break;
		if (!gnttab_try_end_foreign_access(ref)) {
			ref = -EBUSY;
			break;
		}
	}
	free_page(page);
	seq_printf(answer, "%u cycles\n", i);
	return min(ref, 0);
}

/* hog: takes every free reference */
static int cmd_hog(char *args, struct seq_file *answer)
{
	grant_ref_t head;

	if (nr_hogged)
		return -EALREADY;
	while (!gnttab_alloc_grant_references(1, &head)) {
		grant_ref_t ref = gnttab_claim_grant_reference(&head);

		if (!nr_hogged++) {
			/* An empty list to release the others to. */
			hogged = head;
		}
		gnttab_release_grant_reference(&hogged, ref);
	}
	seq_printf(answer, "%u references\n", nr_hogged);
	return 0;
}

/* unhog: gives them back */
static int cmd_unhog(char *args, struct seq_file *answer)
{
	if (!nr_hogged)
		return -EINVAL;
	gnttab_free_grant_references(hogged);
	nr_hogged = 0;
	return 0;
}

static void fired(void *arg)
{
	atomic_inc(arg);
}

/* callback COUNT: waits for COUNT free references */
static int cmd_callback(char *args, struct seq_file *answer)
{
	u16 count;

	if (kstrtou16(args, 0, &count))
		return -EINVAL;
	gnttab_request_free_callback(&callback, fired, &nr_fired, count);
	return 0;
}

/* fired: prints how many callbacks have been called */
static int cmd_fired(char *args, struct seq_file *answer)
{
	seq_printf(answer, "%d\n", atomic_read(&nr_fired));
	return 0;
}

/* What "row" granted: pages that belong to it until "endrow". */
static grant_ref_t row_first;
static unsigned int row_length;
static struct page **row_pages;

static void free_row_pages(void)
{
	unsigned int i;

	for (i = 0; i < row_length; i++)
		if (row_pages[i])
			__free_page(row_pages[i]);
	kvfree(row_pages);
	row_pages = NULL;
	row_length = 0;
}

static int alloc_row_pages(unsigned int nr)
{
	unsigned int i;

	row_pages = kvcalloc(nr, sizeof(*row_pages), GFP_KERNEL);
	if (!row_pages)
		return -ENOMEM;
	row_length = nr;
	for (i = 0; i < nr; i++) {
		row_pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!row_pages[i]) {
			free_row_pages();
			return -ENOMEM;
		}
	}
	return 0;
}

/* row DOMID N: grants N pages by references in a row; prints the first */
static int cmd_row(char *args, struct seq_file *answer)
{
	unsigned int domid, nr, i;
	int err;

	if (row_pages)
		return -EALREADY;
	if (sscanf(args, "%u %u", &domid, &nr) != 2)
		return -EINVAL;
	err = alloc_row_pages(nr);
	if (err)
		return err;
	err = gnttab_alloc_grant_reference_seq(nr, &row_first);
	if (err) {
		free_row_pages();
		return err;
	}
	for (i = 0; i < nr; i++)
		gnttab_grant_foreign_access_ref(row_first + i, domid,
						xen_page_to_gfn(row_pages[i]),
						0);
	seq_printf(answer, "%u\n", row_first);
	return 0;
}

/* endrow [keep]: ends them all; the pages go with them, or are kept */
static int cmd_endrow(char *args, struct seq_file *answer)
{
	bool keep = !strcmp(args, "keep");
	unsigned int i;

	if (!row_pages)
		return -EINVAL;
	for (i = 0; i < row_length; i++) {
		struct page *page = keep ? NULL : row_pages[i];

		gnttab_end_foreign_access(row_first + i, page);
		if (page)
			row_pages[i] = NULL;
	}
	free_row_pages();
	return 0;
}

/* freerow: frees the references as a row; fails if one is in use */
static int cmd_freerow(char *args, struct seq_file *answer)
{
	unsigned int i;

	if (!row_pages)
		return -EINVAL;
	for (i = 0; i < row_length; i++)
		if (!gnttab_end_foreign_access_ref(row_first + i))
			return -EBUSY;
	gnttab_free_grant_reference_seq(row_first, row_length);
	free_row_pages();
	return 0;
}

/* suspend: as before a suspend of the domain, and back */
static int cmd_suspend(char *args, struct seq_file *answer)
{
	gnttab_suspend();
	return gnttab_resume();
}

/* max: prints how many frames the table may have */
static int cmd_max(char *args, struct seq_file *answer)
{
	seq_printf(answer, "%u\n", gnttab_max_grant_frames());
	return gnttab_init();
}

const struct command grant_commands[] = {
	{ "grant", cmd_grant },
	{ "peek", cmd_peek },
	{ "end", cmd_end },
	{ "giveup", cmd_giveup },
	{ "cycle", cmd_cycle },
	{ "hog", cmd_hog },
	{ "unhog", cmd_unhog },
	{ "callback", cmd_callback },
	{ "fired", cmd_fired },
	{ "row", cmd_row },
	{ "endrow", cmd_endrow },
	{ "freerow", cmd_freerow },
	{ "suspend", cmd_suspend },
	{ "max", cmd_max },
	{}
};

void grant_exit(void)
{
	unsigned int i;

	gnttab_cancel_free_callback(&callback);
	if (nr_hogged)
		gnttab_free_grant_references(hogged);
	if (row_pages)
		cmd_endrow("", NULL);
	for (i = 0; i < NR_SLOTS; i++) {
		if (!slots[i].page)
			continue;
		/* The page goes when its peer has. */
		gnttab_end_foreign_access(slots[i].ref,
					  virt_to_page(slots[i].page));
	}
}
