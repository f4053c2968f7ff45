// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who granted what, and when: switched on by writing 1 to debugfs
 * xendomu/grants_tracking. Off, it costs nothing: a no-op instruction stands
 * where the call would be.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include "internal.h"

DEFINE_STATIC_KEY_FALSE(grant_is_tracked);

static DEFINE_MUTEX(switch_lock);

/**
 * grant_track() - note who holds a reference
 * @ref: the reference
 * @owner: address of the code that grants with it
 *
 * Context: Any.
 */
void grant_track(grant_ref_t ref, unsigned long owner)
{
	struct gref_note *note = gref_note(&grant_pool.refs, ref);

	WRITE_ONCE(note->since, ktime_get_seconds());
	WRITE_ONCE(note->owner, owner);
}

/**
 * grant_note_show() - print age and owner, as far as they are known
 * @m: where to
 * @note: the note
 *
 * Context: Process.
 */
void grant_note_show(struct seq_file *m, const struct gref_note *note)
{
	u32 since = READ_ONCE(note->since);
	/* Sign extension brings back the upper half. */
	long owner = (s32)READ_ONCE(note->owner);

	if (since)
		seq_printf(m, " age %u s", (u32)ktime_get_seconds() - since);
	if (owner)
		seq_printf(m, " by %pS", (void *)owner);
}

/* What was noted before tracking went off is not true any more. */
static void forget(void)
{
	grant_ref_t ref;

	for (ref = 0; ref < READ_ONCE(grant_pool.refs.nr_refs); ref++) {
		struct gref_note *note = gref_note(&grant_pool.refs, ref);

		if (gref_is_kind(&grant_pool.refs, ref, GREF_RECLAIM))
			continue;
		WRITE_ONCE(note->since, 0);
		WRITE_ONCE(note->owner, 0);
	}
}

static void switch_tracking(bool on)
{
	mutex_lock(&switch_lock);
	if (on && !static_key_enabled(&grant_is_tracked)) {
		forget();
		static_branch_enable(&grant_is_tracked);
	} else if (!on) {
		static_branch_disable(&grant_is_tracked);
	}
	mutex_unlock(&switch_lock);
}

static ssize_t tracking_write(struct file *file, const char __user *data,
			      size_t len, loff_t *pos)
{
	bool on;
	int err = kstrtobool_from_user(data, len, &on);

	if (err)
		return err;
	switch_tracking(on);
	return len;
}

static ssize_t tracking_read(struct file *file, char __user *data, size_t len,
			     loff_t *pos)
{
	const char *answer = static_key_enabled(&grant_is_tracked) ? "1\n" :
								     "0\n";

	return simple_read_from_buffer(data, len, pos, answer, 2);
}

static const struct file_operations tracking_fops = {
	.owner = THIS_MODULE,
	.read = tracking_read,
	.write = tracking_write,
};

static struct dentry *tracking_file;

void grant_track_init(struct dentry *dir)
{
	tracking_file = debugfs_create_file("grants_tracking", 0600, dir, NULL,
					    &tracking_fops);
}

void grant_track_exit(void)
{
	debugfs_remove(tracking_file);
}
