// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions.
 *
 * Those of one task on its own tree never meet another's; what they do is done
 * to a copy of the model, which becomes the model if they are committed. All
 * tasks' meet at two counters that every transaction that touches them
 * increments together. So they are always equal, and their sum tells whether a
 * transaction was lost, or done though it was said not to be.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "soak.h"

#define STEPS_MAX 8

/**
 * struct increment - one increment of both counters
 * @task: who
 * @tries: how often it was begun
 * @is_torn: the counters differed when they were read last
 */
struct increment {
	struct task *task;
	unsigned int tries;
	bool is_torn;
};

static const char *const counters[] = { "a", "b" };

static int read_counter(struct task *task, struct xenbus_transaction t,
			unsigned int i, unsigned int *value)
{
	int ret = xenbus_scanf(t, SHARED_DIR, counters[i], "%u", value);

	next_operation(task);
	return expect_err(task, "scanf", counters[i], 1, ret) ? 0 : -EIO;
}

static int write_counter(struct task *task, struct xenbus_transaction t,
			 unsigned int i, unsigned int value)
{
	int err = xenbus_printf(t, SHARED_DIR, counters[i], "%u", value);

	next_operation(task);
	expect_err(task, "printf", counters[i], 0, err);
	return err;
}

/*
 * A transaction of the other server sees the store as it was when it began. The
 * C server takes a node into it when it is first touched: so it may see a
 * before and b after another's commit, and then must not be committed.
 */
static void expect_same(struct increment *increment, unsigned int a,
			unsigned int b)
{
	increment->is_torn = a != b;
	if (!increment->is_torn)
		return;
	count(NR_torn, 1);
	if (plan.is_oxenstored)
		mismatch(increment->task, "shared counters", "",
			 "equal ones, not %u and %u", a, b);
}

static int increment_both(struct xenbus_transaction t, void *data)
{
	struct increment *increment = data;
	struct task *task = increment->task;
	unsigned int values[2], first = roll(&task->dice, 2);
	int err;

	increment->tries++;
	err = read_counter(task, t, first, &values[first]) ?:
		      read_counter(task, t, !first, &values[!first]);
	if (err)
		return err;
	expect_same(increment, values[0], values[1]);
	return write_counter(task, t, first, values[first] + 1) ?:
		       write_counter(task, t, !first, values[!first] + 1);
}

static void incremented(const struct increment *increment)
{
	count(NR_increments, 1);
	if (increment->is_torn)
		mismatch(increment->task, "transaction_end", "",
			 "EAGAIN after counters that differed");
}

/**
 * transact_shared() - increment both shared counters until it holds
 * @task: who
 *
 * Context: Process; sleeps.
 */
void transact_shared(struct task *task)
{
	struct increment increment = { .task = task };
	int err = xenbus_transaction_run(increment_both, &increment);

	next_operation(task);
	expect_err(task, "transaction_run", "", 0, err);
	if (err)
		return;
	incremented(&increment);
	count(NR_committed, 1);
	count(NR_conflicts, increment.tries - 1);
}

/* What the transaction has done cannot be seen from outside. */
static void look_outside(struct task *task)
{
	look_at(task, XBT_NIL, &task->committed, place_pick(&task->dice));
}

/* Returns a place that was changed, for a look at it afterwards. */
static unsigned int take_steps(struct task *task, struct xenbus_transaction t)
{
	unsigned int steps = 1 + roll(&task->dice, STEPS_MAX), place = 0;

	while (steps--) {
		unsigned int what = roll(&task->dice, 8);

		if (what < 4)
			place = change(task, t, &task->copy);
		else if (what < 7)
			look(task, t, &task->copy);
		else
			look_outside(task);
	}
	look_at(task, t, &task->copy, place);
	return place;
}

/* A transaction that has ended is none. */
static void use_again(struct task *task, struct xenbus_transaction t)
{
	char *value = xenbus_read(t, task->tree, "", NULL);

	next_operation(task);
	expect_err(task, "read in an ended transaction", "", -ENOENT,
		   PTR_ERR_OR_ZERO(value));
	if (!IS_ERR(value))
		kfree(value);
	next_operation(task);
	expect_err(task, "transaction_end once more", "", -ENOENT,
		   xenbus_transaction_end(t, 0));
}

/*
 * Only a transaction that touched what others do may meet a conflict. The C
 * server does not commit one after an entry was too large, and says ENOMEM.
 */
static void finish(struct task *task, struct xenbus_transaction t,
		   bool is_undone, const struct increment *increment)
{
	int expected = task->copy.is_spoilt && !is_undone ? -ENOMEM : 0;
	int err = xenbus_transaction_end(t, is_undone);

	next_operation(task);
	pr_debug("task %u operation %u: end of %u: %d\n", task->nr,
		 task->nr_operations, t.id, err);
	if (err == -EAGAIN && !expected && !is_undone && increment->tries) {
		count(NR_conflicts, 1);
		return;
	}
	if (!expect_err(task, "transaction_end", is_undone ? "F" : "T",
			expected, err))
		return;
	if (is_undone || expected) {
		count(is_undone ? NR_undone : NR_spoilt, 1);
		return;
	}
	count(NR_committed, 1);
	if (increment->tries)
		incremented(increment);
	if (task->copy.is_changed || increment->tries)
		task->committed = task->copy;
}

/**
 * transact() - a transaction of some operations, kept or undone
 * @task: who
 *
 * Context: Process; sleeps.
 */
void transact(struct task *task)
{
	struct increment increment = { .task = task };
	struct xenbus_transaction t;
	unsigned int place;

	next_operation(task);
	if (!expect_err(task, "transaction_start", "", 0,
			xenbus_transaction_start(&t)))
		return;
	task->copy = task->committed;
	task->copy.is_spoilt = false;
	task->copy.is_changed = false;
	place = take_steps(task, t);
	if (!roll(&task->dice, 3))
		increment_both(t, &increment);
	finish(task, t, !roll(&task->dice, 3), &increment);
	look_at(task, XBT_NIL, &task->committed, place);
	if (!roll(&task->dice, 16))
		use_again(task, t);
}

/**
 * transact_check_shared() - are the counters what was reported done?
 *
 * Context: Process; sleeps.
 */
void transact_check_shared(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		unsigned int value = 0;
		int ret = xenbus_scanf(XBT_NIL, SHARED_DIR, counters[i], "%u",
				       &value);

		expect_err(NULL, "scanf", counters[i], 1, ret);
		if (value != counted(NR_increments))
			mismatch(NULL, "shared counter", counters[i],
				 "%lld, not %u", counted(NR_increments), value);
	}
}
