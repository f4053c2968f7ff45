// SPDX-License-Identifier: GPL-2.0-only
/* The boot page allocator: from the top, aligned, and never twice. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/prandom.h>

#include <model/bootmem.h>

/* A hole, a piece above it too short for much, and all aligned differently. */
static const struct model_region free_regions[] = {
	{ 0x100, 0x9f3 },
	{ 0x1000, 0x1010 },
	{ 0x1801, 0x1803 },
};

static struct model_bootmem *allocator(struct kunit *test)
{
	struct model_bootmem *boot = kunit_kzalloc(test, sizeof(*boot), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, boot);
	for (i = 0; i < ARRAY_SIZE(free_regions); i++)
		KUNIT_ASSERT_EQ(test, 0,
				model_bootmem_add(boot, free_regions[i].start,
						  free_regions[i].end));
	return boot;
}

struct request {
	const char *name;
	u64 nr_pages;
	u64 align;
	int err;
	u64 mfn;
};

static const struct request requests[] = {
	{ "one_page_from_the_very_top", 1, 1, 0, 0x1802 },
	{ "all_of_the_highest_region", 2, 1, 0, 0x1801 },
	{ "two_aligned_pages_do_not_fit_the_top", 2, 2, 0, 0x100e },
	{ "three_pages_from_the_next_region", 3, 1, 0, 0x100d },
	{ "a_whole_region_that_is_aligned", 16, 16, 0, 0x1000 },
	{ "too_long_for_the_upper_two", 17, 1, 0, 0x9f3 - 17 },
	{ "aligned_below_the_end", 512, 512, 0, 0x600 },
	{ "largest_that_there_is", 0x8f3, 1, 0, 0x100 },
	{ "one_more_than_that", 0x8f4, 1, -ENOMEM, 0 },
	{ "alignment_that_has_no_place", 0x100, 0x10000, -ENOMEM, 0 },
	{ "alignment_that_only_the_hole_has", 8, 0x1000, 0, 0x1000 },
	{ "more_than_all_memory", U64_MAX, 1, -ENOMEM, 0 },
	{ "largest_alignment", 1, 1ULL << 63, -ENOMEM, 0 },
	{ "no_pages", 0, 1, -EINVAL, 0 },
	{ "no_alignment", 1, 0, -EINVAL, 0 },
	{ "alignment_of_three", 1, 3, -EINVAL, 0 },
};

static void describe_request(const struct request *request, char *description)
{
	strscpy(description, request->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(requests, requests, describe_request);

static void highest_place_is_taken(struct kunit *test)
{
	const struct request *request = test->param_value;
	struct model_bootmem *boot = allocator(test);
	u64 before = model_bootmem_pages(boot), mfn = 0;

	KUNIT_EXPECT_EQ(test, request->err,
			model_bootmem_alloc(boot, request->nr_pages,
					    request->align, &mfn));
	KUNIT_EXPECT_EQ(test, request->mfn, mfn);
	if (request->err) {
		KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(boot));
		return;
	}
	KUNIT_EXPECT_EQ(test, before - request->nr_pages,
			model_bootmem_pages(boot));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has_any(boot, mfn,
						       request->nr_pages));
}

static void what_alignment_leaves_over_serves_smaller_requests(struct kunit *test)
{
	struct model_bootmem *boot = allocator(test);
	u64 mfn;

	KUNIT_ASSERT_EQ(test, 0, model_bootmem_alloc(boot, 512, 512, &mfn));
	KUNIT_ASSERT_EQ(test, 0, model_bootmem_alloc(boot, 17, 1, &mfn));
	KUNIT_EXPECT_EQ(test, 0x9f3ULL - 17, mfn);
}

static void everything_can_be_allocated_page_by_page(struct kunit *test)
{
	struct model_bootmem *boot = allocator(test);
	u64 left = model_bootmem_pages(boot), last = U64_MAX, mfn;

	for (; left; left--) {
		KUNIT_ASSERT_EQ(test, 0, model_bootmem_alloc(boot, 1, 1, &mfn));
		KUNIT_ASSERT_LT(test, mfn, last);
		last = mfn;
	}
	KUNIT_EXPECT_EQ(test, 0x100ULL, last);
	KUNIT_EXPECT_EQ(test, 0U, boot->nr);
	KUNIT_EXPECT_EQ(test, -ENOMEM, model_bootmem_alloc(boot, 1, 1, &mfn));
}

struct addition {
	const char *name;
	struct model_region range;
	int err;
	unsigned int nr;
};

