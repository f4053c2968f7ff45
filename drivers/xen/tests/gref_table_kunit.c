// SPDX-License-Identifier: GPL-2.0-only
/* Links of references: lists of several kinds, runs, and growth. */
#include <kunit/test.h>

#include "grant/refs.h"

#define NR_REFS 16

static struct gref_table table;
static struct gref_list list;

static int init(struct kunit *test)
{
	grant_ref_t ref;
	int err = gref_table_init(&table, NR_REFS);

	if (!err)
		err = gref_table_prepare(&table, NR_REFS, GFP_KERNEL);
	table.nr_refs = NR_REFS;
	list = (struct gref_list)GREF_LIST(GREF_FREE);
	for (ref = NR_REFS; !err && ref--;)
		gref_push(&table, &list, ref);
	return err;
}

static void drop(struct kunit *test)
{
	gref_table_exit(&table);
}

static void a_reference_comes_off_live_and_once(struct kunit *test)
{
	grant_ref_t ref;

	for (ref = 0; ref < NR_REFS; ref++) {
		KUNIT_EXPECT_FALSE(test, gref_is_live(&table, ref));
		KUNIT_EXPECT_EQ(test, ref, gref_pop(&table, &list));
		KUNIT_EXPECT_TRUE(test, gref_is_live(&table, ref));
	}
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, GREF_END, gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
}

static void the_last_in_is_the_first_out(struct kunit *test)
{
	gref_pop(&table, &list);
	gref_pop(&table, &list);
	gref_push(&table, &list, 0);
	KUNIT_EXPECT_EQ(test, 0U, gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, 2U, gref_pop(&table, &list));
}

static void a_move_changes_the_kind_and_keeps_the_order(struct kunit *test)
{
	struct gref_list other = GREF_LIST(GREF_PRIVATE);

	gref_move(&table, &other, &list, 3);
	KUNIT_EXPECT_EQ(test, 3U, other.nr);
	KUNIT_EXPECT_EQ(test, NR_REFS - 3U, list.nr);
	KUNIT_EXPECT_TRUE(test, gref_is_kind(&table, 2, GREF_PRIVATE));
	KUNIT_EXPECT_FALSE(test, gref_is_kind(&table, 2, GREF_FREE));
	KUNIT_EXPECT_TRUE(test, gref_is_kind(&table, 3, GREF_FREE));
	KUNIT_EXPECT_EQ(test, 0U, gref_pop(&table, &other));
	KUNIT_EXPECT_EQ(test, 3U, gref_pop(&table, &list));
}

static void a_move_of_too_many_moves_all(struct kunit *test)
{
	struct gref_list other = GREF_LIST(GREF_RECLAIM);

	gref_move(&table, &other, &list, NR_REFS + 1);
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_REFS, other.nr);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, GREF_END, list.head);
}

static void nothing_out_of_range_is_live_or_listed(struct kunit *test)
{
	static const grant_ref_t refs[] = { NR_REFS, NR_REFS + 1, GREF_BLOCK,
					    GREF_END, ~0U };
	int i;

	for (i = 0; i < ARRAY_SIZE(refs); i++) {
		KUNIT_EXPECT_FALSE(test, gref_is_live(&table, refs[i]));
		KUNIT_EXPECT_FALSE(test, gref_is_kind(&table, refs[i],
						      GREF_FREE));
	}
}

static void a_run_is_found_between_others(struct kunit *test)
{
	struct gref_list held = GREF_LIST(GREF_PRIVATE);
	grant_ref_t first;

	/* 0 to 3 and 8 are in use: 4 to 7 and 9 to 15 remain. */
	gref_move(&table, &held, &list, 4);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 4, &first));
	KUNIT_EXPECT_EQ(test, 4U, first);
	KUNIT_EXPECT_EQ(test, 8U, gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_take_seq(&table, &list, 8, &first));
	KUNIT_EXPECT_EQ(test, 7U, list.nr);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 7, &first));
	KUNIT_EXPECT_EQ(test, 9U, first);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	for (; first < NR_REFS; first++)
		KUNIT_EXPECT_TRUE(test, gref_is_live(&table, first));
}

static void a_run_leaves_the_rest_sorted(struct kunit *test)
{
	grant_ref_t first, ref;

	while (gref_pop(&table, &list) != GREF_END)
		;
	for (ref = 1; ref < NR_REFS; ref += 2)
		gref_push(&table, &list, ref);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_take_seq(&table, &list, 2, &first));
	KUNIT_EXPECT_EQ(test, NR_REFS / 2U, list.nr);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 1, &first));
	KUNIT_EXPECT_EQ(test, 1U, first);
	for (ref = 3; ref < NR_REFS; ref += 2)
		KUNIT_EXPECT_EQ(test, ref, gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, GREF_END, gref_pop(&table, &list));
}

static void a_run_of_none_or_too_many_is_refused(struct kunit *test)
{
	grant_ref_t first = 77;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			gref_take_seq(&table, &list, 0, &first));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_take_seq(&table, &list, NR_REFS + 1, &first));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_take_seq(&table, &list, ~0U, &first));
	KUNIT_EXPECT_EQ(test, 77U, first);
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_REFS, list.nr);
}

static void a_table_has_a_limit(struct kunit *test)
{
	struct gref_table other;

	KUNIT_EXPECT_EQ(test, -EINVAL, gref_table_init(&other, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, gref_table_init(&other, GREF_END + 1));
	KUNIT_ASSERT_EQ(test, 0, gref_table_init(&other, GREF_BLOCK + 1));
	KUNIT_EXPECT_EQ(test, 0, gref_table_prepare(&other, 2 * GREF_BLOCK,
						    GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_table_prepare(&other, 2 * GREF_BLOCK + 1,
					   GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 2U, other.nr_blocks);
	gref_table_exit(&other);
}

static void new_references_are_nobodys(struct kunit *test)
{
	struct gref_table other;

	KUNIT_ASSERT_EQ(test, 0, gref_table_init(&other, 2 * GREF_BLOCK));
	KUNIT_ASSERT_EQ(test, 0, gref_table_prepare(&other, GREF_BLOCK + 1,
						    GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, gref_is_live(&other, GREF_BLOCK));
	other.nr_refs = GREF_BLOCK + 1;
	KUNIT_EXPECT_FALSE(test, gref_is_live(&other, GREF_BLOCK));
	KUNIT_EXPECT_FALSE(test, gref_is_kind(&other, GREF_BLOCK, GREF_FREE));
	KUNIT_EXPECT_EQ(test, GREF_RESERVED, *gref_link(&other, GREF_BLOCK));
	KUNIT_EXPECT_PTR_EQ(test, (struct page *)NULL,
			    gref_note(&other, GREF_BLOCK)->page);
	gref_table_exit(&other);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_reference_comes_off_live_and_once),
	KUNIT_CASE(the_last_in_is_the_first_out),
	KUNIT_CASE(a_move_changes_the_kind_and_keeps_the_order),
	KUNIT_CASE(a_move_of_too_many_moves_all),
	KUNIT_CASE(nothing_out_of_range_is_live_or_listed),
	KUNIT_CASE(a_run_is_found_between_others),
	KUNIT_CASE(a_run_leaves_the_rest_sorted),
	KUNIT_CASE(a_run_of_none_or_too_many_is_refused),
	KUNIT_CASE(a_table_has_a_limit),
	KUNIT_CASE(new_references_are_nobodys),
	{}
};

static struct kunit_suite suite = {
	.name = "gref_table",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
