// SPDX-License-Identifier: GPL-2.0-only
/* Batches of grant operations, with a Xen that does what real Xen will not. */
#include <kunit/test.h>
#include <linux/jiffies.h>

#include "grant/map.h"
#include "log.h"

#define NR_OPS 4
#define NEVER_FAILS (-1)

/* What the model of Xen does, and what it saw. */
static struct {
	int fails_at_call; /* the hypercall that fails, counted from 0 */
	unsigned int does; /* operations that it does before it fails */
	unsigned int paged_out[NR_OPS]; /* how often each is GNTST_eagain */
	s16 result[NR_OPS]; /* what each ends with */
	int answers; /* what the hypercall returns else */
	int nr_calls;
	unsigned int last_cmd;
	unsigned int nr_pauses;
	unsigned int paused_ms;
	unsigned int last_pause_ms;
} xen;

static struct gnttab_map_grant_ref ops[NR_OPS];

static s16 answer(unsigned int i)
{
	if (xen.paged_out[i]) {
		xen.paged_out[i]--;
		return GNTST_eagain;
	}
	return xen.result[i];
}

static int call(unsigned int cmd, void *first, unsigned int nr)
{
	struct gnttab_map_grant_ref *op = first;
	unsigned int i;

	xen.last_cmd = cmd;
	if (xen.nr_calls++ == xen.fails_at_call) {
		for (i = 0; i < min(nr, xen.does); i++)
			op[i].status = answer(op[i].ref);
		return -EFAULT;
	}
	for (i = 0; i < nr; i++)
		op[i].status = answer(op[i].ref);
	return xen.answers;
}

static void pause(unsigned int pause_ms)
{
	xen.nr_pauses++;
	xen.paused_ms += pause_ms;
	xen.last_pause_ms = pause_ms;
}

static struct grant_batch batch = {
	.call = call,
	.pause = pause,
	.cmd = GNTTABOP_map_grant_ref,
	.ops = ops,
	.nr = NR_OPS,
	.op_bytes = sizeof(ops[0]),
	.status_at = offsetof(struct gnttab_map_grant_ref, status),
};

static int init(struct kunit *test)
{
	unsigned int i;

	memset(&xen, 0, sizeof(xen));
	xen.fails_at_call = NEVER_FAILS;
	for (i = 0; i < NR_OPS; i++) {
		ops[i].ref = i;
		/* What an earlier use may have left there. */
		ops[i].status = GNTST_okay;
	}
	return 0;
}

static void expect(struct kunit *test, s16 s0, s16 s1, s16 s2, s16 s3)
{
	KUNIT_EXPECT_EQ(test, s0, ops[0].status);
	KUNIT_EXPECT_EQ(test, s1, ops[1].status);
	KUNIT_EXPECT_EQ(test, s2, ops[2].status);
	KUNIT_EXPECT_EQ(test, s3, ops[3].status);
}

static void one_call_does_a_batch(struct kunit *test)
{
	xen.result[2] = GNTST_bad_gntref;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&batch));
	KUNIT_EXPECT_EQ(test, 1, xen.nr_calls);
	KUNIT_EXPECT_EQ(test, 0U, xen.nr_pauses);
	expect(test, 0, 0, GNTST_bad_gntref, 0);
}

static void no_operations_are_no_call(struct kunit *test)
{
	struct grant_batch none = batch;

	none.nr = 0;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&none));
	KUNIT_EXPECT_EQ(test, 0, xen.nr_calls);
}

static void a_failed_call_fails_every_operation(struct kunit *test)
{
	xen.fails_at_call = 0;
	KUNIT_EXPECT_EQ(test, -EFAULT, grant_batch_run(&batch));
	expect(test, GNTST_general_error, GNTST_general_error,
	       GNTST_general_error, GNTST_general_error);
}

static void what_was_done_before_the_failure_stays_done(struct kunit *test)
{
	xen.fails_at_call = 0;
	xen.does = 2;
	xen.result[1] = GNTST_bad_domain;
	KUNIT_EXPECT_EQ(test, -EFAULT, grant_batch_run(&batch));
	expect(test, GNTST_okay, GNTST_bad_domain, GNTST_general_error,
	       GNTST_general_error);
}

