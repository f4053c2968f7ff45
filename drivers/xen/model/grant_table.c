// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant tables: their frames and versions, and the operations on a table as a
 * whole, each with the checks in the order of Xen 4.17.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "internal.h"

#define V1_PER_FRAME (PAGE_SIZE / sizeof(struct grant_entry_v1))
#define V2_PER_FRAME (PAGE_SIZE / sizeof(union grant_entry_v2))
#define STATUS_PER_FRAME (PAGE_SIZE / sizeof(grant_status_t))

static unsigned int status_frames_for(unsigned int nr_frames)
{
	return DIV_ROUND_UP(nr_frames * V2_PER_FRAME, STATUS_PER_FRAME);
}

/**
 * model_nr_entries() - how many grants a domain has room for now
 * @domain: the domain
 *
 * Context: Any, under model_lock.
 * Return: The number.
 */
unsigned int model_nr_entries(const struct model_domain *domain)
{
	const struct model_grants *grants = &domain->grants;

	return grants->nr_frames *
	       (grants->version == 1 ? V1_PER_FRAME : V2_PER_FRAME);
}

struct grant_entry_v1 *model_entry_v1(struct model_domain *domain,
				      grant_ref_t ref)
{
	struct grant_entry_v1 *frame = domain->grants.frames[ref / V1_PER_FRAME];

	return &frame[ref % V1_PER_FRAME];
}

union grant_entry_v2 *model_entry_v2(struct model_domain *domain,
				     grant_ref_t ref)
{
	union grant_entry_v2 *frame = domain->grants.frames[ref / V2_PER_FRAME];

	return &frame[ref % V2_PER_FRAME];
}

/**
 * model_entry_header() - what both versions of an entry begin with
 * @domain: whose table
 * @ref: one that there is
 *
 * Context: Any, under model_lock.
 * Return: The entry.
 */
struct grant_entry_header *model_entry_header(struct model_domain *domain,
					      grant_ref_t ref)
{
	return domain->grants.version == 1 ?
		(void *)model_entry_v1(domain, ref) : &model_entry_v2(domain, ref)->hdr;
}

/**
 * model_entry_status() - where Xen says that a grant is in use
 * @domain: whose table
 * @ref: one that there is
 *
 * Context: Any, under model_lock.
 * Return: The word: the entry's flags in version 1.
 */
grant_status_t *model_entry_status(struct model_domain *domain, grant_ref_t ref)
{
	if (domain->grants.version == 1)
		return &model_entry_v1(domain, ref)->flags;
	return &domain->grants.status[ref / STATUS_PER_FRAME][ref % STATUS_PER_FRAME];
}

/**
 * model_entry_set() - grant, as a domain does it
 * @domain: who grants
 * @ref: one that there is
 * @flags: GTF_*
 * @domid: to whom
 * @frame: what
 *
 * Context: Any.
 */
void model_entry_set(struct model_domain *domain, grant_ref_t ref, u16 flags,
		     domid_t domid, u64 frame)
{
	struct grant_entry_header *header = model_entry_header(domain, ref);

	if (domain->grants.version == 1)
		WRITE_ONCE(model_entry_v1(domain, ref)->frame, frame);
	else
		WRITE_ONCE(model_entry_v2(domain, ref)->full_page.frame, frame);
	WRITE_ONCE(header->domid, domid);
	/* As a guest must: flags last; pairs with Xen reading flags first. */
	virt_wmb();
	WRITE_ONCE(header->flags, flags);
}

u16 model_entry_flags(struct model_domain *domain, grant_ref_t ref)
{
	return READ_ONCE(model_entry_header(domain, ref)->flags) |
	       (READ_ONCE(*model_entry_status(domain, ref)) &
		(GTF_reading | GTF_writing));
}

/**
 * model_entry_clear() - end a grant, as a domain does it
 * @domain: who granted
 * @ref: one that there is
 *
 * Context: Any.
 * Return: Whether nobody was inside.
 */
bool model_entry_clear(struct model_domain *domain, grant_ref_t ref)
{
	struct grant_entry_header *header = model_entry_header(domain, ref);
	u16 flags = READ_ONCE(header->flags);

	if (domain->grants.version == 1)
		return !(flags & (GTF_reading | GTF_writing)) &&
		       cmpxchg(&header->flags, flags, 0) == flags;
	WRITE_ONCE(header->flags, 0);
	/* Nobody new before who is left; pairs with the model's status. */
	virt_mb();
	return !(model_entry_flags(domain, ref) & (GTF_reading | GTF_writing));
}

