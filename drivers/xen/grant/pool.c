// SPDX-License-Identifier: GPL-2.0-only
/*
 * How free references are kept, so that the usual case is cheap and the
 * unusual exact.
 *
 *	CPU 0    cache (128)  \
 *	CPU 1    cache (128)   >   shared list   <-   growth
 *	...                   /
 *
 * Each is asked when the one to the left has nothing, or no room. Caches are
 * cache.c's. Growth has a lock of its own, so that who frees references
 * meanwhile need not wait for Xen. Only when the table can grow no more are
 * the caches revoked, and only when they, too, had nothing is the answer that
 * there is no reference.
 *
 * A callback is called the moment there are as many references on the shared
 * list as it asks for. While one waits, the caches are revoked, so that this
 * is where every reference goes.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>

#include <xen/grant_table.h>

#include "pool.h"

/* When to try again, after a CPU could not be made to give its reference. */
#define REVOKE_AGAIN msecs_to_jiffies(10)

/* References of the table that are free, downwards: the lowest comes first. */
static void fill_from(struct grant_pool *pool, unsigned int first,
		      unsigned int end, bool (*is_free)(grant_ref_t ref))
{
	grant_ref_t ref = end;

	pool->nr_usable += end - first;
	while (ref-- > first) {
		if (is_free && !is_free(ref))
			continue;
		gref_push(&pool->refs, &pool->free, ref);
		pool->low_water++;
	}
}

/* Called with the lock held, after the shared list grew. */
static void run_callbacks(struct grant_pool *pool)
{
	struct gnttab_free_callback *callback = pool->callbacks;

	pool->callbacks = NULL;
	while (callback) {
		struct gnttab_free_callback *next = callback->next;

		if (pool->free.nr >= callback->count) {
			callback->next = NULL;
			callback->fn(callback->arg);
		} else {
			callback->next = pool->callbacks;
			pool->callbacks = callback;
		}
		callback = next;
	}
}

/* Called with the lock held, at the end of all that may have revoked. */
static void allow_caches(struct grant_pool *pool)
{
	pool->is_revoked = pool->callbacks;
}

/* Called with the lock held, when callbacks or a caller need what is free. */
static int gather(struct grant_pool *pool)
{
	int err = grant_cache_revoke(pool);

	/* Who waits must not wait for what a CPU kept. */
	if (err && pool->callbacks)
		schedule_delayed_work(&pool->revoke_work, REVOKE_AGAIN);
	return err;
}

static void revoke_again(struct work_struct *work)
{
	struct grant_pool *pool = container_of(to_delayed_work(work),
					       struct grant_pool, revoke_work);

	spin_lock_irq(&pool->lock);
	if (pool->callbacks) {
		gather(pool);
		run_callbacks(pool);
	}
	allow_caches(pool);
	spin_unlock_irq(&pool->lock);
}

/* Called with the lock held, after the shared list shrank. */
static void note_low_water(struct grant_pool *pool)
{
	pool->low_water = min(pool->low_water, pool->free.nr);
}

/* Called with the lock held. */
static void balance(struct grant_pool *pool)
{
	grant_cache_balance(pool);
	note_low_water(pool);
}

/* Called with the lock held. Returns whether there were so many. */
static bool take_shared(struct grant_pool *pool, struct gref_list *list,
			unsigned int nr)
{
	if (pool->free.nr < nr)
		return false;
	gref_move(&pool->refs, list, &pool->free, nr);
	note_low_water(pool);
	return true;
}

/*
 * Makes room for @nr more references. Called with grow_lock held, without
 * the lock. Returns how many references there may be now, or -errno.
 */
static int grow(struct grant_pool *pool, unsigned int nr)
{
	unsigned int nr_refs = pool->refs.nr_refs;
	int ret;

	if (nr > GREF_END - nr_refs)
		return -ENOSPC;
	ret = pool->ops->grow(nr_refs + nr);
	if (ret < 0)
		return ret;
	nr_refs = ret;
	ret = gref_table_prepare(&pool->refs, nr_refs, GFP_ATOMIC);
	return ret ?: nr_refs;
}

/* New references become free; called with both locks held. */
static void add_new(struct grant_pool *pool, unsigned int nr_refs)
{
	unsigned int before = pool->refs.nr_refs;

	/* Blocks before the number that leads to them. */
	smp_store_release(&pool->refs.nr_refs, nr_refs);
	fill_from(pool, before, nr_refs, NULL);
}

