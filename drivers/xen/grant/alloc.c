// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation of references, and the callbacks of those who wait for some.
 *
 * One lock for both: a callback is called the moment there are as many free
 * references as it asks for, and a request that finds enough is called at
 * once, so no wake-up is lost between the two.
 */
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

#include <xen/grant_table.h>

#include "internal.h"

static DEFINE_SPINLOCK(lock);
/* Free references; under lock. */
static struct gref_list refs;
/* Fewest that were ever free; under lock. */
static unsigned int low_water;
/* All that can be free. Written at init. */
static unsigned int nr_usable;
/* Who waits, latest first; under lock. */
static struct gnttab_free_callback *callbacks;

int grant_alloc_init(unsigned int nr_refs, bool (*is_taken)(grant_ref_t ref))
{
	int err = gref_list_init(&refs, nr_refs, is_taken);

	nr_usable = refs.nr_free;
	low_water = refs.nr_free;
	return err;
}

void grant_alloc_exit(void)
{
	gref_list_exit(&refs);
}

/* Called with the lock held, after nr_free grew or a callback was added. */
static void run_callbacks(void)
{
	struct gnttab_free_callback *callback = callbacks;

	callbacks = NULL;
	while (callback) {
		struct gnttab_free_callback *next = callback->next;

		if (refs.nr_free >= callback->count) {
			callback->next = NULL;
			callback->fn(callback->arg);
		} else {
			callback->next = callbacks;
			callbacks = callback;
		}
		callback = next;
	}
}

static int take(unsigned int nr, grant_ref_t *head)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&lock, flags);
	err = gref_list_take(&refs, nr, head);
	low_water = min(low_water, refs.nr_free);
	spin_unlock_irqrestore(&lock, flags);
	if (err == -ENOSPC)
		pr_err_ratelimited("no %u free of %u grant references: load with a larger frames= (limit %u, max_grant_frames in the domain's configuration)\n",
				   nr, refs.nr_refs, gnttab_max_grant_frames());
	return err;
}

static void mark_live(grant_ref_t ref)
{
	WRITE_ONCE(refs.next[ref], GREF_LIVE);
}

/**
 * grant_alloc_ref() - allocate one reference
 * @ref: the reference, live
 *
 * Context: Any.
 * Return: 0 or -ENOSPC.
 */
int grant_alloc_ref(grant_ref_t *ref)
{
	int err = take(1, ref);

	if (!err)
		mark_live(*ref);
	return err;
}

bool grant_ref_is_live(grant_ref_t ref)
{
	return gref_list_is_live(&refs, ref);
}

void grant_alloc_counts(struct grant_counts *counts)
{
	const struct gnttab_free_callback *callback;
	unsigned long flags;

	*counts = (struct grant_counts){};
	spin_lock_irqsave(&lock, flags);
	counts->nr_refs = refs.nr_refs;
	counts->nr_free = refs.nr_free;
	counts->nr_usable = nr_usable;
	counts->high_water = nr_usable - low_water;
	for (callback = callbacks; callback; callback = callback->next)
		counts->nr_callbacks++;
	spin_unlock_irqrestore(&lock, flags);
}

/**
 * gnttab_free_grant_reference() - free one reference
 * @ref: a live reference that grants nothing (any more)
 *
 * A reference that is not live is refused with one warning; nothing changes.
 *
 * Context: Any.
 */
void gnttab_free_grant_reference(grant_ref_t ref)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&lock, flags);
	err = gref_list_give(&refs, ref);
	if (!err)
		run_callbacks();
	spin_unlock_irqrestore(&lock, flags);
	WARN_ONCE(err, "grant reference %u is not live: freed twice?\n", ref);
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_reference);

/**
 * gnttab_alloc_grant_references() - a private list of references
 * @count: how many, at least 1
 * @head: the list; gnttab_claim_grant_reference() takes from it
 *
 * Context: Any.
 * Return: 0; -ENOSPC if there are not so many; -EINVAL for none.
 */
