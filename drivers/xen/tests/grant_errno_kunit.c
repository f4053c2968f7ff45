// SPDX-License-Identifier: GPL-2.0-only
/* What the grant table's statuses are in Linux's words. */
#include <kunit/test.h>

#include <xen/guest.h>
#include <xen/interface/grant_table.h>

static const struct status {
	const char *name;
	int status;
	int err;
} statuses[] = {
	{ "okay", GNTST_okay, 0 },
	{ "eagain", GNTST_eagain, -EAGAIN },
	{ "bad_domain", GNTST_bad_domain, -ESRCH },
	{ "bad_gntref", GNTST_bad_gntref, -EINVAL },
	{ "bad_handle", GNTST_bad_handle, -EINVAL },
	{ "bad_virt_addr", GNTST_bad_virt_addr, -EINVAL },
	{ "bad_dev_addr", GNTST_bad_dev_addr, -EINVAL },
	{ "bad_page", GNTST_bad_page, -EINVAL },
	{ "bad_copy_arg", GNTST_bad_copy_arg, -EINVAL },
	{ "permission_denied", GNTST_permission_denied, -EPERM },
	{ "no_device_space", GNTST_no_device_space, -ENOSPC },
	{ "address_too_big", GNTST_address_too_big, -ENOSPC },
	{ "no_space", GNTST_no_space, -ENOSPC },
	{ "general_error", GNTST_general_error, -EIO },
	{ "positive", 1, -EIO },
	{ "one_that_no_Xen_has", -99, -EIO },
	{ "lowest", INT_MIN, -EIO },
};

static void name_of_status(const struct status *status, char *description)
{
	strscpy(description, status->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(statuses, statuses, name_of_status);

static void each_status_has_its_errno(struct kunit *test)
{
	const struct status *status = test->param_value;

	KUNIT_EXPECT_EQ(test, status->err, xen_grant_errno(status->status));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(each_status_has_its_errno, statuses_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_grant_errno",
	.test_cases = cases,
};

kunit_test_suite(suite);
