/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls that fail on purpose. */
#ifndef _FAULT_H
#define _FAULT_H

#include <linux/types.h>

#define ANY UINT_MAX

/**
 * struct fault_plan - which hypercall fails, and how
 * @op: __HYPERVISOR_*, or ANY
 * @cmd: its first argument, or ANY
 * @nth: which of those that match, from 1; 0 for none
 * @goes_on: also all that match after it
 * @has_status: @result goes into the status of each operation in the
 *	argument, and the hypercall returns 0; else it returns @result
 * @result: -errno or GNTST_*
 */
struct fault_plan {
	unsigned int op;
	unsigned int cmd;
	unsigned int nth;
	bool goes_on;
	bool has_status;
	int result;
};

/**
 * struct hypercall - the arguments that a plan looks at
 * @op: __HYPERVISOR_*
 * @cmd: first argument; a command, where the hypercall has commands
 * @arg: second argument
 * @count: third argument
 */
struct hypercall {
	unsigned int op;
	unsigned int cmd;
	void *arg;
	unsigned int count;
};

int fault_plan_parse(const char *line, struct fault_plan *plan);
bool fault_plan_matches(const struct fault_plan *plan,
			const struct hypercall *call);
long fault_plan_answer(const struct fault_plan *plan,
		       const struct hypercall *call);
const char *fault_op_name(unsigned int op);

#endif
