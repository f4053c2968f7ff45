// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables: an address of vmap()'s shows a frame of Xen's, or nothing.
 *
 * Whoever touches a frame that is not mapped any more so gets a fault. CPUs
 * other than the one that changed it may for a while see what was there before;
 * the page lives as long as its domain.
 */
#include <linux/errno.h>
#include <linux/pgtable.h>
#include <linux/preempt.h>

#include "mmu.h"

/**
 * model_mmu_set() - what is seen at an address
 * @va: the address, within a stretch of vmap()'s
 * @mfn: the frame, or MODEL_NO_FRAME
 *
 * Context: Any.
 * Return: 0, or -EINVAL if there is no such address.
 */
int model_mmu_set(unsigned long va, unsigned long mfn)
{
	unsigned int level;
	pte_t *entry = lookup_address(va, &level);

	if (!entry || level != PG_LEVEL_4K)
		return -EINVAL;
	preempt_disable();
	set_pte(entry, mfn == MODEL_NO_FRAME ? __pte(0) :
					       pfn_pte(mfn, PAGE_KERNEL));
	/* Linux keeps its functions for this to itself. */
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
	preempt_enable();
	return 0;
}
