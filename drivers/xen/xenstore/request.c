// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking the store.
 *
 * A request is a message in private memory, made here, handed to the
 * connection, and given back by it with the reply. A task that is killed while
 * it waits leaves nothing behind but a reply to throw away: the message has a
 * reference of its own and is sent to its end.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "internal.h"

static void wake_waiter(struct xs_request *request)
{
	complete(&request->answered);
}

static size_t length_of(const struct kvec *vec, unsigned int nr_vecs)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < nr_vecs && len <= XENSTORE_PAYLOAD_MAX; i++)
		len += min_t(size_t, vec[i].iov_len, XENSTORE_PAYLOAD_MAX + 1);
	return len;
}

/**
 * xs_request_new() - make a request
 * @tx_id: the store's number of the transaction, 0 for none
 * @type: enum xsd_sockmsg_type
 * @vec: parts of the request's body, copied
 * @nr_vecs: how many
 *
 * Context: Process; sleeps.
 * Return: The request, to be let go by xs_request_put(); ERR_PTR: -E2BIG if it
 * is larger than the protocol allows, -ENOMEM.
 */
struct xs_request *xs_request_new(u32 tx_id, u32 type, const struct kvec *vec,
				  unsigned int nr_vecs)
{
	size_t len = length_of(vec, nr_vecs);
	struct xs_request *request;
	unsigned int i;
	size_t at = 0;

	if (len > XENSTORE_PAYLOAD_MAX)
		return ERR_PTR(-E2BIG);
	request = kmalloc(struct_size(request, body, len), GFP_NOIO);
	if (!request)
		return ERR_PTR(-ENOMEM);
	*request = (struct xs_request){
		.done = wake_waiter,
		.header = { .type = type, .tx_id = tx_id, .len = len },
	};
	kref_init(&request->ref);
	INIT_LIST_HEAD(&request->tx_link);
	INIT_LIST_HEAD(&request->pending_link);
	init_completion(&request->answered);
	for (i = 0; i < nr_vecs; at += vec[i++].iov_len)
		memcpy(request->body + at, vec[i].iov_base, vec[i].iov_len);
	return request;
}

static void free_request(struct kref *ref)
{
	struct xs_request *request = container_of(ref, struct xs_request, ref);

	kfree(request->reply_body);
	kfree(request);
}

/**
 * xs_request_put() - let a request go
 * @request: the request
 *
 * Context: Any.
 */
void xs_request_put(struct xs_request *request)
{
	kref_put(&request->ref, free_request);
}

/* The reply as the caller wants it. */
static char *result(struct xs_request *request, unsigned int *len)
{
	char *body = request->reply_body;

	if (request->err)
		return ERR_PTR(request->err);
	if (request->reply.type == XS_ERROR)
		return ERR_PTR(xs_errno(body));
	if (request->reply.type != request->header.type) {
		pr_warn_ratelimited("XenStore answers request type %u with type %u\n",
				    request->header.type, request->reply.type);
		return ERR_PTR(-EPROTO);
	}
	request->reply_body = NULL;
	if (len)
		*len = request->reply.len;
	return body;
}

/* Of a server that is silent for longer a kernel thread expects no answer. */
unsigned long xs_thread_patience = 60 * HZ;

/*
 * Nobody can kill a kernel thread, and whoever unloads a driver may have to wait
 * for one. The server's silence so far counts, so that many threads, or many
 * questions of one, do not add up.
 */
static int wait_in_thread(struct xs_request *request)
{
	unsigned long silence = xs_pump_silence(), left = HZ;

	if (silence + left < xs_thread_patience)
		left = xs_thread_patience - silence;
	if (wait_for_completion_timeout(&request->answered, left))
		return 0;
	pr_warn_ratelimited("XenStore does not answer request type %u: not waiting any longer\n",
			    request->header.type);
	return -ETIMEDOUT;
}

static int wait_for_reply(struct xs_request *request)
{
	if (current->flags & PF_KTHREAD)
		return wait_in_thread(request);
	return wait_for_completion_killable(&request->answered) ? -EINTR : 0;
}

