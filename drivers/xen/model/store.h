/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A XenStore server in dom0 of the model host.
 *
 * It speaks the wire protocol over the guest's ring, as xenstored does, and
 * breaks it when it is told to.
 */
#ifndef _XENDOMU_MODEL_STORE_H
#define _XENDOMU_MODEL_STORE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/io/xs_wire.h>

#define MODEL_STORE_HOME "/local/domain/1"
/* Longer paths are refused. */
#define MODEL_STORE_PATH_BYTES 256

/**
 * enum model_spoil - what is wrong with the server's next answer
 * @MODEL_SPOIL_NOTHING: nothing
 * @MODEL_SPOIL_SILENCE: it does not come, nor does any later one
 * @MODEL_SPOIL_INDEX: an index that leaves more in the ring than fits
 * @MODEL_SPOIL_LENGTH: a body longer than the protocol allows
 * @MODEL_SPOIL_ID: it is for a request that was never made; the right one
 *	follows
 * @MODEL_SPOIL_TYPE: it is for another type of request
 * @MODEL_SPOIL_ERROR: an error that nobody knows
 * @MODEL_SPOIL_EVENT: a watch event without a token comes before it
 * @MODEL_SPOIL_TORN: it ends in its header, and the server dies
 */
enum model_spoil {
	MODEL_SPOIL_NOTHING,
	MODEL_SPOIL_SILENCE,
	MODEL_SPOIL_INDEX,
	MODEL_SPOIL_LENGTH,
	MODEL_SPOIL_ID,
	MODEL_SPOIL_TYPE,
	MODEL_SPOIL_ERROR,
	MODEL_SPOIL_EVENT,
	MODEL_SPOIL_TORN,
};

/**
 * struct model_tree - nodes, of the store or as a transaction sees it
 * @nodes: in no order
 */
struct model_tree {
	struct list_head nodes;
};

/**
 * struct model_store - a server and what it holds
 * @lock: protects everything
 * @work: serves the ring
 * @intf: the ring
 * @guest_port: the guest's end of the channel
 * @port: dom0's, 0 while nobody serves
 * @tree: the nodes
 * @generation: counts changes of @tree
 * @watches: the guest's
 * @transactions: the guest's
 * @next_transaction: number of the next one
 * @replies: what does not fit into the ring yet
 * @header: the request that is coming in
 * @body: likewise
 * @got: bytes of both so far
 * @spoil: what is wrong with the next answer
 * @nr_requests: of all types
 * @features: what it answers to XS_GET_FEATURE
 * @knows_features: whether it has that request
 */
struct model_store {
	struct mutex lock; /* all of it */
	struct work_struct work;
	struct xenstore_domain_interface *intf;
	evtchn_port_t guest_port;
	evtchn_port_t port;
	struct model_tree tree;
	u64 generation;
	struct list_head watches;
	struct list_head transactions;
	u32 next_transaction;
	struct list_head replies;
	struct xsd_sockmsg header;
	char body[XENSTORE_PAYLOAD_MAX + 1];
	size_t got;
	enum model_spoil spoil;
	unsigned int nr_requests;
	u32 features;
	bool knows_features;
};

/* store.c: the ring and the channel */
struct model_store *model_store_create(void);
void model_store_destroy(struct model_store *store);
void model_store_die(struct model_store *store);
int model_store_revive(struct model_store *store);
int model_store_succeed(struct model_store *store);
void model_store_spoil(struct model_store *store, enum model_spoil spoil);
void model_store_end(struct model_store *store, u32 error);
void model_store_connect(struct model_store *store);
void model_store_reconnect(struct model_store *store);
void model_store_say(struct model_store *store, u32 type, u32 req_id,
		     u32 tx_id, const void *body, size_t len);

/* store_tree.c: nodes, as the host's own programs see them */
void model_tree_init(struct model_tree *tree);
void model_tree_exit(struct model_tree *tree);
int model_tree_copy(struct model_tree *to, const struct model_tree *from);
int model_tree_read(struct model_tree *tree, const char *path, const char **value,
		    size_t *len);
int model_tree_write(struct model_tree *tree, const char *path,
		     const void *value, size_t len);
int model_tree_mkdir(struct model_tree *tree, const char *path);
int model_tree_rm(struct model_tree *tree, const char *path);
int model_tree_list(struct model_tree *tree, const char *path, char *names,
		    size_t room);
int model_tree_get_perms(struct model_tree *tree, const char *path,
			 const char **perms, size_t *len);
int model_tree_set_perms(struct model_tree *tree, const char *path,
			 const char *perms, size_t len);
bool model_tree_may(struct model_tree *tree, const char *path, domid_t domid,
		    char access);
int model_store_write(struct model_store *store, const char *path,
		      const char *value);
bool model_store_has(struct model_store *store, const char *path,
		     const char *value);

/* store_request.c */
void model_store_answer(struct model_store *store);
void model_store_forget(struct model_store *store);

/* store_watch.c */
int model_watch_add(struct model_store *store, const char *path,
		    const char *token);
int model_watch_remove(struct model_store *store, const char *path,
		       const char *token);
void model_watch_begin(struct model_store *store);
void model_watches_forget(struct model_store *store);
void model_store_fire(struct model_store *store, const char *path);
unsigned int model_store_nr_watches(struct model_store *store);
unsigned int model_store_nr_transactions(struct model_store *store);

#endif
