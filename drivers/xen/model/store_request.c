// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the model's XenStore answers.
 *
 * A transaction is a copy of all nodes. It takes the place of the store's when
 * it ends, if nothing has changed since it began; else it is tried again.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/newer_abi.h>

#include "domain.h"
#include "store.h"

/**
 * struct change - a node that a transaction has changed
 * @link: in its list
 * @path: the node
 */
struct change {
	struct list_head link;
	char path[];
};

/**
 * struct transaction - a transaction of the guest's
 * @link: in the store's list
 * @id: its number
 * @generation: the store's when it began
 * @tree: the nodes as it sees them
 * @changes: what it has changed
 */
struct transaction {
	struct list_head link;
	u32 id;
	u64 generation;
	struct model_tree tree;
	struct list_head changes;
};

/**
 * struct call - a request that is being answered
 * @store: by whom
 * @t: its transaction, or NULL
 * @tree: the nodes it is about
 * @path: its path, in full
 * @rest: what comes behind the path
 * @rest_len: how much
 * @reply: the answer
 * @reply_len: its length
 */
struct call {
	struct model_store *store;
	struct transaction *t;
	struct model_tree *tree;
	char path[MODEL_STORE_PATH_BYTES];
	char *rest;
	size_t rest_len;
	char reply[XENSTORE_PAYLOAD_MAX];
	size_t reply_len;
};

static int answer_bytes(struct call *call, const void *bytes, size_t len)
{
	if (len > sizeof(call->reply))
		return -E2BIG;
	memcpy(call->reply, bytes, len);
	call->reply_len = len;
	return 0;
}

static int answer_string(struct call *call, const char *string)
{
	return answer_bytes(call, string, strlen(string) + 1);
}

/* Told when the transaction ends, if there is one. */
static int note_change(struct call *call)
{
	size_t len = strlen(call->path) + 1;
	struct change *change;

	if (!call->t) {
		call->store->generation++;
		model_store_fire(call->store, call->path);
		return 0;
	}
	change = kmalloc(struct_size(change, path, len), GFP_KERNEL);
	if (!change)
		return -ENOMEM;
	memcpy(change->path, call->path, len);
	list_add_tail(&change->link, &call->t->changes);
	return 0;
}

static bool may(struct call *call, char access)
{
	return model_tree_may(call->tree, call->path, MODEL_GUEST, access);
}

static int do_read(struct call *call)
{
	const char *value;
	size_t len;
	int err;

	if (!may(call, 'r'))
		return -EACCES;
	err = model_tree_read(call->tree, call->path, &value, &len);
	return err ?: answer_bytes(call, value, len);
}

static int do_directory(struct call *call)
{
	int len;

	if (!may(call, 'r'))
		return -EACCES;
	len = model_tree_list(call->tree, call->path, call->reply,
			      sizeof(call->reply));
	call->reply_len = max(len, 0);
	return min(len, 0);
}

static int do_write(struct call *call)
{
	int err;

	if (!may(call, 'w'))
		return -EACCES;
	err = model_tree_write(call->tree, call->path, call->rest,
			       call->rest_len);
	return err ?: note_change(call) ?: answer_string(call, "OK");
}

static int do_mkdir(struct call *call)
{
	int err;

	if (!may(call, 'w'))
		return -EACCES;
	err = model_tree_mkdir(call->tree, call->path);
	return err ?: note_change(call) ?: answer_string(call, "OK");
}

static int do_rm(struct call *call)
{
	int err;

	if (!may(call, 'w'))
		return -EACCES;
	err = model_tree_rm(call->tree, call->path);
	return err ?: note_change(call) ?: answer_string(call, "OK");
}

static int do_get_perms(struct call *call)
{
	const char *perms;
	size_t len;
	int err = model_tree_get_perms(call->tree, call->path, &perms, &len);

	return err ?: answer_bytes(call, perms, len);
}

static int do_set_perms(struct call *call)
{
	int err;

	if (!may(call, 'w'))
		return -EACCES;
	err = model_tree_set_perms(call->tree, call->path, call->rest,
				   call->rest_len);
	return err ?: note_change(call) ?: answer_string(call, "OK");
}

static bool has_token(const struct call *call)
{
	return call->rest_len && !call->rest[call->rest_len - 1];
}

static int do_watch(struct call *call)
{
	int err = has_token(call) ? model_watch_add(call->store, call->path,
						    call->rest) : -EINVAL;

	return err ?: answer_string(call, "OK");
}

static int do_unwatch(struct call *call)
{
	int err = has_token(call) ? model_watch_remove(call->store, call->path,
						       call->rest) : -EINVAL;

	return err ?: answer_string(call, "OK");
}

static void free_transaction(struct transaction *t)
{
	struct change *change, *tmp;

	list_for_each_entry_safe(change, tmp, &t->changes, link)
		kfree(change);
	model_tree_exit(&t->tree);
	list_del(&t->link);
	kfree(t);
}

static int do_start(struct call *call)
{
	struct model_store *store = call->store;
	struct transaction *t = kzalloc(sizeof(*t), GFP_KERNEL);
	char text[12];

	if (!t)
		return -ENOMEM;
	INIT_LIST_HEAD(&t->changes);
	list_add(&t->link, &store->transactions);
	t->id = ++store->next_transaction;
	t->generation = store->generation;
	if (model_tree_copy(&t->tree, &store->tree)) {
		free_transaction(t);
		return -ENOMEM;
	}
	snprintf(text, sizeof(text), "%u", t->id);
	return answer_string(call, text);
}

