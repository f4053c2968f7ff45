// SPDX-License-Identifier: GPL-2.0-only
/* Operations that change the tree, and what becomes of the model by them. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>

#include <xen/interface/io/xs_wire.h>

#include "soak.h"

#define SHORT_MAX 200

/* What is done to which node. */
struct target {
	struct task *task;
	struct xenbus_transaction t;
	struct model *model;
	unsigned int place;
	char path[PLACE_PATH_MAX];
};

static void expect(struct target *target, const char *what, int expected,
		   int err)
{
	next_operation(target->task);
	count(NR_changes, 1);
	pr_debug("task %u operation %u: in %u %s %s: %d\n", target->task->nr,
		 target->task->nr_operations, target->t.id, what, target->path,
		 err);
	if (expected && expected == err)
		count(NR_refusals, 1);
	expect_err(target->task, what, target->path, expected, err);
}

static unsigned int path_len(const struct target *target)
{
	unsigned int len = strlen(target->task->tree);

	return *target->path ? len + 1 + strlen(target->path) : len;
}

/* Mostly short; sometimes about the quota, about the message, or beyond. */
static unsigned int roll_len(const struct target *target)
{
	struct rnd_state *dice = &target->task->dice;
	unsigned int limit, what = roll(dice, 100);

	if (what < 90)
		return roll(dice, SHORT_MAX + 1);
	limit = model_value_limit(target->model, target->place);
	if (what < 96)
		return limit - 2 + roll(dice, 5);
	if (what < 99)
		return XENSTORE_PAYLOAD_MAX - path_len(target) - 3 +
		       roll(dice, 5);
	return XENSTORE_PAYLOAD_MAX + roll(dice, VALUE_ROOM -
					   XENSTORE_PAYLOAD_MAX);
}

static void write_text(struct target *target)
{
	struct task *task = target->task;
	struct value value = {
		.seed = prandom_u32_state(&task->dice),
		.len = roll_len(target),
	};
	int err;

	value_print(&value, task->text);
	err = xenbus_write(target->t, task->tree, target->path, task->text);
	expect(target, "write",
	       model_write(target->model, target->place, &value,
			   path_len(target)),
	       err);
}

static void write_number(struct target *target)
{
	struct task *task = target->task;
	struct value value = {
		.seed = prandom_u32_state(&task->dice),
		.is_number = true,
	};
	int err = xenbus_printf(target->t, task->tree, target->path, "%u",
				value.seed);

	expect(target, "printf",
	       model_write(target->model, target->place, &value,
			   path_len(target)),
	       err);
}

static void make_dir(struct target *target)
{
	int err = xenbus_mkdir(target->t, target->task->tree, target->path);

	expect(target, "mkdir", model_mkdir(target->model, target->place), err);
}

static void remove(struct target *target)
{
	int err;

	/* Else there would never be much of a tree. */
	if (!target->place && roll(&target->task->dice, 8)) {
		target->place = 1 + roll(&target->task->dice, NR_PLACES - 1);
		place_path(target->place, target->path);
	}
	err = xenbus_rm(target->t, target->task->tree, target->path);
	expect(target, "rm", model_rm(target->model, target->place), err);
}

/* The owner first, sometimes a wrong one, and then others. */
static void roll_perms(struct rnd_state *dice, struct perms *perms)
{
	static const char letters[] = { 'n', 'r', 'w', 'b' };
	unsigned int i;

	perms->nr = 1 + roll(dice, roll(dice, 16) ? 4 : NR_PERMS_MAX);
	for (i = 0; i < perms->nr; i++) {
		perms->list[i].letter = letters[roll(dice, 4)];
		perms->list[i].domid = 0;
	}
	if (roll(dice, 16))
		perms->list[0].domid = own_domid;
}

static void set_perms(struct target *target)
{
	char texts[NR_PERMS_MAX][8];
	const char *list[NR_PERMS_MAX];
	struct perms perms;
	unsigned int i;
	int err;

	roll_perms(&target->task->dice, &perms);
	for (i = 0; i < perms.nr; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%c%u",
			 perms.list[i].letter, perms.list[i].domid);
		list[i] = texts[i];
	}
	err = xenbus_set_perms(target->t, target->task->tree, target->path,
			       list, perms.nr);
	expect(target, "set_perms",
	       model_set_perms(target->model, target->place, &perms), err);
}

static void write_nonsense(struct target *target)
{
	static const char *const nonsense[] = { "x y", "a//b2", "a/", "\xc3" };
	unsigned int i = roll(&target->task->dice, ARRAY_SIZE(nonsense));

	expect(target, nonsense[i], -EINVAL,
	       xenbus_write(target->t, target->task->tree, nonsense[i], "1"));
}

/**
 * change() - change something at random
 * @task: who
 * @t: a transaction, or XBT_NIL
 * @model: what is changed along
 *
 * Context: Process; sleeps.
 * Return: The place where something may have changed.
 */
unsigned int change(struct task *task, struct xenbus_transaction t,
		    struct model *model)
{
	struct target target = {
		.task = task,
		.t = t,
		.model = model,
		.place = place_pick(&task->dice),
	};
	unsigned int what = roll(&task->dice, 100);

	place_path(target.place, target.path);
	if (what < 45)
		write_text(&target);
	else if (what < 60)
		write_number(&target);
	else if (what < 74)
		make_dir(&target);
	else if (what < 86)
		remove(&target);
	else if (what < 97)
		set_perms(&target);
	else
		write_nonsense(&target);
	return target.place;
}

/**
 * change_often() - write the tree's root, and then one node below it many times
 * @task: who
 * @times: how often; an event of a watch each
 *
 * Context: Process; sleeps.
 */
void change_often(struct task *task, unsigned int times)
{
	unsigned int i;

	for (i = 0; i <= times; i++) {
		struct target target = {
			.task = task,
			.t = XBT_NIL,
			.model = &task->committed,
			.place = min(i, 1u),
		};

		place_path(target.place, target.path);
		write_number(&target);
	}
}