static void only_what_is_paged_out_is_tried_again(struct kunit *test)
{
	xen.paged_out[1] = 3;
	xen.paged_out[3] = 1;
	xen.result[3] = GNTST_permission_denied;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&batch));
	KUNIT_EXPECT_EQ(test, 1 + 3 + 1, xen.nr_calls);
	KUNIT_EXPECT_EQ(test, 1U + 2 + 3, xen.paused_ms);
	expect(test, 0, 0, 0, GNTST_permission_denied);
}

static void patience_ends_for_the_whole_batch(struct kunit *test)
{
	xen.paged_out[0] = UINT_MAX;
	xen.paged_out[2] = UINT_MAX;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&batch));
	KUNIT_EXPECT_EQ(test, 255U, xen.nr_pauses);
	KUNIT_EXPECT_EQ(test, 255U, xen.last_pause_ms);
	KUNIT_EXPECT_EQ(test, 32640U, xen.paused_ms);
	expect(test, GNTST_bad_page, 0, GNTST_bad_page, 0);
}

static void a_failed_retry_fails_what_was_to_be_retried(struct kunit *test)
{
	xen.paged_out[1] = 1;
	xen.paged_out[3] = 1;
	xen.fails_at_call = 1;
	KUNIT_EXPECT_EQ(test, -EFAULT, grant_batch_run(&batch));
	expect(test, 0, GNTST_general_error, 0, GNTST_general_error);
}

static void without_pauses_nothing_is_tried_again(struct kunit *test)
{
	struct grant_batch hasty = batch;

	hasty.pause = NULL;
	xen.paged_out[1] = 1;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&hasty));
	KUNIT_EXPECT_EQ(test, 1, xen.nr_calls);
	expect(test, 0, GNTST_bad_page, 0, 0);
}

static void xen_is_asked_for_what_the_batch_is(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&batch));
	KUNIT_EXPECT_EQ(test, (unsigned int)GNTTABOP_map_grant_ref,
			xen.last_cmd);
}

static void a_positive_answer_is_no_success(struct kunit *test)
{
	xen.answers = 1;
	KUNIT_EXPECT_EQ(test, -EIO, grant_batch_run(&batch));
	expect(test, 0, 0, 0, 0);
}

/* Whatever Xen came to is no less done for the others' sake. */
static void a_failed_retry_leaves_what_was_done(struct kunit *test)
{
	xen.result[0] = GNTST_bad_handle;
	xen.paged_out[1] = 1;
	xen.paged_out[2] = 2;
	xen.fails_at_call = 2;
	KUNIT_EXPECT_EQ(test, -EFAULT, grant_batch_run(&batch));
	expect(test, GNTST_bad_handle, GNTST_okay, GNTST_general_error, 0);
}

static void an_operation_beyond_the_batch_is_not_touched(struct kunit *test)
{
	struct grant_batch shorter = batch;

	shorter.nr = 2;
	ops[2].status = GNTST_eagain;
	ops[3].status = 55;
	xen.paged_out[0] = UINT_MAX;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&shorter));
	expect(test, GNTST_bad_page, 0, GNTST_eagain, 55);
}

static void a_page_that_comes_in_at_last_is_there(struct kunit *test)
{
	xen.paged_out[0] = 1;
	xen.paged_out[3] = 255;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&batch));
	expect(test, 0, 0, 0, 0);
	xen.paged_out[3] = 256;
	KUNIT_EXPECT_EQ(test, 0, grant_batch_run(&batch));
	expect(test, 0, 0, 0, GNTST_bad_page);
}

static void every_kind_of_operation_has_its_place(struct kunit *test)
{
	struct gnttab_copy copies[2] = {};
	struct grant_batch copying = batch;

	copying.cmd = GNTTABOP_copy;
	copying.ops = copies;
	copying.nr = 2;
	copying.op_bytes = sizeof(copies[0]);
	copying.status_at = offsetof(struct gnttab_copy, status);
	copies[0].len = 11;
	copies[1].len = 22;
	xen.fails_at_call = 0;
	KUNIT_EXPECT_EQ(test, -EFAULT, grant_batch_run(&copying));
	KUNIT_EXPECT_EQ(test, GNTST_general_error, copies[0].status);
	KUNIT_EXPECT_EQ(test, GNTST_general_error, copies[1].status);
	KUNIT_EXPECT_EQ(test, 11, copies[0].len);
	KUNIT_EXPECT_EQ(test, 22, copies[1].len);
}

static const struct kind {
	const char *name;
	unsigned int cmd;
} kinds[] = {
	{ "map", GNTTABOP_map_grant_ref },
	{ "unmap", GNTTABOP_unmap_grant_ref },
	{ "copy", GNTTABOP_copy },
	{ "grant", GNTTABOP_swap_grant_ref },
};

