// SPDX-License-Identifier: GPL-2.0-only
/* The start-of-day map: today's layout, that of 2004, and nonsense. */
#include <kunit/test.h>
#include <linux/mm.h>

#include <xen/start_info.h>

#define BASE 0xffffffff80000000

/* What Xen 4.17 built for a domain of 192 MiB with Linux 6.1. */
static struct start_info today_si(void)
{
	return (struct start_info){
		.nr_pages = 49152,
		.flags = SIF_MOD_START_PFN,
		.store_mfn = 0x3f601,
		.console.domU.mfn = 0x3f602,
		.pt_base = 0xffff888004a03000,
		.nr_pt_frames = 0x29,
		.mfn_list = 0xffffc90000000000,
		.mod_start = 0x4c00,
		.mod_len = 0x49e600,
		.first_p2m_pfn = 0x509f,
		.nr_p2m_frames = 0x63,
	};
}

static struct xen_startup_facts today_facts(const struct start_info *si)
{
	return (struct xen_startup_facts){
		.si = si,
		.kernel_base = BASE,
		.kernel_start = BASE + 0x1000000,
		.start_info_pfn = 0x4a00,
		.store_pfn = 0x4a01,
		.console_pfn = 0x4a02,
		.pt_pfn = 0x4a03,
	};
}

static void expect_segments(struct kunit *test,
			    const struct xen_segment *expected,
			    const struct xen_segment *segments, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_STREQ(test, expected[i].name, segments[i].name);
		KUNIT_EXPECT_EQ(test, expected[i].pfn, segments[i].pfn);
		KUNIT_EXPECT_EQ(test, expected[i].nr_pages,
				segments[i].nr_pages);
		KUNIT_EXPECT_EQ(test, BASE + (expected[i].pfn << PAGE_SHIFT),
				segments[i].vaddr);
	}
}

static void todays_layout_is_rebuilt(struct kunit *test)
{
	static const struct xen_segment expected[] = {
		{ .name = "kernel", .pfn = 0x1000, .nr_pages = 0x3a00 },
		{ .name = "start info", .pfn = 0x4a00, .nr_pages = 1 },
		{ .name = "xenstore", .pfn = 0x4a01, .nr_pages = 1 },
		{ .name = "console", .pfn = 0x4a02, .nr_pages = 1 },
		{ .name = "page tables", .pfn = 0x4a03, .nr_pages = 0x29 },
		{ .name = "boot stack", .pfn = 0x4a2c, .nr_pages = 1 },
		{ .name = "module0", .pfn = 0x4c00, .nr_pages = 0x49f },
		{ .name = "phys2mach", .pfn = 0x509f, .nr_pages = 0x63 },
	};
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	KUNIT_ASSERT_EQ(test, (int)ARRAY_SIZE(expected),
			xen_startup_map(&facts, segments));
	expect_segments(test, expected, segments, ARRAY_SIZE(expected));
}

static void layout_of_2004_is_rebuilt(struct kunit *test)
{
	static const struct xen_segment expected[] = {
		{ .name = "kernel", .pfn = 0x1000, .nr_pages = 0x400 },
		{ .name = "module0", .pfn = 0x1400, .nr_pages = 0x100 },
		{ .name = "phys2mach", .pfn = 0x1500, .nr_pages = 0x63 },
		{ .name = "start info", .pfn = 0x1563, .nr_pages = 1 },
		{ .name = "xenstore", .pfn = 0x1564, .nr_pages = 1 },
		{ .name = "console", .pfn = 0x1565, .nr_pages = 1 },
		{ .name = "page tables", .pfn = 0x1566, .nr_pages = 9 },
		{ .name = "boot stack", .pfn = 0x156f, .nr_pages = 1 },
	};
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	/* The module by its virtual address, in the first mapping. */
	si.flags = 0;
	si.mod_start = BASE + (0x1400UL << PAGE_SHIFT);
	si.mod_len = 0x100 << PAGE_SHIFT;
	si.first_p2m_pfn = 0x1500;
	si.nr_pt_frames = 9;
	facts.start_info_pfn = 0x1563;
	facts.store_pfn = 0x1564;
	facts.console_pfn = 0x1565;
	facts.pt_pfn = 0x1566;
	KUNIT_ASSERT_EQ(test, (int)ARRAY_SIZE(expected),
			xen_startup_map(&facts, segments));
	expect_segments(test, expected, segments, ARRAY_SIZE(expected));
}

static void domain_without_module_and_rings(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.mod_start = 0;
	si.mod_len = 0;
	si.store_mfn = 0;
	si.console.domU.mfn = 0;
	KUNIT_ASSERT_EQ(test, 5, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, "page tables", segments[2].name);
}

struct list {
	const char *name;
	unsigned long mfn_list;
	unsigned long pfn; /* 0: not found */
};

/* Without a page number, of 192 MiB, and with start_info at page 0x4a00. */
static const struct list lists[] = {
	{ "between_kernel_and_start_info", BASE + 0x49a0000, 0x49a0 },
	{ "before_start_info_with_a_gap", BASE + 0x4900000, 0x4900 },
	{ "a_page_into_start_info", BASE + 0x49a1000, 0 },
	{ "behind_start_info", BASE + 0x5000000, 0 },
	{ "where_Linux_moved_it", 0xffffc90000000000, 0 },
	{ "at_the_last_address", ULONG_MAX - 7, 0 },
};

static void describe_list(const struct list *list, char *description)
{
	strscpy(description, list->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(lists, lists, describe_list);

static void list_in_the_first_mapping_is_found(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	const struct list *list = test->param_value;
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.first_p2m_pfn = 0;
	si.nr_p2m_frames = 0;
	si.mfn_list = list->mfn_list;
	KUNIT_ASSERT_EQ(test, list->pfn ? 8 : 7, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, list->pfn ? "phys2mach" : "start info", segments[1].name);
	if (list->pfn) {
		KUNIT_EXPECT_EQ(test, list->pfn, segments[1].pfn);
		KUNIT_EXPECT_EQ(test, 0x60UL, segments[1].nr_pages);
	}
}

static void overlap_is_refused(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.nr_pt_frames = 0x1000;
	KUNIT_EXPECT_EQ(test, -EINVAL, xen_startup_map(&facts, segments));
}

static void resumed_domain_has_no_map(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = {};
	struct xen_startup_facts facts = today_facts(&si);

	KUNIT_EXPECT_EQ(test, -ENODATA, xen_startup_map(&facts, segments));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(todays_layout_is_rebuilt),
	KUNIT_CASE(layout_of_2004_is_rebuilt),
	KUNIT_CASE(domain_without_module_and_rings),
	KUNIT_CASE_PARAM(list_in_the_first_mapping_is_found, lists_gen_params),
	KUNIT_CASE(overlap_is_refused),
	KUNIT_CASE(resumed_domain_has_no_map),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_startup_map",
	.test_cases = cases,
};

kunit_test_suite(suite);
