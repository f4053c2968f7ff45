/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-grant.ko share with each other. */
#ifndef _XENDOMU_GRANT_INTERNAL_H
#define _XENDOMU_GRANT_INTERNAL_H

#include <linux/types.h>

#include <xen/interface/xen.h>
#include <xen/interface/grant_table.h>

/* References that the toolstack uses, <xen/interface/grant_table.h>. */
#define NR_RESERVED_ENTRIES 8

/**
 * struct gref_list - the free references, threaded through one array
 * @next: for a free reference the next one, else GREF_*
 * @head: first free reference, or GREF_END
 * @nr_free: length of the list
 * @nr_refs: references there are, free or not; the length of @next
 *
 * A pure core: the caller locks. @next marks what is not free, so that a
 * reference freed twice is found out and refused.
 */
struct gref_list {
	grant_ref_t *next;
	grant_ref_t head;
	unsigned int nr_free;
	unsigned int nr_refs;
};

#define GREF_END ((grant_ref_t)-1) /* end of a list */
#define GREF_LIVE ((grant_ref_t)-2) /* allocated, on no list */
#define GREF_RESERVED ((grant_ref_t)-3) /* not ours to use */

int gref_list_init(struct gref_list *list, unsigned int nr_refs,
		   bool (*is_taken)(grant_ref_t ref));
void gref_list_exit(struct gref_list *list);
int gref_list_take(struct gref_list *list, unsigned int nr, grant_ref_t *head);
int gref_list_give(struct gref_list *list, grant_ref_t ref);
bool gref_list_is_live(const struct gref_list *list, grant_ref_t ref);

/* table.c: the entries, and how many there are */
int grant_table_init(unsigned int nr_frames);
void grant_table_exit(void);
struct grant_entry_v1 *grant_entry(grant_ref_t ref);
unsigned int grant_table_nr_refs(void);
unsigned int grant_table_nr_frames(void);

/* alloc.c: which references are free */
struct grant_counts {
	unsigned int nr_refs;
	unsigned int nr_free;
	unsigned int nr_usable;
	unsigned int high_water;
	unsigned int nr_callbacks;
};

int grant_alloc_init(unsigned int nr_refs, bool (*is_taken)(grant_ref_t ref));
void grant_alloc_exit(void);
int grant_alloc_ref(grant_ref_t *ref);
bool grant_ref_is_live(grant_ref_t ref);
void grant_alloc_counts(struct grant_counts *counts);

/* access.c */
bool grant_is_left_over(grant_ref_t ref);
unsigned int grant_end_all(void);

/* debugfs.c */
void grant_debugfs_init(void);
void grant_debugfs_exit(void);

#endif
