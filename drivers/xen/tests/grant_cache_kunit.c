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
#define NR_REFS 1024
#define NR_USABLE (NR_REFS - FIRST + 0U)
/* Some slot; what is parked for the first lies right behind the last. */
#define AT 0

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
		there->slots[AT] = stored;
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

static struct grant_pool_counts counts(void)
{
	struct grant_pool_counts c;

	grant_pool_count(&pool, &c);
	return c;
}

static unsigned int nr_free(void)
{
	return counts().nr_free;
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

/* A cache in use, with so many references. */
static void fill(struct kunit *test, struct grant_cache *cache, unsigned int nr)
{
	unsigned int at;

	for (at = 0; at < GRANT_CACHE_MAX; at++) {
		u32 ref = at < nr ? take_one(test) : GRANT_SLOT_EMPTY;

		cache->slots[at] = ref;
		if (ref)
			*gref_link(&pool.refs, ref) = GREF_CACHED;
	}
	cache->nr = nr;
}

/* With interrupts on, as PREEMPT_RT's lock leaves them; nobody else is here. */
static void balance(void)
{
	grant_cache_balance(&pool);
}

/* As many as its number says, and all the others empty. */
static void expect_order(struct kunit *test, const struct grant_cache *cache,
			 unsigned int nr)
{
	unsigned int at;

	KUNIT_EXPECT_EQ(test, nr, cache->nr);
	for (at = 0; at < GRANT_CACHE_MAX; at++) {
		u32 slot = cache->slots[at];

		KUNIT_EXPECT_EQ_MSG(test, at < nr, slot != GRANT_SLOT_EMPTY,
				    "slot %u", at);
		if (grant_is_ref(slot))
			KUNIT_EXPECT_EQ(test, GREF_CACHED,
					*gref_link(&pool.refs, slot));
	}
}

static void a_new_cache_is_revoked_and_empty(struct kunit *test)
{
	unsigned int at;

	for (at = 0; at < GRANT_CACHE_MAX; at++) {
		KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, here->slots[at]);
		KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, here->parked[at]);
	}
	KUNIT_EXPECT_EQ(test, 0U, here->nr);
	KUNIT_EXPECT_EQ(test, 0U, grant_cache_count(here));
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
}

static void the_first_use_fills_half_a_cache(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, FIRST, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_HALF, here->nr);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_HALF, grant_cache_count(here));
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1 - GRANT_CACHE_HALF, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, there->slots[0]);
}

static void the_other_half_is_used_when_it_is_needed(struct kunit *test)
{
	int ref = grant_pool_alloc(&pool);

	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED,
			here->slots[GRANT_CACHE_HALF]);
	grant_pool_free(&pool, ref);
	expect_order(test, here, GRANT_CACHE_HALF);
	grant_pool_free(&pool, take_one(test));
	expect_order(test, here, GRANT_CACHE_HALF + 1);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
}

static void what_was_freed_last_comes_first(struct kunit *test)
{
	int a = grant_pool_alloc(&pool);
	int b = grant_pool_alloc(&pool);

	fill(test, here, 0);
	grant_pool_free(&pool, a);
	KUNIT_EXPECT_EQ(test, (u32)a, here->slots[0]);
	KUNIT_EXPECT_EQ(test, GREF_CACHED, *gref_link(&pool.refs, a));
	KUNIT_EXPECT_FALSE(test, gref_is_live(&pool.refs, a));
	grant_pool_free(&pool, b);
	expect_order(test, here, 2);
	KUNIT_EXPECT_EQ(test, b, grant_pool_alloc(&pool));
	KUNIT_EXPECT_TRUE(test, gref_is_live(&pool.refs, b));
	KUNIT_EXPECT_EQ(test, a, grant_pool_alloc(&pool));
	expect_order(test, here, 0);
}

static void a_full_cache_is_halved(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	fill(test, here, GRANT_CACHE_MAX);
	grant_pool_free(&pool, ref);
	expect_order(test, here, GRANT_CACHE_HALF);
	KUNIT_EXPECT_EQ(test, NR_USABLE - GRANT_CACHE_HALF, pool.free.nr);
}

