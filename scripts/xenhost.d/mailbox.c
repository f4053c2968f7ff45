// SPDX-License-Identifier: GPL-2.0-only
/*
 * The dom0 end of the mailbox (mailbox.h): finds the guest's pages, then moves
 * output, kernel log and verdict to files, and an input file to SCRIPT's stdin.
 *
 * A guest is free to write nonsense into its pages: every index and length is
 * read once and checked, and what we rely on is kept in our own memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

#include "dom0.h"
#include "mailbox.h"

#define POLL_US		10000
#define DEATH_POLLS	10

enum guest_state { GUEST_RUNNING, GUEST_AWAY, GUEST_DEAD };

xc_interface *xc;
xenforeignmemory_handle *fmem;
uint32_t domid;
bool is_pv;

static xen_domain_handle_t uuid;
static uint8_t nonce[MB_NONCE_BYTES];

static struct mb_page *pages[MB_PAGES];
static struct mb_control *control;	/* NULL while no mailbox is mapped */
static struct mb_beacon place;
static bool has_place;
static uint64_t up_cons, down_prod;
static uint8_t down_shadow[MB_DOWN_BYTES];

static const char *out_dir = ".", *input_path, *eof_path, *done_path, *abort_path;
static int input = -1, output = -1, kmsg = -1;
static bool has_verdict;
static unsigned int kmsg_records;	/* of the kernel's log, forwarded so far */

