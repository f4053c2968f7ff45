// SPDX-License-Identifier: GPL-2.0-only
/* The list of free references: all or none, and nothing twice. */
#include <kunit/test.h>

#include "grant/internal.h"

#define NR_REFS 16
#define NR_FREE (NR_REFS - NR_RESERVED_ENTRIES)

static struct gref_list list;

static bool none_taken(grant_ref_t ref)
{
	return false;
}

static bool ten_is_taken(grant_ref_t ref)
{
	return ref == 10;
}

static int init(struct kunit *test)
{
	return gref_list_init(&list, NR_REFS, none_taken);
}

static void drop(struct kunit *test)
{
	gref_list_exit(&list);
}

static grant_ref_t take_live(struct kunit *test)
{
	grant_ref_t ref;

	KUNIT_ASSERT_EQ(test, 0, gref_list_take(&list, 1, &ref));
	list.next[ref] = GREF_LIVE;
	return ref;
}

static void every_usable_reference_comes_once(struct kunit *test)
{
	unsigned long seen = 0;
	grant_ref_t ref;
	int i;

	for (i = 0; i < NR_FREE; i++) {
		ref = take_live(test);
		KUNIT_EXPECT_GE(test, ref, (grant_ref_t)NR_RESERVED_ENTRIES);
		KUNIT_EXPECT_FALSE(test, seen & BIT(ref));
		seen |= BIT(ref);
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, gref_list_take(&list, 1, &ref));
	KUNIT_EXPECT_EQ(test, 0U, list.nr_free);
}

static void too_many_take_nothing(struct kunit *test)
{
	grant_ref_t head = 77;

	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gref_list_take(&list, NR_FREE + 1, &head));
	KUNIT_EXPECT_EQ(test, (grant_ref_t)77, head);
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_FREE, list.nr_free);
}

static void none_is_no_number_to_take(struct kunit *test)
{
	grant_ref_t head;

	KUNIT_EXPECT_EQ(test, -EINVAL, gref_list_take(&list, 0, &head));
}

static void several_come_threaded(struct kunit *test)
{
	grant_ref_t head, ref;
	int nr = 0;

	KUNIT_ASSERT_EQ(test, 0, gref_list_take(&list, 3, &head));
	for (ref = head; ref != GREF_END; ref = list.next[ref])
		nr++;
	KUNIT_EXPECT_EQ(test, 3, nr);
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_FREE - 3, list.nr_free);
}

static void given_back_comes_again(struct kunit *test)
{
	grant_ref_t ref = take_live(test);

	KUNIT_EXPECT_EQ(test, 0, gref_list_give(&list, ref));
	KUNIT_EXPECT_EQ(test, ref, take_live(test));
}

static void giving_twice_is_refused(struct kunit *test)
{
	grant_ref_t ref = take_live(test);

	KUNIT_EXPECT_EQ(test, 0, gref_list_give(&list, ref));
	KUNIT_EXPECT_EQ(test, -EINVAL, gref_list_give(&list, ref));
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_FREE, list.nr_free);
}

static void giving_what_is_not_ours_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EINVAL, gref_list_give(&list, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			gref_list_give(&list, NR_RESERVED_ENTRIES - 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, gref_list_give(&list, NR_REFS));
	KUNIT_EXPECT_EQ(test, -EINVAL, gref_list_give(&list, GREF_LIVE));
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_FREE, list.nr_free);
}

static void taken_reference_stays_out(struct kunit *test)
{
	struct gref_list other;
	int i;

	KUNIT_ASSERT_EQ(test, 0,
			gref_list_init(&other, NR_REFS, ten_is_taken));
	KUNIT_EXPECT_EQ(test, (unsigned int)NR_FREE - 1, other.nr_free);
	for (i = 0; i < NR_FREE - 1; i++) {
		grant_ref_t ref;

		KUNIT_EXPECT_EQ(test, 0, gref_list_take(&other, 1, &ref));
		KUNIT_EXPECT_NE(test, (grant_ref_t)10, ref);
	}
	KUNIT_EXPECT_EQ(test, -EINVAL, gref_list_give(&other, 10));
	gref_list_exit(&other);
}

static void table_of_reserved_entries_is_refused(struct kunit *test)
{
	struct gref_list other;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			gref_list_init(&other, NR_RESERVED_ENTRIES,
				       none_taken));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_usable_reference_comes_once),
	KUNIT_CASE(too_many_take_nothing),
	KUNIT_CASE(none_is_no_number_to_take),
	KUNIT_CASE(several_come_threaded),
	KUNIT_CASE(given_back_comes_again),
	KUNIT_CASE(giving_twice_is_refused),
	KUNIT_CASE(giving_what_is_not_ours_is_refused),
	KUNIT_CASE(taken_reference_stays_out),
	KUNIT_CASE(table_of_reserved_entries_is_refused),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_gref_list",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