static void commit(struct model_store *store, struct transaction *t)
{
	struct change *change;

	model_tree_exit(&store->tree);
	list_splice_init(&t->tree.nodes, &store->tree.nodes);
	store->generation++;
	list_for_each_entry(change, &t->changes, link)
		model_store_fire(store, change->path);
}

static int do_end(struct call *call)
{
	bool is_commit = call->store->body[0] == 'T';
	struct transaction *t = call->t;
	int err = 0;

	if (!t)
		return -ENOENT;
	if (is_commit && t->generation != call->store->generation)
		err = -EAGAIN;
	else if (is_commit && !list_empty(&t->changes))
		commit(call->store, t);
	free_transaction(t);
	return err ?: answer_string(call, "OK");
}

static int do_domain_path(struct call *call)
{
	char path[32];

	snprintf(path, sizeof(path), "/local/domain/%.8s", call->store->body);
	return answer_string(call, path);
}

static int do_introduced(struct call *call)
{
	const char *domid = call->store->body;

	return answer_string(call, strcmp(domid, "0") && strcmp(domid, "1") ?
			     "F" : "T");
}

static int do_reset_watches(struct call *call)
{
	model_store_forget(call->store);
	return answer_string(call, "OK");
}

static int do_get_feature(struct call *call)
{
	char text[12];

	if (!call->store->knows_features)
		return -ENOSYS;
	/* A domain's number: dom0 alone may ask for another's. */
	if (call->store->header.len)
		return -EACCES;
	snprintf(text, sizeof(text), "%u", call->store->features);
	return answer_string(call, text);
}

/* What has a path, and what has none. */
static const struct {
	int (*answer)(struct call *call);
	bool has_path;
} types[] = {
	[XS_DIRECTORY] = { do_directory, true },
	[XS_READ] = { do_read, true },
	[XS_GET_PERMS] = { do_get_perms, true },
	[XS_WATCH] = { do_watch, true },
	[XS_UNWATCH] = { do_unwatch, true },
	[XS_TRANSACTION_START] = { do_start, false },
	[XS_TRANSACTION_END] = { do_end, false },
	[XS_GET_DOMAIN_PATH] = { do_domain_path, false },
	[XS_WRITE] = { do_write, true },
	[XS_MKDIR] = { do_mkdir, true },
	[XS_RM] = { do_rm, true },
	[XS_SET_PERMS] = { do_set_perms, true },
	[XS_IS_DOMAIN_INTRODUCED] = { do_introduced, false },
	[XS_RESET_WATCHES] = { do_reset_watches, false },
	[XS_GET_FEATURE] = { do_get_feature, false },
};

static bool is_path(const char *path)
{
	size_t len = strlen(path);

	return len && !strstr(path, "//") &&
	       (len == 1 || path[len - 1] != '/');
}

static int split(struct call *call, char *body, size_t len)
{
	size_t path_len = strnlen(body, len) + 1;
	const char *home = body[0] == '/' ? "" : MODEL_STORE_HOME "/";

	if (path_len > len || !is_path(body))
		return -EINVAL;
	if (snprintf(call->path, sizeof(call->path), "%s%s", home, body) >=
	    sizeof(call->path))
		return -EINVAL;
	call->rest = body + path_len;
	call->rest_len = len - path_len;
	return 0;
}

static int find_tree(struct call *call, u32 id)
{
	struct transaction *t;

	call->tree = &call->store->tree;
	if (!id)
		return 0;
	list_for_each_entry(t, &call->store->transactions, link) {
		if (t->id != id)
			continue;
		call->t = t;
		call->tree = &t->tree;
		return 0;
	}
	return -ENOENT;
}

static int answer(struct call *call)
{
	struct model_store *store = call->store;
	u32 type = store->header.type;
	int err;

	if (type >= ARRAY_SIZE(types) || !types[type].answer)
		return -ENOSYS;
	err = find_tree(call, store->header.tx_id);
	if (!err && types[type].has_path)
		err = split(call, store->body, store->header.len);
	return err ?: types[type].answer(call);
}

static const char *error_name(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xsd_errors); i++)
		if (xsd_errors[i].errnum == -err)
			return xsd_errors[i].errstring;
	return "EIO";
}

/**
 * model_store_answer() - answer the request that has come in
 * @store: the store, locked
 *
 * Context: Process; sleeps.
 */
void model_store_answer(struct model_store *store)
{
	struct call *call = kzalloc(sizeof(*call), GFP_KERNEL);
	const struct xsd_sockmsg *header = &store->header;
	const char *name;
	int err;

	if (!call)
		return;
	call->store = store;
	store->nr_requests++;
	err = answer(call);
	name = error_name(err);
	if (err)
		model_store_say(store, XS_ERROR, header->req_id, header->tx_id,
				name, strlen(name) + 1);
	else
		model_store_say(store, header->type, header->req_id,
				header->tx_id, call->reply, call->reply_len);
	/* A watch fires once when it is there. */
	if (!err && header->type == XS_WATCH)
		model_watch_begin(store);
	kfree(call);
}

/**
 * model_store_forget() - the guest's watches and transactions are no more
 * @store: the store, locked
 *
 * Context: Process; sleeps.
 */
void model_store_forget(struct model_store *store)
{
	struct transaction *t, *next;

	model_watches_forget(store);
	list_for_each_entry_safe(t, next, &store->transactions, link)
		free_transaction(t);
}

unsigned int model_store_nr_transactions(struct model_store *store)
{
	struct transaction *t;
	unsigned int nr = 0;

	mutex_lock(&store->lock);
	list_for_each_entry(t, &store->transactions, link)
		nr++;
	mutex_unlock(&store->lock);
	return nr;
}
