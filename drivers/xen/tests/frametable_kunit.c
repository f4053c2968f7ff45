// SPDX-License-Identifier: GPL-2.0-only
/* The frame table's size, from no memory to too much. */
#include <kunit/test.h>

#include <xen/frametable.h>

struct machine {
	const char *name;
	u64 max_page;
	u32 page_info_bytes;
	u64 nr_pages;
};

static const struct machine machines[] = {
	{ "none", 0, 32, 0 },
	{ "one_frame", 1, 32, 1 },
	{ "one_full_page", 128, 32, 1 },
	{ "one_frame_more", 129, 32, 2 },
	{ "1_GB_of_24_bytes", 262144, 24, 1536 },
	{ "2_GB_of_24_bytes", 524288, 24, 3072 },
	{ "2_GB", 524288, 32, 4096 },
	{ "16_TB", 1ULL << 32, 32, 1ULL << 25 },
	{ "16_TB_of_24_bytes", 1ULL << 32, 24, 3ULL << 23 },
	{ "descriptors_of_a_byte", 4097, 1, 2 },
	{ "descriptors_of_a_page", 7, 4096, 7 },
	{ "descriptors_over_a_page", 1, 4097, 2 },
	{ "descriptors_of_4_GB", 1, U32_MAX, 1ULL << 20 },
	{ "all_that_64_bits_count", U64_MAX - 4095, 1, U64_MAX >> 12 },
};

static void describe(const struct machine *machine, char *description)
{
	strscpy(description, machine->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(machines, machines, describe);

static void pages_hold_all_descriptors(struct kunit *test)
{
	const struct machine *machine = test->param_value;
	struct xen_frametable table;

	KUNIT_ASSERT_EQ(test, 0,
			xen_frametable_size(machine->max_page,
					    machine->page_info_bytes, &table));
	KUNIT_EXPECT_EQ(test, machine->nr_pages, table.nr_pages);
	KUNIT_EXPECT_EQ(test, machine->max_page * machine->page_info_bytes,
			table.bytes);
	KUNIT_EXPECT_EQ(test, machine->max_page, table.max_page);
	KUNIT_EXPECT_EQ(test, machine->page_info_bytes, table.page_info_bytes);
	KUNIT_EXPECT_EQ(test, 512ULL, table.page_step);
}

static const struct machine too_large[] = {
	{ "bytes_by_one_frame", 1ULL << 59, 32 },
	{ "bytes_by_far", U64_MAX, U32_MAX },
	{ "bytes_that_wrap_to_few", (1ULL << 61) + 1, 8 },
	{ "pages_by_one_byte", U64_MAX - 4094, 1 },
	{ "pages_by_far", U64_MAX, 1 },
};

KUNIT_ARRAY_PARAM(too_large, too_large, describe);

static void overflow_is_refused(struct kunit *test)
{
	const struct machine *machine = test->param_value;
	struct xen_frametable table = { .nr_pages = 77 };

	KUNIT_EXPECT_EQ(test, -EOVERFLOW,
			xen_frametable_size(machine->max_page,
					    machine->page_info_bytes, &table));
	KUNIT_EXPECT_EQ(test, 77ULL, table.nr_pages);
}

static void descriptor_of_no_size_is_refused(struct kunit *test)
{
	struct xen_frametable table;

	KUNIT_EXPECT_EQ(test, -EINVAL, xen_frametable_size(1, 0, &table));
	KUNIT_EXPECT_EQ(test, -EINVAL, xen_frametable_size(0, 0, &table));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(pages_hold_all_descriptors, machines_gen_params),
	KUNIT_CASE_PARAM(overflow_is_refused, too_large_gen_params),
	KUNIT_CASE(descriptor_of_no_size_is_refused),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_frametable",
	.test_cases = cases,
};

kunit_test_suite(suite);
