// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection to the store's server: the page, the port, and whether
 * anybody is at their other end.
 *
 * Requests go out in the task that asks: it writes what fits into the ring,
 * and whoever finds the ring emptier writes the rest. What comes in is moved
 * by one worker, the pump. Nobody waits for room.
 *
 *   task: submit() -> queue -> ring          pump: ring -> queue -> done()
 *
 *              served                      indices, header
 *      LOST ----------> UP ----------------------------> BROKEN
 *        ^   not served |                                  | offered
 *        '--------------+------------ not served ----------+--> RECONNECTING
 *                                                              (then UP again)
 *
 * Served means that the other end of the port is bound; Xen tells. It unbinds
 * the port of a server that dies, and a server that begins anew binds it.
 * States change on the pump's queue only, which runs one thing at a time.
 *
 * Each time the state becomes UP is a new connection, with a new generation:
 * the server knows of no watch and of no transaction of the last one.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <asm/xen/hypercall.h>

#include <xen/events.h>
#include <xen/guest.h>
#include <xen/interface/event_channel.h>

#include "internal.h"

/* How often the other end is looked at while that can matter. */
#define CHECK_JIFFIES HZ
/* A request that waits longer makes us ask whether the server is still it. */
#define STALE_JIFFIES (2 * HZ)
/* How long a server may take to reconnect. */
#define RECONNECT_JIFFIES (5 * HZ)
/* How long to wait for replies nobody wants before the module goes. */
#define DRAIN_MS 2000
/* Messages that one run of the pump takes in before others have their turn. */
#define PUMP_BUDGET 256

/*
 * A watch of ours on every connection. A server that knows it answers EEXIST;
 * one that does not is another server, and has lost all we told the last.
 */
#define SENTINEL_PATH "xendomu"

enum state { UP, LOST, BROKEN, RECONNECTING, CLOSED };

static const char *const state_names[] = {
	[UP] = "up",
	[LOST] = "lost",
	[BROKEN] = "broken",
	[RECONNECTING] = "reconnecting",
	[CLOSED] = "closed",
};

/* What requests get in each state; UP sends them. */
static const int state_errors[] = {
	[LOST] = -ENOTCONN,
	[BROKEN] = -EIO,
	[RECONNECTING] = -EIO,
	[CLOSED] = -ENOTCONN,
};

/* What happened, for debugfs; under lock. */
static struct {
	unsigned long sent;
	unsigned long answered;
	unsigned long abandoned;
	unsigned long unknown;
	unsigned long events;
} stats;

static struct xen_ring page;
static int irq;
static struct workqueue_struct *pump_queue;
static void pump(struct work_struct *work);
static DECLARE_WORK(pump_work, pump);
static void check(struct work_struct *work);
static DECLARE_DELAYED_WORK(check_work, check);
static DECLARE_WAIT_QUEUE_HEAD(drained);

/* The pump's own. */
static struct xs_rx rx;
static struct xs_request *probe;
static evtchn_port_t server_port;
static unsigned long reconnect_until;
static unsigned long last_activity;

static DEFINE_SPINLOCK(lock);
/* Under lock; ring.rsp_cons is the pump's own. */
static struct xs_ring ring;
static struct xs_queue queue;
static enum state state;
static u32 generation;

static void tell_done(struct xs_request *request)
{
	request->done(request);
	xs_request_put(request);
}

static void fail_before(u32 id, int err)
{
	struct xs_request *request, *next;
	LIST_HEAD(failed);

	spin_lock(&lock);
	xs_queue_take_before(&queue, id, &failed);
	spin_unlock(&lock);
	list_for_each_entry_safe(request, next, &failed, pending_link) {
		list_del_init(&request->pending_link);
		request->err = err;
		tell_done(request);
	}
}

static void fail_all(int err)
{
	fail_before(queue.next_id, err);
}

/* Closed is for good: the pump may still be running when it is set. */
static void set_state(enum state new)
{
	spin_lock(&lock);
	if (state != CLOSED)
		state = new;
	spin_unlock(&lock);
}

/* The server's end of our port, 0 if there is none. */
static evtchn_port_t remote_port(void)
{
	struct evtchn_status status = { .dom = DOMID_SELF, .port = page.port };

	if (HYPERVISOR_event_channel_op(EVTCHNOP_status, &status) ||
	    status.status != EVTCHNSTAT_interdomain)
		return 0;
	return status.u.interdomain.port;
}

