// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches: setting them and taking them back.
 *
 * The store knows a watch by a token, a number of ours and not a pointer: it
 * can only name watches that exist.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "watch.h"

DEFINE_XARRAY_ALLOC1(xs_watches);
DEFINE_SPINLOCK(xs_watch_lock);
static u32 next_id;

static void free_watch(struct kref *ref)
{
	struct xs_watch *watch = container_of(ref, struct xs_watch, ref);

	if (watch->order)
		xenbus_watch_order_put(watch->order);
	kfree(watch);
}

/**
 * xs_watch_put() - let a watch go
 * @watch: the watch
 *
 * Context: Any.
 */
void xs_watch_put(struct xs_watch *watch)
{
	kref_put(&watch->ref, free_watch);
}

static unsigned int watch_vecs(const struct xs_watch *watch, struct kvec *vecs,
			       char *depth, size_t depth_len)
{
	vecs[0] = xs_string(watch->node);
	vecs[1] = xs_string(watch->token);
	if (watch->depth == XS_NO_DEPTH)
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

static struct xs_request *new_request(const struct xs_watch *watch)
{
	struct kvec vecs[3];
	char depth[12];

	return xs_request_new(0, XS_WATCH, vecs,
			      watch_vecs(watch, vecs, depth, sizeof(depth)));
}

static int tell_watch(const struct xs_watch *watch)
{
	struct xs_request *request = new_request(watch);

	if (IS_ERR(request))
		return PTR_ERR(request);
	request->done = told_watch;
	return xs_request_done(xs_request_ask(request, NULL));
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

static void tell_again(const struct xs_watch *watch)
{
	struct xs_request *request = new_request(watch);

	if (IS_ERR(request)) {
		pr_err("no memory to renew the watch of %s: it does not fire any more\n",
		       watch->node);
		return;
	}
	request->done = renewed;
	xs_request_submit_now(&request, 1);
	xs_request_put(request);
}

static struct xs_watch *get_next(unsigned long *id)
{
	struct xs_watch *watch;

	spin_lock(&xs_watch_lock);
	watch = xa_find(&xs_watches, id, U32_MAX, XA_PRESENT);
	/* One that is being unregistered is nothing to tell a server of. */
	while (watch && !watch->user)
		watch = xa_find_after(&xs_watches, id, U32_MAX, XA_PRESENT);
	if (watch)
		kref_get(&watch->ref);
	spin_unlock(&xs_watch_lock);
	return watch;
}

/**
 * xs_watch_renew() - tell a new server of all watches
 *
 * Context: Process; the pump.
 */
void xs_watch_renew(void)
{
	struct xs_watch *watch;
	unsigned long id;

	for (id = 0; (watch = get_next(&id)); id++) {
		tell_again(watch);
		xs_watch_put(watch);
	}
}

static struct xs_watch *new_watch(struct xenbus_watch *user, int depth,
				  struct xenbus_watch_order *order)
{
	size_t len = strlen(user->node) + 1;
	struct xs_watch *watch;

	watch = kmalloc(struct_size(watch, node, len), GFP_NOIO);
	if (!watch)
		return NULL;
	*watch = (struct xs_watch){ .user = user, .depth = depth,
				    .order = order };
	if (order)
		kref_get(&order->ref);
	kref_init(&watch->ref);
	INIT_WORK(&watch->work, xs_events_run);
	INIT_LIST_HEAD(&watch->events);
	memcpy(watch->node, user->node, len);
	return watch;
}

/* Linux's struct has no place for the number: find it. */
static struct xs_watch *find_registered(const struct xenbus_watch *user)
{
	struct xs_watch *watch, *found = NULL;
	unsigned long id;

	spin_lock(&xs_watch_lock);
	xa_for_each(&xs_watches, id, watch) {
		if (watch->user == user) {
			found = watch;
			break;
		}
	}
	spin_unlock(&xs_watch_lock);
	return found;
}

/* Nothing of it is to be called any more, and what waits is let go. */
static void silence(struct xs_watch *watch)
{
	spin_lock(&xs_watch_lock);
	watch->user = NULL;
	spin_unlock(&xs_watch_lock);
	xs_events_drop(watch);
}

/* Events of it are from now on nobody's. */
static void disown(struct xs_watch *watch)
{
	silence(watch);
	spin_lock(&xs_watch_lock);
	xa_erase(&xs_watches, watch->id);
	spin_unlock(&xs_watch_lock);
}

static int add_watch(struct xs_watch *watch)
{
	int err;

	err = xa_alloc_cyclic(&xs_watches, &watch->id, watch, xa_limit_32b,
			      &next_id, GFP_NOIO);
	if (err < 0)
		return err;
	snprintf(watch->token, sizeof(watch->token), "%X", watch->id);
	return 0;
}

static int register_watch(struct xenbus_watch *user, int depth,
			  struct xenbus_watch_order *order)
{
	struct xs_watch *watch;
	int err;

	if (find_registered(user)) {
		pr_err("the watch of %s is registered already\n", user->node);
		return -EINVAL;
	}
	watch = new_watch(user, depth, order);
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
		xs_watch_put(watch);
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
	return register_watch(watch, XS_NO_DEPTH, NULL);
}
EXPORT_SYMBOL_GPL(register_xenbus_watch);

/**
 * register_xenbus_watch_ordered() - the same, taking turns with others
 * @watch: as for register_xenbus_watch()
 * @order: those others
 *
 * Callbacks of one order run one at a time, each while it holds the order's
 * lock, and may unregister each other's watches.
 *
 * Context: Process; sleeps.
 * Return: As register_xenbus_watch().
 */
int register_xenbus_watch_ordered(struct xenbus_watch *watch,
				  struct xenbus_watch_order *order)
{
	return register_watch(watch, XS_NO_DEPTH, order);
}
EXPORT_SYMBOL_GPL(register_xenbus_watch_ordered);

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
	return register_watch(watch, depth, NULL);
}
EXPORT_SYMBOL_GPL(register_xenbus_watch_depth);

/**
 * unregister_xenbus_watch() - do not call any more
 * @user: a registered watch
 *
 * No callback of it runs when this returns, and none will, unless it is the
 * callback itself that calls, or one of the same order. So two callbacks that
 * are not of one order must not unregister each other's watch.
 *
 * Context: Process; sleeps until a callback that runs has returned.
 */
void unregister_xenbus_watch(struct xenbus_watch *user)
{
	struct xs_watch *watch = find_registered(user);
	struct kvec vecs[3];
	int err;

	if (!watch) {
		pr_err("the watch of %s is not registered\n", user->node);
		return;
	}
	silence(watch);
	watch_vecs(watch, vecs, NULL, 0);
	err = xs_request_done(xs_request(XBT_NIL, XS_UNWATCH, vecs, 2, NULL));
	if (err && err != -ENOTCONN && err != -EINTR)
		pr_warn("XenStore does not end the watch of %s (%d)\n",
			watch->node, err);
	disown(watch);
	xs_events_finish(watch);
	xs_watch_put(watch);
}
EXPORT_SYMBOL_GPL(unregister_xenbus_watch);

static void told_unwatch(struct xs_request *request)
{
	struct xs_watch *watch = request->owner;

	disown(watch);
	xs_watch_put(watch);
}

static int tell_unwatch(struct xs_watch *watch)
{
	struct xs_request *request;
	struct kvec vecs[3];
	int err;

	watch_vecs(watch, vecs, NULL, 0);
	request = xs_request_new(0, XS_UNWATCH, vecs, 2);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->done = told_unwatch;
	request->owner = watch;
	err = xs_request_submit(&request, 1);
	xs_request_put(request);
	return err;
}

/**
 * xs_watch_drop() - as unregister_xenbus_watch(), without waiting for the store
 * @user: a registered watch
 *
 * For those who must not depend on a store that answers.
 *
 * Context: Process; sleeps until a callback that runs has returned.
 */
void xs_watch_drop(struct xenbus_watch *user)
{
	struct xs_watch *watch = find_registered(user);

	if (!watch)
		return;
	silence(watch);
	xs_events_finish(watch);
	if (tell_unwatch(watch)) {
		/* No store knows it, or it will be told nothing any more. */
		disown(watch);
		xs_watch_put(watch);
	}
}

static void show(struct seq_file *m, const struct xs_watch *watch)
{
	spin_lock(&xs_watch_lock);
	if (watch->user)
		seq_printf(m, "watch %s token %s waiting %u dropped %lu%s by %ps\n",
			   watch->node, watch->token, watch->user->nr_pending,
			   watch->nr_dropped, watch->runner ? " running" : "",
			   watch->user->callback);
	spin_unlock(&xs_watch_lock);
}

/* For debugfs. */
void xs_watch_show(struct seq_file *m)
{
	struct xs_watch *watch;
	unsigned long id;

	seq_printf(m, "bad events: %lu\n", xs_events_bad());
	for (id = 0; (watch = get_next(&id)); id++) {
		show(m, watch);
		xs_watch_put(watch);
	}
}

int xs_watch_init(void)
{
	/* Events for whoever had the ring before us must not be ours. */
	next_id = get_random_u32();
	return xs_events_init();
}

void xs_watch_exit(void)
{
	xs_events_exit();
	if (!xa_empty(&xs_watches))
		pr_err("watches were left registered\n");
}
