/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations on other domains' grants, in batches. */
#ifndef _XENDOMU_GRANT_MAP_H
#define _XENDOMU_GRANT_MAP_H

#include <linux/types.h>

#include <xen/grant_table.h>

/**
 * struct grant_batch - operations of one kind, one behind the other
 * @call: asks Xen, as HYPERVISOR_grant_table_op() does
 * @pause: sleeps for so many milliseconds; NULL means never to retry
 * @cmd: GNTTABOP_*
 * @ops: the operations
 * @nr: how many
 * @op_bytes: the size of one
 * @status_at: where in one its status is, in bytes
 *
 * A pure core: all it touches is in here.
 */
struct grant_batch {
	int (*call)(unsigned int cmd, void *ops, unsigned int nr);
	void (*pause)(unsigned int pause_ms);
	unsigned int cmd;
	void *ops;
	unsigned int nr;
	size_t op_bytes;
	size_t status_at;
};

int grant_batch_run(const struct grant_batch *batch);

/* map.c and unmap.c: batches that go to Xen */
int grant_map_batch(struct gnttab_map_grant_ref *ops, unsigned int nr);
int grant_unmap_batch(struct gnttab_unmap_grant_ref *ops, unsigned int nr);

int grant_unmap_init(void);
void grant_unmap_exit(void);

#endif
