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

static void list_with_a_page_number_is_nowhere_else(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.mfn_list = BASE + 0x49a0000;
	KUNIT_ASSERT_EQ(test, 8, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, "phys2mach", segments[7].name);
	KUNIT_EXPECT_EQ(test, si.first_p2m_pfn, segments[7].pfn);
}

/* Pieces that share a page: what is moved where. */
static const struct overlap {
	const char *name;
	size_t at;
	unsigned long value;
} overlaps[] = {
#define FACT(_name, _field, _value) \
	{ _name, offsetof(struct xen_startup_facts, _field), _value }
	FACT("store in start info", store_pfn, 0x4a00),
	FACT("console in store", console_pfn, 0x4a01),
	FACT("page tables in console", pt_pfn, 0x4a02),
	FACT("start info in page tables", start_info_pfn, 0x4a03),
	FACT("start info in the last page table", start_info_pfn, 0x4a2b),
	FACT("start info in boot stack", start_info_pfn, 0x4a2c),
	FACT("store in module", store_pfn, 0x4c01),
	FACT("console in the module's last page", console_pfn, 0x509e),
	FACT("start info in phys2mach", start_info_pfn, 0x509f),
	FACT("console in phys2mach's last page", console_pfn, 0x5101),
};

static void name_of_overlap(const struct overlap *overlap, char *description)
{
	strscpy(description, overlap->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(overlaps, overlaps, name_of_overlap);

static void overlap_is_refused(struct kunit *test)
{
	const struct overlap *overlap = test->param_value;
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	*(unsigned long *)((void *)&facts + overlap->at) = overlap->value;
	KUNIT_EXPECT_EQ(test, -EINVAL, xen_startup_map(&facts, segments));
}

static void page_tables_into_the_module_are_refused(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.nr_pt_frames = 0x4c00 - 0x4a03 - 1; /* the boot stack behind them */
	KUNIT_EXPECT_EQ(test, 8, xen_startup_map(&facts, segments));
	si.nr_pt_frames++;
	KUNIT_EXPECT_EQ(test, -EINVAL, xen_startup_map(&facts, segments));
}

static void dom0_has_no_console_page(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);
	int i;

	si.flags |= SIF_INITDOMAIN;
	KUNIT_ASSERT_EQ(test, 7, xen_startup_map(&facts, segments));
	for (i = 0; i < 7; i++)
		KUNIT_EXPECT_STRNEQ(test, "console", segments[i].name);
}

static void a_ring_that_is_missing_is_not_in_the_map(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.console.domU.mfn = 0;
	KUNIT_ASSERT_EQ(test, 7, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, "xenstore", segments[2].name);
	KUNIT_EXPECT_STREQ(test, "page tables", segments[3].name);
}

static void a_map_without_a_p2m_list_ends_before_it(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.nr_p2m_frames = 0;
	KUNIT_ASSERT_EQ(test, 7, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, "module0", segments[6].name);
}

static void a_module_fills_whole_pages(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.mod_len = 1;
	KUNIT_ASSERT_EQ(test, 8, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_EQ(test, 1UL, segments[6].nr_pages);
	si.mod_len = PAGE_SIZE + 1;
	KUNIT_ASSERT_EQ(test, 8, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_EQ(test, 2UL, segments[6].nr_pages);
}

/* The kernel last, with nothing behind it: how long it is nobody knows. */
static void a_kernel_at_the_end_has_no_length(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	facts.kernel_start = BASE + (0x6000UL << PAGE_SHIFT);
	KUNIT_ASSERT_EQ(test, 8, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, "start info", segments[0].name);
	KUNIT_EXPECT_STREQ(test, "kernel", segments[7].name);
	KUNIT_EXPECT_EQ(test, 0UL, segments[7].nr_pages);
}

static void the_kernel_ends_at_whatever_comes_next(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = today_si();
	struct xen_startup_facts facts = today_facts(&si);

	si.mod_start = 0x2000;
	si.mod_len = PAGE_SIZE;
	KUNIT_ASSERT_EQ(test, 8, xen_startup_map(&facts, segments));
	KUNIT_EXPECT_STREQ(test, "kernel", segments[0].name);
	KUNIT_EXPECT_EQ(test, 0x1000UL, segments[0].nr_pages);
	KUNIT_EXPECT_STREQ(test, "module0", segments[1].name);
}

static void a_domain_that_booted_in_part_has_a_map(struct kunit *test)
{
	struct xen_segment segments[XEN_STARTUP_SEGMENTS];
	struct start_info si = { .mfn_list = 0xffffc90000000000 };
	struct xen_startup_facts facts = today_facts(&si);

	/* Kernel, start info, boot stack. */
	KUNIT_EXPECT_EQ(test, 3, xen_startup_map(&facts, segments));
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
	KUNIT_CASE(list_with_a_page_number_is_nowhere_else),
	KUNIT_CASE_PARAM(overlap_is_refused, overlaps_gen_params),
	KUNIT_CASE(page_tables_into_the_module_are_refused),
	KUNIT_CASE(dom0_has_no_console_page),
	KUNIT_CASE(a_ring_that_is_missing_is_not_in_the_map),
	KUNIT_CASE(a_map_without_a_p2m_list_ends_before_it),
	KUNIT_CASE(a_module_fills_whole_pages),
	KUNIT_CASE(a_kernel_at_the_end_has_no_length),
	KUNIT_CASE(the_kernel_ends_at_whatever_comes_next),
	KUNIT_CASE(a_domain_that_booted_in_part_has_a_map),
	KUNIT_CASE(resumed_domain_has_no_map),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_startup_map",
	.test_cases = cases,
};

kunit_test_suite(suite);
