// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests under way: which are still to be sent, and whose a reply is.
 *
 * A request is on two lists: tx until its last byte is in the ring, pending
 * until it is answered. Servers answer nearly in order, so the one looked for
 * is nearly always the first.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/list.h>

#include "internal.h"

/**
 * xs_queue_init() - nothing is under way
 * @queue: the queue
 * @first_id: number of its first request
 *
 * Context: Any.
 */
void xs_queue_init(struct xs_queue *queue, u32 first_id)
{
	INIT_LIST_HEAD(&queue->tx);
	INIT_LIST_HEAD(&queue->pending);
	queue->next_id = first_id;
}

/**
 * xs_queue_add() - put a request behind the others
 * @queue: the queue
 * @request: the request; the queue takes a reference
 *
 * Context: Any; the caller serialises.
 */
void xs_queue_add(struct xs_queue *queue, struct xs_request *request)
{
	request->header.req_id = queue->next_id++;
	request->since = jiffies;
	kref_get(&request->ref);
	list_add_tail(&request->tx_link, &queue->tx);
	list_add_tail(&request->pending_link, &queue->pending);
}

static int send_some(struct xs_request *request, struct xs_ring *ring)
{
	size_t len = sizeof(request->header) + request->header.len;
	void *message = &request->header;
	int ret;

	ret = xs_ring_write(ring, message + request->sent, len - request->sent);
	if (ret < 0)
		return ret;
	request->sent += ret;
	if (request->sent == len)
		list_del_init(&request->tx_link);
	return ret;
}

/**
 * xs_queue_send() - move requests into the ring
 * @queue: the queue
 * @ring: the ring
 *
 * What does not fit stays for the next time. No more than a ring's worth is
 * moved, however fast the store reads.
 *
 * Context: Any; the caller serialises.
 * Return: How many bytes were moved; -EIO for insane indices.
 */
int xs_queue_send(struct xs_queue *queue, struct xs_ring *ring)
{
	struct xs_request *request;
	int sent = 0;

	while (sent < XENSTORE_RING_SIZE) {
		int ret;

		if (list_empty(&queue->tx))
			break;
		request = list_first_entry(&queue->tx, struct xs_request,
					   tx_link);
		ret = send_some(request, ring);
		if (ret < 0)
			return ret;
		if (!ret)
			break;
		sent += ret;
	}
	return sent;
}

static void take(struct xs_request *request)
{
	list_del_init(&request->tx_link);
	list_del_init(&request->pending_link);
}

/**
 * xs_queue_take() - find the request that a reply answers
 * @queue: the queue
 * @id: the number in the reply's header
 *
 * Context: Any; the caller serialises.
 * Return: The request, now in no list, with the queue's reference; NULL if
 * none of that number was sent to its last byte.
 */
struct xs_request *xs_queue_take(struct xs_queue *queue, u32 id)
{
	struct xs_request *request;

	list_for_each_entry(request, &queue->pending, pending_link) {
		if (request->header.req_id != id)
			continue;
		if (!list_empty(&request->tx_link))
			return NULL;
		take(request);
		return request;
	}
	return NULL;
}

/**
 * xs_queue_take_before() - take requests that will not be answered
 * @queue: the queue
 * @id: number of the first to stay; @queue->next_id to take all
 * @taken: they are appended here by their pending_link, each with the queue's
 *	reference
 *
 * Context: Any; the caller serialises.
 */
void xs_queue_take_before(struct xs_queue *queue, u32 id,
			  struct list_head *taken)
{
	struct xs_request *request, *next;

	list_for_each_entry_safe(request, next, &queue->pending, pending_link) {
		/* Numbers wrap; two at a time are never half of all apart. */
		if ((s32)(request->header.req_id - id) >= 0)
			break;
		take(request);
		list_add_tail(&request->pending_link, taken);
	}
}
