// SPDX-License-Identifier: GPL-2.0-only
/* The pool: caches, growth and callbacks, one by one and all at once. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/smp.h>

#include <xen/grant_table.h>

#include "cpu_barrier.h"
#include "grant/pool.h"

#define FIRST 8 /* the references below are reserved */
#define STEP 16 /* references that the table grows by */
#define NR_MAX 256

static struct grant_pool pool;
/* The surroundings: how far the table may grow, and what fails. */
static unsigned int limit;
static unsigned int nr_syncs;
static int sync_error;
static int grow_error;
static atomic_t nr_fired;

static int count_sync(void)
{
	nr_syncs++;
	return sync_error ?: cpu_barrier();
}

static int grow_in_steps(unsigned int nr_refs)
{
	nr_refs = roundup(nr_refs, STEP);
	if (grow_error)
		return grow_error;
	return nr_refs > limit ? -ENOSPC : nr_refs;
}

static const struct grant_pool_ops ops = {
	.sync_cpus = count_sync,
	.grow = grow_in_steps,
};

static int init(struct kunit *test)
{
	int err = grant_pool_init(&pool, &ops, NR_MAX);

	if (!err)
		err = grant_pool_start(&pool, FIRST, STEP, NULL);
	if (!err)
		err = cpu_barrier_init();
	limit = STEP;
	nr_syncs = 0;
	sync_error = 0;
	grow_error = 0;
	atomic_set(&nr_fired, 0);
	return err;
}

static void drop(struct kunit *test)
{
	cpu_barrier_exit();
	grant_pool_exit(&pool);
}

static struct grant_pool_counts counts(void)
{
	struct grant_pool_counts c;

	grant_pool_count(&pool, &c);
	return c;
}

/* Allocates until there is none; returns how many there were. */
static unsigned int take_all(struct kunit *test, unsigned long *seen)
{
	unsigned int nr = 0;
	int ref;

	while ((ref = grant_pool_alloc(&pool)) >= 0) {
		KUNIT_ASSERT_GE(test, ref, FIRST);
		KUNIT_ASSERT_LT(test, ref, NR_MAX);
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(ref, seen));
		nr++;
	}
	KUNIT_EXPECT_EQ(test, -ENOSPC, ref);
	return nr;
}

static void every_reference_comes_once(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};

	KUNIT_EXPECT_EQ(test, STEP - FIRST + 0U, take_all(test, seen));
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_free);
	KUNIT_EXPECT_EQ(test, STEP - FIRST + 0U, counts().high_water);
}

static void the_table_grows_to_its_limit(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};

	limit = 5 * STEP; /* odd, and not a block */
	KUNIT_EXPECT_EQ(test, limit - FIRST, take_all(test, seen));
	KUNIT_EXPECT_EQ(test, limit, counts().nr_refs);
}

static void growth_is_no_more_than_needed(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	limit = NR_MAX;
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, &list,
						 STEP - FIRST + 1));
	KUNIT_EXPECT_EQ(test, 2U * STEP, counts().nr_refs);
	grant_pool_give(&pool, &list);
	KUNIT_EXPECT_EQ(test, counts().nr_usable, counts().nr_free);
}

static void too_many_take_nothing(struct kunit *test)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);

	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take(&pool, &list, STEP));
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take(&pool, &list, ~0U));
	KUNIT_EXPECT_EQ(test, -EINVAL, grant_pool_take(&pool, &list, 0));
	KUNIT_EXPECT_EQ(test, 0U, list.nr);
	KUNIT_EXPECT_EQ(test, STEP - FIRST + 0U, counts().nr_free);
}

static void a_table_that_fails_to_grow_says_why(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};
	int ref;

	while ((ref = grant_pool_alloc(&pool)) >= 0)
		__set_bit(ref, seen);
	grow_error = -EIO;
	limit = NR_MAX;
	KUNIT_EXPECT_EQ(test, -EIO, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, STEP + 0U, counts().nr_refs);
	grow_error = 0;
	KUNIT_EXPECT_EQ(test, STEP, grant_pool_alloc(&pool));
}

