// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection to the store's server: whether anybody is at the other end,
 * and what to do if not.
 *
 *              served                      indices, header
 *      LOST ----------> UP ----------------------------> BROKEN
 *        ^   not served |                                  | offered
 *        '--------------+------------ not served ----------+--> RECONNECTING
 *                                                              (then UP again)
 *
 * Between LOST and UP is CONNECTING: the server is there, but the connection
 * word of the page says that it has not connected the ring yet. A domain that
 * starts before dom0 finds the page like that. Until the word changes, the rest
 * of the page has no meaning, and we write nothing there
 * (docs/misc/xenstore-ring.txt of Xen). Tasks that ask wait; after
 * RECONNECT_JIFFIES the state is LOST again, and they fail.
 *
 * A server that ends the connection writes the reason into the error word of the
 * page; the state is then BROKEN, too. The server sends no event, so we read the
 * word each second while an answer is due. Servers before Xen 4.21 write the word
 * without offering the feature, and none ever clears it, so only a change of the
 * word counts. A word that was there when the connection began counts if no
 * answer comes for GIVEN_UP_JIFFIES.
 *
 * Served means that the other end of the port is bound; Xen tells. It unbinds
 * the port of a server that dies, and a server that begins anew binds it. What
 * the server does to the ring then, and an answer to the sentinel, tell of one
 * that was replaced before we looked.
 *
 * Each time the state becomes UP is a new connection, with a new generation:
 * the server knows of no watch and of no transaction of the last one.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

#include <asm/barrier.h>
#include <asm/xen/hypercall.h>

#include <xen/events.h>
#include <xen/interface/event_channel.h>

#include "connection.h"

/* How long a server may take to connect, or to reconnect. */
#define RECONNECT_JIFFIES (5 * HZ)
/* A request that waits longer makes us ask whether the server is still it. */
#define STALE_JIFFIES (2 * HZ)
/* With an old error word in the page, a server silent for so long is gone. */
#define GIVEN_UP_JIFFIES (10 * HZ)
/*
 * A watch of ours on every connection. A server that knows it answers EEXIST;
 * one that does not is another server, and has lost all we told the last.
 */
#define SENTINEL_PATH "xendomu"
/* A question that is not answered is asked again after 2, 4, 8 ... looks. */
#define PROBE_SHIFT_MAX 10u

static struct xs_connection *const conn = &xs_connection;

static const char *const state_names[] = {
	[XS_UP] = "up",
	[XS_LOST] = "lost",
	[XS_BROKEN] = "broken",
	[XS_RECONNECTING] = "reconnecting",
	[XS_CONNECTING] = "connecting",
	[XS_SUSPENDED] = "suspended",
	[XS_WAKING] = "waking",
	[XS_CLOSED] = "closed",
};

/* Who suspends or closes has the last word, while workers still run. */
static void set_state(enum xs_state new)
{
	spin_lock(&conn->lock);
	if (conn->state != XS_SUSPENDED && conn->state != XS_CLOSED)
		conn->state = new;
	spin_unlock(&conn->lock);
	wake_up_all(&conn->moved);
}

/* The server's end of our port, 0 if there is none. */
static evtchn_port_t remote_port(void)
{
	struct evtchn_status status = {
		.dom = DOMID_SELF,
		.port = conn->page.port,
	};

	if (HYPERVISOR_event_channel_op(EVTCHNOP_status, &status) ||
	    status.status != EVTCHNSTAT_interdomain)
		return 0;
	return status.u.interdomain.port;
}

static void nothing_to_do(struct xs_request *request)
{
}

/**
 * xs_sentinel_request() - to watch the sentinel, or not to any more
 * @type: XS_WATCH or XS_UNWATCH
 *
 * Context: Process; sleeps.
 * Return: The request, to be let go by xs_request_put(), or ERR_PTR.
 */
struct xs_request *xs_sentinel_request(enum xsd_sockmsg_type type)
{
	struct kvec vecs[2] = { xs_string(SENTINEL_PATH),
				xs_string(XS_SENTINEL_TOKEN) };
	struct xs_request *request = xs_request_new(0, type, vecs, 2);

	if (!IS_ERR(request))
		request->done = nothing_to_do;
	return request;
}

/* Once the module leaves nothing is watched any more. */
static int watch_sentinel(void (*done)(struct xs_request *request))
{
	struct xs_request *request;
	int err;

	if (READ_ONCE(conn->is_leaving))
		return -ESHUTDOWN;
	request = xs_sentinel_request(XS_WATCH);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->done = done;
	err = xs_request_submit_now(&request, 1);
	/* The queue has a reference, too. */
	xs_request_put(request);
	return err;
}