/* How many the shared list lacks; somebody else may have grown meanwhile. */
static unsigned int count_missing(struct grant_pool *pool, unsigned int nr)
{
	unsigned int nr_free = READ_ONCE(pool->free.nr);

	return nr > nr_free ? nr - nr_free : 0;
}

/* The table grows, and where it cannot, the caches are emptied. */
static int take_last(struct grant_pool *pool, struct gref_list *list,
		     unsigned int nr)
{
	unsigned int missing;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&pool->grow_lock, flags);
	missing = count_missing(pool, nr);
	if (missing)
		ret = grow(pool, missing);
	spin_lock(&pool->lock);
	if (ret > 0)
		add_new(pool, ret);
	if (pool->free.nr < nr)
		gather(pool);
	if (take_shared(pool, list, nr))
		ret = 0;
	else if (ret >= 0)
		ret = -ENOSPC;
	run_callbacks(pool);
	allow_caches(pool);
	spin_unlock(&pool->lock);
	spin_unlock_irqrestore(&pool->grow_lock, flags);
	return ret;
}

/* grant_pool_alloc() when the cache has none. */
int grant_pool_take_one(struct grant_pool *pool)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	unsigned long flags;
	bool is_done;
	int err;

	spin_lock_irqsave(&pool->lock, flags);
	is_done = take_shared(pool, &list, 1);
	balance(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	err = is_done ? 0 : take_last(pool, &list, 1);
	return err ?: gref_pop(&pool->refs, &list);
}

/**
 * grant_pool_take() - several free references
 * @pool: the pool
 * @list: an empty list, gets them all or none; its kind becomes theirs
 * @nr: how many, at least 1
 *
 * They come from the shared list, whatever is cached: that is cheaper than one
 * by one, and its lock is taken once for all of them.
 *
 * Context: Any.
 * Return: 0; -EINVAL for none; -ENOSPC or why the table did not grow.
 */
int grant_pool_take(struct grant_pool *pool, struct gref_list *list,
		    unsigned int nr)
{
	unsigned long flags;
	bool is_done;

	if (!nr)
		return -EINVAL;
	spin_lock_irqsave(&pool->lock, flags);
	is_done = take_shared(pool, list, nr);
	spin_unlock_irqrestore(&pool->lock, flags);
	return is_done ? 0 : take_last(pool, list, nr);
}

/**
 * grant_pool_take_seq() - free references that follow each other in number
 * @pool: the pool
 * @nr: how many, at least 1
 * @first: the lowest of them; all are live
 *
 * New references are in a row, so growth helps where the free ones are
 * scattered.
 *
 * Context: Any. Takes time in proportion to the table, with interrupts off.
 * Return: 0; -EINVAL for none; -ENOSPC or why the table did not grow.
 */
int grant_pool_take_seq(struct grant_pool *pool, unsigned int nr,
			grant_ref_t *first)
{
	unsigned long flags;
	int nr_refs, err;

	spin_lock_irqsave(&pool->grow_lock, flags);
	spin_lock(&pool->lock);
	err = gref_take_seq(&pool->refs, &pool->free, nr, first);
	note_low_water(pool);
	spin_unlock(&pool->lock);
	if (err != -ENOSPC)
		goto out;

	nr_refs = grow(pool, nr);
	spin_lock(&pool->lock);
	if (nr_refs > 0)
		add_new(pool, nr_refs);
	else
		gather(pool);
	err = gref_take_seq(&pool->refs, &pool->free, nr, first);
	note_low_water(pool);
	run_callbacks(pool);
	allow_caches(pool);
	spin_unlock(&pool->lock);
out:
	spin_unlock_irqrestore(&pool->grow_lock, flags);
	return err;
}

