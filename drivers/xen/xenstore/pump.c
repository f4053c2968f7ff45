// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pump: bytes and messages between the ring and the queue.
 *
 *   task: submit() -> queue -> ring          pump: ring -> queue -> done()
 *
 * Requests go out in the task that asks: it writes what fits into the ring,
 * and whoever finds the ring emptier writes the rest. What comes in is moved
 * by a worker. Nobody waits for room.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>

#include <xen/events.h>

#include "connection.h"

/* Messages that one run of the pump takes in before others have their turn. */
#define PUMP_BUDGET 256

static struct xs_connection *const conn = &xs_connection;

/* What requests get in each state; XS_UP sends them. */
static const int state_errors[] = {
	[XS_LOST] = -ENOTCONN,
	[XS_BROKEN] = -EIO,
	[XS_RECONNECTING] = -EIO,
	[XS_CONNECTING] = -ESTALE,
	[XS_SUSPENDED] = -ESTALE,
	[XS_WAKING] = -ESTALE,
	[XS_CLOSED] = -ENOTCONN,
};

static void tell_done(struct xs_request *request)
{
	request->done(request);
	xs_request_put(request);
}

/**
 * xs_pump_fail_before() - give requests up
 * @id: number of the first to stay
 * @err: what they get
 *
 * Context: Process.
 */
void xs_pump_fail_before(u32 id, int err)
{
	struct xs_request *request, *next;
	LIST_HEAD(failed);

	spin_lock(&conn->lock);
	xs_queue_take_before(&conn->queue, id, &failed);
	spin_unlock(&conn->lock);
	list_for_each_entry_safe(request, next, &failed, pending_link) {
		list_del_init(&request->pending_link);
		request->err = err;
		tell_done(request);
	}
}

/**
 * xs_pump_fail_all() - give all requests up
 * @err: what they get
 *
 * Context: Process.
 */
void xs_pump_fail_all(int err)
{
	xs_pump_fail_before(conn->queue.next_id, err);
}

static struct xs_request *take_answered(u32 id)
{
	struct xs_request *request;

	spin_lock(&conn->lock);
	request = xs_queue_take(&conn->queue, id);
	if (!request)
		conn->nr_unknown++;
	else if (request->is_abandoned)
		conn->nr_abandoned++;
	else
		conn->nr_answered++;
	spin_unlock(&conn->lock);
	return request;
}

