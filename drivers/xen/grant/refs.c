// SPDX-License-Identifier: GPL-2.0-only
/* The list of free references: arithmetic only, see internal.h. */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"

/**
 * gref_list_init() - a list of every reference that can be used
 * @list: the list
 * @nr_refs: references in the table, more than NR_RESERVED_ENTRIES
 * @is_taken: whether a reference is in use already, and so not for the list
 *
 * Context: Process; sleeps.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int gref_list_init(struct gref_list *list, unsigned int nr_refs,
		   bool (*is_taken)(grant_ref_t ref))
{
	grant_ref_t ref = nr_refs;

	if (nr_refs <= NR_RESERVED_ENTRIES)
		return -EINVAL;
	*list = (struct gref_list){ .head = GREF_END, .nr_refs = nr_refs };
	list->next = kvmalloc_array(nr_refs, sizeof(*list->next), GFP_KERNEL);
	if (!list->next)
		return -ENOMEM;
	/* Downwards, so that the list begins with the lowest. */
	while (ref--) {
		if (ref < NR_RESERVED_ENTRIES || is_taken(ref)) {
			list->next[ref] = GREF_RESERVED;
			continue;
		}
		list->next[ref] = list->head;
		list->head = ref;
		list->nr_free++;
	}
	return 0;
}

void gref_list_exit(struct gref_list *list)
{
	kvfree(list->next);
	*list = (struct gref_list){ .head = GREF_END };
}

/**
 * gref_list_take() - take references from the list, all or none
 * @list: the list
 * @nr: how many, at least 1
 * @head: first of them; they stay threaded through @list->next, GREF_END last
 *
 * Context: Any; the caller locks.
 * Return: 0, -EINVAL for none, -ENOSPC if there are not so many.
 */
int gref_list_take(struct gref_list *list, unsigned int nr, grant_ref_t *head)
{
	grant_ref_t last;
	unsigned int i;

	if (!nr)
		return -EINVAL;
	if (nr > list->nr_free)
		return -ENOSPC;
	last = list->head;
	for (i = 1; i < nr; i++)
		last = list->next[last];
	*head = list->head;
	list->head = list->next[last];
	list->next[last] = GREF_END;
	list->nr_free -= nr;
	return 0;
}

/**
 * gref_list_is_live() - is this a reference that somebody holds?
 * @list: the list
 * @ref: the reference, from anywhere
 *
 * Context: Any; the caller locks, or holds the reference.
 * Return: false if it is out of range, reserved, free or on a private list.
 */
bool gref_list_is_live(const struct gref_list *list, grant_ref_t ref)
{
	return ref < list->nr_refs && READ_ONCE(list->next[ref]) == GREF_LIVE;
}

/**
 * gref_list_give() - give a reference back
 * @list: the list
 * @ref: the reference, marked GREF_LIVE
 *
 * Context: Any; the caller locks.
 * Return: 0; -EINVAL if it is not live, and the list is as it was.
 */
int gref_list_give(struct gref_list *list, grant_ref_t ref)
{
	if (!gref_list_is_live(list, ref))
		return -EINVAL;
	WRITE_ONCE(list->next[ref], list->head);
	list->head = ref;
	list->nr_free++;
	return 0;
}
