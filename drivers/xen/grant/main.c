// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-grant.ko: comes up in this order, and goes down in reverse. */
#include <linux/module.h>

#include <xen/guest.h>

#include "internal.h"
#include "map.h"

#define MAX_FRAMES 65535

static unsigned int frames = 1;
module_param(frames, uint, 0444);
MODULE_PARM_DESC(frames,
		 "grant frames to begin with, 1 to 65535, cut to the domain's limit; more are added when needed (default 1)");

static unsigned int version;
module_param(version, uint, 0444);
MODULE_PARM_DESC(version,
		 "layout of the table: 1, 2, or 0 for what the domain's frame numbers need (default 0)");

static int check_params(void)
{
	if (!frames || frames > MAX_FRAMES) {
		pr_err("frames=%u is out of range: 1 to %u\n", frames,
		       MAX_FRAMES);
		return -EINVAL;
	}
	if (version > 2) {
		pr_err("version=%u is out of range: 0 to 2\n", version);
		return -EINVAL;
	}
	return 0;
}

static int __init grant_init(void)
{
	int err = check_params();

	if (err)
		return err;
	err = xen_resource_claim(XEN_RESOURCE_GRANT_TABLE, KBUILD_MODNAME);
	if (err)
		return err;
	err = grant_table_init(frames, version);
	if (err)
		goto err_claim;
	err = grant_alloc_init();
	if (err)
		goto err_table;
	err = grant_unmap_init();
	if (err)
		goto err_alloc;
	grant_debugfs_init();
	return 0;

err_alloc:
	grant_reclaim_exit();
	grant_alloc_exit();
err_table:
	grant_table_exit();
err_claim:
	xen_resource_release(XEN_RESOURCE_GRANT_TABLE);
	return err;
}

static void __exit grant_exit(void)
{
	unsigned int nr_in_use;

	grant_debugfs_exit();
	grant_unmap_exit();
	nr_in_use = grant_reclaim_exit() + grant_end_all();
	if (nr_in_use)
		pr_err("%u pages stay allocated: modules that are gone had granted them, and other domains have them mapped still\n",
		       nr_in_use);
	grant_alloc_exit();
	grant_table_exit();
	xen_resource_release(XEN_RESOURCE_GRANT_TABLE);
}

module_init(grant_init);
module_exit(grant_exit);

MODULE_DESCRIPTION("Xen guest: grant table");
MODULE_LICENSE("GPL");