/**
 * xs_request_wait() - wait for a submitted request's reply
 * @request: the request; the caller's reference is used up
 * @len: set to the reply's length, or NULL
 *
 * Context: Process; sleeps until the reply is there or the task is killed; a
 * kernel thread until the server has been silent for a minute.
 * Return: The reply's body, NUL-terminated behind its length, kfree() it;
 * ERR_PTR of the store's error; -EINTR if the task was killed; -ETIMEDOUT if
 * a kernel thread gave up; -ENOTCONN if the server is gone; -EIO or -EPROTO if
 * it breaks the protocol.
 */
char *xs_request_wait(struct xs_request *request, unsigned int *len)
{
	int err = wait_for_reply(request);
	char *reply;

	if (!err) {
		reply = result(request, len);
	} else if (xs_request_abandon(request)) {
		reply = ERR_PTR(err);
	} else {
		/* The pump has the reply in its hands: this cannot last. */
		wait_for_completion(&request->answered);
		reply = result(request, len);
	}
	xs_request_put(request);
	return reply;
}

/**
 * xs_request_ask() - send one request, and wait for its reply
 * @request: the request; the caller's reference is used up
 * @len: set to the reply's length, or NULL
 *
 * Context: Process; sleeps until the reply is there or the task is killed.
 * Return: As xs_request_wait(); ERR_PTR as xs_request_submit().
 */
char *xs_request_ask(struct xs_request *request, unsigned int *len)
{
	int err = xs_request_submit(&request, 1);

	if (err) {
		xs_request_put(request);
		return ERR_PTR(err);
	}
	return xs_request_wait(request, len);
}

/**
 * xs_request() - ask the store, and wait for the answer
 * @t: transaction, or XBT_NIL
 * @type: request type
 * @vec: parts of the request's body
 * @nr_vecs: how many
 * @len: set to the reply's length, or NULL
 *
 * Context: Process; sleeps until the reply is there or the task is killed.
 * Return: As xs_request_wait(); -E2BIG if the request is larger than the
 * protocol allows; -EAGAIN if the transaction's connection was lost; -ENOMEM.
 */
char *xs_request(struct xenbus_transaction t, enum xsd_sockmsg_type type,
		 const struct kvec *vec, unsigned int nr_vecs,
		 unsigned int *len)
{
	struct xs_request *request;
	u32 id, generation;
	int err;

	err = xs_transaction_id(t, &id, &generation);
	if (err)
		return ERR_PTR(err);
	request = xs_request_new(id, type, vec, nr_vecs);
	if (IS_ERR(request))
		return ERR_CAST(request);
	request->generation = generation;
	return xs_request_ask(request, len);
}

/**
 * xs_request_done() - for replies that say no more than that it is done
 * @reply: what xs_request() returned; freed
 *
 * Context: Any.
 * Return: 0 or -errno.
 */
int xs_request_done(char *reply)
{
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	kfree(reply);
	return 0;
}

static void ignore(struct xs_request *request)
{
}

/**
 * xs_request_tell() - ask the store for what needs no answer
 * @tx_id: the store's number of the transaction, 0 for none
 * @generation: the connection it must go to, 0 for any
 * @type: request type
 * @vec: parts of the request's body
 * @nr_vecs: how many
 *
 * Context: Process; sleeps for memory only, so the pump may call it.
 * Return: 0 or -errno, if it was not sent.
 */
int xs_request_tell(u32 tx_id, u32 generation, enum xsd_sockmsg_type type,
		    const struct kvec *vec, unsigned int nr_vecs)
{
	struct xs_request *request = xs_request_new(tx_id, type, vec, nr_vecs);
	int err;

	if (IS_ERR(request))
		return PTR_ERR(request);
	request->done = ignore;
	request->generation = generation;
	err = xs_request_submit_now(&request, 1);
	xs_request_put(request);
	return err;
}

/**
 * xs_string() - a string as a part of a request, with its NUL
 * @string: the string
 *
 * Context: Any.
 * Return: The part.
 */
struct kvec xs_string(const char *string)
{
	return (struct kvec){
		.iov_base = (void *)string,
		.iov_len = strlen(string) + 1,
	};
}