static void a_reference_in_use_at_the_start_comes_later(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};
	grant_ref_t taken = FIRST + 2;

	/* As if an owner before us had left it. */
	while (gref_pop(&pool.refs, &pool.free) != GREF_END)
		;
	*gref_link(&pool.refs, taken) = GREF_RESERVED;
	KUNIT_EXPECT_EQ(test, 0U, take_all(test, seen));
	grant_pool_free(&pool, taken);
	KUNIT_EXPECT_EQ(test, (int)taken, grant_pool_alloc(&pool));
}

static int free_one(void *arg)
{
	grant_pool_free(&pool, (unsigned long)arg);
	return 0;
}

static int alloc_one(void *unused)
{
	return grant_pool_alloc(&pool);
}

/* On another CPU; in a task, as the pool's lock sleeps on PREEMPT_RT. */
static void free_on(int cpu, unsigned long ref)
{
	smp_call_on_cpu(cpu, free_one, (void *)ref, false);
}

static int alloc_on(int cpu)
{
	return smp_call_on_cpu(cpu, alloc_one, NULL, false);
}

/* Another CPU than this one; where there is none, the case cannot run. */
static int other_cpu(struct kunit *test)
{
	int cpu = cpumask_any_but(cpu_online_mask, get_cpu());

	put_cpu();
	if (cpu >= nr_cpu_ids)
		kunit_skip(test, "needs two CPUs");
	return cpu;
}

/* Takes all, and has the other CPU free @nr of them into its cache. */
static void free_on_other(struct kunit *test, int cpu, unsigned int nr)
{
	struct gref_list all = GREF_LIST(GREF_PRIVATE);

	/* It has used its cache before, so it is not revoked. */
	free_on(cpu, alloc_on(cpu));
	free_on(cpu, alloc_on(cpu));
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take(&pool, &all, STEP - FIRST));
	KUNIT_ASSERT_EQ(test, -ENOSPC, alloc_on(cpu));
	while (nr--)
		free_on(cpu, gref_pop(&pool.refs, &all));
}

static void none_is_left_only_when_no_cpu_has_one(struct kunit *test)
{
	free_on_other(test, other_cpu(test), 3);
	KUNIT_EXPECT_EQ(test, 3U, counts().nr_free);
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_free);
}

static void a_lone_cpu_needs_no_barrier(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};
	int cpu = get_cpu();

	take_all(test, seen);
	grant_pool_free(&pool, FIRST);
	grant_pool_free(&pool, FIRST + 1);
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_alloc(&pool));
	put_cpu();
	KUNIT_EXPECT_EQ_MSG(test, 0U, nr_syncs, "on CPU %d", cpu);
}

static void fire(void *arg)
{
	atomic_inc(arg);
}

static void wait_for(struct gnttab_free_callback *callback, u16 count)
{
	grant_pool_wait(&pool, callback, fire, &nr_fired, count);
}

static void a_callback_comes_at_once_if_there_are_enough(struct kunit *test)
{
	struct gnttab_free_callback callback = {};

	wait_for(&callback, STEP - FIRST);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_callbacks);
}

static void a_callback_counts_what_other_cpus_have(struct kunit *test)
{
	struct gnttab_free_callback callback = {};

	free_on_other(test, other_cpu(test), 3);
	wait_for(&callback, 3);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
}

static void a_callback_hears_of_every_cpu(struct kunit *test)
{
	struct gnttab_free_callback callback = {};
	int cpu = other_cpu(test);

	free_on_other(test, cpu, 1);
	wait_for(&callback, 3);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&nr_fired));
	free_on(cpu, FIRST + 5);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&nr_fired));
	grant_pool_free(&pool, FIRST + 6);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
	grant_pool_free(&pool, FIRST + 7);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
}

static void a_callback_is_called_when_the_table_grows(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};
	struct gnttab_free_callback callback = {};

	take_all(test, seen);
	wait_for(&callback, 3);
	limit = 2 * STEP;
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
}

