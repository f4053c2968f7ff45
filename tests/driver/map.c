// SPDX-License-Identifier: GPL-2.0-only
/* Commands on other domains' grants: one window of pages to map them at. */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include "testdrv.h"

#define MAX_PAGES 16

/* The window; pages come and go with "alloc" and "free". */
static struct page *pages[MAX_PAGES];
static struct gnttab_map_grant_ref map_ops[MAX_PAGES];
static struct gnttab_unmap_grant_ref unmap_ops[MAX_PAGES];
static unsigned int nr_pages;
static unsigned int map_flags;

/* An asynchronous unmap, and who holds a page meanwhile. */
static struct gntab_unmap_queue_data queue;
static bool is_unmapping;
static int unmap_result;
static struct page *held;
static void drop_held(struct work_struct *unused);
static DECLARE_DELAYED_WORK(drop_work, drop_held);

static void *address_of(struct page *page)
{
	return page_address(page);
}

/* The page that the first word of @args names; what follows is left. */
static void *page_arg(char **args)
{
	unsigned int i;

	if (kstrtouint(strsep(args, " "), 0, &i) || i >= nr_pages)
		return NULL;
	return address_of(pages[i]);
}

/* alloc N: a window of N pages; prints their numbers */
static int cmd_alloc(char *args, struct seq_file *answer)
{
	unsigned int i, nr;
	int err;

	if (nr_pages)
		return -EALREADY;
	if (kstrtouint(args, 0, &nr) || nr > MAX_PAGES)
		return -EINVAL;
	err = gnttab_alloc_pages(nr, pages);
	if (err)
		return err;
	nr_pages = nr;
	seq_puts(answer, "pages");
	for (i = 0; i < nr; i++) {
		map_ops[i].handle = INVALID_GRANT_HANDLE;
		seq_printf(answer, " %#lx", page_to_pfn(pages[i]));
	}
	seq_putc(answer, '\n');
	return 0;
}

/* free: gives the window back */
static int cmd_free(char *args, struct seq_file *answer)
{
	gnttab_free_pages(nr_pages, pages);
	nr_pages = 0;
	return 0;
}

static void print_statuses(struct seq_file *answer)
{
	unsigned int i;

	seq_puts(answer, "status");
	for (i = 0; i < nr_pages; i++)
		seq_printf(answer, " %d", map_ops[i].status);
	seq_putc(answer, '\n');
}

/* map DOMID ro|rw REF...: into the window, as many as it has pages */
static int cmd_map(char *args, struct seq_file *answer)
{
	unsigned int domid, ref, i;
	int at, more, err;
	char mode[3];

	if (sscanf(args, "%u %2s%n", &domid, mode, &at) != 2)
		return -EINVAL;
	map_flags = GNTMAP_host_map;
	if (!strcmp(mode, "ro"))
		map_flags |= GNTMAP_readonly;
	for (i = 0; i < nr_pages; i++, at += more) {
		if (sscanf(args + at, " %u%n", &ref, &more) != 1)
			return -EINVAL;
		gnttab_set_map_op(&map_ops[i],
				  (unsigned long)address_of(pages[i]),
				  map_flags, ref, domid);
		map_ops[i].handle = INVALID_GRANT_HANDLE;
	}
	err = gnttab_map_refs(map_ops, NULL, pages, nr_pages);
	print_statuses(answer);
	return err;
}

/* remap: once more at the same pages, which must be refused */
static int cmd_remap(char *args, struct seq_file *answer)
{
	struct gnttab_map_grant_ref again = map_ops[0];
	int err = gnttab_map_refs(&again, NULL, pages, 1);

	seq_printf(answer, "status %d\n", again.status);
	return err;
}

/* twice: the first page two times in one batch, which must be refused */
static int cmd_twice(char *args, struct seq_file *answer)
{
	struct gnttab_map_grant_ref ops[2] = { map_ops[0], map_ops[0] };
	struct page *same[2] = { pages[0], pages[0] };
	int err = gnttab_map_refs(ops, NULL, same, 2);

	seq_printf(answer, "status %d %d\n", ops[0].status, ops[1].status);
	return err;
}

/* populated DOMID REF: at a page with memory of its own */
static int cmd_populated(char *args, struct seq_file *answer)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	struct gnttab_map_grant_ref op;
	unsigned int domid, ref;
	int err;

	if (!page)
		return -ENOMEM;
	if (sscanf(args, "%u %u", &domid, &ref) != 2) {
		__free_page(page);
		return -EINVAL;
	}
	gnttab_set_map_op(&op, (unsigned long)address_of(page), GNTMAP_host_map,
			  ref, domid);
	err = gnttab_map_refs(&op, NULL, &page, 1);
	seq_printf(answer, "status %d\n", op.status);
	/* A page that was mapped over has lost its memory: keep it. */
	if (err)
		__free_page(page);
	return err;
}

/* text I: prints the page's text */
static int cmd_text(char *args, struct seq_file *answer)
{
	char *text = page_arg(&args);

	if (!text)
		return -EINVAL;
	seq_printf(answer, "%.64s\n", text);
	return 0;
}

/* put I TEXT */
static int cmd_put(char *args, struct seq_file *answer)
{
	char *page = page_arg(&args);

	if (!page || !args)
		return -EINVAL;
	strscpy(page, args, PAGE_SIZE);
	return 0;
}

/* poke I: writes a word, and survives if it may not */
static int cmd_poke(char *args, struct seq_file *answer)
{
	unsigned long *page = page_arg(&args);

	if (!page)
		return -EINVAL;
	seq_puts(answer, xen_safe_write_ulong(page, 0x656b6f70) ? "fault\n" :
								  "no fault\n");
	return 0;
}

