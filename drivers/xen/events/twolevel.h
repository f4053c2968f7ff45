/* SPDX-License-Identifier: GPL-2.0-only */
/* The order in which ports of the 2-level ABI are served. */
#ifndef _XENDOMU_EVENTS_TWOLEVEL_H
#define _XENDOMU_EVENTS_TWOLEVEL_H

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

/* Words of pending bits; each has a bit in the word that selects. */
#define TWOLEVEL_WORDS BITS_PER_TYPE(xen_ulong_t)

/**
 * struct twolevel_scan - how far a vCPU is with its ports
 * @selected: words that are still to be looked at
 * @bits: of the word that is looked at, the ports still to be served
 * @word: that word
 * @next_word: the word that comes first next time
 * @next_bit: the bit that comes first next time
 *
 * All zero to begin with. Owned by whoever serves the vCPU.
 */
struct twolevel_scan {
	xen_ulong_t selected;
	xen_ulong_t bits;
	unsigned int word;
	unsigned int next_word;
	unsigned int next_bit;
};

void twolevel_select(struct twolevel_scan *scan, xen_ulong_t selected);
bool twolevel_next(struct twolevel_scan *scan, const xen_ulong_t *pending,
		   const xen_ulong_t *mask, const xen_ulong_t *ours,
		   const xen_ulong_t *bound, evtchn_port_t *port);
void twolevel_pause(struct twolevel_scan *scan);

#endif
