// SPDX-License-Identifier: GPL-2.0-only
/* Finding Xen's CPUID leaves, wherever another interface has pushed them. */
#include <kunit/test.h>
#include <asm/xen/cpuid.h>

#include "internal.h"

/* What the pretended processor shows. */
static u32 xen_base;
static u32 last_leaf;
static struct xen_cpuid_leaf hvm_leaf;

static void pretend(u32 leaf, struct xen_cpuid_leaf *out)
{
	*out = (struct xen_cpuid_leaf){};
	if (leaf == xen_base)
		*out = (struct xen_cpuid_leaf){
			.eax = last_leaf,
			.ebx = XEN_CPUID_SIGNATURE_EBX,
			.ecx = XEN_CPUID_SIGNATURE_ECX,
			.edx = XEN_CPUID_SIGNATURE_EDX,
		};
	else if (leaf == xen_base + 4)
		*out = hvm_leaf;
	else if (leaf == 1)
		out->ebx = 6 << 24;
}

static void expect_base(struct kunit *test, u32 base, u32 nr_leaves,
			u32 expected)
{
	xen_base = base;
	last_leaf = base + nr_leaves;
	KUNIT_EXPECT_EQ(test, expected, xen_cpuid_find_base(pretend));
}

static void first_base_is_found(struct kunit *test)
{
	expect_base(test, 0x40000000, 5, 0x40000000);
}

static void shifted_base_is_found(struct kunit *test)
{
	expect_base(test, 0x40000100, 5, 0x40000100);
	expect_base(test, 0x4000ff00, 5, 0x4000ff00);
}

static void base_out_of_range_is_not(struct kunit *test)
{
	expect_base(test, 0x40010000, 5, 0);
	expect_base(test, 0x3fffff00, 5, 0);
}

static void too_few_leaves_are_not_enough(struct kunit *test)
{
	expect_base(test, 0x40000000, 1, 0);
	expect_base(test, 0x40000000, 2, 0x40000000);
}

static void no_xen_is_no_base(struct kunit *test)
{
	expect_base(test, 0, 0, 0);
}

static u32 vcpu_with(u32 nr_leaves, u32 flags, u32 vcpu)
{
	xen_base = 0x40000000;
	last_leaf = xen_base + nr_leaves;
	hvm_leaf = (struct xen_cpuid_leaf){ .eax = flags, .ebx = vcpu };
	return xen_cpuid_vcpu(pretend, xen_base);
}

static void xen_tells_the_number_of_a_vcpu(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vcpu_with(4, XEN_HVM_CPUID_VCPU_ID_PRESENT, 40),
			40U);
}

static void where_it_does_not_the_apic_id_does(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vcpu_with(4, 0, 40), 3U);
	KUNIT_EXPECT_EQ(test, vcpu_with(3, XEN_HVM_CPUID_VCPU_ID_PRESENT, 40),
			3U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_base_is_found),
	KUNIT_CASE(shifted_base_is_found),
	KUNIT_CASE(base_out_of_range_is_not),
	KUNIT_CASE(too_few_leaves_are_not_enough),
	KUNIT_CASE(no_xen_is_no_base),
	KUNIT_CASE(xen_tells_the_number_of_a_vcpu),
	KUNIT_CASE(where_it_does_not_the_apic_id_does),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_cpuid",
	.test_cases = cases,
};

kunit_test_suite(suite);
