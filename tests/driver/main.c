// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for the tests on Xen: it uses nothing but the public headers.
 *
 * A line written to debugfs xendomu-test/cmd is a command; reading the file
 * gives the answer to the last one. Where a command fails, so
 * does the write.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "testdrv.h"

#define LINE_MAX_BYTES 512
#define ANSWER_BYTES PAGE_SIZE

static struct dentry *dir;
static DEFINE_MUTEX(lock);
/* Under lock. */
static char answer_buffer[ANSWER_BYTES];
static struct seq_file answer = {
	.buf = answer_buffer,
	.size = ANSWER_BYTES,
};

static const struct command *const tables[] = {
	grant_commands, bad_grant_commands, store_commands,
	store_load_commands, store_more_commands, map_commands,
	map_more_commands, event_commands, bad_event_commands,
};

static int run_in(const struct command *commands, const char *name, char *args,
		  struct seq_file *answer)
{
	for (; commands->name; commands++)
		if (!strcmp(commands->name, name))
			return commands->run(args, answer);
	return -ENOSYS;
}

int run_command(char *line, struct seq_file *answer)
{
	char *name = strsep(&line, " ");
	char nothing[] = "";
	char *args = line ?: nothing;
	int ret = -ENOSYS;
	unsigned int i;

	answer->count = 0;
	for (i = 0; ret == -ENOSYS && i < ARRAY_SIZE(tables); i++)
		ret = run_in(tables[i], name, args, answer);
	return ret;
}

static ssize_t cmd_write(struct file *file, const char __user *data,
			 size_t len, loff_t *pos)
{
	char *line;
	int err;

	if (len > LINE_MAX_BYTES)
		return -E2BIG;
	line = memdup_user_nul(data, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	mutex_lock(&lock);
	err = run_command(strim(line), &answer);
	mutex_unlock(&lock);
	kfree(line);
	return err < 0 ? err : len;
}

static ssize_t cmd_read(struct file *file, char __user *data, size_t len,
			loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&lock);
	ret = simple_read_from_buffer(data, len, pos, answer.buf, answer.count);
	mutex_unlock(&lock);
	return ret;
}

static const struct file_operations cmd_fops = {
	.owner = THIS_MODULE,
	.read = cmd_read,
	.write = cmd_write,
};

static int __init testdrv_init(void)
{
	dir = debugfs_create_dir("xendomu-test", NULL);
	debugfs_create_file("cmd", 0600, dir, NULL, &cmd_fops);
	debugfs_create_file("task", 0600, dir, NULL, &task_fops);
	return 0;
}

static void __exit testdrv_exit(void)
{
	debugfs_remove(dir);
	event_exit();
	map_exit();
	store_more_exit();
	store_load_exit();
	store_exit();
	grant_exit();
}

module_init(testdrv_init);
module_exit(testdrv_exit);

MODULE_DESCRIPTION("Test driver for xendomu");
MODULE_LICENSE("GPL");
