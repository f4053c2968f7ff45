// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-xenstore.ko: comes up in this order, and goes down in reverse. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include <xen/guest.h>

#include "internal.h"

static struct dentry *xenstore_file;

static int xenstore_show(struct seq_file *m, void *unused)
{
	xs_connection_show(m);
	xs_watch_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(xenstore);

static int __init xenstore_init(void)
{
	int err;

	err = xs_watch_init();
	if (err)
		return err;
	err = xs_connection_init();
	if (err) {
		xs_watch_exit();
		return err;
	}
	xenstore_file = debugfs_create_file("xenstore", 0400, xen_debugfs(),
					    NULL, &xenstore_fops);
	return 0;
}

static void __exit xenstore_exit(void)
{
	debugfs_remove(xenstore_file);
	xs_notify_exit();
	xs_connection_exit();
	xs_watch_exit();
	xs_transaction_exit();
}

module_init(xenstore_init);
module_exit(xenstore_exit);

MODULE_DESCRIPTION("Xen guest: XenStore client");
MODULE_LICENSE("GPL");
