// SPDX-License-Identifier: GPL-2.0-only
/*
 * The caches: free references that one CPU has to itself, see pool.h.
 *
 * A cache is a stack of slots, a slot one word. A slot is changed by one
 * compare-exchange without lock prefix: whole as far as interrupts of the same
 * CPU are concerned, and therefore good in every context, but no more than a
 * load and a store to other CPUs. That is why it is cheap.
 *
 * The number of references in the cache says which slot to try, and no more
 * than that: whoever is interrupted, or moved to another CPU, between the slot
 * and the number leaves the one a little off the other. A slot that is not as
 * the number promises is left to the pool, whose lock keeps other CPUs out: there,
 * with interrupts off, the cache is put in order again, and filled or emptied to
 * its half.
 *
 * Nobody is told that there is no reference while one lies in another CPU's
 * cache, and no callback sleeps through one that is freed there. For both, the
 * caches are revoked, with the pool's lock held:
 *
 * - is_revoked is set. From then on no owner makes a revoked slot empty again.
 * - Each slot is exchanged for GRANT_SLOT_REVOKED, and what was in it is
 *   parked. Its owner may be in the middle of its compare-exchange, with the
 *   old value loaded and the new one not yet stored, or stored and not yet
 *   visible. So after the exchange comes a barrier on all CPUs. If the slot
 *   then holds GRANT_SLOT_REVOKED, no store of the owner's was under way, what
 *   is parked is ours, and the owner will find the slot revoked from now on.
 *   If it holds something else, the owner's store came later and counts; what
 *   is parked is the past, and the exchange is done again.
 * - If the barrier fails, what is parked stays so, for the next who revokes,
 *   or for the owner. It must not be put back: see below.
 * - Only the owner makes a revoked slot empty again, with the pool's lock held,
 *   when is_revoked is not set: when the last callback has gone, or at once if
 *   none waits.
 *
 * A compare-exchange that fails stores the value it found, and so counts as a
 * store, too. It may undo an exchange of ours, which the look after the
 * barrier finds out, and it may store GRANT_SLOT_REVOKED over whatever we put
 * into the slot, which is why only the owner does.
 *
 * tests/spin/caches.pml is this file as a model, checked in every state.
 */
#include <linux/printk.h>
#include <linux/string.h>

#include "pool.h"

/* How often a slot is tried whose owner is just then at it. */
#define MAX_REVOKE_TRIES 8

/* Whether the slot's owner has let go of it, as far as one can see. */
static bool is_revoked(const struct grant_cache *cache, unsigned int at)
{
	return READ_ONCE(cache->slots[at]) == GRANT_SLOT_REVOKED;
}

/* Returns whether something is parked. */
static bool park(struct grant_cache *cache)
{
	bool is_parked = false;
	unsigned int at;

	for (at = 0; at < GRANT_CACHE_MAX; at++) {
		if (!is_revoked(cache, at))
			cache->parked[at] = xchg(&cache->slots[at],
						 GRANT_SLOT_REVOKED);
		is_parked |= cache->parked[at] != GRANT_NOT_PARKED;
	}
	return is_parked;
}

/* Returns whether there is something parked of another CPU's. */
static bool park_all(struct grant_pool *pool)
{
	bool is_others = false;
	int cpu;

	for_each_possible_cpu(cpu)
		is_others |= park(per_cpu_ptr(pool->caches, cpu)) &&
			     cpu != smp_processor_id();
	return is_others;
}

/* Returns whether the owner kept a slot. */
static bool settle(struct grant_pool *pool, struct grant_cache *cache)
{
	bool is_kept = false;
	unsigned int at;

	for (at = 0; at < GRANT_CACHE_MAX; at++) {
		if (cache->parked[at] == GRANT_NOT_PARKED)
			continue;
		if (!is_revoked(cache, at))
			is_kept = true;
		else if (cache->parked[at] != GRANT_SLOT_EMPTY)
			gref_push(&pool->refs, &pool->free, cache->parked[at]);
		cache->parked[at] = GRANT_NOT_PARKED;
	}
	return is_kept;
}

static bool settle_all(struct grant_pool *pool)
{
	bool is_kept = false;
	int cpu;

	for_each_possible_cpu(cpu)
		is_kept |= settle(pool, per_cpu_ptr(pool->caches, cpu));
	return is_kept;
}

