/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool of free references: a shared list, a cache per CPU in front of it,
 * and the callbacks of those who wait. pool.c and cache.c tell how they play together.
 */
#ifndef _XENDOMU_GRANT_POOL_H
#define _XENDOMU_GRANT_POOL_H

#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "refs.h"

struct gnttab_free_callback;

/* References that a CPU keeps at most, and what it begins with. */
#define GRANT_CACHE_MAX 128u
#define GRANT_CACHE_HALF (GRANT_CACHE_MAX / 2)

/* What a slot holds if not a reference. Reference 0 is never free. */
#define GRANT_SLOT_EMPTY 0u
#define GRANT_SLOT_REVOKED (~0u)
/* What is parked if nothing is. */
#define GRANT_NOT_PARKED GRANT_SLOT_REVOKED

/**
 * struct grant_cache - free references of one CPU
 * @nr: how many there are, in the first slots; but see cache.c
 * @slots: each a reference, GRANT_SLOT_EMPTY or GRANT_SLOT_REVOKED. Their CPU
 *	changes them by single instructions that are not locked; others only as
 *	cache.c tells
 * @parked: what was in a slot when it was revoked, or GRANT_NOT_PARKED; under
 *	the pool's lock
 */
struct grant_cache {
	u32 nr;
	u32 slots[GRANT_CACHE_MAX];
	u32 parked[GRANT_CACHE_MAX];
};

/**
 * struct grant_pool_ops - what a pool needs of its surroundings
 * @sync_cpus: as xen_vcpu_barrier(); atomic
 * @grow: let the table have at least so many references; atomic; returns how
 *	many it has now, or -errno, -ENOSPC if it may not have so many
 */
struct grant_pool_ops {
	int (*sync_cpus)(void);
	int (*grow)(unsigned int nr_refs);
};

/**
 * struct grant_pool - see pool.c
 * @caches: one per CPU
 * @refs: all references; grows under @grow_lock
 * @ops: the surroundings
 * @grow_lock: taken before @lock
 * @lock: for all that follows
 * @free: the shared list
 * @is_revoked: the caches are off: everything goes through @free
 * @low_water: fewest there ever were on @free
 * @nr_usable: references that are not reserved
 * @callbacks: who waits, latest first
 * @revoke_work: revokes the caches again, when that had failed
 */
struct grant_pool {
	struct grant_cache __percpu *caches;
	struct gref_table refs;
	const struct grant_pool_ops *ops;
	spinlock_t grow_lock; /* before lock */
	spinlock_t lock;
	struct gref_list free;
	bool is_revoked;
	unsigned int low_water;
	unsigned int nr_usable;
	struct gnttab_free_callback *callbacks;
	struct delayed_work revoke_work;
};

/**
 * struct grant_pool_counts - how a pool stands
 * @nr_refs: references in the table
 * @nr_usable: of those, how many are not reserved
 * @nr_free: free now, wherever
 * @high_water: most that were off the shared list at one time
 * @nr_callbacks: callbacks that wait
 */
struct grant_pool_counts {
	unsigned int nr_refs;
	unsigned int nr_usable;
	unsigned int nr_free;
	unsigned int high_water;
	unsigned int nr_callbacks;
};

/* cache.c: what each CPU has to itself */
int grant_caches_init(struct grant_pool *pool);
void grant_caches_exit(struct grant_pool *pool);
unsigned int grant_cache_count(const struct grant_cache *cache);
void grant_cache_balance(struct grant_pool *pool);
int grant_cache_revoke(struct grant_pool *pool);

/* pool.c */
int grant_pool_init(struct grant_pool *pool, const struct grant_pool_ops *ops,
		    unsigned int nr_max);
int grant_pool_start(struct grant_pool *pool, grant_ref_t first,
		     unsigned int nr_refs, bool (*is_free)(grant_ref_t ref));
void grant_pool_exit(struct grant_pool *pool);

int grant_pool_take_one(struct grant_pool *pool);
void grant_pool_give_one(struct grant_pool *pool, grant_ref_t ref);
int grant_pool_take(struct grant_pool *pool, struct gref_list *list,
		    unsigned int nr);
