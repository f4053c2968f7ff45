// SPDX-License-Identifier: GPL-2.0-only
/* Operations that ask for nodes, and whether the answers are the model's. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "soak.h"

#define BATCH_MAX 16
#define SHOWN 40

/* Where is looked. */
struct target {
	struct task *task;
	struct xenbus_transaction t;
	const struct model *model;
	unsigned int place;
	char path[PLACE_PATH_MAX];
};

static const struct node *node_of(const struct target *target)
{
	return &target->model->nodes[target->place];
}

static int expected_err(const struct target *target)
{
	return node_of(target)->exists ? 0 : -ENOENT;
}

static void looked(const struct target *target)
{
	next_operation(target->task);
	count(NR_looks, 1);
}

/* Whether there is a value, and the model has one, too. */
static bool expect_reply(const struct target *target, const char *what,
			 const void *reply)
{
	looked(target);
	return expect_err(target->task, what, target->path,
			  expected_err(target), PTR_ERR_OR_ZERO(reply)) &&
	       !IS_ERR(reply);
}

static void expect_text(const struct target *target, const char *what,
			const char *got, unsigned int len)
{
	struct task *task = target->task;
	unsigned int expected = value_print(&node_of(target)->value,
					    task->text);

	/* There is a NUL behind what was got, so it ends no later than that. */
	if (len != expected || memcmp(got, task->text, len + 1))
		mismatch(task, what, target->path,
			 "%u bytes \"%.*s\", not %u bytes \"%.*s\"", expected,
			 SHOWN, task->text, len, SHOWN, got);
}

static void look_value(struct target *target)
{
	unsigned int len;
	char *got = xenbus_read(target->t, target->task->tree, target->path,
				&len);

	if (!expect_reply(target, "read", got))
		return;
	expect_text(target, "read", got, len);
	kfree(got);
}

static void look_exists(struct target *target)
{
	int exists = xenbus_exists(target->t, target->task->tree, target->path);

	looked(target);
	expect_err(target->task, "exists", target->path,
		   node_of(target)->exists, exists);
}

/* Servers list them in different orders. */
static bool is_listed(const char *name, char **list, unsigned int nr)
{
	while (nr--)
		if (!strcmp(list[nr], name))
			return true;
	return false;
}

static void expect_list(const struct target *target, char **list,
			unsigned int nr)
{
	unsigned int i, first = target->place * FANOUT + 1, expected = 0;

	for (i = first; i < first + FANOUT && i < NR_PLACES; i++) {
		if (!target->model->nodes[i].exists)
			continue;
		expected++;
		if (!is_listed(place_name(i), list, nr))
			mismatch(target->task, "directory", target->path,
				 "%s, which is not among %u", place_name(i),
				 nr);
	}
	/* All that should be there are; so if as many are, there is no other. */
	if (nr != expected)
		mismatch(target->task, "directory", target->path,
			 "%u names, not %u", expected, nr);
}

static void look_list(struct target *target)
{
	unsigned int nr;
	char **list = xenbus_directory(target->t, target->task->tree,
				       target->path, &nr);

	if (!expect_reply(target, "directory", list))
		return;
	expect_list(target, list, nr);
	kfree(list);
}

static void print_perms(const struct perms *perms, char *text, size_t size)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < perms->nr; i++)
		len += scnprintf(text + len, size - len, "%c%u ",
				 perms->list[i].letter, perms->list[i].domid);
}

static void expect_perms(const struct target *target, char **list,
			 unsigned int nr)
{
	char expected[64] = "", got[64] = "";
	size_t len = 0;
	unsigned int i;

	print_perms(&node_of(target)->perms, expected, sizeof(expected));
	for (i = 0; i < nr; i++)
		len += scnprintf(got + len, sizeof(got) - len, "%s ", list[i]);
	if (strcmp(expected, got))
		mismatch(target->task, "get_perms", target->path, "%s, not %s",
			 expected, got);
}

static void look_perms(struct target *target)
{
	unsigned int nr;
	char **list = xenbus_get_perms(target->t, target->task->tree,
				       target->path, &nr);

	if (!expect_reply(target, "get_perms", list))
		return;
	expect_perms(target, list, nr);
	kfree(list);
}

static void look_number(struct target *target)
{
	const struct value *value = &node_of(target)->value;
	int expected = expected_err(target);
	unsigned int got = ~value->seed;
	int ret;

	if (!expected)
		expected = value->is_number ? 1 : -ERANGE;
	ret = xenbus_scanf(target->t, target->task->tree, target->path, "%u",
			   &got);
	looked(target);
	if (expect_err(target->task, "scanf", target->path, expected, ret) &&
	    ret == 1 && got != value->seed)
		mismatch(target->task, "scanf", target->path, "%u, not %u",
			 value->seed, got);
}

