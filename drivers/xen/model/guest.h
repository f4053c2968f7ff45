/* SPDX-License-Identifier: GPL-2.0-only */
/* The modules' files on the model host: what takes the place of floor 1. */
#ifndef _XENDOMU_MODEL_GUEST_H
#define _XENDOMU_MODEL_GUEST_H

#include <linux/types.h>

/* Bits of the longest frame number, as floor 1 tells the modules. */
extern unsigned int model_frame_bits;
#ifdef CONFIG_PARAVIRT_CLOCK
struct pvclock_vsyscall_time_info;

/* The time page of the guest's kernel, NULL if it has none. */
extern struct pvclock_vsyscall_time_info *model_kernels_time;
struct pvclock_vsyscall_time_info *model_find_kernels_time(void);
#endif
/* Whether the guest's kernel has Xen support that is at work. */
extern bool model_kernel_knows_xen;

int model_guest_init(bool is_translated);
void model_guest_exit(void);

/* The modules' own init and exit, see drivers/xen/tests/Kbuild. */
int grant_module_init(void);
void grant_module_exit(void);
int xenstore_module_init(void);
void xenstore_module_exit(void);
int console_module_init(void);
void console_module_exit(void);

int model_events_start(void);
void model_events_stop(void);

#endif
