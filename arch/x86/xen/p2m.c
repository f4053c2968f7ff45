// SPDX-License-Identifier: GPL-2.0-only
/*
 * Others' frames in the table of a PV kernel's frames.
 *
 * The kernel looks up in its p2m which machine frame a page has, so a page
 * that has another domain's must say so, and say that it is foreign: the
 * hypervisor's reverse table gives that frame the other domain's number, and
 * without the mark the kernel would take it for one of its own pages.
 *
 * Leaves of the table that hold nothing are shared and cannot be written; a
 * write that faults means that the page's entry has to be allocated first.
 */
#include <linux/errno.h>

#include <asm/xen/page.h>

#include "p2m.h"

/* One store, as the toolstack may be reading the table. */
static int write_entry(unsigned long pfn, unsigned long entry)
{
	int err;

	if (!xen_safe_write_ulong(xen_p2m_addr + pfn, entry))
		return 0;
	err = xen_alloc_p2m_entry(pfn);
	return err ?: xen_safe_write_ulong(xen_p2m_addr + pfn, entry);
}

/**
 * xen_p2m_is_vacant() - has a page no frame?
 * @pfn: the page's number
 *
 * Context: Any.
 * Return: true if so.
 */
bool xen_p2m_is_vacant(unsigned long pfn)
{
	return pfn < xen_p2m_size && __pfn_to_mfn(pfn) == INVALID_P2M_ENTRY;
}

/**
 * xen_p2m_set_foreign() - enter another domain's frame
 * @pfn: a page without a frame
 * @mfn: the frame
 *
 * Context: Process; may sleep.
 * Return: 0; -ERANGE if the table does not go as far as @pfn; -EEXIST if
 * @pfn has a frame; -ENOMEM.
 */
int xen_p2m_set_foreign(unsigned long pfn, unsigned long mfn)
{
	if (pfn >= xen_p2m_size ||
	    mfn & (FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT))
		return -ERANGE;
	if (!xen_p2m_is_vacant(pfn))
		return -EEXIST;
	return write_entry(pfn, FOREIGN_FRAME(mfn));
}

/**
 * xen_p2m_clear_foreign() - take another domain's frame out
 * @pfn: the page's number
 *
 * Context: Any.
 * Return: 0, also if @pfn has no frame; -EINVAL if it is not foreign.
 */
int xen_p2m_clear_foreign(unsigned long pfn)
{
	unsigned long entry;

	if (pfn >= xen_p2m_size)
		return -EINVAL;
	entry = __pfn_to_mfn(pfn);
	if (entry == INVALID_P2M_ENTRY)
		return 0;
	if (!(entry & FOREIGN_FRAME_BIT))
		return -EINVAL;
	/* The leaf was writable when the frame was entered, and stays so. */
	return xen_safe_write_ulong(xen_p2m_addr + pfn, INVALID_P2M_ENTRY);
}
