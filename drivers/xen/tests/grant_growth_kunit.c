// SPDX-License-Identifier: GPL-2.0-only
/* The pool's table: how it begins, how it grows, and who waits until it has. */
#include <kunit/test.h>

#include <xen/grant_table.h>

#include "grant/pool.h"
#include "memory.h"

#define FIRST 8
#define NR_REFS 16
#define NR_MAX 1024

static struct grant_pool pool;

/* What the surroundings were asked, and what they answer. */
static unsigned int nr_asked;
static unsigned int asked_for;
static int answer; /* 0: as many as asked for */

static int sync_cpus(void)
{
	return 0;
}

static int grow(unsigned int nr_refs)
{
	nr_asked++;
	asked_for = nr_refs;
	return answer ?: nr_refs;
}

static const struct grant_pool_ops ops = {
	.sync_cpus = sync_cpus,
	.grow = grow,
};

static int init(struct kunit *test)
{
	int err;

	memory_begin();
	nr_asked = 0;
	answer = 0;
	err = grant_pool_init(&pool, &ops, NR_MAX);
	return err ?: grant_pool_start(&pool, FIRST, NR_REFS, NULL);
}

static void drop(struct kunit *test)
{
	memory_fails_at(0);
	grant_pool_exit(&pool);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
}

static struct grant_pool_counts counts(void)
{
	struct grant_pool_counts c;

	memset(&c, 0xff, sizeof(c));
	grant_pool_count(&pool, &c);
	return c;
}

static void a_pool_begins_with_its_first_references(struct kunit *test)
{
	struct grant_pool_counts c = counts();

	KUNIT_EXPECT_EQ(test, NR_REFS + 0U, c.nr_refs);
	KUNIT_EXPECT_EQ(test, NR_REFS - FIRST + 0U, c.nr_usable);
	KUNIT_EXPECT_EQ(test, NR_REFS - FIRST + 0U, c.nr_free);
	KUNIT_EXPECT_EQ(test, 0U, c.high_water);
	KUNIT_EXPECT_EQ(test, 0U, c.nr_callbacks);
	KUNIT_EXPECT_EQ(test, FIRST, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, GREF_RESERVED, *gref_link(&pool.refs, FIRST - 1));
	KUNIT_EXPECT_EQ(test, GREF_RESERVED, *gref_link(&pool.refs, NR_REFS));
	KUNIT_EXPECT_EQ(test, 0U, nr_asked);
}

static bool is_even(grant_ref_t ref)
{
	return ref % 2 == 0;
}

static void what_is_in_use_at_the_start_is_not_free(struct kunit *test)
{
	struct grant_pool other;
	struct grant_pool_counts c;

	KUNIT_ASSERT_EQ(test, 0, grant_pool_init(&other, &ops, NR_MAX));
	KUNIT_ASSERT_EQ(test, 0,
			grant_pool_start(&other, FIRST, NR_REFS, is_even));
	grant_pool_count(&other, &c);
	KUNIT_EXPECT_EQ(test, 8U, c.nr_usable);
	KUNIT_EXPECT_EQ(test, 4U, c.nr_free);
	KUNIT_EXPECT_EQ(test, 4U, c.high_water);
	KUNIT_EXPECT_EQ(test, 8U, other.free.head);
	KUNIT_EXPECT_EQ(test, GREF_RESERVED, *gref_link(&other.refs, 9));
	grant_pool_exit(&other);
}

static void a_pool_of_no_references_is_refused(struct kunit *test)
{
	struct grant_pool other;
	int before = memory_in_use();

	KUNIT_EXPECT_EQ(test, -EINVAL, grant_pool_init(&other, &ops, 0));
	KUNIT_EXPECT_EQ(test, before, memory_in_use());
}

