// SPDX-License-Identifier: GPL-2.0-only
/* xendomu.ko: floor 1 comes up in this order, and goes down in reverse. */
#include <linux/module.h>

#include "internal.h"

static int __init xendomu_init(void)
{
	int err;

	err = xen_guest_detect();
	if (err)
		return err;
	err = xen_guest_ops->start();
	if (err)
		return err;
	err = xen_time_info_init();
	if (err)
		goto err_stop;
	err = xen_shared_info_init();
	if (err)
		goto err_time_info;
	xen_runstate_init();
	err = xen_sysfs_init();
	if (err)
		goto err_runstate;
	err = xen_debugfs_init();
	if (err)
		goto err_sysfs;
	return 0;

err_sysfs:
	xen_sysfs_exit();
err_runstate:
	xen_runstate_exit();
	xen_shared_info_exit();
err_time_info:
	xen_time_info_exit();
err_stop:
	xen_guest_ops->stop();
	return err;
}

static void __exit xendomu_exit(void)
{
	xen_debugfs_exit();
	xen_sysfs_exit();
	xen_runstate_exit();
	xen_shared_info_exit();
	xen_time_info_exit();
	xen_guest_ops->stop();
}

module_init(xendomu_init);
module_exit(xendomu_exit);

MODULE_DESCRIPTION("Xen guest: personality, start of day, shared page");
MODULE_LICENSE("GPL");
