// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that do not wait for each other.
 *
 * debugfs xendomu-test/task takes the same lines as cmd, but whoever has opened
 * it reads the answer to what he wrote himself, and any number of commands may
 * be under way: each of the store's that wait, for example.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "testdrv.h"

#define LINE_MAX_BYTES 512

/* An opened file's answer; the text is behind it. */
static int task_open(struct inode *inode, struct file *file)
{
	struct seq_file *answer;

	answer = kzalloc(sizeof(*answer) + PAGE_SIZE, GFP_KERNEL);
	if (!answer)
		return -ENOMEM;
	answer->buf = (char *)(answer + 1);
	answer->size = PAGE_SIZE;
	file->private_data = answer;
	return 0;
}

static int task_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static ssize_t task_write(struct file *file, const char __user *data,
			  size_t len, loff_t *pos)
{
	char *line;
	int err;

	if (len > LINE_MAX_BYTES)
		return -E2BIG;
	line = memdup_user_nul(data, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = run_command(strim(line), file->private_data);
	kfree(line);
	return err < 0 ? err : len;
}

static ssize_t task_read(struct file *file, char __user *data, size_t len,
			 loff_t *pos)
{
	struct seq_file *answer = file->private_data;

	return simple_read_from_buffer(data, len, pos, answer->buf,
				       answer->count);
}

const struct file_operations task_fops = {
	.owner = THIS_MODULE,
	.open = task_open,
	.release = task_release,
	.read = task_read,
	.write = task_write,
};