static void a_pool_without_memory_leaves_nothing(struct kunit *test)
{
	struct grant_pool other;
	int before = memory_in_use();
	unsigned int nth;

	/* The links, the notes, the caches. */
	for (nth = 1; nth <= 3; nth++) {
		memory_fails_at(nth);
		KUNIT_EXPECT_EQ(test, -ENOMEM,
				grant_pool_init(&other, &ops, NR_MAX));
		KUNIT_EXPECT_EQ(test, before, memory_in_use());
	}
}

static void a_start_that_fails_starts_nothing(struct kunit *test)
{
	struct grant_pool other;

	KUNIT_ASSERT_EQ(test, 0, grant_pool_init(&other, &ops, NR_MAX));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			grant_pool_start(&other, FIRST, NR_MAX + 1, NULL));
	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, -ENOMEM,
			grant_pool_start(&other, FIRST, NR_REFS, NULL));
	KUNIT_EXPECT_EQ(test, 0U, other.refs.nr_refs);
	KUNIT_EXPECT_EQ(test, 0U, other.free.nr);
	grant_pool_exit(&other);
}

static void growth_is_asked_for_what_is_missing(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, &list, 11));
	KUNIT_EXPECT_EQ(test, 1U, nr_asked);
	KUNIT_EXPECT_EQ(test, NR_REFS + 3U, asked_for);
	KUNIT_EXPECT_EQ(test, 11U, list.nr);
	KUNIT_EXPECT_EQ(test, NR_REFS + 3U, counts().nr_refs);
	KUNIT_EXPECT_EQ(test, 11U, counts().high_water);
	grant_pool_give(&pool, &list);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, 11U, counts().nr_free);
	KUNIT_EXPECT_EQ(test, 11U, counts().high_water);
}

static void a_table_may_grow_more_than_asked(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	answer = 600;
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, &list, 9));
	KUNIT_EXPECT_EQ(test, 600U, counts().nr_refs);
	KUNIT_EXPECT_EQ(test, 600U - FIRST, counts().nr_usable);
	KUNIT_EXPECT_EQ(test, 600U - FIRST - 9, counts().nr_free);
	KUNIT_EXPECT_EQ(test, 2U, pool.refs.nr_blocks);
	grant_pool_give(&pool, &list);
}

static void more_than_there_can_be_is_not_asked_for(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	grant_ref_t first;

	KUNIT_EXPECT_EQ(test, -ENOSPC,
			grant_pool_take(&pool, &list,
					GREF_END - NR_REFS + NR_REFS - FIRST + 1));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			grant_pool_take_seq(&pool, GREF_END - NR_REFS + 1,
					    &first));
	KUNIT_EXPECT_EQ(test, 0U, nr_asked);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			grant_pool_take_seq(&pool, GREF_END - NR_REFS, &first));
	KUNIT_EXPECT_EQ(test, 1U, nr_asked);
	KUNIT_EXPECT_EQ(test, (unsigned int)GREF_END, asked_for);
	KUNIT_EXPECT_EQ(test, NR_REFS + 0U, counts().nr_refs);
}

static void a_table_larger_than_the_pool_is_refused(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	grant_ref_t first;

	answer = NR_MAX + 1;
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take(&pool, &list, 9));
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take_seq(&pool, 9, &first));
	KUNIT_EXPECT_EQ(test, NR_REFS + 0U, counts().nr_refs);
	KUNIT_EXPECT_EQ(test, NR_REFS - FIRST + 0U, counts().nr_free);
}

static void growth_without_memory_can_be_tried_again(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	answer = 600;
	memory_fails_at(2);
	KUNIT_EXPECT_EQ(test, -ENOMEM, grant_pool_take(&pool, &list, 9));
	KUNIT_EXPECT_EQ(test, NR_REFS + 0U, counts().nr_refs);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, 0, grant_pool_take(&pool, &list, 9));
	grant_pool_give(&pool, &list);
}

static const struct refusal {
	const char *name;
	int err;
} refusals[] = {
	{ "no_more_frames", -ENOSPC },
	{ "no_memory", -ENOMEM },
	{ "Xen_says_no", -EIO },
};