static void an_empty_cache_is_filled_by_half(struct kunit *test)
{
	fill(test, here, 0);
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), FIRST);
	expect_order(test, here, GRANT_CACHE_HALF);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1 - GRANT_CACHE_HALF, pool.free.nr);
}

static void what_a_cache_took_is_off_the_shared_list(struct kunit *test)
{
	grant_pool_free(&pool, take_one(test));
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_HALF, grant_cache_count(here));
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_HALF, counts().high_water);
}

static void half_a_cache_stays_so(struct kunit *test)
{
	fill(test, here, GRANT_CACHE_HALF);
	balance();
	expect_order(test, here, GRANT_CACHE_HALF);
	KUNIT_EXPECT_EQ(test, NR_USABLE - GRANT_CACHE_HALF, pool.free.nr);
}

static void a_cpu_takes_no_more_than_its_share(struct kunit *test)
{
	unsigned int nr_cpus = num_possible_cpus();

	take(test, NR_USABLE - 7 * nr_cpus);
	fill(test, here, 0);
	balance();
	expect_order(test, here, 7);
	KUNIT_EXPECT_EQ(test, 7 * nr_cpus - 7, pool.free.nr);
}

/* How far the number is off, when somebody allocates or frees. */
static const struct drift {
	const char *name;
	unsigned int nr;
	unsigned int says;
} drifts[] = {
	{ "one_more_than_there_are", 5, 6 },
	{ "one_less", 5, 4 },
	{ "none", 5, 0 },
	{ "full", 5, GRANT_CACHE_MAX },
	{ "more_than_full", 5, GRANT_CACHE_MAX + 1 },
	{ "less_than_none", 5, ~0U },
	{ "not_full", GRANT_CACHE_MAX, GRANT_CACHE_MAX - 1 },
	{ "empty", GRANT_CACHE_MAX, 0 },
};

static void name_of_drift(const struct drift *drift, char *description)
{
	strscpy(description, drift->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(drifts, drifts, name_of_drift);

static void a_number_that_is_off_loses_nothing(struct kunit *test)
{
	const struct drift *drift = test->param_value;
	DECLARE_BITMAP(seen, NR_REFS) = {};
	int ref;

	fill(test, here, drift->nr);
	here->nr = drift->says;
	ref = grant_pool_alloc(&pool);
	grant_pool_free(&pool, ref);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	here->nr = drift->says;
	grant_pool_free(&pool, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	while ((ref = grant_pool_alloc(&pool)) >= 0)
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(ref, seen));
	KUNIT_EXPECT_EQ(test, (int)NR_USABLE, bitmap_weight(seen, NR_REFS));
}

static void a_number_that_is_off_is_put_right(struct kunit *test)
{
	fill(test, here, 5);
	here->nr = 6;
	grant_pool_alloc(&pool);
	expect_order(test, here, GRANT_CACHE_HALF);

	fill(test, here, 5);
	here->nr = 4;
	grant_pool_free(&pool, take_one(test));
	expect_order(test, here, GRANT_CACHE_HALF);
}

static void several_leave_the_cache_alone(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	fill(test, here, 5);
	KUNIT_EXPECT_EQ(test, 0, grant_pool_take(&pool, &list, 3));
	expect_order(test, here, 5);
	KUNIT_EXPECT_EQ(test, 3U, list.nr);
	KUNIT_EXPECT_TRUE(test, gref_is_kind(&pool.refs, list.head,
					     GREF_PRIVATE));
	grant_pool_give(&pool, &list);
	expect_order(test, here, 5);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
}

static void a_revoked_cache_takes_no_part(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	pool.is_revoked = true;
	KUNIT_EXPECT_FALSE(test, grant_pool_free_cached(&pool, ref));
	KUNIT_EXPECT_EQ(test, 0U, grant_pool_alloc_cached(&pool));
	balance();
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, here->slots[0]);
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED,
			here->slots[GRANT_CACHE_MAX - 1]);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
}