static void a_cancelled_callback_is_not_called(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};
	struct gnttab_free_callback callbacks[3] = {};

	take_all(test, seen);
	wait_for(&callbacks[0], 1);
	wait_for(&callbacks[1], 1);
	wait_for(&callbacks[1], 1); /* waits already */
	wait_for(&callbacks[2], 2);
	KUNIT_EXPECT_EQ(test, 3U, counts().nr_callbacks);
	grant_pool_cancel(&pool, &callbacks[0]);
	grant_pool_cancel(&pool, &callbacks[0]);
	grant_pool_free(&pool, FIRST);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
	grant_pool_cancel(&pool, &callbacks[2]);
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_callbacks);
	KUNIT_EXPECT_FALSE(test, pool.is_revoked);
}

static void a_barrier_that_fails_loses_nothing(struct kunit *test)
{
	struct gnttab_free_callback callback = {};
	int cpu = other_cpu(test);

	/* The first goes to the shared list, and takes the cache into use again. */
	free_on_other(test, cpu, 2);
	sync_error = -EIO;
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_alloc(&pool));
	KUNIT_EXPECT_EQ(test, 1U, counts().nr_free);
	wait_for(&callback, 1);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&nr_fired));
	sync_error = 0;
	msleep(100);
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&nr_fired));
	KUNIT_EXPECT_GE(test, grant_pool_alloc(&pool), 0);
}

static void a_row_comes_from_growth_if_need_be(struct kunit *test)
{
	DECLARE_BITMAP(seen, NR_MAX) = {};
	grant_ref_t first, ref;

	take_all(test, seen);
	for (ref = FIRST; ref < STEP; ref += 2)
		grant_pool_free(&pool, ref);
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take_seq(&pool, 3, &first));
	limit = 2 * STEP;
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take_seq(&pool, 3, &first));
	KUNIT_EXPECT_EQ(test, STEP + 0U, first);
	for (ref = first; ref < first + 3; ref++)
		KUNIT_EXPECT_TRUE(test, gref_is_live(&pool.refs, ref));
}

static void a_row_is_gathered_from_all_cpus(struct kunit *test)
{
	grant_ref_t first;

	free_on_other(test, other_cpu(test), STEP - FIRST);
	KUNIT_ASSERT_EQ(test, 0, grant_pool_take_seq(&pool, STEP - FIRST,
						     &first));
	KUNIT_EXPECT_EQ(test, FIRST + 0U, first);
	KUNIT_EXPECT_EQ(test, -EINVAL, grant_pool_take_seq(&pool, 0, &first));
	KUNIT_EXPECT_EQ(test, -ENOSPC, grant_pool_take_seq(&pool, ~0U, &first));
}

/*
 * All at once: threads that take and give one or many, wait and cancel, in a
 * pool so small that it runs dry all the time. Each reference has one owner.
 */
#define NR_THREADS 4
static unsigned int stress_rounds = 8000;
module_param(stress_rounds, uint, 0);
MODULE_PARM_DESC(stress_rounds, "rounds of each thread that takes and gives");

#define MOST 16

static atomic_t owners[NR_MAX];
static atomic_t nr_wrong;
static atomic_t nr_dry;

struct stress {
	struct task_struct *task;
	struct completion done;
	struct gnttab_free_callback callback;
};

static void own(grant_ref_t ref)
{
	if (ref < FIRST || ref >= NR_MAX || atomic_xchg(&owners[ref], 1))
		atomic_inc(&nr_wrong);
}

static void disown(grant_ref_t ref)
{
	if (!atomic_xchg(&owners[ref], 0))
		atomic_inc(&nr_wrong);
}

static void stress_singles(unsigned int nr)
{
	grant_ref_t refs[MOST];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		int ref = grant_pool_alloc(&pool);

		if (ref < 0) {
			atomic_inc(&nr_dry);
			break;
		}
		refs[i] = ref;
		own(ref);
	}
	while (i--) {
		disown(refs[i]);
		grant_pool_free(&pool, refs[i]);
	}
}

static void stress_list(unsigned int nr)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	struct gref_list back = GREF_LIST(GREF_PRIVATE);
	grant_ref_t ref;

	if (grant_pool_take(&pool, &list, nr)) {
		atomic_inc(&nr_dry);
		return;
	}
	while ((ref = gref_pop(&pool.refs, &list)) != GREF_END) {
		own(ref);
		disown(ref);
		gref_push(&pool.refs, &back, ref);
	}
	grant_pool_give(&pool, &back);
}

