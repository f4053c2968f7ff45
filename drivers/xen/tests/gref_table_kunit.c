// SPDX-License-Identifier: GPL-2.0-only
/* Links of references: lists of several kinds, runs, and growth. */
#include <kunit/test.h>

#include "gref_call.h"
#include "memory.h"

#define NR_REFS 16

static struct gref_table table;
static struct gref_list list;

static int init(struct kunit *test)
{
	grant_ref_t ref;
	int err;

	memory_begin();
	memset(&table, 0xff, sizeof(table));
	err = gref_table_init(&table, NR_REFS);
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
	memory_fails_at(0);
	gref_table_exit(&table);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
}

static void a_reference_comes_off_live_and_once(struct kunit *test)
{
	grant_ref_t ref;

	for (ref = 0; ref < NR_REFS; ref++) {
		KUNIT_EXPECT_FALSE(test, call_gref_is_live(&table, ref));
		KUNIT_EXPECT_EQ(test, ref, call_gref_pop(&table, &list));
		KUNIT_EXPECT_TRUE(test, call_gref_is_live(&table, ref));
	}
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, GREF_END, call_gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
}

static void the_last_in_is_the_first_out(struct kunit *test)
{
	call_gref_pop(&table, &list);
	call_gref_pop(&table, &list);
	gref_push(&table, &list, 0);
	KUNIT_EXPECT_EQ(test, 0U, call_gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, 2U, call_gref_pop(&table, &list));
}

static void a_move_changes_the_kind_and_keeps_the_order(struct kunit *test)
{
	struct gref_list other = GREF_LIST(GREF_PRIVATE);

	gref_move(&table, &other, &list, 3);
	KUNIT_EXPECT_EQ(test, 3U, other.nr);
	KUNIT_EXPECT_EQ(test, NR_REFS - 3U, list.nr);
	KUNIT_EXPECT_TRUE(test, call_gref_is_kind(&table, 2, GREF_PRIVATE));
	KUNIT_EXPECT_FALSE(test, call_gref_is_kind(&table, 2, GREF_FREE));
	KUNIT_EXPECT_TRUE(test, call_gref_is_kind(&table, 3, GREF_FREE));
	KUNIT_EXPECT_EQ(test, 0U, call_gref_pop(&table, &other));
	KUNIT_EXPECT_EQ(test, 3U, call_gref_pop(&table, &list));
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
		KUNIT_EXPECT_FALSE(test, call_gref_is_live(&table, refs[i]));
		KUNIT_EXPECT_FALSE(test, call_gref_is_kind(&table, refs[i],
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
	KUNIT_EXPECT_EQ(test, 8U, call_gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_take_seq(&table, &list, 8, &first));
	KUNIT_EXPECT_EQ(test, 7U, list.nr);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 7, &first));
	KUNIT_EXPECT_EQ(test, 9U, first);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	for (; first < NR_REFS; first++)
		KUNIT_EXPECT_TRUE(test, call_gref_is_live(&table, first));
}

static void a_run_leaves_the_rest_sorted(struct kunit *test)
{
	grant_ref_t first, ref;

	while (call_gref_pop(&table, &list) != GREF_END)
		;
	for (ref = 1; ref < NR_REFS; ref += 2)
		gref_push(&table, &list, ref);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_take_seq(&table, &list, 2, &first));
	KUNIT_EXPECT_EQ(test, NR_REFS / 2U, list.nr);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 1, &first));
	KUNIT_EXPECT_EQ(test, 1U, first);
	for (ref = 3; ref < NR_REFS; ref += 2)
		KUNIT_EXPECT_EQ(test, ref, call_gref_pop(&table, &list));
	KUNIT_EXPECT_EQ(test, GREF_END, call_gref_pop(&table, &list));
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
	KUNIT_EXPECT_FALSE(test, call_gref_is_live(&other, GREF_BLOCK));
	other.nr_refs = GREF_BLOCK + 1;
	KUNIT_EXPECT_FALSE(test, call_gref_is_live(&other, GREF_BLOCK));
	KUNIT_EXPECT_FALSE(test, call_gref_is_kind(&other, GREF_BLOCK, GREF_FREE));
	KUNIT_EXPECT_EQ(test, GREF_RESERVED, *gref_link(&other, GREF_BLOCK));
	KUNIT_EXPECT_PTR_EQ(test, (struct page *)NULL,
			    gref_note(&other, GREF_BLOCK)->page);
	gref_table_exit(&other);
}

static const struct other_kind {
	const char *name;
	u32 link;
} other_kinds[] = {
	{ "free", GREF_FREE | 3 },
	{ "private", GREF_PRIVATE | 1 },
	{ "to_be_reclaimed", GREF_RECLAIM | GREF_END },
	{ "cached", GREF_CACHED },
	{ "reserved", GREF_RESERVED },
};

