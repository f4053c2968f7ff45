// SPDX-License-Identifier: GPL-2.0-only
/* The 2-level ABI: bits in shared_info, see twolevel.c. */
#include <linux/mm.h>
#include <linux/printk.h>

#include <asm/barrier.h>
#include <asm/sync_bitops.h>
#include <asm/xen/hypercall.h>
#include <xen/shared_info.h>

#include "core.h"
#include "internal.h"

static struct shared_info *shared;

/* Ports that are some CPU's: each of these is in its map of ours as well. */
static xen_ulong_t bound[TWOLEVEL_WORDS];

static bool has_bit(const xen_ulong_t *words, evtchn_port_t port)
{
	return READ_ONCE(words[port / BITS_PER_LONG]) & BIT_MASK(port);
}

static void set_bit_of(xen_ulong_t *words, evtchn_port_t port)
{
	sync_set_bit(port, (unsigned long *)words);
}

static void clear_bit_of(xen_ulong_t *words, evtchn_port_t port)
{
	sync_clear_bit(port, (unsigned long *)words);
}

static int cpu_start(struct event_cpu *c)
{
	return 0;
}

static int port_start(evtchn_port_t port)
{
	return port < EVTCHN_2L_NR_CHANNELS ? 0 : -ENOSPC;
}

static bool is_pending(evtchn_port_t port)
{
	return has_bit(shared->evtchn_pending, port);
}

static bool is_masked(evtchn_port_t port)
{
	return has_bit(shared->evtchn_mask, port);
}

static void set_pending(evtchn_port_t port)
{
	set_bit_of(shared->evtchn_pending, port);
}

static void clear_pending(evtchn_port_t port)
{
	clear_bit_of(shared->evtchn_pending, port);
	smp_mb__after_atomic(); /* A handler looks for work after the clearing. */
}

static void mask(evtchn_port_t port)
{
	set_bit_of(shared->evtchn_mask, port);
}

/*
 * An event that came while the port was masked has selected no word, and only
 * Xen can make a vCPU look. It does so if it finds the port masked and pending.
 */
static void unmask_port(evtchn_port_t port)
{
	struct evtchn_unmask unmask = { .port = port };

	if (!is_pending(port)) {
		clear_bit_of(shared->evtchn_mask, port);
		/* Xen sets pending, then reads mask: one of us sees the other. */
		smp_mb__after_atomic();
		if (!is_pending(port))
			return;
		set_bit_of(shared->evtchn_mask, port);
	}
	if (HYPERVISOR_event_channel_op(EVTCHNOP_unmask, &unmask))
		pr_err_ratelimited("port %u stays masked: Xen does not unmask it\n",
				   port);
}

static void move(evtchn_port_t port, struct event_cpu *from,
		 struct event_cpu *to)
{
	if (from)
		clear_bit_of(from->ours, port);
	if (to) {
		set_bit_of(to->ours, port);
		set_bit_of(bound, port);
	} else {
		clear_bit_of(bound, port);
	}
}

/* Xen sets the pending bit before the selecting one; xchg() is a barrier. */
static bool serve(struct event_cpu *c, unsigned int *budget)
{
	evtchn_port_t port;

	if (READ_ONCE(c->info->evtchn_pending_sel))
		twolevel_select(&c->scan,
				xchg(&c->info->evtchn_pending_sel, 0));
	while (twolevel_next(&c->scan, shared->evtchn_pending,
			     shared->evtchn_mask, c->ours, bound, &port)) {
		event_port_handle(c, port);
		c->nr_events++;
		if (!--*budget) {
			twolevel_pause(&c->scan);
			return c->scan.selected;
		}
	}
	return false;
}

/**
 * abi_2l_start() - get ready: no port sends before somebody listens
 *
 * Context: Process, while the module loads.
 */
void abi_2l_start(void)
{
	unsigned int i;

	shared = xen_shared_page();
	for (i = 0; i < TWOLEVEL_WORDS; i++)
		WRITE_ONCE(shared->evtchn_mask[i], ~0UL);
}

const struct event_abi event_abi_2l = {
	.name = "2-level",
	.nr_ports = EVTCHN_2L_NR_CHANNELS,
	.cpu_start = cpu_start,
	.port_start = port_start,
	.is_pending = is_pending,
	.is_masked = is_masked,
	.set_pending = set_pending,
	.clear_pending = clear_pending,
	.mask = mask,
	.unmask = unmask_port,
	.move = move,
	.serve = serve,
};