void die(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("mailbox: ", stderr);
	vfprintf(stderr, format, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

static char *out_path(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", out_dir, name);
	return path;
}

static int open_log(const char *name)
{
	int fd = open(out_path(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		die("%s: %s", out_path(name), strerror(errno));
	return fd;
}

void write_all(int fd, const uint8_t *bytes, size_t count)
{
	while (count) {
		ssize_t done = write(fd, bytes, count);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			die("write: %s", strerror(errno));
		bytes += done;
		count -= done;
	}
}

/* A reader sees the old file or the new one, never half of it. */
static void put_file(const char *name, const void *text, size_t count)
{
	char temporary[4096];
	int fd;

	snprintf(temporary, sizeof(temporary), "%s/.%s.new", out_dir, name);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		die("%s: %s", temporary, strerror(errno));
	write_all(fd, text, count);
	write_all(fd, (const uint8_t *)"\n", 1);
	close(fd);
	if (rename(temporary, out_path(name)))
		die("%s: %s", out_path(name), strerror(errno));
}

static bool exists(const char *path)
{
	return path && !access(path, F_OK);
}

/* --- finding the mailbox -------------------------------------------------- */

static bool is_signed(const struct mb_page *page, uint64_t magic)
{
	return !memcmp(page->nonce, nonce, sizeof(nonce)) && page->magic == magic &&
	       page->pages == MB_PAGES;
}

static bool check_beacon(void *context, const void *bytes, xen_pfn_t frame)
{
	const struct mb_page *page = bytes;

	(void)context;
	(void)frame;
	if (!is_signed(page, MB_BEACON_MAGIC))
		return true;
	memcpy(&place, page->data, sizeof(place));
	has_place = true;
	return false;
}

/* The guest's own page numbers stay what they are, even through a migration. */
static bool find_place(const xen_pfn_t *list, xen_pfn_t count)
{
	static unsigned int first;

	if (!has_place) {
		frames_visit(list, count, first, MB_SAMPLE, check_beacon, NULL);
		first = (first + 7) % MB_SAMPLE;
	}
	return has_place;
}

static void detach(void)
{
	if (!control)
		return;
	xenforeignmemory_unmap(fmem, pages[0], MB_PAGES);
	control = NULL;
}

/* After a migration the guest may hold older values of our words; ours are right. */
static void restore_indices(void)
{
	uint64_t cons = control->up_cons;

	if (up_cons < cons)
		up_cons = cons;
	control->up_cons = up_cons;
	mb_ring_copy(pages + 1 + MB_UP_PAGES, MB_DOWN_BYTES, 0, down_shadow, MB_DOWN_BYTES, 1);
	control->down_prod = down_prod;
}

/* For a guest with a terminal: the size that xenhost has written down. */
static void pump_window_size(void)
{
	unsigned int rows, columns;
	FILE *file = fopen(out_path("winsize"), "re");

	if (!file)
		return;
	if (fscanf(file, "%u %u", &rows, &columns) == 2) {
		__atomic_store_n(&control->columns, columns, __ATOMIC_RELAXED);
		__atomic_store_n(&control->rows, rows, __ATOMIC_RELAXED);
	}
	fclose(file);
}

static bool map_mailbox(const xen_pfn_t *frames)
{
	struct mb_page *map;
	int err[MB_PAGES];
	bool ok = true;

	map = xenforeignmemory_map(fmem, domid, PROT_READ | PROT_WRITE, MB_PAGES, frames, err);
	if (!map)
		return false;
	for (unsigned int i = 0; i < MB_PAGES && ok; i++) {
		pages[i] = map + i;
		ok = !err[i] && is_signed(map + i, MB_MAGIC) && map[i].index == i;
	}
	if (!ok)
		xenforeignmemory_unmap(fmem, map, MB_PAGES);
	return ok;
}

static void attach(void)
{
	xen_pfn_t count = 0, frames[MB_PAGES];
	xen_pfn_t *list = frames_list(&count);
	bool ok = list && find_place(list, count);

	for (unsigned int i = 0; ok && i < MB_PAGES; i++) {
		ok = place.pfn[i] < count;
		if (ok)
			frames[i] = list[place.pfn[i]];
	}
	free(list);
	if (!ok || !map_mailbox(frames))
		return;
	control = (struct mb_control *)pages[0]->data;
	restore_indices();
	pump_window_size();
	__atomic_store_n(&control->attached, 1, __ATOMIC_RELEASE);
}

/* --- traffic ------------------------------------------------------------ */

static void take_frame(uint32_t type, const uint8_t *bytes, uint32_t count)
{
	switch (type) {
	case MB_OUTPUT:
		write_all(output, bytes, count);
		break;
	case MB_KMSG:
		write_all(kmsg, bytes, count);
		break;
	case MB_STAGE:
		put_file("stage", bytes, count);
		break;
	case MB_FAIL:
		put_file("fail", bytes, count);
		break;
	case MB_STATUS:
		put_file("verdict", bytes, count);
		has_verdict = true;
		break;
	}
}

/*
 * Many small lines arrive at a time, and each write is a round trip to the build
 * machine: neighbours of one type go out as one.
 */
struct gather {
	uint32_t type, bytes;
	uint8_t data[65536];
};

static void gather_flush(struct gather *g)
{
	if (g->bytes)
		take_frame(g->type, g->data, g->bytes);
	g->bytes = 0;
}

static void gather_frame(struct gather *g, uint32_t type, const uint8_t *bytes, uint32_t count)
{
	bool stream = type == MB_OUTPUT || type == MB_KMSG;

	kmsg_records += type == MB_KMSG;

	if (!stream || g->type != type || g->bytes + count > sizeof(g->data))
		gather_flush(g);
	if (!stream) {
		take_frame(type, bytes, count);
		return;
	}
	g->type = type;
	memcpy(g->data + g->bytes, bytes, count);
	g->bytes += count;
}

static bool drain_uplink(void)
{
	static uint8_t payload[MB_FRAME_MAX];
	static struct gather gather;
	uint64_t prod = __atomic_load_n(&control->up_prod, __ATOMIC_ACQUIRE);
	uint64_t available = prod - up_cons;
	bool any = false;

	if (available > MB_UP_BYTES)
		return false;
	while (available >= sizeof(struct mb_frame)) {
		struct mb_frame frame;

		mb_ring_copy(pages + 1, MB_UP_BYTES, up_cons, (uint8_t *)&frame, sizeof(frame), 0);
		if (frame.bytes > MB_FRAME_MAX || frame.bytes + sizeof(frame) > available)
			break;
		mb_ring_copy(pages + 1, MB_UP_BYTES, up_cons + sizeof(frame), payload, frame.bytes,
			     0);
		up_cons += sizeof(frame) + frame.bytes;
		available -= sizeof(frame) + frame.bytes;
		__atomic_store_n(&control->up_cons, up_cons, __ATOMIC_RELEASE);
		gather_frame(&gather, frame.type, payload, frame.bytes);
		any = true;
	}
	gather_flush(&gather);
	return any;
}

static void pump_input(void)
{
	uint8_t bytes[4096];
	uint64_t room;
	struct stat st;
	ssize_t got;
	bool eof;

	if (input < 0 && input_path)
		input = open(input_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	room = MB_DOWN_BYTES - (down_prod - __atomic_load_n(&control->down_cons, __ATOMIC_ACQUIRE));
	if (!room || room > MB_DOWN_BYTES)
		return;
	eof = !eof_path || exists(eof_path);
	/* fstat() makes a 9p client look at the size again. */
	got = -1;
	if (input >= 0 && !fstat(input, &st))
		got = read(input, bytes, room < sizeof(bytes) ? room : sizeof(bytes));
	if (got > 0) {
		mb_ring_copy(pages + 1 + MB_UP_PAGES, MB_DOWN_BYTES, down_prod, bytes, got, 1);
		for (ssize_t i = 0; i < got; i++)
			down_shadow[(down_prod + i) % MB_DOWN_BYTES] = bytes[i];
		down_prod += got;
		__atomic_store_n(&control->down_prod, down_prod, __ATOMIC_RELEASE);
	} else if (eof) {
		__atomic_store_n(&control->down_eof, 1, __ATOMIC_RELEASE);
	}
}

/* --- the guest's life --------------------------------------------------- */

static const char *death_reason(const xc_domaininfo_t *info)
{
	static const char *const reason[] = { "powered off", "rebooted", "suspended", "crashed",
					      "was killed by Xen's watchdog", "soft-reset" };

	unsigned int code = shutdown_code(info);

	return code < sizeof(reason) / sizeof(reason[0]) ? reason[code] : "died";
}

/* After save and restore, or a migration, the guest goes on under another domid. */
static bool find_successor(void)
{
	xc_domaininfo_t info;
	uint32_t next = 1;

	while (find_domain(next, &info)) {
		next = info.domain + 1;
		if (info.domain == domid || info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown))
			continue;
		if (memcmp(info.handle, uuid, sizeof(uuid)))
			continue;
		domid = info.domain;
		return true;
	}
	return false;
}

static enum guest_state guest_state(const char **reason)
{
	xc_domaininfo_t info;

	*reason = "vanished";
	if (!find_guest(&info) || info.flags & XEN_DOMINF_dying)
		return GUEST_AWAY;
	if (!(info.flags & XEN_DOMINF_shutdown))
		return GUEST_RUNNING;
	*reason = death_reason(&info);
	return shutdown_code(&info) == SHUTDOWN_suspend ? GUEST_AWAY : GUEST_DEAD;
}

static void read_nonce(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file)
		die("%s: %s", path, strerror(errno));
	for (unsigned int i = 0; i < sizeof(nonce); i++) {
		unsigned int byte;

		if (fscanf(file, "%2x", &byte) != 1)
			die("%s: no nonce", path);
		nonce[i] = byte;
	}
	fclose(file);
}

/*
 * A PVH guest has no interval timer, and Linux spends 50,000 reads of its port
 * on learning that: 0xff looks like a count that stands still. Emulated twice,
 * that is 5 to 10 s. Let the port read as an event register of QEMU's power
 * management, which is always 0, and which dom0 may hand on.
 */
static void stop_timer_calibration(void)
{
	static const uint32_t timer_port = 0x42, zero_port = 0xafe0;

	if (xc_domain_ioport_mapping(xc, domid, timer_port, zero_port, 1, 1))
		fprintf(stderr, "mailbox: ioport mapping: %s\n", strerror(errno));
}

static void get_info(xc_domaininfo_t *info)
{
	memset(info, 0, sizeof(*info));
	while (domid ? !find_guest(info) : !find_domain(1, info)) {
		if (exists(abort_path))
			exit(4);
		usleep(POLL_US);
	}
}

/*
 * Waits for the domain given, or for the first there is, until the toolstack
 * has built it and lets it run.
 */
static void open_domain(bool is_pvh)
{
	xc_domaininfo_t info;

	xc = xc_interface_open(NULL, NULL, 0);
	fmem = xenforeignmemory_open(NULL, 0);
	if (!xc || !fmem)
		die("cannot open Xen's interfaces: %s", strerror(errno));
	do {
		get_info(&info);
		domid = info.domain;
		usleep(POLL_US);
	} while (info.flags & XEN_DOMINF_paused && !info.tot_pages);
	if (is_pvh)
		stop_timer_calibration();
	while (info.flags & XEN_DOMINF_paused) {
		usleep(2 * POLL_US);
		get_info(&info);
	}
	is_pv = !(info.flags & XEN_DOMINF_hvm_guest);
	memcpy(uuid, info.handle, sizeof(uuid));
}

/* The agent died with the guest, so the end of the kernel's log is still in there. */
static void last_words(const char *reason)
{
	if (!control)
		attach();
	if (control)
		while (drain_uplink())
			;
	if (!has_verdict)
		lastwords_write(kmsg, kmsg_records);
	put_file("death", reason, strlen(reason));
}

/* Returns whether the guest is gone for good. */
static bool check_guest(void)
{
	const char *reason;

	switch (guest_state(&reason)) {
	case GUEST_RUNNING:
		return false;
	case GUEST_AWAY:
		if (control)
			while (drain_uplink())
				;
		detach();
		if (find_successor() || (!exists(done_path) && !exists(abort_path)))
			return false;
		break;
	case GUEST_DEAD:
		break;
	}
	last_words(reason);
	return true;
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

/*
 * While the guest boots, its device model and we share one processor: look for
 * the mailbox often, but never most of the time.
 */
static void search(void)
{
	static uint64_t next;
	uint64_t start = now_us(), took;

	if (start < next)
		return;
	attach();
	took = now_us() - start;
	next = now_us() + 5 * POLL_US + 4 * took;
	if (control)
		fprintf(stderr, "mailbox: found in %llu ms\n", (unsigned long long)took / 1000);
}

static int serve(void)
{
	for (unsigned int round = 0;; round++) {
		if (round % DEATH_POLLS == 0 && check_guest())
			return has_verdict ? 0 : 3;
		if (!control)
			search();
		if (control) {
			drain_uplink();
			pump_input();
			if (round % 50 == 0)
				pump_window_size();
		}
		if (has_verdict && exists(done_path))
			break;
		if (round % 10 == 0 && exists(abort_path))
			return 4;
		usleep(POLL_US);
	}
	if (control) {
		drain_uplink();
		__atomic_store_n(&control->bye, 1, __ATOMIC_RELEASE);
	}
	return 0;
}

static void usage(FILE *to)
{
	fputs("Usage: mailbox --nonce FILE [--domid N] [--dir DIR] [--input FILE] [--eof FILE]\n"
	      "               [--done FILE] [--abort FILE] [--pvh]\n"
	      "Exits 0 after a verdict, 3 when the guest died without one, 4 when aborted.\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "domid", 1, NULL, 'd' }, { "nonce", 1, NULL, 'n' }, { "dir", 1, NULL, 'o' },
		{ "input", 1, NULL, 'i' }, { "eof", 1, NULL, 'e' },   { "done", 1, NULL, 'q' },
		{ "abort", 1, NULL, 'a' }, { "help", 0, NULL, 'h' },  { "pvh", 0, NULL, 'p' },
		{ 0 },
	};
	const char *nonce_path = NULL;
	bool is_pvh = false;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'd': domid = strtoul(optarg, NULL, 10); break;
		case 'n': nonce_path = optarg; break;
		case 'o': out_dir = optarg; break;
		case 'i': input_path = optarg; break;
		case 'e': eof_path = optarg; break;
		case 'q': done_path = optarg; break;
		case 'a': abort_path = optarg; break;
		case 'p': is_pvh = true; break;
		case 'h': usage(stdout); return 0;
		default: usage(stderr); return 2;
		}
	}
	if (!nonce_path) {
		usage(stderr);
		return 2;
	}
	read_nonce(nonce_path);
	open_domain(is_pvh);
	output = open_log("guest.out");
	kmsg = open_log("guest-dmesg.log");
	return serve();
}
