// SPDX-License-Identifier: GPL-2.0-only
/*
 * Granting access, and ending it.
 *
 * An entry of version 1 is eight bytes that both sides write:
 *
 *   flags  what is granted: this domain
 *          whether a peer reads or writes just now: Xen (GTF_reading, _writing)
 *   domid  to whom: this domain
 *   frame  what: this domain
 *
 * The order is the protocol. To grant: domid and frame first, then flags,
 * because from the moment flags says GTF_permit_access Xen believes the rest.
 * To end: flags back to 0, but only if no peer is inside, and in one step, as
 * the peer may come in at any time.
 */
#include <linux/export.h>
#include <linux/printk.h>

#include <asm/sync_bitops.h>
#include <xen/grant_table.h>

#include "internal.h"

/*
 * Each failed compare-exchange means that the peer came in or went out just
 * then. One that does so for ever must not hold us: call it in use.
 */
#define MAX_TRIES 16

static void set_entry(grant_ref_t ref, domid_t domid, unsigned long frame,
		      u16 flags)
{
	struct grant_entry_v1 *entry = grant_entry(ref);

	WRITE_ONCE(entry->domid, domid);
	WRITE_ONCE(entry->frame, frame);
	/* domid and frame before flags; pairs with Xen reading flags first. */
	virt_wmb();
	WRITE_ONCE(entry->flags, flags);
}

/* Returns whether the entry grants nothing any more. */
static bool try_clear_entry(grant_ref_t ref)
{
	u16 *flags = &grant_entry(ref)->flags;
	u16 seen = READ_ONCE(*flags);
	int tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		u16 found;

		if (seen & (GTF_reading | GTF_writing))
			return false;
		/* A full barrier: the peer's accesses are over after it. */
		found = sync_cmpxchg(flags, seen, 0);
		if (found == seen)
			return true;
		seen = found;
	}
	return false;
}

static int check_grant(domid_t domid, unsigned long frame)
{
	const char *what = NULL;

	if (domid >= DOMID_FIRST_RESERVED && domid != DOMID_SELF)
		what = "no domain has this number";
	else if (frame > U32_MAX)
		what = "an entry of version 1 holds 32 bits of frame number";
	if (what)
		pr_err_ratelimited("cannot grant frame %#lx to domain %u: %s\n",
				   frame, domid, what);
	return what ? -EINVAL : 0;
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
	if (WARN_ONCE(!grant_ref_is_live(ref),
		      "grant reference %u is not live\n", ref))
		return;
	if (check_grant(domid, frame))
		return;
	set_entry(ref, domid, frame,
		  GTF_permit_access | (readonly ? GTF_readonly : 0));
}
EXPORT_SYMBOL_GPL(gnttab_grant_foreign_access_ref);

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
 * -ENOSPC if all references are in use.
 */
int gnttab_grant_foreign_access(domid_t domid, unsigned long frame,
				int readonly)
{
	grant_ref_t ref;
	int err;

	err = check_grant(domid, frame);
	if (!err)
		err = grant_alloc_ref(&ref);
	if (err)
		return err;
	gnttab_grant_foreign_access_ref(ref, domid, frame, readonly);
	return ref;
}
EXPORT_SYMBOL_GPL(gnttab_grant_foreign_access);

/**
 * gnttab_end_foreign_access_ref() - end access, unless the page is in use
 * @ref: a live reference; it stays so
 *
 * Context: Any.
 * Return: 1 if access has ended; 0 if the peer has the page mapped still, and
 * access goes on, or if @ref is not live.
 */
int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	if (WARN_ONCE(!grant_ref_is_live(ref),
		      "grant reference %u is not live\n", ref))
		return 0;
	return try_clear_entry(ref);
}
EXPORT_SYMBOL_GPL(gnttab_end_foreign_access_ref);

/**
 * gnttab_try_end_foreign_access() - end access and free the reference
 * @ref: a live reference
 *
 * Context: Any.
 * Return: 1 if access has ended and @ref is free; 0 if the page is in use.
 */
int gnttab_try_end_foreign_access(grant_ref_t ref)
{
	int has_ended = gnttab_end_foreign_access_ref(ref);

	if (has_ended)
		gnttab_free_grant_reference(ref);
	return has_ended;
}
EXPORT_SYMBOL_GPL(gnttab_try_end_foreign_access);

/**
 * grant_is_left_over() - does a reference of an earlier owner live on?
 * @ref: a reference nobody of ours holds yet
 *
 * An owner that left while a peer had its page mapped left the entry, too.
 *
 * Context: Process.
 * Return: true if a peer is still inside; else the entry grants nothing now.
 */
bool grant_is_left_over(grant_ref_t ref)
{
	if (try_clear_entry(ref))
		return false;
	pr_warn("grant reference %u is still in use by domain %u from before: not used\n",
		ref, READ_ONCE(grant_entry(ref)->domid));
	return true;
}

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

	for (ref = NR_RESERVED_ENTRIES; ref < grant_table_nr_refs(); ref++)
		if (grant_ref_is_live(ref) && !try_clear_entry(ref))
			nr_in_use++;
	return nr_in_use;
}
