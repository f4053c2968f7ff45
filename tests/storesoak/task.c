// SPDX-License-Identifier: GPL-2.0-only
/* The threads that roll the dice, from the first operation to the last. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "soak.h"

/* Within this every task has seen that it is over. */
#define END_SECONDS 120

static struct task tasks[NR_TASKS_MAX];
static unsigned long deadline; /* in jiffies */
static atomic_t nr_running;
static DECLARE_COMPLETION(all_done);

/**
 * is_over() - is there no point in going on?
 *
 * Context: Any.
 */
bool is_over(void)
{
	return counted(NR_errors) >= NR_ERRORS_MAX ||
	       time_after(jiffies, deadline);
}

/**
 * next_operation() - count an operation
 * @task: whose
 *
 * Context: Any.
 */
void next_operation(struct task *task)
{
	task->nr_operations++;
	count(NR_operations, 1);
}

/**
 * mismatch() - say what is not as the model has it, and count it
 * @task: who saw it; NULL for what all have done together
 * @what: operation
 * @path: of the node
 * @fmt: what was expected, and what came
 *
 * Context: Any.
 */
void mismatch(const struct task *task, const char *what, const char *path,
	      const char *fmt, ...)
{
	struct va_format va;
	va_list args;

	count(NR_errors, 1);
	if (counted(NR_errors) > NR_ERRORS_MAX)
		return;
	va_start(args, fmt);
	va.fmt = fmt;
	va.va = &args;
	pr_err("seed %u task %d operation %u: %s %s: expected %pV\n", plan.seed,
	       task ? (int)task->nr : -1, task ? task->nr_operations : 0, what,
	       path, &va);
	va_end(args);
}

/**
 * expect_err() - compare what a function returned
 * @task: who called it
 * @what: which
 * @path: of the node
 * @expected: what it should have returned
 * @err: what it did
 *
 * Context: Any.
 * Return: Whether they are the same.
 */
bool expect_err(const struct task *task, const char *what, const char *path,
		int expected, int err)
{
	if (err != expected)
		mismatch(task, what, path, "%d, not %d", expected, err);
	return err == expected;
}

static void turn(struct task *task)
{
	unsigned int what = roll(&task->dice, 256);

	if (what < 80)
		look(task, XBT_NIL, &task->committed);
	else if (what < 210)
		change(task, XBT_NIL, &task->committed);
	else if (what < 236)
		transact(task);
	else if (what < 250)
		transact_shared(task);
	else
		soak_watch_pass(task);
}

/* What the root of a task's tree holds in the end. */
static void end_value(const struct task *task, char *text, size_t len)
{
	snprintf(text, len, "end %u of %u", plan.seed, task->nr);
}

static void write_end(struct task *task)
{
	char text[sizeof(task->own.seen)];

	end_value(task, text, sizeof(text));
	expect_err(task, "write", "", 0,
		   xenbus_write(XBT_NIL, task->tree, "", text));
}

