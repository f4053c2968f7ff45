// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen says about itself, on the model host: whole where Xen can, cut as
 * ever where it cannot, and answers that cannot be right.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/xen/hypercall.h>
#include <xen/interface/version.h>
#include <xen/newer_abi.h>

#include "internal.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

#define MODEL_VERSION(name) \
	.op = __HYPERVISOR_xen_version, .cmd = XENVER_##name

static int init(struct kunit *test)
{
	return model_guest_init(true);
}

static void drop(struct kunit *test)
{
	model_guest_exit();
}

static void expect_text(struct kunit *test, const char *expected,
			enum xen_text which)
{
	char *text = xen_version_text(which);

	KUNIT_ASSERT_FALSE(test, IS_ERR(text));
	KUNIT_EXPECT_STREQ(test, expected, text);
	kfree(text);
}

static long err_of_text(enum xen_text which)
{
	char *text = xen_version_text(which);

	if (IS_ERR(text))
		return PTR_ERR(text);
	kfree(text);
	return 0;
}

static void a_newer_xen_tells_all_of_a_text(struct kunit *test)
{
	model_xen_minor = 20;
	expect_text(test, MODEL_EXTRAVERSION, XEN_TEXT_EXTRAVERSION);
	expect_text(test, MODEL_CHANGESET, XEN_TEXT_CHANGESET);
	expect_text(test, MODEL_CAPABILITIES, XEN_TEXT_CAPABILITIES);
}

static void an_older_xen_cuts_it(struct kunit *test)
{
	char cut[64];

	strscpy(cut, MODEL_EXTRAVERSION, 16);
	expect_text(test, cut, XEN_TEXT_EXTRAVERSION);
	strscpy(cut, MODEL_CHANGESET, 64);
	expect_text(test, cut, XEN_TEXT_CHANGESET);
	expect_text(test, MODEL_CAPABILITIES, XEN_TEXT_CAPABILITIES);
}

static void who_compiled_it_has_one_query(struct kunit *test)
{
	for (model_xen_minor = 17; model_xen_minor <= 20; model_xen_minor++) {
		expect_text(test, "cc 1.0", XEN_TEXT_COMPILER);
		expect_text(test, "nobody", XEN_TEXT_COMPILE_BY);
		expect_text(test, "nowhere", XEN_TEXT_COMPILE_DOMAIN);
		expect_text(test, "never", XEN_TEXT_COMPILE_DATE);
	}
}

static void what_a_domain_may_not_know_is_denied_in_words(struct kunit *test)
{
	expect_text(test, "<denied>", XEN_TEXT_COMMANDLINE);
	model_xen_minor = 20;
	expect_text(test, "<denied>", XEN_TEXT_COMMANDLINE);
	KUNIT_EXPECT_EQ(test, -EPERM, PTR_ERR_OR_ZERO(xen_build_id()));
}

/* As if Xen filled the largest array to its end. */
static void fill_to_the_end(void *arg)
{
	memset(arg, 'x', sizeof(struct xen_capabilities_info));
}

static void a_text_without_an_end_ends_with_its_array(struct kunit *test)
{
	static char filled[sizeof(struct xen_capabilities_info) + 1];

	memset(filled, 'x', sizeof(filled) - 1);
	MODEL_PLAN(MODEL_VERSION(capabilities), .after = fill_to_the_end);
	expect_text(test, filled, XEN_TEXT_CAPABILITIES);
}

static void an_insane_length_gets_no_memory(struct kunit *test)
{
	model_xen_minor = 20;
	MODEL_PLAN(MODEL_VERSION(changeset2), .err = SZ_64K + 1);
	KUNIT_EXPECT_EQ(test, -E2BIG, err_of_text(XEN_TEXT_CHANGESET));
}

static void more_than_there_was_room_for_is_not_believed(struct kunit *test)
{
	model_xen_minor = 20;
	MODEL_PLAN(MODEL_VERSION(changeset2), .nth = 2, .err = SZ_4K);
	KUNIT_EXPECT_EQ(test, -EPROTO, err_of_text(XEN_TEXT_CHANGESET));
}

static void an_error_of_the_second_call_is_the_answer(struct kunit *test)
{
	model_xen_minor = 20;
	MODEL_PLAN(MODEL_VERSION(changeset2), .nth = 2, .err = -ENOBUFS);
	KUNIT_EXPECT_EQ(test, -ENOBUFS, err_of_text(XEN_TEXT_CHANGESET));
}

static void a_step_that_fails_is_an_error_or_a_denial(struct kunit *test)
{
	unsigned int step, nr_failed = 0;
	bool has_failed = true;

	model_xen_minor = 20;
	for (step = 1; step < 20 && has_failed; step++) {
		long err;

		model_fail_step(step);
		err = err_of_text(XEN_TEXT_EXTRAVERSION);
		has_failed = model_step_has_failed();
		model_fail_step(0);
		/* A hypercall that fails says -EPERM, which is a denial. */
		KUNIT_EXPECT_TRUE(test, !err || (has_failed && err == -ENOMEM));
		nr_failed += has_failed;
	}
	KUNIT_EXPECT_FALSE(test, has_failed);
	KUNIT_EXPECT_GE(test, nr_failed, 3U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_newer_xen_tells_all_of_a_text),
	KUNIT_CASE(an_older_xen_cuts_it),
	KUNIT_CASE(who_compiled_it_has_one_query),
	KUNIT_CASE(what_a_domain_may_not_know_is_denied_in_words),
	KUNIT_CASE(a_text_without_an_end_ends_with_its_array),
	KUNIT_CASE(an_insane_length_gets_no_memory),
	KUNIT_CASE(more_than_there_was_room_for_is_not_believed),
	KUNIT_CASE(an_error_of_the_second_call_is_the_answer),
	KUNIT_CASE(a_step_that_fails_is_an_error_or_a_denial),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_version",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
