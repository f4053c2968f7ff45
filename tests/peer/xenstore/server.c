// SPDX-License-Identifier: GPL-2.0-only
/* Right answers: a store of one guest, with just what a test needs. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

#define MAX_NODES 64
#define MAX_WATCHES 64
#define MAX_PATH_BYTES 128
#define MAX_VALUE_BYTES 4096

static struct {
	char path[MAX_PATH_BYTES];
	char value[MAX_VALUE_BYTES];
	size_t len;
} nodes[MAX_NODES] = {
	{ .path = "name", .value = "guest", .len = 5 },
};
static unsigned int nr_nodes = 1;

static struct {
	char path[MAX_PATH_BYTES];
	char token[MAX_PATH_BYTES];
} watches[MAX_WATCHES];
static unsigned int nr_watches;

void reply_as(const struct message *request, uint32_t type, const char *body,
	      size_t len)
{
	struct message message = {
		.header.type = type,
		.header.req_id = request->header.req_id,
		.header.tx_id = request->header.tx_id,
		.header.len = len,
	};

	memcpy(message.body, body, len);
	ring_put(&message, sizeof(message.header) + len);
}

void reply(const struct message *request, const char *body, size_t len)
{
	reply_as(request, request->header.type, body, len);
}

void reply_error(const struct message *request, const char *name)
{
	reply_as(request, XS_ERROR, TEXT(name));
}

void send_event(const char *body, size_t len)
{
	static const struct message nobody;

	reply_as(&nobody, XS_WATCH_EVENT, body, len);
}

/* The token of a watch that a driver of the guest set, and what it watches. */
const char *watch_token(unsigned int nr, const char **path)
{
	unsigned int i;

	for (i = 0; i < nr_watches; i++) {
		if (!strcmp(watches[i].token, "sentinel") || nr--)
			continue;
		*path = watches[i].path;
		return watches[i].token;
	}
	return NULL;
}

void forget_watches(void)
{
	nr_watches = 0;
}

static bool is_below(const char *path, const char *node)
{
	size_t len = strlen(node);

	return !strncmp(path, node, len) && (!path[len] || path[len] == '/');
}

static void fire(unsigned int i, const char *path)
{
	char body[2 * MAX_PATH_BYTES];
	int len;

	len = snprintf(body, sizeof(body), "%s%c%s", path, 0, watches[i].token);
	send_event(body, len + 1);
}

static void node_changed(const char *path)
{
	unsigned int i;

	for (i = 0; i < nr_watches; i++)
		if (is_below(path, watches[i].path))
			fire(i, path);
}

static int find_node(const char *path)
{
	unsigned int i;

	for (i = 0; i < nr_nodes; i++)
		if (!strcmp(nodes[i].path, path))
			return i;
	return -1;
}

static void serve_read(const struct message *request)
{
	int i = find_node(request->body);

	if (i < 0)
		reply_error(request, "ENOENT");
	else
		reply(request, nodes[i].value, nodes[i].len);
}

static void serve_write(const struct message *request)
{
	size_t path_len = strlen(request->body) + 1;
	int i = find_node(request->body);

	if (i < 0 && nr_nodes == MAX_NODES)
		return reply_error(request, "ENOSPC");
	if (path_len > MAX_PATH_BYTES || path_len > request->header.len)
		return reply_error(request, "EINVAL");
	if (i < 0) {
		i = nr_nodes++;
		strcpy(nodes[i].path, request->body);
	}
	nodes[i].len = request->header.len - path_len;
	memcpy(nodes[i].value, request->body + path_len, nodes[i].len);
	reply(request, TEXT("OK"));
	node_changed(nodes[i].path);
}

static void serve_directory(const struct message *request)
{
	char names[MAX_BODY];
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < nr_nodes; i++) {
		const char *name = nodes[i].path + strlen(request->body);

		if (is_below(nodes[i].path, request->body) && *name)
			len += sprintf(names + len, "%s", name + 1) + 1;
	}
	reply(request, names, len);
}

static int find_watch(const char *path, const char *token)
{
	unsigned int i;

	for (i = 0; i < nr_watches; i++)
		if (!strcmp(watches[i].path, path) &&
		    !strcmp(watches[i].token, token))
			return i;
	return -1;
}

static void serve_watch(const struct message *request)
{
	const char *path = request->body, *token = path + strlen(path) + 1;
	int i = find_watch(path, token);
	bool is_set = request->header.type == XS_WATCH;

	if (is_set && i >= 0)
		return reply_error(request, "EEXIST");
	if (!is_set && i < 0)
		return reply_error(request, "ENOENT");
	if (!is_set) {
		watches[i] = watches[--nr_watches];
		return reply(request, TEXT("OK"));
	}
	if (nr_watches == MAX_WATCHES || strlen(path) >= MAX_PATH_BYTES ||
	    strlen(token) >= MAX_PATH_BYTES)
		return reply_error(request, "ENOSPC");
	i = nr_watches++;
	strcpy(watches[i].path, path);
	strcpy(watches[i].token, token);
	reply(request, TEXT("OK"));
	fire(i, path);
}

void serve(const struct message *request)
{
	switch (request->header.type) {
	case XS_READ:
		return serve_read(request);
	case XS_WRITE:
		return serve_write(request);
	case XS_DIRECTORY:
		return serve_directory(request);
	case XS_WATCH:
	case XS_UNWATCH:
		return serve_watch(request);
	case XS_RESET_WATCHES:
		forget_watches();
		return reply(request, TEXT("OK"));
	case XS_TRANSACTION_START:
		return reply(request, TEXT("17"));
	case XS_TRANSACTION_END:
		return reply(request, TEXT("OK"));
	case XS_GET_PERMS:
		return reply(request, "n0\0r1", 6);
	case XS_IS_DOMAIN_INTRODUCED:
		return reply(request, TEXT("T"));
	default:
		return reply_error(request, "ENOSYS");
	}
}
