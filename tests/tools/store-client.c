// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that use the device hard, badly, or to their death. Each prints one
 * line that says how it went.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#define PATIENCE_MS 20000

struct message {
	struct xsd_sockmsg header;
	char body[XENSTORE_PAYLOAD_MAX + 1];
};

static void die(const char *what)
{
	printf("failed: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_device(int flags)
{
	int fd = open("/dev/xen/xenbus", O_RDWR | flags);

	if (fd < 0)
		die("open");
	return fd;
}

static int wait_for(int fd, short events)
{
	struct pollfd poller = { .fd = fd, .events = events };

	if (poll(&poller, 1, PATIENCE_MS) != 1)
		die("poll");
	return poller.revents;
}

static int is_ready(int fd, short events)
{
	struct pollfd poller = { .fd = fd, .events = events };

	return poll(&poller, 1, 0) == 1;
}

static size_t build(struct message *to, uint32_t type, uint32_t id, uint32_t tx,
		    const void *body, size_t len)
{
	to->header = (struct xsd_sockmsg){
		.type = type, .req_id = id, .tx_id = tx, .len = len,
	};
	memcpy(to->body, body, len);
	return sizeof(to->header) + len;
}

static void ask(int fd, uint32_t type, uint32_t tx, const void *body, size_t len)
{
	struct message message;

	len = build(&message, type, 1, tx, body, len);
	if (write(fd, &message, len) != (ssize_t)len)
		die("write");
}

static void get(int fd, void *to, size_t len)
{
	while (len) {
		ssize_t got;

		wait_for(fd, POLLIN);
		got = read(fd, to, len);
		if (got <= 0)
			die("read");
		to = (char *)to + got;
		len -= got;
	}
}

static void receive(int fd, struct message *message)
{
	get(fd, &message->header, sizeof(message->header));
	if (message->header.len > XENSTORE_PAYLOAD_MAX)
		die("length");
	get(fd, message->body, message->header.len);
	message->body[message->header.len] = '\0';
}

/* The answer, past events that come first. */
static void answer(int fd, struct message *message)
{
	do
		receive(fd, message);
	while (message->header.type == XS_WATCH_EVENT);
}

static uint32_t start(int fd)
{
	struct message message;

	ask(fd, XS_TRANSACTION_START, 0, "", 1);
	answer(fd, &message);
	if (message.header.type != XS_TRANSACTION_START) {
		fprintf(stderr, "start: %s\n", message.body);
		return 0;
	}
	return strtoul(message.body, NULL, 10);
}

static int watch(int fd, int number)
{
	struct message message;
	char body[64];
	int len = sprintf(body, "data/watched%d", number) + 1;

	len += sprintf(body + len, "token %d", number) + 1;
	ask(fd, XS_WATCH, 0, body, len);
	answer(fd, &message);
	return message.header.type == XS_WATCH;
}

/*
 * One thread, everything by poll(): requests leave and answers come in pieces
 * of odd sizes, many at a time.
 */
static void poll_driven(uint32_t nr)
{
	static char in[sizeof(struct message)];
	struct message out, *reply = (void *)in;
	size_t out_len = 0, out_at = 0, in_at = 0;
	int fd = open_device(O_NONBLOCK);
	uint32_t asked = 0, told = 0;

	while (told < nr) {
		int ready = wait_for(fd, POLLIN | (asked < nr ? POLLOUT : 0));
		ssize_t got;

		if ((ready & POLLOUT) && asked < nr) {
			if (!out_len)
				out_len = build(&out, XS_READ, asked * 7, 0,
						"name", 5);
			got = out_len - out_at < 6 ? out_len - out_at : 6;
			got = write(fd, (char *)&out + out_at, got);
			if (got < 0)
				die("write");
			out_at += got;
			if (out_at == out_len) {
				out_len = out_at = 0;
				asked++;
			}
		}
		if (!(ready & POLLIN))
			continue;
		got = in_at < 16 ? 16 - in_at : 16 + reply->header.len - in_at;
		got = read(fd, in + in_at, got < 5 ? got : 5);
		if (got <= 0)
			die("read");
		in_at += got;
		if (in_at < 16 || in_at < 16 + reply->header.len)
			continue;
		if (reply->header.req_id != told * 7 ||
		    reply->header.type != XS_READ ||
		    memcmp(reply->body, "guest", 5))
			die("wrong answer");
		told++;
		in_at = 0;
	}
	printf("poll: %u of %u answers\n", told, nr);
}

/* Writes and reads back nodes of its own. */
static void writer(uint32_t nr)
{
	int fd = open_device(0);
	struct message message;
	char body[64], path[32];
	uint32_t i;
	int len;

	sprintf(path, "data/writer/%d", getpid());
	for (i = 0; i < nr; i++) {
		len = sprintf(body, "%s", path) + 1;
		len += sprintf(body + len, "%u", i);
		ask(fd, XS_WRITE, 0, body, len);
		answer(fd, &message);
		ask(fd, XS_READ, 0, path, strlen(path) + 1);
		answer(fd, &message);
		if (message.header.type != XS_READ ||
		    strtoul(message.body, NULL, 10) != i)
			die("wrong value");
	}
	printf("writer: %u values\n", nr);
}

/* Asks without reading until there is no room. */
static int fill(int fd)
{
	struct message message;
	size_t len = build(&message, XS_READ, 1, 0, "data/long", 10);
	int nr = 0, quiet = 0;

	/* Room comes back while answers, however late, are smaller than they could have been. */
	while (nr < 100000 && quiet < 100) {
		if (write(fd, &message, len) == (ssize_t)len) {
			nr++;
			quiet = 0;
		} else if (errno == EAGAIN) {
			quiet++;
			usleep(20000);
		} else {
			die("write");
		}
	}
	return nr;
}

static int full_fd;
static volatile int has_written;

static void *write_blocking(void *unused)
{
	ask(full_fd, XS_READ, 0, "name", 5);
	has_written = 1;
	return unused;
}

/* A program that never reads must wait; when it reads, nothing is missing. */
static void flood(void)
{
	int fd = open_device(O_NONBLOCK), nr, i;
	struct message message;
	pthread_t thread;

	nr = fill(fd);
	printf("flood: %s, POLLOUT %s, ", nr < 100000 && nr > 50 ? "full" : "endless",
	       is_ready(fd, POLLOUT) ? "on" : "off");
	fcntl(fd, F_SETFL, 0);
	full_fd = fd;
	pthread_create(&thread, NULL, write_blocking, NULL);
	usleep(300000);
	printf("%s, ", has_written ? "written" : "waits");
	for (i = 0; i < nr; i++) {
		receive(fd, &message);
		if (message.header.type != XS_READ || message.header.len != 4000)
			die("wrong answer");
	}
	pthread_join(thread, NULL);
	receive(fd, &message);
	printf("then %s, POLLOUT %s\n", message.body,
	       is_ready(fd, POLLOUT) ? "on" : "off");
}

/*
 * A watcher that does not read: memory for its events is bounded, others are
 * not held up, and at last there is an event of the watched node itself.
 */
static void unread(uint32_t nr)
{
	/* A long name fills the room for events with fewer of them. */
	char body[256];
	int len = 0;
	int watcher = open_device(0), fd = open_device(0), marks = 0;
	struct message message;
	uint32_t i, events = 0;

	ask(watcher, XS_WATCH, 0, "data/unread\0t", 14);
	receive(watcher, &message);
	receive(watcher, &message);
	/* The store does not repeat an event that it has not sent yet. */
	for (i = 0; i < nr; i++) {
		len = sprintf(body, "data/unread/%0200u/%u", 0, i % 200) + 1;
		ask(fd, XS_WRITE, 0, body, len);
	}
	for (i = 0; i < nr; i++)
		answer(fd, &message);
	usleep(500000);
	while (is_ready(watcher, POLLIN)) {
		receive(watcher, &message);
		events++;
		if (!strcmp(message.body, "data/unread"))
			marks++;
	}
	printf("unread: %s, %s, ", events < nr ? "some dropped" : "all kept",
	       marks ? "marked" : "not marked");
	ask(fd, XS_WRITE, 0, body, len);
	receive(watcher, &message);
	printf("then %.12s\n", message.body);
	ask(fd, XS_RM, 0, "data/unread", 12);
	answer(fd, &message);
}

/* Dies in the middle of everything. */
static void die_busy(const char *how)
{
	int fd = open_device(0), i;
	struct message message;
	size_t len;

	for (i = 0; i < 3; i++) {
		ask(fd, XS_WRITE, start(fd), "data/dead\0x", 11);
		answer(fd, &message);
	}
	for (i = 0; i < 5; i++)
		watch(fd, i);
	/* One that is on its way, and half of another; or as many as fit. */
	ask(fd, XS_TRANSACTION_START, 0, "", 1);
	if (!strcmp(how, "full")) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
		fill(fd);
		/* Until most of the answers are there. */
		sleep(4);
	} else {
		len = build(&message, XS_WRITE, 9, 0, "data/half\0value", 15);
		if (write(fd, &message, len / 2) < 0)
			die("write");
	}
	kill(getpid(), SIGKILL);
}

/* What the store grants this domain says what the dead have left. */
static void count(void)
{
	int fd = open_device(0), nr_tx = 0, nr_watches = 0;

	while (nr_tx < 20 && start(fd))
		nr_tx++;
	while (nr_watches < 100 && watch(fd, nr_watches))
		nr_watches++;
	printf("count: %d transactions, %d watches\n", nr_tx, nr_watches);
}

static void refused(void)
{
	if (setgid(65534) || setuid(65534))
		die("setuid");
	printf("refused: %s\n", open("/dev/xen/xenbus", O_RDWR) < 0 ?
	       strerror(errno) : "no");
}

/* Uses a store that goes away: says "here", then waits for a line. */
static void lost(void)
{
	int fd = open_device(0);
	struct message message;
	uint32_t tx = start(fd);

	watch(fd, 1);
	printf("ready lost\n");
	getchar();
	usleep(200000);
	ask(fd, XS_READ, 0, "name", 5);
	answer(fd, &message);
	printf("lost: read %u %s, ", message.header.type, message.body);
	ask(fd, XS_TRANSACTION_END, tx, "T", 2);
	answer(fd, &message);
	printf("end %s, ", message.body);
	ask(fd, XS_WATCH, 0, "data/x\0t", 9);
	answer(fd, &message);
	printf("watch %s, ", message.body);
	ask(fd, XS_UNWATCH, 0, "data/watched1\0token 1", 22);
	answer(fd, &message);
	printf("unwatch %s\n", message.body);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	uint32_t nr = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;

	setbuf(stdout, NULL);
	if (!strcmp(verb, "poll"))
		poll_driven(nr);
	else if (!strcmp(verb, "writer"))
		writer(nr);
	else if (!strcmp(verb, "flood"))
		flood();
	else if (!strcmp(verb, "unread"))
		unread(nr);
	else if (!strcmp(verb, "die"))
		die_busy(argc > 2 ? argv[2] : "");
	else if (!strcmp(verb, "count"))
		count();
	else if (!strcmp(verb, "refused"))
		refused();
	else if (!strcmp(verb, "lost"))
		lost();
	else if (!strcmp(verb, "hold"))
		sleep(open_device(0) < 0 ? 0 : nr);
	else
		return 2;
	return 0;
}
