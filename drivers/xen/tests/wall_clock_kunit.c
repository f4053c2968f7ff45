// SPDX-License-Identifier: GPL-2.0-only
/* The wall clock: consistent values only, and never an endless wait. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/time64.h>

#include <xen/compat.h>
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

static void the_last_nanosecond_is_one(struct kunit *test)
{
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;

	page->wc.nsec = NSEC_PER_SEC - 1;
	KUNIT_EXPECT_EQ(test, 0, xen_wall_clock_read(page, &base, &version));
	KUNIT_EXPECT_EQ(test, NSEC_PER_SEC - 1, base.tv_nsec);
}

static void a_version_is_any_even_number(struct kunit *test)
{
	static const u32 versions[] = { 0, 2, 0x80000000, U32_MAX - 1 };
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		page->wc.version = versions[i];
		KUNIT_EXPECT_EQ(test, 0,
				xen_wall_clock_read(page, &base, &version));
		KUNIT_EXPECT_EQ(test, versions[i], version);
	}
}

static void all_bits_of_the_seconds_count(struct kunit *test)
{
	struct shared_info *page = new_page(test);
	struct timespec64 base;
	u32 version;

	page->wc.sec = 0x87654321;
	page->wc_sec_hi = 0x12345678;
	KUNIT_ASSERT_EQ(test, 0, xen_wall_clock_read(page, &base, &version));
	KUNIT_EXPECT_EQ(test, 0x1234567887654321LL, base.tv_sec);
}

/* A writer that keeps to the protocol, in an interrupt of the reader's CPU. */
#define NR_WRITES 50
#define PERIOD_NS 50000

struct writer {
	struct hrtimer timer;
	struct shared_info *page;
	unsigned int nr_written;
};

static enum hrtimer_restart write_on(struct hrtimer *timer)
{
	struct writer *writer = container_of(timer, struct writer, timer);
	struct shared_info *page = writer->page;
	u32 n = ++writer->nr_written;

	WRITE_ONCE(page->wc.version, page->wc.version + 2);
	WRITE_ONCE(page->wc_sec_hi, n);
	WRITE_ONCE(page->wc.sec, n);
	WRITE_ONCE(page->wc.nsec, n);
	hrtimer_forward_now(timer, ns_to_ktime(PERIOD_NS));
	return HRTIMER_RESTART;
}

static bool is_one_value(const struct timespec64 *base)
{
	u64 n = base->tv_nsec;

	return base->tv_sec == (n << 32 | n);
}

static void what_is_read_was_written_in_one_piece(struct kunit *test)
{
	struct writer writer = { .page = new_page(test) };
	unsigned int nr_torn = 0, nr_failed = 0;
	struct timespec64 base;
	u32 version;

	set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
	memset(&writer.page->wc, 0, sizeof(writer.page->wc));
	hrtimer_setup_on_stack(&writer.timer, write_on, CLOCK_MONOTONIC,
			       HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer_start(&writer.timer, ns_to_ktime(PERIOD_NS),
		      HRTIMER_MODE_REL_PINNED_HARD);
	while (READ_ONCE(writer.nr_written) < NR_WRITES) {
		if (xen_wall_clock_read(writer.page, &base, &version))
			nr_failed++;
		else
			nr_torn += !is_one_value(&base) || (version & 1);
	}
	hrtimer_cancel(&writer.timer);
	destroy_hrtimer_on_stack(&writer.timer);
	KUNIT_EXPECT_EQ(test, 0U, nr_torn);
	KUNIT_EXPECT_EQ(test, 0U, nr_failed);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(even_version_is_read),
	KUNIT_CASE(seconds_go_beyond_2106),
	KUNIT_CASE(stuck_writer_ends_in_eagain),
	KUNIT_CASE(too_many_nanoseconds_are_refused),
	KUNIT_CASE(the_last_nanosecond_is_one),
	KUNIT_CASE(a_version_is_any_even_number),
	KUNIT_CASE(all_bits_of_the_seconds_count),
	KUNIT_CASE(what_is_read_was_written_in_one_piece),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_wall_clock",
	.test_cases = cases,
};

kunit_test_suite(suite);
