/* SPDX-License-Identifier: GPL-2.0-only */
/* Grant table API: Linux's declarations, our functions. */
#include <xen/link_names.h>
#include_next <xen/grant_table.h>
