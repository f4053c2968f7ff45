/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grant table API: Linux's declarations, our functions.
 *
 * Since 7.1 two of Linux's functions are inline, and do nothing, in a kernel
 * that cannot hibernate. They are hidden in any kernel.
 */
#include <xen/link_names.h>

#ifdef XENDOMU_KERNEL_NAMES
#include_next <xen/grant_table.h>
#elif !defined(_XENDOMU_XEN_GRANT_TABLE_H)
#define _XENDOMU_XEN_GRANT_TABLE_H

#undef gnttab_suspend
#undef gnttab_resume
#define gnttab_suspend linux_gnttab_suspend
#define gnttab_resume linux_gnttab_resume
#include_next <xen/grant_table.h>
#undef gnttab_suspend
#undef gnttab_resume
#include <xen/link_names.h>

int gnttab_suspend(void);
int gnttab_resume(void);

#endif
