// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may use a grant, and who does.
 *
 * A grant is checked when it comes into use, and when its first user that
 * writes comes. In between Xen believes what it wrote down itself (struct
 * model_active), whatever the domain makes of the entry meanwhile.
 */
#include <linux/errno.h>
#include <linux/mm.h>

#include <asm/barrier.h>

#include "internal.h"

#define IN_USE (GTF_reading | GTF_writing)
/* Each count has a byte, whose last bit nobody gets. */
#define MANY 0x80

bool model_is_pinned(const struct model_active *active)
{
	return active->host_reads || active->host_writes ||
	       active->device_reads || active->device_writes;
}

bool model_is_written(const struct model_active *active)
{
	return active->host_writes || active->device_writes;
}

bool model_pins_are_many(const struct model_active *active)
{
	return (active->host_reads | active->host_writes |
		active->device_reads | active->device_writes) & MANY;
}

static bool may_use(const struct grant_entry_header *header, domid_t domid,
		    unsigned int version, bool is_for_map)
{
	u16 type = READ_ONCE(header->flags) &
		   (GTF_type_mask | (is_for_map ? GTF_sub_page : 0));

	if (READ_ONCE(header->domid) != domid)
		return false;
	return type == GTF_permit_access ||
	       (version == 2 && !is_for_map && type == GTF_transitive);
}

/**
 * model_pin() - check a grant, and tell its domain that it is in use
 * @owner: who grants
 * @ref: one that there is
 * @domid: who wants to use it
 * @is_readonly: only to read
 * @is_for_map: to map, which parts of pages cannot be
 *
 * Context: Any, under model_lock.
 * Return: GNTST_okay or GNTST_general_error.
 */
int model_pin(struct model_domain *owner, grant_ref_t ref, domid_t domid,
	      bool is_readonly, bool is_for_map)
{
	struct grant_entry_header *header = model_entry_header(owner, ref);
	struct model_active *active = &owner->grants.active[ref];
	u16 bits = is_readonly ? GTF_reading : IN_USE;

	if (!model_is_pinned(active) &&
	    !may_use(header, domid, owner->grants.version, is_for_map))
		return GNTST_general_error;
	if (!is_readonly && READ_ONCE(header->flags) & GTF_readonly)
		return GNTST_general_error;
	*model_entry_status(owner, ref) |= bits;
	/* The domain may end it just now: then its write or ours came first. */
	virt_mb();
	return GNTST_okay;
}

/**
 * model_unpin() - tell a grant's domain what is not in use any more
 * @owner: who grants
 * @ref: one that there is
 * @was_writable: whoever left could write
 *
 * Context: Any, under model_lock.
 */
void model_unpin(struct model_domain *owner, grant_ref_t ref, bool was_writable)
{
	struct model_active *active = &owner->grants.active[ref];
	u16 bits = 0;

	if (was_writable && !model_is_written(active))
		bits |= GTF_writing;
	if (!model_is_pinned(active))
		bits |= GTF_reading;
	/* The user's accesses are over before the domain learns of it. */
	virt_mb();
	*model_entry_status(owner, ref) &= ~bits;
}

/**
 * model_gfn_of_grant() - the page behind a frame that is granted or copied
 * @domain: whose
 * @gfn: any number
 * @mfn: set to it
 *
 * Context: Any, under model_lock.
 * Return: GNTST_okay or GNTST_bad_page.
 */
int model_gfn_of_grant(struct model_domain *domain, unsigned long gfn,
		       unsigned long *mfn)
{
	enum model_frame frame;

	if (model_gfn(domain, gfn, mfn, &frame) || frame == MODEL_FRAME_GRANT)
		return GNTST_bad_page;
	return GNTST_okay;
}