static void features_told(struct xs_request *request)
{
	u32 features;

	if (request->err || request->reply.type != XS_GET_FEATURE ||
	    kstrtou32(request->reply_body, 10, &features))
		return;
	conn->told_features = features;
	conn->has_told = true;
}

/*
 * For debugfs. Servers that have this request offer the error word in the page;
 * older ones would log it as an unknown operation. That of Xen 4.21 lets only
 * dom0 ask, and answers others with an error, which does no harm.
 */
static void ask_features(void)
{
	struct xs_request *request;

	conn->has_told = false;
	if (!xs_server_has(XENSTORE_SERVER_FEATURE_ERROR))
		return;
	request = xs_request_new(0, XS_GET_FEATURE, NULL, 0);
	if (IS_ERR(request))
		return;
	request->done = features_told;
	xs_request_submit_now(&request, 1);
	xs_request_put(request);
}

/*
 * A new connection: what the last one's server knew is to be told again. And
 * whatever the ring's last user has left behind at this one is to be forgotten,
 * or what tasks have asked of it before we knew that it is another.
 */
static void begin(void)
{
	struct kvec nothing = xs_string("");

	xs_request_tell(0, 0, XS_RESET_WATCHES, &nothing, 1);
	watch_sentinel(nothing_to_do);
	ask_features();
	spin_lock(&conn->lock);
	conn->generation++;
	spin_unlock(&conn->lock);
	xs_watch_renew();
	/* What is asked here is no use of the store by others. */
	conn->nr_seen = READ_ONCE(conn->nr_sent);
	xs_notify_connected();
}

static void probe_told(struct xs_request *probe)
{
	conn->nr_probes--;
	if (probe->err || probe->reply.type != XS_WATCH)
		return;
	pr_warn_ratelimited("XenStore has a new server\n");
	xs_pump_fail_before(probe->header.req_id, -ENOTCONN);
	begin();
}

static bool is_connected(void)
{
	const struct xenstore_domain_interface *intf = conn->page.page;

	return READ_ONCE(intf->connection) != XENSTORE_RECONNECT;
}

/* Tasks wait once, and only for RECONNECT_JIFFIES. */
static void wait_for_connection(void)
{
	if (conn->is_overdue) {
		set_state(XS_LOST);
	} else if (conn->state == XS_CONNECTING) {
		if (!time_after(jiffies, conn->reconnect_until))
			return;
		pr_warn("XenStore's server has not connected the ring in %u s: requests fail until it does\n",
			RECONNECT_JIFFIES / HZ);
		conn->is_overdue = true;
		set_state(XS_LOST);
	} else {
		pr_info("XenStore's server has not connected the ring yet: requests wait up to %u s\n",
			RECONNECT_JIFFIES / HZ);
		conn->reconnect_until = jiffies + RECONNECT_JIFFIES;
		set_state(XS_CONNECTING);
	}
}

static void connect(void)
{
	const struct xenstore_domain_interface *intf = conn->page.page;

	if (!is_connected()) {
		wait_for_connection();
		return;
	}
	/* Read the state before the rest of the page; the server writes it last. */
	virt_rmb();
	conn->is_overdue = false;
	conn->server_port = remote_port();
	conn->features = READ_ONCE(intf->server_features);
	conn->error_before = READ_ONCE(intf->error);
	xs_ring_init(&conn->ring, conn->page.page);
	xs_rx_reset(&conn->rx);
	conn->last_activity = jiffies;
	set_state(XS_UP);
	begin();
}

static void lose(void)
{
	pr_warn_ratelimited("nobody serves XenStore: requests fail until somebody does\n");
	set_state(XS_LOST);
	xs_pump_fail_all(-ENOTCONN);
	xs_ring_empty(&conn->ring);
	xs_rx_reset(&conn->rx);
}

/* The new server has emptied the ring; what lay in it was lost. */
static void begin_anew(void)
{
	pr_warn_ratelimited("XenStore has a new server\n");
	set_state(XS_LOST);
	xs_pump_fail_all(-ENOTCONN);
	connect();
}

static const char *remedy(void)
{
	return xs_server_has(XENSTORE_SERVER_FEATURE_RECONNECTION) ?
		"reconnecting" :
		"closed until its server begins anew, or this module is loaded anew";
}