void grant_pool_give(struct grant_pool *pool, struct gref_list *list);
int grant_pool_take_seq(struct grant_pool *pool, unsigned int nr,
			grant_ref_t *first);

void grant_pool_wait(struct grant_pool *pool,
		     struct gnttab_free_callback *callback,
		     void (*fn)(void *), void *arg, u16 count);
void grant_pool_cancel(struct grant_pool *pool,
		       struct gnttab_free_callback *callback);
void grant_pool_count(struct grant_pool *pool,
		      struct grant_pool_counts *counts);

/* Whether what a slot holds is a reference. */
static __always_inline bool grant_is_ref(u32 slot)
{
	return slot + 1 > 1; /* neither GRANT_SLOT_EMPTY nor _REVOKED */
}

/**
 * grant_cache_pop() - take a reference out of this CPU's cache
 * @pool: the pool
 *
 * Context: Any.
 * Return: The reference, the caller's, its link untouched; 0 if none is where
 * it should be.
 */
static __always_inline grant_ref_t grant_cache_pop(struct grant_pool *pool)
{
	u32 at = this_cpu_read(pool->caches->nr) - 1;
	grant_ref_t ref;

	if (unlikely(at >= GRANT_CACHE_MAX))
		return 0;
	ref = this_cpu_read(pool->caches->slots[at]);
	if (unlikely(!grant_is_ref(ref)) ||
	    unlikely(this_cpu_cmpxchg(pool->caches->slots[at], ref,
				      GRANT_SLOT_EMPTY) != ref))
		return 0;
	this_cpu_dec(pool->caches->nr);
	return ref;
}

/**
 * grant_cache_push() - put a reference into this CPU's cache
 * @pool: the pool
 * @ref: the reference, the caller's, whose link says GREF_CACHED
 *
 * Context: Any.
 * Return: Whether there was room where it should be.
 */
static __always_inline bool grant_cache_push(struct grant_pool *pool,
					     grant_ref_t ref)
{
	u32 at = this_cpu_read(pool->caches->nr);

	if (unlikely(at >= GRANT_CACHE_MAX) ||
	    unlikely(this_cpu_cmpxchg(pool->caches->slots[at],
				      GRANT_SLOT_EMPTY, ref) !=
		     GRANT_SLOT_EMPTY))
		return false;
	this_cpu_inc(pool->caches->nr);
	return true;
}

/**
 * grant_pool_alloc_cached() - one reference of this CPU's cache
 * @pool: the pool
 *
 * Context: Any.
 * Return: The reference, live; 0 if there is none: ask grant_pool_take_one().
 */
static __always_inline grant_ref_t grant_pool_alloc_cached(struct grant_pool *pool)
{
	grant_ref_t ref = grant_cache_pop(pool);

	if (likely(ref))
		WRITE_ONCE(*gref_link(&pool->refs, ref), GREF_LIVE);
	return ref;
}

/**
 * grant_pool_free_cached() - free a reference to this CPU's cache
 * @pool: the pool
 * @ref: the reference, live, the caller's
 *
 * Context: Any.
 * Return: Whether there was room; if not, grant_pool_give_one() must follow.
 */
static __always_inline bool grant_pool_free_cached(struct grant_pool *pool,
						   grant_ref_t ref)
{
	/* Before anybody can find it in the cache. */
	WRITE_ONCE(*gref_link(&pool->refs, ref), GREF_CACHED);
	return grant_cache_push(pool, ref);
}

/**
 * grant_pool_alloc() - one free reference
 * @pool: the pool
 *
 * Context: Any.
 * Return: The reference, live; -ENOSPC or why the table did not grow.
 */
static inline int grant_pool_alloc(struct grant_pool *pool)
{
	return grant_pool_alloc_cached(pool) ?: grant_pool_take_one(pool);
}

/**
 * grant_pool_free() - a reference is free again
 * @pool: the pool
 * @ref: the reference, live, the caller's
 *
 * Context: Any. May call free callbacks, see gnttab_request_free_callback().
 */
static inline void grant_pool_free(struct grant_pool *pool, grant_ref_t ref)
{
	if (unlikely(!grant_pool_free_cached(pool, ref)))
		grant_pool_give_one(pool, ref);
}

#endif
