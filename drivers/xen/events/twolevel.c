// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order in which ports of the 2-level ABI are served.
 *
 *	vcpu_info.evtchn_pending_sel	64 bits, one for each of the
 *	shared_info.evtchn_pending	64 words of 64 ports each
 *	shared_info.evtchn_mask		the same
 *
 * Xen sets a port's pending bit, then the bit that selects its word, then
 * evtchn_upcall_pending. We go the other way: whoever took a selecting bit must
 * look at the word. The pending words are those of all vCPUs, so each vCPU has
 * a map of the ports that are its own. What is nobody's is served by whoever
 * comes across it, and found out to be a stray there.
 *
 * A look at a word takes down what is pending at that moment, so no port is
 * served twice in it, however fast its events come. Words and bits take turns
 * at being first: a busy port cannot keep the others waiting when a pass is
 * broken off.
 */
#include <linux/bitops.h>
#include <linux/compiler.h>

#include "twolevel.h"

/* The first bit from a position on, around the end; there is one. */
static unsigned int first_bit_from(xen_ulong_t bits, unsigned int from)
{
	xen_ulong_t rest = bits >> from << from;

	return __ffs(rest ?: bits);
}

/**
 * twolevel_select() - words that Xen says have pending ports
 * @scan: where the vCPU is
 * @selected: a bit for each word, taken from evtchn_pending_sel
 *
 * Context: Any.
 */
void twolevel_select(struct twolevel_scan *scan, xen_ulong_t selected)
{
	scan->selected |= selected;
}

static void look_at_next_word(struct twolevel_scan *scan,
			      const xen_ulong_t *pending,
			      const xen_ulong_t *mask, const xen_ulong_t *ours,
			      const xen_ulong_t *bound)
{
	unsigned int word = first_bit_from(scan->selected, scan->next_word);

	scan->selected &= ~BIT_ULL(word);
	scan->word = word;
	scan->next_word = (word + 1) % TWOLEVEL_WORDS;
	scan->bits = READ_ONCE(pending[word]) & ~READ_ONCE(mask[word]) &
		     (READ_ONCE(ours[word]) | ~READ_ONCE(bound[word]));
}

/**
 * twolevel_next() - the port to be served next
 * @scan: where the vCPU is
 * @pending: evtchn_pending of shared_info, TWOLEVEL_WORDS long
 * @mask: evtchn_mask, likewise
 * @ours: the ports of this vCPU, likewise
 * @bound: the ports of all vCPUs, likewise
 * @port: the port
 *
 * Context: Any.
 * Return: true if there is one; false once every selected word was looked at.
 */
bool twolevel_next(struct twolevel_scan *scan, const xen_ulong_t *pending,
		   const xen_ulong_t *mask, const xen_ulong_t *ours,
		   const xen_ulong_t *bound, evtchn_port_t *port)
{
	unsigned int bit;

	while (!scan->bits) {
		if (!scan->selected)
			return false;
		look_at_next_word(scan, pending, mask, ours, bound);
	}
	bit = first_bit_from(scan->bits, scan->next_bit);
	scan->bits &= ~BIT_ULL(bit);
	scan->next_bit = (bit + 1) % TWOLEVEL_WORDS;
	*port = scan->word * TWOLEVEL_WORDS + bit;
	return true;
}

/**
 * twolevel_pause() - break off, to go on later
 * @scan: where the vCPU is
 *
 * By then what was seen of a word is old: it will be looked at again.
 *
 * Context: Any.
 */
void twolevel_pause(struct twolevel_scan *scan)
{
	if (scan->bits)
		scan->selected |= BIT_ULL(scan->word);
	scan->bits = 0;
}
