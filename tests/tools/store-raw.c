// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device without a library: messages in pieces, and messages that no
 * library would write. "store-raw" does what every kernel answers;
 * "store-raw beyond" what some kernels answer never.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>

#define ANSWER_MS 5000
#define QUIET_MS 300

static const char *device = "/dev/xen/xenbus";
static int fd;

static int open_device(void)
{
	int file = open(device, O_RDWR | O_CLOEXEC);

	if (file < 0) {
		perror(device);
		exit(1);
	}
	return file;
}

static void print_body(const char *body, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < len && i < 60; i++)
		if (body[i] > ' ' && body[i] <= '~')
			putchar(body[i]);
		else
			printf("\\%02x", (unsigned char)body[i]);
	printf(len > 60 ? "...\n" : "\n");
}

static int is_readable(int file, int ms)
{
	struct pollfd poller = { .fd = file, .events = POLLIN };

	return poll(&poller, 1, ms) == 1;
}

/* Reads all of it, in pieces of at most @piece bytes. */
static int read_all(int file, void *to, size_t len, size_t piece)
{
	while (len) {
		ssize_t got;

		if (!is_readable(file, ANSWER_MS))
			return -1;
		got = read(file, to, len < piece ? len : piece);
		if (got <= 0)
			return -1;
		to = (char *)to + got;
		len -= got;
	}
	return 0;
}

struct message {
	struct xsd_sockmsg header;
	char body[XENSTORE_PAYLOAD_MAX];
};

static int receive(int file, struct message *message, size_t piece)
{
	return !is_readable(file, ANSWER_MS) ||
	       read_all(file, &message->header, sizeof(message->header),
			piece) ||
	       message->header.len > XENSTORE_PAYLOAD_MAX ||
	       read_all(file, message->body, message->header.len, piece);
}

/* Its type, its ids and its body. */
static void print_message(const char *what, const struct message *message)
{
	const struct xsd_sockmsg *header = &message->header;

	if (header->type == XS_WATCH_EVENT)
		printf("%s: event, len %u, ", what, header->len);
	else
		printf("%s: type %u, req_id %#x, tx %s, len %u, ", what,
		       header->type, header->req_id,
		       header->tx_id ? "some" : "none", header->len);
	print_body(message->body, header->len);
}

static void read_message(int file, const char *what, size_t piece)
{
	struct message message;

	if (receive(file, &message, piece))
		printf("%s: no answer\n", what);
	else
		print_message(what, &message);
}

/* An answer and an event, which come in any order. */
static void read_both(int file, const char *what)
{
	struct message first, second;
	int is_event;

	if (receive(file, &first, 5)) {
		printf("%s: no answer\n", what);
		return;
	}
	if (!is_readable(file, QUIET_MS) || receive(file, &second, 7)) {
		print_message(what, &first);
		printf("%s: no event\n", what);
		return;
	}
	is_event = first.header.type == XS_WATCH_EVENT;
	print_message(what, is_event ? &second : &first);
	print_message(what, is_event ? &first : &second);
}

static int send_piece(int file, const char *what, const void *data, size_t len)
{
	ssize_t done = write(file, data, len);

	if (done == (ssize_t)len)
		return 0;
	if (done < 0)
		printf("%s: write: %s\n", what, strerror(errno));
	else
		printf("%s: write: %zd of %zu\n", what, done, len);
	return -1;
}

static size_t build(char *to, uint32_t type, uint32_t id, uint32_t tx,
		    const void *body, uint32_t len)
{
	struct xsd_sockmsg header = {
		.type = type, .req_id = id, .tx_id = tx, .len = len,
	};

	memcpy(to, &header, sizeof(header));
	memcpy(to + sizeof(header), body, len);
	return sizeof(header) + len;
}

static int send_to(int file, const char *what, uint32_t type, uint32_t id,
		   uint32_t tx, const void *body, uint32_t len)
{
	static char message[sizeof(struct xsd_sockmsg) + 3 * XENSTORE_PAYLOAD_MAX];

	return send_piece(file, what, message,
			  build(message, type, id, tx, body, len));
}

static void ask(const char *what, uint32_t type, uint32_t id, uint32_t tx,
		const void *body, uint32_t len)
{
	if (!send_to(fd, what, type, id, tx, body, len))
		read_message(fd, what, ~0U);
}

static void ask_both(const char *what, uint32_t type, uint32_t id,
		     const void *body, uint32_t len)
{
	if (!send_to(fd, what, type, id, 0, body, len))
		read_both(fd, what);
}

/* A string constant with its NUL, or all of it but that. */
#define Z(s) (s), sizeof(s)
#define N(s) (s), sizeof(s) - 1