/* It knows no transaction, so it tells what is committed. */
static void look_unsigned(struct target *target)
{
	struct task *task = target->task;
	const struct node *node = &task->committed.nodes[target->place];
	u32 other = prandom_u32_state(&task->dice);
	u32 expected = node->exists && node->value.is_number ?
			       node->value.seed :
			       other;
	u32 got = xenbus_read_unsigned(task->tree, target->path, other);

	looked(target);
	if (got != expected)
		mismatch(task, "read_unsigned", target->path, "%u, not %u",
			 expected, got);
}

/* Places, and an item for each. */
struct batch {
	unsigned int nr;
	struct xenbus_read_item items[BATCH_MAX];
	unsigned int places[BATCH_MAX];
	char paths[BATCH_MAX][PLACE_PATH_MAX];
};

static void fill_batch(struct batch *batch, struct rnd_state *dice)
{
	unsigned int i;

	batch->nr = 1 + roll(dice, BATCH_MAX);
	for (i = 0; i < batch->nr; i++) {
		batch->places[i] = place_pick(dice);
		place_path(batch->places[i], batch->paths[i]);
		batch->items[i].node = batch->paths[i];
	}
}

static void look_batch(struct target *target)
{
	struct batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL);
	unsigned int i;
	int err;

	if (!batch)
		return;
	fill_batch(batch, &target->task->dice);
	err = xenbus_read_batch(target->t, target->task->tree, batch->items,
				batch->nr);
	expect_err(target->task, "read_batch", "", 0, err);
	for (i = 0; i < batch->nr && !err; i++) {
		struct xenbus_read_item *item = &batch->items[i];

		target->place = batch->places[i];
		strscpy(target->path, batch->paths[i], PLACE_PATH_MAX);
		if (!expect_reply(target, "read_batch", item->value))
			continue;
		expect_text(target, "read_batch", item->value, item->len);
		kfree(item->value);
	}
	kfree(batch);
}

/* The first child as a number, the second as text. */
static void look_gather(struct target *target)
{
	unsigned int first = target->place % 21 * FANOUT + 1;
	const struct node *number = &target->model->nodes[first];
	const struct node *text = &target->model->nodes[first + 1];
	struct task *task = target->task;
	char dir[TREE_PATH_MAX + PLACE_PATH_MAX];
	u32 got = ~number->value.seed;
	char *value = NULL;
	int expected = 0, err;

	place_path(target->place % 21, target->path);
	snprintf(dir, sizeof(dir), "%s%s%s", task->tree,
		 *target->path ? "/" : "", target->path);
	if (!number->exists || !text->exists)
		expected = -ENOENT;
	if (number->exists && !number->value.is_number)
		expected = -EINVAL;
	err = xenbus_gather(target->t, dir, place_name(first), "%u", &got,
			    place_name(first + 1), NULL, &value, NULL);
	looked(target);
	expect_err(task, "gather", target->path, expected, err);
	if (!err && got != number->value.seed)
		mismatch(task, "gather", target->path, "%u, not %u",
			 number->value.seed, got);
	target->place = first + 1;
	if (!err)
		expect_text(target, "gather", value, strlen(value));
	kfree(value);
}

/* Both servers tell that to dom0 only. */
static void look_introduced(struct target *target)
{
	looked(target);
	expect_err(target->task, "is_domain_introduced", "", -EACCES,
		   xenbus_is_domain_introduced(own_domid));
}

/**
 * look() - ask for something at random
 * @task: who
 * @t: a transaction, or XBT_NIL
 * @model: what the answer should come from
 *
 * Context: Process; sleeps.
 */
void look(struct task *task, struct xenbus_transaction t, struct model *model)
{
	struct target target = {
		.task = task,
		.t = t,
		.model = model,
		.place = place_pick(&task->dice),
	};
	unsigned int what = roll(&task->dice, 100);

	place_path(target.place, target.path);
	if (what < 25)
		look_value(&target);
	else if (what < 35)
		look_exists(&target);
	else if (what < 50)
		look_list(&target);
	else if (what < 65)
		look_perms(&target);
	else if (what < 75)
		look_number(&target);
	else if (what < 80)
		look_unsigned(&target);
	else if (what < 88)
		look_batch(&target);
	else if (what < 98)
		look_gather(&target);
	else
		look_introduced(&target);
}

/**
 * look_at() - ask for all there is to know about a node
 * @task: who
 * @t: a transaction, or XBT_NIL
 * @model: what the answers should come from
 * @place: the node
 *
 * Context: Process; sleeps.
 */
void look_at(struct task *task, struct xenbus_transaction t,
	     const struct model *model, unsigned int place)
{
	struct target target = {
		.task = task,
		.t = t,
		.model = model,
		.place = place,
	};

	place_path(place, target.path);
	look_value(&target);
	look_list(&target);
	look_perms(&target);
}

/**
 * look_at_all() - compare the whole tree with what is committed
 * @task: whose tree
 *
 * Context: Process; sleeps.
 */
void look_at_all(struct task *task)
{
	unsigned int place;

	for (place = 0; place < NR_PLACES && !is_over(); place++)
		look_at(task, XBT_NIL, &task->committed, place);
}
