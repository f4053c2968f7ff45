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

#include <xen/interface/xen.h>
#include <xen/interface/features.h>
#include <xen/interface/version.h>

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

/*
 * version.h of Xen 4.20. The argument is a length and a buffer, as in struct
 * xen_build_id; struct xen_varbuf is the newer name for that layout.
 */
#ifndef XENVER_extraversion2
#define XENVER_extraversion2 11
#define XENVER_capabilities2 12
#define XENVER_changeset2 13
#define XENVER_commandline2 14
#endif

#endif
