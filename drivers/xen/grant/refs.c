// SPDX-License-Identifier: GPL-2.0-only
/* Lists of references: arithmetic on links only, see refs.h. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "refs.h"

/**
 * gref_table_init() - a table without references
 * @table: the table
 * @nr_max: references it may ever have, 1 to GREF_END
 *
 * Context: Process; sleeps.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int gref_table_init(struct gref_table *table, unsigned int nr_max)
{
	*table = (struct gref_table){};
	if (!nr_max || nr_max > GREF_END)
		return -EINVAL;
	table->nr_blocks_max = DIV_ROUND_UP(nr_max, GREF_BLOCK);
	table->links = kvcalloc(table->nr_blocks_max, sizeof(*table->links),
				GFP_KERNEL);
	table->notes = kvcalloc(table->nr_blocks_max, sizeof(*table->notes),
				GFP_KERNEL);
	if (table->links && table->notes)
		return 0;
	gref_table_exit(table);
	return -ENOMEM;
}

void gref_table_exit(struct gref_table *table)
{
	while (table->nr_blocks--) {
		kfree(table->links[table->nr_blocks]);
		kfree(table->notes[table->nr_blocks]);
	}
	kvfree(table->links);
	kvfree(table->notes);
	*table = (struct gref_table){};
}

static int add_block(struct gref_table *table, gfp_t gfp)
{
	u32 *links = kmalloc_array(GREF_BLOCK, sizeof(*links), gfp);
	struct gref_note *notes = kcalloc(GREF_BLOCK, sizeof(*notes), gfp);
	unsigned int i;

	if (!links || !notes) {
		kfree(links);
		kfree(notes);
		return -ENOMEM;
	}
	for (i = 0; i < GREF_BLOCK; i++)
		links[i] = GREF_RESERVED;
	table->links[table->nr_blocks] = links;
	table->notes[table->nr_blocks] = notes;
	table->nr_blocks++;
	return 0;
}

/**
 * gref_table_prepare() - memory for more references
 * @table: the table
 * @nr_refs: references it shall have room for
 * @gfp: GFP_KERNEL, or GFP_ATOMIC where sleeping is not allowed
 *
 * New references are reserved until they are pushed to a list, and do not
 * exist until @table->nr_refs says so. What was allocated before an error
 * stays, for the next time.
 *
 * Context: Any, as @gfp says; the caller serialises.
 * Return: 0, -ENOSPC if the table may not have so many, or -ENOMEM.
 */
int gref_table_prepare(struct gref_table *table, unsigned int nr_refs,
		       gfp_t gfp)
{
	unsigned int nr_blocks = DIV_ROUND_UP(nr_refs, GREF_BLOCK);
	int err = 0;

	if (nr_blocks > table->nr_blocks_max)
		return -ENOSPC;
	while (!err && table->nr_blocks < nr_blocks)
		err = add_block(table, gfp);
	return err;
}

/**
 * gref_move() - move references from list to list
 * @table: the table
 * @to: gets them, in the same order; its kind becomes theirs
 * @from: loses the first of its references
 * @nr: how many; fewer if @from is shorter
 *
 * Context: Any; the caller locks both.
 */
void gref_move(struct gref_table *table, struct gref_list *to,
	       struct gref_list *from, unsigned int nr)
{
	grant_ref_t next = from->head;
	u32 *link = NULL;
	unsigned int i;

	nr = min(nr, from->nr);
	if (!nr)
		return;
	for (i = 0; i < nr; i++) {
		link = gref_link(table, next);
		next = *link & GREF_NEXT;
		WRITE_ONCE(*link, to->kind | next);
	}
	/* The last of them leads to what was there before. */
	WRITE_ONCE(*link, to->kind | to->head);
	to->head = from->head;
	to->nr += nr;
	from->head = next;
	from->nr -= nr;
}

/* First of @nr references in a row that are all on lists of @kind. */
static grant_ref_t find_run(const struct gref_table *table, u32 kind,
			    unsigned int nr)
{
	unsigned int length = 0;
	grant_ref_t ref;

	for (ref = 0; ref < table->nr_refs; ref++) {
		length = gref_kind(table, ref) == kind ? length + 1 : 0;
		if (length == nr)
			return ref - nr + 1;
	}
	return GREF_END;
}

/**
 * gref_take_seq() - take references that follow each other in number
 * @table: the table
 * @list: the list; no other list of its kind may have references
 * @nr: how many, at least 1
 * @first: the lowest of them; all are live
 *
 * The rest of the list is sorted by this, lowest first, so that runs grow
 * long again. Takes time in proportion to the references in the table.
 *
 * Context: Any; the caller locks.
 * Return: 0; -EINVAL for none; -ENOSPC if there are no @nr in a row.
 */
int gref_take_seq(struct gref_table *table, struct gref_list *list,
		  unsigned int nr, grant_ref_t *first)
{
	struct gref_list sorted = GREF_LIST(list->kind);
	grant_ref_t run, ref;

	if (!nr)
		return -EINVAL;
	if (nr > list->nr)
		return -ENOSPC;
	run = find_run(table, list->kind, nr);
	if (run == GREF_END)
		return -ENOSPC;
	for (ref = table->nr_refs; ref--;) {
		if (ref >= run && ref < run + nr)
			WRITE_ONCE(*gref_link(table, ref), GREF_LIVE);
		else if (gref_kind(table, ref) == list->kind)
			gref_push(table, &sorted, ref);
	}
	*list = sorted;
	*first = run;
	return 0;
}
