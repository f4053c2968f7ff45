// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages to map others' grants at, and a cache of them.
 *
 * The pages have no memory of their own and come in large lots from the
 * kernel, under a lock of the kernel's; a driver that maps and unmaps all the
 * time keeps some of them in a cache of its own.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

#include <xen/foreign.h>
#include <xen/grant_table.h>

/* How many pages go back at a time: they lie on the stack meanwhile. */
#define SHRINK_PAGES 16

/**
 * gnttab_pages_set_private() - mark pages as ones to map grants at
 * @nr_pages: how many
 * @pages: the pages
 *
 * From then on page->private is the grant table's, who notes there what a
 * page has been mapped to.
 *
 * Context: Any.
 * Return: 0.
 */
int gnttab_pages_set_private(int nr_pages, struct page **pages)
{
	int i;

	BUILD_BUG_ON(sizeof(struct xen_page_foreign) > sizeof(long));
	for (i = 0; i < nr_pages; i++)
		SetPagePrivate(pages[i]);
	return 0;
}
EXPORT_SYMBOL_GPL(gnttab_pages_set_private);

/**
 * gnttab_pages_clear_private() - undo gnttab_pages_set_private()
 * @nr_pages: how many
 * @pages: the pages, marked or not
 *
 * Context: Any.
 */
void gnttab_pages_clear_private(int nr_pages, struct page **pages)
{
	int i;

	for (i = 0; i < nr_pages; i++)
		ClearPagePrivate(pages[i]);
}
EXPORT_SYMBOL_GPL(gnttab_pages_clear_private);

/**
 * gnttab_alloc_pages() - pages to map other domains' grants at
 * @nr_pages: how many
 * @pages: filled in; the caller's until gnttab_free_pages()
 *
 * They must not be touched while nothing is mapped there.
 *
 * Context: Process; sleeps.
 * Return: 0; -EINVAL for a negative number; -EOPNOTSUPP in an HVM guest whose
 * kernel does not know Xen; -ENOMEM or -EBUSY if the kernel has no room for
 * so many.
 */
int gnttab_alloc_pages(int nr_pages, struct page **pages)
{
	int err;

	if (nr_pages < 0)
		return -EINVAL;
	err = xen_foreign_alloc_pages(nr_pages, pages);
	return err ?: gnttab_pages_set_private(nr_pages, pages);
}
EXPORT_SYMBOL_GPL(gnttab_alloc_pages);

static bool is_still_mapped(struct page *page)
{
	if (!PageForeign(page))
		return false;
	pr_err_ratelimited("pfn %#lx was freed with reference %u of domain %u mapped there: it is kept back\n",
			   page_to_pfn(page), xen_page_foreign(page)->gref,
			   xen_page_foreign(page)->domid);
	return true;
}

static void give_back(int nr_pages, struct page **pages)
{
	if (nr_pages <= 0)
		return;
	gnttab_pages_clear_private(nr_pages, pages);
	xen_foreign_free_pages(nr_pages, pages);
}

/**
 * gnttab_free_pages() - give pages back
 * @nr_pages: how many
 * @pages: from gnttab_alloc_pages(), with nothing mapped there any more
 *
 * A page where something is mapped still is kept back, with a line in the
 * log, as its next user would find another domain's memory in it.
 *
 * Context: Process; sleeps.
 */
void gnttab_free_pages(int nr_pages, struct page **pages)
{
	int i, first = 0;

	for (i = 0; i < nr_pages; i++) {
		if (!is_still_mapped(pages[i]))
			continue;
		give_back(i - first, pages + first);
		first = i + 1;
	}
	give_back(nr_pages - first, pages + first);
}
EXPORT_SYMBOL_GPL(gnttab_free_pages);

/*
 * A page in a cache is linked by a word of its own. Which one, is settled by
 * the type of the cache's head in Linux's <xen/grant_table.h>.
 */
#ifdef CONFIG_XEN_UNPOPULATED_ALLOC
static void stack_init(struct gnttab_page_cache *cache)
{
	cache->pages = NULL;
}

static void push(struct gnttab_page_cache *cache, struct page *page)
{
	page->zone_device_data = cache->pages;
	cache->pages = page;
	cache->num_pages++;
}

static struct page *pop(struct gnttab_page_cache *cache)
{
	struct page *page = cache->pages;

	cache->pages = page->zone_device_data;
	cache->num_pages--;
	return page;
}
#else
static void stack_init(struct gnttab_page_cache *cache)
{
	INIT_LIST_HEAD(&cache->pages);
}

static void push(struct gnttab_page_cache *cache, struct page *page)
{
	list_add(&page->lru, &cache->pages);
	cache->num_pages++;
}

static struct page *pop(struct gnttab_page_cache *cache)
{
	struct page *page;

	page = list_first_entry(&cache->pages, struct page, lru);
	list_del(&page->lru);
	cache->num_pages--;
	return page;
}
#endif

/**
 * gnttab_page_cache_init() - an empty cache of pages
 * @cache: the cache, the caller's; gnttab_page_cache_shrink() to 0 empties it
 *
 * Context: Any.
 */
void gnttab_page_cache_init(struct gnttab_page_cache *cache)
{
	spin_lock_init(&cache->lock);
	stack_init(cache);
	cache->num_pages = 0;
}
EXPORT_SYMBOL_GPL(gnttab_page_cache_init);

/**
 * gnttab_page_cache_get() - a page from a cache, or a new one
 * @cache: the cache
 * @page: filled in
 *
 * Context: Process; sleeps if the cache is empty.
 * Return: 0, or as gnttab_alloc_pages().
 */
int gnttab_page_cache_get(struct gnttab_page_cache *cache, struct page **page)
{
	unsigned long flags;

	*page = NULL;
	spin_lock_irqsave(&cache->lock, flags);
	if (cache->num_pages)
		*page = pop(cache);
	spin_unlock_irqrestore(&cache->lock, flags);
	return *page ? 0 : gnttab_alloc_pages(1, page);
}
EXPORT_SYMBOL_GPL(gnttab_page_cache_get);

/**
 * gnttab_page_cache_put() - put pages into a cache
 * @cache: the cache
 * @page: from gnttab_page_cache_get() or gnttab_alloc_pages()
 * @num: how many
 *
 * Context: Any.
 */
void gnttab_page_cache_put(struct gnttab_page_cache *cache, struct page **page,
			   unsigned int num)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&cache->lock, flags);
	for (i = 0; i < num; i++)
		push(cache, page[i]);
	spin_unlock_irqrestore(&cache->lock, flags);
}
EXPORT_SYMBOL_GPL(gnttab_page_cache_put);

/* Takes pages out until so many are left, but no more than go at a time. */
static unsigned int pop_some(struct gnttab_page_cache *cache, unsigned int left,
			     struct page **pages)
{
	unsigned int nr = 0;
	unsigned long flags;

	spin_lock_irqsave(&cache->lock, flags);
	while (nr < SHRINK_PAGES && cache->num_pages > left)
		pages[nr++] = pop(cache);
	spin_unlock_irqrestore(&cache->lock, flags);
	return nr;
}

/**
 * gnttab_page_cache_shrink() - give pages of a cache back
 * @cache: the cache
 * @num: how many are to be left
 *
 * Context: Process; sleeps.
 */
void gnttab_page_cache_shrink(struct gnttab_page_cache *cache, unsigned int num)
{
	struct page *pages[SHRINK_PAGES];
	unsigned int nr;

	do {
		nr = pop_some(cache, num, pages);
		gnttab_free_pages(nr, pages);
	} while (nr);
}
EXPORT_SYMBOL_GPL(gnttab_page_cache_shrink);