/* After this the ring means nothing to us, so only its server can mend it. */
static void break_off(void)
{
	struct xenstore_domain_interface *intf = conn->page.page;
	bool can_reconnect = xs_server_has(XENSTORE_SERVER_FEATURE_RECONNECTION);

	set_state(can_reconnect ? XS_RECONNECTING : XS_BROKEN);
	xs_pump_fail_all(-EIO);
	xs_rx_reset(&conn->rx);
	if (can_reconnect) {
		conn->reconnect_until = jiffies + RECONNECT_JIFFIES;
		WRITE_ONCE(intf->connection, XENSTORE_RECONNECT);
		notify_remote_via_evtchn(conn->page.port);
	}
	mod_delayed_work(conn->workers, &conn->check, XS_CHECK_JIFFIES);
}

static void break_for_protocol(int err)
{
	pr_err_ratelimited("XenStore breaks the protocol (%d): %s\n", err,
			   remedy());
	break_off();
}

static const char *error_name(u32 error)
{
	static const char *const names[] = {
		[XENSTORE_ERROR_NONE] = "none",
		[XENSTORE_ERROR_COMM] = "event channel does not work",
		[XENSTORE_ERROR_RINGIDX] = "invalid ring index",
		[XENSTORE_ERROR_PROTO] = "protocol violation",
	};

	return error < ARRAY_SIZE(names) ? names[error] : "unknown reason";
}

/* Has the server written that it has ended the connection? */
static bool is_ended(u32 error)
{
	if (error == XENSTORE_ERROR_NONE)
		return false;
	return error != conn->error_before ||
	       xs_pump_silence() > GIVEN_UP_JIFFIES;
}

static void break_for_error(u32 error)
{
	conn->last_error = error;
	pr_err_ratelimited("XenStore's server has ended the connection: %s (error %u): %s\n",
			   error_name(error), error, remedy());
	break_off();
}

/**
 * xs_server_has() - does the server offer this?
 * @feature: XENSTORE_SERVER_FEATURE_*
 *
 * Context: Any.
 * Return: What it said when the connection began.
 */
bool xs_server_has(u32 feature)
{
	return READ_ONCE(conn->features) & feature;
}

static void move(void)
{
	int ret = xs_pump_move();

	if (ret > 0)
		queue_work(conn->workers, &conn->pump);
	else if (ret == -ENOMEM) /* the reply stays in the ring until then */
		queue_delayed_work(conn->workers, &conn->check,
				   XS_CHECK_JIFFIES);
	else if (ret == -ECONNRESET)
		begin_anew();
	else if (ret)
		break_for_protocol(ret);
}

static bool is_quiet(void)
{
	return xs_pump_is_idle() &&
	       time_after(jiffies, conn->last_activity + XS_CHECK_JIFFIES);
}

/*
 * Is the server still the one we told our watches to? A question that the last
 * one has taken is never answered: so it is asked again, less and less often.
 */
static void ask_who_serves(void)
{
	unsigned int shift = min(conn->nr_probes, PROBE_SHIFT_MAX);

	if (conn->nr_probes &&
	    time_before(jiffies, conn->probed + (XS_CHECK_JIFFIES << shift)))
		return;
	conn->probed = jiffies;
	if (!watch_sentinel(probe_told))
		conn->nr_probes++;
}

/* Has anybody asked for anything since the last look? */
static bool has_been_used(void)
{
	return READ_ONCE(conn->nr_sent) != conn->nr_seen;
}

static void check_up(evtchn_port_t remote)
{
	const struct xenstore_domain_interface *intf = conn->page.page;
	u32 error = READ_ONCE(intf->error);

	if (!remote) {
		lose();
	} else if (remote != conn->server_port) {
		begin_anew();
	} else if (is_ended(error)) {
		break_for_error(error);
	} else {
		/* Should an event have been lost, this makes up for it. */
		if (!xs_pump_is_idle())
			notify_remote_via_evtchn(conn->page.port);
		move();
		if (conn->state == XS_UP && (has_been_used() ||
					     xs_pump_silence() > STALE_JIFFIES))
			ask_who_serves();
		/* Our own question counts, or we would ask for ever. */
		conn->nr_seen = READ_ONCE(conn->nr_sent);
	}
}

static void check_unserved(void)
{
	/* A ring that was not connected yet is not touched. */
	if (conn->state == XS_CONNECTING)
		set_state(XS_LOST);
	else if (conn->state != XS_LOST)
		lose();
}

