/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _FUZZ_XEN_H
#define _FUZZ_XEN_H
#define DEFINE_GUEST_HANDLE_STRUCT(name) typedef struct name *handle_of_##name
#define GUEST_HANDLE(name) handle_of_##name
typedef unsigned long xen_ulong_t;
typedef unsigned char xen_domain_handle_t[16];
#endif
