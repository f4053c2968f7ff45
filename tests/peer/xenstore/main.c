// SPDX-License-Identifier: GPL-2.0-only
/*
 * xenstore-peer DOMID PORT: serves XenStore to one guest, in xenstored's place.
 *
 * PORT is the guest's end of its XenStore port. xenstored must be stopped
 * (SIGSTOP) meanwhile: what this is for is to answer wrongly, and the guest
 * itself says when and how, by reading "attack/NAME" (attack.c). All else is
 * answered as a store does (server.c).
 *
 * SIGUSR1 makes it forget all, and the ring empty, and it says "reset". It ends
 * by a signal.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "peer.h"

static volatile sig_atomic_t shall_reset;

static void want_reset(int signal)
{
	(void)signal;
	shall_reset = 1;
}

static void turn(void)
{
	static struct message request;

	if (shall_reset) {
		shall_reset = 0;
		ring_reset();
		forget_watches();
		forget_kept();
		is_reconnection_refused = false;
		spoil_arm("next-none");
		puts("reset");
	}
	if (page->connection == XENSTORE_RECONNECT &&
	    !is_reconnection_refused) {
		forget_watches();
		ring_reconnect();
		puts("reconnected");
	}
	spoil_early();
	while (ring_take(&request)) {
		printf("request %u id %u tx %u len %u %.64s\n",
		       request.header.type, request.header.req_id,
		       request.header.tx_id, request.header.len, request.body);
		if (!attack(&request))
			serve(&request);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: xenstore-peer DOMID PORT");
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGUSR1, want_reset);
	ring_open(atoi(argv[1]), atoi(argv[2]));
	puts("serving");
	for (;;) {
		turn();
		nap();
	}
}