static void pieces(void)
{
	char message[64];
	size_t len = build(message, XS_WRITE, 5, 0, N("data/p\0value"));
	size_t i;

	for (i = 0; i < len; i++)
		send_piece(fd, "a byte at a time", message + i, 1);
	read_message(fd, "a byte at a time", 1);

	len = build(message, XS_READ, 6, 0, Z("data/p"));
	send_piece(fd, "header, then body", message, 16);
	printf("header, then body: %s\n",
	       is_readable(fd, QUIET_MS) ? "early" : "waits");
	send_piece(fd, "header, then body", message + 16, len - 16);
	read_message(fd, "header, then body", 3);
	ask("an id of ones", XS_READ, UINT32_MAX, 0, Z("data/p"));
	ask("an id of zero", XS_READ, 0, 0, Z("data/p"));
}

/* A header whose length is too large: refused, and all is well after it. */
static void lengths(void)
{
	static const uint32_t bad[] = { 4097, 65536, 0x7fffffff, 0xfffffff0,
					UINT32_MAX };
	struct xsd_sockmsg header = { .type = XS_READ };
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		header.len = bad[i];
		send_piece(fd, "a length too large", &header, sizeof(header));
		ask("and then", XS_READ, 7, 0, Z("data/p"));
	}
}

/*
 * Not among them: a path that is not one string. By its source xenstored 4.17
 * answers that with the errno that was left by something before, and if that
 * is 0, as after a WATCH, it gives no answer and dies of an assertion.
 */
static void bodies(void)
{
	ask("read an empty path", XS_READ, 4, 0, Z(""));
	ask("write without a NUL", XS_WRITE, 5, 0, N("data/p"));
	ask("write nothing", XS_WRITE, 6, 0, Z("data/p"));
	ask("read nothing", XS_READ, 7, 0, Z("data/p"));
	ask("write NULs", XS_WRITE, 8, 0, Z("data/p\0a\0b"));
	ask("read NULs", XS_READ, 9, 0, Z("data/p"));
	ask("permissions without any", XS_SET_PERMS, 10, 0, Z("data/p"));
	ask("permissions that are none", XS_SET_PERMS, 11, 0, Z("data/p\0z1"));
	ask("path of no number", XS_GET_DOMAIN_PATH, 12, 0, Z("x"));
	ask("path without a body", XS_GET_DOMAIN_PATH, 13, 0, N(""));
	ask("path of domain 0", XS_GET_DOMAIN_PATH, 14, 0, Z("0"));
	ask("is domain 0 introduced", XS_IS_DOMAIN_INTRODUCED, 15, 0, Z("0"));
	ask("a part of a directory", XS_DIRECTORY_PART, 16, 0, Z("data/sub\0" "0"));
	ask("a part from nowhere", XS_DIRECTORY_PART, 17, 0, Z("data/sub\0x"));
	ask("a directory too large", XS_DIRECTORY, 18, 0, Z("data/big"));
}

static void types(void)
{
	static const uint32_t odd[] = { XS_CONTROL, XS_INTRODUCE, XS_RELEASE,
		XS_RESUME, XS_SET_TARGET, XS_WATCH_EVENT, XS_ERROR, 20,
		23, 24, 25, 26, /* XS_GET_FEATURE to XS_SET_QUOTA of Xen 4.21 */
		27, 200, XS_INVALID, UINT32_MAX };
	unsigned int i;
	char what[32];

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(what, sizeof(what), "type %u", odd[i]);
		ask(what, odd[i], i, 0, Z("0"));
	}
}

/* Starts a transaction, prints nothing but failures. */
static uint32_t start(int file)
{
	struct {
		struct xsd_sockmsg header;
		char body[32];
	} reply = {};

	send_to(file, "start", XS_TRANSACTION_START, 1, 0, Z(""));
	if (read_all(file, &reply.header, sizeof(reply.header), ~0U) ||
	    reply.header.type != XS_TRANSACTION_START ||
	    reply.header.len > sizeof(reply.body) ||
	    read_all(file, reply.body, reply.header.len, ~0U))
		printf("start: failed\n");
	return strtoul(reply.body, NULL, 10);
}

static void transactions(void)
{
	int other = open_device();
	uint32_t tx = start(fd);

	ask("write in it", XS_WRITE, 1, tx, N("data/x\0y"));
	ask("nested", XS_TRANSACTION_START, 2, tx, Z(""));
	ask("end of no kind", XS_TRANSACTION_END, 3, tx, Z("X"));
	ask("end without a body", XS_TRANSACTION_END, 4, tx, N(""));
	ask("end without a NUL", XS_TRANSACTION_END, 5, tx, N("T"));
	send_to(other, "another file's", XS_WRITE, 6, tx, N("data/x\0z"));
	read_message(other, "another file's", ~0U);
	send_to(other, "another file's end", XS_TRANSACTION_END, 7, tx, Z("T"));
	read_message(other, "another file's end", ~0U);
	ask("commit", XS_TRANSACTION_END, 8, tx, Z("T"));
	ask("again", XS_TRANSACTION_END, 9, tx, Z("T"));
	ask("read in it", XS_READ, 10, tx, Z("data/x"));
	ask("read after", XS_READ, 11, 0, Z("data/x"));
	ask("unknown", XS_READ, 12, 0x12345678, Z("data/x"));
	ask("nested in the unknown", XS_TRANSACTION_START, 13, 0x12345678, Z(""));
	tx = start(other);
	close(other);
	ask("of a closed file", XS_TRANSACTION_END, 14, tx, Z("T"));
}

