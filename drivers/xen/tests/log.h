/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's log says since a moment. */
#ifndef _XENDOMU_TESTS_LOG_H
#define _XENDOMU_TESTS_LOG_H

#include <linux/types.h>

u64 log_now(void);
unsigned int log_count(u64 since, const char *text);
unsigned int log_most(unsigned long began);

#endif