void model_frames_clear(void **frames, unsigned int from, unsigned int to)
{
	for (; from < to; from++)
		memset(frames[from], 0, PAGE_SIZE);
}

/* @nr: no more than the limit. */
void model_grants_grow(struct model_domain *domain, unsigned int nr)
{
	struct model_grants *grants = &domain->grants;
	unsigned int nr_status = status_frames_for(nr);

	model_frames_clear(grants->frames, grants->nr_frames, nr);
	grants->nr_frames = max(grants->nr_frames, nr);
	if (grants->version == 1 || nr_status <= grants->nr_status_frames)
		return;
	model_frames_clear((void **)grants->status, grants->nr_status_frames,
			   nr_status);
	grants->nr_status_frames = nr_status;
}

static void list_frame(struct model_domain *domain, const void *page,
		       u64 *list, unsigned int i, s16 *status)
{
	unsigned long mfn = model_mfn_of(page);

	if (!list)
		*status = GNTST_bad_virt_addr;
	else
		list[i] = domain->config.is_translated ?
			model_gfn_of_xen(domain, mfn) : mfn;
}

static int setup_table(struct model_domain *caller,
		       struct gnttab_setup_table *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);
	unsigned int i;

	if (!domain) {
		op->status = GNTST_bad_domain;
		return 0;
	}
	if (domain != caller && caller->config.domid != MODEL_DOM0) {
		op->status = GNTST_permission_denied;
		return 0;
	}
	if (op->nr_frames > domain->config.max_grant_frames) {
		op->status = GNTST_general_error;
		return 0;
	}
	model_grants_grow(domain, op->nr_frames);
	op->status = GNTST_okay;
	for (i = 0; i < op->nr_frames; i++)
		list_frame(domain, domain->grants.frames[i],
			   (u64 *)op->frame_list, i, &op->status);
	return 0;
}

static int get_status_frames(struct model_domain *caller,
			     struct gnttab_get_status_frames *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);
	unsigned int i;

	op->status = GNTST_okay;
	if (!domain)
		op->status = GNTST_bad_domain;
	else if (domain != caller && caller->config.domid != MODEL_DOM0)
		op->status = GNTST_permission_denied;
	else if (op->nr_frames > domain->grants.nr_status_frames)
		op->status = GNTST_general_error;
	for (i = 0; op->status == GNTST_okay && i < op->nr_frames; i++)
		list_frame(domain, domain->grants.status[i], op->frame_list, i,
			   &op->status);
	return 0;
}

static int query_size(struct model_domain *caller, struct gnttab_query_size *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);

	if (!domain) {
		op->status = GNTST_bad_domain;
	} else if (domain != caller && caller->config.domid != MODEL_DOM0) {
		op->status = GNTST_permission_denied;
	} else {
		op->nr_frames = domain->grants.nr_frames;
		op->max_nr_frames = domain->config.max_grant_frames;
		op->status = GNTST_okay;
	}
	return 0;
}

/* Commands that Xen lets a translated domain give. */
static bool is_for_translated(unsigned int cmd)
{
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
	case GNTTABOP_unmap_grant_ref:
	case GNTTABOP_setup_table:
	case GNTTABOP_copy:
	case GNTTABOP_query_size:
	case GNTTABOP_set_version:
	case GNTTABOP_get_version:
	case GNTTABOP_swap_grant_ref:
		return true;
	default:
		return false;
	}
}

/**
 * model_grant_op() - an operation on grant tables
 * @caller: who asks
 * @cmd: GNTTABOP_*
 * @uop: the operations
 * @count: how many
 *
 * Transfers, dumps, cache flushes and GNTTABOP_unmap_and_replace are not there.
 *
 * Context: Any, under model_lock.
 * Return: What Xen would.
 */
