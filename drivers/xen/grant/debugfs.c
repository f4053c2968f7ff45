// SPDX-License-Identifier: GPL-2.0-only
/* debugfs xendomu/grants: what is granted, as the table itself says. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <xen/grant_table.h>
#include <xen/guest.h>

#include "internal.h"

static struct dentry *grants_file;

static void show_entry(struct seq_file *m, grant_ref_t ref)
{
	const struct grant_entry_v1 *entry = grant_entry(ref);
	u16 flags = READ_ONCE(entry->flags);

	if (!flags)
		return;
	seq_printf(m, "ref %u domain %u frame %#x flags %#x%s%s%s%s\n", ref,
		   READ_ONCE(entry->domid), READ_ONCE(entry->frame), flags,
		   flags & GTF_readonly ? " readonly" : "",
		   flags & GTF_reading ? " reading" : "",
		   flags & GTF_writing ? " writing" : "",
		   ref < NR_RESERVED_ENTRIES ? " reserved" : "");
}

static int grants_show(struct seq_file *m, void *unused)
{
	struct grant_counts counts;
	grant_ref_t ref;

	grant_alloc_counts(&counts);
	seq_puts(m, "version: 1\n");
	seq_printf(m, "frames: %u of %u\n", grant_table_nr_frames(),
		   gnttab_max_grant_frames());
	seq_printf(m, "references: %u, %u usable\n", counts.nr_refs,
		   counts.nr_usable);
	seq_printf(m, "free: %u\n", counts.nr_free);
	seq_printf(m, "high_water: %u\n", counts.high_water);
	seq_printf(m, "callbacks: %u\n", counts.nr_callbacks);
	for (ref = 0; ref < counts.nr_refs; ref++)
		show_entry(m, ref);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(grants);

void grant_debugfs_init(void)
{
	grants_file = debugfs_create_file("grants", 0400, xen_debugfs(), NULL,
					  &grants_fops);
}

void grant_debugfs_exit(void)
{
	debugfs_remove(grants_file);
}
