// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that has /dev/xen/xenbus open, and what its messages mean.
 *
 * The store knows one client, this domain. So that programs do not get into
 * each other's way, each open file has transactions and watches of its own:
 * a message in a transaction that the file did not begin is answered here, and
 * so is all that would reach over to others. What is left is sent on with a
 * number of ours; the answer carries the program's again.
 *
 *   program: write() -> inbox -> xs_client_ask() -> the store, or answered here
 *            read() <- outbox <- answered()      <- the store
 *                             <- watch events
 *
 * A store that is not there is an answer like any other, EIO: libxenstore
 * closes its handle for good when a write() fails, and a store may come back.
 *
 * Memory: a file may hold REPLIES_MAX bytes of answers, counting the largest
 * possible for each that is under way. More requests must wait until the
 * program reads. Watch events have a limit of their own (client_watch.c).
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device.h"
#include "internal.h"

#define REPLIES_MAX (256 * 1024)
#define REPLY_MAX (sizeof(struct xs_message) + XENSTORE_PAYLOAD_MAX)

/**
 * struct transaction - one that a file has open
 * @link: in xs_client.transactions
 * @id: the store's number, which is the program's, too
 * @generation: the connection that it was begun on
 */
struct transaction {
	struct list_head link;
	u32 id;
	u32 generation;
};

/**
 * struct question - a program's request on its way
 * @client: who asked; holds a reference
 * @answer: what it will read; its header has the request's numbers
 * @started: for what a request that begins a transaction begins; else NULL
 */
struct question {
	struct xs_client *client;
	struct xs_message *answer;
	struct transaction *started;
};

static void free_client(struct kref *ref)
{
	kfree(container_of(ref, struct xs_client, ref));
}

/* The message is the client's; if nobody can read it, it is no more. */
static void queue_locked(struct xs_client *client, struct xs_message *message)
{
	lockdep_assert_held(&client->lock);
	if (client->is_closed)
		xs_message_free(message);
	else
		xs_outbox_add(&client->out, message);
}

/**
 * xs_client_queue() - let the program read a message
 * @client: the program
 * @message: the message; used up
 *
 * Context: Process; does not sleep.
 */
void xs_client_queue(struct xs_client *client, struct xs_message *message)
{
	spin_lock(&client->lock);
	queue_locked(client, message);
	spin_unlock(&client->lock);
	wake_up_interruptible(&client->wait);
}

/**
 * xs_client_answer() - answer a request from here
 * @client: the program
 * @header: the request's header
 * @type: type of the answer
 * @text: its body, at most 15 characters
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int xs_client_answer(struct xs_client *client, const struct xsd_sockmsg *header,
		     u32 type, const char *text)
{
	struct xs_message *message = xs_message_new(header);

	if (!message)
		return -ENOMEM;
	xs_message_set_text(message, type, text);
	xs_client_queue(client, message);
	return 0;
}

static struct transaction *find_transaction(struct xs_client *client, u32 id)
{
	struct transaction *transaction;

	list_for_each_entry(transaction, &client->transactions, link)
		if (transaction->id == id)
			return transaction;
	return NULL;
}

/* Sets its connection; takes it off the list if that is asked for. */
static bool get_transaction(struct xs_client *client, u32 id, bool is_end,
			    u32 *generation)
{
	struct transaction *transaction;

	spin_lock(&client->lock);
	transaction = find_transaction(client, id);
	if (transaction)
		*generation = transaction->generation;
	if (transaction && is_end)
		list_del(&transaction->link);
	spin_unlock(&client->lock);
	if (is_end)
		kfree(transaction);
	return transaction;
}

static void abort_transaction(u32 id, u32 generation)
{
	struct kvec abort = xs_string("F");
	int err = xs_request_tell(id, generation, XS_TRANSACTION_END, &abort, 1);

	/* Any other error says that the store has forgotten it by itself. */
	if (err == -ENOMEM)
		pr_err_ratelimited("no memory to end transaction %u: it stays open\n",
				   id);
}

/* The store has begun a transaction for a program, which may be gone by now. */
static void add_transaction(struct xs_client *client,
			    struct transaction *transaction)
{
	struct transaction *old;
	bool is_closed;

	spin_lock(&client->lock);
	is_closed = client->is_closed;
	if (!is_closed) {
		/* A number that comes again: the old one's server is gone. */
		old = find_transaction(client, transaction->id);
		if (old) {
			list_del(&old->link);
			kfree(old);
		}
		list_add(&transaction->link, &client->transactions);
	}
	spin_unlock(&client->lock);
	if (!is_closed)
		return;
	abort_transaction(transaction->id, transaction->generation);
	kfree(transaction);
}

