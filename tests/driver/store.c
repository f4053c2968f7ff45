// SPDX-License-Identifier: GPL-2.0-only
/* Commands on XenStore. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "testdrv.h"

#define LAST_PATH_BYTES 128

/* One watch, and what it saw. */
static void watch_fired(struct xenbus_watch *watch, const char *path,
			const char *token);
static struct xenbus_watch watch = { .callback = watch_fired };
static DEFINE_SPINLOCK(seen_lock);
static unsigned int nr_seen;
static char last_path[LAST_PATH_BYTES];

static void watch_fired(struct xenbus_watch *unused, const char *path,
			const char *token)
{
	spin_lock(&seen_lock);
	nr_seen++;
	strscpy(last_path, path, sizeof(last_path));
	spin_unlock(&seen_lock);
}

/* read PATH */
static int cmd_read(char *args, struct seq_file *answer)
{
	char *value = xenbus_read(XBT_NIL, args, "", NULL);

	if (IS_ERR(value))
		return PTR_ERR(value);
	seq_printf(answer, "%s\n", value);
	kfree(value);
	return 0;
}

/* write PATH VALUE */
static int cmd_write(char *args, struct seq_file *answer)
{
	char *path = strsep(&args, " ");

	return args ? xenbus_write(XBT_NIL, path, "", args) : -EINVAL;
}

/* mkdir PATH */
static int cmd_mkdir(char *args, struct seq_file *answer)
{
	return xenbus_mkdir(XBT_NIL, args, "");
}

/* rm PATH */
static int cmd_rm(char *args, struct seq_file *answer)
{
	return xenbus_rm(XBT_NIL, args, "");
}

/* ls PATH */
static int cmd_ls(char *args, struct seq_file *answer)
{
	unsigned int i, nr;
	char **names = xenbus_directory(XBT_NIL, args, "", &nr);

	if (IS_ERR(names))
		return PTR_ERR(names);
	for (i = 0; i < nr; i++)
		seq_printf(answer, "%s\n", names[i]);
	kfree(names);
	return 0;
}

/* unwatch */
static int cmd_unwatch(char *args, struct seq_file *answer)
{
	if (!watch.node)
		return -EINVAL;
	unregister_xenbus_watch(&watch);
	kfree(watch.node);
	watch.node = NULL;
	return 0;
}

/* watch PATH */
static int cmd_watch(char *args, struct seq_file *answer)
{
	int err;

	if (watch.node)
		return -EALREADY;
	watch.node = kstrdup(args, GFP_KERNEL);
	if (!watch.node)
		return -ENOMEM;
	nr_seen = 0;
	err = register_xenbus_watch(&watch);
	if (err) {
		kfree(watch.node);
		watch.node = NULL;
	}
	return err;
}

/* seen: prints how many events came, and the path of the last */
static int cmd_seen(char *args, struct seq_file *answer)
{
	spin_lock(&seen_lock);
	seq_printf(answer, "%u %s\n", nr_seen, nr_seen ? last_path : "-");
	spin_unlock(&seen_lock);
	return 0;
}

const struct command store_commands[] = {
	{ "read", cmd_read },
	{ "write", cmd_write },
	{ "mkdir", cmd_mkdir },
	{ "rm", cmd_rm },
	{ "ls", cmd_ls },
	{ "watch", cmd_watch },
	{ "unwatch", cmd_unwatch },
	{ "seen", cmd_seen },
	{}
};

void store_exit(void)
{
	if (watch.node)
		cmd_unwatch(NULL, NULL);
}
