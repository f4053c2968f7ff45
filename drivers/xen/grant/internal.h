/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-grant.ko share with each other. */
#ifndef _XENDOMU_GRANT_INTERNAL_H
#define _XENDOMU_GRANT_INTERNAL_H

#include <linux/jump_label.h>
#include <linux/types.h>

#include "pool.h"
#include "table.h"

struct dentry;
struct page;
struct seq_file;

/* alloc.c: the pool of this domain's references */
extern struct grant_pool grant_pool;
int grant_alloc_init(void);
void grant_alloc_exit(void);
void grant_complain(grant_ref_t ref, const char *what, unsigned long caller);
int grant_none_left(unsigned int wanted, int err);

/* access.c */
unsigned int grant_end_all(void);

/* reclaim.c: references whose peers have not let go yet */
void grant_reclaim(grant_ref_t ref, struct page *page, unsigned long owner);
unsigned int grant_reclaim_exit(void);

/* track.c: who granted what, when somebody asks */
DECLARE_STATIC_KEY_FALSE(grant_is_tracked);
void grant_track(grant_ref_t ref, unsigned long owner);
void grant_note_show(struct seq_file *m, const struct gref_note *note);
void grant_track_init(struct dentry *dir);
void grant_track_exit(void);

/* debugfs.c */
void grant_debugfs_init(void);
void grant_debugfs_exit(void);

#endif
