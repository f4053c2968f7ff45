// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of a program: bytes come in pieces of any size, and go out so.
 *
 * What comes in is root's, but it is not believed for that: a length is
 * checked before there is memory for it.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "device.h"

#define HEADER_BYTES sizeof(struct xsd_sockmsg)

/**
 * xs_inbox_room() - where the next bytes of a message go
 * @in: the message
 * @len: set to how many are wanted next, never 0
 *
 * Context: Any.
 * Return: The place.
 */
void *xs_inbox_room(struct xs_inbox *in, size_t *len)
{
	if (in->got < HEADER_BYTES) {
		*len = HEADER_BYTES - in->got;
		return (void *)&in->header + in->got;
	}
	*len = HEADER_BYTES + in->header.len - in->got;
	return in->body + (in->got - HEADER_BYTES);
}

static int start_body(struct xs_inbox *in)
{
	if (in->header.len > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	in->body = kmalloc(in->header.len + 1, GFP_KERNEL);
	if (!in->body)
		return -ENOMEM;
	in->body[in->header.len] = '\0';
	return 0;
}

/**
 * xs_inbox_took() - bytes have been put where xs_inbox_room() said
 * @in: the message
 * @len: how many
 *
 * Context: Process; sleeps.
 * Return: 1 if the message is complete; 0 if not; -E2BIG if it is larger than
 * the protocol allows, -ENOMEM, and then nothing can be done but
 * xs_inbox_reset().
 */
int xs_inbox_took(struct xs_inbox *in, size_t len)
{
	int err;

	in->got += len;
	if (in->got < HEADER_BYTES)
		return 0;
	if (!in->body) {
		err = start_body(in);
		if (err)
			return err;
	}
	return in->got == HEADER_BYTES + in->header.len;
}

/**
 * xs_inbox_reset() - forget the message, be ready for the next
 * @in: the message
 *
 * Context: Any.
 */
void xs_inbox_reset(struct xs_inbox *in)
{
	kfree(in->body);
	*in = (struct xs_inbox){};
}

/**
 * xs_message_new() - make a message that can be read
 * @header: its header; a body may follow later
 *
 * Context: Process; sleeps.
 * Return: The message, without a body; NULL if there is no memory.
 */
struct xs_message *xs_message_new(const struct xsd_sockmsg *header)
{
	struct xs_message *message = kzalloc(sizeof(*message), GFP_NOIO);

	if (!message)
		return NULL;
	message->header = *header;
	message->header.len = 0;
	return message;
}

/**
 * xs_message_set_text() - give a message a short body
 * @message: a message without a body
 * @type: its type from now on
 * @text: the body, with its NUL; at most 15 characters
 *
 * Context: Any.
 */
void xs_message_set_text(struct xs_message *message, u32 type,
			 const char *text)
{
	strscpy(message->text, text, sizeof(message->text));
	message->body = message->text;
	message->header.type = type;
	message->header.len = strlen(message->text) + 1;
}

/**
 * xs_message_free() - forget a message
 * @message: a message in no outbox, or NULL
 *
 * Context: Any.
 */
void xs_message_free(struct xs_message *message)
{
	if (!message)
		return;
	if (message->body != message->text)
		kfree(message->body);
	kfree(message);
}

/**
 * xs_message_bytes() - what a message takes
 * @message: the message
 *
 * Context: Any.
 * Return: Bytes of memory.
 */
size_t xs_message_bytes(const struct xs_message *message)
{
	return sizeof(*message) + message->header.len;
}

static size_t *account(struct xs_outbox *out, const struct xs_message *message)
{
	return message->header.type == XS_WATCH_EVENT ? &out->event_bytes :
							&out->reply_bytes;
}

/**
 * xs_outbox_init() - nothing to be read
 * @out: the outbox
 *
 * Context: Any.
 */
void xs_outbox_init(struct xs_outbox *out)
{
	*out = (struct xs_outbox){};
	INIT_LIST_HEAD(&out->messages);
}

/**
 * xs_outbox_add() - put a message behind the others
 * @out: the outbox
 * @message: the message; the outbox's from now on
 *
 * Context: Any; the caller serialises.
 */
void xs_outbox_add(struct xs_outbox *out, struct xs_message *message)
{
	*account(out, message) += xs_message_bytes(message);
	list_add_tail(&message->link, &out->messages);
}

/* There is one. */
static struct xs_message *oldest(struct xs_outbox *out)
{
	return list_first_entry(&out->messages, struct xs_message, link);
}

/**
 * xs_outbox_peek() - what is to be read next
 * @out: the outbox
 * @len: set to how many bytes lie together; more may follow
 *
 * Context: Any; the caller serialises.
 * Return: The bytes, good until they are read; NULL if there are none.
 */
const void *xs_outbox_peek(struct xs_outbox *out, size_t *len)
{
	const struct xs_message *message;

	if (list_empty(&out->messages))
		return NULL;
	message = oldest(out);
	if (out->at < HEADER_BYTES) {
		*len = HEADER_BYTES - out->at;
		return (void *)&message->header + out->at;
	}
	*len = HEADER_BYTES + message->header.len - out->at;
	return message->body + (out->at - HEADER_BYTES);
}

/**
 * xs_outbox_advance() - bytes have been read
 * @out: the outbox
 * @len: how many, at most what xs_outbox_peek() said
 *
 * Context: Any; the caller serialises.
 * Return: The message that they were the last bytes of, the caller's from now
 * on; NULL if there is more of it.
 */
struct xs_message *xs_outbox_advance(struct xs_outbox *out, size_t len)
{
	struct xs_message *message = oldest(out);

	out->at += len;
	if (out->at < HEADER_BYTES + message->header.len)
		return NULL;
	list_del(&message->link);
	*account(out, message) -= xs_message_bytes(message);
	out->at = 0;
	return message;
}

/**
 * xs_outbox_clear() - forget all messages
 * @out: the outbox
 *
 * Context: Any; the caller serialises.
 */
void xs_outbox_clear(struct xs_outbox *out)
{
	struct xs_message *message, *next;

	list_for_each_entry_safe(message, next, &out->messages, link)
		xs_message_free(message);
	xs_outbox_init(out);
}
