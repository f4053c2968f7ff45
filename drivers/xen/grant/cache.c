// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caches: free references that one CPU has to itself, see pool.h.
 *
 * First the hot slot: one word, one reference. It is changed by one
 * compare-exchange without lock prefix: whole as far as interrupts of the same
 * CPU are concerned, and therefore good in every context, but no more than a
 * load and a store to other CPUs. That is why it is cheap. Behind it, a list
 * under a lock of its own that hardly anybody else ever takes.
 *
 * Nobody is told that there is no reference while one lies in another CPU's
 * cache, and no callback sleeps through one that is freed there. For both, the
 * caches are revoked:
 *
 * - is_revoked is set, and each CPU's list emptied under its lock. From then
 *   on its owner, who looks at is_revoked under the same lock, leaves it so.
 * - Each hot slot is exchanged for GRANT_HOT_REVOKED, and what was in it is
 *   parked. Its owner may be in the middle of its compare-exchange, with the
 *   old value loaded and the new one not yet stored, or stored and not yet
 *   visible. So after the exchange comes a barrier on all CPUs. If the slot
 *   then holds GRANT_HOT_REVOKED, no store of the owner's was under way, what
 *   is parked is ours, and the owner will find the slot revoked from now on.
 *   If it holds something else, the owner's store came later and counts; what
 *   is parked is the past, and the exchange is done again.
 * - If the barrier fails, what is parked stays so, for the next who revokes,
 *   or for the owner. It must not be put back: see below.
 * - Only the owner makes a revoked slot empty again, under its list's lock,
 *   when is_revoked is not set. An emptied list and a revoked slot therefore
 *   stay as they are until is_revoked is cleared: when the last callback has
 *   gone, or at once if none waits.
 *
 * A compare-exchange that fails stores the value it found, and so counts as a
 * store, too. It may undo an exchange of ours, which the look after the
 * barrier finds out, and it may store GRANT_HOT_REVOKED over whatever we put
 * into the slot, which is why only the owner does.
 *
 * tests/spin/caches.pml is this file as a model, checked in every state.
 */
#include <linux/printk.h>

#include "pool.h"

/* How often a slot is tried whose owner is just then at it. */
#define MAX_REVOKE_TRIES 8

static void empty_list(struct grant_pool *pool, struct grant_cache *cache)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&cache->lock, flags);
	gref_move(&pool->refs, &pool->free, &cache->list, cache->list.nr);
	raw_spin_unlock_irqrestore(&cache->lock, flags);
}

/* Whether the slot's owner has let go of it, as far as one can see. */
static bool is_slot_revoked(const struct grant_cache *cache)
{
	return READ_ONCE(cache->hot) == GRANT_HOT_REVOKED;
}

/* Returns whether there is something parked of another CPU's. */
static bool park_slots(struct grant_pool *pool)
{
	bool is_others = false;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct grant_cache *cache = per_cpu_ptr(pool->caches, cpu);

		if (!is_slot_revoked(cache))
			cache->parked = xchg(&cache->hot, GRANT_HOT_REVOKED);
		is_others |= cache->parked != GRANT_NOT_PARKED &&
			     cpu != smp_processor_id();
	}
	return is_others;
}

/* Returns whether an owner kept its slot. */
static bool settle_slots(struct grant_pool *pool)
{
	bool is_kept = false;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct grant_cache *cache = per_cpu_ptr(pool->caches, cpu);

		if (cache->parked == GRANT_NOT_PARKED)
			continue;
		if (!is_slot_revoked(cache))
			is_kept = true;
		else if (cache->parked != GRANT_HOT_EMPTY)
			gref_push(&pool->refs, &pool->free, cache->parked);
		cache->parked = GRANT_NOT_PARKED;
	}
	return is_kept;
}

/**
 * grant_cache_revoke() - bring all free references to the shared list
 * @pool: the pool
 *
 * They stay there as long as @pool->is_revoked does.
 *
 * Context: The pool's lock held, interrupts off.
 * Return: 0; what the barrier failed with, or -EBUSY if the owner of a slot
 * was at it every time: then each CPU may keep a reference.
 */
int grant_cache_revoke(struct grant_pool *pool)
{
	int cpu, tries;

	WRITE_ONCE(pool->is_revoked, true);
	for_each_possible_cpu(cpu)
		empty_list(pool, per_cpu_ptr(pool->caches, cpu));

	for (tries = 0; tries < MAX_REVOKE_TRIES; tries++) {
		int err = park_slots(pool) ? pool->ops->sync_cpus() : 0;

		if (err) {
			pr_err_ratelimited("cannot synchronise vCPUs (%d): each may keep one free grant reference to itself\n",
					   err);
			return err;
		}
		if (!settle_slots(pool))
			return 0;
	}
	return -EBUSY;
}

