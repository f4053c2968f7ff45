// SPDX-License-Identifier: GPL-2.0-only
/*
 * Late EOI: a port stays masked until its user says that it is done.
 *
 * A user who found nothing to do says so, too. One such event is the course of
 * things; from a peer that sends many in a row, each further one is let through
 * after a longer wait.
 */
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/minmax.h>

#include <xen/compat.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "core.h"

/* Spurious events in a row that are let through at once. */
#define THRESHOLD_DEFAULT 1

/* The longest wait, and so the longest run that is worth counting. */
#define DELAY_MAX HZ
#define RUN_MAX (ilog2(DELAY_MAX) + 2)

static void on_time(struct timer_list *timer)
{
	struct event_port *p = timer_container_of(p, timer, eoi_timer);

	event_port_unmask(p, MASK_EOI);
}

/* Jiffies to wait after the run has become one longer. */
static unsigned long next_delay(struct event_port *p)
{
	unsigned int threshold = p->dev ? p->dev->spurious_threshold :
					  THRESHOLD_DEFAULT;

	p->nr_spurious = min(p->nr_spurious + 1, threshold + RUN_MAX);
	if (p->nr_spurious <= threshold)
		return 0;
	return min(1UL << (p->nr_spurious - threshold - 1),
		   (unsigned long)DELAY_MAX);
}

/* Counts, and starts the timer; returns true if it is not time yet. */
static bool is_delayed(struct event_port *p)
{
	unsigned long delay, flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	/* An EOI for nothing neither counts nor waits. */
	delay = p->masked_by & MASK_EOI ? next_delay(p) : 0;
	raw_spin_unlock_irqrestore(&p->lock, flags);
	if (p->dev) {
		atomic_inc(&p->dev->spurious_events);
		atomic_add(delay, &p->dev->jiffies_eoi_delayed);
	}
	if (delay)
		mod_timer(&p->eoi_timer, jiffies + delay);
	return delay;
}

/**
 * lateeoi() - a user is done with an event
 * @p: a port with late EOI
 * @flags: XEN_EOI_FLAG_*
 *
 * Context: Any.
 */
void lateeoi(struct event_port *p, unsigned int flags)
{
	if (flags & XEN_EOI_FLAG_SPURIOUS) {
		if (is_delayed(p))
			return;
	} else {
		WRITE_ONCE(p->nr_spurious, 0);
	}
	event_port_unmask(p, MASK_EOI);
}

void lateeoi_init(struct event_port *p)
{
	timer_setup(&p->eoi_timer, on_time, 0);
}

/**
 * lateeoi_exit() - no late EOI any more
 * @p: a port that is masked, and has no handler
 *
 * Context: Process; sleeps.
 */
void lateeoi_exit(struct event_port *p)
{
	timer_shutdown_sync(&p->eoi_timer);
}
