// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches of a program that has /dev/xen/xenbus open.
 *
 * Each is a watch of its own at the store, under a token of ours; its events
 * carry the program's token again. So two programs may watch one node with
 * one token, and the death of one ends its watches only.
 *
 * Events wait for a program that does not read, up to EVENTS_MAX bytes. An
 * event that does not fit is not queued; a mark is, once for each watch: an
 * event of the watched node itself. As long as the mark has not been read,
 * further events of that watch need not be queued either, because whoever
 * reads the mark looks at the node after all of them.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "device.h"
#include "internal.h"

#define EVENTS_MAX (64 * 1024)
#define STRINGS_MAX 3

/**
 * struct client_watch - a watch of a program
 * @link: in xs_client.watches
 * @watch: the watch itself
 * @client: whose it is; outlives it
 * @number: its number among the client's
 * @is_answered: the program has been told that it watches; under client->lock
 * @is_marked: a mark waits to be read; under client->lock
 * @early: events that came before the answer; under client->lock
 * @token: the program's token
 * @path: what is watched
 */
struct client_watch {
	struct list_head link;
	struct xenbus_watch watch;
	struct xs_client *client;
	u32 number;
	bool is_answered;
	bool is_marked;
	struct list_head early;
	const char *token;
	char path[];
};

static struct xs_message *new_event(const char *path, const char *token)
{
	static const struct xsd_sockmsg header = { .type = XS_WATCH_EVENT };
	size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
	struct xs_message *message = xs_message_new(&header);

	if (!message)
		return NULL;
	message->body = kmalloc(path_len + token_len, GFP_NOIO);
	if (!message->body) {
		xs_message_free(message);
		return NULL;
	}
	memcpy(message->body, path, path_len);
	memcpy(message->body + path_len, token, token_len);
	message->header.len = path_len + token_len;
	return message;
}

/* Answers come first: a program need not know events of what it waits for. */
static void add_event(struct client_watch *watch, struct xs_message *event)
{
	if (watch->is_answered)
		xs_outbox_add(&watch->client->out, event);
	else
		list_add_tail(&event->link, &watch->early);
}

/* Whether there is room: then it is in; the caller keeps it if not. */
static bool add_if_fits(struct client_watch *watch, struct xs_message *event)
{
	struct xs_client *client = watch->client;
	bool is_fit;

	spin_lock(&client->lock);
	is_fit = client->out.event_bytes + xs_message_bytes(event) <= EVENTS_MAX;
	if (is_fit)
		add_event(watch, event);
	spin_unlock(&client->lock);
	return is_fit;
}

/* The caller keeps it if there is one already. */
static bool add_mark(struct client_watch *watch, struct xs_message *mark)
{
	struct xs_client *client = watch->client;
	bool is_new;

	spin_lock(&client->lock);
	is_new = !watch->is_marked;
	if (is_new) {
		watch->is_marked = true;
		mark->marks = watch->number;
		add_event(watch, mark);
	}
	spin_unlock(&client->lock);
	return is_new;
}

static bool is_marked(struct client_watch *watch)
{
	bool is_marked;

	spin_lock(&watch->client->lock);
	is_marked = watch->is_marked;
	spin_unlock(&watch->client->lock);
	return is_marked;
}

static void fired(struct xenbus_watch *xenbus_watch, const char *path,
		  const char *unused)
{
	struct client_watch *watch = container_of(xenbus_watch,
						  struct client_watch, watch);
	struct xs_message *event;

	if (is_marked(watch))
		return;
	event = new_event(path, watch->token);
	if (event && !add_if_fits(watch, event)) {
		xs_message_free(event);
		event = new_event(watch->path, watch->token);
		if (event && !add_mark(watch, event)) {
			xs_message_free(event);
			return;
		}
	}
	if (!event)
		pr_err_ratelimited("no memory for an event of %s: lost\n",
				   watch->path);
	wake_up_interruptible(&watch->client->wait);
}

/**
 * xs_client_unmark() - a mark was read
 * @client: who read it
 * @number: of the watch, which may be no more
 *
 * Context: Process; does not sleep.
 */
void xs_client_unmark(struct xs_client *client, u32 number)
{
	struct client_watch *watch;

	spin_lock(&client->lock);
	list_for_each_entry(watch, &client->watches, link)
		if (watch->number == number)
			watch->is_marked = false;
	spin_unlock(&client->lock);
}

/* How many strings, each with its NUL, the body is made of; -EINVAL if not. */
static int split(const char *body, size_t len, const char **strings)
{
	const char *at = body;
	int nr = 0;

	while (at < body + len) {
		if (nr == STRINGS_MAX)
			return -EINVAL;
		strings[nr++] = at;
		at += strlen(at) + 1;
	}
	/* The NUL behind the body is ours and does not count. */
	return at == body + len ? nr : -EINVAL;
}

static struct client_watch *find_watch(struct xs_client *client,
				       const char *path, const char *token)
{
	struct client_watch *watch;

	lockdep_assert_held(&client->write_lock);
	list_for_each_entry(watch, &client->watches, link)
		if (!strcmp(watch->token, token) && !strcmp(watch->path, path))
			return watch;
	return NULL;
}