/* marks: prints which pages are marked foreign, and with what */
static int cmd_marks(char *args, struct seq_file *answer)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++) {
		const struct xen_page_foreign *foreign;

		foreign = xen_page_foreign(pages[i]);
		if (foreign)
			seq_printf(answer, "mark %u domain %u ref %u\n", i,
				   foreign->domid, foreign->gref);
		else
			seq_printf(answer, "mark %u none\n", i);
	}
	return 0;
}

/* frames: prints how many pages of the window have a frame, as far as known */
static int cmd_frames(char *args, struct seq_file *answer)
{
	unsigned int i, nr = 0;

	for (i = 0; i < nr_pages; i++)
		nr += pfn_to_mfn(page_to_pfn(pages[i])) != INVALID_P2M_ENTRY;
	seq_printf(answer, "%u\n", nr);
	return 0;
}

static void drop_held(struct work_struct *unused)
{
	struct page *page = held;

	WRITE_ONCE(held, NULL);
	put_page(page);
}

/* hold I MS: a second user of a page, for so long */
static int cmd_hold(char *args, struct seq_file *answer)
{
	unsigned int i, ms;

	if (sscanf(args, "%u %u", &i, &ms) != 2 || i >= nr_pages ||
	    delayed_work_pending(&drop_work))
		return -EINVAL;
	held = pages[i];
	get_page(held);
	schedule_delayed_work(&drop_work, msecs_to_jiffies(ms));
	return 0;
}

static void prepare_unmap(void)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++) {
		gnttab_set_unmap_op(&unmap_ops[i],
				    (unsigned long)address_of(pages[i]),
				    map_flags, map_ops[i].handle);
		map_ops[i].handle = INVALID_GRANT_HANDLE;
	}
}

static void print_unmapped(struct seq_file *answer)
{
	unsigned int i;

	seq_puts(answer, "status");
	for (i = 0; i < nr_pages; i++)
		seq_printf(answer, " %d", unmap_ops[i].status);
	seq_putc(answer, '\n');
}

/* unmap: at once */
static int cmd_unmap(char *args, struct seq_file *answer)
{
	int err;

	prepare_unmap();
	err = gnttab_unmap_refs(unmap_ops, NULL, pages, nr_pages);
	print_unmapped(answer);
	return err;
}

/* misunmap: with a handle that is not ours; pages stay mapped */
static int cmd_misunmap(char *args, struct seq_file *answer)
{
	grant_handle_t handle = map_ops[0].handle;
	int err;

	gnttab_set_unmap_op(&unmap_ops[0], (unsigned long)address_of(pages[0]),
			    map_flags, handle + 1000000);
	err = gnttab_unmap_refs(unmap_ops, NULL, pages, 1);
	seq_printf(answer, "status %d\n", unmap_ops[0].status);
	return err;
}

static void prepare_queue(gnttab_unmap_refs_done done)
{
	prepare_unmap();
	queue = (struct gntab_unmap_queue_data){
		.unmap_ops = unmap_ops,
		.pages = pages,
		.count = nr_pages,
		.done = done,
	};
}

/* unmap_sync: prints whether a page was held before, and after */
static int cmd_unmap_sync(char *args, struct seq_file *answer)
{
	int err;

	prepare_queue(NULL);
	seq_printf(answer, "held %d", !!READ_ONCE(held));
	err = gnttab_unmap_refs_sync(&queue);
	seq_printf(answer, " %d\n", !!READ_ONCE(held));
	print_unmapped(answer);
	return err;
}

static void unmapped(int result, struct gntab_unmap_queue_data *data)
{
	unmap_result = result;
	/* The result before the word that it is there. */
	smp_store_release(&is_unmapping, false);
}

/* unmap_async */
static int cmd_unmap_async(char *args, struct seq_file *answer)
{
	prepare_queue(unmapped);
	is_unmapping = true;
	gnttab_unmap_refs_async(&queue);
	return 0;
}

/* unmapped: has the asynchronous unmap come to its end? */
static int cmd_unmapped(char *args, struct seq_file *answer)
{
	/* Pairs with the release in unmapped(). */
	if (smp_load_acquire(&is_unmapping))
		return -EBUSY;
	seq_printf(answer, "result %d\n", unmap_result);
	print_unmapped(answer);
	return 0;
}

const struct command map_commands[] = {
	{ "alloc", cmd_alloc },
	{ "free", cmd_free },
	{ "map", cmd_map },
	{ "remap", cmd_remap },
	{ "twice", cmd_twice },
	{ "populated", cmd_populated },
	{ "text", cmd_text },
	{ "put", cmd_put },
	{ "poke", cmd_poke },
	{ "marks", cmd_marks },
	{ "frames", cmd_frames },
	{ "hold", cmd_hold },
	{ "unmap", cmd_unmap },
	{ "misunmap", cmd_misunmap },
	{ "unmap_sync", cmd_unmap_sync },
	{ "unmap_async", cmd_unmap_async },
	{ "unmapped", cmd_unmapped },
	{}
};

void map_exit(void)
{
	flush_delayed_work(&drop_work);
	/* Nobody holds a page now, so this ends. */
	while (smp_load_acquire(&is_unmapping))
		msleep(20);
	prepare_unmap();
	gnttab_unmap_refs(unmap_ops, NULL, pages, nr_pages);
	gnttab_free_pages(nr_pages, pages);
}
