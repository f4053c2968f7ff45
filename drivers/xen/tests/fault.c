// SPDX-License-Identifier: GPL-2.0-only
/*
 * A case that crashes fails, and the others go on. Before Linux 6.9 KUnit waits
 * for the case's task, which is no more, for five minutes.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kdebug.h>
#include <linux/sched.h>

#include "fault.h"

#ifndef COMPAT_KUNIT_HANDLES_FAULTS
static int case_died(struct notifier_block *block, unsigned long what,
		     void *unused)
{
	struct kunit *test = current->kunit_test;

	if (what == DIE_OOPS && test && !in_interrupt()) {
		test->try_catch.try_result = -EIO;
		complete(test->try_catch.try_completion);
	}
	return NOTIFY_DONE;
}

static struct notifier_block died = { .notifier_call = case_died };

int fault_init(void)
{
	return register_die_notifier(&died);
}

void fault_exit(void)
{
	unregister_die_notifier(&died);
}
#endif
