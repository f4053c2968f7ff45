// SPDX-License-Identifier: GPL-2.0-only
/* The ring and the channel of the model's XenStore server. */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "domain.h"
#include "internal.h"
#include "store.h"

/**
 * struct reply - what goes to the guest
 * @link: in the store's list
 * @sent: bytes of @header and @body that are in the ring
 * @header: its header
 * @body: its body
 */
struct reply {
	struct list_head link;
	size_t sent;
	struct xsd_sockmsg header;
	char body[];
};

static void kick(struct model_store *store)
{
	struct evtchn_send send = { .port = store->port };

	if (store->port)
		model_event_call(model_dom0(), EVTCHNOP_send, &send);
}

/* Up to @len bytes out of the request ring. */
static size_t take_bytes(struct model_store *store, void *to, size_t len)
{
	struct xenstore_domain_interface *intf = store->intf;
	XENSTORE_RING_IDX cons = intf->req_cons;
	size_t i, nr = min_t(size_t, len, READ_ONCE(intf->req_prod) - cons);

	/* The index before the bytes; pairs with the guest's write barrier. */
	virt_rmb();
	for (i = 0; i < nr; i++)
		((char *)to)[i] = intf->req[MASK_XENSTORE_IDX(cons + i)];
	/* Read before the guest may overwrite them. */
	virt_mb();
	WRITE_ONCE(intf->req_cons, cons + nr);
	return nr;
}

/* Up to @len bytes into the reply ring. */
static size_t put_bytes(struct model_store *store, const void *from, size_t len)
{
	struct xenstore_domain_interface *intf = store->intf;
	XENSTORE_RING_IDX prod = intf->rsp_prod;
	size_t i, nr = min_t(size_t, len, XENSTORE_RING_SIZE -
			     (prod - READ_ONCE(intf->rsp_cons)));

	/* The guest has read what we overwrite; pairs with its barrier. */
	virt_mb();
	for (i = 0; i < nr; i++)
		intf->rsp[MASK_XENSTORE_IDX(prod + i)] = ((char *)from)[i];
	/* The bytes before the index that shows them. */
	virt_wmb();
	WRITE_ONCE(intf->rsp_prod, prod + nr);
	return nr;
}

static void queue_reply(struct model_store *store,
			const struct xsd_sockmsg *header, const void *body)
{
	struct reply *reply = kmalloc(struct_size(reply, body, header->len),
				      GFP_KERNEL);

	if (!reply)
		return;
	reply->sent = 0;
	reply->header = *header;
	memcpy(reply->body, body, header->len);
	list_add_tail(&reply->link, &store->replies);
}

static void say_wrongly(struct model_store *store, struct xsd_sockmsg *header,
			const void *body)
{
	struct xsd_sockmsg other = *header;

	switch (store->spoil) {
	case MODEL_SPOIL_LENGTH:
		other.len = XENSTORE_PAYLOAD_MAX + 1;
		put_bytes(store, &other, sizeof(other));
		break;
	case MODEL_SPOIL_INDEX:
		WRITE_ONCE(store->intf->rsp_prod,
			   store->intf->rsp_cons + XENSTORE_RING_SIZE + 1);
		break;
	case MODEL_SPOIL_ID:
		other.req_id += 1000;
		queue_reply(store, &other, body);
		queue_reply(store, header, body);
		break;
	case MODEL_SPOIL_TYPE:
		other.type = XS_DEBUG;
		queue_reply(store, &other, body);
		break;
	case MODEL_SPOIL_ERROR:
		other.type = XS_ERROR;
		other.len = 6;
		queue_reply(store, &other, "EWHAT");
		break;
	case MODEL_SPOIL_EVENT:
		other.type = XS_WATCH_EVENT;
		other.len = 4;
		queue_reply(store, &other, "data");
		queue_reply(store, header, body);
		break;
	case MODEL_SPOIL_TORN:
		put_bytes(store, &other, sizeof(other) / 2);
		break;
	default:
		return;
	}
	if (store->spoil != MODEL_SPOIL_SILENCE)
		store->spoil = MODEL_SPOIL_NOTHING;
}

/**
 * model_store_say() - a message to the guest
 * @store: the store, locked
 * @type: XS_*
 * @req_id: the request's number
 * @tx_id: the transaction's
 * @body: the body
 * @len: its length
 *
 * Context: Process; sleeps.
 */