/* A new connection: what the last one's server knew is to be told again. */
static void begin(void)
{
	spin_lock(&lock);
	generation++;
	spin_unlock(&lock);
	xs_watch_renew();
	xs_notify_connected();
}

static void sentinel_told(struct xs_request *request)
{
	bool is_new = request == probe && !request->err &&
		      request->reply.type == XS_WATCH;

	if (request == probe)
		probe = NULL;
	if (!is_new)
		return;
	pr_warn("another server has taken XenStore over\n");
	fail_before(request->header.req_id, -ENOTCONN);
	begin();
}

static struct xs_request *tell_sentinel(enum xsd_sockmsg_type type)
{
	struct kvec vecs[2] = { xs_string(SENTINEL_PATH),
				xs_string(XS_SENTINEL_TOKEN) };
	struct xs_request *request = xs_request_new(0, type, vecs, 2);

	if (IS_ERR(request))
		return NULL;
	request->done = sentinel_told;
	if (xs_request_submit(&request, 1)) {
		xs_request_put(request);
		return NULL;
	}
	/* The queue's reference keeps it until sentinel_told(). */
	xs_request_put(request);
	return request;
}

static void connect(void)
{
	struct kvec nothing = xs_string("");

	server_port = remote_port();
	xs_ring_init(&ring, page.page);
	xs_rx_reset(&rx);
	last_activity = jiffies;
	probe = NULL;
	/* Whatever was left behind by whoever had the ring before us. */
	set_state(UP);
	xs_request_tell(0, 0, XS_RESET_WATCHES, &nothing, 1);
	tell_sentinel(XS_WATCH);
	begin();
}

static void lose(void)
{
	pr_warn("nobody serves XenStore: requests fail until somebody does\n");
	set_state(LOST);
	fail_all(-ENOTCONN);
	xs_ring_empty(&ring);
	xs_rx_reset(&rx);
}

/* After this the ring means nothing to us, so only its server can mend it. */
static void break_off(int err)
{
	struct xenstore_domain_interface *intf = page.page;
	bool can_reconnect = xs_server_has(XENSTORE_SERVER_FEATURE_RECONNECTION);

	pr_err_ratelimited("XenStore breaks the protocol (%d): %s\n", err,
			   can_reconnect ? "reconnecting" :
			   "closed until its server begins anew, or this module is loaded anew");
	set_state(can_reconnect ? RECONNECTING : BROKEN);
	fail_all(-EIO);
	xs_rx_reset(&rx);
	if (can_reconnect) {
		reconnect_until = jiffies + RECONNECT_JIFFIES;
		WRITE_ONCE(intf->connection, XENSTORE_RECONNECT);
		notify_remote_via_evtchn(page.port);
	}
	mod_delayed_work(pump_queue, &check_work, CHECK_JIFFIES);
}

/**
 * xs_server_has() - does the server offer this?
 * @feature: XENSTORE_SERVER_FEATURE_*
 *
 * Context: Any.
 * Return: What the shared page says now.
 */
bool xs_server_has(u32 feature)
{
	const struct xenstore_domain_interface *intf = page.page;

	return READ_ONCE(intf->server_features) & feature;
}

static struct xs_request *take_answered(u32 id)
{
	struct xs_request *request;

	spin_lock(&lock);
	request = xs_queue_take(&queue, id);
	if (!request)
		stats.unknown++;
	else if (request->is_abandoned)
		stats.abandoned++;
	else
		stats.answered++;
	spin_unlock(&lock);
	return request;
}

static void receive(struct xs_rx *message)
{
	struct xs_request *request;

	if (message->header.type == XS_WATCH_EVENT) {
		spin_lock(&lock);
		stats.events++;
		spin_unlock(&lock);
		xs_watch_event(message->body, message->header.len);
		return;
	}
	request = take_answered(message->header.req_id);
	if (!request)
		return;
	request->reply = message->header;
	request->reply_body = message->body;
	message->body = NULL;
	tell_done(request);
}

/* 1 if there is more, 0 if not, -errno. */
static int move_in(void)
{
	XENSTORE_RING_IDX before = ring.rsp_cons;
	int nr, ret = 1;

	for (nr = 0; nr < PUMP_BUDGET && ret > 0; nr++) {
		ret = xs_rx_step(&rx, &ring);
		/* receive() may begin a new connection: nothing after it. */
		if (ret > 0) {
			struct xs_rx message = rx;

			rx = (struct xs_rx){};
			receive(&message);
			xs_rx_reset(&message);
			cond_resched();
		}
	}
	if (ring.rsp_cons != before) {
		last_activity = jiffies;
		if (xs_ring_was_full(&ring, before))
			notify_remote_via_evtchn(page.port);
	}
	return ret;
}

