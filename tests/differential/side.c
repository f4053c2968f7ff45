// SPDX-License-Identifier: GPL-2.0-only
/* Both sides of a call, and what they are asked. */
#include <linux/kernel.h>
#include <linux/printk.h>

#include "differential.h"

/* A number below @nr. */
u32 pick(struct run *run, u32 nr)
{
	return prandom_u32_state(&run->rnd) % nr;
}

bool chance(struct run *run, u32 percent)
{
	return pick(run, 100) < percent;
}

/* Ourselves in two ways, dom0, which refuses, and some that are not there. */
domid_t pick_domid(struct run *run)
{
	static const domid_t nobody[] = { 0x7ff1, 0x7ff2, 0x7fff, 12345 };

	if (chance(run, 60))
		return DOMID_SELF;
	if (chance(run, 50))
		return run->domid;
	return chance(run, 40) ? MODEL_DOM0 :
				 nobody[pick(run, ARRAY_SIZE(nobody))];
}

/**
 * compare() - count two answers, and tell if they differ
 * @run: the run
 * @what: which answer
 * @real: Xen's
 * @model: the model's
 * @args: what was asked
 *
 * Context: Process.
 */
void compare(struct run *run, const char *what, long real, long model,
	     const char *args, ...)
{
	struct va_format format = { .fmt = args };
	va_list list;

	run->nr_calls++;
	if (real == model)
		return;
	run->nr_mismatches++;
	va_start(list, args);
	format.va = &list;
	pr_info("differ: seed %u sequence %u step %u: %s: Xen says %ld, the model %ld: %pV\n",
		run->seed, run->sequence, run->step, what, real, model,
		&format);
	va_end(list);
}

int call_event(struct run *run, unsigned int cmd, void *real, void *model)
{
	int ret = HYPERVISOR_event_channel_op(cmd, real);
	int model_ret = model_event_call(model_guest(), cmd, model);

	compare(run, "event_channel_op", ret, model_ret, "cmd %u args %*ph",
		cmd, 16, real);
	return ret ?: model_ret;
}

int call_grant(struct run *run, unsigned int cmd, void *real, void *model,
	       unsigned int count)
{
	int ret = HYPERVISOR_grant_table_op(cmd, real, count);
	int model_ret = model_grant_call(model_guest(), cmd, model, count);

	compare(run, "grant_table_op", ret, model_ret, "cmd %u count %u", cmd,
		count);
	return ret ?: model_ret;
}