void model_store_say(struct model_store *store, u32 type, u32 req_id,
		     u32 tx_id, const void *body, size_t len)
{
	struct xsd_sockmsg header = { .type = type, .req_id = req_id,
				      .tx_id = tx_id, .len = len };

	if (store->spoil && type != XS_WATCH_EVENT)
		say_wrongly(store, &header, body);
	else if (!store->spoil)
		queue_reply(store, &header, body);
}

/* Whether all of it is in the ring. */
static bool send_reply(struct model_store *store, struct reply *reply)
{
	size_t len = sizeof(reply->header) + reply->header.len;

	reply->sent += put_bytes(store, (char *)&reply->header + reply->sent,
				 len - reply->sent);
	return reply->sent == len;
}

static void send_replies(struct model_store *store)
{
	struct reply *reply, *tmp;

	list_for_each_entry_safe(reply, tmp, &store->replies, link) {
		if (!send_reply(store, reply))
			return;
		list_del(&reply->link);
		kfree(reply);
	}
}

/* Whether a whole request has come in. */
static bool take_request(struct model_store *store)
{
	size_t header = sizeof(store->header);

	if (store->got < header)
		store->got += take_bytes(store, (char *)&store->header +
					 store->got, header - store->got);
	if (store->got < header || store->header.len > XENSTORE_PAYLOAD_MAX)
		return false;
	store->got += take_bytes(store, store->body + store->got - header,
				 store->header.len + header - store->got);
	if (store->got < header + store->header.len)
		return false;
	store->body[store->header.len] = '\0';
	store->got = 0;
	return true;
}

static void serve(struct work_struct *work)
{
	struct model_store *store = container_of(work, struct model_store,
						 work);

	mutex_lock(&store->lock);
	while (store->port && take_request(store)) {
		bool is_torn = store->spoil == MODEL_SPOIL_TORN;

		model_store_answer(store);
		if (is_torn) {
			mutex_unlock(&store->lock);
			model_store_die(store);
			return;
		}
		send_replies(store);
	}
	if (store->port)
		send_replies(store);
	kick(store);
	mutex_unlock(&store->lock);
}

static void upcall(struct model_domain *domain, unsigned int vcpu)
{
	struct model_store *store = domain->upcall_data;

	/* There is one port, so nobody needs to know which. */
	memset(domain->shared->evtchn_pending, 0,
	       sizeof(domain->shared->evtchn_pending));
	schedule_work(&store->work);
}

static int bind(struct model_store *store)
{
	struct evtchn_bind_interdomain bind = {
		.remote_dom = MODEL_GUEST,
		.remote_port = store->guest_port,
	};
	int err = model_event_call(model_dom0(),
				   EVTCHNOP_bind_interdomain, &bind);

	store->port = err ? 0 : bind.local_port;
	return err;
}

static void drop_replies(struct model_store *store)
{
	struct reply *reply, *tmp;

	list_for_each_entry_safe(reply, tmp, &store->replies, link)
		kfree(reply);
	INIT_LIST_HEAD(&store->replies);
	store->got = 0;
}

/**
 * model_store_die() - the server dies: nobody serves the ring
 * @store: the store
 *
 * Context: Process; sleeps.
 */
void model_store_die(struct model_store *store)
{
	struct evtchn_close close;

	mutex_lock(&store->lock);
	close.port = store->port;
	if (store->port)
		model_event_call(model_dom0(), EVTCHNOP_close,
				 &close);
	store->port = 0;
	drop_replies(store);
	model_store_forget(store);
	mutex_unlock(&store->lock);
}

static int begin(struct model_store *store)
{
	int err = bind(store);

	store->spoil = MODEL_SPOIL_NOTHING;
	kick(store);
	return err;
}

static void empty_ring(struct model_store *store)
{
	store->intf->req_cons = 0;
	store->intf->req_prod = 0;
	store->intf->rsp_cons = 0;
	store->intf->rsp_prod = 0;
}

/**
 * model_store_revive() - another server begins, with the nodes of the last
 * @store: the store, dead
 *
 * It empties the ring, as xenstored does.
 *
 * Context: Process; sleeps.
 * Return: 0 or -errno.
 */
int model_store_revive(struct model_store *store)
{
	int err;

	mutex_lock(&store->lock);
	empty_ring(store);
	err = begin(store);
	mutex_unlock(&store->lock);
	return err;
}

/**
 * model_store_succeed() - another server goes on where the last one died
 * @store: the store, dead
 *
 * It takes the ring as it is, as oxenstored may.
 *
 * Context: Process; sleeps.
 * Return: 0 or -errno.
 */
