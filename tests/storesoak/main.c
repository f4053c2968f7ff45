// SPDX-License-Identifier: GPL-2.0-only
/*
 * XenStore at random, against a model.
 *
 * Lines written to debugfs xendomu-storesoak/run, in this order, once each:
 *
 *   run TASKS OPERATIONS SECONDS SEED SERVER   returns when all is done; SERVER
 *                                              is c or o
 *   settle LAST SECONDS                        dom0 wrote LAST last
 *   leave                                      unregister all watches
 *
 * Reading it tells what happened. What is not as the model has it counts as an
 * error, and is one line in the log. While it runs dom0 writes growing numbers
 * to data/soak/TASK/dom0.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "soak.h"

#define LINE_MAX_BYTES 80

atomic64_t soak_counters[NR_COUNTERS];
struct soak_plan plan;
domid_t own_domid;

static const char *const names[] = {
#define SOAK_NAME(name) #name,
	SOAK_COUNTERS(SOAK_NAME)
#undef SOAK_NAME
};

static struct dentry *dir;
/* One line at a time. */
static DEFINE_MUTEX(lock);
/* Under lock. */
static bool has_run;

static int carry_out(const char *line)
{
	char server;
	int ret;

	if (has_run)
		return -EALREADY;
	if (sscanf(line, "run %u %u %u %u %c", &plan.nr_tasks,
		   &plan.nr_operations, &plan.seconds, &plan.seed,
		   &server) != 5 ||
	    !plan.nr_tasks || plan.nr_tasks > NR_TASKS_MAX)
		return -EINVAL;
	plan.is_oxenstored = server == 'o';
	ret = xenbus_scanf(XBT_NIL, "domid", "", "%hu", &own_domid);
	if (ret != 1)
		return min(ret, -EIO);
	has_run = true;
	return tasks_run();
}

static int obey(const char *line)
{
	unsigned int seconds;
	char last[24];

	if (!strcmp(line, "leave")) {
		tasks_leave();
		return 0;
	}
	if (sscanf(line, "settle %23s %u", last, &seconds) == 2) {
		tasks_settle(last, seconds);
		return 0;
	}
	return carry_out(line);
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
	mutex_lock(&lock);
	err = obey(strim(line));
	mutex_unlock(&lock);
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

static int __init soak_init(void)
{
	dir = debugfs_create_dir("xendomu-storesoak", NULL);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	return 0;
}

static void __exit soak_exit(void)
{
	debugfs_remove(dir);
	tasks_leave();
}

module_init(soak_init);
module_exit(soak_exit);

MODULE_DESCRIPTION("XenStore at random, against a model");
MODULE_LICENSE("GPL");
