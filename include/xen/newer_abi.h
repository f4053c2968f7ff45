/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Xen's public headers define, and Linux's copies lack.
 *
 * Each part names the public header, under xen/include/public of Xen, and the
 * release that brought it. A part goes away when the oldest supported kernel
 * has it in <xen/interface/...>.
 */
#ifndef _XEN_NEWER_ABI_H
#define _XEN_NEWER_ABI_H

#include <xen/interface/features.h>

/* features.h of Xen 4.18 and 4.19 */
#ifndef XENFEAT_runstate_phys_area
#define XENFEAT_runstate_phys_area 18
#endif
#ifndef XENFEAT_vcpu_time_phys_area
#define XENFEAT_vcpu_time_phys_area 19
#endif
#ifndef XENFEAT_dm_msix_all_writes
#define XENFEAT_dm_msix_all_writes 20
#endif

#endif
