/* SPDX-License-Identifier: GPL-2.0-only */
/* What xen_vcpu_barrier() promises, on a machine without Xen. */
#ifndef _XENDOMU_CPU_BARRIER_H
#define _XENDOMU_CPU_BARRIER_H

int cpu_barrier_init(void);
void cpu_barrier_exit(void);
int cpu_barrier(void);

#endif
