// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the model host answer as Xen does?
 *
 * "SEED SEQUENCES" written to debugfs xendomu-differential/run makes as many
 * sequences of random hypercalls; reading it tells how many were compared, and
 * how many were not answered alike. Those are in the log, and SEED and
 * sequence make the same again.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <xen/guest.h>

#include "differential.h"

#define LINE_BYTES 64
#define STEPS 40
#define MAX_HANDLES 1024

static struct dentry *dir;
static DEFINE_MUTEX(lock);
/* Of the last run; under lock. */
static struct run last;

static void run_sequence(struct run *run)
{
	prandom_seed_state(&run->rnd, (u64)run->seed << 32 | run->sequence);
	for (run->step = 0; run->step < STEPS; run->step++) {
		if (chance(run, 50))
			events_step(run);
		else
			grants_step(run);
	}
	grants_clean(run);
	events_clean(run);
}

static void run_all(struct run *run, u32 nr)
{
	for (run->sequence = 0; run->sequence < nr; run->sequence++) {
		run_sequence(run);
		/* The two have different states now: more would tell nothing. */
		if (run->nr_mismatches || fatal_signal_pending(current))
			return;
		cond_resched();
	}
}

static int begin_model(struct run *run)
{
	struct model_config config = {
		.domid = run->domid,
		.is_guest = true,
		.is_translated = run->is_translated,
		.nr_vcpus = run->nr_vcpus,
		.max_grant_frames = run->size.max_nr_frames,
		.max_version = 2,
		.max_handles = MAX_HANDLES,
	};

	return model_host_init(&config);
}

static int run_sequences(struct run *run, u32 seed, u32 nr)
{
	enum xen_personality personality = xen_personality();
	int err;

	*run = (struct run){ .seed = seed };
	run->is_translated = personality != XEN_PERSONALITY_PV;
	err = events_find(run) ?: grants_find(run) ?: begin_model(run);
	if (err)
		return err;
	err = grants_begin(run) ?: events_begin(run);
	if (!err)
		run_all(run, nr);
	grants_end(run);
	model_host_exit();
	return err;
}

static ssize_t run_write(struct file *file, const char __user *data, size_t len,
			 loff_t *pos)
{
	char line[LINE_BYTES] = {};
	u32 seed, nr;
	int err;

	if (len >= LINE_BYTES || copy_from_user(line, data, len) ||
	    sscanf(line, "%u %u", &seed, &nr) != 2)
		return -EINVAL;
	mutex_lock(&lock);
	err = run_sequences(&last, seed, nr);
	mutex_unlock(&lock);
	return err ?: len;
}

static int run_show(struct seq_file *m, void *unused)
{
	mutex_lock(&lock);
	seq_printf(m, "sequences: %u\ncompared: %llu\ndifferent: %llu\nlost: %u\nabi: %s\nversion: %u\n",
		   last.sequence, last.nr_calls, last.nr_mismatches, last.nr_lost,
		   last.is_fifo ? "fifo" : "2-level", last.version);
	mutex_unlock(&lock);
	return 0;
}

static int run_open(struct inode *inode, struct file *file)
{
	return single_open(file, run_show, NULL);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = run_open,
	.read = seq_read,
	.write = run_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init differential_init(void)
{
	dir = debugfs_create_dir("xendomu-differential", NULL);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	return 0;
}

static void __exit differential_exit(void)
{
	debugfs_remove(dir);
}

module_init(differential_init);
module_exit(differential_exit);

MODULE_DESCRIPTION("The model host against the real one");
MODULE_LICENSE("GPL");
