// SPDX-License-Identifier: GPL-2.0-only
/* The wall clock: consistent values only, and never an endless wait. */
#include <kunit/test.h>
#include <linux/time64.h>

#include <xen/shared_info.h>

static struct shared_info *new_page(struct kunit *test)
{
	struct shared_info *page = kunit_kzalloc(test, sizeof(*page),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	page->wc.version = 2;
	page->wc.sec = 1000;
	page->wc.nsec = 5;
	return page;
}

static void even_version_is_read(struct kunit *test)
{
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;

	KUNIT_ASSERT_EQ(test, 0, xen_wall_clock_read(page, &base, &version));
	KUNIT_EXPECT_EQ(test, 1000LL, base.tv_sec);
	KUNIT_EXPECT_EQ(test, 5L, base.tv_nsec);
	KUNIT_EXPECT_EQ(test, 2U, version);
}

static void seconds_go_beyond_2106(struct kunit *test)
{
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;

	page->wc_sec_hi = 1;
	KUNIT_ASSERT_EQ(test, 0, xen_wall_clock_read(page, &base, &version));
	KUNIT_EXPECT_EQ(test, 0x100000000LL + 1000, base.tv_sec);
}

static void stuck_writer_ends_in_eagain(struct kunit *test)
{
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;

	page->wc.version = 3;
	KUNIT_EXPECT_EQ(test, -EAGAIN,
			xen_wall_clock_read(page, &base, &version));
}

static void too_many_nanoseconds_are_refused(struct kunit *test)
{
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;

	page->wc.nsec = NSEC_PER_SEC;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			xen_wall_clock_read(page, &base, &version));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(even_version_is_read),
	KUNIT_CASE(seconds_go_beyond_2106),
	KUNIT_CASE(stuck_writer_ends_in_eagain),
	KUNIT_CASE(too_many_nanoseconds_are_refused),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_wall_clock",
	.test_cases = cases,
};

kunit_test_suite(suite);
