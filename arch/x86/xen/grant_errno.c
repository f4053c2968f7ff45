// SPDX-License-Identifier: GPL-2.0-only
/* The statuses of grant table operations as -errno: a pure core. */
#include <linux/errno.h>
#include <linux/export.h>

#include <xen/guest.h>
#include <xen/interface/grant_table.h>

/**
 * xen_grant_errno() - what a GNTST_* status means
 * @status: status field of a grant table operation
 *
 * The statuses and their causes stand in <xen/interface/grant_table.h>.
 *
 * Context: Any.
 * Return: 0 for GNTST_okay; -EAGAIN for GNTST_eagain; -ESRCH for a domain
 * that is not there; -EINVAL for a bad reference, handle, address or offset;
 * -EPERM where Xen denies; -ENOSPC where Xen has no room; -EIO else.
 */
int xen_grant_errno(int status)
{
	switch (status) {
	case GNTST_okay:
		return 0;
	case GNTST_eagain:
		return -EAGAIN;
	case GNTST_bad_domain:
		return -ESRCH;
	case GNTST_bad_gntref:
	case GNTST_bad_handle:
	case GNTST_bad_virt_addr:
	case GNTST_bad_dev_addr:
	case GNTST_bad_page:
	case GNTST_bad_copy_arg:
		return -EINVAL;
	case GNTST_permission_denied:
		return -EPERM;
	case GNTST_no_device_space:
	case GNTST_address_too_big:
	case GNTST_no_space:
		return -ENOSPC;
	default:
		return -EIO;
	}
}
EXPORT_SYMBOL_GPL(xen_grant_errno);
