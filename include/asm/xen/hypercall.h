/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypercalls by Linux's names, through our own gate.
 *
 * Linux's header of this name calls a trampoline that exists only in kernels
 * with Xen support and that is dead in an HVM guest booted with xen_nopv.
 * This one stands in its place, include guard and all: every wrapper goes
 * through xendomu_hypercall(), which knows the personality.
 *
 * arch/x86/xen/kernel.c alone wants the kernel's trampoline and says
 * XENDOMU_KERNEL_NAMES.
 */
#ifdef XENDOMU_KERNEL_NAMES
#include_next <asm/xen/hypercall.h>
#else

#ifndef _ASM_X86_XEN_HYPERCALL_H
#define _ASM_X86_XEN_HYPERCALL_H

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/pgtable.h>
#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/sched.h>

long xendomu_hypercall(unsigned int op, unsigned long a1, unsigned long a2,
		       unsigned long a3, unsigned long a4, unsigned long a5);

#define xen_hypercall2(op, a, b)                               \
	xendomu_hypercall(__HYPERVISOR_##op, (unsigned long)(a), \
			  (unsigned long)(b), 0, 0, 0)
#define xen_hypercall3(op, a, b, c)                            \
	xendomu_hypercall(__HYPERVISOR_##op, (unsigned long)(a), \
			  (unsigned long)(b), (unsigned long)(c), 0, 0)

#define xen_hypercall4(op, a, b, c, d)                         \
	xendomu_hypercall(__HYPERVISOR_##op, (unsigned long)(a), \
			  (unsigned long)(b), (unsigned long)(c), \
			  (unsigned long)(d), 0)

static inline int HYPERVISOR_mmuext_op(struct mmuext_op *op, int count,
				       int *success_count, domid_t domid)
{
	return xen_hypercall4(mmuext_op, op, count, success_count, domid);
}

static inline int HYPERVISOR_update_va_mapping(unsigned long va, pte_t pte,
					       unsigned long flags)
{
	return xen_hypercall3(update_va_mapping, va, pte.pte, flags);
}

static inline int HYPERVISOR_sched_op(int cmd, void *arg)
{
	return xen_hypercall2(sched_op, cmd, arg);
}

static inline long HYPERVISOR_memory_op(unsigned int cmd, void *arg)
{
	return xen_hypercall2(memory_op, cmd, arg);
}

static inline int HYPERVISOR_event_channel_op(int cmd, void *arg)
{
	return xen_hypercall2(event_channel_op, cmd, arg);
}

static inline int HYPERVISOR_xen_version(int cmd, void *arg)
{
	return xen_hypercall2(xen_version, cmd, arg);
}

static inline int HYPERVISOR_grant_table_op(unsigned int cmd, void *uop,
					    unsigned int count)
{
	return xen_hypercall3(grant_table_op, cmd, uop, count);
}

static inline int HYPERVISOR_vcpu_op(int cmd, int vcpuid, void *extra_args)
{
	return xen_hypercall3(vcpu_op, cmd, vcpuid, extra_args);
}

static inline unsigned long __must_check HYPERVISOR_hvm_op(int op, void *arg)
{
	return xen_hypercall2(hvm_op, op, arg);
}

#undef xen_hypercall2
#undef xen_hypercall3
#undef xen_hypercall4

#endif /* _ASM_X86_XEN_HYPERCALL_H */
#endif