int model_store_succeed(struct model_store *store)
{
	int err;

	mutex_lock(&store->lock);
	err = begin(store);
	mutex_unlock(&store->lock);
	return err;
}

/**
 * model_store_spoil() - have the next answer be wrong
 * @store: the store
 * @spoil: how
 *
 * Context: Process; sleeps.
 */
void model_store_spoil(struct model_store *store, enum model_spoil spoil)
{
	mutex_lock(&store->lock);
	store->spoil = spoil;
	mutex_unlock(&store->lock);
}

/**
 * model_store_end() - the server ends the connection, and says why
 * @store: the store
 * @error: XENSTORE_ERROR_*
 *
 * As xenstored does: it serves nothing from now on, and sends no event.
 *
 * Context: Process; sleeps.
 */
void model_store_end(struct model_store *store, u32 error)
{
	mutex_lock(&store->lock);
	store->spoil = MODEL_SPOIL_SILENCE;
	model_store_forget(store);
	WRITE_ONCE(store->intf->error, error);
	mutex_unlock(&store->lock);
}

/**
 * model_store_connect() - the server connects a ring that was not yet
 * @store: the store
 *
 * Context: Process; sleeps.
 */
void model_store_connect(struct model_store *store)
{
	mutex_lock(&store->lock);
	WRITE_ONCE(store->intf->connection, XENSTORE_CONNECTED);
	kick(store);
	mutex_unlock(&store->lock);
}

/**
 * model_store_reconnect() - the server does what the guest has asked for
 * @store: the store
 *
 * It empties the ring, forgets what was wrong, and serves again.
 *
 * Context: Process; sleeps.
 */
void model_store_reconnect(struct model_store *store)
{
	mutex_lock(&store->lock);
	drop_replies(store);
	model_store_forget(store);
	empty_ring(store);
	store->spoil = MODEL_SPOIL_NOTHING;
	WRITE_ONCE(store->intf->error, XENSTORE_ERROR_NONE);
	mutex_unlock(&store->lock);
	model_store_connect(store);
}

static int open_channel(struct model_store *store)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = MODEL_DOM0 };
	struct model_domain *guest = model_guest();
	struct model_domain *dom0 = model_dom0();
	int err = model_event_call(guest, EVTCHNOP_alloc_unbound, &alloc);

	if (err)
		return err;
	store->guest_port = alloc.port;
	guest->params[HVM_PARAM_STORE_PFN] = model_mfn_of(store->intf);
	guest->params[HVM_PARAM_STORE_EVTCHN] = alloc.port;
	dom0->upcall_data = store;
	dom0->upcall = upcall;
	return bind(store);
}

static int make_nodes(struct model_store *store)
{
	static const char perms[] = "n0\0b1";
	int err;

	model_tree_init(&store->tree);
	err = model_tree_mkdir(&store->tree, MODEL_STORE_HOME);
	if (!err)
		err = model_tree_set_perms(&store->tree, MODEL_STORE_HOME,
					   perms, sizeof(perms));
	return err ?: model_tree_write(&store->tree, MODEL_STORE_HOME "/name",
				       "model", 5);
}

/**
 * model_store_create() - a XenStore for the guest, served by dom0
 *
 * The guest finds it as in HVM. Undone by model_store_destroy().
 *
 * Context: Process; sleeps.
 * Return: The store, or NULL.
 */
struct model_store *model_store_create(void)
{
	struct model_store *store = kzalloc(sizeof(*store), GFP_KERNEL);

	if (!store)
		return NULL;
	mutex_init(&store->lock);
	INIT_WORK(&store->work, serve);
	INIT_LIST_HEAD(&store->watches);
	INIT_LIST_HEAD(&store->transactions);
	INIT_LIST_HEAD(&store->replies);
	store->intf = (void *)get_zeroed_page(GFP_KERNEL);
	if (!store->intf || make_nodes(store) || open_channel(store)) {
		model_store_destroy(store);
		return NULL;
	}
	return store;
}

/**
 * model_store_destroy() - the end of a store
 * @store: the store, or NULL
 *
 * Context: Process; sleeps. The guest does not use it any more.
 */
void model_store_destroy(struct model_store *store)
{
	struct model_domain *dom0 = model_dom0();

	if (!store)
		return;
	dom0->upcall = NULL;
	model_store_die(store);
	cancel_work_sync(&store->work);
	model_tree_exit(&store->tree);
	free_page((unsigned long)store->intf);
	kfree(store);
}