/**
 * grant_cache_revoke() - bring all free references to the shared list
 * @pool: the pool
 *
 * They stay there as long as @pool->is_revoked does.
 *
 * Context: The pool's lock held.
 * Return: 0; what the barrier failed with: then each CPU may keep what it has;
 * or -EBUSY if the owner of a slot was at it every time, and keeps that one.
 */
int grant_cache_revoke(struct grant_pool *pool)
{
	int tries;

	pool->is_revoked = true;
	for (tries = 0; tries < MAX_REVOKE_TRIES; tries++) {
		int err = park_all(pool) ? pool->ops->sync_cpus() : 0;

		if (err) {
			pr_err_ratelimited("cannot synchronise vCPUs (%d): each may keep up to %u free grant references to itself\n",
					   err, GRANT_CACHE_MAX);
			return err;
		}
		if (!settle_all(pool))
			return 0;
	}
	return -EBUSY;
}

/*
 * Takes what is in a slot of this CPU's. If it is revoked, what is parked since
 * a barrier failed is true: taking the lock has brought the owner's stores to an
 * end. If not, the owner's store came after all, and what is parked is the past.
 */
static u32 empty_own(struct grant_cache *cache, unsigned int at)
{
	u32 slot = cache->slots[at];

	if (unlikely(slot == GRANT_SLOT_REVOKED)) {
		slot = cache->parked[at];
		cache->parked[at] = GRANT_NOT_PARKED;
	}
	WRITE_ONCE(cache->slots[at], GRANT_SLOT_EMPTY);
	return slot;
}

/**
 * grant_cache_balance() - bring this CPU's cache to its half
 * @pool: the pool
 *
 * Takes from the shared list what that can spare, or gives to it. One that is
 * neither empty nor full was not as its number promised: all its slots are
 * looked at, and put in order. A cache that was revoked is in use again, unless
 * the pool's caches are to stay so.
 *
 * Context: The pool's lock held.
 */
void grant_cache_balance(struct grant_pool *pool)
{
	unsigned int share = pool->free.nr / num_possible_cpus();
	unsigned int nr, end, at;
	struct grant_cache *cache;
	unsigned long flags;

	if (pool->is_revoked)
		return;
	/* With PREEMPT_RT the lock leaves them on. */
	local_irq_save(flags);
	cache = this_cpu_ptr(pool->caches);
	nr = cache->nr >= GRANT_CACHE_MAX ? GRANT_CACHE_HALF : 0;
	end = cache->nr ? GRANT_CACHE_MAX : GRANT_CACHE_HALF;
	for (at = nr; at < end; at++) {
		u32 ref = empty_own(cache, at);

		if (!grant_is_ref(ref))
			continue;
		if (nr < GRANT_CACHE_HALF)
			WRITE_ONCE(cache->slots[nr++], ref);
		else
			gref_push(&pool->refs, &pool->free, ref);
	}
	for (; nr < GRANT_CACHE_HALF && share; share--) {
		grant_ref_t ref = gref_pop(&pool->refs, &pool->free);

		WRITE_ONCE(*gref_link(&pool->refs, ref), GREF_CACHED);
		WRITE_ONCE(cache->slots[nr++], ref);
	}
	WRITE_ONCE(cache->nr, nr);
	local_irq_restore(flags);
}

/**
 * grant_cache_count() - how many references a cache has
 * @cache: the cache, of any CPU
 *
 * Context: Any.
 * Return: The number, exact if its CPU does not use it meanwhile.
 */
unsigned int grant_cache_count(const struct grant_cache *cache)
{
	unsigned int at, nr = 0;

	for (at = 0; at < GRANT_CACHE_MAX; at++)
		nr += grant_is_ref(is_revoked(cache, at) ?
				   READ_ONCE(cache->parked[at]) :
				   READ_ONCE(cache->slots[at]));
	return nr;
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

		memset32(cache->slots, GRANT_SLOT_REVOKED, GRANT_CACHE_MAX);
		memset32(cache->parked, GRANT_NOT_PARKED, GRANT_CACHE_MAX);
	}
	return 0;
}

void grant_caches_exit(struct grant_pool *pool)
{
	free_percpu(pool->caches);
}