static void receive(struct xs_rx *message)
{
	struct xs_request *request;

	if (message->header.type == XS_WATCH_EVENT) {
		spin_lock(&conn->lock);
		conn->nr_events++;
		spin_unlock(&conn->lock);
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
	XENSTORE_RING_IDX before = conn->ring.rsp_cons;
	int nr, ret = 1;

	for (nr = 0; nr < PUMP_BUDGET && ret > 0; nr++) {
		ret = xs_rx_step(&conn->rx, &conn->ring);
		/* receive() may begin a new connection: nothing after it. */
		if (ret > 0) {
			struct xs_rx message = conn->rx;

			conn->rx = (struct xs_rx){};
			receive(&message);
			xs_rx_reset(&message);
			cond_resched();
		}
	}
	if (conn->ring.rsp_cons != before) {
		conn->last_activity = jiffies;
		if (xs_ring_was_full(&conn->ring, before))
			notify_remote_via_evtchn(conn->page.port);
	}
	return ret;
}

/*
 * What fits into the ring; 1 if the store is to be told, 0 if not; under lock.
 */
static int send(void)
{
	XENSTORE_RING_IDX before = conn->ring.req_prod;
	int ret = xs_queue_send(&conn->queue, &conn->ring);

	if (ret <= 0)
		return ret;
	return xs_ring_was_empty(&conn->ring, before);
}

static int move_out(void)
{
	int ret = 0;

	spin_lock(&conn->lock);
	if (conn->state == XS_UP || conn->state == XS_SUSPENDED)
		ret = send();
	spin_unlock(&conn->lock);
	if (ret > 0)
		notify_remote_via_evtchn(conn->page.port);
	return min(ret, 0);
}

/**
 * xs_pump_move() - move what can be moved, both ways
 *
 * Context: Process; the workers'.
 * Return: 1 if there is more to take in, 0 if not; what xs_rx_step() and
 * xs_ring_write() complain about.
 */
int xs_pump_move(void)
{
	int ret = move_in();
	int err = 0;

	if (ret >= 0)
		err = move_out();
	return err ?: ret;
}

/* Is nothing under way? */
bool xs_pump_is_idle(void)
{
	bool is_empty;

	spin_lock(&conn->lock);
	is_empty = list_empty(&conn->queue.pending);
	spin_unlock(&conn->lock);
	return is_empty;
}

/* For how many jiffies the oldest request under way has had no answer. */
unsigned long xs_pump_silence(void)
{
	struct xs_request *oldest;
	unsigned long silence;

	spin_lock(&conn->lock);
	oldest = list_first_entry_or_null(&conn->queue.pending, struct xs_request,
					  pending_link);
	silence = oldest ? jiffies - oldest->since : 0;
	spin_unlock(&conn->lock);
	return silence;
}

/* Why it may not be sent; under lock. */
static int refusal(const struct xs_request *request)
{
	if (conn->state != XS_UP)
		return state_errors[conn->state];
	if (request->generation && request->generation != conn->generation)
		return -EAGAIN;
	return 0;
}

/**
 * xs_request_submit_now() - send requests, all together, without waiting
 * @requests: the requests; each one's done() will be called
 * @nr: how many there are
 *
 * Context: Any but interrupts.
 * Return: As xs_request_submit(), and -ESTALE while it would wait.
 */
int xs_request_submit_now(struct xs_request **requests, unsigned int nr)
{
	unsigned int i;
	int err = 0, ret = 0;

	spin_lock(&conn->lock);
	for (i = 0; i < nr && !err; i++)
		err = refusal(requests[i]);
	for (i = 0; i < nr && !err; i++) {
		requests[i]->generation = conn->generation;
		xs_queue_add(&conn->queue, requests[i]);
	}
	if (!err) {
		conn->nr_sent += nr;
		ret = send();
	}
	spin_unlock(&conn->lock);
	if (err)
		return err;
	if (ret > 0)
		notify_remote_via_evtchn(conn->page.port);
	else if (ret < 0)
		queue_work(conn->workers, &conn->pump); /* will see the same */
	queue_delayed_work(conn->workers, &conn->check, XS_CHECK_JIFFIES);
	return 0;
}

static bool must_wait(void)
{
	enum xs_state state = READ_ONCE(conn->state);

	return state == XS_SUSPENDED || state == XS_WAKING ||
	       state == XS_CONNECTING;
}

/**
 * xs_request_submit() - send requests, all together
 * @requests: the requests; each one's done() will be called
 * @nr: how many there are
 *
 * They travel in this order, and are answered independently of each other.
 *
 * Context: Process; sleeps while the domain is being suspended, and for some
 * seconds while the server has not connected the ring yet.
 * Return: 0; or, and then none was sent and no done() is called, -ENOTCONN if
 * nobody serves the store, -EIO if it broke the protocol or ended the
 * connection, -EAGAIN if a request
 * belongs to a connection that is no more, -EINTR if the task was killed.
 */
int xs_request_submit(struct xs_request **requests, unsigned int nr)
{
	int err;

	while ((err = xs_request_submit_now(requests, nr)) == -ESTALE)
		if (wait_event_killable(conn->moved, !must_wait()))
			return -EINTR;
	return err;
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
	spin_lock(&conn->lock);
	request->is_abandoned = !list_empty(&request->pending_link);
	spin_unlock(&conn->lock);
	return request->is_abandoned;
}
