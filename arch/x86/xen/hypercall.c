// SPDX-License-Identifier: GPL-2.0-only
/* The one gate that every hypercall of ours goes through. */
#include <linux/errno.h>
#include <linux/export.h>

#include <asm/xen/hypercall.h>

#include "internal.h"

/* Written once while the module loads, before anybody calls. */
static enum xen_hypercall_gate gate;

void xen_hypercall_gate_set(enum xen_hypercall_gate new_gate)
{
	gate = new_gate;
}

const char *xen_hypercall_gate_name(void)
{
	static const char *const names[] = {
		[XEN_HYPERCALL_NONE] = "none",
		[XEN_HYPERCALL_KERNEL] = "kernel trampoline",
		[XEN_HYPERCALL_VMCALL] = "VMCALL",
		[XEN_HYPERCALL_VMMCALL] = "VMMCALL",
	};

	return names[gate];
}

/*
 * Registers as <xen/interface/xen.h> of the public headers lays them down for
 * x86-64: number in RAX, arguments in RDI, RSI, RDX, R10, R8, result in RAX.
 * Xen may clobber the argument registers.
 */
#define HVM_CALL(insn, op, a1, a2, a3, a4, a5)                             \
	({                                                                 \
		register unsigned long rdi asm("rdi") = (a1);              \
		register unsigned long rsi asm("rsi") = (a2);              \
		register unsigned long rdx asm("rdx") = (a3);              \
		register unsigned long r10 asm("r10") = (a4);              \
		register unsigned long r8 asm("r8") = (a5);                \
		long res;                                                  \
									   \
		asm volatile(insn                                          \
			     : "=a"(res), "+r"(rdi), "+r"(rsi), "+r"(rdx), \
			       "+r"(r10), "+r"(r8)                         \
			     : "0"((unsigned long)(op))                    \
			     : "memory");                                  \
		res;                                                       \
	})

/**
 * xendomu_hypercall() - call the hypervisor
 * @op: __HYPERVISOR_* number
 * @a1: first argument; pointers point to kernel memory
 * @a2: second argument
 * @a3: third argument
 * @a4: fourth argument
 * @a5: fifth argument
 *
 * Drivers use the HYPERVISOR_*() wrappers of <asm/xen/hypercall.h>.
 *
 * Context: Any; does not sleep of itself.
 * Return: What Xen returns, -errno with Linux's numbers for a failure;
 * -ENOSYS if the kind of guest is not known yet.
 */
long xendomu_hypercall(unsigned int op, unsigned long a1, unsigned long a2,
		       unsigned long a3, unsigned long a4, unsigned long a5)
{
	switch (gate) {
	case XEN_HYPERCALL_KERNEL:
		return xen_kernel_hypercall(op, a1, a2, a3, a4, a5);
	case XEN_HYPERCALL_VMCALL:
		return HVM_CALL("vmcall", op, a1, a2, a3, a4, a5);
	case XEN_HYPERCALL_VMMCALL:
		return HVM_CALL("vmmcall", op, a1, a2, a3, a4, a5);
	default:
		return -ENOSYS;
	}
}
EXPORT_SYMBOL_GPL(xendomu_hypercall);
