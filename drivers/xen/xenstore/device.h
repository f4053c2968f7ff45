/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of /dev/xen/xenbus share with each other.
 *
 * stream.c turns bytes into messages and back, and knows no lock and no user;
 * client.c knows what a message means; dev.c is what a program opens.
 */
#ifndef _XENDOMU_XENSTORE_DEVICE_H
#define _XENDOMU_XENSTORE_DEVICE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <xen/interface/io/xs_wire.h>

/* stream.c: a program's bytes */

/**
 * struct xs_inbox - a message on its way in, written in pieces of any size
 * @header: its header, once @got has passed it
 * @body: its body, NUL-terminated
 * @got: bytes of header and body so far
 */
struct xs_inbox {
	struct xsd_sockmsg header;
	char *body;
	size_t got;
};

void *xs_inbox_room(struct xs_inbox *in, size_t *len);
int xs_inbox_took(struct xs_inbox *in, size_t len);
void xs_inbox_reset(struct xs_inbox *in);

/**
 * struct xs_message - a message for a program to read
 * @link: in xs_outbox.messages
 * @header: its header
 * @body: its body, kmalloc'ed, or @text
 * @text: room for a short body
 * @marks: number of the watch that it stands for, 0 for an ordinary message
 */
struct xs_message {
	struct list_head link;
	struct xsd_sockmsg header;
	char *body;
	char text[16];
	u32 marks;
};

/**
 * struct xs_outbox - messages that wait to be read, in pieces of any size
 * @messages: oldest first
 * @at: bytes of the oldest that were read
 * @reply_bytes: what the replies among them take
 * @event_bytes: what the watch events among them take
 *
 * A pure core: whoever calls serialises.
 */
struct xs_outbox {
	struct list_head messages;
	size_t at;
	size_t reply_bytes;
	size_t event_bytes;
};

struct xs_message *xs_message_new(const struct xsd_sockmsg *header);
void xs_message_set_text(struct xs_message *message, u32 type,
			 const char *text);
void xs_message_free(struct xs_message *message);
size_t xs_message_bytes(const struct xs_message *message);
void xs_outbox_init(struct xs_outbox *out);
void xs_outbox_add(struct xs_outbox *out, struct xs_message *message);
const void *xs_outbox_peek(struct xs_outbox *out, size_t *len);
struct xs_message *xs_outbox_advance(struct xs_outbox *out, size_t len);
void xs_outbox_clear(struct xs_outbox *out);

/* client.c: what a program asks for */

/**
 * struct xs_client - an open file of the device
 * @ref: one for the file, one for each request under way
 * @write_lock: taken by whoever writes; guards @in, and changes of @watches
 * @in: the message being written
 * @read_lock: taken by whoever reads; guards what @out begins with
 * @lock: guards what follows; @watches is changed under @write_lock, too
 * @out: messages to be read
 * @nr_asked: requests under way
 * @is_closed: nobody will read any more
 * @transactions: those open
 * @watches: those registered
 * @last_watch: number of the newest
 * @wait: for messages, or for room
 */
struct xs_client {
	struct kref ref;
	struct mutex write_lock; /* in, and changes of watches */
	struct xs_inbox in;
	struct mutex read_lock; /* what out begins with */
	spinlock_t lock; /* all below */
	struct xs_outbox out;
	unsigned int nr_asked;
	bool is_closed;
	struct list_head transactions;
	struct list_head watches;
	u32 last_watch;
	wait_queue_head_t wait;
};

struct xs_client *xs_client_new(void);
void xs_client_close(struct xs_client *client);
bool xs_client_has_room(struct xs_client *client);
bool xs_client_has_message(struct xs_client *client);
int xs_client_ask(struct xs_client *client, const struct xsd_sockmsg *header,
		  const char *body);
int xs_client_answer(struct xs_client *client, const struct xsd_sockmsg *header,
		     u32 type, const char *text);
void xs_client_queue(struct xs_client *client, struct xs_message *message);
void xs_client_was_read(struct xs_client *client, struct xs_message *message);

/* client_watch.c */
int xs_client_watch(struct xs_client *client, const struct xsd_sockmsg *header,
		    const char *body);
int xs_client_unwatch(struct xs_client *client,
		      const struct xsd_sockmsg *header, const char *body);
void xs_client_unmark(struct xs_client *client, u32 watch);
void xs_client_end_watches(struct xs_client *client);

#endif
