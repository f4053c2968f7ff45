// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-events.ko: event channel ports become interrupts. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include <xen/guest.h>

#include "internal.h"

const struct events_ops *events_ops = &events_none_ops;
static struct dentry *events_file;
static struct dentry *cpus_file;

static int cpus_show(struct seq_file *m, void *unused)
{
	return events_ops->show(m, unused);
}
DEFINE_SHOW_ATTRIBUTE(cpus);

static int start(void)
{
	int err;

#ifdef CONFIG_XEN
	if (events_kernel_serves()) {
		events_ops = &events_kernel_ops;
		return 0;
	}
#endif
	err = events_own_start();
	if (!err)
		events_ops = &events_own_ops;
	return err;
}

static void stop(void)
{
	if (events_ops == &events_own_ops)
		events_own_stop();
	events_ops = &events_none_ops;
}

static int __init events_init(void)
{
	int err = start();

	if (err)
		return err;
	err = events_abi_detect();
	if (err) {
		stop();
		return err;
	}
	events_file = events_debugfs_create();
	if (events_ops->show)
		cpus_file = debugfs_create_file("event_cpus", 0400,
						xen_debugfs(), NULL,
						&cpus_fops);
	return 0;
}

static void __exit events_exit(void)
{
	debugfs_remove(cpus_file);
	debugfs_remove(events_file);
	/* Whoever binds uses this module, so all bindings are gone by now. */
	WARN_ON_ONCE(!bindings_are_gone());
	stop();
	/* Those that were let go a moment ago. */
	rcu_barrier();
}

module_init(events_init);
module_exit(events_exit);

MODULE_DESCRIPTION("Xen guest: event channels");
MODULE_LICENSE("GPL");