/* A server that offers it was asked to empty the ring, and may do so late. */
static bool is_reconnecting(void)
{
	return (conn->state == XS_RECONNECTING || conn->state == XS_BROKEN) &&
	       xs_server_has(XENSTORE_SERVER_FEATURE_RECONNECTION);
}

static void check_reconnecting(void)
{
	if (is_connected()) {
		connect();
	} else if (conn->state == XS_RECONNECTING &&
		   time_after(jiffies, conn->reconnect_until)) {
		pr_warn_ratelimited("XenStore's server has not reconnected in %u s: requests fail until it does\n",
				    RECONNECT_JIFFIES / HZ);
		set_state(XS_BROKEN);
	}
}

/* What both works below do; so neither takes the other out of the queue. */
static void look_at_other_end(void)
{
	evtchn_port_t remote = remote_port();

	if (conn->state == XS_SUSPENDED || conn->state == XS_CLOSED)
		return;
	if (conn->state == XS_UP)
		check_up(remote);
	else if (!remote)
		check_unserved();
	else if (conn->state == XS_LOST || conn->state == XS_WAKING ||
		 conn->state == XS_CONNECTING)
		connect();
	else if (remote != conn->server_port)
		begin_anew();
	else if (is_reconnecting())
		check_reconnecting();
	if (conn->state != XS_UP || !xs_pump_is_idle())
		queue_delayed_work(conn->workers, &conn->check,
				   XS_CHECK_JIFFIES);
}

/**
 * xs_connection_pump() - an event has come
 * @work: xs_connection.pump
 *
 * Context: Process; the workers'.
 */
void xs_connection_pump(struct work_struct *work)
{
	bool was_quiet;

	if (is_reconnecting() && is_connected()) {
		connect();
	} else if (conn->state == XS_LOST || conn->state == XS_CONNECTING) {
		/* A server that begins says so by an event. */
		look_at_other_end();
	} else if (conn->state == XS_SUSPENDED) {
		/* What is wrong with the ring is for when the domain wakes. */
		if (xs_pump_move() > 0)
			queue_work(conn->workers, &conn->pump);
	} else if (conn->state == XS_UP) {
		was_quiet = is_quiet();
		move();
		/* An event for nothing: a server that begins sends one. */
		if (was_quiet && conn->state == XS_UP && is_quiet())
			ask_who_serves();
	}
	wake_up_all(&conn->moved);
}

/**
 * xs_connection_check() - look at the other end
 * @work: xs_connection.check
 *
 * Context: Process; the workers'.
 */
void xs_connection_check(struct work_struct *work)
{
	look_at_other_end();
}

static size_t list_count(const struct list_head *head)
{
	const struct list_head *entry;
	size_t nr = 0;

	list_for_each(entry, head)
		nr++;
	return nr;
}

static void show_features(struct seq_file *m, const char *what, u32 features)
{
	static const char *const names[] = {
		"reconnection", "error", "watchdepth", "domid_any",
	};
	unsigned long bits = features;
	unsigned int bit;

	seq_printf(m, "%s: %#x", what, features);
	for_each_set_bit(bit, &bits, BITS_PER_TYPE(features)) {
		if (bit < ARRAY_SIZE(names))
			seq_printf(m, " %s", names[bit]);
		else
			seq_printf(m, " bit%u", bit);
	}
	seq_putc(m, '\n');
}

/* For debugfs. */
void xs_connection_show(struct seq_file *m)
{
	spin_lock(&conn->lock);
	seq_printf(m, "state: %s\n", state_names[conn->state]);
	seq_printf(m, "connections: %u\n", conn->generation);
	seq_printf(m, "under way: %zu\n", list_count(&conn->queue.pending));
	seq_printf(m, "sent: %lu\n", conn->nr_sent);
	seq_printf(m, "answered: %lu\n", conn->nr_answered);
	seq_printf(m, "abandoned: %lu\n", conn->nr_abandoned);
	seq_printf(m, "unknown: %lu\n", conn->nr_unknown);
	seq_printf(m, "events: %lu\n", conn->nr_events);
	spin_unlock(&conn->lock);
	show_features(m, "features", conn->features);
	if (conn->has_told)
		show_features(m, "features by request", conn->told_features);
	else
		seq_puts(m, "features by request: not answered\n");
	seq_printf(m, "ended by the server: %s\n",
		   error_name(conn->last_error));
}
