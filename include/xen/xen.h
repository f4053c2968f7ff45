/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is this a Xen domain? Linux's declarations, our answer.
 *
 * A kernel without Xen says no at compile time, and one booted with xen_nopv at
 * run time; a driver asks before it registers, and would never probe.
 */
#include <xen/link_names.h>
#include_next <xen/xen.h>

#if !defined(_XENDOMU_XEN_H) && !defined(XENDOMU_KERNEL_NAMES)
#define _XENDOMU_XEN_H

#ifndef CONFIG_XEN
#undef xen_domain_type
extern enum xen_domain_type xen_domain_type;
#endif

#endif
