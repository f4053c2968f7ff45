/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channel API: Linux's declarations, our functions. */
#include <xen/link_names.h>
#include_next <xen/events.h>
