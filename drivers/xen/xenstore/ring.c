// SPDX-License-Identifier: GPL-2.0-only
/*
 * The XenStore ring: two streams of bytes through one shared page.
 *
 *   req[1024]  we write, and say how far in req_prod;  the store reads, and
 *              says how far in req_cons
 *   rsp[1024]  the other way round
 *
 * Indices count bytes for ever and wrap at 2^32; their difference is what
 * lies in the ring. Ours live in private memory. The store's are read once
 * each time and believed only if the difference fits the ring.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/cmpxchg.h>

#include "internal.h"

/**
 * xs_ring_init() - start where the last user of the ring left off
 * @ring: our end
 * @intf: the shared page
 *
 * Context: Any.
 */
void xs_ring_init(struct xs_ring *ring, struct xenstore_domain_interface *intf)
{
	ring->intf = intf;
	ring->req_prod = READ_ONCE(intf->req_prod);
	ring->rsp_cons = READ_ONCE(intf->rsp_cons);
}

/* An index that is not what we wrote was set by a new server, and is its own. */
static void catch_up(XENSTORE_RING_IDX *shared, XENSTORE_RING_IDX *ours,
		     XENSTORE_RING_IDX theirs)
{
	if (sync_cmpxchg(shared, *ours, theirs) == *ours)
		*ours = theirs;
}

/**
 * xs_ring_empty() - give up what lies in the ring
 * @ring: our end
 *
 * For when nobody is at the other end: whoever comes next finds no half of a
 * message. Should somebody come meanwhile, the ring is theirs.
 *
 * Context: Any; the caller serialises.
 */
void xs_ring_empty(struct xs_ring *ring)
{
	struct xenstore_domain_interface *intf = ring->intf;

	catch_up(&intf->req_prod, &ring->req_prod, READ_ONCE(intf->req_cons));
	catch_up(&intf->rsp_cons, &ring->rsp_cons, READ_ONCE(intf->rsp_prod));
}

/*
 * Only we write our index. If the page does not have what we wrote, a new server
 * has set the ring to its beginning, and ours would be insane to it. Each
 * direction looks at its own: the other's may just be on its way to the page.
 */
static bool was_reset(const XENSTORE_RING_IDX *shared, XENSTORE_RING_IDX ours)
{
	return READ_ONCE(*shared) != ours;
}

/**
 * xs_ring_write() - put bytes into the request stream
 * @ring: our end
 * @data: the bytes
 * @len: how many there are
 *
 * Context: Any; the caller serialises.
 * Return: How many went in, less than @len if the ring is full; -EIO if the
 * store's index is insane; -ECONNRESET if it has changed ours.
 */
int xs_ring_write(struct xs_ring *ring, const void *data, size_t len)
{
	XENSTORE_RING_IDX used = ring->req_prod - READ_ONCE(ring->intf->req_cons);
	size_t at = MASK_XENSTORE_IDX(ring->req_prod);
	size_t first;

	if (was_reset(&ring->intf->req_prod, ring->req_prod))
		return -ECONNRESET;
	if (used > XENSTORE_RING_SIZE)
		return -EIO;
	len = min_t(size_t, len, XENSTORE_RING_SIZE - used);
	first = min_t(size_t, len, XENSTORE_RING_SIZE - at);

	/*
	 * The store has read the old bytes before we overwrite them; pairs
	 * with its barrier before it moves req_cons.
	 */
	virt_mb();
	memcpy(ring->intf->req + at, data, first);
	memcpy(ring->intf->req, data + first, len - first);
	/* The bytes before the index that shows them. */
	virt_wmb();
	ring->req_prod += len;
	WRITE_ONCE(ring->intf->req_prod, ring->req_prod);
	return len;
}

/**
 * xs_ring_read() - get bytes from the reply stream
 * @ring: our end
 * @data: where to
 * @len: how many are wanted
 *
 * Context: Any; the caller serialises.
 * Return: How many came out, less than @len if there are no more; -EIO if the
 * store's index is insane; -ECONNRESET if it has changed ours.
 */
int xs_ring_read(struct xs_ring *ring, void *data, size_t len)
{
	XENSTORE_RING_IDX filled = READ_ONCE(ring->intf->rsp_prod) - ring->rsp_cons;
	size_t at = MASK_XENSTORE_IDX(ring->rsp_cons);
	size_t first;

	if (was_reset(&ring->intf->rsp_cons, ring->rsp_cons))
		return -ECONNRESET;
	if (filled > XENSTORE_RING_SIZE)
		return -EIO;
	len = min_t(size_t, len, filled);
	first = min_t(size_t, len, XENSTORE_RING_SIZE - at);

	/* The index before the bytes; pairs with the store's write barrier. */
	virt_rmb();
	memcpy(data, ring->intf->rsp + at, first);
	memcpy(data + first, ring->intf->rsp, len - first);
	/* We have read the bytes before the store may overwrite them. */
	virt_mb();
	ring->rsp_cons += len;
	WRITE_ONCE(ring->intf->rsp_cons, ring->rsp_cons);
	return len;
}

/**
 * xs_ring_was_empty() - may the store have waited for a request?
 * @ring: our end
 * @req_prod: @ring->req_prod before what was written last
 *
 * A store that still has older bytes to read looks again when it has read
 * them; only one that had read all may sleep.
 *
 * Context: Any; the caller serialises.
 */
bool xs_ring_was_empty(const struct xs_ring *ring, XENSTORE_RING_IDX req_prod)
{
	/* Our index before its: pairs with its order, the other way round. */
	virt_mb();
	return READ_ONCE(ring->intf->req_cons) - req_prod <= XENSTORE_RING_SIZE;
}

/**
 * xs_ring_was_full() - may the store have waited for room?
 * @ring: our end
 * @rsp_cons: @ring->rsp_cons before what was read last
 *
 * A store that finds no room waits for an event. It can have found none only
 * if its index now is a whole ring ahead of where ours was; else there is no
 * need to wake it.
 *
 * Context: Any; the caller serialises.
 */
bool xs_ring_was_full(const struct xs_ring *ring, XENSTORE_RING_IDX rsp_cons)
{
	/* Our index before its: pairs with its order, the other way round. */
	virt_mb();
	return READ_ONCE(ring->intf->rsp_prod) - rsp_cons >= XENSTORE_RING_SIZE;
}
