// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-kunit.ko holds all suites; each is a file of its own. */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit suites of xendomu");
MODULE_LICENSE("GPL");
