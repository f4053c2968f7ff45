// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watch events, from the store to the callback.
 *
 * Each watch has a queue of its own, which is bounded, and a work item of its
 * own, so a callback that takes its time holds up no other watch's. What does
 * not fit the queue is dropped; the watch then fires once more when it is
 * empty, for its own node, and whoever watches looks at what there is.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "watch.h"

/* Events that wait for the callback of one watch. */
#define EVENTS_MAX 64

/**
 * struct event - a watch event that waits for its callback
 * @link: in its watch's events
 * @path: into @body
 * @token: into @body
 * @body: the strings as they came
 */
struct event {
	struct list_head link;
	const char *path;
	const char *token;
	char body[];
};

static struct workqueue_struct *callback_queue;
static DECLARE_WAIT_QUEUE_HEAD(callback_done);
/* Events that no watch of ours explains; the pump's. */
static unsigned long nr_bad;

static bool queue_callback(struct xs_watch *watch)
{
	kref_get(&watch->ref);
	if (queue_work(callback_queue, &watch->work))
		return true;
	xs_watch_put(watch);
	return false;
}

/* Its next event, or NULL; @user is then who is to be called. */
static struct event *next_event(struct xs_watch *watch, struct event *refire,
				struct xenbus_watch **user)
{
	struct event *event = NULL;

	spin_lock(&xs_watch_lock);
	if (watch->user) {
		event = list_first_entry_or_null(&watch->events, struct event,
						 link);
		if (event) {
			list_del(&event->link);
			watch->user->nr_pending--;
		} else if (watch->is_incomplete) {
			watch->is_incomplete = false;
			event = refire;
		}
	}
	*user = watch->user;
	watch->runner = event ? current : NULL;
	spin_unlock(&xs_watch_lock);
	return event;
}

static void run_all(struct xs_watch *watch)
{
	struct event refire = { .path = watch->node, .token = watch->token };
	struct xenbus_watch *user;
	struct event *event;

	while ((event = next_event(watch, &refire, &user))) {
		user->callback(user, event->path, event->token);
		if (event != &refire)
			kfree(event);
	}
}

/**
 * xs_events_run() - call a watch's callback for what waits
 * @work: xs_watch.work
 *
 * A watch that waits for its turn has no runner: a callback that is its turn
 * may unregister it without waiting.
 *
 * Context: Process.
 */
void xs_events_run(struct work_struct *work)
{
	struct xs_watch *watch = container_of(work, struct xs_watch, work);

	if (watch->order)
		mutex_lock(&watch->order->lock);
	run_all(watch);
	if (watch->order)
		mutex_unlock(&watch->order->lock);
	wake_up_all(&callback_done);
	xs_watch_put(watch);
}

static struct event *new_event(const char *body, size_t len, const char *path,
			       const char *token)
{
	struct event *event;

	event = kmalloc(struct_size(event, body, len + 1), GFP_NOIO);
	if (!event)
		return NULL;
	memcpy(event->body, body, len + 1);
	event->path = event->body + (path - body);
	event->token = event->body + (token - body);
	return event;
}

/* The watch an event is for, with a reference; NULL if for none. */
static struct xs_watch *find_watch(const char *path, const char *token)
{
	struct xs_watch *watch;
	u32 id;

	if (kstrtou32(token, 16, &id))
		return NULL;
	spin_lock(&xs_watch_lock);
	watch = xa_load(&xs_watches, id);
	if (watch && !xs_path_is_below(path, watch->node))
		watch = NULL;
	if (watch)
		kref_get(&watch->ref);
	spin_unlock(&xs_watch_lock);
	return watch;
}

/* Whether it is wanted, and how many wait already. */
static bool is_wanted(struct xs_watch *watch, const char *path, const char *token)
{
	struct xenbus_watch *user;
	bool is_wanted;

	spin_lock(&xs_watch_lock);
	user = watch->user;
	is_wanted = user && (!user->will_handle ||
			     user->will_handle(user, path, token));
	spin_unlock(&xs_watch_lock);
	return is_wanted;
}

/* NULL for an event that there was no memory for. */
static void add_event(struct xs_watch *watch, struct event *event)
{
	spin_lock(&xs_watch_lock);
	if (watch->user) {
		if (event && watch->user->nr_pending < EVENTS_MAX) {
			list_add_tail(&event->link, &watch->events);
			watch->user->nr_pending++;
			event = NULL;
		} else {
			watch->is_incomplete = true;
			watch->nr_dropped++;
		}
	}
	spin_unlock(&xs_watch_lock);
	kfree(event);
	queue_callback(watch);
}

/**
 * xs_watch_event() - queue the event of a watch
 * @body: the event's body, NUL-terminated behind @len
 * @len: its length
 *
 * Context: Process; the pump.
 */
void xs_watch_event(const char *body, size_t len)
{
	const char *path, *token;
	struct xs_watch *watch = NULL;

	if (!xs_split_event(body, len, &path, &token)) {
		if (!strcmp(token, XS_SENTINEL_TOKEN))
			return;
		watch = find_watch(path, token);
	}
	if (!watch) {
		nr_bad++;
		return;
	}
	if (is_wanted(watch, path, token))
		add_event(watch, new_event(body, len, path, token));
	xs_watch_put(watch);
}

/**
 * xs_events_drop() - forget what waits
 * @watch: a watch that nobody owns any more
 *
 * Context: Process.
 */
void xs_events_drop(struct xs_watch *watch)
{
	struct event *event, *next;
	LIST_HEAD(events);

	spin_lock(&xs_watch_lock);
	list_splice_init(&watch->events, &events);
	spin_unlock(&xs_watch_lock);
	list_for_each_entry_safe(event, next, &events, link)
		kfree(event);
}

static bool is_running_elsewhere(const struct xs_watch *watch)
{
	bool is_elsewhere;

	spin_lock(&xs_watch_lock);
	is_elsewhere = watch->runner && watch->runner != current;
	spin_unlock(&xs_watch_lock);
	return is_elsewhere;
}

/**
 * xs_events_finish() - wait for a callback that runs
 * @watch: a watch that nobody owns any more
 *
 * Context: Process; sleeps, but not in the callback itself.
 */
void xs_events_finish(const struct xs_watch *watch)
{
	wait_event(callback_done, !is_running_elsewhere(watch));
}

/* For debugfs: how many were for no watch of ours. */
unsigned long xs_events_bad(void)
{
	return nr_bad;
}

int xs_events_init(void)
{
	callback_queue = alloc_workqueue("xenwatch", WQ_UNBOUND, WQ_MAX_ACTIVE);
	return callback_queue ? 0 : -ENOMEM;
}

void xs_events_exit(void)
{
	destroy_workqueue(callback_queue);
}
