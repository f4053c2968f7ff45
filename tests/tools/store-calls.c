// SPDX-License-Identifier: GPL-2.0-only
/*
 * libxenstore's calls, one after the other, with what they answer. Every line
 * printed is the same in every guest that was prepared alike.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

static struct xs_handle *xs;

static void print_bool(const char *what, bool is_ok)
{
	printf("%s: %s\n", what, is_ok ? "ok" : strerror(errno));
}

/* Text as it is, what is long as its length and a sum of its bytes. */
static void print_bytes(const char *what, const void *value, unsigned int len)
{
	const unsigned char *bytes = value;
	unsigned int sum = 0, i;

	if (!value) {
		printf("%s: %s\n", what, strerror(errno));
		return;
	}
	for (i = 0; i < len; i++)
		sum = sum * 31 + bytes[i];
	printf("%s: %u bytes, sum %08x%s%.*s\n", what, len, sum,
	       len && len < 40 ? " " : "", len < 40 ? (int)len : 0,
	       (const char *)value);
}

static void read_node(const char *what, xs_transaction_t t, const char *path)
{
	unsigned int len = 0;
	void *value = xs_read(xs, t, path, &len);

	print_bytes(what, value, len);
	free(value);
}

static void write_size(const char *path, unsigned int len)
{
	char *bytes = malloc(len + 1);
	char what[64];
	unsigned int i;

	for (i = 0; i < len; i++)
		bytes[i] = i * 7 + (i >> 8);
	snprintf(what, sizeof(what), "write %u bytes", len);
	print_bool(what, xs_write(xs, XBT_NULL, path, bytes, len));
	snprintf(what, sizeof(what), "read %u bytes", len);
	read_node(what, XBT_NULL, path);
	free(bytes);
}

static void values(void)
{
	/* The store allows a guest's node 2048 bytes in all. */
	static const unsigned int sizes[] = {
		0, 1, 2, 255, 256, 1008, 1024, 1900, 2048, 3000, 4000, 4060,
		5000,
	};
	unsigned int i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		write_size("data/size", sizes[i]);
	read_node("read a long value", XBT_NULL, "data/long");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *what, xs_transaction_t t, const char *path)
{
	unsigned int nr = 0, i, bytes = 0;
	char **names = xs_directory(xs, t, path, &nr);

	if (!names) {
		printf("%s: %s\n", what, strerror(errno));
		return;
	}
	for (i = 0; i < nr; i++)
		bytes += strlen(names[i]) + 1;
	printf("%s: %u names, %u bytes\n", what, nr, bytes);
	if (nr < 10) {
		qsort(names, nr, sizeof(*names), by_name);
		for (i = 0; i < nr; i++)
			printf("  %s\n", names[i]);
	}
	free(names);
}

static void directories(void)
{
	print_bool("mkdir", xs_mkdir(xs, XBT_NULL, "data/dir/sub"));
	print_bool("mkdir again", xs_mkdir(xs, XBT_NULL, "data/dir/sub"));
	print_bool("mkdir elsewhere", xs_mkdir(xs, XBT_NULL, "/elsewhere"));
	list("list", XBT_NULL, "data/dir");
	list("list an empty one", XBT_NULL, "data/dir/sub");
	list("list what is not there", XBT_NULL, "data/none");
	list("list a large one", XBT_NULL, "data/big");
	print_bool("rm", xs_rm(xs, XBT_NULL, "data/dir"));
	print_bool("rm again", xs_rm(xs, XBT_NULL, "data/dir"));
}

static void permissions(void)
{
	struct xs_permissions perms[2] = {
		{ .id = 0, .perms = XS_PERM_NONE },
		{ .id = 0, .perms = XS_PERM_READ | XS_PERM_WRITE },
	};
	struct xs_permissions *got;
	unsigned int nr = 0;
	char *domid = xs_read(xs, XBT_NULL, "domid", NULL);

	perms[0].id = atoi(domid);
	free(domid);
	xs_write(xs, XBT_NULL, "data/perm", "x", 1);
	print_bool("set permissions",
		   xs_set_permissions(xs, XBT_NULL, "data/perm", perms, 2));
	got = xs_get_permissions(xs, XBT_NULL, "data/perm", &nr);
	printf("permissions: %u", nr);
	for (; got && nr; nr--)
		printf(" %u", got[nr - 1].perms);
	printf("\n");
	free(got);
	got = xs_get_permissions(xs, XBT_NULL, "data/none", &nr);
	printf("permissions of nothing: %s\n", got ? "?" : strerror(errno));
	got = xs_get_permissions(xs, XBT_NULL, "data/secret", &nr);
	printf("permissions of a secret: %s\n", got ? "?" : strerror(errno));
	perms[0].id = 0;
	print_bool("give a node away",
		   xs_set_permissions(xs, XBT_NULL, "data/perm", perms, 2));
}