static void a_slot_is_used_or_it_is_not(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, grant_is_ref(GRANT_SLOT_EMPTY));
	KUNIT_EXPECT_FALSE(test, grant_is_ref(GRANT_SLOT_REVOKED));
	KUNIT_EXPECT_TRUE(test, grant_is_ref(1));
	KUNIT_EXPECT_TRUE(test, grant_is_ref(GRANT_SLOT_REVOKED - 1));
}

static void revoking_brings_all_to_the_shared_list(struct kunit *test)
{
	unsigned int at;

	fill(test, here, 5);
	fill(test, there, GRANT_CACHE_MAX);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 5 - GRANT_CACHE_MAX, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	for (at = 0; at < GRANT_CACHE_MAX; at++) {
		KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, here->slots[at]);
		KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, there->slots[at]);
		KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, here->parked[at]);
		KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked[at]);
	}
	KUNIT_EXPECT_TRUE(test, pool.is_revoked);
	KUNIT_EXPECT_EQ(test, 1U, nr_syncs);
}

static void only_others_slots_need_a_barrier(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 0U, nr_syncs);
	here->slots[AT] = take_one(test);
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 0U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	/* An empty slot may be about to be filled. */
	there->slots[GRANT_CACHE_MAX - 1] = GRANT_SLOT_EMPTY;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 1U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED,
			there->slots[GRANT_CACHE_MAX - 1]);
}

static void a_failed_barrier_parks_what_was_in_the_slot(struct kunit *test)
{
	grant_ref_t ref = take_one(test);
	u64 now = log_now();

	there->slots[AT] = ref;
	sync_error = -ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, revoke());
	KUNIT_EXPECT_EQ(test, 1U, nr_syncs);
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, there->slots[AT]);
	KUNIT_EXPECT_EQ(test, ref, there->parked[AT]);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_EQ(test, NR_USABLE, nr_free());
	KUNIT_EXPECT_EQ(test, 1U,
			log_count(now, "cannot synchronise vCPUs (-110)"));
}

static void the_next_barrier_frees_what_is_parked(struct kunit *test)
{
	there->slots[AT] = take_one(test);
	sync_error = -EIO;
	revoke();
	sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, 2U, nr_syncs);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked[AT]);
}

static int alloc_one(void *unused)
{
	return grant_pool_alloc(&pool);
}

/* On the other CPU, to whose memory it is; in a task, as on PREEMPT_RT locks sleep. */
static int alloc_there(void)
{
	return smp_call_on_cpu(there_cpu, alloc_one, NULL, false);
}

static void the_owner_takes_back_what_is_parked(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	there->slots[AT] = ref;
	*gref_link(&pool.refs, ref) = GREF_CACHED;
	sync_error = -EIO;
	revoke();
	pool.is_revoked = false;
	KUNIT_EXPECT_NE(test, (int)ref, alloc_there());
	KUNIT_EXPECT_EQ(test, ref, there->slots[0]);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked[AT]);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_HALF, grant_cache_count(there));
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, nr_free());
}

static void what_is_parked_empty_is_empty_again(struct kunit *test)
{
	there->slots[AT] = GRANT_SLOT_EMPTY;
	sync_error = -EIO;
	revoke();
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_EMPTY, there->parked[AT]);
	pool.is_revoked = false;
	alloc_there();
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked[AT]);
	KUNIT_EXPECT_EQ(test, GRANT_CACHE_HALF, grant_cache_count(there));
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, nr_free());
}

/* Its store came after all: what is parked is the owner's no more. */
static void what_the_owner_took_is_not_taken_back(struct kunit *test)
{
	there->slots[AT] = take_one(test);
	nr_stores = 1;
	stored = GRANT_SLOT_EMPTY;
	sync_error = -EIO;
	revoke();
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_EMPTY, there->slots[AT]);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, nr_free());
	pool.is_revoked = false;
	alloc_there();
	KUNIT_EXPECT_EQ(test, NR_USABLE - 2, nr_free());
	sync_error = 0;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, NR_USABLE - 2, pool.free.nr);
}

