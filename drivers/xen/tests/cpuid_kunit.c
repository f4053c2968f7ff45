// SPDX-License-Identifier: GPL-2.0-only
/* Finding Xen's CPUID leaves, wherever another interface has pushed them. */
#include <kunit/test.h>
#include <asm/xen/cpuid.h>
#include <xen/compat.h>

#include "internal.h"

/* What the pretended processor shows, and what it was asked. */
static u32 xen_base;
static u32 last_leaf;
static struct xen_cpuid_leaf hvm_leaf;
static unsigned int nr_asked;
static u32 last_asked;

static void pretend(u32 leaf, struct xen_cpuid_leaf *out)
{
	nr_asked++;
	last_asked = leaf;
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

static u32 vcpu_with(struct kunit *test, u32 nr_leaves, u32 flags, u32 vcpu)
{
	unsigned int found = ~0U;

	xen_base = 0x40000000;
	last_leaf = xen_base + nr_leaves;
	hvm_leaf = (struct xen_cpuid_leaf){ .eax = flags, .ebx = vcpu };
	KUNIT_EXPECT_EQ(test, 0, xen_cpuid_vcpu(pretend, &found));
	return found;
}

static void xen_tells_the_number_of_a_vcpu(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vcpu_with(test, 4, XEN_HVM_CPUID_VCPU_ID_PRESENT, 40),
			40U);
}

static void where_it_does_not_the_apic_id_does(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vcpu_with(test, 4, 0, 40), 3U);
	KUNIT_EXPECT_EQ(test, vcpu_with(test, 3, XEN_HVM_CPUID_VCPU_ID_PRESENT, 40),
			3U);
}

static void without_xen_there_is_no_number(struct kunit *test)
{
	unsigned int vcpu;

	xen_base = 0;
	KUNIT_EXPECT_EQ(test, -ENODEV, xen_cpuid_vcpu(pretend, &vcpu));
	KUNIT_EXPECT_EQ(test,
			xen_cpuid_find_base(xen_cpuid_native) ? 0 : -ENODEV,
			xen_this_vcpu(&vcpu));
}

static int domid_with(u32 nr_leaves, u32 flags, u32 value, domid_t *domid)
{
	xen_base = 0x40000000;
	last_leaf = xen_base + nr_leaves;
	hvm_leaf = (struct xen_cpuid_leaf){ .eax = flags, .ecx = value };
	return xen_cpuid_domid(pretend, domid);
}

static void our_own_number_is_what_the_processor_tells(struct kunit *test)
{
	domid_t told = DOMID_SELF, own = DOMID_SELF;
	int err = xen_cpuid_domid(xen_cpuid_native, &told);

	KUNIT_EXPECT_EQ(test, err, xen_own_domid(&own));
	KUNIT_EXPECT_EQ(test, told, own);
	if (!xen_cpuid_find_base(xen_cpuid_native))
		KUNIT_EXPECT_EQ(test, -ENODEV, err);
}

static void xen_tells_the_number_of_the_domain(struct kunit *test)
{
	domid_t domid = 0;

	KUNIT_EXPECT_EQ(test, 0,
			domid_with(4, XEN_HVM_CPUID_DOMID_PRESENT, 40, &domid));
	KUNIT_EXPECT_EQ(test, domid, 40);
}

static void or_it_does_not(struct kunit *test)
{
	domid_t domid = 7;

	KUNIT_EXPECT_EQ(test, -ENODEV, domid_with(4, 0, 40, &domid));
	KUNIT_EXPECT_EQ(test, -ENODEV,
			domid_with(3, XEN_HVM_CPUID_DOMID_PRESENT, 40, &domid));
	xen_base = 0;
	KUNIT_EXPECT_EQ(test, -ENODEV, xen_cpuid_domid(pretend, &domid));
	KUNIT_EXPECT_EQ(test, domid, 7);
}

static void the_search_ends(struct kunit *test)
{
	nr_asked = 0;
	expect_base(test, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, 256U, nr_asked);
	KUNIT_EXPECT_EQ(test, 0x4000ff00U, last_asked);
}

static void the_search_stops_at_the_first(struct kunit *test)
{
	nr_asked = 0;
	expect_base(test, 0x40000100, 5, 0x40000100);
	KUNIT_EXPECT_EQ(test, 2U, nr_asked);
}

static void any_number_of_leaves_will_do(struct kunit *test)
{
	xen_base = 0x40000000;
	last_leaf = U32_MAX;
	KUNIT_EXPECT_EQ(test, 0x40000000U, xen_cpuid_find_base(pretend));
}

static void leaves_are_counted_from_the_base(struct kunit *test)
{
	xen_base = 0x40000100;
	last_leaf = 0x40000005;
	KUNIT_EXPECT_EQ(test, 0U, xen_cpuid_find_base(pretend));
}