static void name_of_kind(const struct other_kind *kind, char *description)
{
	strscpy(description, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(other_kinds, other_kinds, name_of_kind);

static void only_who_is_held_is_live(struct kunit *test)
{
	const struct other_kind *kind = test->param_value;

	*gref_link(&table, 5) = kind->link;
	KUNIT_EXPECT_FALSE(test, call_gref_is_live(&table, 5));
	*gref_link(&table, 5) = GREF_LIVE;
	KUNIT_EXPECT_TRUE(test, call_gref_is_live(&table, 5));
}

static void states_are_no_lists(struct kunit *test)
{
	static const u32 states[] = { GREF_LIVE, GREF_CACHED, GREF_RESERVED };
	static const u32 kinds[] = { GREF_FREE, GREF_PRIVATE, GREF_RECLAIM };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		*gref_link(&table, 5) = states[i];
		for (j = 0; j < ARRAY_SIZE(kinds); j++)
			KUNIT_EXPECT_FALSE(test,
					   call_gref_is_kind(&table, 5,
							     kinds[j]));
	}
}

static void a_move_of_none_changes_nothing(struct kunit *test)
{
	struct gref_list other = GREF_LIST(GREF_PRIVATE);

	gref_move(&table, &other, &list, 0);
	KUNIT_EXPECT_EQ(test, GREF_END, other.head);
	KUNIT_EXPECT_EQ(test, 0U, list.head);
	gref_move(&table, &list, &other, 5);
	KUNIT_EXPECT_EQ(test, GREF_END, other.head);
	KUNIT_EXPECT_EQ(test, 0U, list.head);
	KUNIT_EXPECT_EQ(test, NR_REFS + 0U, list.nr);
}

static void what_is_moved_comes_before_what_was_there(struct kunit *test)
{
	struct gref_list other = GREF_LIST(GREF_PRIVATE);
	grant_ref_t ref;

	gref_move(&table, &other, &list, 2);
	gref_move(&table, &other, &list, 2);
	KUNIT_EXPECT_EQ(test, 4U, other.nr);
	KUNIT_EXPECT_EQ(test, 2U, call_gref_pop(&table, &other));
	KUNIT_EXPECT_EQ(test, 3U, call_gref_pop(&table, &other));
	KUNIT_EXPECT_EQ(test, 0U, call_gref_pop(&table, &other));
	KUNIT_EXPECT_EQ(test, 1U, call_gref_pop(&table, &other));
	KUNIT_EXPECT_EQ(test, GREF_END, call_gref_pop(&table, &other));
	for (ref = 4; ref < NR_REFS; ref++)
		KUNIT_EXPECT_EQ(test, ref, call_gref_pop(&table, &list));
}

static void a_list_counts_what_is_on_it(struct kunit *test)
{
	grant_ref_t ref = call_gref_pop(&table, &list);

	KUNIT_EXPECT_EQ(test, NR_REFS - 1U, list.nr);
	gref_push(&table, &list, ref);
	KUNIT_EXPECT_EQ(test, NR_REFS + 0U, list.nr);
	KUNIT_EXPECT_TRUE(test, call_gref_is_kind(&table, ref, GREF_FREE));
}

static void a_run_of_all_is_a_run(struct kunit *test)
{
	grant_ref_t first = 77;

	KUNIT_ASSERT_EQ(test, 0,
			gref_take_seq(&table, &list, NR_REFS, &first));
	KUNIT_EXPECT_EQ(test, 0U, first);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, GREF_END, list.head);
	for (; first < NR_REFS; first++)
		KUNIT_EXPECT_TRUE(test, call_gref_is_live(&table, first));
}

static void a_run_leaves_other_kinds_alone(struct kunit *test)
{
	struct gref_list other = GREF_LIST(GREF_RECLAIM);
	grant_ref_t first;

	gref_move(&table, &other, &list, 3);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 5, &first));
	KUNIT_EXPECT_EQ(test, 3U, first);
	KUNIT_EXPECT_EQ(test, 3U, other.nr);
	KUNIT_EXPECT_EQ(test, 0U, call_gref_pop(&table, &other));
	KUNIT_EXPECT_TRUE(test, call_gref_is_kind(&table, 2, GREF_RECLAIM));
	KUNIT_EXPECT_EQ(test, NR_REFS - 3U - 5, list.nr);
	KUNIT_EXPECT_EQ(test, 8U, list.head);
}

static void the_lowest_run_is_taken(struct kunit *test)
{
	struct gref_list held = GREF_LIST(GREF_PRIVATE);
	grant_ref_t first;

	/* 0 and 1, not 2, then 3 to 15. */
	gref_move(&table, &held, &list, 3);
	call_gref_pop(&table, &held);
	gref_push(&table, &list, 0);
	call_gref_pop(&table, &held);
	gref_push(&table, &list, 1);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 2, &first));
	KUNIT_EXPECT_EQ(test, 0U, first);
	KUNIT_ASSERT_EQ(test, 0, gref_take_seq(&table, &list, 1, &first));
	KUNIT_EXPECT_EQ(test, 3U, first);
}