/* grant_pool_free() when the cache is full. */
void grant_pool_give_one(struct grant_pool *pool, grant_ref_t ref)
{
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	gref_push(&pool->refs, &pool->free, ref);
	balance(pool);
	run_callbacks(pool);
	allow_caches(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
}

/**
 * grant_pool_give() - references are free again
 * @pool: the pool
 * @list: the references; empty afterwards
 *
 * Context: Any. May call free callbacks.
 */
void grant_pool_give(struct grant_pool *pool, struct gref_list *list)
{
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	gref_move(&pool->refs, &pool->free, list, list->nr);
	run_callbacks(pool);
	allow_caches(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
}

/**
 * grant_pool_wait() - be called when references are free
 * @pool: the pool
 * @callback: the caller's, until it is called or cancelled
 * @fn: called with the lock held
 * @arg: for @fn
 * @count: how many must be free
 *
 * Context: Any. Calls @fn before it returns if there are enough; does nothing
 * if @callback waits already.
 */
void grant_pool_wait(struct grant_pool *pool,
		     struct gnttab_free_callback *callback,
		     void (*fn)(void *), void *arg, u16 count)
{
	const struct gnttab_free_callback *waiting;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	for (waiting = pool->callbacks; waiting; waiting = waiting->next)
		if (waiting == callback)
			goto out;
	*callback = (struct gnttab_free_callback){
		.next = pool->callbacks,
		.fn = fn,
		.arg = arg,
		.count = count,
	};
	pool->callbacks = callback;
	if (pool->free.nr < count)
		gather(pool);
	run_callbacks(pool);
	allow_caches(pool);
out:
	spin_unlock_irqrestore(&pool->lock, flags);
}

/**
 * grant_pool_cancel() - call off a callback
 * @pool: the pool
 * @callback: the callback, waiting or not
 *
 * Context: Any.
 */
void grant_pool_cancel(struct grant_pool *pool,
		       struct gnttab_free_callback *callback)
{
	struct gnttab_free_callback **at;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	for (at = &pool->callbacks; *at; at = &(*at)->next) {
		if (*at == callback) {
			*at = callback->next;
			break;
		}
	}
	allow_caches(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
}

/**
 * grant_pool_count() - how the pool stands
 * @pool: the pool
 * @counts: filled in; exact if nobody allocates or frees meanwhile
 *
 * Context: Any.
 */
void grant_pool_count(struct grant_pool *pool,
		      struct grant_pool_counts *counts)
{
	const struct gnttab_free_callback *callback;
	unsigned long flags;
	int cpu;

	*counts = (struct grant_pool_counts){};
	spin_lock_irqsave(&pool->lock, flags);
	counts->nr_refs = pool->refs.nr_refs;
	counts->nr_usable = pool->nr_usable;
	counts->nr_free = pool->free.nr;
	counts->high_water = pool->nr_usable - pool->low_water;
	for (callback = pool->callbacks; callback; callback = callback->next)
		counts->nr_callbacks++;
	for_each_possible_cpu(cpu)
		counts->nr_free +=
			grant_cache_count(per_cpu_ptr(pool->caches, cpu));
	spin_unlock_irqrestore(&pool->lock, flags);
}

/**
 * grant_pool_init() - a pool without references
 * @pool: the pool
 * @ops: what it needs of its surroundings
 * @nr_max: references it may ever have
 *
 * Context: Process; sleeps.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int grant_pool_init(struct grant_pool *pool, const struct grant_pool_ops *ops,
		    unsigned int nr_max)
{
	int err;

	*pool = (struct grant_pool){
		.ops = ops,
		.free = GREF_LIST(GREF_FREE),
	};
	spin_lock_init(&pool->grow_lock);
	spin_lock_init(&pool->lock);
	INIT_DELAYED_WORK(&pool->revoke_work, revoke_again);
	err = gref_table_init(&pool->refs, nr_max);
	if (err)
		return err;
	err = grant_caches_init(pool);
	if (err)
		gref_table_exit(&pool->refs);
	return err;
}

/**
 * grant_pool_start() - the first references
 * @pool: the pool
 * @first: the references below are not for the pool
 * @nr_refs: references in the table
 * @is_free: whether a reference is; one that is not is given to the pool by
 *	grant_pool_free() when it is free
 *
 * Context: Process; sleeps. Nobody uses the pool yet, but for what @is_free held
 * back, which may come at any time.
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int grant_pool_start(struct grant_pool *pool, grant_ref_t first,
		     unsigned int nr_refs, bool (*is_free)(grant_ref_t ref))
{
	int err = gref_table_prepare(&pool->refs, nr_refs, GFP_KERNEL);

	if (err)
		return err;
	spin_lock_irq(&pool->lock);
	pool->refs.nr_refs = nr_refs;
	fill_from(pool, first, nr_refs, is_free);
	spin_unlock_irq(&pool->lock);
	return 0;
}

/**
 * grant_pool_exit() - undo grant_pool_init() and grant_pool_start()
 * @pool: the pool; nobody uses it any more
 *
 * Context: Process; sleeps.
 */
void grant_pool_exit(struct grant_pool *pool)
{
	cancel_delayed_work_sync(&pool->revoke_work);
	grant_caches_exit(pool);
	gref_table_exit(&pool->refs);
}
