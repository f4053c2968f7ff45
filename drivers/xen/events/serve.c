// SPDX-License-Identifier: GPL-2.0-only
/*
 * An upcall: serve the ports of a CPU.
 *
 * Xen makes an upcall when it sets evtchn_upcall_pending, and not again while
 * that is set. So it is cleared first, and read again last. One upcall serves
 * so many events and no more; the rest are served in an interrupt of our own
 * right after, which lets everybody else who waits have a turn.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>

#include <asm/barrier.h>

#include "core.h"

#define EVENTS_PER_UPCALL 256

static bool is_waiting(const struct event_cpu *c)
{
	return !READ_ONCE(c->is_parked) &&
	       READ_ONCE(c->info->evtchn_upcall_pending);
}

/* Returns true if something is left that Xen does not make a new upcall for. */
static bool serve_once(struct event_cpu *c, unsigned int *budget)
{
	if (!READ_ONCE(c->is_parked))
		WRITE_ONCE(c->info->evtchn_upcall_pending, 0);
	/* Xen sets what tells of events before it sets this. */
	virt_mb();
	return event_abi->serve(c, budget);
}

/**
 * event_cpu_serve() - serve the ports of a CPU
 * @c: the CPU
 *
 * In the usual case on that CPU. Where somebody serves already, that one goes on
 * until nothing is waiting.
 *
 * Context: Interrupt.
 */
void event_cpu_serve(struct event_cpu *c)
{
	unsigned int budget = EVENTS_PER_UPCALL;
	bool is_more;

	do {
		if (test_and_set_bit_lock(0, &c->is_busy))
			return;
		c->nr_upcalls++;
		is_more = serve_once(c, &budget);
		clear_bit_unlock(0, &c->is_busy);
		/*
		 * Somebody who found us busy has returned, on account of an
		 * upcall that must be seen below.
		 */
		smp_mb__after_atomic();
	} while (budget && (is_more || is_waiting(c)));
	if (!budget && (is_more || is_waiting(c))) {
		c->nr_deferred++;
		irq_work_queue(&c->again);
	}
}

/**
 * event_cpu_serve_again() - go on where a bound broke off
 * @work: of the CPU
 *
 * Context: Interrupt.
 */
void event_cpu_serve_again(struct irq_work *work)
{
	event_cpu_serve(container_of(work, struct event_cpu, again));
}
