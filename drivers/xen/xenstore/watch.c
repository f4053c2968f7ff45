// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches.
 *
 * A watch is known to the store by a token, a number of ours and not a
 * pointer: the store can only name watches that exist. Callbacks run one at a
 * time in a worker of their own, because they may ask the store and the pump
 * must be free to answer.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <xen/xenbus.h>

#include "internal.h"

#define TOKEN_LEN 9 /* eight hex digits and a NUL */

/**
 * struct event - a watch event that waits for its callback
 * @link: in events
 * @id: of the watch
 * @path: into @body
 * @token: into @body
 * @body: the strings as they came
 */
struct event {
	struct list_head link;
	u32 id;
	const char *path;
	const char *token;
	char body[];
};

static void run_callbacks(struct work_struct *work);
static DECLARE_WORK(callback_work, run_callbacks);
static struct workqueue_struct *callback_queue;

/* All watches by number; allocation cycles, so that numbers do not recur. */
static DEFINE_XARRAY_ALLOC1(watches);
static u32 next_id;

static DEFINE_SPINLOCK(lock);
/* Under lock. */
static LIST_HEAD(events);
static struct xenbus_watch *running;
static struct task_struct *runner;
static DECLARE_WAIT_QUEUE_HEAD(callback_done);

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
	struct xenbus_watch *watch;
	struct event *event;
	u32 id;

	if (xs_split_event(body, len, &path, &token) ||
	    kstrtou32(token, 16, &id)) {
		pr_warn_ratelimited("XenStore sends a watch event without path and token\n");
		return;
	}
	event = kmalloc(struct_size(event, body, len + 1), GFP_KERNEL);
	if (!event) {
		pr_err_ratelimited("no memory for an event of watch %u: lost\n",
				   id);
		return;
	}
	memcpy(event->body, body, len + 1);
	event->id = id;
	event->path = event->body + (path - body);
	event->token = event->body + (token - body);

	spin_lock(&lock);
	watch = xa_load(&watches, id);
	if (watch && (!watch->will_handle ||
		      watch->will_handle(watch, event->path, event->token))) {
		list_add_tail(&event->link, &events);
		event = NULL;
	}
	spin_unlock(&lock);
	kfree(event);
	queue_work(callback_queue, &callback_work);
}

/* The next event whose watch still exists; the watch is then running. */
static struct event *next_event(void)
{
	struct event *event;

	spin_lock(&lock);
	while ((event = list_first_entry_or_null(&events, struct event,
						 link))) {
		list_del(&event->link);
		running = xa_load(&watches, event->id);
		if (running)
			break;
		kfree(event);
	}
	runner = event ? current : NULL;
	spin_unlock(&lock);
	return event;
}

static void run_callbacks(struct work_struct *work)
{
	struct event *event;

	while ((event = next_event())) {
		running->callback(running, event->path, event->token);
		kfree(event);
		spin_lock(&lock);
		running = NULL;
		spin_unlock(&lock);
		wake_up_all(&callback_done);
	}
}

static bool is_running(struct xenbus_watch *watch)
{
	bool is_elsewhere;

	spin_lock(&lock);
	is_elsewhere = running == watch && runner != current;
	spin_unlock(&lock);
	return is_elsewhere;
}

static char *request_watch(enum xsd_sockmsg_type type, const char *path,
			   u32 id)
{
	char token[TOKEN_LEN];
	struct kvec vecs[2] = {
		{ .iov_base = (void *)path, .iov_len = strlen(path) + 1 },
		{ .iov_base = token },
	};

	vecs[1].iov_len = snprintf(token, sizeof(token), "%X", id) + 1;
	return xs_request(0, type, vecs, 2, NULL);
}

/* Linux's struct has no place for the number: find it. */
static u32 find_id(const struct xenbus_watch *watch)
{
	struct xenbus_watch *entry;
	unsigned long id;

	xa_for_each(&watches, id, entry)
		if (entry == watch)
			return id;
	return 0;
}

/**
 * register_xenbus_watch() - be called when a node, or one below it, changes
 * @watch: node, callback and perhaps will_handle filled in; stays the
 *	caller's, untouched until unregistered
 *
 * The callback is called once right away, by the protocol. It may sleep, ask
 * the store and unregister its watch; will_handle may not sleep.
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_read(); -EINVAL if it is registered already.
 */
int register_xenbus_watch(struct xenbus_watch *watch)
{
	u32 id;
	int err;

	if (find_id(watch))
		return -EINVAL;
	err = xa_alloc_cyclic(&watches, &id, watch, xa_limit_32b, &next_id,
			      GFP_KERNEL);
	if (err < 0)
		return err;
	err = xs_request_done(request_watch(XS_WATCH, watch->node, id));
	if (err)
		xa_erase(&watches, id);
	return err;
}
EXPORT_SYMBOL_GPL(register_xenbus_watch);

/**
 * unregister_xenbus_watch() - do not call any more
 * @watch: a registered watch
 *
 * No callback of it runs when this returns, and none will, unless it is the
 * callback itself that calls.
 *
 * Context: Process; sleeps.
 */
void unregister_xenbus_watch(struct xenbus_watch *watch)
{
	u32 id = find_id(watch);
	int err;

	if (WARN_ONCE(!id, "watch of %s is not registered\n", watch->node))
		return;
	err = xs_request_done(request_watch(XS_UNWATCH, watch->node, id));
	if (err)
		pr_warn("XenStore does not end the watch of %s (%d)\n",
			watch->node, err);
	spin_lock(&lock);
	xa_erase(&watches, id);
	spin_unlock(&lock);
	wait_event(callback_done, !is_running(watch));
}
EXPORT_SYMBOL_GPL(unregister_xenbus_watch);

int xs_watch_init(void)
{
	callback_queue = alloc_ordered_workqueue("xenwatch", 0);
	return callback_queue ? 0 : -ENOMEM;
}

void xs_watch_exit(void)
{
	struct event *event, *tmp;

	destroy_workqueue(callback_queue);
	list_for_each_entry_safe(event, tmp, &events, link)
		kfree(event);
	INIT_LIST_HEAD(&events);
	WARN_ON_ONCE(!xa_empty(&watches));
}