int model_grant_op(struct model_domain *caller, unsigned int cmd, void *uop,
		   unsigned int count)
{
	if (caller->config.is_translated && !is_for_translated(cmd))
		return -ENOSYS;
	if ((int)count < 0 || cmd >> 12)
		return -EINVAL;
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
		return model_grant_map(caller, uop, count);
	case GNTTABOP_unmap_grant_ref:
		return model_grant_unmap(caller, uop, count);
	case GNTTABOP_copy:
		return model_grant_copy(caller, uop, count);
	case GNTTABOP_swap_grant_ref:
		return model_swap_refs(caller, uop, count);
	case GNTTABOP_setup_table:
		return count != 1 ? -EINVAL : setup_table(caller, uop);
	case GNTTABOP_query_size:
		return count != 1 ? -EINVAL : query_size(caller, uop);
	case GNTTABOP_get_status_frames:
		return count != 1 ? -EINVAL : get_status_frames(caller, uop);
	case GNTTABOP_set_version:
		return model_set_version(caller, uop);
	case GNTTABOP_get_version:
		return model_get_version(caller, uop);
	default:
		return -ENOSYS;
	}
}

/**
 * model_grants_frame() - a frame of the table, for the domain to have
 * @domain: whose table
 * @idx: which; with XENMAPIDX_grant_table_status, of the status
 * @mfn: set to it
 *
 * The table grows if need be, as far as it may.
 *
 * Context: Any, under model_lock.
 * Return: 0 or -EINVAL.
 */
int model_grants_frame(struct model_domain *domain, unsigned long idx,
		       unsigned long *mfn)
{
	struct model_grants *grants = &domain->grants;
	unsigned int max = domain->config.max_grant_frames;
	bool is_status = grants->version == 2 && idx & BIT(31);

	if (is_status)
		idx &= ~BIT(31);
	if (is_status ? idx >= status_frames_for(max) : idx >= max)
		return -EINVAL;
	if (!is_status && idx >= grants->nr_frames)
		model_grants_grow(domain, idx + 1);
	if (is_status && idx >= grants->nr_status_frames)
		model_grants_grow(domain, min_t(unsigned int, max, (idx + 1) *
				   STATUS_PER_FRAME / V2_PER_FRAME));
	*mfn = model_mfn_of(is_status ? grants->status[idx] :
					grants->frames[idx]);
	return 0;
}

/**
 * model_grants_renew() - the table of a domain that was restored elsewhere
 * @domain: the domain, with none of its grants in use
 *
 * Context: Any.
 */
void model_grants_renew(struct model_domain *domain)
{
	struct model_grants *grants = &domain->grants;
	unsigned long flags;

	spin_lock_irqsave(&model_lock, flags);
	model_frames_clear(grants->frames, 0, domain->config.max_grant_frames);
	grants->version = 1;
	grants->nr_frames = 1;
	grants->nr_status_frames = 0;
	spin_unlock_irqrestore(&model_lock, flags);
}

/* All that the table may ever have, so that no hypercall allocates. */
static int alloc_frames(struct model_domain *domain, void **frames,
			unsigned int nr)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		frames[i] = (void *)get_zeroed_page(GFP_KERNEL);
		err = frames[i] ? model_give_page(domain, ~0UL, frames[i]) :
				  -ENOMEM;
	}
	return err;
}

static void free_frames(void **frames, unsigned int nr)
{
	while (frames && nr--)
		free_page((unsigned long)frames[nr]);
	kfree(frames);
}

int model_grants_init(struct model_domain *domain)
{
	struct model_grants *grants = &domain->grants;
	unsigned int max = domain->config.max_grant_frames;
	unsigned int nr_handles = domain->config.max_handles, i;
	int err;

	grants->frames = kcalloc(max, sizeof(void *), GFP_KERNEL);
	grants->status = kcalloc(status_frames_for(max), sizeof(void *),
				 GFP_KERNEL);
	grants->active = kvcalloc(max * V1_PER_FRAME, sizeof(*grants->active),
				  GFP_KERNEL);
	grants->handles = kvcalloc(nr_handles + 1, sizeof(*grants->handles),
				   GFP_KERNEL);
	if (!grants->frames || !grants->status || !grants->active ||
	    !grants->handles)
		return -ENOMEM;
	for (i = 0; i < nr_handles; i++)
		grants->handles[i].next_free = i + 1;
	grants->free_tail = nr_handles - 1;
	grants->version = 1;
	grants->nr_frames = 1;
	err = alloc_frames(domain, grants->frames, max);
	return err ?: alloc_frames(domain, (void **)grants->status,
				   status_frames_for(max));
}

void model_grants_exit(struct model_domain *domain)
{
	struct model_grants *grants = &domain->grants;
	unsigned int max = domain->config.max_grant_frames;

	free_frames(grants->frames, max);
	free_frames((void **)grants->status, status_frames_for(max));
	kvfree(grants->active);
	kvfree(grants->handles);
}
