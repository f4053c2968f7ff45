// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-grant.ko: comes up in this order, and goes down in reverse. */
#include <linux/module.h>

#include <xen/guest.h>

#include "internal.h"

#define MAX_FRAMES 65536

static unsigned int frames = 4;
module_param(frames, uint, 0444);
MODULE_PARM_DESC(frames,
		 "grant frames to use, 1 to 65536, cut to the domain's limit; each holds 512 references (default 4)");

static int __init grant_init(void)
{
	int err;

	if (!frames || frames > MAX_FRAMES) {
		pr_err("frames=%u is out of range: 1 to %u\n", frames,
		       MAX_FRAMES);
		return -EINVAL;
	}
	err = xen_resource_claim(XEN_RESOURCE_GRANT_TABLE, THIS_MODULE);
	if (err)
		return err;
	err = grant_table_init(frames);
	if (err)
		goto err_claim;
	err = grant_alloc_init(grant_table_nr_refs(), grant_is_left_over);
	if (err)
		goto err_table;
	grant_debugfs_init();
	return 0;

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
	nr_in_use = grant_end_all();
	if (nr_in_use)
		pr_err("%u pages were granted by modules that are gone and are still mapped by other domains\n",
		       nr_in_use);
	grant_alloc_exit();
	grant_table_exit();
	xen_resource_release(XEN_RESOURCE_GRANT_TABLE);
}

module_init(grant_init);
module_exit(grant_exit);

MODULE_DESCRIPTION("Xen guest: grant table");
MODULE_LICENSE("GPL");