static struct client_watch *new_watch(struct xs_client *client,
				      const char *path, const char *token)
{
	size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
	struct client_watch *watch;

	watch = kzalloc(struct_size(watch, path, path_len + token_len),
			GFP_KERNEL);
	if (!watch)
		return NULL;
	memcpy(watch->path, path, path_len);
	watch->token = memcpy(watch->path + path_len, token, token_len);
	watch->client = client;
	watch->number = ++client->last_watch;
	INIT_LIST_HEAD(&watch->early);
	watch->watch.node = watch->path;
	watch->watch.callback = fired;
	return watch;
}

static void free_watch(struct client_watch *watch)
{
	struct xs_message *event, *next;

	list_for_each_entry_safe(event, next, &watch->early, link)
		xs_message_free(event);
	kfree(watch);
}

static int begin_watch(struct client_watch *watch, const char *depth_string)
{
	unsigned int depth;

	if (!depth_string)
		return register_xenbus_watch(&watch->watch);
	if (kstrtouint(depth_string, 10, &depth))
		return -EINVAL;
	return register_xenbus_watch_depth(&watch->watch, depth);
}

/* The store's word for an error of ours. */
static const char *error_name(int err)
{
	unsigned int i;

	if (err == -EOPNOTSUPP)
		return "EINVAL";
	for (i = 0; i < ARRAY_SIZE(xsd_errors); i++)
		if (xsd_errors[i].errnum == -err)
			return xsd_errors[i].errstring;
	return "EIO";
}

/* The answer, then what the watch has seen since it was asked for. */
static void tell_begun(struct client_watch *watch, struct xs_message *answer)
{
	struct xs_client *client = watch->client;
	struct xs_message *event, *next;

	xs_message_set_text(answer, XS_WATCH, "OK");
	spin_lock(&client->lock);
	list_add(&watch->link, &client->watches);
	xs_outbox_add(&client->out, answer);
	watch->is_answered = true;
	list_for_each_entry_safe(event, next, &watch->early, link) {
		list_del(&event->link);
		xs_outbox_add(&client->out, event);
	}
	spin_unlock(&client->lock);
	wake_up_interruptible(&client->wait);
}

static int add_watch(struct xs_client *client, const struct xsd_sockmsg *header,
		     const char *const *strings)
{
	struct client_watch *watch = new_watch(client, strings[0], strings[1]);
	struct xs_message *answer = xs_message_new(header);
	int err = -ENOMEM;

	if (watch && answer) {
		err = begin_watch(watch, strings[2]);
		if (!err) {
			tell_begun(watch, answer);
			return 0;
		}
	}
	xs_message_free(answer);
	if (watch)
		free_watch(watch);
	if (err == -ENOMEM || err == -EINTR)
		return err;
	return xs_client_answer(client, header, XS_ERROR, error_name(err));
}

/**
 * xs_client_watch() - begin a watch
 * @client: who asks; its write_lock is held
 * @header: the message's header
 * @body: path, token and perhaps depth
 *
 * Context: Process; sleeps until the store has answered.
 * Return: 0 if there is an answer to read; -ENOMEM; -EINTR if the task was
 * killed.
 */
int xs_client_watch(struct xs_client *client, const struct xsd_sockmsg *header,
		    const char *body)
{
	const char *strings[STRINGS_MAX] = {};

	if (split(body, header->len, strings) < 2)
		return xs_client_answer(client, header, XS_ERROR, "EINVAL");
	if (find_watch(client, strings[0], strings[1]))
		return xs_client_answer(client, header, XS_ERROR, "EEXIST");
	return add_watch(client, header, strings);
}

static void end_watch(struct client_watch *watch)
{
	spin_lock(&watch->client->lock);
	list_del(&watch->link);
	spin_unlock(&watch->client->lock);
	xs_watch_drop(&watch->watch);
	free_watch(watch);
}

/**
 * xs_client_unwatch() - end a watch
 * @client: who asks; its write_lock is held
 * @header: the message's header
 * @body: path and token
 *
 * Context: Process; sleeps.
 * Return: 0 if there is an answer to read; -ENOMEM.
 */
int xs_client_unwatch(struct xs_client *client,
		      const struct xsd_sockmsg *header, const char *body)
{
	const char *strings[STRINGS_MAX] = {};
	struct client_watch *watch;

	if (split(body, header->len, strings) != 2)
		return xs_client_answer(client, header, XS_ERROR, "EINVAL");
	watch = find_watch(client, strings[0], strings[1]);
	if (!watch)
		return xs_client_answer(client, header, XS_ERROR, "ENOENT");
	end_watch(watch);
	return xs_client_answer(client, header, XS_UNWATCH, "OK");
}

/**
 * xs_client_end_watches() - end all watches of a program
 * @client: the program; its write_lock is held, or nobody else has it
 *
 * Context: Process; sleeps.
 */
void xs_client_end_watches(struct xs_client *client)
{
	struct client_watch *watch, *next;

	list_for_each_entry_safe(watch, next, &client->watches, link)
		end_watch(watch);
}
