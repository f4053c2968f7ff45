// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-kunit.ko holds all suites; each is a file of its own. */
#include <linux/module.h>

#include <xen/features.h>

/*
 * A kernel with Xen support has this table; with all of it 0, and no PV, a
 * frame's number is its page's.
 */
u8 xen_features[XENFEAT_NR_SUBMAPS * 32];

MODULE_DESCRIPTION("KUnit suites of xendomu");
MODULE_LICENSE("GPL");
