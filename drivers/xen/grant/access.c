// SPDX-License-Identifier: GPL-2.0-only
/*
 * Granting access, and ending it; table.h tells what an entry wants.
 *
 * Each function comes twice. The fast one calls nobody, so that it needs no
 * stack, and does the usual. Whatever is not usual, from a bad argument to
 * somebody who traces, is left to the slow one, which does everything.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <xen/grant_table.h>

#include "internal.h"
#include "trace.h"

/* Does somebody want to know of every grant, or every end? */
static __always_inline bool grants_are_watched(void)
{
	return static_branch_unlikely(&grant_is_tracked) ||
	       trace_gnttab_grant_enabled();
}

static __always_inline bool ends_are_watched(void)
{
	return trace_gnttab_end_enabled();
}

static __always_inline bool may_be_granted(domid_t domid, unsigned long frame)
{
	return likely(domid < DOMID_FIRST_RESERVED || domid == DOMID_SELF) &&
	       likely(frame <= U32_MAX || grant_table.version == 2);
}

static void refuse_grant(domid_t domid, unsigned long frame)
{
	pr_err_ratelimited("cannot grant frame %#lx to domain %u: %s\n", frame,
			   domid, domid >= DOMID_FIRST_RESERVED ?
			   "no domain has this number" :
			   "version 1 of the grant table has 32 bits for a frame number");
}

static u16 grant_flags(int readonly)
{
	return GTF_permit_access | (readonly ? GTF_readonly : 0);
}

static void grant(grant_ref_t ref, domid_t domid, unsigned long frame,
		  int readonly, unsigned long caller)
{
	if (static_branch_unlikely(&grant_is_tracked))
		grant_track(ref, caller);
	trace_gnttab_grant(ref, domid, frame, readonly);
	grant_entry_set(ref, domid, frame, grant_flags(readonly));
}

static noinline void grant_ref_slowly(grant_ref_t ref, domid_t domid,
				      unsigned long frame, int readonly,
				      unsigned long caller)
{
	if (!gref_is_live(&grant_pool.refs, ref))
		grant_complain(ref, "is not allocated", caller);
	else if (!may_be_granted(domid, frame))
		refuse_grant(domid, frame);
	else
		grant(ref, domid, frame, readonly, caller);
}

/**
 * gnttab_grant_foreign_access_ref() - grant a page by a reference one holds
 * @ref: a live reference that grants nothing yet
 * @domid: to whom, below DOMID_FIRST_RESERVED, or DOMID_SELF
 * @frame: the page's guest frame number, see xen_page_to_gfn()
 * @readonly: whether @domid may only read
 *
 * A bad argument is logged, and grants nothing.
 *
 * Context: Any.
 */
void gnttab_grant_foreign_access_ref(grant_ref_t ref, domid_t domid,
				     unsigned long frame, int readonly)
{
	if (grants_are_watched() || !gref_is_live(&grant_pool.refs, ref) ||
	    !may_be_granted(domid, frame))
		grant_ref_slowly(ref, domid, frame, readonly, _RET_IP_);
	else
		grant_entry_set(ref, domid, frame, grant_flags(readonly));
}
EXPORT_SYMBOL_GPL(gnttab_grant_foreign_access_ref);

static noinline int grant_slowly(domid_t domid, unsigned long frame,
				 int readonly, unsigned long caller)
{
	int ref;

	if (!may_be_granted(domid, frame)) {
		refuse_grant(domid, frame);
		return -EINVAL;
	}
	ref = grant_pool_alloc(&grant_pool);
	if (ref < 0)
		return grant_none_left(1, ref);
	grant(ref, domid, frame, readonly, caller);
	return ref;
}

/**
 * gnttab_grant_foreign_access() - let another domain map a page
 * @domid: to whom, below DOMID_FIRST_RESERVED, or DOMID_SELF
 * @frame: the page's guest frame number, see xen_page_to_gfn()
 * @readonly: whether @domid may only read
 *
 * The page stays the caller's, who must not free it before the access has
 * ended.
 *
 * Context: Any.
 * Return: The reference, to be told to @domid; -EINVAL for a bad argument;
 * -ENOSPC if all references are in use and no more can be had.
 */
