// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests and replies.
 *
 * Any number of requests may be under way. A request is a message in private
 * memory on two lists: to be sent, and waiting for its reply. One worker, the
 * pump, owns the ring and moves bytes both ways; a task that asks never
 * touches the ring, so a task that is killed leaves no half-sent message
 * behind, only a reply to throw away.
 *
 *   task: xs_request() -> tx_queue, pending      pump: tx_queue -> ring
 *         waits <- complete                             ring -> pending
 *
 * A store that breaks the protocol cannot be spoken to any more: the pump
 * stops, every request fails with -EIO, and nothing waits.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <xen/events.h>
#include <xen/guest.h>

#include "internal.h"

/* How long to wait for replies nobody wants before the module goes. */
#define DRAIN_MS 2000

/**
 * struct request - a request, from its first byte to its reply
 * @ref: one for the task, one for being pending
 * @tx_link: in tx_queue until sent
 * @pending_link: in pending until answered
 * @done: completed when @reply and @err are set
 * @reply: the reply's body
 * @reply_len: its length
 * @err: why there is no reply
 * @is_abandoned: nobody waits any more; under lock
 * @sent: bytes of @header and what follows that are in the ring; the pump's
 * @header: the message's header
 * @body: the message's body, right behind its header as on the wire
 */
struct request {
	struct kref ref;
	struct list_head tx_link;
	struct list_head pending_link;
	struct completion done;
	char *reply;
	unsigned int reply_len;
	int err;
	bool is_abandoned;
	size_t sent;
	struct xsd_sockmsg header;
	char body[];
};

static struct xen_ring page;
static int irq;
static struct workqueue_struct *pump_queue;
static void pump(struct work_struct *work);
static DECLARE_WORK(pump_work, pump);
static DECLARE_WAIT_QUEUE_HEAD(drained);

/* The pump's own. */
static struct xs_ring ring;
static struct xs_rx rx;

static DEFINE_SPINLOCK(lock);
/* Under lock, as is request.is_abandoned. */
static LIST_HEAD(tx_queue);
static LIST_HEAD(pending);
static struct xs_stats stats;
static u32 next_id;
static bool is_broken;

static void free_request(struct kref *ref)
{
	struct request *request = container_of(ref, struct request, ref);

	kfree(request->reply);
	kfree(request);
}

/* Takes a request off the lists; the caller gets the pending reference. */
static void unlist(struct request *request)
{
	list_del_init(&request->tx_link);
	list_del_init(&request->pending_link);
}

static struct request *take_pending(u32 id)
{
	struct request *request, *found = NULL;

	spin_lock(&lock);
	list_for_each_entry(request, &pending, pending_link) {
		/* A reply to what was not fully sent is no reply. */
		if (request->header.req_id == id &&
		    list_empty(&request->tx_link)) {
			unlist(request);
			found = request;
			break;
		}
	}
	if (!found)
		stats.unknown++;
	else if (found->is_abandoned)
		stats.abandoned++;
	else
		stats.answered++;
	spin_unlock(&lock);
	return found;
}

static void answer(struct request *request, struct xs_rx *reply)
{
	if (reply->header.type == XS_ERROR) {
		request->err = xs_errno(reply->body);
	} else if (reply->header.type != request->header.type) {
		pr_warn_ratelimited("XenStore answers request type %u with type %u\n",
				    request->header.type, reply->header.type);
		request->err = -EPROTO;
	} else {
		request->reply = reply->body;
		request->reply_len = reply->header.len;
		reply->body = NULL;
	}
	complete(&request->done);
	kref_put(&request->ref, free_request);
}

static void receive(struct xs_rx *message)
{
	struct request *request;

	if (message->header.type == XS_WATCH_EVENT) {
		spin_lock(&lock);
		stats.events++;
		spin_unlock(&lock);
		xs_watch_event(message->body, message->header.len);
		return;
	}
	request = take_pending(message->header.req_id);
	if (request)
		answer(request, message);
}

static int pump_in(void)
{
	int ret;

	while ((ret = xs_rx_step(&rx, &ring)) > 0) {
		receive(&rx);
		xs_rx_reset(&rx);
	}
	return ret;
}

static struct request *first_unsent(void)
{
	struct request *request;

	spin_lock(&lock);
	request = list_first_entry_or_null(&tx_queue, struct request, tx_link);
	spin_unlock(&lock);
	return request;
}

static void mark_sent(struct request *request)
{
	spin_lock(&lock);
	list_del_init(&request->tx_link);
	stats.sent++;
	spin_unlock(&lock);
}

static int pump_out(void)
{
	struct request *request;

	while ((request = first_unsent())) {
		size_t len = sizeof(request->header) + request->header.len;
		void *message = &request->header;
		int ret;

		ret = xs_ring_write(&ring, message + request->sent,
				    len - request->sent);
		if (ret <= 0)
			return ret;
		request->sent += ret;
		if (request->sent == len)
			mark_sent(request);
	}
	return 0;
}

static void fail_all(int err)
{
	struct request *request, *tmp;
	LIST_HEAD(failed);

	spin_lock(&lock);
	is_broken = true;
	list_for_each_entry_safe(request, tmp, &pending, pending_link) {
		unlist(request);
		list_add_tail(&request->pending_link, &failed);
	}
	spin_unlock(&lock);
	list_for_each_entry_safe(request, tmp, &failed, pending_link) {
		request->err = err;
		complete(&request->done);
		kref_put(&request->ref, free_request);
	}
}

/*
 * Moves what can be moved. The other end kicks us when it has read or written
 * some, so there is nothing to wait for here.
 */
