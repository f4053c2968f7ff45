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

#include <linux/errno.h> /* for xs_wire.h */
#include <linux/stddef.h>
#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/features.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/version.h>
#include <xen/interface/io/console.h>
#include <xen/interface/io/xs_wire.h>

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

/*
 * vcpu.h of Xen 4.18. The argument is that of the older operation, with addr.p
 * set to the guest physical address, or to ~0 to undo it.
 */
#ifndef VCPUOP_register_runstate_phys_area
#define VCPUOP_register_runstate_phys_area 14
#define VCPUOP_register_vcpu_time_phys_area 15
#endif

/*
 * io/xs_wire.h of Xen 4.21. They are members of an enum there, so #ifndef cannot
 * test for them; the macros do no harm behind a header that has them.
 */
#define XS_GET_FEATURE 23
#define XS_SET_FEATURE 24
#define XS_GET_QUOTA 25
#define XS_SET_QUOTA 26
/* The last type known here; XS_TYPE_COUNT depends on the kernel's header. */
#define XS_LAST_TYPE XS_SET_QUOTA

/* io/xs_wire.h of Xen 4.22 */
#ifndef XENSTORE_SERVER_FEATURE_WATCHDEPTH
#define XENSTORE_SERVER_FEATURE_WATCHDEPTH 4
#endif
#ifndef XENSTORE_SERVER_FEATURE_DOMID_ANY
#define XENSTORE_SERVER_FEATURE_DOMID_ANY 8
#endif

/*
 * io/console.h of Xen 4.21: the byte "connection" behind struct
 * xencons_interface as older headers have it. Read it at
 * XENCONS_CONNECTION_AT of the page.
 */
#ifndef XENCONSOLE_DISCONNECTED
#define XENCONSOLE_DISCONNECTED 1
#define XENCONSOLE_CONNECTED 0
#endif
#define XENCONS_CONNECTION_AT offsetofend(struct xencons_interface, out_prod)

#endif
