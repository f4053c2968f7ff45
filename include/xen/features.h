/* SPDX-License-Identifier: GPL-2.0-only */
/* What this Xen can do: Linux's declarations, our table. */
#include <xen/link_names.h>
#include_next <xen/features.h>
