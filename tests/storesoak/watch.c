// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches.
 *
 * A callback reads the node that is watched. What it reads may be newer than
 * what the event was for, so the test is this: when all is written, an event
 * for the node itself sees the last value, and no event for another comes after
 * it. What is written last is the node; where its event was dropped, the one
 * that the watch fires anew for its node takes its place.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "soak.h"

/* More of a task's operations than bring the 64 events that are kept. */
#define SLOW_OPERATIONS 2000
#define EVENT_SECONDS 30

static bool is_below(const char *path, const char *node)
{
	size_t len = strlen(node);

	return !strncmp(path, node, len) && (!path[len] || path[len] == '/');
}

static void expect_rising(struct soak_watch *watch, const char *value)
{
	unsigned int before, now;

	if (kstrtouint(watch->seen, 10, &before))
		before = 0;
	if (kstrtouint(value, 10, &now) || now < before)
		mismatch(watch->task, "event", watch->node,
			 "no less than %u, not %.20s", before, value);
}

static void note_value(struct soak_watch *watch, bool is_for_node)
{
	char *value = xenbus_read(XBT_NIL, watch->node, "", NULL);

	if (IS_ERR(value))
		return;
	/* Events of one watch come one after the other: only this writes. */
	if (watch->is_rising)
		expect_rising(watch, value);
	spin_lock(&watch->lock);
	strscpy(watch->seen, value, sizeof(watch->seen));
	watch->is_for_node = is_for_node;
	spin_unlock(&watch->lock);
	kfree(value);
}

/* Takes its time while more is written than the watch can keep events for. */
static void dawdle(const struct task *task)
{
	unsigned int until = READ_ONCE(task->nr_operations) + SLOW_OPERATIONS;

	while (!READ_ONCE(task->is_done) && !is_over() &&
	       READ_ONCE(task->nr_operations) < until)
		msleep(20);
}

static void fired(struct xenbus_watch *xenbus_watch, const char *path,
		  const char *token)
{
	struct soak_watch *watch =
		container_of(xenbus_watch, struct soak_watch, watch);

	count(watch->counter, 1);
	if (!READ_ONCE(watch->is_on))
		mismatch(watch->task, "event", watch->node,
			 "none after unregister, not %s", path);
	if (!is_below(path, watch->node))
		mismatch(watch->task, "event", watch->node,
			 "only paths below, not %s", path);
	note_value(watch, !strcmp(path, watch->node));
	if (watch->is_slow)
		dawdle(watch->task);
	complete(&watch->seen_more);
}

/**
 * soak_watch_on() - register a watch
 * @watch: the watch
 * @task: whose
 * @node: path of the node
 * @counter: of events
 *
 * Context: Process; sleeps.
 * Return: 0 or -errno.
 */
int soak_watch_on(struct soak_watch *watch, struct task *task, const char *node,
		  enum soak_counter counter)
{
	int err;

	watch->task = task;
	watch->counter = counter;
	watch->seen[0] = '\0';
	strscpy(watch->node, node, sizeof(watch->node));
	spin_lock_init(&watch->lock);
	init_completion(&watch->seen_more);
	watch->watch = (struct xenbus_watch){
		.node = watch->node,
		.callback = fired,
	};
	WRITE_ONCE(watch->is_on, true);
	err = register_xenbus_watch(&watch->watch);
	if (err)
		WRITE_ONCE(watch->is_on, false);
	return err;
}

/**
 * soak_watch_off() - unregister a watch; an event after this is an error
 * @watch: the watch, registered or not
 *
 * Context: Process; sleeps.
 */
void soak_watch_off(struct soak_watch *watch)
{
	if (!watch->is_on)
		return;
	unregister_xenbus_watch(&watch->watch);
	WRITE_ONCE(watch->is_on, false);
}

/**
 * soak_watch_waits() - wait until a value has been seen by the last event
 * @watch: the watch
 * @value: the value
 * @deadline: how long, in jiffies
 *
 * Context: Process; sleeps.
 */
void soak_watch_waits(struct soak_watch *watch, const char *value,
		      unsigned long deadline)
{
	bool is_seen;

	for (;;) {
		spin_lock(&watch->lock);
		is_seen = watch->is_for_node && !strcmp(watch->seen, value);
		spin_unlock(&watch->lock);
		if (is_seen || time_after(jiffies, deadline))
			break;
		wait_for_completion_timeout(&watch->seen_more, HZ / 10);
	}
	if (!is_seen)
		mismatch(watch->task, "last event", watch->node,
			 "\"%s\" and its path, not \"%s\"%s", value, watch->seen,
			 watch->is_for_node ? "" : " and another");
}

static void expect_event(struct soak_watch *watch, const char *what)
{
	if (!wait_for_completion_timeout(&watch->seen_more, EVENT_SECONDS * HZ))
		mismatch(watch->task, what, watch->node,
			 "an event within %u s", EVENT_SECONDS);
}

static void pass(struct task *task, unsigned int place, const char *path)
{
	struct value value = {
		.seed = prandom_u32_state(&task->dice),
		.is_number = true,
	};
	int expected, err;

	expect_event(&task->passing, "first event");
	next_operation(task);
	err = xenbus_printf(XBT_NIL, task->tree, path, "%u", value.seed);
	expected = model_write(&task->committed, place, &value, 0);
	expect_err(task, "printf", path, expected, err);
	if (!err)
		expect_event(&task->passing, "event of a write");
}

/**
 * soak_watch_pass() - register a watch, write, unregister it
 * @task: who
 *
 * Context: Process; sleeps.
 */
void soak_watch_pass(struct task *task)
{
	unsigned int place = place_pick(&task->dice);
	char path[PLACE_PATH_MAX], node[TREE_PATH_MAX + PLACE_PATH_MAX];

	place_path(place, path);
	snprintf(node, sizeof(node), "%s%s%s", task->tree, *path ? "/" : "",
		 path);
	next_operation(task);
	if (!expect_err(task, "register_watch", path, 0,
			soak_watch_on(&task->passing, task, node,
				      NR_passing_events)))
		return;
	count(NR_passing_watches, 1);
	pass(task, place, path);
	next_operation(task);
	soak_watch_off(&task->passing);
}