static int move_out(void)
{
	int ret = 0;

	spin_lock(&lock);
	if (state == UP)
		ret = xs_queue_send(&queue, &ring);
	spin_unlock(&lock);
	if (ret > 0)
		notify_remote_via_evtchn(page.port);
	return min(ret, 0);
}

static void move(void)
{
	int ret = move_in();

	if (ret > 0)
		queue_work(pump_queue, &pump_work);
	if (ret >= 0)
		ret = move_out();
	/* Without memory for a reply it stays in the ring until the check. */
	if (ret == -ENOMEM)
		queue_delayed_work(pump_queue, &check_work, CHECK_JIFFIES);
	else if (ret)
		break_off(ret);
}

static bool is_reconnected(void)
{
	const struct xenstore_domain_interface *intf = page.page;

	return READ_ONCE(intf->connection) == XENSTORE_CONNECTED;
}

static bool is_idle(void)
{
	bool is_empty;

	spin_lock(&lock);
	is_empty = list_empty(&queue.pending);
	spin_unlock(&lock);
	return is_empty;
}

static bool is_stale(void)
{
	struct xs_request *oldest;
	bool is_old;

	spin_lock(&lock);
	oldest = list_first_entry_or_null(&queue.pending, struct xs_request,
					  pending_link);
	is_old = oldest && time_after(jiffies, oldest->since + STALE_JIFFIES);
	spin_unlock(&lock);
	return is_old;
}

static bool is_quiet(void)
{
	return is_idle() && time_after(jiffies, last_activity + CHECK_JIFFIES);
}

/* Is the server still the one we told our watches to? */
static void ask_who_serves(void)
{
	if (!probe)
		probe = tell_sentinel(XS_WATCH);
}

static void pump(struct work_struct *work)
{
	bool was_quiet;

	if (state == RECONNECTING && is_reconnected()) {
		connect();
	} else if (state == LOST) {
		/* A server that begins says so by an event. */
		mod_delayed_work(pump_queue, &check_work, 0);
	} else if (state == UP) {
		was_quiet = is_quiet();
		move();
		/* An event for nothing: a server that begins sends one. */
		if (was_quiet && state == UP && is_quiet())
			ask_who_serves();
	}
	wake_up(&drained);
}

static void check_up(evtchn_port_t remote)
{
	if (!remote) {
		lose();
	} else if (remote != server_port) {
		lose();
		connect();
	} else {
		/* Should an event have been lost, this makes up for it. */
		notify_remote_via_evtchn(page.port);
		move();
		if (state == UP && is_stale())
			ask_who_serves();
	}
}

static void check(struct work_struct *work)
{
	evtchn_port_t remote = remote_port();

	if (state == UP)
		check_up(remote);
	else if (state == CLOSED)
		return;
	else if (!remote && state != LOST)
		lose();
	else if (remote && state == LOST)
		connect();
	else if (state == RECONNECTING && is_reconnected())
		connect();
	else if (state == RECONNECTING && time_after(jiffies, reconnect_until))
		set_state(BROKEN);
	if (state != CLOSED && (state != UP || !is_idle()))
		queue_delayed_work(pump_queue, &check_work, CHECK_JIFFIES);
}

static irqreturn_t interrupt(int irq, void *unused)
{
	queue_work(pump_queue, &pump_work);
	return IRQ_HANDLED;
}

/* Why it may not be sent; under lock. */
static int refusal(const struct xs_request *request)
{
	if (state != UP)
		return state_errors[state];
	if (request->generation && request->generation != generation)
		return -EAGAIN;
	return 0;
}

/**
 * xs_request_submit() - send requests, all together
 * @requests: the requests; each one's done() will be called
 * @nr: how many there are
 *
 * They travel in this order, and are answered independently of each other.
 *
 * Context: Process; does not sleep.
 * Return: 0; or, and then none was sent and no done() is called, -ENOTCONN if
 * nobody serves the store, -EIO if it broke the protocol, -EAGAIN if a request
 * belongs to a connection that is no more.
 */
