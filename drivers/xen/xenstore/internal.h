/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of xendomu-xenstore.ko share with each other.
 *
 * From the page up: ring.c moves bytes, wire.c finds messages in them, queue.c
 * knows which reply belongs to whom; these and path.c know no lock and no Xen.
 * pump.c, connection.c and attach.c own the page, the port and the lock, and
 * request.c is what everybody above asks.
 */
#ifndef _XENDOMU_XENSTORE_INTERNAL_H
#define _XENDOMU_XENSTORE_INTERNAL_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/uio.h>

#include <xen/newer_abi.h>

struct notifier_block;
struct seq_file;
struct xenbus_transaction;
struct xenbus_watch;

/* ring.c: bytes through the shared page */

/**
 * struct xs_ring - our end of the ring
 * @intf: the shared page, of which we believe nothing unchecked
 * @req_prod: bytes ever written; the shared copy is only written
 * @rsp_cons: bytes ever read; the shared copy is only written
 *
 * A pure core: whoever calls serialises. Writing and reading touch different
 * fields and may go on at the same time.
 */
struct xs_ring {
	struct xenstore_domain_interface *intf;
	XENSTORE_RING_IDX req_prod;
	XENSTORE_RING_IDX rsp_cons;
};

void xs_ring_init(struct xs_ring *ring, struct xenstore_domain_interface *intf);
void xs_ring_empty(struct xs_ring *ring);
int xs_ring_write(struct xs_ring *ring, const void *data, size_t len);
int xs_ring_read(struct xs_ring *ring, void *data, size_t len);
bool xs_ring_was_empty(const struct xs_ring *ring, XENSTORE_RING_IDX req_prod);
bool xs_ring_was_full(const struct xs_ring *ring, XENSTORE_RING_IDX rsp_cons);

/* wire.c: messages in those bytes */

/**
 * struct xs_rx - a message on its way in
 * @header: its header, once @got has passed it
 * @body: its body, NUL-terminated once complete
 * @got: bytes of header and body so far
 */
struct xs_rx {
	struct xsd_sockmsg header;
	char *body;
	size_t got;
};

/**
 * struct xs_parts - a directory that comes in parts
 * @names: the names so far, each with its NUL, and one more NUL; NULL before
 *	the first part
 * @len: their length
 * @generation: changes when the directory does
 */
struct xs_parts {
	char *names;
	size_t len;
	char generation[24];
};

int xs_rx_step(struct xs_rx *rx, struct xs_ring *ring);
void xs_rx_reset(struct xs_rx *rx);
int xs_errno(const char *name);
int xs_split_event(const char *body, size_t len, const char **path,
		   const char **token);
int xs_parts_add(struct xs_parts *parts, const char *part, size_t len);
char **xs_split_list(const char *strings, unsigned int len, unsigned int *nr);

/* path.c: names of nodes */

char *xs_join(const char *dir, const char *node);
bool xs_path_is_below(const char *path, const char *node);
int xs_transaction_number(const char *text, u32 *number);

/* queue.c: which reply belongs to whom */

/**
 * struct xs_request - a request, from its first byte to its reply
 * @ref: one for whoever made it, one for being in the queue
 * @tx_link: in xs_queue.tx until sent
 * @pending_link: in xs_queue.pending until answered
 * @done: called once by the pump when @err or @reply is set; may not wait for
 *	the store; completes @answered unless set to something else
 * @owner: @done's
 * @answered: for whoever waits
 * @generation: the connection it was sent on; if set before that, the only
 *	one it may be sent on
 * @is_abandoned: nobody waits any more; final once it has left the queue
 * @sent: bytes of @header and @body that are in the ring
 * @since: when it came into the queue, in jiffies
 * @err: why there is no reply: 0, -ENOTCONN, -EIO
 * @reply: the reply's header; XS_ERROR is a reply, too
 * @reply_body: its body, NUL-terminated; @done may take it and leave NULL
 * @header: the message's header
 * @body: the message's body, right behind its header as on the wire
 */
struct xs_request {
	struct kref ref;
	struct list_head tx_link;
	struct list_head pending_link;
	void (*done)(struct xs_request *request);
	void *owner;
	struct completion answered;
	u32 generation;
	bool is_abandoned;
	size_t sent;
	unsigned long since;
	int err;
	struct xsd_sockmsg reply;
	char *reply_body;
	struct xsd_sockmsg header;
	char body[];
};

/**
 * struct xs_queue - requests under way
 * @tx: not or not wholly in the ring yet
 * @pending: not answered yet, oldest first
 * @next_id: number of the next request
 *
 * A pure core: whoever calls serialises.
 */
struct xs_queue {
	struct list_head tx;
	struct list_head pending;
	u32 next_id;
};

void xs_queue_init(struct xs_queue *queue, u32 first_id);
void xs_queue_add(struct xs_queue *queue, struct xs_request *request);
int xs_queue_send(struct xs_queue *queue, struct xs_ring *ring);
struct xs_request *xs_queue_take(struct xs_queue *queue, u32 id);
void xs_queue_take_before(struct xs_queue *queue, u32 id,
			  struct list_head *taken);

/* attach.c, connection.c, pump.c: the page, the port, and who is there */

/* Of a watch that no callback belongs to, see there. */
#define XS_SENTINEL_TOKEN "sentinel"

int xs_connection_init(void);
void xs_connection_exit(void);
int xs_request_submit(struct xs_request **requests, unsigned int nr);
int xs_request_submit_now(struct xs_request **requests, unsigned int nr);
bool xs_request_abandon(struct xs_request *request);
unsigned long xs_pump_silence(void);
bool xs_server_has(u32 feature);
void xs_connection_show(struct seq_file *m);

/* request.c: asking */

extern unsigned long xs_thread_patience;

struct xs_request *xs_request_new(u32 tx_id, u32 type, const struct kvec *vec,
				  unsigned int nr_vecs);
void xs_request_put(struct xs_request *request);
char *xs_request_ask(struct xs_request *request, unsigned int *len);
char *xs_request_wait(struct xs_request *request, unsigned int *len);
char *xs_request(struct xenbus_transaction t, enum xsd_sockmsg_type type,
		 const struct kvec *vec, unsigned int nr_vecs,
		 unsigned int *len);
int xs_request_done(char *reply);
int xs_request_tell(u32 tx_id, u32 generation, enum xsd_sockmsg_type type,
		    const struct kvec *vec, unsigned int nr_vecs);
struct kvec xs_string(const char *string);

/* transaction.c */
int xs_transaction_id(struct xenbus_transaction t, u32 *id, u32 *generation);
void xs_transaction_exit(void);

/* watch.c */
int xs_watch_init(void);
void xs_watch_exit(void);
void xs_watch_event(const char *body, size_t len);
void xs_watch_renew(void);
void xs_watch_show(struct seq_file *m);
void xs_watch_drop(struct xenbus_watch *user);

/* dev.c */
int xs_dev_init(void);
void xs_dev_exit(void);

/* notify.c: who wants to know that there is a store */
void xs_notify_connected(void);
void xs_notify_exit(void);

#endif