/* Xen in front with too few leaves, another behind it. */
static void pretend_two(u32 leaf, struct xen_cpuid_leaf *out)
{
	xen_base = leaf;
	last_leaf = leaf < 0x40000300 ? leaf + 1 : leaf + 2;
	pretend(leaf, out);
}

static void too_few_leaves_are_passed_over(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0x40000300U, xen_cpuid_find_base(pretend_two));
}

static const struct signature {
	const char *name;
	struct xen_cpuid_leaf leaf;
} signatures[] = {
	{ "ebx", { 0x40000005, 0, XEN_CPUID_SIGNATURE_ECX,
		   XEN_CPUID_SIGNATURE_EDX } },
	{ "ecx", { 0x40000005, XEN_CPUID_SIGNATURE_EBX, 0,
		   XEN_CPUID_SIGNATURE_EDX } },
	{ "edx", { 0x40000005, XEN_CPUID_SIGNATURE_EBX,
		   XEN_CPUID_SIGNATURE_ECX, 0 } },
	{ "ebx_of_one_bit", { 0x40000005, XEN_CPUID_SIGNATURE_EBX ^ 1,
			      XEN_CPUID_SIGNATURE_ECX,
			      XEN_CPUID_SIGNATURE_EDX } },
	{ "another_hypervisor", { 0x40000005, 0x4b4d564b, 0x564b4d56, 0x4d } },
};

static void describe(const struct signature *signature, char *description)
{
	strscpy(description, signature->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(signatures, signatures, describe);

static const struct xen_cpuid_leaf *everywhere;

static void pretend_everywhere(u32 leaf, struct xen_cpuid_leaf *out)
{
	*out = *everywhere;
	out->eax = leaf + 5;
}

static void half_a_signature_is_not_xens(struct kunit *test)
{
	const struct signature *signature = test->param_value;

	everywhere = &signature->leaf;
	KUNIT_EXPECT_EQ(test, 0U, xen_cpuid_find_base(pretend_everywhere));
}

static void the_processor_is_asked(struct kunit *test)
{
	struct xen_cpuid_leaf leaf;
	u32 eax, ebx, ecx, edx;

	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		kunit_skip(test, "this processor shows no hypervisor");
	cpuid_count(0, 0, &eax, &ebx, &ecx, &edx);
	xen_cpuid_native(0, &leaf);
	KUNIT_EXPECT_EQ(test, eax, leaf.eax);
	KUNIT_EXPECT_EQ(test, ebx, leaf.ebx);
	KUNIT_EXPECT_EQ(test, ecx, leaf.ecx);
	KUNIT_EXPECT_EQ(test, edx, leaf.edx);
}

/* Leaves that it does not have it would answer with those of another. */
static void bare_metal_is_not_asked(struct kunit *test)
{
	unsigned long *caps = (unsigned long *)boot_cpu_data.x86_capability;
	bool has = test_and_clear_bit(X86_FEATURE_HYPERVISOR, caps);
	struct xen_cpuid_leaf leaf = { 1, 2, 3, 4 };

	xen_cpuid_native(0, &leaf);
	if (has)
		set_bit(X86_FEATURE_HYPERVISOR, caps);
	KUNIT_EXPECT_EQ(test, 0U, leaf.eax | leaf.ebx | leaf.ecx | leaf.edx);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_base_is_found),
	KUNIT_CASE(shifted_base_is_found),
	KUNIT_CASE(base_out_of_range_is_not),
	KUNIT_CASE(too_few_leaves_are_not_enough),
	KUNIT_CASE(no_xen_is_no_base),
	KUNIT_CASE(xen_tells_the_number_of_a_vcpu),
	KUNIT_CASE(where_it_does_not_the_apic_id_does),
	KUNIT_CASE(without_xen_there_is_no_number),
	KUNIT_CASE(our_own_number_is_what_the_processor_tells),
	KUNIT_CASE(xen_tells_the_number_of_the_domain),
	KUNIT_CASE(or_it_does_not),
	KUNIT_CASE(the_search_ends),
	KUNIT_CASE(the_search_stops_at_the_first),
	KUNIT_CASE(any_number_of_leaves_will_do),
	KUNIT_CASE(leaves_are_counted_from_the_base),
	KUNIT_CASE(too_few_leaves_are_passed_over),
	KUNIT_CASE_PARAM(half_a_signature_is_not_xens, signatures_gen_params),
	KUNIT_CASE(the_processor_is_asked),
	KUNIT_CASE(bare_metal_is_not_asked),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_cpuid",
	.test_cases = cases,
};

kunit_test_suite(suite);