static bool is_good_reply(const struct xs_request *request)
{
	return !request->err && (request->reply.type == XS_ERROR ||
				 request->reply.type == request->header.type);
}

/* Turns a good reply into the program's message. */
static void use_reply(struct question *question, struct xs_request *request)
{
	struct transaction *started = question->started;
	struct xs_message *answer = question->answer;

	if (request->reply.type == XS_TRANSACTION_START && started) {
		if (xs_transaction_number(request->reply_body, &started->id)) {
			xs_message_set_text(answer, XS_ERROR, "EIO");
			return;
		}
		started->generation = request->generation;
		add_transaction(question->client, started);
		question->started = NULL;
	}
	answer->header.type = request->reply.type;
	answer->header.len = request->reply.len;
	answer->body = request->reply_body;
	request->reply_body = NULL;
}

static void free_question(struct question *question)
{
	kref_put(&question->client->ref, free_client);
	xs_message_free(question->answer);
	kfree(question->started);
	kfree(question);
}

/* Called by the pump when the store has answered, or will not. */
static void answered(struct xs_request *request)
{
	struct question *question = request->owner;
	struct xs_client *client = question->client;

	if (is_good_reply(request))
		use_reply(question, request);
	else
		xs_message_set_text(question->answer, XS_ERROR, "EIO");
	spin_lock(&client->lock);
	client->nr_asked--;
	queue_locked(client, question->answer);
	spin_unlock(&client->lock);
	question->answer = NULL;
	wake_up_interruptible(&client->wait);
	free_question(question);
}

static struct question *new_question(struct xs_client *client,
				     const struct xsd_sockmsg *header)
{
	struct question *question = kzalloc(sizeof(*question), GFP_KERNEL);

	if (!question)
		return NULL;
	question->client = client;
	kref_get(&client->ref);
	question->answer = xs_message_new(header);
	if (header->type == XS_TRANSACTION_START)
		question->started = kzalloc(sizeof(*question->started),
					    GFP_KERNEL);
	if (!question->answer ||
	    (header->type == XS_TRANSACTION_START && !question->started)) {
		free_question(question);
		return NULL;
	}
	return question;
}

static struct xs_request *new_request(const struct xsd_sockmsg *header,
				      const char *body, u32 generation,
				      struct question *question)
{
	struct kvec vec = { .iov_base = (void *)body, .iov_len = header->len };
	struct xs_request *request;

	request = xs_request_new(header->tx_id, header->type, &vec, 1);
	if (IS_ERR(request))
		return request;
	request->done = answered;
	request->owner = question;
	request->generation = generation;
	return request;
}

static void count_asked(struct xs_client *client, int by)
{
	spin_lock(&client->lock);
	client->nr_asked += by;
	spin_unlock(&client->lock);
}

/* What is not sent is answered: a write() that fails ends libxenstore's use. */
static int answer_unsent(struct xs_client *client,
			 const struct xsd_sockmsg *header, const char *body,
			 int err)
{
	if (err != -EAGAIN)
		return xs_client_answer(client, header, XS_ERROR, "EIO");
	/* The transaction went with its server; to undo it is no more work. */
	if (header->type == XS_TRANSACTION_END && !strcmp(body, "F"))
		return xs_client_answer(client, header, header->type, "OK");
	return xs_client_answer(client, header, XS_ERROR, "EAGAIN");
}

static int send(struct xs_client *client, const struct xsd_sockmsg *header,
		const char *body, u32 generation)
{
	struct question *question = new_question(client, header);
	struct xs_request *request;
	int err;

	if (!question)
		return -ENOMEM;
	request = new_request(header, body, generation, question);
	if (IS_ERR(request)) {
		free_question(question);
		return PTR_ERR(request);
	}
	count_asked(client, 1);
	err = xs_request_submit(&request, 1);
	xs_request_put(request);
	if (!err)
		return 0;
	count_asked(client, -1);
	free_question(question);
	return answer_unsent(client, header, body, err);
}

static bool is_end(const struct xsd_sockmsg *header, const char *body)
{
	return header->len == 2 && (!strcmp(body, "T") || !strcmp(body, "F"));
}

