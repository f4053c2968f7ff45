// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions.
 *
 * A caller's number is ours, not the store's: behind it are the store's number
 * and the connection that it was given on. A transaction of a lost connection
 * is so never mistaken for one that a new server happened to give the same
 * number. It ends with -EAGAIN, as one that met a conflict, and is tried again.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <xen/compat.h>
#include <xen/xenbus.h>

#include "internal.h"

/* A conflict means that somebody else got on; this often in a row is strange. */
#define TRANSACTION_TRIES 1000

/* Open ones: the caller's number to the store's number and the connection. */
static DEFINE_XARRAY_ALLOC1(transactions);
static u32 next_number;

/* Both in one value of an xarray, which holds 63 bits. */
static void *pack(u32 id, u32 generation)
{
	return xa_mk_value(((unsigned long)(generation & INT_MAX) << 32) | id);
}

static void unpack(const void *entry, u32 *id, u32 *generation)
{
	unsigned long value = xa_to_value(entry);

	*id = value;
	*generation = value >> 32;
}

/**
 * xs_transaction_id() - what the store calls a transaction
 * @t: transaction, or XBT_NIL
 * @id: set to its number there, 0 for none
 * @generation: set to its connection, 0 for any
 *
 * Context: Any.
 * Return: 0; -ENOENT if it is not open.
 */
int xs_transaction_id(struct xenbus_transaction t, u32 *id, u32 *generation)
{
	const void *entry;

	*id = 0;
	*generation = 0;
	if (!t.id)
		return 0;
	entry = xa_load(&transactions, t.id);
	if (!entry)
		return -ENOENT;
	unpack(entry, id, generation);
	return 0;
}

static int tell_end(u32 id, u32 generation)
{
	struct kvec abort = xs_string("F");

	return xs_request_tell(id, generation, XS_TRANSACTION_END, &abort, 1);
}

/* A task that was killed while it waited has left an open transaction. */
static void started(struct xs_request *request)
{
	u32 id;

	if (!request->is_abandoned)
		complete(&request->answered);
	else if (!request->err && request->reply.type == XS_TRANSACTION_START &&
		 !xs_transaction_number(request->reply_body, &id))
		tell_end(id, request->generation);
}

/* The store's number, and the connection it is good for. */
static int start(u32 *id, u32 *generation)
{
	struct kvec nothing = xs_string("");
	struct xs_request *request;
	char *reply;
	int err;

	request = xs_request_new(0, XS_TRANSACTION_START, &nothing, 1);
	if (IS_ERR(request))
		return PTR_ERR(request);
	request->done = started;
	err = xs_request_submit(&request, 1);
	if (err) {
		xs_request_put(request);
		return err;
	}
	*generation = request->generation;
	reply = xs_request_wait(request, NULL);
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	err = xs_transaction_number(reply, id);
	if (err)
		pr_err_ratelimited("XenStore numbers a transaction \"%.32s\"\n",
				   reply);
	kfree(reply);
	return err;
}

/**
 * xenbus_transaction_start() - begin a transaction
 * @t: set to it
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_read().
 */
int xenbus_transaction_start(struct xenbus_transaction *t)
{
	u32 id, generation;
	int err;

	err = start(&id, &generation);
	if (err)
		return err;
	err = xa_alloc_cyclic(&transactions, &t->id, pack(id, generation),
			      xa_limit_32b, &next_number, GFP_NOIO);
	if (err < 0) {
		tell_end(id, generation);
		return err;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(xenbus_transaction_start);

/**
 * xenbus_transaction_end() - end a transaction
 * @t: a transaction that was begun; no more after this
 * @abort: undo it all
 *
 * Context: Process; sleeps.
 * Return: 0; -EAGAIN if it met a conflict or its connection was lost, and
 * nothing of it was done: try again from the start; -ENOENT if it was not
 * begun; -ENOTCONN, -EIO or -EINTR if it is not known whether it was done; what
 * else the store says.
 */
int xenbus_transaction_end(struct xenbus_transaction t, compat_abort_t abort)
{
	struct kvec how = xs_string(abort ? "F" : "T");
	int err;

	if (!t.id)
		return -ENOENT;
	err = xs_request_done(xs_request(t, XS_TRANSACTION_END, &how, 1, NULL));
	xa_erase(&transactions, t.id);
	return abort && err == -EAGAIN ? 0 : err;
}
EXPORT_SYMBOL_GPL(xenbus_transaction_end);

/**
 * xenbus_transaction_run() - do something in a transaction until it holds
 * @body: does it; may be called again, so it sets what it counts to zero
 * @data: for @body
 *
 * @body is called in a new transaction. If it returns 0 that is ended; if it
 * met a conflict, or @body returns -EAGAIN, all is begun anew; if @body returns
 * another error, the transaction is undone.
 *
 * Context: Process; sleeps.
 * Return: 0; what @body returned; or -errno as xenbus_transaction_end(), which
 * is -EAGAIN only after a thousand conflicts in a row.
 */
int xenbus_transaction_run(int (*body)(struct xenbus_transaction t, void *data),
			   void *data)
{
	int tries, err = -EAGAIN;

	for (tries = 0; err == -EAGAIN && tries < TRANSACTION_TRIES; tries++) {
		struct xenbus_transaction t;

		err = xenbus_transaction_start(&t);
		/* Here it would mean that the store has no room for one. */
		if (err)
			return err;
		err = body(t, data);
		if (err)
			xenbus_transaction_end(t, true);
		else
			err = xenbus_transaction_end(t, false);
	}
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_transaction_run);

/* Those still open were not ended by whoever began them. */
void xs_transaction_exit(void)
{
	if (!xa_empty(&transactions))
		pr_warn("transactions were left open\n");
	xa_destroy(&transactions);
}