int gnttab_grant_foreign_access(domid_t domid, unsigned long frame,
				int readonly)
{
	grant_ref_t ref;

	if (grants_are_watched() || !may_be_granted(domid, frame))
		return grant_slowly(domid, frame, readonly, _RET_IP_);
	ref = grant_pool_alloc_cached(&grant_pool);
	if (unlikely(!ref))
		return grant_slowly(domid, frame, readonly, _RET_IP_);
	grant_entry_set(ref, domid, frame, grant_flags(readonly));
	return ref;
}
EXPORT_SYMBOL_GPL(gnttab_grant_foreign_access);

static bool end_live(grant_ref_t ref)
{
	bool has_ended = grant_entry_clear(ref);

	trace_gnttab_end(ref, has_ended);
	return has_ended;
}

/* Returns whether the reference was live, and access to it has ended. */
static noinline bool end_slowly(grant_ref_t ref, unsigned long caller)
{
	if (gref_is_live(&grant_pool.refs, ref))
		return end_live(ref);
	grant_complain(ref, "is not allocated", caller);
	return false;
}

/**
 * gnttab_end_foreign_access_ref() - end access, unless the page is in use
 * @ref: a live reference; it stays so
 *
 * Context: Any.
 * Return: 1 if access has ended; 0 if the peer has the page mapped still, or
 * if @ref is not live. In version 1 of the table the peer may then map the
 * page even again; in version 2 it may only keep what it has.
 */
int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	if (ends_are_watched() || !gref_is_live(&grant_pool.refs, ref) ||
	    !grant_entry_try_clear(ref))
		return end_slowly(ref, _RET_IP_);
	return 1;
}
EXPORT_SYMBOL_GPL(gnttab_end_foreign_access_ref);

static noinline int try_end_slowly(grant_ref_t ref, unsigned long caller)
{
	if (!end_slowly(ref, caller))
		return 0;
	grant_pool_free(&grant_pool, ref);
	return 1;
}

static noinline int free_slowly(grant_ref_t ref)
{
	grant_pool_give_one(&grant_pool, ref);
	return 1;
}

/**
 * gnttab_try_end_foreign_access() - end access and free the reference
 * @ref: a live reference
 *
 * Context: Any. May call free callbacks.
 * Return: 1 if access has ended and @ref is free; 0 if the page is in use.
 */
int gnttab_try_end_foreign_access(grant_ref_t ref)
{
	if (ends_are_watched() || !gref_is_live(&grant_pool.refs, ref) ||
	    !grant_entry_try_clear(ref))
		return try_end_slowly(ref, _RET_IP_);
	if (unlikely(!grant_pool_free_cached(&grant_pool, ref)))
		return free_slowly(ref);
	return 1;
}
EXPORT_SYMBOL_GPL(gnttab_try_end_foreign_access);

/**
 * gnttab_end_foreign_access() - end access, now or as soon as the peer lets go
 * @ref: a live reference; not the caller's any more
 * @page: the granted page, to be freed when access has ended; NULL if the
 *	caller keeps it
 *
 * While the peer has the page mapped, the reference and the page wait on the
 * reclaim list. A page that the caller keeps gets a reference count more for
 * that time, but may be read and written by the peer: it must not be used for
 * something else.
 *
 * Pages of an allocation of several must be such that each can be freed by
 * itself, as those of alloc_pages_exact() are.
 *
 * Context: Any. May call free callbacks.
 */
void gnttab_end_foreign_access(grant_ref_t ref, struct page *page)
{
	if (unlikely(!gref_is_live(&grant_pool.refs, ref))) {
		grant_complain(ref, "is not allocated", _RET_IP_);
		return;
	}
	if (!end_live(ref)) {
		grant_reclaim(ref, page, _RET_IP_);
		return;
	}
	if (page)
		put_page(page);
	grant_pool_free(&grant_pool, ref);
}
EXPORT_SYMBOL_GPL(gnttab_end_foreign_access);

/**
 * grant_end_all() - end what our users forgot to end
 *
 * For the way out: whoever could use a reference is gone.
 *
 * Context: Process.
 * Return: How many pages peers still have mapped.
 */
unsigned int grant_end_all(void)
{
	unsigned int nr_in_use = 0;
	grant_ref_t ref;

	for (ref = 0; ref < grant_pool.refs.nr_refs; ref++)
		if (gref_is_live(&grant_pool.refs, ref) &&
		    !grant_entry_clear(ref))
			nr_in_use++;
	return nr_in_use;
}