/* The owner had the old value loaded, and stores it over the exchange. */
static void an_owner_who_was_at_it_is_asked_again(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	there->slots[AT] = ref;
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

	there->slots[AT] = ref;
	nr_stores = 1;
	stored = GRANT_SLOT_EMPTY;
	KUNIT_EXPECT_EQ(test, 0, revoke());
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_TRUE(test, gref_is_live(&pool.refs, ref));
}

static void an_owner_always_at_it_keeps_its_slot(struct kunit *test)
{
	grant_ref_t ref = take_one(test);

	there->slots[AT] = ref;
	nr_stores = UINT_MAX;
	stored = ref;
	KUNIT_EXPECT_EQ(test, -EBUSY, revoke());
	KUNIT_EXPECT_EQ(test, 8U, nr_syncs);
	KUNIT_EXPECT_EQ(test, ref, there->slots[AT]);
	KUNIT_EXPECT_EQ(test, GRANT_NOT_PARKED, there->parked[AT]);
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

	there->slots[AT] = take_one(test);
	nr_stores = UINT_MAX;
	stored = there->slots[AT];
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

	there->slots[AT] = take_one(test);
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

	fill(test, here, 0);
	grant_pool_wait(&pool, &callback, fire, &nr_fired, NR_USABLE);
	grant_pool_free(&pool, a);
	KUNIT_EXPECT_EQ(test, NR_USABLE - 1, pool.free.nr);
	KUNIT_EXPECT_EQ(test, 0U, nr_fired);
	KUNIT_EXPECT_TRUE(test, pool.is_revoked);
	grant_pool_free(&pool, b);
	KUNIT_EXPECT_EQ(test, NR_USABLE, pool.free.nr);
	KUNIT_EXPECT_EQ(test, 1U, nr_fired);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
	KUNIT_EXPECT_EQ(test, GRANT_SLOT_REVOKED, here->slots[0]);
}

/* Last, as the line of the others would not be seen any more. */
static void a_barrier_that_fails_on_and_on_is_few_lines(struct kunit *test)
{
	unsigned long began = jiffies;
	u64 now = log_now();
	int i;

	sync_error = -EIO;
	there->slots[AT] = GRANT_SLOT_EMPTY;
	for (i = 0; i < 30; i++)
		revoke();
	KUNIT_EXPECT_EQ(test, 30U, nr_syncs);
	KUNIT_EXPECT_LE(test, log_count(now, "cannot synchronise"), log_most(began));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_new_cache_is_revoked_and_empty),
	KUNIT_CASE(the_first_use_fills_half_a_cache),
	KUNIT_CASE(the_other_half_is_used_when_it_is_needed),
	KUNIT_CASE(what_was_freed_last_comes_first),
	KUNIT_CASE(a_full_cache_is_halved),
	KUNIT_CASE(an_empty_cache_is_filled_by_half),
	KUNIT_CASE(what_a_cache_took_is_off_the_shared_list),
	KUNIT_CASE(half_a_cache_stays_so),
	KUNIT_CASE(a_cpu_takes_no_more_than_its_share),
	KUNIT_CASE_PARAM(a_number_that_is_off_loses_nothing, drifts_gen_params),
	KUNIT_CASE(a_number_that_is_off_is_put_right),
	KUNIT_CASE(several_leave_the_cache_alone),
	KUNIT_CASE(a_revoked_cache_takes_no_part),
	KUNIT_CASE(a_slot_is_used_or_it_is_not),
	KUNIT_CASE(revoking_brings_all_to_the_shared_list),
	KUNIT_CASE(only_others_slots_need_a_barrier),
	KUNIT_CASE(a_failed_barrier_parks_what_was_in_the_slot),
	KUNIT_CASE(the_next_barrier_frees_what_is_parked),
	KUNIT_CASE(the_owner_takes_back_what_is_parked),
	KUNIT_CASE(what_is_parked_empty_is_empty_again),
	KUNIT_CASE(what_the_owner_took_is_not_taken_back),
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
