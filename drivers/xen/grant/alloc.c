// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation of references, as drivers see it: one by one, as private lists,
 * in a row, and the callbacks of those who wait. pool.c does the work; here is
 * what makes drivers' mistakes harmless.
 */
#include <linux/export.h>
#include <linux/printk.h>

#include <xen/grant_table.h>
#include <xen/guest.h>

#include "internal.h"
#include "trace.h"

/* How the API says that a private list is empty. */
#define NO_REF INVALID_GRANT_REF

struct grant_pool grant_pool;

static const struct grant_pool_ops pool_ops = {
	.sync_cpus = xen_vcpu_barrier,
	.grow = grant_table_grow,
};

/* An owner before us may have left while a peer had its page mapped. */
static bool is_free_at_start(grant_ref_t ref)
{
	if (grant_entry_clear(ref))
		return true;
	grant_reclaim(ref, NULL, 0);
	return false;
}

int grant_alloc_init(void)
{
	unsigned int nr_refs = grant_table_nr_refs();
	unsigned int nr_max = nr_refs / grant_table_nr_frames() *
			      gnttab_max_grant_frames();
	int err = grant_pool_init(&grant_pool, &pool_ops, nr_max);

	if (err)
		return err;
	err = grant_pool_start(&grant_pool, GNTTAB_NR_RESERVED_ENTRIES,
			       nr_refs, is_free_at_start);
	if (err)
		grant_pool_exit(&grant_pool);
	return err;
}

void grant_alloc_exit(void)
{
	grant_pool_exit(&grant_pool);
}

/**
 * grant_complain() - tell of a driver's mistake
 * @ref: the reference it was made with
 * @what: what is wrong with that
 * @caller: address in the driver
 *
 * Context: Any.
 */
noinline void __cold grant_complain(grant_ref_t ref, const char *what,
				     unsigned long caller)
{
	pr_err_ratelimited("grant reference %u %s: refused, called from %pS\n",
			   ref, what, (void *)caller);
}

/**
 * grant_none_left() - tell that there are no references
 * @wanted: how many were asked for
 * @err: why not
 *
 * Context: Any.
 * Return: What to tell the caller.
 */
noinline int __cold grant_none_left(unsigned int wanted, int err)
{
	struct grant_pool_counts counts;

	if (!wanted)
		return -EINVAL;
	trace_gnttab_exhausted(wanted, grant_table_nr_frames(), err);
	grant_pool_count(&grant_pool, &counts);
	if (err == -ENOSPC)
		pr_err_ratelimited("no %u free grant references: %u of %u in use, in %u of %u frames: end what is not needed, or raise max_grant_frames in the domain's configuration\n",
				   wanted, counts.nr_usable - counts.nr_free,
				   counts.nr_usable, grant_table_nr_frames(),
				   gnttab_max_grant_frames());
	else
		pr_err_ratelimited("no %u free grant references: %u of %u in use, and the table cannot grow beyond %u frames just now (%d)\n",
				   wanted, counts.nr_usable - counts.nr_free,
				   counts.nr_usable, grant_table_nr_frames(),
				   err);
	return -ENOSPC;
}

/* A reference may be freed if somebody holds it and it grants nothing. */
static __always_inline bool may_be_freed(grant_ref_t ref)
{
	return gref_is_live(&grant_pool.refs, ref) &&
	       likely(!grant_entry_flags(ref));
}

static noinline void __cold refuse_free(grant_ref_t ref, unsigned long caller)
{
	grant_complain(ref, gref_is_live(&grant_pool.refs, ref) ?
			    "is freed while it grants access" :
			    "is not allocated, or was freed before", caller);
}

/**
 * gnttab_free_grant_reference() - free one reference
 * @ref: a live reference that grants nothing (any more)
 *
 * Anything else is refused with a line in the log.
 *
 * Context: Any. May call free callbacks.
 */
void gnttab_free_grant_reference(grant_ref_t ref)
{
	if (unlikely(!may_be_freed(ref)))
		refuse_free(ref, _RET_IP_);
	else
		grant_pool_free(&grant_pool, ref);
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_reference);

static noinline int alloc_references(unsigned int count, grant_ref_t *head)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	int err = grant_pool_take(&grant_pool, &list, count);

	if (err)
		return grant_none_left(count, err);
	*head = list.head;
	return 0;
}

/**
 * gnttab_alloc_grant_references() - a private list of references
 * @count: how many, at least 1
 * @head: the list; gnttab_claim_grant_reference() takes from it
 *
 * Context: Any.
 * Return: 0; -ENOSPC if there are not so many, and no more can be had;
 * -EINVAL for none.
 */
int gnttab_alloc_grant_references(u16 count, grant_ref_t *head)
{
	grant_ref_t ref = count == 1 ? grant_cache_pop(&grant_pool) : 0;

	if (!ref)
		return alloc_references(count, head);
	WRITE_ONCE(*gref_link(&grant_pool.refs, ref), GREF_PRIVATE | GREF_END);
	*head = ref;
	return 0;
}
EXPORT_SYMBOL_GPL(gnttab_alloc_grant_references);

