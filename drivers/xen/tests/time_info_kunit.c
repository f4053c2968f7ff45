// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xen's time, on the model host: in a page of ours, by its physical or its linear
 * address, and in the kernel's page.
 */
#include <kunit/test.h>

#include <asm/pvclock.h>
#include <asm/xen/hypercall.h>
#include <xen/features.h>
#include <xen/guest.h>
#include <xen/newer_abi.h>

#include "internal.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

/* A translated guest of Xen 4.18, at 1000 ns. */
static int init(struct kunit *test)
{
	int err = model_guest_init(true);

	if (err)
		return err;
	model_xen_minor = 18;
	model_system_time = 1000;
	xen_features[XENFEAT_vcpu_time_phys_area] = 1;
	xen_features[XENFEAT_auto_translated_physmap] = 1;
	return 0;
}

static void drop(struct kunit *test)
{
	xen_features[XENFEAT_vcpu_time_phys_area] = 0;
	xen_features[XENFEAT_auto_translated_physmap] = 0;
	model_guest_exit();
}

static void expect_time(struct kunit *test, u64 expected)
{
	u64 now = 0;

	KUNIT_EXPECT_EQ(test, 0, xen_system_time(&now));
	KUNIT_EXPECT_EQ(test, expected, now);
}

static void expect_a_page_of_ours(struct kunit *test, bool is_linear)
{
	u64 now;

	KUNIT_ASSERT_EQ(test, 0, xen_time_info_init());
	KUNIT_ASSERT_NOT_NULL(test, model_guest()->time_area);
	KUNIT_EXPECT_EQ(test, is_linear, model_guest()->is_time_area_linear);
	expect_time(test, 1000);
	model_set_time(model_guest(), 2500);
	expect_time(test, 2500);
	xen_time_info_exit();
	KUNIT_EXPECT_NULL(test, model_guest()->time_area);
	KUNIT_EXPECT_EQ(test, -ENODEV, xen_system_time(&now));
}

static void xen_gets_the_physical_address(struct kunit *test)
{
	expect_a_page_of_ours(test, false);
}

static void an_older_xen_gets_the_linear_address(struct kunit *test)
{
	model_xen_minor = 17;
	xen_features[XENFEAT_vcpu_time_phys_area] = 0;
	expect_a_page_of_ours(test, true);
}

static void without_translation_xen_gets_the_linear_address(struct kunit *test)
{
	xen_features[XENFEAT_auto_translated_physmap] = 0;
	expect_a_page_of_ours(test, true);
}

#ifdef CONFIG_PARAVIRT_CLOCK
static void the_kernels_page_comes_first(struct kunit *test)
{
	struct pvclock_vsyscall_time_info kernels = {
		.pvti.system_time = 77,
	};

	model_kernels_time = &kernels;
	KUNIT_ASSERT_EQ(test, 0, xen_time_info_init());
	KUNIT_EXPECT_NULL(test, model_guest()->time_area);
	expect_time(test, 77);
	xen_time_info_exit();
}
#endif

static void a_write_that_never_ends_is_an_error(struct kunit *test)
{
	u64 now;

	KUNIT_ASSERT_EQ(test, 0, xen_time_info_init());
	model_guest()->time_area->version |= 1;
	KUNIT_EXPECT_EQ(test, -EAGAIN, xen_system_time(&now));
	xen_time_info_exit();
}

static void a_xen_that_refuses_leaves_nothing_behind(struct kunit *test)
{
	u64 now;

	model_fail_step(1);
	KUNIT_EXPECT_EQ(test, -EPERM, xen_time_info_init());
	model_fail_step(0);
	KUNIT_EXPECT_NULL(test, model_guest()->time_area);
	KUNIT_EXPECT_EQ(test, -ENODEV, xen_system_time(&now));
	/* There is nothing to undo. */
	xen_time_info_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(xen_gets_the_physical_address),
	KUNIT_CASE(an_older_xen_gets_the_linear_address),
	KUNIT_CASE(without_translation_xen_gets_the_linear_address),
#ifdef CONFIG_PARAVIRT_CLOCK
	KUNIT_CASE(the_kernels_page_comes_first),
#endif
	KUNIT_CASE(a_write_that_never_ends_is_an_error),
	KUNIT_CASE(a_xen_that_refuses_leaves_nothing_behind),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_time_info",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
