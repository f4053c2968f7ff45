// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caches step by step: what grant_pool_kunit.c stirs up all at once.
 *
 * Each case stays on one CPU. What another CPU would do at an awkward moment
 * is done for it, to its cache, when the barrier is asked for.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include <xen/grant_table.h>

#include "grant/pool.h"
#include "log.h"
#include "memory.h"

#define FIRST 8
#define NR_REFS 256
#define NR_USABLE (NR_REFS - FIRST + 0U)

static struct grant_pool pool;
static struct grant_cache *here, *there;
static int there_cpu;

/* The barrier: how it ends, and what the other CPU stores meanwhile. */
static unsigned int nr_syncs;
static int sync_error;
static unsigned int nr_stores;
static u32 stored;

static int sync_cpus(void)
{
	nr_syncs++;
	if (nr_stores) {
		nr_stores--;
		there->hot = stored;
	}
	return sync_error;
}

static int grow_never(unsigned int nr_refs)
{
	return -ENOSPC;
}

static const struct grant_pool_ops ops = {
	.sync_cpus = sync_cpus,
	.grow = grow_never,
};

static int init(struct kunit *test)
{
	int cpu = raw_smp_processor_id();
	int err;

	memory_begin();
	err = grant_pool_init(&pool, &ops, NR_REFS);
	if (!err)
		err = grant_pool_start(&pool, FIRST, NR_REFS, NULL);
	if (!err)
		err = set_cpus_allowed_ptr(current, cpumask_of(cpu));
	if (err)
		return err;
	there_cpu = cpumask_any_but(cpu_online_mask, cpu);
	if (there_cpu >= nr_cpu_ids)
		kunit_skip(test, "there is one CPU only");
	here = per_cpu_ptr(pool.caches, cpu);
	there = per_cpu_ptr(pool.caches, there_cpu);
	nr_syncs = 0;
	sync_error = 0;
	nr_stores = 0;
	return 0;
}

static void drop(struct kunit *test)
{
	grant_pool_exit(&pool);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
}

static unsigned int nr_free(void)
{
	struct grant_pool_counts counts;

	grant_pool_count(&pool, &counts);
	return counts.nr_free;
}

static int revoke(void)
{
	int err;

	spin_lock_irq(&pool.lock);
	err = grant_cache_revoke(&pool);
	spin_unlock_irq(&pool.lock);
	return err;
}

/* A list of @nr references that somebody holds. */
static struct gref_list take(struct kunit *test, unsigned int nr)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	spin_lock_irq(&pool.lock);
	gref_move(&pool.refs, &list, &pool.free, nr);
	spin_unlock_irq(&pool.lock);
	KUNIT_ASSERT_EQ(test, nr, list.nr);
	return list;
}

static grant_ref_t take_one(struct kunit *test)
{
	struct gref_list list = take(test, 1);

	return gref_pop(&pool.refs, &list);
}

/* Gives this CPU's list exactly so many. */
static void fill_list(struct kunit *test, unsigned int nr)
{
	struct gref_list list = take(test, nr);

	gref_move(&pool.refs, &here->list, &list, nr);
	here->hot = GRANT_HOT_EMPTY;
}

static void a_new_cache_is_revoked_and_empty(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, here->hot);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, here->parked);
	KUNIT_EXPECT_EQ(test, 0U, here->list.nr);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
}

static void the_first_use_fills_half_a_list(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, FIRST, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, GRANT_HOT_EMPTY, here->hot);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_BATCH, here->list.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1 - GRANT_CACHE_BATCH, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, there->hot);
}

static void what_was_freed_last_comes_first(struct kunit *test)
{
	int a = grant_pool_alloc(&pool);
	int b = grant_pool_alloc(&pool);

	grant_pool_free(&pool, a);
	KUNIT_EXPECT_EQ(test, (u32)a, here->hot);
	KUNIT_EXPECT_EQ(test, GREF_HOT, *gref_link(&pool.refs, a));
	KUNIT_EXPECT_FALSE(test, gref_is_live(&pool.refs, a));
	grant_pool_free(&pool, b);
	KUNIT_EXPECT_EQ(test, (u32)a, here->hot);
	KUNIT_EXPECT_EQ(test, (u32)b, here->list.head);
	KUNIT_EXPECT_TRUE(test, gref_is_kind(&pool.refs, b, GREF_CACHED));
	KUNIT_EXPECT_EQ(test, a, grant_pool_alloc(&pool));
	KUNIT_EXPECT_TRUE(test, gref_is_live(&pool.refs, a));
	KUNIT_EXPECT_EQ(test, GRANT_HOT_EMPTY, here->hot);
	KUNIT_EXPECT_EQ(test, b, grant_pool_alloc(&pool));
}

