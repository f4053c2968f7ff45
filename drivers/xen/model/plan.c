// SPDX-License-Identifier: GPL-2.0-only
/* What goes wrong: plans for hypercalls, and the count of steps. */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/limits.h>

#include <asm/xen/hypercall.h>
#include <xen/interface/grant_table.h>

#include "internal.h"
#include "plan.h"

#define MAX_PLANS 4

/* Those of now; written while nobody calls. */
static struct model_plan plans[MAX_PLANS];
static unsigned int nr_plans;
static atomic_t nr_calls[MAX_PLANS];
static atomic_t nr_hits;

/* Steps to go until one fails; 0 when it has, or when none is to. */
static atomic_t steps_left;
static atomic_t has_failed;

/**
 * model_plan() - have something go wrong
 * @plan: what; copied; up to four are in force at a time
 *
 * Context: Any, while no other hypercall is made.
 */
void model_plan(const struct model_plan *plan)
{
	if (WARN_ON_ONCE(nr_plans == MAX_PLANS))
		return;
	plans[nr_plans] = *plan;
	atomic_set(&nr_calls[nr_plans], 0);
	nr_plans++;
}

/**
 * model_plan_clear() - nothing goes wrong any more
 *
 * Context: Any, while no other hypercall is made.
 */
void model_plan_clear(void)
{
	nr_plans = 0;
	atomic_set(&nr_hits, 0);
	model_fail_step(0);
}

/**
 * model_plan_hits() - how often something has gone wrong as planned
 *
 * Context: Any.
 * Return: The number, of all plans since model_plan_clear().
 */
unsigned int model_plan_hits(void)
{
	return atomic_read(&nr_hits);
}

/**
 * model_fail_step() - have a step fail
 * @nth: how many until then, with it; 0 for none
 *
 * A hypercall that fails as a step returns -EPERM, an allocation NULL.
 *
 * Context: Any.
 */
void model_fail_step(unsigned int nth)
{
	atomic_set(&has_failed, 0);
	atomic_set(&steps_left, nth);
}

/* For whatever is a step: is it the one? */
bool model_step_fails(void)
{
	if (atomic_dec_if_positive(&steps_left))
		return false;
	atomic_set(&has_failed, 1);
	return true;
}

/**
 * model_step_has_failed() - were there as many steps?
 *
 * Context: Any.
 * Return: Whether the step of model_fail_step() came.
 */
bool model_step_has_failed(void)
{
	return atomic_read(&has_failed);
}

/* Where an operation on the grant table has its status. */
#define STATUS(cmd, type) \
	[cmd] = { sizeof(struct type), offsetof(struct type, status) }
static const struct {
	size_t size;
	size_t status_at;
} grant_ops[] = {
	STATUS(GNTTABOP_map_grant_ref, gnttab_map_grant_ref),
	STATUS(GNTTABOP_unmap_grant_ref, gnttab_unmap_grant_ref),
	STATUS(GNTTABOP_setup_table, gnttab_setup_table),
	STATUS(GNTTABOP_copy, gnttab_copy),
	STATUS(GNTTABOP_query_size, gnttab_query_size),
	STATUS(GNTTABOP_get_status_frames, gnttab_get_status_frames),
	STATUS(GNTTABOP_swap_grant_ref, gnttab_swap_grant_ref),
};

static void set_statuses(unsigned int cmd, void *uop, unsigned int count,
			 s16 status)
{
	if (cmd >= ARRAY_SIZE(grant_ops) || !grant_ops[cmd].size)
		return;
	for (; count--; uop += grant_ops[cmd].size)
		*(s16 *)(uop + grant_ops[cmd].status_at) = status;
}

static bool is_due(unsigned int i, unsigned int op, unsigned long cmd)
{
	const struct model_plan *plan = &plans[i];
	unsigned int call, first = max(plan->nth, 1U);

	if ((plan->op != MODEL_ANY && plan->op != op) ||
	    (plan->cmd != MODEL_ANY && plan->cmd != cmd))
		return false;
	call = atomic_inc_return(&nr_calls[i]);
	return call >= first && call - first < max(plan->nr, 1U);
}

static const struct model_plan *find_plan(unsigned int op, unsigned long cmd)
{
	unsigned int i;

	for (i = 0; i < nr_plans; i++) {
		if (!is_due(i, op, cmd))
			continue;
		atomic_inc(&nr_hits);
		return &plans[i];
	}
	return NULL;
}

/* What is done of a call that a plan is for. */
static long call_as_planned(const struct model_plan *plan, unsigned int op,
			    unsigned long a1, unsigned long a2,
			    unsigned long a3, unsigned long a4,
			    unsigned long a5)
{
	long ret;

	if (plan->before)
		plan->before((void *)a2);
	if (plan->delay_us)
		udelay(plan->delay_us);
	if (plan->err)
		return plan->err;
	if (plan->status && op == __HYPERVISOR_grant_table_op) {
		set_statuses(a1, (void *)a2, a3, plan->status);
		return 0;
	}
	ret = model_call(model_guest(), op, a1, a2, a3, a4, a5);
	if (plan->after)
		plan->after((void *)a2);
	return ret;
}

/**
 * xendomu_hypercall() - call the model host, as the guest
 * @op: __HYPERVISOR_* number
 * @a1: first argument
 * @a2: second argument
 * @a3: third argument
 * @a4: fourth argument
 * @a5: fifth argument
 *
 * Takes the place of the modules' own gate.
 *
 * Context: Any.
 * Return: What Xen would return, or what was planned; -ENOSYS if there is no
 * model host.
 */
long xendomu_hypercall(unsigned int op, unsigned long a1, unsigned long a2,
		       unsigned long a3, unsigned long a4, unsigned long a5)
{
	const struct model_plan *plan;

	if (!model_guest())
		return -ENOSYS;
	if (model_step_fails())
		return -EPERM;
	plan = find_plan(op, a1);
	if (plan)
		return call_as_planned(plan, op, a1, a2, a3, a4, a5);
	return model_call(model_guest(), op, a1, a2, a3, a4, a5);
}
