// SPDX-License-Identifier: GPL-2.0-only
/*
 * The backend of a console, in dom0.
 *
 * xencons-peer DOMID REF PORT [insane-in|insane-out]
 *
 * Maps the ring REF of DOMID and binds its PORT. What the guest writes goes to
 * standard output, standard input goes to the guest; at its end, the output goes
 * on. With a third word it first moves one of its indices to where it cannot
 * be, and says "done". SIGTERM ends it: the page is unmapped, the port unbound.
 * Exit status 0, or 2 if something did not work.
 */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenevtchn.h>
#include <xengnttab.h>

#define PAGE_BYTES 4096

/* As in Xen's public/io/console.h. */
struct ring {
	char in[1024];
	char out[2048];
	uint32_t in_cons, in_prod;
	uint32_t out_cons, out_prod;
};

static volatile struct ring *ring;
static xenevtchn_handle *evtchn;
static evtchn_port_t port;
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

static void copy_out(void)
{
	static char text[sizeof(ring->out)];
	uint32_t cons = ring->out_cons, prod = ring->out_prod, nr = 0;

	__sync_synchronize();
	while (cons != prod && nr < sizeof(text))
		text[nr++] = ring->out[cons++ % sizeof(ring->out)];
	if (!nr)
		return;
	__sync_synchronize();
	ring->out_cons = cons;
	kick();
	if (write(1, text, nr) != (ssize_t)nr)
		err(2, "cannot write");
}

static uint32_t in_room(void)
{
	uint32_t filled = ring->in_prod - ring->in_cons;

	return filled < sizeof(ring->in) ? sizeof(ring->in) - filled : 0;
}

/* Returns whether there may be more. */
static int copy_in(void)
{
	static char keys[sizeof(ring->in)];
	uint32_t prod = ring->in_prod;
	ssize_t nr = read(0, keys, in_room());
	ssize_t i;

	if (nr < 0)
		err(2, "cannot read");
	for (i = 0; i < nr; i++)
		ring->in[prod++ % sizeof(ring->in)] = keys[i];
	__sync_synchronize();
	ring->in_prod = prod;
	if (nr)
		kick();
	return nr > 0;
}

static void serve(void)
{
	struct pollfd fds[2] = {
		{ .fd = xenevtchn_fd(evtchn), .events = POLLIN },
		{ .fd = 0, .events = POLLIN },
	};
	int has_input = 1;

	while (!is_over) {
		fds[1].fd = has_input && in_room() ? 0 : -1;
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents) {
			if (xenevtchn_pending(evtchn) < 0 ||
			    xenevtchn_unmask(evtchn, port))
				err(2, "cannot take an event");
			copy_out();
		}
		if (fds[1].fd == 0 && fds[1].revents)
			has_input = copy_in();
	}
}

static void be_insane(const char *how)
{
	if (!strcmp(how, "insane-in"))
		ring->in_prod = ring->in_cons + sizeof(ring->in) + 1;
	else if (!strcmp(how, "insane-out"))
		ring->out_cons = ring->out_prod + 1;
	else
		errx(2, "not a way to be insane: %s", how);
	__sync_synchronize();
	kick();
	puts("done");
	fflush(stdout);
	while (!is_over)
		pause();
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	xengnttab_handle *gnttab;
	int bound;

	if (argc < 4 || argc > 5)
		errx(2, "usage: xencons-peer DOMID REF PORT [insane-in|insane-out]");
	sigaction(SIGTERM, &action, NULL);
	gnttab = xengnttab_open(NULL, 0);
	evtchn = xenevtchn_open(NULL, 0);
	if (!gnttab || !evtchn)
		err(2, "cannot open the grant or the event device");
	ring = xengnttab_map_grant_ref(gnttab, atoi(argv[1]), atoi(argv[2]),
				       PROT_READ | PROT_WRITE);
	if (!ring)
		err(2, "cannot map reference %s", argv[2]);
	bound = xenevtchn_bind_interdomain(evtchn, atoi(argv[1]), atoi(argv[3]));
	if (bound < 0)
		err(2, "cannot bind port %s", argv[3]);
	port = bound;
	if (argc == 5)
		be_insane(argv[4]);
	else
		serve();
	xenevtchn_unbind(evtchn, port);
	if (xengnttab_unmap(gnttab, (void *)ring, 1))
		err(2, "cannot unmap");
	return 0;
}
