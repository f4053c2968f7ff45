// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-kunit.ko holds all suites; each is a file of its own. */
#include <linux/module.h>

#include <xen/features.h>

#include "fault.h"

/*
 * A kernel with Xen support has this table; with all of it 0, and no PV, a
 * frame's number is its page's.
 */
u8 xen_features[XENFEAT_NR_SUBMAPS * 32];

static int __init kunit_init(void)
{
	return fault_init();
}
module_init(kunit_init);

static void __exit kunit_exit(void)
{
	fault_exit();
}
module_exit(kunit_exit);

MODULE_DESCRIPTION("KUnit suites of xendomu");
MODULE_LICENSE("GPL");
