/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to go wrong: a plan is one line in a test.
 *
 *	MODEL_PLAN(MODEL_GRANT(map_grant_ref), .nth = 3, .status = GNTST_no_device_space);
 *	MODEL_PLAN(MODEL_EVENT(status), .err = -EIO);
 *	MODEL_PLAN(MODEL_ANY_CALL, .delay_us = 500);
 *	MODEL_PLAN(MODEL_GRANT(query_size), .after = spoil);
 *
 * Besides, every hypercall of the guest and every allocation of the modules'
 * files is a step, and model_fail_step() makes one of them fail.
 */
#ifndef _XENDOMU_MODEL_PLAN_H
#define _XENDOMU_MODEL_PLAN_H

#include <linux/types.h>

#define MODEL_PLAN(...) model_plan(&(struct model_plan){ __VA_ARGS__ })
#define MODEL_ANY ~0U
#define MODEL_ANY_CALL .op = MODEL_ANY, .cmd = MODEL_ANY
#define MODEL_GRANT(name) \
	.op = __HYPERVISOR_grant_table_op, .cmd = GNTTABOP_##name
#define MODEL_EVENT(name) \
	.op = __HYPERVISOR_event_channel_op, .cmd = EVTCHNOP_##name

/**
 * struct model_plan - what goes wrong, and when
 * @op: __HYPERVISOR_* or MODEL_ANY
 * @cmd: its first argument, or MODEL_ANY
 * @nth: from which of these calls on; 0 and 1 both mean the first
 * @nr: how many of them; 0 means one
 * @err: what the call returns, undone; 0 to let it be done
 * @status: the status of each of a grant operation's elements, not done
 * @delay_us: how long it takes
 * @before: called before it, as a peer that acts just then; may make its own
 *	hypercalls with model_call()
 * @after: called after it, to spoil what it has answered
 */
struct model_plan {
	unsigned int op;
	unsigned int cmd;
	unsigned int nth;
	unsigned int nr;
	int err;
	s16 status;
	unsigned int delay_us;
	void (*before)(void *arg);
	void (*after)(void *arg);
};

void model_plan(const struct model_plan *plan);
void model_plan_clear(void);
unsigned int model_plan_hits(void);

void model_fail_step(unsigned int nth);
bool model_step_fails(void);
bool model_step_has_failed(void);

#endif
