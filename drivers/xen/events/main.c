// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-events.ko: event channel ports become interrupts. */
#include <linux/debugfs.h>
#include <linux/module.h>

#include <xen/guest.h>

#include "internal.h"

const struct events_ops *events_ops;
static struct dentry *events_file;

static const struct events_ops *find_ops(void)
{
#ifdef CONFIG_XEN
	if (events_kernel_serves())
		return &events_kernel_ops;
#endif
	return NULL;
}

static int __init events_init(void)
{
	int err;

	events_ops = find_ops();
	if (!events_ops) {
		pr_err("this kernel serves no event channels in %s guests: boot it without xen_nopv\n",
		       xen_personality_name(xen_personality()));
		return -EOPNOTSUPP;
	}
	err = events_abi_detect();
	if (err)
		return err;
	events_file = events_debugfs_create();
	return 0;
}

static void __exit events_exit(void)
{
	debugfs_remove(events_file);
	/* Whoever binds uses this module, so all bindings are gone by now. */
	WARN_ON_ONCE(!bindings_are_gone());
	/* Those that were let go a moment ago. */
	rcu_barrier();
}

module_init(events_init);
module_exit(events_exit);

MODULE_DESCRIPTION("Xen guest: event channels");
MODULE_LICENSE("GPL");