/*
 * Called with the list's lock held, by its owner, when it may have a cache.
 * What is parked since a barrier failed is true: taking the lock has brought
 * the owner's stores to an end.
 */
static void allow_slot(struct grant_cache *cache)
{
	if (!is_slot_revoked(cache))
		return;
	WRITE_ONCE(cache->hot, cache->parked == GRANT_NOT_PARKED ?
			       GRANT_HOT_EMPTY : cache->parked);
	cache->parked = GRANT_NOT_PARKED;
}

static struct grant_cache *own_cache_lock(struct grant_pool *pool,
					  unsigned long *flags)
	__acquires(grant_cache)
{
	struct grant_cache *cache;

	local_irq_save(*flags);
	cache = this_cpu_ptr(pool->caches);
	raw_spin_lock(&cache->lock);
	return cache;
}

static void own_cache_unlock(struct grant_cache *cache, unsigned long flags)
	__releases(grant_cache)
{
	raw_spin_unlock(&cache->lock);
	local_irq_restore(flags);
}

/* Whether the owner may use its cache, which is locked; takes it into use. */
static bool own_cache_allowed(struct grant_pool *pool,
			      struct grant_cache *cache)
{
	/* Before what is parked; pairs with allow_caches(). */
	if (unlikely(smp_load_acquire(&pool->is_revoked)))
		return false;
	allow_slot(cache);
	return true;
}

/**
 * grant_cache_take() - take from this CPU's list
 * @pool: the pool
 * @list: gets the references
 * @nr: how many, all or none
 *
 * Context: Any.
 * Return: Whether there were so many.
 */
bool grant_cache_take(struct grant_pool *pool, struct gref_list *list,
		      unsigned int nr)
{
	unsigned long flags;
	struct grant_cache *cache = own_cache_lock(pool, &flags);
	bool is_done = own_cache_allowed(pool, cache) && nr <= cache->list.nr;

	if (is_done)
		gref_move(&pool->refs, list, &cache->list, nr);
	own_cache_unlock(cache, flags);
	return is_done;
}

/**
 * grant_cache_give() - give to this CPU's list
 * @pool: the pool
 * @list: loses its references, all or none
 *
 * Context: Any.
 * Return: Whether there was room for all of them.
 */
bool grant_cache_give(struct grant_pool *pool, struct gref_list *list)
{
	unsigned long flags;
	struct grant_cache *cache = own_cache_lock(pool, &flags);
	bool is_done = own_cache_allowed(pool, cache) &&
		       list->nr <= GRANT_CACHE_MAX - cache->list.nr;

	if (is_done)
		gref_move(&pool->refs, &cache->list, list, list->nr);
	own_cache_unlock(cache, flags);
	return is_done;
}

/**
 * grant_cache_balance() - bring this CPU's list to about half its length
 * @pool: the pool
 *
 * Takes from the shared list what that can spare, or gives to it.
 *
 * Context: The pool's lock held.
 */
void grant_cache_balance(struct grant_pool *pool)
{
	unsigned int share = pool->free.nr / num_possible_cpus();
	struct grant_cache *cache = this_cpu_ptr(pool->caches);
	unsigned long flags;

	if (pool->is_revoked)
		return;
	raw_spin_lock_irqsave(&cache->lock, flags);
	if (cache->list.nr > GRANT_CACHE_BATCH)
		gref_move(&pool->refs, &pool->free, &cache->list,
			  cache->list.nr - GRANT_CACHE_BATCH);
	else
		gref_move(&pool->refs, &cache->list, &pool->free,
			  min(share, GRANT_CACHE_BATCH - cache->list.nr));
	raw_spin_unlock_irqrestore(&cache->lock, flags);
}

/**
 * grant_caches_init() - empty caches, revoked
 * @pool: the pool
 *
 * Each CPU takes its own into use when it first could have used it.
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int grant_caches_init(struct grant_pool *pool)
{
	int cpu;

	pool->caches = alloc_percpu(struct grant_cache);
	if (!pool->caches)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct grant_cache *cache = per_cpu_ptr(pool->caches, cpu);

		cache->hot = GRANT_HOT_REVOKED;
		cache->parked = GRANT_NOT_PARKED;
		raw_spin_lock_init(&cache->lock);
		cache->list = (struct gref_list)GREF_LIST(GREF_CACHED);
	}
	return 0;
}

void grant_caches_exit(struct grant_pool *pool)
{
	free_percpu(pool->caches);
}
