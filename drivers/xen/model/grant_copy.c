// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copying between pages, with the checks in the order of Xen 4.17.
 *
 * Xen keeps both ends of a copy open for the next one of the same batch, and
 * lets go of them when that wants others or one has failed.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "internal.h"

/**
 * struct end - one end of a copy
 * @domain: whose page; NULL while closed
 * @domid: as the caller calls it
 * @gfn: the page, or
 * @ref: its grant; one place for both, as in Xen, which compares what is there
 * @is_open: one of them was found
 * @is_granted: by @ref
 * @is_readonly: the source
 * @start: first byte that may be copied
 * @length: how many
 * @mfn: the page
 */
struct end {
	struct model_domain *domain;
	domid_t domid;
	union {
		unsigned long gfn;
		grant_ref_t ref;
	};
	bool is_open;
	bool is_granted;
	bool is_readonly;
	unsigned int start;
	unsigned int length;
	unsigned long mfn;
};

static void release(struct model_domain *owner, grant_ref_t ref,
		    bool is_readonly)
{
	struct model_active *active = &owner->grants.active[ref];
	struct model_domain *trans = active->trans_domain;
	grant_ref_t trans_ref = active->trans_ref;

	*(is_readonly ? &active->host_reads : &active->host_writes) -= 1;
	model_unpin(owner, ref, !is_readonly);
	if (trans != owner)
		release(trans, trans_ref, is_readonly);
}

static int find_page(struct model_domain *owner, grant_ref_t ref,
		     struct model_active *active)
{
	struct grant_entry_header *header = model_entry_header(owner, ref);
	union grant_entry_v2 *v2 = (void *)header;
	u64 frame = owner->grants.version == 1 ?
		((struct grant_entry_v1 *)header)->frame : v2->full_page.frame;

	active->length = PAGE_SIZE;
	active->trans_domain = owner;
	active->trans_ref = ref;
	if (owner->grants.version == 2 && header->flags & GTF_sub_page) {
		frame = v2->sub_page.frame;
		active->is_sub_page = true;
		active->start = v2->sub_page.page_off;
		active->length = v2->sub_page.length;
	}
	return model_gfn_of_grant(owner, frame, &active->mfn);
}

static int acquire(struct model_domain *owner, grant_ref_t ref, domid_t domid,
		   bool is_readonly, bool may_lead_on);

/* The grant leads to one that a third domain made for the second. */
static int find_transitive(struct model_domain *owner, grant_ref_t ref,
			   bool is_readonly, bool may_lead_on,
			   struct model_active *active)
{
	union grant_entry_v2 *v2 = (void *)model_entry_header(owner, ref);
	struct model_domain *third = model_find(v2->transitive.trans_domid);
	struct model_active *leads_to;
	int rc;

	if (!may_lead_on || !third || third == owner)
		return GNTST_general_error;
	active->trans_ref = v2->transitive.gref;
	rc = acquire(third, active->trans_ref, owner->config.domid, is_readonly,
		     false);
	if (rc)
		return rc;
	leads_to = &third->grants.active[active->trans_ref];
	active->trans_domain = third;
	active->is_sub_page = true;
	active->start = leads_to->start;
	active->length = leads_to->length;
	active->mfn = leads_to->mfn;
	return GNTST_okay;
}

static bool is_transitive(struct model_domain *owner, grant_ref_t ref)
{
	return owner->grants.version == 2 &&
	       (model_entry_header(owner, ref)->flags & GTF_type_mask) ==
	       GTF_transitive;
}

/* On GNTST_okay the grant has one user more, who reads or writes. */
static int acquire(struct model_domain *owner, grant_ref_t ref, domid_t domid,
		   bool is_readonly, bool may_lead_on)
{
	struct model_active *active, found = { .domid = domid };
	bool was_pinned;
	int rc = GNTST_okay;

	if (ref >= model_nr_entries(owner))
		return GNTST_bad_gntref;
	active = &owner->grants.active[ref];
	was_pinned = model_is_pinned(active);
	if (was_pinned && (active->domid != domid ||
			   model_pins_are_many(active)))
		return GNTST_general_error;
	if (!was_pinned || (!is_readonly && !model_is_written(active)))
		rc = model_pin(owner, ref, domid, is_readonly, false);
	if (rc)
		return rc;
	if (is_transitive(owner, ref))
		rc = find_transitive(owner, ref, is_readonly, may_lead_on,
				     &found);
	else if (!was_pinned || (!is_readonly && !model_is_written(active)))
		rc = find_page(owner, ref, &found);
	/* Granted anew, for another page, while it is in use. */
	if (!rc && was_pinned && found.mfn && found.mfn != active->mfn)
		rc = GNTST_general_error;
	if (rc) {
		model_unpin(owner, ref, !is_readonly);
		return rc;
	}
	if (!was_pinned)
		*active = found;
	*(is_readonly ? &active->host_reads : &active->host_writes) += 1;
	return GNTST_okay;
}