static void stress_row(unsigned int nr)
{
	grant_ref_t first, ref;

	if (grant_pool_take_seq(&pool, nr, &first))
		return;
	for (ref = first; ref < first + nr; ref++)
		own(ref);
	for (ref = first; ref < first + nr; ref++) {
		disown(ref);
		grant_pool_free(&pool, ref);
	}
}

static void stress_wait(struct stress *stress, unsigned int nr)
{
	grant_pool_cancel(&pool, &stress->callback);
	wait_for(&stress->callback, nr);
}

static int stress_thread(void *arg)
{
	struct stress *stress = arg;
	struct rnd_state rnd;
	unsigned int round;

	prandom_seed_state(&rnd, (unsigned long)stress->task);
	for (round = 0; round < stress_rounds; round++) {
		unsigned int dice = prandom_u32_state(&rnd);
		unsigned int nr = 1 + (dice >> 8) % MOST;

		if (dice % 64 == 0)
			stress_wait(stress, nr);
		else if (dice % 64 == 1)
			stress_row(nr);
		else if (dice % 4 == 2)
			stress_list(nr);
		else
			stress_singles(nr);
		cond_resched();
	}
	grant_pool_cancel(&pool, &stress->callback);
	complete(&stress->done);
	return 0;
}

static void all_at_once_nothing_is_lost_or_doubled(struct kunit *test)
{
	static struct stress stress[NR_THREADS];
	int i;

	/* Where no two can meet there is nothing to lose. */
	other_cpu(test);
	limit = 2 * STEP;
	atomic_set(&nr_wrong, 0);
	atomic_set(&nr_dry, 0);
	memset(owners, 0, sizeof(owners));
	for (i = 0; i < NR_THREADS; i++) {
		init_completion(&stress[i].done);
		stress[i].task = kthread_create(stress_thread, &stress[i],
						"pool-stress/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(stress[i].task));
		kthread_bind(stress[i].task, i % num_online_cpus());
		wake_up_process(stress[i].task);
	}
	for (i = 0; i < NR_THREADS; i++)
		wait_for_completion(&stress[i].done);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&nr_wrong));
	KUNIT_EXPECT_EQ(test, limit - FIRST, counts().nr_free);
	KUNIT_EXPECT_EQ(test, 0U, counts().nr_callbacks);
	/* Otherwise the caches were never needed by others. */
	KUNIT_EXPECT_GT(test, atomic_read(&nr_dry), 0);
	KUNIT_EXPECT_GT(test, nr_syncs, 0U);
	kunit_info(test, "%u barriers, %d times dry, %d callbacks", nr_syncs,
		   atomic_read(&nr_dry), atomic_read(&nr_fired));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_reference_comes_once),
	KUNIT_CASE(the_table_grows_to_its_limit),
	KUNIT_CASE(growth_is_no_more_than_needed),
	KUNIT_CASE(too_many_take_nothing),
	KUNIT_CASE(a_table_that_fails_to_grow_says_why),
	KUNIT_CASE(a_reference_in_use_at_the_start_comes_later),
	KUNIT_CASE(none_is_left_only_when_no_cpu_has_one),
	KUNIT_CASE(a_lone_cpu_needs_no_barrier),
	KUNIT_CASE(a_callback_comes_at_once_if_there_are_enough),
	KUNIT_CASE(a_callback_counts_what_other_cpus_have),
	KUNIT_CASE(a_callback_hears_of_every_cpu),
	KUNIT_CASE(a_callback_is_called_when_the_table_grows),
	KUNIT_CASE(a_cancelled_callback_is_not_called),
	KUNIT_CASE(a_barrier_that_fails_loses_nothing),
	KUNIT_CASE(a_row_comes_from_growth_if_need_be),
	KUNIT_CASE(a_row_is_gathered_from_all_cpus),
	KUNIT_CASE(all_at_once_nothing_is_lost_or_doubled),
	{}
};

static struct kunit_suite suite = {
	.name = "grant_pool",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
