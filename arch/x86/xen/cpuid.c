// SPDX-License-Identifier: GPL-2.0-only
/* Xen's CPUID leaves, as an HVM or PVH guest sees them. */
#include <linux/errno.h>
#include <linux/export.h>

#include <asm/processor.h>
#include <asm/xen/cpuid.h>

#include <xen/compat.h>
#include <xen/guest.h>

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

/* What is for HVM and PVH domains only. */
#define HVM_LEAF 4

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

/* What Xen tells of a domain that the processor runs; zero if nothing. */
static void read_hvm_leaf(xen_cpuid_fn cpuid, u32 base,
			  struct xen_cpuid_leaf *leaf)
{
	cpuid(base, leaf);
	if (leaf->eax < base + HVM_LEAF)
		*leaf = (struct xen_cpuid_leaf){};
	else
		cpuid(base + HVM_LEAF, leaf);
}

/* Where Xen does not tell, its APIC IDs do: they are twice the number. */
static unsigned int vcpu_of_apic_id(xen_cpuid_fn cpuid)
{
	struct xen_cpuid_leaf leaf;

	cpuid(1, &leaf);
	return (leaf.ebx >> 24) / 2;
}

/**
 * xen_cpuid_vcpu() - Xen's number of the processor that answers
 * @cpuid: answers a leaf
 * @vcpu: the number
 *
 * Context: Any.
 * Return: 0; -ENODEV if there are no leaves of Xen's.
 */
int xen_cpuid_vcpu(xen_cpuid_fn cpuid, unsigned int *vcpu)
{
	u32 base = xen_cpuid_find_base(cpuid);
	struct xen_cpuid_leaf leaf;

	if (!base)
		return -ENODEV;
	*vcpu = vcpu_of_apic_id(cpuid);
	read_hvm_leaf(cpuid, base, &leaf);
	if (leaf.eax & XEN_HVM_CPUID_VCPU_ID_PRESENT)
		*vcpu = leaf.ebx;
	return 0;
}

/**
 * xen_this_vcpu() - Xen's number of the CPU that this runs on
 * @vcpu: the number
 *
 * Context: Any, with preemption off or bound to a CPU.
 * Return: 0; -ENODEV if there are no leaves of Xen's.
 */
int xen_this_vcpu(unsigned int *vcpu)
{
	return xen_cpuid_vcpu(xen_cpuid_native, vcpu);
}
EXPORT_SYMBOL_GPL(xen_this_vcpu);

/**
 * xen_cpuid_domid() - this domain's number
 * @cpuid: answers a leaf
 * @domid: the number
 *
 * Context: Any.
 * Return: 0; -ENODEV if there are no leaves of Xen's, or they do not tell: an
 * old Xen, or a PV domain.
 */
int xen_cpuid_domid(xen_cpuid_fn cpuid, domid_t *domid)
{
	u32 base = xen_cpuid_find_base(cpuid);
	struct xen_cpuid_leaf leaf;

	if (!base)
		return -ENODEV;
	read_hvm_leaf(cpuid, base, &leaf);
	if (!(leaf.eax & XEN_HVM_CPUID_DOMID_PRESENT))
		return -ENODEV;
	*domid = leaf.ecx;
	return 0;
}

/**
 * xen_own_domid() - this domain's number, where the processor tells
 * @domid: the number
 *
 * Context: Any.
 * Return: As xen_cpuid_domid().
 */
int xen_own_domid(domid_t *domid)
{
	return xen_cpuid_domid(xen_cpuid_native, domid);
}
EXPORT_SYMBOL_GPL(xen_own_domid);