/* A request that the store may see, if its transaction is this file's. */
static int send_own(struct xs_client *client, const struct xsd_sockmsg *header,
		    const char *body)
{
	bool ends = header->type == XS_TRANSACTION_END;
	u32 generation = 0;

	/* A body that the store would refuse leaves the transaction open. */
	if (ends && !is_end(header, body)) {
		ends = false;
		if (!header->tx_id ||
		    get_transaction(client, header->tx_id, false, &generation))
			return xs_client_answer(client, header, XS_ERROR,
						"EINVAL");
	}
	if ((header->tx_id || header->type == XS_TRANSACTION_END) &&
	    !get_transaction(client, header->tx_id, ends, &generation))
		return xs_client_answer(client, header, XS_ERROR, "ENOENT");
	return send(client, header, body, generation);
}

static void abort_transactions(struct xs_client *client)
{
	struct transaction *transaction, *next;
	LIST_HEAD(transactions);

	spin_lock(&client->lock);
	list_splice_init(&client->transactions, &transactions);
	spin_unlock(&client->lock);
	list_for_each_entry_safe(transaction, next, &transactions, link) {
		abort_transaction(transaction->id, transaction->generation);
		kfree(transaction);
	}
}

/* The store would take all watches of this domain: ours, and other programs'. */
static int reset(struct xs_client *client, const struct xsd_sockmsg *header)
{
	xs_client_end_watches(client);
	abort_transactions(client);
	return xs_client_answer(client, header, header->type, "OK");
}

/**
 * xs_client_ask() - do what a message says
 * @client: who wrote it; its write_lock is held
 * @header: its header
 * @body: its body, NUL-terminated behind its length
 *
 * Context: Process; sleeps; waits for the store to begin a watch.
 * Return: 0 if there is or will be an answer to read; -ENOMEM; -EINTR if the
 * task was killed.
 */
int xs_client_ask(struct xs_client *client, const struct xsd_sockmsg *header,
		  const char *body)
{
	switch (header->type) {
	case XS_WATCH:
		return xs_client_watch(client, header, body);
	case XS_UNWATCH:
		return xs_client_unwatch(client, header, body);
	case XS_RESET_WATCHES:
		return reset(client, header);
	default:
		/* Its answer would have a type that ends the connection. */
		if (header->type > XS_LAST_TYPE)
			return xs_client_answer(client, header, XS_ERROR,
						"ENOSYS");
		return send_own(client, header, body);
	}
}

/**
 * xs_client_has_room() - may the program ask more?
 * @client: the program
 *
 * Context: Process; does not sleep.
 * Return: Whether one more answer fits.
 */
bool xs_client_has_room(struct xs_client *client)
{
	size_t bytes;

	spin_lock(&client->lock);
	bytes = client->out.reply_bytes + client->nr_asked * REPLY_MAX;
	spin_unlock(&client->lock);
	return bytes + REPLY_MAX <= REPLIES_MAX;
}

/**
 * xs_client_has_message() - is there something to read?
 * @client: the program
 *
 * Context: Process; does not sleep.
 * Return: Whether there is.
 */
bool xs_client_has_message(struct xs_client *client)
{
	bool is_empty;

	spin_lock(&client->lock);
	is_empty = list_empty(&client->out.messages);
	spin_unlock(&client->lock);
	return !is_empty;
}

/**
 * xs_client_was_read() - a message was read to its end
 * @client: the program
 * @message: the message; used up
 *
 * Context: Process; does not sleep.
 */
void xs_client_was_read(struct xs_client *client, struct xs_message *message)
{
	if (message->marks)
		xs_client_unmark(client, message->marks);
	xs_message_free(message);
	wake_up_interruptible(&client->wait);
}

/**
 * xs_client_new() - for a file that is opened
 *
 * Context: Process; sleeps.
 * Return: The client; NULL if there is no memory.
 */
struct xs_client *xs_client_new(void)
{
	struct xs_client *client = kzalloc(sizeof(*client), GFP_KERNEL);

	if (!client)
		return NULL;
	kref_init(&client->ref);
	mutex_init(&client->write_lock);
	mutex_init(&client->read_lock);
	spin_lock_init(&client->lock);
	xs_outbox_init(&client->out);
	INIT_LIST_HEAD(&client->transactions);
	INIT_LIST_HEAD(&client->watches);
	init_waitqueue_head(&client->wait);
	return client;
}

/**
 * xs_client_close() - for a file that is closed
 * @client: the client; used up
 *
 * Ends what it has open at the store, without waiting for the store. What it
 * has asked and was not answered keeps the client's memory until then.
 *
 * Context: Process; sleeps.
 */
void xs_client_close(struct xs_client *client)
{
	spin_lock(&client->lock);
	client->is_closed = true;
	xs_outbox_clear(&client->out);
	spin_unlock(&client->lock);
	abort_transactions(client);
	xs_client_end_watches(client);
	xs_inbox_reset(&client->in);
	kref_put(&client->ref, free_client);
}
