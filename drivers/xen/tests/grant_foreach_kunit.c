// SPDX-License-Identifier: GPL-2.0-only
/* Pages taken piece by piece, as large as a grant. */
#include <kunit/test.h>
#include <linux/mm.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#define MAX_PIECES 8

struct piece {
	unsigned long gfn;
	unsigned int offset;
	unsigned int len;
};

struct pieces {
	unsigned int nr;
	struct piece seen[MAX_PIECES];
};

static struct page *page_0, *page_1;

static int init(struct kunit *test)
{
	page_0 = alloc_page(GFP_KERNEL);
	page_1 = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page_0);
	KUNIT_ASSERT_NOT_NULL(test, page_1);
	return 0;
}

static void free_pages_of(struct kunit *test)
{
	if (page_0)
		__free_page(page_0);
	if (page_1)
		__free_page(page_1);
}

static void note(unsigned long gfn, unsigned int offset, unsigned int len,
		 void *data)
{
	struct pieces *pieces = data;

	if (pieces->nr < MAX_PIECES)
		pieces->seen[pieces->nr] = (struct piece){ gfn, offset, len };
	pieces->nr++;
}

static const struct range_case {
	const char *name;
	unsigned int offset, len;
	unsigned int nr, seen_offset, seen_len;
} range_cases[] = {
	{ "a whole page", 0, 4096, 1, 0, 4096 },
	{ "one byte at the start", 0, 1, 1, 0, 1 },
	{ "the last byte", 4095, 1, 1, 4095, 1 },
	{ "a part in the middle", 100, 200, 1, 100, 200 },
	{ "what lies beyond the page is left out", 4000, 4096, 1, 4000, 96 },
	{ "a length that would wrap", 1, UINT_MAX, 1, 1, 4095 },
	{ "no length", 10, 0, 0, 0, 0 },
	{ "an offset at the page's end", 4096, 1, 0, 0, 0 },
	{ "an offset far outside", UINT_MAX, 1, 0, 0, 0 },
};

static void name_of(const struct range_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(range, range_cases, name_of);

static void a_range_is_cut_to_its_page(struct kunit *test)
{
	const struct range_case *c = test->param_value;
	struct pieces pieces = {};

	gnttab_foreach_grant_in_range(page_0, c->offset, c->len, note, &pieces);
	KUNIT_ASSERT_EQ(test, c->nr, pieces.nr);
	if (!c->nr)
		return;
	KUNIT_EXPECT_EQ(test, xen_page_to_gfn(page_0), pieces.seen[0].gfn);
	KUNIT_EXPECT_EQ(test, c->seen_offset, pieces.seen[0].offset);
	KUNIT_EXPECT_EQ(test, c->seen_len, pieces.seen[0].len);
}

static void one_grant_ends_with_its_grant(struct kunit *test)
{
	struct pieces pieces = {};

	gnttab_for_one_grant(page_0, 4000, 500, note, &pieces);
	KUNIT_ASSERT_EQ(test, 1U, pieces.nr);
	KUNIT_EXPECT_EQ(test, 4000U, pieces.seen[0].offset);
	KUNIT_EXPECT_EQ(test, 96U, pieces.seen[0].len);
}

static void each_grant_of_the_pages_is_seen(struct kunit *test)
{
	struct page *pages[3] = { page_1, page_0, page_1 };
	struct pieces pieces = {};
	unsigned int i;

	gnttab_foreach_grant(pages, 3, note, &pieces);
	KUNIT_ASSERT_EQ(test, 3U, pieces.nr);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, xen_page_to_gfn(pages[i]),
				pieces.seen[i].gfn);
		KUNIT_EXPECT_EQ(test, 0U, pieces.seen[i].offset);
		KUNIT_EXPECT_EQ(test, 4096U, pieces.seen[i].len);
	}
}

static void no_grants_are_no_pieces(struct kunit *test)
{
	struct pieces pieces = {};

	gnttab_foreach_grant(NULL, 0, note, &pieces);
	KUNIT_EXPECT_EQ(test, 0U, pieces.nr);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_range_is_cut_to_its_page, range_gen_params),
	KUNIT_CASE(one_grant_ends_with_its_grant),
	KUNIT_CASE(each_grant_of_the_pages_is_seen),
	KUNIT_CASE(no_grants_are_no_pieces),
	{}
};

static struct kunit_suite suite = {
	.name = "grant_foreach",
	.init = init,
	.exit = free_pages_of,
	.test_cases = cases,
};

kunit_test_suite(suite);