static const struct addition additions[] = {
	{ "apart_from_all", { 0x2000, 0x2001 }, 0, 4 },
	{ "below_all", { 0, 1 }, 0, 4 },
	{ "touches_the_one_below", { 0x1010, 0x1020 }, 0, 3 },
	{ "touches_the_one_above", { 0x1800, 0x1801 }, 0, 3 },
	{ "closes_a_gap", { 0x1010, 0x1801 }, 0, 2 },
	{ "up_to_the_last_frame", { 0x2000, U64_MAX }, 0, 4 },
	{ "is_there_already", { 0x1000, 0x1010 }, -EEXIST, 3 },
	{ "first_page_is_there", { 0x9f2, 0xa00 }, -EEXIST, 3 },
	{ "last_page_is_there", { 0xf00, 0x1001 }, -EEXIST, 3 },
	{ "lies_around_one", { 0xf00, 0x1100 }, -EEXIST, 3 },
	{ "is_empty", { 0x5000, 0x5000 }, -EINVAL, 3 },
	{ "ends_before_it_starts", { 0x5000, 0x4fff }, -EINVAL, 3 },
};

static void describe_addition(const struct addition *addition, char *description)
{
	strscpy(description, addition->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(additions, additions, describe_addition);

static void ranges_grow_together(struct kunit *test)
{
	const struct addition *addition = test->param_value;
	struct model_bootmem *boot = allocator(test);
	u64 before = model_bootmem_pages(boot);
	u64 added = addition->range.end - addition->range.start;

	KUNIT_EXPECT_EQ(test, addition->err,
			model_bootmem_add(boot, addition->range.start,
					  addition->range.end));
	KUNIT_EXPECT_EQ(test, addition->nr, boot->nr);
	KUNIT_EXPECT_EQ(test, before + (addition->err ? 0 : added),
			model_bootmem_pages(boot));
}

struct removal {
	const char *name;
	struct model_region range;
	int err;
	unsigned int nr;
	u64 pages;
};

static const struct removal removals[] = {
	{ "out_of_the_middle", { 0x1004, 0x1008 }, 0, 4, 4 },
	{ "the_lower_end", { 0x1000, 0x1008 }, 0, 3, 8 },
	{ "the_upper_end", { 0x1008, 0x1010 }, 0, 3, 8 },
	{ "a_whole_region", { 0x1000, 0x1010 }, 0, 2, 16 },
	{ "more_than_it", { 0xfff, 0x1011 }, 0, 2, 16 },
	{ "parts_of_two", { 0x9f0, 0x1002 }, 0, 3, 5 },
	{ "two_and_a_part_of_one", { 0x9f0, 0x1803 }, 0, 1, 3 + 16 + 2 },
	{ "everything", { 0, U64_MAX }, 0, 0, 0x8f3 + 16 + 2 },
	{ "nothing_that_is_there", { 0xa00, 0xb00 }, 0, 3, 0 },
	{ "an_empty_range", { 0x1004, 0x1004 }, -EINVAL, 3, 0 },
};

static void describe_removal(const struct removal *removal, char *description)
{
	strscpy(description, removal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(removals, removals, describe_removal);

static void ranges_are_cut(struct kunit *test)
{
	const struct removal *removal = test->param_value;
	struct model_bootmem *boot = allocator(test);
	u64 before = model_bootmem_pages(boot);

	KUNIT_EXPECT_EQ(test, removal->err,
			model_bootmem_remove(boot, removal->range.start,
					     removal->range.end));
	KUNIT_EXPECT_EQ(test, removal->nr, boot->nr);
	KUNIT_EXPECT_EQ(test, before - removal->pages, model_bootmem_pages(boot));
}

/* As many regions as there is room for, of three pages, far apart. */
static struct model_bootmem *full_allocator(struct kunit *test)
{
	struct model_bootmem *boot = kunit_kzalloc(test, sizeof(*boot), GFP_KERNEL);
	u64 i;

	KUNIT_ASSERT_NOT_NULL(test, boot);
	for (i = 0; i < MODEL_BOOTMEM_REGIONS; i++)
		KUNIT_ASSERT_EQ(test, 0,
				model_bootmem_add(boot, i * 16, i * 16 + 3));
	return boot;
}

static void full_list_takes_no_further_region(struct kunit *test)
{
	struct model_bootmem *boot = full_allocator(test);
	u64 before = model_bootmem_pages(boot), mfn = 0;

	KUNIT_EXPECT_EQ(test, -ENOSPC, model_bootmem_add(boot, 8, 9));
	KUNIT_EXPECT_EQ(test, -ENOSPC, model_bootmem_remove(boot, 17, 18));
	/* What lies at an end needs no further region. */
	KUNIT_EXPECT_EQ(test, 0, model_bootmem_alloc(boot, 2, 2, &mfn));
	KUNIT_EXPECT_EQ(test, 0ULL, mfn % 2);
	KUNIT_EXPECT_EQ(test, before - 2, model_bootmem_pages(boot));
	KUNIT_EXPECT_EQ(test, (unsigned int)MODEL_BOOTMEM_REGIONS, boot->nr);
}

static void full_list_refuses_an_allocation_that_cuts(struct kunit *test)
{
	struct model_bootmem *boot = full_allocator(test);
	u64 before, mfn = 1234;

	/* The last region becomes pages 1 to 3 of a quartet: page 2 cuts it. */
	model_bootmem_remove(boot, 255 * 16, 255 * 16 + 3);
	model_bootmem_add(boot, 255 * 16 + 1, 255 * 16 + 4);
	before = model_bootmem_pages(boot);
	KUNIT_EXPECT_EQ(test, -ENOSPC, model_bootmem_alloc(boot, 1, 2, &mfn));
	KUNIT_EXPECT_EQ(test, 1234ULL, mfn);
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(boot));
	/* What needs no further region is served. */
	KUNIT_EXPECT_EQ(test, 0, model_bootmem_alloc(boot, 1, 1, &mfn));
	KUNIT_EXPECT_EQ(test, 255ULL * 16 + 3, mfn);
}

static void ranges_are_looked_up(struct kunit *test)
{
	struct model_bootmem *boot = allocator(test);

	KUNIT_EXPECT_TRUE(test, model_bootmem_has(boot, 0x1000, 16));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has(boot, 0x1000, 17));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has(boot, 0xfff, 2));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has(boot, 0x1010, 1));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has(boot, 0x1001, U64_MAX));
	KUNIT_EXPECT_TRUE(test, model_bootmem_has_any(boot, 0xfff, 2));
	KUNIT_EXPECT_TRUE(test, model_bootmem_has_any(boot, 0x9f2, 0x1000));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has_any(boot, 0x1010, 0x7f1));
	KUNIT_EXPECT_EQ(test, 0x1803ULL, model_bootmem_end(boot));
}