static int work(void *arg)
{
	struct task *task = arg;
	unsigned int share = DIV_ROUND_UP(plan.nr_operations, plan.nr_tasks);

	allow_signal(SIGKILL);
	while (!is_over() && task->nr_operations < share)
		turn(task);
	/* So that its watch drops events, however short the run is. */
	if (task->own.is_slow)
		change_often(task, 80);
	look_at_all(task);
	write_end(task);
	WRITE_ONCE(task->is_done, true);
	if (atomic_dec_and_test(&nr_running))
		complete(&all_done);
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static int prepare_shared(void)
{
	return xenbus_rm(XBT_NIL, SOAK_DIR, "") ?:
	       xenbus_write(XBT_NIL, SHARED_DIR, "a", "0") ?:
	       xenbus_write(XBT_NIL, SHARED_DIR, "b", "0");
}

/* What dom0 writes to is there last: dom0 begins when it sees it. */
static int prepare(struct task *task, unsigned int nr)
{
	char dir[TREE_PATH_MAX], node[TREE_PATH_MAX + 8];

	*task = (struct task){ .nr = nr };
	prandom_seed_state(&task->dice, plan.seed * 64ull + nr);
	model_init(&task->committed);
	snprintf(dir, sizeof(dir), SOAK_DIR "/%u", nr);
	snprintf(task->tree, sizeof(task->tree), SOAK_DIR "/%u/tree", nr);
	snprintf(node, sizeof(node), "%s/dom0", dir);
	task->own.is_slow = !nr;
	task->dom0.is_rising = true;
	return xenbus_mkdir(XBT_NIL, task->tree, "") ?:
	       xenbus_write(XBT_NIL, dir, "dom0", "0") ?:
	       soak_watch_on(&task->own, task, task->tree, NR_own_events) ?:
	       soak_watch_on(&task->dom0, task, node, NR_dom0_events);
}

static int prepare_all(void)
{
	unsigned int nr;
	int err = prepare_shared();

	for (nr = 0; nr < plan.nr_tasks && !err; nr++)
		err = prepare(&tasks[nr], nr);
	return err;
}

static void start_all(void)
{
	unsigned int nr;

	for (nr = 0; nr < plan.nr_tasks; nr++) {
		struct task_struct *thread =
			kthread_run(work, &tasks[nr], "soak/%u", nr);

		if (!IS_ERR(thread)) {
			tasks[nr].thread = thread;
			continue;
		}
		mismatch(&tasks[nr], "kthread", "", "a thread, not %ld",
			 PTR_ERR(thread));
		if (atomic_dec_and_test(&nr_running))
			complete(&all_done);
	}
}

/* In pieces, or the kernel takes a long run for a hung task. */
static bool wait_all(unsigned long until)
{
	while (time_before(jiffies, until))
		if (wait_for_completion_timeout(&all_done, HZ))
			return true;
	return false;
}

/* A thread that is killed does not wait for the store any more. */
static void kill_all(void)
{
	unsigned int nr;

	mismatch(NULL, "end", "", "all tasks within %u s", END_SECONDS);
	for (nr = 0; nr < plan.nr_tasks; nr++)
		if (tasks[nr].thread)
			send_sig(SIGKILL, tasks[nr].thread, 1);
}

/**
 * tasks_run() - prepare the store, and let the tasks do what the plan says
 *
 * Context: Process; sleeps, for at most the plan's time and a little.
 * Return: 0 or -errno, if it could not begin.
 */
int tasks_run(void)
{
	unsigned int nr;
	int err;

	deadline = jiffies + plan.seconds * HZ;
	atomic_set(&nr_running, plan.nr_tasks);
	err = prepare_all();
	if (err)
		return err;
	start_all();
	if (!wait_all(deadline + END_SECONDS * HZ))
		kill_all();
	for (nr = 0; nr < plan.nr_tasks; nr++)
		if (tasks[nr].thread)
			kthread_stop(tasks[nr].thread);
	return 0;
}

/**
 * tasks_settle() - wait until all watches have seen what was written last
 * @last: what dom0 wrote last
 * @seconds: how long
 *
 * Context: Process; sleeps.
 */
void tasks_settle(const char *last, unsigned int seconds)
{
	unsigned long until = jiffies + seconds * HZ;
	char text[sizeof(tasks[0].own.seen)];
	unsigned int nr;

	for (nr = 0; nr < plan.nr_tasks; nr++) {
		end_value(&tasks[nr], text, sizeof(text));
		soak_watch_waits(&tasks[nr].own, text, until);
		soak_watch_waits(&tasks[nr].dom0, last, until);
	}
	transact_check_shared();
}

/**
 * tasks_leave() - unregister all watches
 *
 * Context: Process; sleeps.
 */
void tasks_leave(void)
{
	unsigned int nr;

	for (nr = 0; nr < NR_TASKS_MAX; nr++) {
		soak_watch_off(&tasks[nr].own);
		soak_watch_off(&tasks[nr].dom0);
		soak_watch_off(&tasks[nr].passing);
	}
}
