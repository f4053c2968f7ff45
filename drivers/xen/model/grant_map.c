// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping others' grants, with the checks in the order of Xen 4.17.
 *
 * What is mapped where is written down (model_domain.host_maps), but no page
 * table changes: whoever wants to see the page takes it from its owner.
 */
#include <linux/errno.h>
#include <linux/mm.h>

#include "internal.h"

#define NO_HANDLE ~0U

static u32 take_handle(struct model_domain *domain)
{
	struct model_grants *grants = &domain->grants;
	u32 handle = grants->free_head;

	if (handle == domain->config.max_handles)
		return NO_HANDLE;
	grants->free_head = grants->handles[handle].next_free;
	return handle;
}

/* To the end, so that a number does not come back at once. */
static void give_handle(struct model_domain *domain, u32 handle)
{
	struct model_grants *grants = &domain->grants;
	u32 end = domain->config.max_handles;

	grants->handles[handle].next_free = end;
	if (grants->free_head == end)
		grants->free_head = handle;
	else
		grants->handles[grants->free_tail].next_free = handle;
	grants->free_tail = handle;
}

static void count_pins(struct model_active *active, u32 flags, int by)
{
	bool is_readonly = flags & GNTMAP_readonly;

	if (flags & GNTMAP_device_map)
		*(is_readonly ? &active->device_reads :
				&active->device_writes) += by;
	if (flags & GNTMAP_host_map)
		*(is_readonly ? &active->host_reads :
				&active->host_writes) += by;
}

static u64 entry_frame(struct model_domain *owner, grant_ref_t ref)
{
	struct grant_entry_header *header = model_entry_header(owner, ref);

	return owner->grants.version == 1 ?
		READ_ONCE(((struct grant_entry_v1 *)header)->frame) :
		READ_ONCE(((union grant_entry_v2 *)header)->full_page.frame);
}

/* The first user: from now on the grant is what it is at this moment. */
static int activate(struct model_domain *owner, grant_ref_t ref, domid_t domid)
{
	struct model_active *active = &owner->grants.active[ref];
	unsigned long mfn;
	int rc = model_gfn_of_grant(owner, entry_frame(owner, ref), &mfn);

	if (rc)
		return rc;
	*active = (struct model_active){
		.domid = domid,
		.length = PAGE_SIZE,
		.trans_domain = owner,
		.trans_ref = ref,
		.mfn = mfn,
	};
	return GNTST_okay;
}

static int pin_for_map(struct model_domain *caller, struct model_domain *owner,
		       const struct gnttab_map_grant_ref *op)
{
	struct model_active *active = &owner->grants.active[op->ref];
	bool is_readonly = op->flags & GNTMAP_readonly;
	domid_t domid = caller->config.domid;
	int rc = GNTST_okay;

	if (model_is_pinned(active) &&
	    (active->domid != domid || model_pins_are_many(active) ||
	     active->is_sub_page))
		return GNTST_general_error;
	if (!model_is_pinned(active) ||
	    (!is_readonly && !model_is_written(active)))
		rc = model_pin(owner, op->ref, domid, is_readonly, true);
	if (rc)
		return rc;
	if (!model_is_pinned(active))
		rc = activate(owner, op->ref, domid);
	if (rc)
		model_unpin(owner, op->ref, !is_readonly);
	else
		count_pins(active, op->flags, 1);
	return rc;
}

/* An address of a translated domain is a guest frame's. */
static int map_at(struct model_domain *caller, u64 addr, u32 flags,
		  unsigned long mfn)
{
	if (flags & GNTMAP_contains_pte || !PFN_DOWN(addr))
		return GNTST_general_error;
	return xa_err(xa_store(&caller->host_maps, PFN_DOWN(addr),
			       xa_mk_value(mfn), GFP_ATOMIC)) ?
		GNTST_general_error : GNTST_okay;
}

/*
 * A translated domain that maps a page of its own has it twice, and Xen takes
 * it away from where it was.
 */
static void lose_own_page(struct model_domain *domain, unsigned long mfn)
{
	enum model_frame frame;
	unsigned long at;

	if (!model_gfn(domain, mfn, &at, &frame) && at == mfn &&
	    frame == MODEL_FRAME_RAM)
		model_gfn_set(domain, mfn, 0, MODEL_FRAME_HOLE);
}

static int unmap_at(struct model_domain *caller, u64 addr, unsigned long mfn)
{
	void *entry = xa_load(&caller->host_maps, PFN_DOWN(addr));

	if (!entry || xa_to_value(entry) != mfn)
		return GNTST_general_error;
	xa_erase(&caller->host_maps, PFN_DOWN(addr));
	return GNTST_okay;
}

static int map_with_handle(struct model_domain *caller,
			   struct model_domain *owner,
			   struct gnttab_map_grant_ref *op, u32 handle)
{
	struct model_active *active;
	int rc;