#define BITMAP_PAGES 4096
#define ROUNDS 2000

/* As Xen 3.x did: down through a bitmap, from one aligned start to the next. */
static int search_bitmap(unsigned long *free, u64 nr_pages, u64 align, u64 *mfn)
{
	s64 at;
	u64 i;

	for (at = (BITMAP_PAGES - nr_pages) & ~(align - 1); at >= 0; at -= align) {
		for (i = 0; i < nr_pages && test_bit(at + i, free);)
			i++;
		if (i == nr_pages) {
			bitmap_clear(free, at, nr_pages);
			*mfn = at;
			return 0;
		}
	}
	return -ENOMEM;
}

static void compare_pages(struct kunit *test, const struct model_bootmem *boot,
			  const unsigned long *free)
{
	u64 mfn;

	for (mfn = 0; mfn < BITMAP_PAGES; mfn++)
		KUNIT_ASSERT_EQ(test, (bool)test_bit(mfn, free),
				model_bootmem_has(boot, mfn, 1));
}

/* The list of today and the bitmap of 2007 hand out the same pages. */
static void list_and_bitmap_agree(struct kunit *test)
{
	struct model_bootmem *boot = kunit_kzalloc(test, sizeof(*boot), GFP_KERNEL);
	unsigned long *free = kunit_kzalloc(test, BITMAP_PAGES / 8, GFP_KERNEL);
	struct rnd_state random;
	u64 expected, found, nr, align;
	int i, err, wanted;

	KUNIT_ASSERT_NOT_NULL(test, boot);
	KUNIT_ASSERT_NOT_NULL(test, free);
	prandom_seed_state(&random, 5);
	for (i = 0; i < ROUNDS; i++) {
		nr = 1 + prandom_u32_state(&random) % 96;
		align = 1ULL << prandom_u32_state(&random) % 7;
		if (prandom_u32_state(&random) % 2) {
			expected = 0;
			found = 0;
			wanted = search_bitmap(free, nr, align, &expected);
			err = model_bootmem_alloc(boot, nr, align, &found);
			KUNIT_ASSERT_EQ(test, wanted, err);
			KUNIT_ASSERT_EQ(test, expected, found);
			continue;
		}
		found = prandom_u32_state(&random) % (BITMAP_PAGES - nr);
		err = model_bootmem_add(boot, found, found + nr);
		if (find_next_bit(free, found + nr, found) < found + nr) {
			KUNIT_ASSERT_EQ(test, -EEXIST, err);
		} else {
			KUNIT_ASSERT_EQ(test, 0, err);
			bitmap_set(free, found, nr);
		}
	}
	compare_pages(test, boot, free);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(highest_place_is_taken, requests_gen_params),
	KUNIT_CASE(what_alignment_leaves_over_serves_smaller_requests),
	KUNIT_CASE(everything_can_be_allocated_page_by_page),
	KUNIT_CASE_PARAM(ranges_grow_together, additions_gen_params),
	KUNIT_CASE_PARAM(ranges_are_cut, removals_gen_params),
	KUNIT_CASE(full_list_takes_no_further_region),
	KUNIT_CASE(full_list_refuses_an_allocation_that_cuts),
	KUNIT_CASE(ranges_are_looked_up),
	KUNIT_CASE(list_and_bitmap_agree),
	{}
};

static struct kunit_suite suite = {
	.name = "model_bootmem",
	.test_cases = cases,
};

kunit_test_suite(suite);
