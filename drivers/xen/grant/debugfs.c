// SPDX-License-Identifier: GPL-2.0-only
/* debugfs xendomu/grants: what is granted, as the table itself says. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <xen/grant_table.h>
#include <xen/guest.h>

#include "internal.h"

static struct dentry *grants_file;

static void show_counts(struct seq_file *m)
{
	struct grant_pool_counts counts;

	grant_pool_count(&grant_pool, &counts);
	seq_printf(m, "version: %u\n", grant_table.version);
	seq_printf(m, "frames: %u of %u\n", grant_table_nr_frames(),
		   gnttab_max_grant_frames());
	seq_printf(m, "references: %u, %u usable\n", counts.nr_refs,
		   counts.nr_usable);
	seq_printf(m, "free: %u\n", counts.nr_free);
	seq_printf(m, "high_water: %u\n", counts.high_water);
	seq_printf(m, "callbacks: %u\n", counts.nr_callbacks);
}

static void show_cache(struct seq_file *m, int cpu)
{
	const struct grant_cache *cache = per_cpu_ptr(grant_pool.caches, cpu);

	seq_printf(m, "cpu %d: %u in its cache\n", cpu,
		   grant_cache_count(cache));
}

static void show_entry(struct seq_file *m, grant_ref_t ref)
{
	u16 flags = grant_entry_flags(ref);
	bool is_reclaimed = gref_is_kind(&grant_pool.refs, ref, GREF_RECLAIM);

	if (!flags)
		return;
	seq_printf(m, "ref %u domain %u frame %#llx flags %#x%s%s%s%s%s", ref,
		   grant_entry_domid(ref), grant_entry_frame(ref), flags,
		   flags & GTF_readonly ? " readonly" : "",
		   flags & GTF_reading ? " reading" : "",
		   flags & GTF_writing ? " writing" : "",
		   ref < GNTTAB_NR_RESERVED_ENTRIES ? " reserved" : "",
		   is_reclaimed ? " reclaim" : "");
	/* What was noted while tracking was on is of the past. */
	if (is_reclaimed || static_key_enabled(&grant_is_tracked))
		grant_note_show(m, gref_note(&grant_pool.refs, ref));
	seq_putc(m, '\n');
}

static unsigned int count_reclaimed(void)
{
	unsigned int nr = 0;
	grant_ref_t ref;

	for (ref = 0; ref < READ_ONCE(grant_pool.refs.nr_refs); ref++)
		nr += gref_is_kind(&grant_pool.refs, ref, GREF_RECLAIM);
	return nr;
}

static int grants_show(struct seq_file *m, void *unused)
{
	grant_ref_t ref;
	int cpu;

	show_counts(m);
	seq_printf(m, "reclaim: %u\n", count_reclaimed());
	for_each_possible_cpu(cpu)
		show_cache(m, cpu);
	for (ref = 0; ref < READ_ONCE(grant_pool.refs.nr_refs); ref++)
		show_entry(m, ref);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(grants);

void grant_debugfs_init(void)
{
	grants_file = debugfs_create_file("grants", 0400, xen_debugfs(), NULL,
					  &grants_fops);
	grant_track_init(xen_debugfs());
}

void grant_debugfs_exit(void)
{
	grant_track_exit();
	debugfs_remove(grants_file);
}