static void the_largest_table_is_a_table(struct kunit *test)
{
	struct gref_table other;

	KUNIT_ASSERT_EQ(test, 0, gref_table_init(&other, GREF_END));
	KUNIT_EXPECT_EQ(test, 1U << 20, other.nr_blocks_max);
	KUNIT_EXPECT_EQ(test, 0U, other.nr_blocks);
	gref_table_exit(&other);
	KUNIT_ASSERT_EQ(test, 0, gref_table_init(&other, 1));
	KUNIT_EXPECT_EQ(test, 1U, other.nr_blocks_max);
	gref_table_exit(&other);
	KUNIT_EXPECT_NULL(test, other.links);
}

static void blocks_do_not_share_links_or_notes(struct kunit *test)
{
	struct gref_table other;

	KUNIT_ASSERT_EQ(test, 0, gref_table_init(&other, 2 * GREF_BLOCK));
	KUNIT_ASSERT_EQ(test, 0, gref_table_prepare(&other, 2 * GREF_BLOCK,
						    GFP_KERNEL));
	*gref_link(&other, GREF_BLOCK - 1) = 1;
	*gref_link(&other, GREF_BLOCK) = 2;
	gref_note(&other, GREF_BLOCK - 1)->since = 3;
	gref_note(&other, GREF_BLOCK)->since = 4;
	KUNIT_EXPECT_EQ(test, GREF_RESERVED, *gref_link(&other, 0));
	KUNIT_EXPECT_EQ(test, 1U, *gref_link(&other, GREF_BLOCK - 1));
	KUNIT_EXPECT_EQ(test, 2U, *gref_link(&other, GREF_BLOCK));
	KUNIT_EXPECT_EQ(test, GREF_RESERVED,
			*gref_link(&other, 2 * GREF_BLOCK - 1));
	KUNIT_EXPECT_EQ(test, 3U, gref_note(&other, GREF_BLOCK - 1)->since);
	KUNIT_EXPECT_EQ(test, 4U, gref_note(&other, GREF_BLOCK)->since);
	KUNIT_EXPECT_EQ(test, 0U, gref_note(&other, 0)->since);
	gref_table_exit(&other);
}

static void a_table_without_memory_is_none(struct kunit *test)
{
	int before = memory_in_use();
	struct gref_table other;
	unsigned int nth;

	for (nth = 1; nth <= 2; nth++) {
		memory_fails_at(nth);
		KUNIT_EXPECT_EQ(test, -ENOMEM, gref_table_init(&other, 1));
		KUNIT_EXPECT_EQ(test, before, memory_in_use());
		KUNIT_EXPECT_NULL(test, other.links);
		KUNIT_EXPECT_EQ(test, 0U, other.nr_blocks_max);
	}
}

static void blocks_before_the_error_stay(struct kunit *test)
{
	struct gref_table other;
	unsigned int nth;

	KUNIT_ASSERT_EQ(test, 0, gref_table_init(&other, 3 * GREF_BLOCK));
	/* The second block's links, its notes; then it is the first to come. */
	for (nth = 3; nth >= 1; nth--) {
		memory_fails_at(nth);
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				gref_table_prepare(&other, 3 * GREF_BLOCK,
						   GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, 1U, other.nr_blocks);
	}
	KUNIT_EXPECT_EQ(test, 0, gref_table_prepare(&other, 3 * GREF_BLOCK,
						    GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 3U, other.nr_blocks);
	gref_table_exit(&other);
}

static void what_is_prepared_is_prepared_once(struct kunit *test)
{
	int before = memory_in_use();

	KUNIT_EXPECT_EQ(test, 0, gref_table_prepare(&table, 1, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, gref_table_prepare(&table, 0, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, 0, gref_table_prepare(&table, GREF_BLOCK,
						    GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, before, memory_in_use());
	KUNIT_EXPECT_EQ(test, 1U, table.nr_blocks);
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
	KUNIT_CASE_PARAM(only_who_is_held_is_live, other_kinds_gen_params),
	KUNIT_CASE(states_are_no_lists),
	KUNIT_CASE(a_move_of_none_changes_nothing),
	KUNIT_CASE(what_is_moved_comes_before_what_was_there),
	KUNIT_CASE(a_list_counts_what_is_on_it),
	KUNIT_CASE(a_run_of_all_is_a_run),
	KUNIT_CASE(a_run_leaves_other_kinds_alone),
	KUNIT_CASE(the_lowest_run_is_taken),
	KUNIT_CASE(the_largest_table_is_a_table),
	KUNIT_CASE(blocks_do_not_share_links_or_notes),
	KUNIT_CASE(a_table_without_memory_is_none),
	KUNIT_CASE(blocks_before_the_error_stay),
	KUNIT_CASE(what_is_prepared_is_prepared_once),
	{}
};

static struct kunit_suite suite = {
	.name = "gref_table",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
