// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/xen/xenbus: the store for programs.
 *
 * A program writes messages as they are on the ring, in pieces of any size,
 * and reads answers and watch events. libxenstore does; so can anything.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/poll.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "device.h"
#include "internal.h"

static struct proc_dir_entry *proc_dir;

/* The bytes of one message, or less: how many of them were taken. */
static ssize_t write_message(struct xs_client *client, const char __user *from,
			     size_t len)
{
	struct xs_inbox *in = &client->in;
	size_t done = 0, part;
	int ret = 0;

	while (done < len && !ret) {
		void *to = xs_inbox_room(in, &part);

		part = min(part, len - done);
		if (copy_from_user(to, from + done, part))
			return done ? done : -EFAULT;
		done += part;
		ret = xs_inbox_took(in, part);
	}
	if (ret > 0)
		ret = xs_client_ask(client, &in->header, in->body);
	else if (!ret)
		return done;
	xs_inbox_reset(in);
	return ret ? ret : done;
}

/* Takes the client's write_lock when there is room for an answer. */
static int lock_for_write(struct xs_client *client, bool may_wait)
{
	while (!mutex_lock_interruptible(&client->write_lock)) {
		if (xs_client_has_room(client))
			return 0;
		mutex_unlock(&client->write_lock);
		if (!may_wait)
			return -EAGAIN;
		if (wait_event_interruptible(client->wait,
					     xs_client_has_room(client)))
			break;
	}
	return -ERESTARTSYS;
}

static ssize_t dev_write(struct file *file, const char __user *from, size_t len,
			 loff_t *unused)
{
	struct xs_client *client = file->private_data;
	ssize_t ret = lock_for_write(client, !(file->f_flags & O_NONBLOCK));
	size_t done = 0;

	if (ret)
		return ret;
	while (done < len && (!done || xs_client_has_room(client))) {
		ret = write_message(client, from + done, len - done);
		if (ret < 0)
			break;
		done += ret;
	}
	mutex_unlock(&client->write_lock);
	return done ? done : ret;
}

/* Takes the client's read_lock when there is something to read. */
static int lock_for_read(struct xs_client *client, bool may_wait)
{
	while (!mutex_lock_interruptible(&client->read_lock)) {
		if (xs_client_has_message(client))
			return 0;
		mutex_unlock(&client->read_lock);
		if (!may_wait)
			return -EAGAIN;
		if (wait_event_interruptible(client->wait,
					     xs_client_has_message(client)))
			break;
	}
	return -ERESTARTSYS;
}

/* Only who holds read_lock takes messages out, so the bytes stay. */
static const void *peek(struct xs_client *client, size_t *len)
{
	const void *bytes;

	spin_lock(&client->lock);
	bytes = xs_outbox_peek(&client->out, len);
	spin_unlock(&client->lock);
	return bytes;
}

static void advance(struct xs_client *client, size_t len)
{
	struct xs_message *message;

	spin_lock(&client->lock);
	message = xs_outbox_advance(&client->out, len);
	spin_unlock(&client->lock);
	if (message)
		xs_client_was_read(client, message);
}

static ssize_t dev_read(struct file *file, char __user *to, size_t len,
			loff_t *unused)
{
	struct xs_client *client = file->private_data;
	size_t done = 0, part;
	const void *bytes;
	int err;

	if (!len)
		return 0;
	err = lock_for_read(client, !(file->f_flags & O_NONBLOCK));
	if (err)
		return err;
	while (done < len && (bytes = peek(client, &part))) {
		part = min(part, len - done);
		if (copy_to_user(to + done, bytes, part))
			break;
		done += part;
		advance(client, part);
	}
	mutex_unlock(&client->read_lock);
	return done ? done : -EFAULT;
}

static __poll_t dev_poll(struct file *file, poll_table *table)
{
	struct xs_client *client = file->private_data;
	__poll_t mask = 0;

	poll_wait(file, &client->wait, table);
	if (xs_client_has_message(client))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (xs_client_has_room(client))
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static int dev_open(struct inode *inode, struct file *file)
{
	struct xs_client *client = xs_client_new();

	if (!client)
		return -ENOMEM;
	file->private_data = client;
	return stream_open(inode, file);
}

static int dev_release(struct inode *inode, struct file *file)
{
	xs_client_close(file->private_data);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.release = dev_release,
	.read = dev_read,
	.write = dev_write,
	.poll = dev_poll,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "xen/xenbus",
	.fops = &fops,
	.mode = 0600,
};

/*
 * Old programs look for /proc/xen/xenbus. A kernel that has its own /proc/xen
 * keeps it, as the place to mount its xenfs.
 */
static void make_proc_link(void)
{
	struct path path;

	if (!kern_path("/proc/xen", 0, &path)) {
		path_put(&path);
		return;
	}
	proc_dir = proc_mkdir("xen", NULL);
	if (proc_dir)
		proc_symlink("xenbus", proc_dir, "/dev/xen/xenbus");
}

/**
 * xs_dev_init() - offer the device
 *
 * Context: Process; sleeps.
 * Return: 0; -EBUSY if there is one already; else why there can be none.
 */
int xs_dev_init(void)
{
	int err = misc_register(&device);

	if (err == -EEXIST) {
		pr_err("somebody else offers /dev/xen/xenbus: rmmod that, or boot with initcall_blacklist=xenbus_init if it is the kernel\n");
		return -EBUSY;
	}
	if (!err)
		make_proc_link();
	return err;
}

/**
 * xs_dev_exit() - withdraw the device; nobody has it open
 *
 * Context: Process; sleeps.
 */
void xs_dev_exit(void)
{
	proc_remove(proc_dir);
	misc_deregister(&device);
}
