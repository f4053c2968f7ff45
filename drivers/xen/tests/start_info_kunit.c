// SPDX-License-Identifier: GPL-2.0-only
/* start_info: what is right passes, and each wrong field is named. */
#include <kunit/test.h>
#include <linux/mm.h>

#include <xen/start_info.h>

static const struct xen_start_info_limits limits = {
	.max_mfn = 0x80000,
	.max_pages = 0x80001,
	.max_port = 4096,
};

/* As a builder leaves it for a domain of 192 MiB. */
static struct start_info good(void)
{
	return (struct start_info){
		.magic = "xen-3.0-x86_64",
		.nr_pages = 49152,
		.shared_info = 0x7fc59000,
		.flags = SIF_MOD_START_PFN,
		.store_mfn = 0x3f601,
		.store_evtchn = 1,
		.console.domU = { .mfn = 0x3f602, .evtchn = 2 },
		.pt_base = 0xffff888004a03000,
		.nr_pt_frames = 41,
		.mfn_list = 0xffffc90000000000,
		.mod_start = 0x4c00,
		.mod_len = 4845568,
		.cmd_line = "root=/dev/xvda",
		.first_p2m_pfn = 0x509f,
		.nr_p2m_frames = 99,
	};
}

static void good_page_passes(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
	KUNIT_EXPECT_NULL(test, fault.field);
	KUNIT_EXPECT_FALSE(test, xen_start_info_is_resumed(&si));
}

static void resumed_page_needs_no_boot_fields(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	memset((u8 *)&si + offsetof(struct start_info, pt_base), 0,
	       sizeof(si) - offsetof(struct start_info, pt_base));
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
	KUNIT_EXPECT_TRUE(test, xen_start_info_is_resumed(&si));
}

static void page_without_rings_passes(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	si.store_mfn = 0;
	si.store_evtchn = 0;
	si.console.domU.mfn = 0;
	si.console.domU.evtchn = 0;
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
}

static void dom0_has_no_console_ring(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	si.flags |= SIF_INITDOMAIN | SIF_PRIVILEGED;
	si.store_mfn = 0;
	si.store_evtchn = 0;
	si.console.dom0.info_off = 0x800;
	si.console.dom0.info_size = 0;
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
}

static void truncated_page_is_refused(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;
	size_t size;

	for (size = 0; size < sizeof(si); size += 7) {
		KUNIT_EXPECT_EQ(test, -EINVAL,
				xen_start_info_check(&si, size, &limits,
						     &fault));
		KUNIT_EXPECT_STREQ(test, "start_info", fault.field);
	}
}

#include "start_info_damage.h"

static void wrong_field_is_named(struct kunit *test)
{
	struct start_info si = good();

	expect_damage_is_refused(test, test->param_value, &si);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(good_page_passes),
	KUNIT_CASE(resumed_page_needs_no_boot_fields),
	KUNIT_CASE(page_without_rings_passes),
	KUNIT_CASE(dom0_has_no_console_ring),
	KUNIT_CASE(truncated_page_is_refused),
	KUNIT_CASE_PARAM(wrong_field_is_named, damages_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_start_info",
	.test_cases = cases,
};

kunit_test_suite(suite);
