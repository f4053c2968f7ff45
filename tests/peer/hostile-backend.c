// SPDX-License-Identifier: GPL-2.0-only
/*
 * A backend that does what no honest one does, on the raw ring, in dom0.
 *
 * hostile-backend DOMID PORT REF HOW [NUMBER]
 *
 * Maps the ring REF of DOMID, binds its PORT, says "up", and then
 *   serve     answers each block request as done, with nothing in its pages
 *   keep      the same, and keeps every page of a request mapped
 *   storm     sends NUMBER events for nothing
 *   scribble  writes nonsense all over the ring, an event after each of NUMBER
 *   insane    announces more responses than there are requests
 *   stranger  answers, at the first request, one that nobody has made
 * and says "done" where that has an end. All is kept until SIGTERM; what the
 * process has mapped goes with it. Exit status 0, or 2 if something did not work.
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

#define PAGE_BYTES 4096

static uint32_t domid;
static xengnttab_handle *gnttab;
static xenevtchn_handle *evtchn;
static evtchn_port_t port;
static blkif_sring_t *ring;
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

/* Maps all that a request names, and does not note where: it stays. */
static unsigned int keep_pages(const blkif_request_t *request)
{
	unsigned int nr = 0, i;

	for (i = 0; i < request->nr_segments && i < BLKIF_MAX_SEGMENTS_PER_REQUEST; i++)
		nr += !!xengnttab_map_grant_ref(gnttab, domid, request->seg[i].gref,
						PROT_READ | PROT_WRITE);
	return nr;
}

static void answer(blkif_back_ring_t *back, bool keeps, bool is_stranger)
{
	blkif_request_t request;
	blkif_response_t *response;
	static unsigned int nr_kept;

	while (RING_HAS_UNCONSUMED_REQUESTS(back)) {
		memcpy(&request, RING_GET_REQUEST(back, back->req_cons), sizeof(request));
		back->req_cons++;
		if (keeps) {
			nr_kept += keep_pages(&request);
			printf("kept %u\n", nr_kept);
			fflush(stdout);
		}
		response = RING_GET_RESPONSE(back, back->rsp_prod_pvt);
		response->id = is_stranger ? 0xdeadbeef : request.id;
		response->operation = request.operation;
		response->status = BLKIF_RSP_OKAY;
		back->rsp_prod_pvt++;
	}
	RING_PUSH_RESPONSES(back);
	kick();
}

static void serve(bool keeps, bool is_stranger)
{
	struct pollfd fd = { .fd = xenevtchn_fd(evtchn), .events = POLLIN };
	blkif_back_ring_t back;

	BACK_RING_INIT(&back, ring, PAGE_BYTES);
	while (!is_over) {
		answer(&back, keeps, is_stranger);
		if (poll(&fd, 1, 1000) <= 0)
			continue;
		if (xenevtchn_pending(evtchn) < 0 || xenevtchn_unmask(evtchn, port))
			err(2, "cannot take an event");
	}
}

static void storm(unsigned long nr)
{
	while (nr-- && !is_over)
		kick();
	done();
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
	ring->rsp_prod = ring->req_prod + 100000;
	__sync_synchronize();
	kick();
	done();
}

static void act(const char *how, unsigned long nr)
{
	if (!strcmp(how, "serve") || !strcmp(how, "keep") || !strcmp(how, "stranger"))
		serve(*how == 'k', !strcmp(how, "stranger"));
	else if (!strcmp(how, "storm"))
		storm(nr);
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
	int bound;

	if (argc < 5 || argc > 6)
		errx(2, "usage: hostile-backend DOMID PORT REF HOW [NUMBER]");
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
	act(argv[4], argc > 5 ? strtoul(argv[5], NULL, 0) : 0);
	while (!is_over)
		pause();
	return 0;
}