static void name_of_kind(const struct kind *kind, char *description)
{
	strscpy(description, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kinds, kinds, name_of_kind);

static void a_refusal_is_logged(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct grant_batch other = batch;
	u64 now = log_now();
	char line[80];

	other.cmd = kind->cmd;
	xen.fails_at_call = 0;
	xen.does = 1;
	grant_batch_run(&other);
	snprintf(line, sizeof(line),
		 "Xen refused to %s (-14): 3 of 4 operations were not done",
		 kind->name);
	KUNIT_EXPECT_EQ(test, 1U, log_count(now, line));
	KUNIT_EXPECT_EQ(test, 0U, log_count(now, "gave up"));
}

static void operations_to_be_retried_are_logged_as_undone(struct kunit *test)
{
	u64 now = log_now();

	xen.paged_out[0] = 1;
	xen.paged_out[1] = 1;
	xen.fails_at_call = 1;
	grant_batch_run(&batch);
	KUNIT_EXPECT_EQ(test, 1U, log_count(now, "2 of 4 operations"));
	KUNIT_EXPECT_EQ(test, 0U, log_count(now, "gave up"));
}

static void what_stays_paged_out_is_logged(struct kunit *test)
{
	u64 now = log_now();

	xen.paged_out[0] = UINT_MAX;
	xen.paged_out[3] = UINT_MAX;
	grant_batch_run(&batch);
	KUNIT_EXPECT_EQ(test, 1U, log_count(now, "gave up to map 2 of 4 pages"));
	KUNIT_EXPECT_EQ(test, 0U, log_count(now, "refused"));
}

static void success_is_not_logged(struct kunit *test)
{
	u64 now = log_now();

	xen.result[0] = GNTST_bad_gntref;
	xen.paged_out[1] = 1;
	grant_batch_run(&batch);
	KUNIT_EXPECT_EQ(test, 0U, log_count(now, "refused"));
	KUNIT_EXPECT_EQ(test, 0U, log_count(now, "gave up"));
}

static void a_flood_of_failures_is_few_lines(struct kunit *test)
{
	struct grant_batch hasty = batch;
	unsigned long began = jiffies;
	u64 now = log_now();
	int i;

	hasty.pause = NULL;
	for (i = 0; i < 30; i++) {
		xen.fails_at_call = xen.nr_calls;
		grant_batch_run(&batch);
		xen.fails_at_call = NEVER_FAILS;
		xen.paged_out[0] = 1;
		grant_batch_run(&hasty);
	}
	KUNIT_EXPECT_LE(test, log_count(now, "refused"), log_most(began));
	KUNIT_EXPECT_LE(test, log_count(now, "gave up"), log_most(began));
}

/* The log comes first: after ten lines in five seconds it is silent. */
static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(a_refusal_is_logged, kinds_gen_params),
	KUNIT_CASE(operations_to_be_retried_are_logged_as_undone),
	KUNIT_CASE(what_stays_paged_out_is_logged),
	KUNIT_CASE(success_is_not_logged),
	KUNIT_CASE(one_call_does_a_batch),
	KUNIT_CASE(no_operations_are_no_call),
	KUNIT_CASE(a_failed_call_fails_every_operation),
	KUNIT_CASE(what_was_done_before_the_failure_stays_done),
	KUNIT_CASE(only_what_is_paged_out_is_tried_again),
	KUNIT_CASE(patience_ends_for_the_whole_batch),
	KUNIT_CASE(a_failed_retry_fails_what_was_to_be_retried),
	KUNIT_CASE(without_pauses_nothing_is_tried_again),
	KUNIT_CASE(xen_is_asked_for_what_the_batch_is),
	KUNIT_CASE(a_positive_answer_is_no_success),
	KUNIT_CASE(a_failed_retry_leaves_what_was_done),
	KUNIT_CASE(an_operation_beyond_the_batch_is_not_touched),
	KUNIT_CASE(a_page_that_comes_in_at_last_is_there),
	KUNIT_CASE(every_kind_of_operation_has_its_place),
	KUNIT_CASE(a_flood_of_failures_is_few_lines),
	{}
};

static struct kunit_suite suite = {
	.name = "grant_batch",
	.init = init,
	.test_cases = cases,
};

kunit_test_suite(suite);
