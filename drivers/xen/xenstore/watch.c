// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches.
 *
 * The store knows a watch by a token, a number of ours and not a pointer: it
 * can only name watches that exist. Each watch has a queue of its own, which
 * is bounded, and a work item of its own, so a callback that takes its time
 * holds up no other watch's. What does not fit the queue is dropped; the watch
 * then fires once more when it is empty, for its own node, and whoever watches
 * looks at what there is.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <xen/xenbus.h>

#include "internal.h"

#define TOKEN_LEN 9 /* eight hex digits and a NUL */
/* Events that wait for the callback of one watch. */
#define EVENTS_MAX 64
#define NO_DEPTH -1

/**
 * struct watch - what we know of a registered watch
 * @ref: one for being registered, one for work that is queued
 * @work: runs the callback
 * @user: the caller's; NULL once unregistered; under lock
 * @runner: the task that runs the callback now; under lock
 * @events: those that wait; under lock
 * @nr_dropped: those that did not fit, ever; under lock
 * @is_incomplete: some did not fit since the last refire; under lock
 * @depth: levels below @node that count, or NO_DEPTH for all
 * @id: its number
 * @token: the same as text, its name at the store
 * @node: what is watched
 */
struct watch {
	struct kref ref;
	struct work_struct work;
	struct xenbus_watch *user;
	struct task_struct *runner;
	struct list_head events;
	unsigned long nr_dropped;
	bool is_incomplete;
	int depth;
	u32 id;
	char token[TOKEN_LEN];
	char node[];
};

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
/* By id; allocation cycles, so that numbers do not recur. */
static DEFINE_XARRAY_ALLOC1(watches);
static u32 next_id;
static DEFINE_SPINLOCK(lock);
static DECLARE_WAIT_QUEUE_HEAD(callback_done);
/* Events that no watch of ours explains; the pump's. */
static unsigned long nr_bad;

static void free_watch(struct kref *ref)
{
	kfree(container_of(ref, struct watch, ref));
}

static void put_watch(struct watch *watch)
{
	kref_put(&watch->ref, free_watch);
}

static bool queue_callback(struct watch *watch)
{
	kref_get(&watch->ref);
	if (queue_work(callback_queue, &watch->work))
		return true;
	put_watch(watch);
	return false;
}

/* Its next event, or NULL; @user is then who is to be called. */
static struct event *next_event(struct watch *watch, struct event *refire,
				struct xenbus_watch **user)
{
	struct event *event = NULL;

	spin_lock(&lock);
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
	spin_unlock(&lock);
	return event;
}

