// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of Xen's feature bits. The numbers are written out here, from
 * xen/include/public/features.h of Xen 4.22, because the macros come from
 * several headers.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "internal.h"

static const char *const bits[] = {
	[0] = "writable_page_tables",
	[1] = "writable_descriptor_tables",
	[2] = "auto_translated_physmap",
	[3] = "supervisor_mode_kernel",
	[4] = "pae_pgdir_above_4gb",
	[5] = "mmu_pt_update_preserve_ad",
	[6] = "highmem_assist",
	[7] = "gnttab_map_avail_bits",
	[8] = "hvm_callback_vector",
	[9] = "hvm_safe_pvclock",
	[10] = "hvm_pirqs",
	[11] = "dom0",
	[12] = "grant_map_identity",
	[13] = "memory_op_vnode_supported",
	[14] = "ARM_SMCCC_supported",
	[15] = "linux_rsdp_unrestricted",
	[16] = "not_direct_mapped",
	[17] = "direct_mapped",
	[18] = "runstate_phys_area",
	[19] = "vcpu_time_phys_area",
	[20] = "dm_msix_all_writes",
};

static void each_bit_has_its_name(struct kunit *test)
{
	unsigned int bit;

	for (bit = 0; bit < ARRAY_SIZE(bits); bit++)
		KUNIT_EXPECT_STREQ(test, bits[bit], xen_feature_name(bit));
}

static void a_bit_that_no_header_names_has_none(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, xen_feature_name(ARRAY_SIZE(bits)));
	KUNIT_EXPECT_NULL(test, xen_feature_name(31));
	KUNIT_EXPECT_NULL(test, xen_feature_name(UINT_MAX));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_bit_has_its_name),
	KUNIT_CASE(a_bit_that_no_header_names_has_none),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_features",
	.test_cases = cases,
};

kunit_test_suite(suite);