int gnttab_alloc_grant_references(u16 count, grant_ref_t *head)
{
	return take(count, head);
}
EXPORT_SYMBOL_GPL(gnttab_alloc_grant_references);

/**
 * gnttab_empty_grant_references() - is a private list used up?
 * @head: the list
 *
 * Context: Any; the list's owner locks.
 * Return: 1 if so, else 0.
 */
int gnttab_empty_grant_references(const grant_ref_t *head)
{
	return *head == GREF_END;
}
EXPORT_SYMBOL_GPL(gnttab_empty_grant_references);

/**
 * gnttab_claim_grant_reference() - take a reference from a private list
 * @head: the list
 *
 * Context: Any; the list's owner locks.
 * Return: The reference, live, or -ENOSPC.
 */
int gnttab_claim_grant_reference(grant_ref_t *head)
{
	grant_ref_t ref = *head;

	if (ref >= refs.nr_refs)
		return -ENOSPC;
	*head = refs.next[ref];
	mark_live(ref);
	return ref;
}
EXPORT_SYMBOL_GPL(gnttab_claim_grant_reference);

/**
 * gnttab_release_grant_reference() - put a reference back on a private list
 * @head: the list
 * @ref: a live reference that grants nothing (any more)
 *
 * Context: Any; the list's owner locks.
 */
void gnttab_release_grant_reference(grant_ref_t *head, grant_ref_t ref)
{
	if (WARN_ONCE(!grant_ref_is_live(ref),
		      "grant reference %u is not live: released twice?\n",
		      ref))
		return;
	WRITE_ONCE(refs.next[ref], *head);
	*head = ref;
}
EXPORT_SYMBOL_GPL(gnttab_release_grant_reference);

/**
 * gnttab_free_grant_references() - free what a private list still holds
 * @head: the list; not to be used afterwards
 *
 * Context: Any.
 */
void gnttab_free_grant_references(grant_ref_t head)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	while (head < refs.nr_refs) {
		grant_ref_t next = refs.next[head];

		mark_live(head);
		gref_list_give(&refs, head);
		head = next;
	}
	run_callbacks();
	spin_unlock_irqrestore(&lock, flags);
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_references);

/**
 * gnttab_request_free_callback() - be called when references are free
 * @callback: the caller's, untouched by the caller until called or cancelled
 * @fn: called once, with interrupts off and the allocation lock held: it may
 *	wake somebody, but neither allocate nor free
 * @arg: handed to @fn
 * @count: how many must be free
 *
 * If so many are free already, @fn is called before this returns. A callback
 * that waits already is left as it is.
 *
 * Context: Any.
 */
void gnttab_request_free_callback(struct gnttab_free_callback *callback,
				  void (*fn)(void *), void *arg, u16 count)
{
	struct gnttab_free_callback *waiting;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	for (waiting = callbacks; waiting; waiting = waiting->next)
		if (waiting == callback)
			goto out;
	callback->fn = fn;
	callback->arg = arg;
	callback->count = count;
	callback->next = callbacks;
	callbacks = callback;
	run_callbacks();
out:
	spin_unlock_irqrestore(&lock, flags);
}
EXPORT_SYMBOL_GPL(gnttab_request_free_callback);

/**
 * gnttab_cancel_free_callback() - call off a callback
 * @callback: the callback, waiting or not
 *
 * Afterwards it is neither called nor running.
 *
 * Context: Any.
 */
void gnttab_cancel_free_callback(struct gnttab_free_callback *callback)
{
	struct gnttab_free_callback **at;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	for (at = &callbacks; *at; at = &(*at)->next) {
		if (*at == callback) {
			*at = callback->next;
			break;
		}
	}
	spin_unlock_irqrestore(&lock, flags);
}
EXPORT_SYMBOL_GPL(gnttab_cancel_free_callback);