static void a_list_gives_all_or_none(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	fill_list(test, 5);
	KUNIT_EXPECT_FALSE(test, grant_cache_take(&pool, &list, 6));
	KUNIT_EXPECT_EQ(test, 5U, here->list.nr);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_TRUE(test, grant_cache_take(&pool, &list, 5));
	KUNIT_EXPECT_EQ(test, 0U, here->list.nr);
	KUNIT_EXPECT_EQ(test, 5U, list.nr);
	KUNIT_EXPECT_TRUE(test, gref_is_kind(&pool.refs, list.head,
					     GREF_PRIVATE));
}

static void a_list_has_room_for_so_many(struct kunit *test)
{
	struct gref_list list = take(test, 5);
	struct gref_list one = take(test, 1);

	fill_list(test, GRANT_CACHE_MAX - 5);
	KUNIT_EXPECT_TRUE(test, grant_cache_give(&pool, &list));
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_MAX, here->list.nr);
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_FALSE(test, grant_cache_give(&pool, &one));
	KUNIT_EXPECT_EQ(test, 1U, one.nr);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_MAX, here->list.nr);
}

static void a_full_list_is_halved(struct kunit *test)
{
	struct gref_list one = take(test, 1);
	unsigned int before;

	fill_list(test, GRANT_CACHE_MAX);
	before = pool.free.nr;
	grant_pool_give(&pool, &one);
	KUNIT_EXPECT_EQ(test, 0U, one.nr);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_BATCH, here->list.nr);
	KUNIT_EXPECT_EQ(test, before + 1 + GRANT_CACHE_MAX - GRANT_CACHE_BATCH,
			pool.free.nr);
}

static void half_a_list_stays_so(struct kunit *test)
{
	fill_list(test, GRANT_CACHE_BATCH);
	spin_lock_irq(&pool.lock);
	grant_cache_balance(&pool);
	spin_unlock_irq(&pool.lock);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_BATCH, here->list.nr);
	fill_list(test, 1);
	spin_lock_irq(&pool.lock);
	grant_cache_balance(&pool);
	spin_unlock_irq(&pool.lock);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_BATCH, here->list.nr);
}

static void a_cpu_takes_no_more_than_its_share(struct kunit *test)
{
	unsigned int nr_cpus = num_possible_cpus();

	take(test, NR_USABLE - 7 * nr_cpus);
	spin_lock_irq(&pool.lock);
	grant_cache_balance(&pool);
	spin_unlock_irq(&pool.lock);
	KUNIT_EXPECT_EQ(test, 7U, here->list.nr);
	KUNIT_EXPECT_EQ(test, 7 * nr_cpus - 7, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GREF_CACHED, here->list.kind);
}

static void a_revoked_list_takes_no_part(struct kunit *test)
{
	struct gref_list list = take(test, 1);

	fill_list(test, 5);
	pool.is_revoked = true;
	KUNIT_EXPECT_FALSE(test, grant_cache_give(&pool, &list));
	KUNIT_EXPECT_FALSE(test, grant_cache_take(&pool, &list, 1));
	spin_lock_irq(&pool.lock);
	grant_cache_balance(&pool);
	spin_unlock_irq(&pool.lock);
	KUNIT_EXPECT_EQ(test, 5U, here->list.nr);
	KUNIT_EXPECT_EQ(test, 1U, list.nr);
}

static void a_revoked_slot_stays_so_while_the_pool_is(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	pool.is_revoked = true;
	KUNIT_EXPECT_FALSE(test, grant_pool_free_hot(&pool, ref,
						     gref_link(&pool.refs,
							       ref)));
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, here->hot);
	KUNIT_EXPECT_EQ(test, 0U, grant_pool_alloc_hot(&pool));
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, here->hot);
}

