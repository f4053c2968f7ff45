// SPDX-License-Identifier: GPL-2.0-only
/* A plan: read from its line, compared with a hypercall, carried out. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/limits.h>
#include <linux/string.h>

#include <xen/interface/xen.h>
#include <xen/interface/grant_table.h>

#include "fault.h"

static const struct {
	unsigned int op;
	const char *name;
} ops[] = {
	{ ANY, "any" },
	{ __HYPERVISOR_memory_op, "memory" },
	{ __HYPERVISOR_update_va_mapping, "update_va_mapping" },
	{ __HYPERVISOR_xen_version, "xen_version" },
	{ __HYPERVISOR_grant_table_op, "grant_table" },
	{ __HYPERVISOR_event_channel_op, "event_channel" },
	{ __HYPERVISOR_sched_op, "sched" },
	{ __HYPERVISOR_hvm_op, "hvm" },
};

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
};

const char *fault_op_name(unsigned int op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].op == op)
			return ops[i].name;
	return "other";
}

static int parse_op(const char *name, unsigned int *op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		if (!strcmp(ops[i].name, name)) {
			*op = ops[i].op;
			return 0;
		}
	}
	return -EINVAL;
}

static bool has_status(const struct fault_plan *plan)
{
	return plan->op == __HYPERVISOR_grant_table_op &&
	       plan->cmd < ARRAY_SIZE(grant_ops) && grant_ops[plan->cmd].size;
}

/*
 * OP CMD NTH[+] -ERRNO: the NTH call, with + also all after it, returns that.
 * OP CMD NTH[+] status N: it returns 0, and its argument says N.
 * Xen sees neither.
 */
int fault_plan_parse(const char *line, struct fault_plan *plan)
{
	char op[24], cmd[12], nth[12], how[12];
	int nr, err;

	*plan = (struct fault_plan){ .cmd = ANY };
	nr = sscanf(line, "%23s %11s %11s %11s %d", op, cmd, nth, how,
		    &plan->result);
	if (nr < 4)
		return -EINVAL;
	err = parse_op(op, &plan->op);
	if (!err && strcmp(cmd, "any"))
		err = kstrtouint(cmd, 0, &plan->cmd);
	plan->goes_on = nth[strlen(nth) - 1] == '+';
	nth[strlen(nth) - plan->goes_on] = '\0';
	if (!err)
		err = kstrtouint(nth, 0, &plan->nth);
	if (err)
		return err;
	plan->has_status = !strcmp(how, "status");
	if (plan->has_status)
		return nr == 5 && has_status(plan) ? 0 : -EINVAL;
	return nr == 4 ? kstrtoint(how, 0, &plan->result) : -EINVAL;
}

bool fault_plan_matches(const struct fault_plan *plan,
			const struct hypercall *call)
{
	return (plan->op == ANY || plan->op == call->op) &&
	       (plan->cmd == ANY || plan->cmd == call->cmd);
}

NOKPROBE_SYMBOL(fault_plan_matches);

/* What the hypercall returns instead of being made. */
long fault_plan_answer(const struct fault_plan *plan,
		       const struct hypercall *call)
{
	unsigned int i;

	if (!plan->has_status)
		return plan->result;
	for (i = 0; i < call->count; i++) {
		void *op = call->arg + i * grant_ops[plan->cmd].size;

		*(s16 *)(op + grant_ops[plan->cmd].status_at) = plan->result;
	}
	return 0;
}

NOKPROBE_SYMBOL(fault_plan_answer);
