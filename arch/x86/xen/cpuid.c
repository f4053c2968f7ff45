// SPDX-License-Identifier: GPL-2.0-only
/* Xen's CPUID leaves, as an HVM or PVH guest sees them. */
#include <asm/processor.h>
#include <asm/xen/cpuid.h>

#include "internal.h"

/*
 * Another hypervisor interface may come first (Viridian's does when it is
 * offered): Xen's leaves then start 0x100 higher. Xen's own code searches up
 * to this leaf.
 */
#define BASE_STEP 0x100
#define BASE_END (XEN_CPUID_FIRST_LEAF + 0x10000)

/* Leaves 0 to 2 (signature, version, hypercall pages) are always needed. */
#define MIN_LEAVES 2

/**
 * xen_cpuid_find_base() - find Xen's CPUID leaves
 * @cpuid: answers a leaf
 *
 * Context: Any.
 * Return: The first of Xen's leaves, or 0 if Xen is not there or shows fewer
 * leaves than a guest needs.
 */
u32 xen_cpuid_find_base(xen_cpuid_fn cpuid)
{
	u32 base;

	for (base = XEN_CPUID_FIRST_LEAF; base < BASE_END; base += BASE_STEP) {
		struct xen_cpuid_leaf leaf;

		cpuid(base, &leaf);
		if (leaf.ebx == XEN_CPUID_SIGNATURE_EBX &&
		    leaf.ecx == XEN_CPUID_SIGNATURE_ECX &&
		    leaf.edx == XEN_CPUID_SIGNATURE_EDX &&
		    leaf.eax >= base + MIN_LEAVES)
			return base;
	}
	return 0;
}

/**
 * xen_cpuid_native() - ask the processor
 * @leaf: leaf number
 * @out: the answer; zero if the processor shows no hypervisor
 *
 * Context: Any.
 */
void xen_cpuid_native(u32 leaf, struct xen_cpuid_leaf *out)
{
	*out = (struct xen_cpuid_leaf){};
	if (boot_cpu_has(X86_FEATURE_HYPERVISOR))
		cpuid_count(leaf, 0, &out->eax, &out->ebx, &out->ecx,
			    &out->edx);
}
