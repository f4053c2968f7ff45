// SPDX-License-Identifier: GPL-2.0-only
/* The domain builder's plan: today's order, that of 2004, and no room. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include <model/layout.h>

#define BASE 0xffffffff80000000ULL
#define P2M_BASE 0x8000000000ULL

/* Linux since 4.0: both notes. Before that, and in 2004: neither. */
#define LINUX(_pages) \
	{ BASE, BASE + SZ_16M, BASE + SZ_16M + (_pages) * PAGE_SIZE, P2M_BASE, true }
#define OLD(_pages) \
	{ BASE, BASE + SZ_16M, BASE + SZ_16M + (_pages) * PAGE_SIZE, 0, false }

struct plan {
	const char *name;
	struct model_kernel kernel;
	u64 nr_pages;
	u64 module_bytes;
	struct xen_segment segments[XEN_STARTUP_SEGMENTS + 1];
};

#define AT(_name, _pfn, _nr_pages) \
	{ .name = _name, .pfn = _pfn, .nr_pages = _nr_pages }

static const struct plan plans[] = {
	/* Logged by the domain builder of Xen 4.17 for Linux 6.1. */
	{ "192_MiB_today", LINUX(0x3a00), 49152, 0x2caa00, {
		AT("kernel", 0x1000, 0x3a00), AT("start info", 0x4a00, 1),
		AT("xenstore", 0x4a01, 1), AT("console", 0x4a02, 1),
		AT("page tables", 0x4a03, 0x29), AT("boot stack", 0x4a2c, 1),
		AT("module0", 0x4c00, 0x2cb), AT("phys2mach", 0x4ecb, 0x63) } },
	{ "192_MiB_with_a_larger_module", LINUX(0x3a00), 49152, 0x49e600, {
		AT("kernel", 0x1000, 0x3a00), AT("start info", 0x4a00, 1),
		AT("xenstore", 0x4a01, 1), AT("console", 0x4a02, 1),
		AT("page tables", 0x4a03, 0x29), AT("boot stack", 0x4a2c, 1),
		AT("module0", 0x4c00, 0x49f), AT("phys2mach", 0x509f, 0x63) } },
	{ "without_a_module", LINUX(0x3a00), 49152, 0, {
		AT("kernel", 0x1000, 0x3a00), AT("start info", 0x4a00, 1),
		AT("xenstore", 0x4a01, 1), AT("console", 0x4a02, 1),
		AT("page tables", 0x4a03, 0x29), AT("boot stack", 0x4a2c, 1),
		AT("phys2mach", 0x4c00, 0x63) } },
	/* The order that <xen/interface/xen.h> describes. */
	{ "192_MiB_in_2004", OLD(0x400), 49152, SZ_1M, {
		AT("kernel", 0x1000, 0x400), AT("module0", 0x1400, 0x100),
		AT("phys2mach", 0x1500, 0x60), AT("start info", 0x1560, 1),
		AT("xenstore", 0x1561, 1), AT("console", 0x1562, 1),
		AT("page tables", 0x1563, 3 + 12), AT("boot stack", 0x1572, 1) } },
	{ "without_a_module_in_2004", OLD(0x400), 49152, 0, {
		AT("kernel", 0x1000, 0x400), AT("phys2mach", 0x1400, 0x60),
		AT("start info", 0x1460, 1), AT("xenstore", 0x1461, 1),
		AT("console", 0x1462, 1), AT("page tables", 0x1463, 3 + 12),
		AT("boot stack", 0x1472, 1) } },
	/* Kernels between the two: one note of them. */
	{ "with_an_unmapped_module_only",
	  { BASE, BASE + SZ_16M, BASE + SZ_32M, 0, true }, 49152, 1, {
		AT("kernel", 0x1000, 0x1000), AT("phys2mach", 0x2000, 0x60),
		AT("start info", 0x2060, 1), AT("xenstore", 0x2061, 1),
		AT("console", 0x2062, 1), AT("page tables", 0x2063, 3 + 18),
		AT("boot stack", 0x2078, 1), AT("module0", 0x2400, 1) } },
	{ "with_a_mapped_P2M_only",
	  { BASE, BASE + SZ_16M, BASE + SZ_32M, P2M_BASE, false }, 49152, 1, {
		AT("kernel", 0x1000, 0x1000), AT("module0", 0x2000, 1),
		AT("start info", 0x2001, 1), AT("xenstore", 0x2002, 1),
		AT("console", 0x2003, 1), AT("page tables", 0x2004, 3 + 18),
		AT("boot stack", 0x2019, 1), AT("phys2mach", 0x2400, 0x63) } },
	/* 1 GiB of list, and 512 + 1 + 1 tables for it. */
	{ "512_GiB", LINUX(0x3a00), 1ULL << 27, SZ_1G, {
		AT("kernel", 0x1000, 0x3a00), AT("start info", 0x4a00, 1),
		AT("xenstore", 0x4a01, 1), AT("console", 0x4a02, 1),
		AT("page tables", 0x4a03, 0x29), AT("boot stack", 0x4a2c, 1),
		AT("module0", 0x4c00, 0x40000),
		AT("phys2mach", 0x44c00, 0x40000 + 514) } },
	/* The list is mapped where tables of the first mapping reach. */
	{ "with_the_P2M_near_the_kernel",
	  { BASE, BASE, BASE + SZ_1M, BASE + SZ_1G - SZ_2M, true }, 4096, 0, {
		AT("kernel", 0, 0x100), AT("start info", 0x100, 1),
		AT("xenstore", 0x101, 1), AT("console", 0x102, 1),
		AT("page tables", 0x103, 5), AT("boot stack", 0x108, 1),
		AT("phys2mach", 0x400, 8 + 1) } },
	/* It begins where they reach, and ends where they do not; and reverse. */
	{ "with_the_P2M_across_the_end_of_a_table",
	  { BASE, BASE, BASE + SZ_1M, BASE + SZ_1G - 8 * PAGE_SIZE, true }, 8192, 0, {
		AT("kernel", 0, 0x100), AT("start info", 0x100, 1),
		AT("xenstore", 0x101, 1), AT("console", 0x102, 1),
		AT("page tables", 0x103, 5), AT("boot stack", 0x108, 1),
		AT("phys2mach", 0x400, 16 + 3) } },
	{ "with_the_P2M_across_the_beginning_of_a_table",
	  { BASE + SZ_1G + SZ_1M, BASE + SZ_1G + SZ_1M, BASE + SZ_1G + SZ_2M,
	    BASE + SZ_1G - 8 * PAGE_SIZE, true }, 8192, 0, {
		AT("kernel", 0, 0x100), AT("start info", 0x100, 1),
		AT("xenstore", 0x101, 1), AT("console", 0x102, 1),
		AT("page tables", 0x103, 5), AT("boot stack", 0x108, 1),
		AT("phys2mach", 0x300, 16 + 2) } },
	/* The next GiB: the table of the third level is shared. */
	{ "with_the_P2M_beyond_the_kernel",
	  { BASE - SZ_1G, BASE - SZ_1G, BASE - SZ_1G + SZ_1M, BASE, true }, 4096, 0, {
		AT("kernel", 0, 0x100), AT("start info", 0x100, 1),
		AT("xenstore", 0x101, 1), AT("console", 0x102, 1),
		AT("page tables", 0x103, 5), AT("boot stack", 0x108, 1),
		AT("phys2mach", 0x400, 8 + 2) } },
};

