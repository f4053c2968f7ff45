// SPDX-License-Identifier: GPL-2.0-only
/*
 * A backend that does what no honest one does, on the raw ring, in dom0.
 *
 * hostile-backend DOMID PORT REF block|net HOW [NUMBER]
 *
 * Maps the ring REF of DOMID, binds its PORT, says "up". A disk's requests it
 * then answers as done, until there have been some and none comes for two
 * seconds: Linux looks for partitions as soon as a disk is there, and a request
 * that nobody answers is one that nobody can take back. Then it says "now", and
 *   hold      does nothing, and keeps the ring mapped
 *   keep      maps each page that is to be sent, and never answers
 *   storm     sends NUMBER events for nothing, and serves the disk on
 *   scribble  writes nonsense all over the ring, an event after each of NUMBER
 *   insane    announces more responses than there are requests
 * and says "done". All is kept until SIGTERM; what the process has mapped goes
 * with it. Exit status 0, or 2 if something did not work.
 */
/* What Xen's headers leave to whoever includes them. */
#define __XEN_INTERFACE_VERSION__ __XEN_LATEST_INTERFACE_VERSION__
#define xen_mb() __sync_synchronize()
#define xen_rmb() __sync_synchronize()
#define xen_wmb() __sync_synchronize()

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenevtchn.h>
#include <xengnttab.h>

#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/io/blkif.h>
#include <xen/io/netif.h>

#define PAGE_BYTES 4096
#define IDLE_MS 2000

static uint32_t domid;
static xengnttab_handle *gnttab;
static xenevtchn_handle *evtchn;
static evtchn_port_t port;
static void *ring;
static blkif_back_ring_t disk;
static volatile sig_atomic_t is_over;

static void end(int signal)
{
	(void)signal;
	is_over = 1;
}

static void kick(void)
{
	if (xenevtchn_notify(evtchn, port))
		err(2, "cannot send an event");
}

static void done(void)
{
	puts("done");
	fflush(stdout);
}

/* Waits for an event of the guest; returns whether there was one. */
static bool wait_event(int timeout_ms)
{
	struct pollfd fd = { .fd = xenevtchn_fd(evtchn), .events = POLLIN };

	if (poll(&fd, 1, timeout_ms) <= 0)
		return false;
	if (xenevtchn_pending(evtchn) < 0 || xenevtchn_unmask(evtchn, port))
		err(2, "cannot take an event");
	return true;
}

/* Returns how many requests there were. */
static unsigned int answer(void)
{
	blkif_request_t *request;
	blkif_response_t *response, done = { .status = BLKIF_RSP_OKAY };
	unsigned int nr = 0;

	while (RING_HAS_UNCONSUMED_REQUESTS(&disk)) {
		/* They share their place. */
		request = RING_GET_REQUEST(&disk, disk.req_cons++);
		done.id = request->id;
		done.operation = request->operation;
		response = RING_GET_RESPONSE(&disk, disk.rsp_prod_pvt++);
		*response = done;
		nr++;
	}
	RING_PUSH_RESPONSES(&disk);
	if (nr)
		kick();
	return nr;
}

static void serve(bool until_idle)
{
	unsigned int nr = 0, answered;

	while (!is_over) {
		answered = answer();
		nr += answered;
		if (!wait_event(IDLE_MS) && until_idle && nr && !answered)
			return;
	}
}

static void keep(void)
{
	netif_tx_back_ring_t back;
	unsigned int nr = 0;

	BACK_RING_INIT(&back, (netif_tx_sring_t *)ring, PAGE_BYTES);
	while (!is_over) {
		while (RING_HAS_UNCONSUMED_REQUESTS(&back)) {
			netif_tx_request_t request = *RING_GET_REQUEST(&back, back.req_cons++);

			nr += !!xengnttab_map_grant_ref(gnttab, domid, request.gref, PROT_READ);
			printf("kept %u\n", nr);
			fflush(stdout);
		}
		back.sring->req_event = back.req_cons + 1;
		wait_event(1000);
	}
}

static void storm(unsigned long nr, bool is_disk)
{
	while (nr-- && !is_over)
		kick();
	done();
	if (is_disk)
		serve(false);
}

static void scribble(unsigned long nr)
{
	volatile uint32_t *words = (volatile uint32_t *)ring;
	uint32_t seed = 1;
	unsigned int i;

	while (nr-- && !is_over) {
		for (i = 0; i < PAGE_BYTES / sizeof(*words); i++) {
			seed = seed * 1664525 + 1013904223;
			words[i] = seed;
		}
		kick();
		usleep(1000);
	}
	done();
}

static void be_insane(void)
{
	blkif_sring_t *sring = ring;

	/* The indices lie in the same place in every ring. */
	sring->rsp_prod = sring->req_prod + 100000;
	__sync_synchronize();
	kick();
	done();
}

static void act(const char *how, unsigned long nr, bool is_disk)
{
	puts("now");
	fflush(stdout);
	if (!strcmp(how, "hold"))
		done();
	else if (!strcmp(how, "keep"))
		keep();
	else if (!strcmp(how, "storm"))
		storm(nr, is_disk);
	else if (!strcmp(how, "scribble"))
		scribble(nr);
	else if (!strcmp(how, "insane"))
		be_insane();
	else
		errx(2, "not a way to be hostile: %s", how);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	bool is_disk;
	int bound;

	if (argc < 6 || argc > 7)
		errx(2, "usage: hostile-backend DOMID PORT REF block|net HOW [NUMBER]");
	domid = atoi(argv[1]);
	sigaction(SIGTERM, &action, NULL);
	gnttab = xengnttab_open(NULL, 0);
	evtchn = xenevtchn_open(NULL, 0);
	if (!gnttab || !evtchn)
		err(2, "cannot open the grant or the event device");
	ring = xengnttab_map_grant_ref(gnttab, domid, atoi(argv[3]), PROT_READ | PROT_WRITE);
	if (!ring)
		err(2, "cannot map the ring");
	bound = xenevtchn_bind_interdomain(evtchn, domid, atoi(argv[2]));
	if (bound < 0)
		err(2, "cannot bind the port");
	port = bound;
	puts("up");
	fflush(stdout);
	is_disk = !strcmp(argv[4], "block");
	if (is_disk) {
		BACK_RING_INIT(&disk, (blkif_sring_t *)ring, PAGE_BYTES);
		serve(true);
	}
	act(argv[5], argc > 6 ? strtoul(argv[6], NULL, 0) : 0, is_disk);
	while (!is_over)
		pause();
	return 0;
}