static void pump(struct work_struct *work)
{
	struct xs_ring before = ring;
	int err;

	if (is_broken)
		return;
	err = pump_in();
	if (!err)
		err = pump_out();
	if (ring.req_prod != before.req_prod ||
	    ring.rsp_cons != before.rsp_cons)
		notify_remote_via_evtchn(page.port);
	if (err == -ENOMEM) {
		queue_work(pump_queue, &pump_work);
	} else if (err) {
		pr_err("XenStore breaks the protocol (%d): closed until this module is loaded anew\n",
		       err);
		fail_all(-EIO);
	}
	wake_up(&drained);
}

static irqreturn_t interrupt(int irq, void *unused)
{
	queue_work(pump_queue, &pump_work);
	return IRQ_HANDLED;
}

static struct request *new_request(u32 tx_id, enum xsd_sockmsg_type type,
				   const struct kvec *vec,
				   unsigned int nr_vecs)
{
	struct request *request;
	unsigned int i;
	size_t len = 0;
	char *at;

	for (i = 0; i < nr_vecs; i++) {
		if (vec[i].iov_len > XENSTORE_PAYLOAD_MAX - len)
			return ERR_PTR(-E2BIG);
		len += vec[i].iov_len;
	}
	request = kmalloc(struct_size(request, body, len), GFP_KERNEL);
	if (!request)
		return ERR_PTR(-ENOMEM);
	*request = (struct request){
		.header = { .type = type, .tx_id = tx_id, .len = len },
	};
	kref_init(&request->ref);
	init_completion(&request->done);
	at = request->body;
	for (i = 0; i < nr_vecs; i++) {
		memcpy(at, vec[i].iov_base, vec[i].iov_len);
		at += vec[i].iov_len;
	}
	return request;
}

static int submit(struct request *request)
{
	int err = 0;

	spin_lock(&lock);
	if (is_broken) {
		err = -EIO;
	} else {
		request->header.req_id = next_id++;
		kref_get(&request->ref);
		list_add_tail(&request->tx_link, &tx_queue);
		list_add_tail(&request->pending_link, &pending);
	}
	spin_unlock(&lock);
	if (!err)
		queue_work(pump_queue, &pump_work);
	return err;
}

static int wait_for_reply(struct request *request)
{
	if (!wait_for_completion_killable(&request->done))
		return request->err;
	spin_lock(&lock);
	request->is_abandoned = true;
	spin_unlock(&lock);
	return -EINTR;
}

/**
 * xs_request() - ask the store, and wait for the answer
 * @tx_id: transaction, 0 for none
 * @type: request type
 * @vec: parts of the request's body
 * @nr_vecs: how many
 * @len: set to the reply's length, or NULL
 *
 * Context: Process; sleeps until the reply is there or the task is killed.
 * Return: The reply, NUL-terminated behind its length, the caller kfree()s
 * it; ERR_PTR of the store's error; -E2BIG if the request is larger than the
 * protocol allows; -EINTR if the task was killed; -EIO if the store broke the
 * protocol; -ENOMEM.
 */
char *xs_request(u32 tx_id, enum xsd_sockmsg_type type, const struct kvec *vec,
		 unsigned int nr_vecs, unsigned int *len)
{
	struct request *request = new_request(tx_id, type, vec, nr_vecs);
	char *reply;
	int err;

	if (IS_ERR(request))
		return ERR_CAST(request);
	err = submit(request);
	if (!err)
		err = wait_for_reply(request);
	if (err) {
		reply = ERR_PTR(err);
	} else {
		reply = request->reply;
		request->reply = NULL;
		if (len)
			*len = request->reply_len;
	}
	kref_put(&request->ref, free_request);
	return reply;
}

void xs_request_stats(struct xs_stats *out)
{
	spin_lock(&lock);
	*out = stats;
	spin_unlock(&lock);
}

/**
 * xs_request_init() - take the ring over
 *
 * Context: Process; sleeps.
 * Return: 0; -EBUSY if somebody owns it; else why it cannot be had.
 */
int xs_request_init(void)
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
	next_id = get_random_u32();

	pump_queue = alloc_ordered_workqueue("xenstore",
					     WQ_MEM_RECLAIM | WQ_HIGHPRI);
	if (!pump_queue) {
		err = -ENOMEM;
		goto err_ring;
	}
	irq = bind_static_evtchn_to_irqhandler(page.port, interrupt, 0,
					       "xenstore", &page);
	if (irq < 0) {
		err = irq;
		goto err_queue;
	}
	/* What came in before the interrupt was ours. */
	queue_work(pump_queue, &pump_work);
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
	bool is_empty;

	spin_lock(&lock);
	is_empty = list_empty(&pending) || is_broken;
	spin_unlock(&lock);
	return is_empty && !rx.got;
}

/**
 * xs_request_exit() - let the ring go
 *
 * Replies to abandoned requests are waited for, within a bound: whoever owns
 * the ring next should find it at the beginning of a message.
 *
 * Context: Process; sleeps; nobody asks any more.
 */
void xs_request_exit(void)
{
	if (!wait_event_timeout(drained, is_drained(),
				msecs_to_jiffies(DRAIN_MS)))
		pr_warn("XenStore still owes replies after %u ms: the ring's next owner may not understand it\n",
			DRAIN_MS);
	unbind_from_irqhandler(irq, &page);
	destroy_workqueue(pump_queue);
	fail_all(-EIO);
	xs_rx_reset(&rx);
	xen_ring_put(&page);
	xen_resource_release(XEN_RESOURCE_XENSTORE);
}