static void name_of_refusal(const struct refusal *refusal, char *description)
{
	strscpy(description, refusal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusals, refusals, name_of_refusal);

static void growth_that_is_refused_says_why(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	answer = refusal->err;
	KUNIT_EXPECT_EQ(test, refusal->err, grant_pool_take(&pool, &list, 9));
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, NR_REFS - FIRST + 0U, counts().nr_free);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
}

static void growth_that_is_too_little_is_no_room(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	answer = NR_REFS + 1;
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take(&pool, &list, 10));
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, 9U, counts().nr_free);
	KUNIT_EXPECT_EQ(test, NR_REFS + 1U, counts().nr_refs);
}

static void a_row_grows_the_table_by_its_length(struct kunit *test)
{
	grant_ref_t first;

	KUNIT_ASSERT_EQ(test, 0, grant_pool_take_seq(&pool, 10, &first));
	KUNIT_EXPECT_EQ(test, FIRST + 0U, first);
	KUNIT_EXPECT_EQ(test, NR_REFS + 10U, asked_for);
	KUNIT_EXPECT_EQ(test, 1U, nr_asked);
	KUNIT_EXPECT_EQ(test, 8U, counts().nr_free);
	KUNIT_EXPECT_EQ(test, 10U, counts().high_water);
}

static void a_row_that_is_there_grows_nothing(struct kunit *test)
{
	grant_ref_t first;

	KUNIT_ASSERT_EQ(test, 0, grant_pool_take_seq(&pool, 8, &first));
	KUNIT_EXPECT_EQ(test, 8U, counts().high_water);
	KUNIT_EXPECT_EQ(test, -EINVAL, grant_pool_take_seq(&pool, 0, &first));
	KUNIT_EXPECT_EQ(test, 0U, nr_asked);
}

static void high_water_is_the_most_there_ever_was(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, &list, 8));
	grant_pool_give(&pool, &list);
	KUNIT_EXPECT_EQ(test, 8U, counts().high_water);
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, &list, 1));
	KUNIT_EXPECT_EQ(test, 8U, counts().high_water);
	grant_pool_give(&pool, &list);
}

/* Who waits, in the order they were called. */
static char called[8];

static void note(void *arg)
{
	size_t len = strlen(called);

	if (len < sizeof(called) - 1)
		called[len] = *(const char *)arg;
}

/* Takes all there are, and has a, b and c wait for 1, 3 and 5. */
static void wait_with_three(struct kunit *test, struct gref_list *all,
			    struct gnttab_free_callback *callbacks)
{
	memset(called, 0, sizeof(called));
	answer = -ENOSPC;
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, all, 8));
	grant_pool_wait(&pool, &callbacks[0], note, "a", 1);
	grant_pool_wait(&pool, &callbacks[1], note, "b", 3);
	grant_pool_wait(&pool, &callbacks[2], note, "c", 5);
	KUNIT_EXPECT_STREQ(test, "", called);
	KUNIT_EXPECT_EQ(test, 3U, counts().nr_callbacks);
}

static void each_is_called_when_there_are_enough_for_it(struct kunit *test)
{
	struct gref_list all = GREF_LIST(GREF_PRIVATE);
	struct gnttab_free_callback callbacks[3] = {};
	static const char *const expected[] = { "a", "a", "ab", "ab", "abc",
						"abc" };
	size_t i;

	wait_with_three(test, &all, callbacks);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		grant_pool_free(&pool, gref_pop(&pool.refs, &all));
		KUNIT_EXPECT_STREQ(test, expected[i], called);
	}
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_callbacks);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
	grant_pool_give(&pool, &all);
}

static void all_are_called_when_enough_come_at_once(struct kunit *test)
{
	struct gref_list all = GREF_LIST(GREF_PRIVATE);
	struct gnttab_free_callback callbacks[3] = {};

	wait_with_three(test, &all, callbacks);
	grant_pool_give(&pool, &all);
	KUNIT_EXPECT_EQ(test, (size_t)3, strlen(called));
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_callbacks);
	KUNIT_EXPECT_NULL(test, callbacks[0].next);
	KUNIT_EXPECT_NULL(test, callbacks[1].next);
	KUNIT_EXPECT_NULL(test, callbacks[2].next);
}