static void a_slot_is_used_or_it_is_not(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, grant_is_ref(GRANT_HOT_EMPTY));
	KUNIT_EXPECT_FALSE(test, grant_is_ref(GRANT_HOT_REVOKED));
	KUNIT_EXPECT_TRUE(test, grant_is_ref(1));
	KUNIT_EXPECT_TRUE(test, grant_is_ref(GRANT_HOT_REVOKED - 1));
}

static void revoking_brings_all_to_the_shared_list(struct kunit *test)
{
	struct gref_list list = take(test, 3);

	fill_list(test, 5);
	here->hot = take_one(test);
	there->hot = take_one(test);
	gref_move(&pool.refs, &there->list, &list, 3);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 5 - 3 - 2, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	KUNIT_EXPECT_EQ(test, 0U, here->list.nr + there->list.nr);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, here->hot);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, there->hot);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, here->parked);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked);
	KUNIT_EXPECT_TRUE(test, pool.is_revoked);
	KUNIT_EXPECT_EQ(test, 1U, nr_syncs);
}

static void only_others_slots_need_a_barrier(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 0U, nr_syncs);
	here->hot = take_one(test);
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 0U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	/* An empty slot may be about to be filled. */
	there->hot = GRANT_HOT_EMPTY;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 1U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, there->hot);
}

static void a_failed_barrier_parks_what_was_in_the_slot(struct kunit *test)
{
	grant_ref_t ref = take_one(test);
	u64 now = log_now();

	there->hot = ref;
	sync_error = -ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, revoke());
	KUNIT_EXPECT_EQ(test, 1U, nr_syncs);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, there->hot);
	KUNIT_EXPECT_EQ(test, ref, there->parked);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	KUNIT_EXPECT_EQ(test, 1U,
			log_count(now, "cannot synchronise vCPUs (-110)"));
}

static void the_next_barrier_frees_what_is_parked(struct kunit *test)
{
	there->hot = take_one(test);
	sync_error = -EIO;
	revoke();
	sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 2U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked);
}

/* On the other CPU, to whose memory it is. */
static void alloc_two(void *arg)
{
	int *refs = arg;

	refs[0] = grant_pool_alloc(&pool);
	refs[1] = grant_pool_alloc(&pool);
}

static void the_owner_takes_back_what_is_parked(struct kunit *test)
{
	grant_ref_t ref = take_one(test);
	int refs[2];

	there->hot = ref;
	sync_error = -EIO;
	revoke();
	pool.is_revoked = false;
	smp_call_function_single(there_cpu, alloc_two, refs, 1);
	/* The first asks for its list, and so finds the slot. */
	KUNIT_EXPECT_NE(test, (int)ref, refs[0]);
	KUNIT_EXPECT_EQ(test, (int)ref, refs[1]);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 2, nr_free());
}

static void what_is_parked_empty_is_empty_again(struct kunit *test)
{
	int refs[2];

	there->hot = GRANT_HOT_EMPTY;
	sync_error = -EIO;
	revoke();
	KUNIT_EXPECT_EQ(test, GRANT_HOT_EMPTY, there->parked);
	pool.is_revoked = false;
	smp_call_function_single(there_cpu, alloc_two, refs, 1);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_EMPTY, there->hot);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 2, nr_free());
}

/* The owner had the old value loaded, and stores it over the exchange. */
static void an_owner_who_was_at_it_is_asked_again(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	there->hot = ref;
	nr_stores = 1;
	stored = ref;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 2U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, ref, pool.free.head);
}

static void what_the_owner_took_meanwhile_is_the_owners(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	there->hot = ref;
	nr_stores = 1;
	stored = GRANT_HOT_EMPTY;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_TRUE(test, gref_is_live(&pool.refs, ref));
}

static void an_owner_always_at_it_keeps_its_slot(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	there->hot = ref;
	nr_stores = UINT_MAX;
	stored = ref;
	KUNIT_EXPECT_EQ(test, -EBUSY, revoke());
	KUNIT_EXPECT_EQ(test, 8U, nr_syncs);
	KUNIT_EXPECT_EQ(test, ref, there->hot);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
}

static void fire(void *arg)
{
	++*(unsigned int *)arg;
}

