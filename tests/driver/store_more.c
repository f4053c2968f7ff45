// SPDX-License-Identifier: GPL-2.0-only
/* Commands on XenStore for a store that does not behave. */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "testdrv.h"

#define MAX_BYTES 8192
#define HOLD_JIFFIES (60 * HZ)

/* A watch whose callback takes its time. */
static void held_fired(struct xenbus_watch *watch, const char *path,
		       const char *token);
static struct xenbus_watch held = { .callback = held_fired };
static DECLARE_COMPLETION(released);
static atomic_t nr_held;

static void held_fired(struct xenbus_watch *watch, const char *path,
		       const char *token)
{
	atomic_inc(&nr_held);
	wait_for_completion_timeout(&released, HOLD_JIFFIES);
}

/* writebig PATH BYTES: a value that many bytes long */
static int cmd_writebig(char *args, struct seq_file *answer)
{
	char *path = strsep(&args, " ");
	unsigned int bytes;
	char *value;
	int err;

	if (!args || kstrtouint(args, 10, &bytes) || bytes > MAX_BYTES)
		return -EINVAL;
	value = kzalloc(bytes + 1, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	memset(value, 'v', bytes);
	err = xenbus_write(XBT_NIL, path, "", value);
	kfree(value);
	return err;
}

/* length PATH: how many bytes its value has */
static int cmd_length(char *args, struct seq_file *answer)
{
	unsigned int len;
	char *value = xenbus_read(XBT_NIL, args, "", &len);

	if (IS_ERR(value))
		return PTR_ERR(value);
	seq_printf(answer, "%u %zu\n", len, strlen(value));
	kfree(value);
	return 0;
}

/* transaction: begins one, and undoes it */
static int cmd_transaction(char *args, struct seq_file *answer)
{
	struct xenbus_transaction t;
	int err = xenbus_transaction_start(&t);

	return err ?: xenbus_transaction_end(t, 1);
}

/* count PATH: how many nodes are below, and how many bytes their names have */
static int cmd_count(char *args, struct seq_file *answer)
{
	unsigned int i, nr, bytes = 0;
	char **names = xenbus_directory(XBT_NIL, args, "", &nr);

	if (IS_ERR(names))
		return PTR_ERR(names);
	for (i = 0; i < nr; i++)
		bytes += strlen(names[i]);
	seq_printf(answer, "%u %u\n", nr, bytes);
	kfree(names);
	return 0;
}

/* hold-watch PATH: watches it, and keeps the callback from returning */
static int cmd_hold(char *args, struct seq_file *answer)
{
	int err;

	if (held.node)
		return -EALREADY;
	reinit_completion(&released);
	atomic_set(&nr_held, 0);
	held.node = kstrdup(args, GFP_KERNEL);
	if (!held.node)
		return -ENOMEM;
	err = register_xenbus_watch(&held);
	if (err) {
		kfree(held.node);
		held.node = NULL;
	}
	return err;
}

/* let-watch: lets the callback return, and all others */
static int cmd_release(char *args, struct seq_file *answer)
{
	complete_all(&released);
	return 0;
}

/* held-watch: how often it was called */
static int cmd_held(char *args, struct seq_file *answer)
{
	seq_printf(answer, "%d\n", atomic_read(&nr_held));
	return 0;
}

/* end-watch: ends the watch */
static int cmd_unhold(char *args, struct seq_file *answer)
{
	if (!held.node)
		return -EINVAL;
	complete_all(&released);
	unregister_xenbus_watch(&held);
	kfree(held.node);
	held.node = NULL;
	return 0;
}

const struct command store_more_commands[] = {
	{ "writebig", cmd_writebig },
	{ "length", cmd_length },
	{ "transaction", cmd_transaction },
	{ "count", cmd_count },
	{ "hold-watch", cmd_hold },
	{ "let-watch", cmd_release },
	{ "held-watch", cmd_held },
	{ "end-watch", cmd_unhold },
	{}
};

void store_more_exit(void)
{
	if (held.node)
		cmd_unhold(NULL, NULL);
}
