/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each grant reference is doing just now: one word a reference.
 *
 * A reference is on a list (free, private to a driver, waiting to be
 * reclaimed) or in one of a few states. Its link says which, and on a list
 * also what comes next. So no list needs memory of its own, and a reference
 * freed twice is found out.
 *
 * A pure core: whoever calls locks, or owns the reference.
 */
#ifndef _XENDOMU_GRANT_REFS_H
#define _XENDOMU_GRANT_REFS_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <xen/interface/grant_table.h>

struct page;

/* The highest bits of a link: which kind of list, or none. */
#define GREF_KIND 0xe0000000u
#define GREF_FREE 0x00000000u /* on the shared list of free references */
#define GREF_PRIVATE 0x20000000u /* on a driver's list, or between lists */
#define GREF_RECLAIM 0x40000000u /* its peer has not let go yet */
#define GREF_STATE 0xe0000000u /* on no list */

/* The other bits: the next reference of the list, or its end. */
#define GREF_NEXT 0x1fffffffu
#define GREF_END GREF_NEXT

#define GREF_LIVE (GREF_STATE | 1) /* somebody's, to grant with */
#define GREF_CACHED (GREF_STATE | 2) /* free, in a CPU's cache */
#define GREF_RESERVED (GREF_STATE | 3) /* not ours to use */

/**
 * struct gref_note - what is remembered of a reference, when it matters
 * @page: on the reclaim list: to be freed with the reference, or NULL
 * @since: second of the system's uptime when it was granted or joined the
 *	reclaim list; 0 if not known
 * @owner: low half of the address of the code that did so; 0 if not known.
 *	The kernel and its modules lie in the upper 2 GiB of the address space.
 */
struct gref_note {
	struct page *page;
	u32 since;
	u32 owner;
};

/* Links and notes come in blocks, allocated as the table grows. */
#define GREF_BLOCK_SHIFT 9
#define GREF_BLOCK BIT(GREF_BLOCK_SHIFT)
#define GREF_BLOCK_MASK (GREF_BLOCK - 1)

/**
 * struct gref_table - all references
 * @links: blocks of links
 * @notes: blocks of notes
 * @nr_refs: references there are; only grows
 * @nr_blocks: blocks allocated
 * @nr_blocks_max: length of @links and @notes
 */
struct gref_table {
	u32 **links;
	struct gref_note **notes;
	unsigned int nr_refs;
	unsigned int nr_blocks;
	unsigned int nr_blocks_max;
};

/**
 * struct gref_list - references of one kind, last in first out
 * @kind: GREF_FREE, GREF_PRIVATE or GREF_RECLAIM
 * @head: the first, or GREF_END
 * @nr: how many
 */
struct gref_list {
	u32 kind;
	u32 head;
	unsigned int nr;
};

#define GREF_LIST(of_kind) { .kind = (of_kind), .head = GREF_END }

/**
 * gref_link() - the link of a reference
 * @table: the table
 * @ref: below @table->nr_refs
 */
static __always_inline u32 *gref_link(const struct gref_table *table,
				      grant_ref_t ref)
{
	return &table->links[ref >> GREF_BLOCK_SHIFT][ref & GREF_BLOCK_MASK];
}

static __always_inline struct gref_note *gref_note(const struct gref_table *table,
						   grant_ref_t ref)
{
	return &table->notes[ref >> GREF_BLOCK_SHIFT][ref & GREF_BLOCK_MASK];
}

/**
 * gref_is_live() - is this a reference that somebody holds?
 * @table: the table
 * @ref: the reference, from anywhere
 *
 * Return: false if it is out of range, reserved, free or on a list.
 */
static __always_inline bool gref_is_live(const struct gref_table *table,
					 grant_ref_t ref)
{
	return likely(ref < READ_ONCE(table->nr_refs)) &&
	       likely(READ_ONCE(*gref_link(table, ref)) == GREF_LIVE);
}

/**
 * gref_kind() - which kind of list is the reference on?
 * @table: the table
 * @ref: below @table->nr_refs
 *
 * Context: Any; the caller locks the lists of that kind, or owns this one.
 * Return: GREF_FREE, GREF_PRIVATE or GREF_RECLAIM; GREF_STATE if
 * it is on none.
 */
static __always_inline u32 gref_kind(const struct gref_table *table,
				     grant_ref_t ref)
{
	return READ_ONCE(*gref_link(table, ref)) & GREF_KIND;
}

/**
 * gref_is_kind() - is the reference on a list of this kind?
 * @table: the table
 * @ref: the reference, from anywhere
 * @kind: GREF_FREE, GREF_PRIVATE or GREF_RECLAIM
 *
 * Context: Any; the caller locks the lists of that kind, or owns this one.
 */
static __always_inline bool gref_is_kind(const struct gref_table *table,
					 grant_ref_t ref, u32 kind)
{
	return ref < READ_ONCE(table->nr_refs) &&
	       gref_kind(table, ref) == kind;
}

/**
 * gref_push() - put a reference on a list
 * @table: the table
 * @list: the list; the caller locks it
 * @ref: a reference of the table that is the caller's and on no list
 *
 * Context: Any.
 */
static __always_inline void gref_push(struct gref_table *table,
				      struct gref_list *list, grant_ref_t ref)
{
	WRITE_ONCE(*gref_link(table, ref), list->kind | list->head);
	list->head = ref;
	list->nr++;
}

/**
 * gref_pop() - take the first reference off a list
 * @table: the table
 * @list: the list; the caller locks it
 *
 * Context: Any.
 * Return: The reference, live; GREF_END if the list is empty.
 */
static __always_inline grant_ref_t gref_pop(struct gref_table *table,
					    struct gref_list *list)
{
	grant_ref_t ref = list->head;
	u32 *link;

	if (ref == GREF_END)
		return GREF_END;
	link = gref_link(table, ref);
	list->head = *link & GREF_NEXT;
	list->nr--;
	WRITE_ONCE(*link, GREF_LIVE);
	return ref;
}

int gref_table_init(struct gref_table *table, unsigned int nr_max);
void gref_table_exit(struct gref_table *table);
int gref_table_prepare(struct gref_table *table, unsigned int nr_refs,
		       gfp_t gfp);

void gref_move(struct gref_table *table, struct gref_list *to,
	       struct gref_list *from, unsigned int nr);
int gref_take_seq(struct gref_table *table, struct gref_list *list,
		  unsigned int nr, grant_ref_t *first);

#endif
