/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FUZZ_XEN_H
#define _FUZZ_XEN_H
typedef unsigned long xen_ulong_t;
typedef unsigned char xen_domain_handle_t[16];
#endif
