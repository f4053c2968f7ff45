// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of an event channel, in dom0.
 *
 * evtchn-peer connect DOMID PORT: connects to a port that DOMID offers
 * evtchn-peer offer DOMID: offers a port to DOMID, and says "port PORT"
 *
 * Then each line of standard input is a command. "send N" notifies N times and
 * says "sent"; "storm S" does so for S seconds and says "stormed N". "echo N"
 * notifies and waits for an answer, N times, and says "echoed N", and how long
 * that "took". "wait" waits for one event and says "got". At the end of input
 * the port is closed, and it says "closed". Exit status 0, or 2 if something
 * did not work; no event for 20 s is a thing that did not work.
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xenevtchn.h>

#define PATIENCE_MS 20000

static xenevtchn_handle *evtchn;
static evtchn_port_t port;

static void notify(void)
{
	if (xenevtchn_notify(evtchn, port))
		err(2, "cannot notify");
}

static void wait_for_event(void)
{
	struct pollfd fd = { .fd = xenevtchn_fd(evtchn), .events = POLLIN };
	int got;

	if (poll(&fd, 1, PATIENCE_MS) != 1)
		errx(2, "no event");
	got = xenevtchn_pending(evtchn);
	if (got != (int)port || xenevtchn_unmask(evtchn, port))
		err(2, "pending says %d", got);
}

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void storm(int seconds)
{
	long end = now_us() + seconds * 1000000L, n;

	for (n = 0; now_us() < end; n++)
		notify();
	printf("stormed %ld\n", n);
}

/* There and back again, with the time it takes. */
static void echo(int n)
{
	long begin = now_us();
	int i;

	for (i = 0; i < n; i++) {
		notify();
		wait_for_event();
	}
	printf("echoed %d\n", n);
	printf("took %ld us\n", now_us() - begin);
}

static void obey(const char *line)
{
	int i, n = 0;

	if (sscanf(line, "send %d", &n) == 1) {
		for (i = 0; i < n; i++)
			notify();
		puts("sent");
	} else if (sscanf(line, "echo %d", &n) == 1) {
		echo(n);
	} else if (sscanf(line, "storm %d", &n) == 1) {
		storm(n);
	} else if (!strcmp(line, "wait\n")) {
		wait_for_event();
		puts("got");
	} else {
		errx(2, "no such command: %s", line);
	}
}

static int open_port(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "connect"))
		return xenevtchn_bind_interdomain(evtchn, atoi(argv[2]),
						  atoi(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "offer"))
		return xenevtchn_bind_unbound_port(evtchn, atoi(argv[2]));
	errx(2, "usage: evtchn-peer connect DOMID PORT | offer DOMID");
}

int main(int argc, char **argv)
{
	char line[64];
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	evtchn = xenevtchn_open(NULL, 0);
	if (!evtchn)
		err(2, "cannot open the event channel device");
	ret = open_port(argc, argv);
	if (ret < 0)
		err(2, "cannot %s", argv[1]);
	port = ret;
	printf("port %u\n", port);
	/* The first event may come before the peer is there. */
	if (!strcmp(argv[1], "connect"))
		wait_for_event();
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	if (xenevtchn_unbind(evtchn, port))
		err(2, "cannot unbind");
	puts("closed");
	return 0;
}
