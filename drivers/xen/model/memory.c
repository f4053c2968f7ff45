// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain's memory as it can change it, and the HVM parameters.
 *
 * A translated domain has Xen's frames put at guest frames. One that is not
 * has them put into its page tables. Either way it is written down in the p2m,
 * for the latter by page of address.
 */
#include <linux/errno.h>
#include <linux/mm.h>

#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <xen/interface/hvm/hvm_op.h>

#include "internal.h"
#include "mmu.h"

/* Of the entry of a page table: the frame's number. */
#define PTE_FRAME(pte) (((pte) & (BIT_ULL(52) - 1)) >> PAGE_SHIFT)

static int xen_frame(struct model_domain *caller,
		     const struct xen_add_to_physmap *op, unsigned long *mfn)
{
	switch (op->space) {
	case XENMAPSPACE_shared_info:
		if (op->idx)
			return -EINVAL;
		*mfn = model_mfn_of(caller->shared);
		return 0;
	case XENMAPSPACE_grant_table:
		return model_grants_frame(caller, op->idx, mfn);
	default:
		return -EOPNOTSUPP;
	}
}

static int add_to_physmap(struct model_domain *caller,
			  const struct xen_add_to_physmap *op)
{
	struct model_domain *domain = model_find_any(caller, op->domid);
	unsigned long mfn, before;
	int err;

	if (!domain)
		return -ESRCH;
	if (domain != caller)
		return -EPERM;
	if (!caller->config.is_translated)
		return -EACCES;
	err = xen_frame(caller, op, &mfn);
	if (err)
		return err;
	/* A frame of Xen's is at one place at a time. */
	before = model_gfn_of_xen(caller, mfn);
	if (before != ~0UL)
		model_gfn_clear(caller, before);
	return model_gfn_set(caller, op->gpfn, mfn, MODEL_FRAME_XEN);
}

static int remove_from_physmap(struct model_domain *caller,
			       const struct xen_remove_from_physmap *op)
{
	struct model_domain *domain = model_find_any(caller, op->domid);
	enum model_frame frame;
	unsigned long mfn;

	if (!domain)
		return -ESRCH;
	if (domain != caller)
		return -EPERM;
	if (!caller->config.is_translated)
		return -EACCES;
	if (model_gfn(caller, op->gpfn, &mfn, &frame))
		return -ENOENT;
	model_gfn_clear(caller, op->gpfn);
	return 0;
}

/**
 * model_memory_op() - an operation on a domain's memory
 * @caller: who asks
 * @cmd: XENMEM_*
 * @arg: its argument
 *
 * Context: Any, under model_lock.
 * Return: What Xen would.
 */
long model_memory_op(struct model_domain *caller, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case XENMEM_add_to_physmap:
		return add_to_physmap(caller, arg);
	case XENMEM_remove_from_physmap:
		return remove_from_physmap(caller, arg);
	case XENMEM_maximum_ram_page:
		return totalram_pages();
	default:
		return -ENOSYS;
	}
}

/**
 * model_update_va() - change an entry of a page table
 * @caller: who asks, not translated
 * @va: the address
 * @pte: the entry; its frame is a machine frame
 *
 * Context: Any, under model_lock.
 * Return: What Xen would.
 */
int model_update_va(struct model_domain *caller, unsigned long va,
		    unsigned long pte)
{
	unsigned long mfn = PTE_FRAME(pte);
	bool is_present = pte & _PAGE_PRESENT;
	int err;

	if (caller->config.is_translated)
		return -ENOSYS;
	if (is_present && !model_is_own_frame(caller, mfn))
		return -EINVAL;
	err = model_mmu_set(va, is_present ? mfn : MODEL_NO_FRAME);
	if (err)
		return err;
	if (is_present && model_is_xen_frame(caller, mfn))
		return model_gfn_set(caller, PFN_DOWN(va), mfn, MODEL_FRAME_XEN);
	model_gfn_clear(caller, PFN_DOWN(va));
	return 0;
}

static int get_param(struct model_domain *caller, struct xen_hvm_param *param)
{
	struct model_domain *domain = model_find_any(caller, param->domid);

	if (param->index >= HVM_NR_PARAMS)
		return -EINVAL;
	if (!domain)
		return -ESRCH;
	if (domain != caller)
		return -EPERM;
	param->value = domain->params[param->index];
	return 0;
}

/* Of what a domain may set for itself, the modules need this. */
static int set_param(struct model_domain *caller, struct xen_hvm_param *param)
{
	if (param->index >= HVM_NR_PARAMS)
		return -EINVAL;
	if (model_find_any(caller, param->domid) != caller ||
	    param->index != HVM_PARAM_CALLBACK_IRQ)
		return -EPERM;
	caller->params[param->index] = param->value;
	return 0;
}

static int set_vector(struct model_domain *caller,
		      const struct xen_hvm_evtchn_upcall_vector *op)
{
	if (op->vector < 16)
		return -EINVAL;
	return op->vcpu < caller->config.nr_vcpus ? 0 : -ENOENT;
}

/**
 * model_hvm_op() - an operation for translated domains
 * @caller: who asks
 * @cmd: HVMOP_*
 * @arg: its argument
 *
 * Context: Any, under model_lock.
 * Return: What Xen would.
 */
int model_hvm_op(struct model_domain *caller, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case HVMOP_get_param:
		return get_param(caller, arg);
	case HVMOP_set_param:
		return set_param(caller, arg);
	case HVMOP_set_evtchn_upcall_vector:
		return set_vector(caller, arg);
	default:
		return -ENOSYS;
	}
}
