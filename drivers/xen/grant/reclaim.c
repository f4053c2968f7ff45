// SPDX-License-Identifier: GPL-2.0-only
/*
 * References whose peers have not let go yet, and the pages that go with them.
 *
 * Xen does not tell when a peer unmaps a page, so somebody has to look. A work
 * item looks at all of them, soon at first, and less and less often while
 * nothing happens; when one came back, others are likely to follow, and it
 * starts over.
 *
 * Joining needs no memory: the list is threaded through the references' links,
 * and what is remembered goes to their notes.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include <xen/compat.h>
#include <xen/guest.h>

#include "internal.h"
#include "trace.h"

/* A peer that lets go is noticed within half a second, whatever went before. */
#define MIN_INTERVAL_MS 10
#define MAX_INTERVAL_MS 500

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look);

static DEFINE_SPINLOCK(lock);
/* Who joined since the last look; under lock. */
static struct gref_list joined = GREF_LIST(GREF_RECLAIM);
/* The others; under lock, taken from by the work alone. */
static struct gref_list waiting = GREF_LIST(GREF_RECLAIM);
/* Milliseconds until the next look; under lock. */
static unsigned int interval_ms = MIN_INTERVAL_MS;

/* The page that somebody keeps, and must not lose while a peer writes to it. */
static struct page *hold_page(grant_ref_t ref)
{
	struct page *page = xen_gfn_to_page(grant_entry_frame(ref));

	if (page)
		get_page(page);
	return page;
}

/**
 * grant_reclaim() - free a reference when its peer has let go
 * @ref: the reference, the caller's no more
 * @page: to be freed with it, or NULL to keep it from being freed until then
 * @owner: address of the code that gave it up; 0 for an owner before us, whose
 *	page is not known
 *
 * Context: Any.
 */
void grant_reclaim(grant_ref_t ref, struct page *page, unsigned long owner)
{
	unsigned int before;
	unsigned long flags;

	if (!page && owner)
		page = hold_page(ref);
	spin_lock_irqsave(&lock, flags);
	*gref_note(&grant_pool.refs, ref) = (struct gref_note){
		.page = page,
		.since = ktime_get_seconds(),
		.owner = owner,
	};
	gref_push(&grant_pool.refs, &joined, ref);
	before = interval_ms;
	interval_ms = MIN_INTERVAL_MS;
	spin_unlock_irqrestore(&lock, flags);

	/* Sooner than planned, but never later, however many join. */
	if (before > MIN_INTERVAL_MS)
		mod_delayed_work(system_dfl_wq, &look_work,
				 msecs_to_jiffies(MIN_INTERVAL_MS));
	else
		queue_delayed_work(system_dfl_wq, &look_work,
				   msecs_to_jiffies(MIN_INTERVAL_MS));
}

static grant_ref_t next_waiting(void)
{
	grant_ref_t ref;

	spin_lock_irq(&lock);
	ref = gref_pop(&grant_pool.refs, &waiting);
	spin_unlock_irq(&lock);
	return ref;
}

static bool try_finish(grant_ref_t ref)
{
	struct gref_note *note = gref_note(&grant_pool.refs, ref);
	struct page *page = note->page;
	u32 seconds = ktime_get_seconds() - note->since;

	if (!grant_entry_clear(ref))
		return false;
	trace_gnttab_reclaim(ref, grant_entry_domid(ref), seconds);
	*note = (struct gref_note){};
	if (page)
		put_page(page);
	grant_pool_free(&grant_pool, ref);
	return true;
}

/* Returns how many references wait still. */
static unsigned int look_at_all(void)
{
	struct gref_list still = GREF_LIST(GREF_RECLAIM);
	unsigned int nr_freed = 0, nr_left;
	grant_ref_t ref;

	spin_lock_irq(&lock);
	gref_move(&grant_pool.refs, &waiting, &joined, joined.nr);
	spin_unlock_irq(&lock);
	while ((ref = next_waiting()) != GREF_END) {
		if (try_finish(ref))
			nr_freed++;
		else
			gref_push(&grant_pool.refs, &still, ref);
		cond_resched();
	}
	spin_lock_irq(&lock);
	waiting = still;
	nr_left = waiting.nr + joined.nr;
	interval_ms = nr_freed || joined.nr ? MIN_INTERVAL_MS :
			min(2 * interval_ms, MAX_INTERVAL_MS);
	spin_unlock_irq(&lock);
	return nr_left;
}

static void look(struct work_struct *work)
{
	if (look_at_all())
		queue_delayed_work(system_dfl_wq, &look_work,
				   msecs_to_jiffies(READ_ONCE(interval_ms)));
}

/**
 * grant_reclaim_exit() - stop waiting
 *
 * Context: Process; sleeps.
 * Return: How many pages peers have mapped still. They stay allocated for
 * ever, and their references reserved.
 */
unsigned int grant_reclaim_exit(void)
{
	unsigned int nr_left;

	cancel_delayed_work_sync(&look_work);
	nr_left = look_at_all();
	/* Their links go with the pool. */
	waiting = (struct gref_list)GREF_LIST(GREF_RECLAIM);
	return nr_left;
}
