/* SPDX-License-Identifier: GPL-2.0-only */
/* XenStore and xenbus API: Linux's declarations, our functions. */
#include <xen/link_names.h>
#include_next <xen/xenbus.h>