static void watches(void)
{
	ask("watch one string", XS_WATCH, 1, 0, Z("data/w"));
	ask("watch without a NUL", XS_WATCH, 2, 0, N("data/w\0t"));
	ask("watch nothing", XS_WATCH, 3, 0, N(""));
	ask("unwatch one string", XS_UNWATCH, 4, 0, Z("data/w"));
	ask_both("watch", XS_WATCH, 5, Z("data/w\0t"));
	ask_both("write", XS_WRITE, 6, N("data/w\0x"));
	ask("unwatch", XS_UNWATCH, 7, 0, Z("data/w\0t"));
	ask("write", XS_WRITE, 8, 0, N("data/w\0x"));
	printf("then: %s\n", is_readable(fd, QUIET_MS) ? "something" : "quiet");
}

static void modes(void)
{
	char byte;
	int other = open(device, O_RDWR | O_NONBLOCK);
	struct pollfd poller = { .fd = other, .events = POLLIN };
	void *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);

	printf("nonblocking read: %s\n",
	       read(other, &byte, 1) < 0 ? strerror(errno) : "?");
	printf("poll: %d\n", poll(&poller, 1, 0));
	send_to(other, "nonblocking", XS_READ, 1, 0, Z("data/p"));
	read_message(other, "nonblocking", ~0U);
	printf("seek: %s\n", lseek(other, 0, SEEK_SET) < 0 ? strerror(errno) : "?");
	printf("bad address: %s\n",
	       write(other, nowhere, 16) < 0 ? strerror(errno) : "?");
	printf("nothing: %zd\n", write(other, "", 0));
	close(other);
}

/* Where Linux's device is known to answer otherwise; see xenstore_tools.sh. */
static void better(void)
{
	static char large[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
	char two[128];
	struct pollfd poller = { .fd = fd, .events = POLLOUT };
	size_t len;

	memset(large, 'x', sizeof(large));
	memcpy(large, "data/big2", 10);
	ask("better: the largest message", XS_WRITE, 1, 0, large, 4096);
	len = build(two, XS_READ, 2, 0, Z("data/p"));
	len += build(two + len, XS_READ, 3, 0, Z("data/p"));
	send_piece(fd, "better: two at once", two, len);
	read_message(fd, "better: two at once", ~0U);
	if (is_readable(fd, ANSWER_MS / 2))
		read_message(fd, "better: and the second", ~0U);
	else
		printf("better: and the second: lost\n");
	printf("better: POLLOUT: %d\n", poll(&poller, 1, 0));
	ask("better: watch a bad path", XS_WATCH, 4, 0, Z("data//w\0t"));
	ask("better: unwatch what is not", XS_UNWATCH, 5, 0, Z("data/w\0t"));
	ask_both("better: watch", XS_WATCH, 6, Z("data/w\0t"));
	ask_both("better: the same watch", XS_WATCH, 7, Z("data/w\0t"));
	ask_both("better: a depth", XS_WATCH, 8, Z("data/w\0d\0" "1"));
}

/* Linux's device takes the watches of all files, and the kernel's own. */
static void reset(void)
{
	int other = open_device();

	send_to(other, "reset: watch", XS_WATCH, 1, 0, Z("data/r\0t"));
	read_both(other, "reset: watch");
	ask("reset", XS_RESET_WATCHES, 2, 0, Z(""));
	ask("reset: write", XS_WRITE, 3, 0, N("data/r\0x"));
	if (is_readable(other, 1000))
		read_message(other, "better: another file's watch", ~0U);
	else
		printf("better: another file's watch: lost\n");
	close(other);
}

/* What Linux's device answers never, with a warning or without. */
static void beyond(void)
{
	char byte;

	ask("end without a transaction", XS_TRANSACTION_END, 1, 0, Z("T"));
	send_to(fd, "read", XS_READ, 2, 0, Z("data/p"));
	is_readable(fd, ANSWER_MS);
	printf("read no bytes: %zd\n", read(fd, &byte, 0));
	read_message(fd, "read", ~0U);
}

int main(int argc, char **argv)
{
	setbuf(stdout, NULL);
	fd = open_device();
	if (argc > 1 && !strcmp(argv[1], "beyond")) {
		beyond();
		return 0;
	}
	pieces();
	lengths();
	bodies();
	types();
	transactions();
	watches();
	modes();
	better();
	close(fd);
	fd = open_device();
	reset();
	return 0;
}