static void run_callback(struct work_struct *work)
{
	struct watch *watch = container_of(work, struct watch, work);
	struct event refire = { .path = watch->node, .token = watch->token };
	struct xenbus_watch *user;
	struct event *event;

	while ((event = next_event(watch, &refire, &user))) {
		user->callback(user, event->path, event->token);
		if (event != &refire)
			kfree(event);
	}
	wake_up_all(&callback_done);
	put_watch(watch);
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
static struct watch *find_watch(const char *path, const char *token)
{
	struct watch *watch;
	u32 id;

	if (kstrtou32(token, 16, &id))
		return NULL;
	spin_lock(&lock);
	watch = xa_load(&watches, id);
	if (watch && !xs_path_is_below(path, watch->node))
		watch = NULL;
	if (watch)
		kref_get(&watch->ref);
	spin_unlock(&lock);
	return watch;
}

/* Whether it is wanted, and how many wait already. */
static bool is_wanted(struct watch *watch, const char *path, const char *token)
{
	struct xenbus_watch *user;
	bool is_wanted;

	spin_lock(&lock);
	user = watch->user;
	is_wanted = user && (!user->will_handle ||
			     user->will_handle(user, path, token));
	spin_unlock(&lock);
	return is_wanted;
}

/* NULL for an event that there was no memory for. */
static void add_event(struct watch *watch, struct event *event)
{
	spin_lock(&lock);
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
	spin_unlock(&lock);
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
	struct watch *watch = NULL;

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
	put_watch(watch);
}

static unsigned int watch_vecs(const struct watch *watch, struct kvec *vecs,
			       char *depth, size_t depth_len)
{
	vecs[0] = xs_string(watch->node);
	vecs[1] = xs_string(watch->token);
	if (watch->depth == NO_DEPTH)
		return 2;
	snprintf(depth, depth_len, "%d", watch->depth);
	vecs[2] = xs_string(depth);
	return 3;
}

/* A task that was killed while it waited does not want its watch. */
static void told_watch(struct xs_request *request)
{
	struct kvec body = {
		.iov_base = request->body,
		.iov_len = request->header.len,
	};

	if (!request->is_abandoned)
		complete(&request->answered);
	else if (!request->err && request->reply.type == XS_WATCH)
		xs_request_tell(0, request->generation, XS_UNWATCH, &body, 1);
}

static int tell_watch(const struct watch *watch)
{
	struct xs_request *request;
	struct kvec vecs[3];
	char depth[12];
	int err;

	request = xs_request_new(0, XS_WATCH, vecs,
				 watch_vecs(watch, vecs, depth, sizeof(depth)));
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->done = told_watch;
	err = xs_request_submit(&request, 1);
	if (err) {
		xs_request_put(request);
		return err;
	}
	return xs_request_done(xs_request_wait(request, NULL));
}

static void renewed(struct xs_request *request)
{
	int err = request->err;

	if (!err && request->reply.type == XS_ERROR)
		err = xs_errno(request->reply_body);
	if (err && err != -EEXIST)
		pr_err("XenStore's new server refuses the watch of %.64s (%d): it does not fire any more\n",
		       request->body, err);
}

static void renew(const struct watch *watch)
{
	struct xs_request *request;
	struct kvec vecs[3];
	char depth[12];

	request = xs_request_new(0, XS_WATCH, vecs,
				 watch_vecs(watch, vecs, depth, sizeof(depth)));
	if (IS_ERR(request)) {
		pr_err("no memory to renew the watch of %s: it does not fire any more\n",
		       watch->node);
		return;
	}
	request->done = renewed;
	xs_request_submit_now(&request, 1);
	xs_request_put(request);
}

static struct watch *get_next(unsigned long *id)
{
	struct watch *watch;

	spin_lock(&lock);
	watch = xa_find(&watches, id, U32_MAX, XA_PRESENT);
	if (watch)
		kref_get(&watch->ref);
	spin_unlock(&lock);
	return watch;
}

/**
 * xs_watch_renew() - tell a new server of all watches
 *
 * Context: Process; the pump.
 */
void xs_watch_renew(void)
{
	struct watch *watch;
	unsigned long id;

	for (id = 0; (watch = get_next(&id)); id++) {
		renew(watch);
		put_watch(watch);
	}
}

static struct watch *new_watch(struct xenbus_watch *user, int depth)
{
	size_t len = strlen(user->node) + 1;
	struct watch *watch;

	watch = kmalloc(struct_size(watch, node, len), GFP_NOIO);
	if (!watch)
		return NULL;
	*watch = (struct watch){ .user = user, .depth = depth };
	kref_init(&watch->ref);
	INIT_WORK(&watch->work, run_callback);
	INIT_LIST_HEAD(&watch->events);
	memcpy(watch->node, user->node, len);
	return watch;
}

/* Linux's struct has no place for the number: find it. */
static struct watch *find_registered(const struct xenbus_watch *user)
{
	struct watch *watch, *found = NULL;
	unsigned long id;

	spin_lock(&lock);
	xa_for_each(&watches, id, watch) {
		if (watch->user == user) {
			found = watch;
			break;
		}
	}
	spin_unlock(&lock);
	return found;
}

/* Nothing of it is to be called any more, and what waits is let go. */
static void disown(struct watch *watch)
{
	struct event *event, *next;
	LIST_HEAD(events);

	spin_lock(&lock);
	xa_erase(&watches, watch->id);
	watch->user = NULL;
	list_splice_init(&watch->events, &events);
	spin_unlock(&lock);
	list_for_each_entry_safe(event, next, &events, link)
		kfree(event);
}

static int add_watch(struct watch *watch)
{
	int err;

	err = xa_alloc_cyclic(&watches, &watch->id, watch, xa_limit_32b,
			      &next_id, GFP_NOIO);
	if (err < 0)
		return err;
	snprintf(watch->token, sizeof(watch->token), "%X", watch->id);
	return 0;
}

static int register_watch(struct xenbus_watch *user, int depth)
{
	struct watch *watch;
	int err;

	if (find_registered(user)) {
		pr_err("the watch of %s is registered already\n", user->node);
		return -EINVAL;
	}
	watch = new_watch(user, depth);
	if (!watch)
		return -ENOMEM;
	user->nr_pending = 0;
	err = add_watch(watch);
	if (!err) {
		err = tell_watch(watch);
		if (err)
			disown(watch);
	}
	if (err)
		put_watch(watch);
	return err;
}

/**
 * register_xenbus_watch() - be called when a node, or one below it, changes
 * @watch: node, callback and perhaps will_handle filled in; stays the
 *	caller's, untouched until unregistered
 *
 * The callback is called once right away, by the protocol. It may sleep, ask
 * the store and unregister its watch; it runs once at a time, but beside those
 * of other watches. will_handle may not sleep; an event that it refuses is
 * forgotten. If more than 64 events wait, those behind them are dropped, and
 * the callback is called for the watched node itself when it has seen the 64.
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_read(); -EINVAL if it is registered already.
 */
int register_xenbus_watch(struct xenbus_watch *watch)
{
	return register_watch(watch, NO_DEPTH);
}
EXPORT_SYMBOL_GPL(register_xenbus_watch);

/**
 * register_xenbus_watch_depth() - the same, for some levels only
 * @watch: as for register_xenbus_watch()
 * @depth: 0 for the node itself, 1 for its children, too, and so on
 *
 * Context: Process; sleeps.
 * Return: As register_xenbus_watch(); -EOPNOTSUPP if the server does not offer
 * it.
 */
int register_xenbus_watch_depth(struct xenbus_watch *watch, unsigned int depth)
{
	if (!xs_server_has(XENSTORE_SERVER_FEATURE_WATCHDEPTH) ||
	    depth > INT_MAX)
		return -EOPNOTSUPP;
	return register_watch(watch, depth);
}
EXPORT_SYMBOL_GPL(register_xenbus_watch_depth);

static bool is_running_elsewhere(const struct watch *watch)
{
	bool is_elsewhere;

	spin_lock(&lock);
	is_elsewhere = watch->runner && watch->runner != current;
	spin_unlock(&lock);
	return is_elsewhere;
}

/**
 * unregister_xenbus_watch() - do not call any more
 * @user: a registered watch
 *
 * No callback of it runs when this returns, and none will, unless it is the
 * callback itself that calls. So two callbacks must not unregister each
 * other's watch.
 *
 * Context: Process; sleeps until a callback that runs has returned.
 */
void unregister_xenbus_watch(struct xenbus_watch *user)
{
	struct watch *watch = find_registered(user);
	struct kvec vecs[3];
	int err;

	if (!watch) {
		pr_err("the watch of %s is not registered\n", user->node);
		return;
	}
	watch_vecs(watch, vecs, NULL, 0);
	err = xs_request_done(xs_request(XBT_NIL, XS_UNWATCH, vecs, 2, NULL));
	if (err && err != -ENOTCONN && err != -EINTR)
		pr_warn("XenStore does not end the watch of %s (%d)\n",
			watch->node, err);
	disown(watch);
	wait_event(callback_done, !is_running_elsewhere(watch));
	put_watch(watch);
}
EXPORT_SYMBOL_GPL(unregister_xenbus_watch);

static void show(struct seq_file *m, const struct watch *watch)
{
	spin_lock(&lock);
	if (watch->user)
		seq_printf(m, "watch %s token %s waiting %u dropped %lu%s by %ps\n",
			   watch->node, watch->token, watch->user->nr_pending,
			   watch->nr_dropped, watch->runner ? " running" : "",
			   watch->user->callback);
	spin_unlock(&lock);
}

/* For debugfs. */
void xs_watch_show(struct seq_file *m)
{
	struct watch *watch;
	unsigned long id;

	seq_printf(m, "bad events: %lu\n", nr_bad);
	for (id = 0; (watch = get_next(&id)); id++) {
		show(m, watch);
		put_watch(watch);
	}
}

int xs_watch_init(void)
{
	callback_queue = alloc_workqueue("xenwatch", WQ_UNBOUND, WQ_MAX_ACTIVE);
	if (!callback_queue)
		return -ENOMEM;
	/* Events for whoever had the ring before us must not be ours. */
	next_id = get_random_u32();
	return 0;
}

void xs_watch_exit(void)
{
	destroy_workqueue(callback_queue);
	if (!xa_empty(&watches))
		pr_err("watches were left registered\n");
}