static const struct leaving {
	const char *name;
	unsigned int which;
	const char *others;
} leavings[] = {
	{ "the_first", 0, "bc" },
	{ "the_one_in_the_middle", 1, "ac" },
	{ "the_last", 2, "ab" },
};

static void name_of_leaving(const struct leaving *leaving, char *description)
{
	strscpy(description, leaving->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(leavings, leavings, name_of_leaving);

static void who_leaves_is_not_called_but_the_others_are(struct kunit *test)
{
	const struct leaving *leaving = test->param_value;
	struct gref_list all = GREF_LIST(GREF_PRIVATE);
	struct gnttab_free_callback callbacks[3] = {};

	wait_with_three(test, &all, callbacks);
	grant_pool_cancel(&pool, &callbacks[leaving->which]);
	KUNIT_EXPECT_EQ(test, 2U, counts().nr_callbacks);
	KUNIT_EXPECT_TRUE(test, pool.is_revoked);
	while (all.nr)
		grant_pool_free(&pool, gref_pop(&pool.refs, &all));
	KUNIT_EXPECT_STREQ(test, leaving->others, called);
}

static void who_waits_for_none_is_called_at_once(struct kunit *test)
{
	struct gnttab_free_callback callback = {};

	memset(called, 0, sizeof(called));
	grant_pool_wait(&pool, &callback, note, "a", 0);
	KUNIT_EXPECT_STREQ(test, "a", called);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
}

static void growth_calls_who_waits(struct kunit *test)
{
	struct gref_list all = GREF_LIST(GREF_PRIVATE);
	struct gnttab_free_callback callbacks[3] = {};
	grant_ref_t first;

	wait_with_three(test, &all, callbacks);
	answer = 32;
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take_seq(&pool, 12, &first));
	/* Of the 16 new ones 4 are left. */
	KUNIT_EXPECT_EQ(test, (size_t)2, strlen(called));
	KUNIT_EXPECT_EQ(test, 1U, counts().nr_callbacks);
	grant_pool_cancel(&pool, &callbacks[2]);
	grant_pool_give(&pool, &all);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_pool_begins_with_its_first_references),
	KUNIT_CASE(what_is_in_use_at_the_start_is_not_free),
	KUNIT_CASE(a_pool_of_no_references_is_refused),
	KUNIT_CASE(a_pool_without_memory_leaves_nothing),
	KUNIT_CASE(a_start_that_fails_starts_nothing),
	KUNIT_CASE(growth_is_asked_for_what_is_missing),
	KUNIT_CASE(a_table_may_grow_more_than_asked),
	KUNIT_CASE(more_than_there_can_be_is_not_asked_for),
	KUNIT_CASE(a_table_larger_than_the_pool_is_refused),
	KUNIT_CASE(growth_without_memory_can_be_tried_again),
	KUNIT_CASE_PARAM(growth_that_is_refused_says_why, refusals_gen_params),
	KUNIT_CASE(growth_that_is_too_little_is_no_room),
	KUNIT_CASE(a_row_grows_the_table_by_its_length),
	KUNIT_CASE(a_row_that_is_there_grows_nothing),
	KUNIT_CASE(high_water_is_the_most_there_ever_was),
	KUNIT_CASE(each_is_called_when_there_are_enough_for_it),
	KUNIT_CASE(all_are_called_when_enough_come_at_once),
	KUNIT_CASE_PARAM(who_leaves_is_not_called_but_the_others_are,
			 leavings_gen_params),
	KUNIT_CASE(who_waits_for_none_is_called_at_once),
	KUNIT_CASE(growth_calls_who_waits),
	{}
};

static struct kunit_suite suite = {
	.name = "grant_growth",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