static void domains(void)
{
	char *path = xs_get_domain_path(xs, 0);

	printf("path of domain 0: %s\n", path ? path : strerror(errno));
	free(path);
	path = xs_get_domain_path(xs, 32000);
	printf("path of domain 32000: %s\n", path ? path : strerror(errno));
	free(path);
	printf("domain 0 introduced: %d\n", xs_is_domain_introduced(xs, 0));
	printf("domain 32000 introduced: %d\n",
	       xs_is_domain_introduced(xs, 32000));
	print_bool("introduce a domain", xs_introduce_domain(xs, 5, 1, 1));
	print_bool("release a domain", xs_release_domain(xs, 5));
	print_bool("resume a domain", xs_resume_domain(xs, 5));
	print_bool("set a target", xs_set_target(xs, 5, 6));
}

static void transactions(void)
{
	xs_transaction_t a, b;

	a = xs_transaction_start(xs);
	print_bool("start", a != XBT_NULL);
	print_bool("write in it", xs_write(xs, a, "data/t", "in", 2));
	read_node("read in it", a, "data/t");
	read_node("read outside", XBT_NULL, "data/t");
	print_bool("commit", xs_transaction_end(xs, a, false));
	read_node("read after", XBT_NULL, "data/t");
	print_bool("end it again", xs_transaction_end(xs, a, false));
	print_bool("write in what has ended",
		   xs_write(xs, a, "data/t", "late", 4));

	a = xs_transaction_start(xs);
	xs_write(xs, a, "data/t", "thrown away", 11);
	list("list in it", a, "data/none");
	print_bool("abort", xs_transaction_end(xs, a, true));
	read_node("read after", XBT_NULL, "data/t");

	a = xs_transaction_start(xs);
	b = xs_transaction_start(xs);
	read_node("a reads", a, "data/t");
	read_node("b reads", b, "data/t");
	print_bool("a writes", xs_write(xs, a, "data/t", "a", 1));
	print_bool("b writes", xs_write(xs, b, "data/t", "b", 1));
	print_bool("a commits", xs_transaction_end(xs, a, false));
	print_bool("b commits", xs_transaction_end(xs, b, false));
	read_node("a has won", XBT_NULL, "data/t");

	a = xs_transaction_start(xs);
	read_node("a reads", a, "data/t");
	print_bool("others write", xs_write(xs, XBT_NULL, "data/t", "o", 1));
	print_bool("a writes", xs_write(xs, a, "data/t", "a", 1));
	print_bool("a commits", xs_transaction_end(xs, a, false));
	read_node("others have won", XBT_NULL, "data/t");
	read_node("transaction unknown", 0x7fffffff, "data/t");
}

/* What the server grants a guest, and what it says to one more. */
static void many_transactions(void)
{
	xs_transaction_t t[12];
	int i, nr = 0;

	for (i = 0; i < 12; i++) {
		t[i] = xs_transaction_start(xs);
		if (t[i] == XBT_NULL)
			break;
		nr++;
	}
	printf("transactions at once: %d, then %s\n", nr, strerror(errno));
	while (nr--)
		xs_transaction_end(xs, t[nr], true);
}

static void next_event(const char *what)
{
	struct pollfd fd = { .fd = xs_fileno(xs), .events = POLLIN };
	unsigned int nr;
	char **event;

	if (poll(&fd, 1, 3000) != 1) {
		printf("%s: no event\n", what);
		return;
	}
	event = xs_read_watch(xs, &nr);
	if (event)
		printf("%s: event %s, token %s\n", what, event[XS_WATCH_PATH],
		       event[XS_WATCH_TOKEN]);
	else
		printf("%s: %s\n", what, strerror(errno));
	free(event);
}

static void watches(void)
{
	xs_transaction_t t;
	char **none;

	print_bool("watch", xs_watch(xs, "data/w", "a token of mine"));
	next_event("at first");
	xs_write(xs, XBT_NULL, "data/w", "1", 1);
	next_event("written");
	xs_write(xs, XBT_NULL, "data/w/below", "1", 1);
	next_event("below");
	print_bool("a second token", xs_watch(xs, "data/w", "second"));
	next_event("at first");
	print_bool("end the second", xs_unwatch(xs, "data/w", "second"));
	t = xs_transaction_start(xs);
	xs_write(xs, t, "data/w", "2", 1);
	none = xs_check_watch(xs);
	printf("in a transaction: %s\n", none ? "event" : "no event");
	xs_transaction_end(xs, t, false);
	next_event("committed");
	xs_rm(xs, XBT_NULL, "data/w");
	next_event("removed");
	print_bool("unwatch", xs_unwatch(xs, "data/w", "a token of mine"));
	print_bool("an empty token", xs_watch(xs, "data/w", ""));
	next_event("at first");
	print_bool("unwatch", xs_unwatch(xs, "data/w", ""));
	xs_write(xs, XBT_NULL, "data/w", "3", 1);
	none = xs_check_watch(xs);
	printf("after all: %s\n", none ? "event" : "no event");
}

int main(void)
{
	xs = xs_open(0);
	if (!xs) {
		perror("xs_open");
		return 1;
	}
	setbuf(stdout, NULL);
	values();
	directories();
	permissions();
	domains();
	transactions();
	many_transactions();
	watches();
	print_bool("control", xs_control_command(xs, "help", NULL, 0));
	xs_close(xs);
	return 0;
}
