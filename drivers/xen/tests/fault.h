/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a case that crashes. */
#ifndef _XENDOMU_TESTS_FAULT_H
#define _XENDOMU_TESTS_FAULT_H

#include <xen/compat.h>

#ifdef COMPAT_KUNIT_HANDLES_FAULTS
static inline int fault_init(void)
{
	return 0;
}

static inline void fault_exit(void)
{
}
#else
int fault_init(void);
void fault_exit(void);
#endif

#endif