int xs_request_submit(struct xs_request **requests, unsigned int nr)
{
	unsigned int i;
	int err = 0, sent = 0;

	spin_lock(&lock);
	for (i = 0; i < nr && !err; i++)
		err = refusal(requests[i]);
	for (i = 0; i < nr && !err; i++) {
		requests[i]->generation = generation;
		xs_queue_add(&queue, requests[i]);
	}
	if (!err) {
		stats.sent += nr;
		sent = xs_queue_send(&queue, &ring);
	}
	spin_unlock(&lock);
	if (err)
		return err;
	if (sent > 0)
		notify_remote_via_evtchn(page.port);
	else if (sent < 0)
		queue_work(pump_queue, &pump_work); /* it will see the same */
	queue_delayed_work(pump_queue, &check_work, CHECK_JIFFIES);
	return 0;
}

/**
 * xs_request_abandon() - do not wait any more
 * @request: a submitted request
 *
 * Context: Any.
 * Return: true if its reply, when it comes, will find it abandoned; false if
 * the reply is already on its way to done().
 */
bool xs_request_abandon(struct xs_request *request)
{
	spin_lock(&lock);
	request->is_abandoned = !list_empty(&request->pending_link);
	spin_unlock(&lock);
	return request->is_abandoned;
}

/* For debugfs. */
void xs_connection_show(struct seq_file *m)
{
	spin_lock(&lock);
	seq_printf(m, "state: %s\n", state_names[state]);
	seq_printf(m, "connections: %u\n", generation);
	seq_printf(m, "sent: %lu\n", stats.sent);
	seq_printf(m, "answered: %lu\n", stats.answered);
	seq_printf(m, "abandoned: %lu\n", stats.abandoned);
	seq_printf(m, "unknown: %lu\n", stats.unknown);
	seq_printf(m, "events: %lu\n", stats.events);
	spin_unlock(&lock);
	seq_printf(m, "features: %#x\n", READ_ONCE(ring.intf->server_features));
}

static int take_port(void)
{
	irq = bind_static_evtchn_to_irqhandler(page.port, interrupt, 0,
					       "xenstore", &page);
	return min(irq, 0);
}

/**
 * xs_connection_init() - take the ring over
 *
 * Context: Process; sleeps.
 * Return: 0, also if nobody serves the store yet; -EBUSY if somebody else owns
 * the ring; else why it cannot be had.
 */
int xs_connection_init(void)
{
	int err;

	err = xen_resource_claim(XEN_RESOURCE_XENSTORE, THIS_MODULE);
	if (err)
		return err;
	err = xen_ring_get(XEN_RESOURCE_XENSTORE, &page);
	if (err)
		goto err_claim;
	xs_ring_init(&ring, page.page);
	/* Late replies to the ring's last user must not fit our requests. */
	xs_queue_init(&queue, get_random_u32());
	state = LOST;
	pump_queue = alloc_ordered_workqueue("xenstore",
					     WQ_MEM_RECLAIM | WQ_HIGHPRI);
	if (!pump_queue) {
		err = -ENOMEM;
		goto err_ring;
	}
	err = take_port();
	if (err)
		goto err_queue;
	queue_delayed_work(pump_queue, &check_work, 0);
	flush_delayed_work(&check_work);
	if (state == LOST)
		pr_warn("nobody serves XenStore yet: requests fail until somebody does\n");
	return 0;

err_queue:
	destroy_workqueue(pump_queue);
err_ring:
	xen_ring_put(&page);
err_claim:
	xen_resource_release(XEN_RESOURCE_XENSTORE);
	return err;
}

static bool is_drained(void)
{
	return state != UP || (is_idle() && !rx.got);
}

/**
 * xs_connection_exit() - let the ring go
 *
 * Replies to abandoned requests are waited for, within a bound: whoever owns
 * the ring next should find it at the beginning of a message.
 *
 * Context: Process; sleeps; nobody asks any more.
 */
void xs_connection_exit(void)
{
	tell_sentinel(XS_UNWATCH);
	if (!wait_event_timeout(drained, is_drained(),
				msecs_to_jiffies(DRAIN_MS)))
		pr_warn("XenStore still owes replies after %u ms: the ring's next owner may not understand it\n",
			DRAIN_MS);
	set_state(CLOSED);
	unbind_from_irqhandler(irq, &page);
	flush_workqueue(pump_queue);
	cancel_delayed_work_sync(&check_work);
	destroy_workqueue(pump_queue);
	fail_all(-ENOTCONN);
	xs_rx_reset(&rx);
	xen_ring_put(&page);
	xen_resource_release(XEN_RESOURCE_XENSTORE);
}
