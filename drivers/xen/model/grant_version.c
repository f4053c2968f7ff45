// SPDX-License-Identifier: GPL-2.0-only
/* The version of a grant table, and swapping two of its entries. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "internal.h"

/* The entries that the toolstack grants by: they outlive a change. */
#define NR_RESERVED 8

static bool is_any_pinned(struct model_domain *domain)
{
	grant_ref_t ref;

	for (ref = NR_RESERVED; ref < model_nr_entries(domain); ref++)
		if (model_is_pinned(&domain->grants.active[ref]))
			return true;
	return false;
}

/* A status frame goes only when the domain has it nowhere. */
static int drop_status_frames(struct model_domain *domain)
{
	struct model_grants *grants = &domain->grants;
	unsigned long gfn;
	unsigned int i;

	for (i = 0; i < grants->nr_status_frames; i++) {
		gfn = model_gfn_of_xen(domain, model_mfn_of(grants->status[i]));
		if (gfn == ~0UL)
			continue;
		if (!domain->config.is_translated)
			return -EBUSY;
		model_gfn_clear(domain, gfn);
	}
	grants->nr_status_frames = 0;
	return 0;
}

static int to_v2(struct model_domain *domain)
{
	struct grant_entry_v1 kept[NR_RESERVED];
	unsigned int i;

	memcpy(kept, model_entry_v1(domain, 0), sizeof(kept));
	model_frames_clear(domain->grants.frames, 0, domain->grants.nr_frames);
	domain->grants.version = 2;
	model_grants_grow(domain, domain->grants.nr_frames);
	for (i = 0; i < NR_RESERVED; i++) {
		u16 in_use = kept[i].flags & (GTF_reading | GTF_writing);

		*model_entry_status(domain, i) = in_use;
		model_entry_set(domain, i, kept[i].flags & ~in_use,
				kept[i].domid, kept[i].frame);
	}
	return 0;
}

static bool fits_v1(const union grant_entry_v2 *entry)
{
	u16 type = entry->hdr.flags & GTF_type_mask;

	return type != GTF_transitive &&
	       (type != GTF_permit_access || !(entry->full_page.frame >> 32));
}

static int to_v1(struct model_domain *domain)
{
	struct grant_entry_v1 kept[NR_RESERVED] = {};
	unsigned int i;
	int err;

	for (i = 0; i < NR_RESERVED; i++) {
		union grant_entry_v2 *entry = model_entry_v2(domain, i);

		if (!fits_v1(entry))
			return -ERANGE;
		if ((entry->hdr.flags & GTF_type_mask) == GTF_permit_access)
			kept[i] = (struct grant_entry_v1){
				.flags = model_entry_flags(domain, i),
				.domid = entry->hdr.domid,
				.frame = entry->full_page.frame,
			};
	}
	err = drop_status_frames(domain);
	if (err)
		return err;
	model_frames_clear(domain->grants.frames, 0, domain->grants.nr_frames);
	domain->grants.version = 1;
	memcpy(model_entry_v1(domain, 0), kept, sizeof(kept));
	return 0;
}

int model_set_version(struct model_domain *caller,
		      struct gnttab_set_version *op)
{
	struct model_grants *grants = &caller->grants;
	int err = 0;

	if (op->version != 1 && op->version != 2)
		err = -EINVAL;
	else if (op->version > caller->config.max_version)
		err = -ENOSYS;
	else if (op->version == grants->version)
		err = 0;
	else if (is_any_pinned(caller))
		err = -EBUSY;
	else
		err = op->version == 2 ? to_v2(caller) : to_v1(caller);
	op->version = grants->version;
	return err;
}

int model_get_version(struct model_domain *caller,
		      struct gnttab_get_version *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);

	if (!domain)
		return -ESRCH;
	if (domain != caller && caller->config.domid != MODEL_DOM0)
		return -EPERM;
	op->version = domain->grants.version;
	return 0;
}

static void swap_entries(struct model_domain *domain, grant_ref_t a,
			 grant_ref_t b)
{
	if (domain->grants.version == 1) {
		swap(*model_entry_v1(domain, a), *model_entry_v1(domain, b));
		return;
	}
	swap(*model_entry_v2(domain, a), *model_entry_v2(domain, b));
	swap(*model_entry_status(domain, a), *model_entry_status(domain, b));
}

static s16 swap_one(struct model_domain *caller, grant_ref_t a, grant_ref_t b)
{
	unsigned int nr = model_nr_entries(caller);

	if (a >= nr || b >= nr)
		return GNTST_bad_gntref;
	if (a == b)
		return GNTST_okay;
	if (model_is_pinned(&caller->grants.active[a]) ||
	    model_is_pinned(&caller->grants.active[b]))
		return GNTST_eagain;
	swap_entries(caller, a, b);
	return GNTST_okay;
}

int model_swap_refs(struct model_domain *caller,
		    struct gnttab_swap_grant_ref *op, unsigned int count)
{
	for (; count--; op++)
		op->status = swap_one(caller, op->ref_a, op->ref_b);
	return 0;
}
