// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load on XenStore: tasks that read, write and commit until they are told to
 * stop, and count what each operation came to. For tests in which the server
 * dies under them.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include <xen/xenbus.h>

#include "testdrv.h"

#define TASKS_MAX 16

/* What operations came to; the last is for what no document promises. */
enum outcome { DONE, NOTCONN, BROKEN, REFUSED, OTHER, NR_OUTCOMES };

static const char *const outcome_names[NR_OUTCOMES] = {
	"done", "notconn", "eio", "refused", "other",
};

static struct task_struct *tasks[TASKS_MAX];
static atomic_long_t counts[NR_OUTCOMES];
static int last_other;

static void count(int err)
{
	enum outcome outcome = OTHER;

	if (err == -EINTR && signal_pending(current))
		return;
	if (!err)
		outcome = DONE;
	else if (err == -ENOTCONN)
		outcome = NOTCONN;
	else if (err == -EIO)
		outcome = BROKEN;
	else if (err == -ENOENT || err == -EACCES || err == -EAGAIN)
		outcome = REFUSED; /* a new server knows less, and says so */
	else
		WRITE_ONCE(last_other, err);
	atomic_long_inc(&counts[outcome]);
}

static int add_one(struct xenbus_transaction t, void *data)
{
	int err, nr = 0;

	err = xenbus_scanf(t, "data", "load", "%d", &nr);
	if (err < 0 && err != -ENOENT)
		return err;
	return xenbus_printf(t, "data", "load", "%d", nr + 1);
}

static int one_read(void)
{
	char *value = xenbus_read(XBT_NIL, "name", "", NULL);

	if (IS_ERR(value))
		return PTR_ERR(value);
	kfree(value);
	return 0;
}

static int work(void *data)
{
	char node[16];

	allow_signal(SIGKILL);
	snprintf(node, sizeof(node), "load-%ld", (long)data);
	while (!kthread_should_stop()) {
		count(one_read());
		count(xenbus_printf(XBT_NIL, "data", node, "%d", current->pid));
		count(xenbus_transaction_run(add_one, NULL));
		/* A kernel thread that is told to stop is not killed by it. */
		if (signal_pending(current))
			schedule_timeout_interruptible(1);
		schedule_timeout_uninterruptible(1);
	}
	return 0;
}

/* load-stop */
static int cmd_load_stop(char *args, struct seq_file *answer)
{
	unsigned int i;

	for (i = 0; i < TASKS_MAX; i++) {
		if (!tasks[i])
			continue;
		send_sig(SIGKILL, tasks[i], 1);
		kthread_stop(tasks[i]);
		tasks[i] = NULL;
	}
	return 0;
}

/* load-start TASKS */
static int cmd_load_start(char *args, struct seq_file *answer)
{
	unsigned int nr, i;

	if (tasks[0])
		return -EALREADY;
	if (kstrtouint(args, 0, &nr) || nr > TASKS_MAX)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		struct task_struct *task;

		task = kthread_run(work, (void *)(long)i, "store-load-%u", i);
		if (IS_ERR(task)) {
			cmd_load_stop(NULL, NULL);
			return PTR_ERR(task);
		}
		tasks[i] = task;
	}
	return 0;
}

/* load-counts: prints them, and begins anew */
static int cmd_load_counts(char *args, struct seq_file *answer)
{
	unsigned int i;

	for (i = 0; i < NR_OUTCOMES; i++)
		seq_printf(answer, "%s %ld ", outcome_names[i],
			   atomic_long_xchg(&counts[i], 0));
	seq_printf(answer, "last %d\n", READ_ONCE(last_other));
	return 0;
}

/* store-sleep: as if the domain had slept, and woken up on this host */
static int cmd_sleep(char *args, struct seq_file *answer)
{
	xs_suspend();
	xs_resume();
	return 0;
}

/* store-doze: as if it had been about to */
static int cmd_doze(char *args, struct seq_file *answer)
{
	xs_suspend();
	msleep(100);
	xs_suspend_cancel();
	return 0;
}

const struct command store_load_commands[] = {
	{ "store-sleep", cmd_sleep },
	{ "store-doze", cmd_doze },
	{ "load-start", cmd_load_start },
	{ "load-stop", cmd_load_stop },
	{ "load-counts", cmd_load_counts },
	{}
};

void store_load_exit(void)
{
	cmd_load_stop(NULL, NULL);
}