static void close_end(struct end *end)
{
	if (end->is_open && end->is_granted)
		release(end->domain, end->ref, end->is_readonly);
	end->is_open = false;
}

static int find_domain(struct model_domain *caller, struct end *end,
		       domid_t domid)
{
	end->domain = model_find_any(caller, domid);
	end->domid = domid;
	return end->domain ? GNTST_okay : GNTST_bad_domain;
}

static int find_domains(struct model_domain *caller,
			const struct gnttab_copy *op, struct end *source,
			struct end *dest)
{
	int rc;

	if (source->domain && source->domid == op->source.domid &&
	    dest->domain && dest->domid == op->dest.domid)
		return GNTST_okay;
	close_end(source);
	close_end(dest);
	source->domain = NULL;
	dest->domain = NULL;
	rc = find_domain(caller, source, op->source.domid);
	if (!rc)
		rc = find_domain(caller, dest, op->dest.domid);
	if (rc) {
		source->domain = NULL;
		dest->domain = NULL;
	}
	return rc;
}

static int open_granted(struct model_domain *caller, struct end *end,
			grant_ref_t ref)
{
	struct model_active *active;
	int rc = acquire(end->domain, ref, caller->config.domid,
			 end->is_readonly, true);

	if (rc)
		return rc;
	active = &end->domain->grants.active[ref];
	end->is_granted = true;
	end->ref = ref;
	end->start = active->start;
	end->length = active->length;
	end->mfn = active->mfn;
	return GNTST_okay;
}

/* By frame only what is the caller's, and is called so. */
static int open_frame(struct end *end, unsigned long gfn)
{
	if (end->domid != DOMID_SELF)
		return GNTST_permission_denied;
	end->is_granted = false;
	end->gfn = gfn;
	end->start = 0;
	end->length = PAGE_SIZE;
	return model_gfn_of_grant(end->domain, gfn, &end->mfn);
}

static int open_end(struct model_domain *caller, struct end *end,
		    bool is_granted, grant_ref_t ref, unsigned long gfn)
{
	int rc;

	if (end->is_open && (is_granted ? end->is_granted && end->ref == ref :
					  end->gfn == gfn))
		return GNTST_okay;
	close_end(end);
	rc = is_granted ? open_granted(caller, end, ref) :
			  open_frame(end, gfn);
	end->is_open = !rc;
	return rc;
}

static bool is_within(const struct end *end, unsigned int offset,
		      unsigned int length)
{
	return offset >= end->start &&
	       offset + length <= end->start + end->length;
}

static int copy_bytes(const struct gnttab_copy *op, const struct end *source,
		      const struct end *dest)
{
	if (op->source.offset + op->len > PAGE_SIZE ||
	    op->dest.offset + op->len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	if (!is_within(source, op->source.offset, op->len) ||
	    !is_within(dest, op->dest.offset, op->len))
		return GNTST_general_error;
	memmove(model_mfn_page(dest->mfn) + op->dest.offset,
		model_mfn_page(source->mfn) + op->source.offset, op->len);
	return GNTST_okay;
}

static int copy_one(struct model_domain *caller, const struct gnttab_copy *op,
		    struct end *source, struct end *dest)
{
	int rc = find_domains(caller, op, source, dest);

	if (!rc)
		rc = open_end(caller, source, op->flags & GNTCOPY_source_gref,
			      op->source.u.ref, op->source.u.gmfn);
	if (!rc)
		rc = open_end(caller, dest, op->flags & GNTCOPY_dest_gref,
			      op->dest.u.ref, op->dest.u.gmfn);
	if (!rc)
		rc = copy_bytes(op, source, dest);
	if (rc) {
		close_end(source);
		close_end(dest);
	}
	return rc;
}

int model_grant_copy(struct model_domain *caller, struct gnttab_copy *op,
		     unsigned int count)
{
	struct end source = { .is_readonly = true }, dest = {};

	for (; count--; op++)
		op->status = copy_one(caller, op, &source, &dest);
	close_end(&source);
	close_end(&dest);
	return 0;
}