static void who_waits_gets_a_kept_slot_later(struct kunit *test)
{
	struct gnttab_free_callback callback = {};
	unsigned int nr_fired = 0;

	there->hot = take_one(test);
	nr_stores = UINT_MAX;
	stored = there->hot;
	grant_pool_wait(&pool, &callback, fire, &nr_fired, NR_USABLE);
	KUNIT_EXPECT_EQ(test, 0U, nr_fired);
	KUNIT_EXPECT_TRUE(test, pool.is_revoked);
	nr_stores = 0;
	msleep(100);
	KUNIT_EXPECT_EQ(test, 1U, nr_fired);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
}

static void who_waits_no_more_revokes_nothing(struct kunit *test)
{
	struct gnttab_free_callback callback = {};
	unsigned int nr_fired = 0, before;

	there->hot = take_one(test);
	sync_error = -EIO;
	grant_pool_wait(&pool, &callback, fire, &nr_fired, NR_USABLE);
	before = nr_syncs;
	grant_pool_cancel(&pool, &callback);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
	msleep(100);
	KUNIT_EXPECT_EQ(test, before, nr_syncs);
	KUNIT_EXPECT_EQ(test, 0U, nr_fired);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
}

static void while_one_waits_all_goes_to_the_shared_list(struct kunit *test)
{
	struct gnttab_free_callback callback = {};
	unsigned int nr_fired = 0;
	grant_ref_t a = take_one(test);
	grant_ref_t b = take_one(test);

	here->hot = GRANT_HOT_EMPTY;
	grant_pool_wait(&pool, &callback, fire, &nr_fired, NR_USABLE);
	grant_pool_free(&pool, a);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_EQ(test, 0U, nr_fired);
	KUNIT_EXPECT_TRUE(test, pool.is_revoked);
	grant_pool_free(&pool, b);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, 1U, nr_fired);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
	KUNIT_EXPECT_EQ(test, GRANT_HOT_REVOKED, here->hot);
}

/* Last, as the line of the others would not be seen any more. */
static void a_barrier_that_fails_on_and_on_is_few_lines(struct kunit *test)
{
	unsigned long began = jiffies;
	u64 now = log_now();
	int i;

	sync_error = -EIO;
	there->hot = GRANT_HOT_EMPTY;
	for (i = 0; i < 30; i++)
		revoke();
	KUNIT_EXPECT_EQ(test, 30U, nr_syncs);
	KUNIT_EXPECT_LE(test, log_count(now, "cannot synchronise"), log_most(began));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_new_cache_is_revoked_and_empty),
	KUNIT_CASE(the_first_use_fills_half_a_list),
	KUNIT_CASE(what_was_freed_last_comes_first),
	KUNIT_CASE(a_list_gives_all_or_none),
	KUNIT_CASE(a_list_has_room_for_so_many),
	KUNIT_CASE(a_full_list_is_halved),
	KUNIT_CASE(half_a_list_stays_so),
	KUNIT_CASE(a_cpu_takes_no_more_than_its_share),
	KUNIT_CASE(a_revoked_list_takes_no_part),
	KUNIT_CASE(a_revoked_slot_stays_so_while_the_pool_is),
	KUNIT_CASE(a_slot_is_used_or_it_is_not),
	KUNIT_CASE(revoking_brings_all_to_the_shared_list),
	KUNIT_CASE(only_others_slots_need_a_barrier),
	KUNIT_CASE(a_failed_barrier_parks_what_was_in_the_slot),
	KUNIT_CASE(the_next_barrier_frees_what_is_parked),
	KUNIT_CASE(the_owner_takes_back_what_is_parked),
	KUNIT_CASE(what_is_parked_empty_is_empty_again),
	KUNIT_CASE(an_owner_who_was_at_it_is_asked_again),
	KUNIT_CASE(what_the_owner_took_meanwhile_is_the_owners),
	KUNIT_CASE(an_owner_always_at_it_keeps_its_slot),
	KUNIT_CASE(who_waits_gets_a_kept_slot_later),
	KUNIT_CASE(who_waits_no_more_revokes_nothing),
	KUNIT_CASE(while_one_waits_all_goes_to_the_shared_list),
	KUNIT_CASE(a_barrier_that_fails_on_and_on_is_few_lines),
	{}
};

static struct kunit_suite suite = {
	.name = "grant_cache",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
