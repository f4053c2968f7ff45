// SPDX-License-Identifier: GPL-2.0-only
/* Random operations on a grant table as a whole; none that changes it. */
#include <linux/kernel.h>

#include "differential.h"

static void query_size(struct run *run)
{
	struct gnttab_query_size op = { .dom = pick_domid(run) }, model = op;

	if (call_grant(run, GNTTABOP_query_size, &op, &model,
		       chance(run, 90) ? 1 : 2))
		return;
	compare(run, "query_size", op.status, model.status, "dom %u", op.dom);
	compare(run, "frames", op.nr_frames, model.nr_frames, "dom %u", op.dom);
	compare(run, "most frames", op.max_nr_frames, model.max_nr_frames,
		"dom %u", op.dom);
}

/* No more frames than there are: the table's owner does not expect any. */
static void setup_table(struct run *run)
{
	struct gnttab_setup_table op = { .dom = pick_domid(run) }, model;

	op.nr_frames = chance(run, 70) ? pick(run, run->size.nr_frames + 1) :
		       chance(run, 50) ? run->size.max_nr_frames + 1 : ~0U;
	set_xen_guest_handle(op.frame_list, (xen_pfn_t *)run->frame_list);
	if (op.nr_frames == ~0U)
		op.nr_frames = 1U << 16;
	model = op;
	if (!call_grant(run, GNTTABOP_setup_table, &op, &model,
			chance(run, 90) ? 1 : 0))
		compare(run, "setup_table", op.status, model.status,
			"dom %u frames %u", op.dom, op.nr_frames);
}

static void get_status_frames(struct run *run)
{
	struct gnttab_get_status_frames op = { .dom = pick_domid(run) }, model;

	op.nr_frames = chance(run, 60) ? 0 : 500;
	set_xen_guest_handle(op.frame_list, run->frame_list);
	model = op;
	if (!call_grant(run, GNTTABOP_get_status_frames, &op, &model,
			chance(run, 90) ? 1 : 0))
		compare(run, "get_status_frames", op.status, model.status,
			"dom %u frames %u", op.dom, op.nr_frames);
}

static void get_version(struct run *run)
{
	struct gnttab_get_version op = { .dom = pick_domid(run) }, model = op;

	if (!call_grant(run, GNTTABOP_get_version, &op, &model, 1))
		compare(run, "version", op.version, model.version, "dom %u",
			op.dom);
}

/* Never to another one: the table has an owner. */
static void set_version(struct run *run)
{
	static const u32 bad[] = { 0, 3, ~0U };
	struct gnttab_set_version op = { .version = chance(run, 50) ?
		run->version : bad[pick(run, ARRAY_SIZE(bad))] };
	struct gnttab_set_version model = op;

	call_grant(run, GNTTABOP_set_version, &op, &model, 1);
	compare(run, "version", op.version, model.version, "set");
}

static void bad_command(struct run *run)
{
	static const struct {
		unsigned int cmd, count;
	} bad[] = { { 13, 1 }, { 99, 1 }, { GNTTABOP_dump_table, 1 },
		    { 0x1000, 1 }, { GNTTABOP_map_grant_ref, -1U },
		    { GNTTABOP_copy, 1U << 31 }, { GNTTABOP_copy, 0 },
		    { 0x1000 | GNTTABOP_query_size, 1 },
		    { GNTTABOP_unmap_grant_ref, 0 } };
	u64 op[8] = {}, model[8] = {};
	u32 i = pick(run, ARRAY_SIZE(bad));

	call_grant(run, bad[i].cmd, op, model, bad[i].count);
}

void tables_step(struct run *run)
{
	static void (*const steps[])(struct run *run) = {
		query_size, setup_table, get_status_frames, get_version,
		set_version, bad_command };

	steps[pick(run, ARRAY_SIZE(steps))](run);
}