static void describe_plan(const struct plan *plan, char *description)
{
	strscpy(description, plan->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(plans, plans, describe_plan);

static void pieces_lie_in_their_order(struct kunit *test)
{
	const struct plan *plan = test->param_value;
	const struct xen_segment *expected = plan->segments, *segment;
	struct model_layout *layout;
	unsigned int i;

	layout = kunit_kzalloc(test, sizeof(*layout), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, layout);
	KUNIT_ASSERT_EQ(test, 0, model_layout_init(layout, &plan->kernel,
						   plan->nr_pages,
						   plan->module_bytes));
	for (i = 0; expected[i].name; i++) {
		segment = &layout->segments[i];
		KUNIT_ASSERT_LT(test, i, layout->nr);
		KUNIT_EXPECT_STREQ(test, expected[i].name, segment->name);
		KUNIT_EXPECT_EQ(test, expected[i].pfn, segment->pfn);
		KUNIT_EXPECT_EQ(test, expected[i].nr_pages, segment->nr_pages);
		KUNIT_EXPECT_EQ(test, plan->kernel.virt_base + expected[i].pfn * PAGE_SIZE,
				(u64)segment->vaddr);
	}
	KUNIT_EXPECT_EQ(test, i, layout->nr);
}

/* Exactly the pages it needs are enough, and one less is not. */
static void domain_needs_what_it_needs(struct kunit *test)
{
	const struct plan *plan = test->param_value;
	struct model_layout *layout;
	u64 low = 0, high = plan->nr_pages, middle;
	const struct xen_segment *last;

	layout = kunit_kzalloc(test, sizeof(*layout), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, layout);
	/* high suffices, low does not. */
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (model_layout_init(layout, &plan->kernel, middle, plan->module_bytes))
			low = middle;
		else
			high = middle;
	}
	KUNIT_EXPECT_EQ(test, -ENOMEM, model_layout_init(layout, &plan->kernel, low,
							 plan->module_bytes));
	KUNIT_ASSERT_EQ(test, 0, model_layout_init(layout, &plan->kernel, high,
						   plan->module_bytes));
	last = &layout->segments[layout->nr - 1];
	/* The stack is followed by the rest of the first mapping. */
	if (last == layout->stack)
		KUNIT_EXPECT_EQ(test, high, layout->pfn_end);
	else
		KUNIT_EXPECT_EQ(test, high, (u64)last->pfn + last->nr_pages);
}

struct bad_plan {
	const char *name;
	struct model_kernel kernel;
	u64 nr_pages;
	u64 module_bytes;
	int err;
};

static const struct bad_plan bad_plans[] = {
	{ "no_memory", LINUX(1), 0, 0, -ENOMEM },
	{ "memory_that_ends_before_the_kernel", LINUX(1), 0xfff, 0, -ENOMEM },
	{ "memory_that_ends_within_the_kernel", LINUX(0x100), 0x10ff, 0, -ENOMEM },
	{ "no_room_for_start_info", LINUX(0x100), 0x1100, 0, -ENOMEM },
	{ "no_room_for_the_mapping", LINUX(0x100), 0x13ff, 0, -ENOMEM },
	{ "no_room_for_the_list", LINUX(0x100), 0x1400, 0, -ENOMEM },
	{ "module_larger_than_memory", LINUX(1), 49152, 49153 * PAGE_SIZE, -ENOMEM },
	{ "module_of_64_bits", LINUX(1), 49152, U64_MAX, -E2BIG },
	{ "memory_of_64_bits", LINUX(1), U64_MAX, 0, -E2BIG },
	{ "memory_of_more_than_48_bits", LINUX(1), (1ULL << 36) + 1, 0, -E2BIG },
	{ "kernel_of_no_length", LINUX(0), 49152, 0, -EINVAL },
	{ "kernel_that_ends_before_it_starts",
	  { BASE, BASE + SZ_16M, BASE, 0, true }, 49152, 0, -EINVAL },
	{ "kernel_below_its_base", { BASE, BASE - PAGE_SIZE, BASE, 0, true }, 49152, 0,
	  -EINVAL },
	{ "kernel_of_all_addresses", { 0, 0, U64_MAX, 0, true }, 49152, 0, -ENOMEM },
	{ "kernel_that_starts_within_a_page",
	  { BASE, BASE + 1, BASE + SZ_1M, 0, true }, 49152, 0, -EINVAL },
	{ "base_within_a_page", { BASE + 8, BASE + SZ_1M + 8, BASE + SZ_2M, 0, true },
	  49152, 0, -EINVAL },
	{ "list_within_a_page", { BASE, BASE, BASE + SZ_1M, P2M_BASE + 8, true }, 49152,
	  0, -EINVAL },
	{ "mapping_beyond_the_last_address",
	  { 0 - 2ULL * SZ_1M, 0 - 2ULL * SZ_1M, 0 - 1ULL * SZ_64K, P2M_BASE, true }, 49152,
	  0, -EINVAL },
	{ "list_in_the_first_mapping",
	  { BASE, BASE, BASE + SZ_1M, BASE + SZ_2M, true }, 4096, 0, -EINVAL },
	{ "list_that_ends_in_the_first_mapping",
	  { BASE, BASE, BASE + SZ_1M, BASE - 7 * PAGE_SIZE, true }, 4096, 0, -EINVAL },
	{ "list_that_begins_in_the_first_mapping",
	  { BASE, BASE, BASE + SZ_1M, BASE + SZ_4M - PAGE_SIZE, true }, 4096, 0, -EINVAL },
	{ "list_beyond_the_last_address",
	  { BASE, BASE, BASE + SZ_1M, 0 - 1ULL * SZ_64K, true }, 49152, 0, -EINVAL },
};

static void describe_bad_plan(const struct bad_plan *plan, char *description)
{
	strscpy(description, plan->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad_plans, bad_plans, describe_bad_plan);

static void impossible_domain_is_refused(struct kunit *test)
{
	const struct bad_plan *plan = test->param_value;
	struct model_layout *layout;

	layout = kunit_kzalloc(test, sizeof(*layout), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, layout);
	KUNIT_EXPECT_EQ(test, plan->err, model_layout_init(layout, &plan->kernel,
							   plan->nr_pages,
							   plan->module_bytes));
}

static u64 tables_for(u64 bytes, unsigned int level)
{
	return DIV_ROUND_UP(bytes, 1ULL << (PAGE_SHIFT + 9 * (level + 1)));
}

static void expect_mapping_is_right(struct kunit *test,
				    const struct model_layout *layout)
{
	const struct model_mapping *map = &layout->maps[0];
	u64 bytes = map->to - map->from + 1;
	u64 used = ((u64)layout->stack->pfn + 1) * PAGE_SIZE;

	KUNIT_ASSERT_EQ(test, 0ULL, bytes % SZ_4M);
	KUNIT_ASSERT_GE(test, bytes, used + SZ_512K);
	/* No more than needed, but for what the alignment adds. */
	KUNIT_ASSERT_LT(test, bytes, used + SZ_512K + SZ_4M);
	KUNIT_ASSERT_EQ(test, map->nr_tables, 1 + tables_for(bytes, 2) +
					      tables_for(bytes, 1) + tables_for(bytes, 0));
	KUNIT_ASSERT_EQ(test, map->nr_tables, (u64)layout->page_tables->nr_pages);
}

/* Around each 4 MiB, a page more of kernel may need a table more. */
static void mapping_holds_its_own_tables(struct kunit *test)
{
	struct model_kernel kernel = LINUX(1);
	struct model_layout *layout;
	u64 nr;

	layout = kunit_kzalloc(test, sizeof(*layout), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, layout);
	for (nr = 1; nr < 4200; nr++) {
		kernel.end = kernel.start + nr * PAGE_SIZE;
		KUNIT_ASSERT_EQ(test, 0, model_layout_init(layout, &kernel, 49152, 0));
		expect_mapping_is_right(test, layout);
	}
}

static void each_address_has_its_tables(struct kunit *test)
{
	struct model_kernel kernel = LINUX(0x3a00);
	struct model_layout *layout;
	u64 pfn, first;

	layout = kunit_kzalloc(test, sizeof(*layout), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, layout);
	KUNIT_ASSERT_EQ(test, 0, model_layout_init(layout, &kernel, 49152, 0));
	first = layout->page_tables->pfn;
	KUNIT_ASSERT_TRUE(test, model_layout_table(layout, 3, BASE, &pfn));
	KUNIT_EXPECT_EQ(test, first, pfn);
	KUNIT_ASSERT_TRUE(test, model_layout_table(layout, 2, BASE, &pfn));
	KUNIT_EXPECT_EQ(test, first + 1, pfn);
	KUNIT_ASSERT_TRUE(test, model_layout_table(layout, 0, BASE + SZ_2M, &pfn));
	KUNIT_EXPECT_EQ(test, first + 4, pfn);
	KUNIT_ASSERT_TRUE(test, model_layout_table(layout, 0, BASE + SZ_2M - 1, &pfn));
	KUNIT_EXPECT_EQ(test, first + 3, pfn);
	KUNIT_ASSERT_TRUE(test, model_layout_table(layout, 3, P2M_BASE, &pfn));
	KUNIT_EXPECT_EQ(test, first, pfn);
	KUNIT_ASSERT_TRUE(test, model_layout_table(layout, 0, P2M_BASE, &pfn));
	KUNIT_EXPECT_EQ(test, (u64)layout->p2m->pfn + 0x62, pfn);
	KUNIT_EXPECT_FALSE(test, model_layout_table(layout, 0, BASE - 1, &pfn));
	KUNIT_EXPECT_FALSE(test, model_layout_table(layout, 0, P2M_BASE + SZ_2M, &pfn));
	KUNIT_EXPECT_TRUE(test, model_layout_is_table(layout, first));
	KUNIT_EXPECT_TRUE(test, model_layout_is_table(layout, first + 0x28));
	KUNIT_EXPECT_FALSE(test, model_layout_is_table(layout, first + 0x29));
	KUNIT_EXPECT_FALSE(test, model_layout_is_table(layout, first - 1));
	KUNIT_EXPECT_FALSE(test, model_layout_is_table(layout, layout->p2m->pfn));
	KUNIT_EXPECT_TRUE(test, model_layout_is_table(layout, layout->p2m->pfn + 0x60));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pieces_lie_in_their_order, plans_gen_params),
	KUNIT_CASE_PARAM(domain_needs_what_it_needs, plans_gen_params),
	KUNIT_CASE_PARAM(impossible_domain_is_refused, bad_plans_gen_params),
	KUNIT_CASE(mapping_holds_its_own_tables),
	KUNIT_CASE(each_address_has_its_tables),
	{}
};

static struct kunit_suite suite = {
	.name = "model_layout",
	.test_cases = cases,
};

kunit_test_suite(suite);