/**
 * gnttab_alloc_grant_reference_seq() - references that follow each other
 * @count: how many, at least 1
 * @first: the lowest of them; all are live
 *
 * Takes time in proportion to the table, with interrupts off: not for hot
 * paths.
 *
 * Context: Any.
 * Return: 0; -ENOSPC if there are not so many in a row, and no more can be
 * had; -EINVAL for none.
 */
int gnttab_alloc_grant_reference_seq(unsigned int count, grant_ref_t *first)
{
	int err = grant_pool_take_seq(&grant_pool, count, first);

	return err ? grant_none_left(count, err) : 0;
}
EXPORT_SYMBOL_GPL(gnttab_alloc_grant_reference_seq);

/**
 * gnttab_free_grant_reference_seq() - undo gnttab_alloc_grant_reference_seq()
 * @head: the lowest of the references, all live and granting nothing
 * @count: how many
 *
 * Those that cannot be freed are refused, each with a line in the log.
 *
 * Context: Any. May call free callbacks.
 */
void gnttab_free_grant_reference_seq(grant_ref_t head, unsigned int count)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	grant_ref_t ref;

	if (count > grant_pool.refs.nr_refs ||
	    head > grant_pool.refs.nr_refs - count) {
		grant_complain(head, "and those behind it are not allocated",
			       _RET_IP_);
		return;
	}
	for (ref = head + count; ref-- > head;) {
		if (may_be_freed(ref))
			gref_push(&grant_pool.refs, &list, ref);
		else
			refuse_free(ref, _RET_IP_);
	}
	if (list.nr)
		grant_pool_give(&grant_pool, &list);
}
EXPORT_SYMBOL_GPL(gnttab_free_grant_reference_seq);

/**
 * gnttab_empty_grant_references() - is a private list used up?
 * @head: the list
 *
 * Context: Any; the list's owner locks.
 * Return: 1 if so, else 0.
 */
int gnttab_empty_grant_references(const grant_ref_t *head)
{
	return *head == NO_REF;
}
EXPORT_SYMBOL_GPL(gnttab_empty_grant_references);

/* Nothing was taken off a private list: because it is empty, or is none. */
static noinline int __cold no_claim(grant_ref_t head, unsigned long caller)
{
	if (head != NO_REF)
		grant_complain(head, "does not begin a private list", caller);
	return -ENOSPC;
}

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
	u32 *link, next;

	if (unlikely(ref >= READ_ONCE(grant_pool.refs.nr_refs)))
		return no_claim(ref, _RET_IP_);
	link = gref_link(&grant_pool.refs, ref);
	if (unlikely((*link & GREF_KIND) != GREF_PRIVATE))
		return no_claim(ref, _RET_IP_);
	next = *link & GREF_NEXT;
	*head = next == GREF_END ? NO_REF : next;
	WRITE_ONCE(*link, GREF_LIVE);
	return ref;
}
EXPORT_SYMBOL_GPL(gnttab_claim_grant_reference);

/**
 * gnttab_release_grant_reference() - put a reference back on a private list
 * @head: the list
 * @ref: a live reference that grants nothing (any more)
 *
 * Anything else is refused with a line in the log.
 *
 * Context: Any; the list's owner locks.
 */
void gnttab_release_grant_reference(grant_ref_t *head, grant_ref_t ref)
{
	if (unlikely(!may_be_freed(ref))) {
		refuse_free(ref, _RET_IP_);
		return;
	}
	/* Whoever claims looks at what the list begins with. */
	WRITE_ONCE(*gref_link(&grant_pool.refs, ref),
		   GREF_PRIVATE | (*head & GREF_NEXT));
	*head = ref;
}
EXPORT_SYMBOL_GPL(gnttab_release_grant_reference);

/**
 * gnttab_free_grant_references() - free what a private list still holds
 * @head: the list; not to be used afterwards
 *
 * Context: Any. May call free callbacks.
 */
void gnttab_free_grant_references(grant_ref_t head)
{
	struct gref_list list = GREF_LIST(GREF_PRIVATE);
	u32 next = head & GREF_NEXT;

	list.head = next;
	while (next != GREF_END && list.nr < grant_pool.refs.nr_refs &&
	       gref_is_kind(&grant_pool.refs, next, GREF_PRIVATE)) {
		next = *gref_link(&grant_pool.refs, next) & GREF_NEXT;
		list.nr++;
	}
	if (unlikely(next != GREF_END))
		grant_complain(next, "is on a private list, and should not be",
			       _RET_IP_);
	else if (list.nr)
		grant_pool_give(&grant_pool, &list);
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
	grant_pool_wait(&grant_pool, callback, fn, arg, count);
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
	grant_pool_cancel(&grant_pool, callback);
}
EXPORT_SYMBOL_GPL(gnttab_cancel_free_callback);