	if (op->ref >= model_nr_entries(owner))
		return GNTST_bad_gntref;
	rc = pin_for_map(caller, owner, op);
	if (rc)
		return rc;
	active = &owner->grants.active[op->ref];
	if (op->flags & GNTMAP_host_map)
		rc = map_at(caller, op->host_addr, op->flags, active->mfn);
	if (rc) {
		count_pins(active, op->flags, -1);
		model_unpin(owner, op->ref, !(op->flags & GNTMAP_readonly));
		return rc;
	}
	if (owner == caller && caller->config.is_translated)
		lose_own_page(caller, active->mfn);
	caller->grants.handles[handle] = (struct model_handle){
		.flags = op->flags,
		.domid = op->dom,
		.ref = op->ref,
	};
	op->dev_bus_addr = PFN_PHYS(active->mfn);
	op->handle = handle;
	return GNTST_okay;
}

static int map_one(struct model_domain *caller, struct gnttab_map_grant_ref *op)
{
	struct model_domain *owner;
	u32 handle;
	int rc;

	if (!(op->flags & (GNTMAP_device_map | GNTMAP_host_map)))
		return GNTST_bad_gntref;
	if (caller->config.is_translated &&
	    op->flags & (GNTMAP_device_map | GNTMAP_application_map |
			 GNTMAP_contains_pte))
		return GNTST_general_error;
	owner = model_find(op->dom);
	if (!owner)
		return GNTST_bad_domain;
	handle = take_handle(caller);
	if (handle == NO_HANDLE)
		return GNTST_no_device_space;
	rc = map_with_handle(caller, owner, op, handle);
	if (rc)
		give_handle(caller, handle);
	return rc;
}

int model_grant_map(struct model_domain *caller,
		    struct gnttab_map_grant_ref *op, unsigned int count)
{
	for (; count--; op++)
		op->status = map_one(caller, op);
	return 0;
}

/* What of a mapping goes: GNTMAP_host_map, GNTMAP_device_map; or a status. */
static int find_parts(struct model_domain *caller, struct model_active *active,
		      u32 flags, const struct gnttab_unmap_grant_ref *op)
{
	int parts = 0, rc;

	if (op->dev_bus_addr && flags & GNTMAP_device_map &&
	    op->dev_bus_addr != PFN_PHYS(active->mfn))
		return GNTST_bad_dev_addr;
	if (op->host_addr && flags & GNTMAP_host_map) {
		rc = unmap_at(caller, op->host_addr, active->mfn);
		if (rc)
			return rc;
		parts |= GNTMAP_host_map;
	}
	if (op->dev_bus_addr && flags & GNTMAP_device_map)
		parts |= GNTMAP_device_map;
	return parts;
}

static int unmap_one(struct model_domain *caller,
		     const struct gnttab_unmap_grant_ref *op)
{
	struct model_handle *handle;
	struct model_active *active;
	struct model_domain *owner;
	bool is_readonly;
	int parts;

	if (op->handle >= caller->config.max_handles)
		return GNTST_bad_handle;
	handle = &caller->grants.handles[op->handle];
	owner = handle->flags ? model_find(handle->domid) : NULL;
	if (!owner)
		return GNTST_bad_handle;
	active = &owner->grants.active[handle->ref];
	parts = find_parts(caller, active, handle->flags, op);
	if (parts <= 0)
		return parts;
	is_readonly = handle->flags & GNTMAP_readonly;
	handle->flags &= ~parts;
	count_pins(active, parts | (is_readonly ? GNTMAP_readonly : 0), -1);
	model_unpin(owner, handle->ref, !is_readonly);
	if (!(handle->flags & (GNTMAP_host_map | GNTMAP_device_map))) {
		handle->flags = 0;
		give_handle(caller, op->handle);
	}
	return GNTST_okay;
}

int model_grant_unmap(struct model_domain *caller,
		      struct gnttab_unmap_grant_ref *op, unsigned int count)
{
	for (; count--; op++)
		op->status = unmap_one(caller, op);
	return 0;
}

/**
 * model_grant_unmap_all() - a domain has nothing mapped any more
 * @caller: the domain, on its way out
 *
 * Context: Any, under model_lock.
 */
void model_grant_unmap_all(struct model_domain *caller)
{
	u32 i;

	for (i = 0; i < caller->config.max_handles; i++) {
		struct model_handle *handle = &caller->grants.handles[i];
		struct model_domain *owner = handle->flags ?
			model_find(handle->domid) : NULL;

		if (!owner)
			continue;
		count_pins(&owner->grants.active[handle->ref], handle->flags,
			   -1);
		model_unpin(owner, handle->ref,
			    !(handle->flags & GNTMAP_readonly));
		handle->flags = 0;
	}
}
