// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stress for the grant table: threads, interrupts and a peer in dom0, at random.
 *
 * debugfs xendomu-stress/control has the reference of the control page, which
 * the peer is told (tests/peer/gnttab-stress-peer.c). "WORKERS CYCLES VISITS
 * SECONDS SEED" written to xendomu-stress/run has so many threads make cycles
 * of granting and ending until there were so many, and so many visits of the
 * peer, or the time is over. The write returns at the end (once
 * per load); reading the file tells what happened. What must not happen counts as an error.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "stress.h"

#define LINE_MAX_BYTES 80

atomic64_t stress_counters[NR_COUNTERS];

static const char *const names[] = {
#define STRESS_NAME(name) #name,
	STRESS_COUNTERS(STRESS_NAME)
#undef STRESS_NAME
};

static struct dentry *dir;
static atomic_t has_run = ATOMIC_INIT(0);

static int run(const char *line)
{
	struct stress_plan plan;
	int err;

	if (sscanf(line, "%u %u %u %u %u", &plan.nr_workers, &plan.nr_cycles,
		   &plan.nr_visits, &plan.seconds, &plan.seed) != 5 ||
	    !plan.nr_workers || plan.nr_workers > NR_WORKERS_MAX)
		return -EINVAL;
	/* The peer is sent away at the end. */
	if (atomic_xchg(&has_run, 1))
		return -EALREADY;
	err = workers_run(&plan);
	share_finish();
	return err;
}

static ssize_t run_write(struct file *file, const char __user *data, size_t len,
			 loff_t *pos)
{
	char *line;
	int err;

	if (len > LINE_MAX_BYTES)
		return -E2BIG;
	line = memdup_user_nul(data, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = run(line);
	kfree(line);
	return err ?: len;
}

static int run_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < NR_COUNTERS; i++)
		seq_printf(m, "%s: %lld\n", names[i], counted(i));
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

static int control_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%u\n", share_control_ref());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(control);

static int __init stress_init(void)
{
	int err = cycle_init();

	if (err)
		return err;
	err = share_init();
	if (err) {
		cycle_exit();
		return err;
	}
	dir = debugfs_create_dir("xendomu-stress", NULL);
	debugfs_create_file("control", 0400, dir, NULL, &control_fops);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	return 0;
}

static void __exit stress_exit(void)
{
	debugfs_remove(dir);
	share_exit();
	cycle_exit();
}

module_init(stress_init);
module_exit(stress_exit);

MODULE_DESCRIPTION("Stress for xendomu's grant table");
MODULE_LICENSE("GPL");
