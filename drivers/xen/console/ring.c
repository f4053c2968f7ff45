// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console ring: keys come in, text goes out, through one shared page.
 *
 *   in[1024]   the backend writes (in_prod), we read (in_cons)
 *   out[2048]  we write (out_prod), the backend reads (out_cons)
 *
 * Indices count bytes for ever and wrap at 2^32. Ours live in private memory;
 * the backend's are read once each time and believed only if what they say
 * fits the ring.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <asm/barrier.h>

#include "ring.h"

/**
 * xencons_ring_init() - start where the last user of the ring left off
 * @ring: our end
 * @intf: the shared page
 *
 * Context: Any.
 */
void xencons_ring_init(struct xencons_ring *ring,
		       struct xencons_interface *intf)
{
	*ring = (struct xencons_ring){ .intf = intf };
	ring->in_cons = READ_ONCE(intf->in_cons);
	ring->in_kicked = ring->in_cons;
	ring->out_prod = READ_ONCE(intf->out_prod);
	ring->seen_in_prod = READ_ONCE(intf->in_prod);
	ring->seen_out_cons = READ_ONCE(intf->out_cons);
}

/**
 * xencons_ring_is_served() - will anybody read the text?
 * @ring: our end
 *
 * Since Xen 4.21 the toolstack writes into the page that nobody does, and
 * xenconsoled, once it has the page, that it does. Before, there is 0 in that
 * place, which is the same as "yes".
 *
 * Context: Any.
 * Return: false if the page says that nobody has connected.
 */
bool xencons_ring_is_served(const struct xencons_ring *ring)
{
	const u8 *connection = (void *)ring->intf + XENCONS_CONNECTION_AT;

	return READ_ONCE(*connection) != XENCONSOLE_DISCONNECTED;
}

/**
 * xencons_ring_unsent() - how much text does the backend still have to read?
 * @ring: our end
 *
 * Context: Any.
 * Return: Bytes, at most XENCONS_OUT_BYTES; -EIO if the backend's index is
 * insane.
 */
int xencons_ring_unsent(const struct xencons_ring *ring)
{
	XENCONS_RING_IDX used = ring->out_prod - READ_ONCE(ring->intf->out_cons);

	return used > sizeof(ring->intf->out) ? -EIO : used;
}

/**
 * xencons_ring_has_moved() - has the backend done something since last asked?
 * @ring: our end
 *
 * Context: Any.
 * Return: 1 if one of its indices is another than the last time, 0 if not;
 * -EIO if one is insane.
 */
int xencons_ring_has_moved(struct xencons_ring *ring)
{
	XENCONS_RING_IDX in_prod = READ_ONCE(ring->intf->in_prod);
	XENCONS_RING_IDX out_cons = READ_ONCE(ring->intf->out_cons);
	bool has_moved = in_prod != ring->seen_in_prod ||
			 out_cons != ring->seen_out_cons;

	ring->seen_in_prod = in_prod;
	ring->seen_out_cons = out_cons;
	if (in_prod - ring->in_cons > sizeof(ring->intf->in) ||
	    ring->out_prod - out_cons > sizeof(ring->intf->out))
		return -EIO;
	return has_moved;
}

/**
 * xencons_ring_write() - put text into the ring
 * @ring: our end
 * @data: the text
 * @len: its length
 *
 * Context: Any.
 * Return: How much went in, less than @len if the ring is full; -EIO if the
 * backend's index is insane.
 */
int xencons_ring_write(struct xencons_ring *ring, const void *data, size_t len)
{
	struct xencons_interface *intf = ring->intf;
	size_t at = MASK_XENCONS_IDX(ring->out_prod, intf->out);
	int used = xencons_ring_unsent(ring);
	size_t first;

	if (used < 0)
		return used;
	len = min_t(size_t, len, sizeof(intf->out) - used);
	first = min_t(size_t, len, sizeof(intf->out) - at);

	/*
	 * The backend has read the old text before we overwrite it; pairs
	 * with its barrier before it moves out_cons.
	 */
	virt_mb();
	memcpy(intf->out + at, data, first);
	memcpy(intf->out, data + first, len - first);
	/* The text before the index that shows it. */
	virt_wmb();
	ring->out_prod += len;
	WRITE_ONCE(intf->out_prod, ring->out_prod);
	return len;
}

/**
 * xencons_ring_read() - get keys from the ring
 * @ring: our end
 * @data: where to
 * @len: how many at most
 *
 * Context: Any.
 * Return: How many came out; -EIO if the backend's index is insane.
 */
int xencons_ring_read(struct xencons_ring *ring, void *data, size_t len)
{
	struct xencons_interface *intf = ring->intf;
	XENCONS_RING_IDX filled = READ_ONCE(intf->in_prod) - ring->in_cons;
	size_t at = MASK_XENCONS_IDX(ring->in_cons, intf->in);
	size_t first;

	if (filled > sizeof(intf->in))
		return -EIO;
	len = min_t(size_t, len, filled);
	first = min_t(size_t, len, sizeof(intf->in) - at);

	/* The index before the keys; pairs with the backend's barrier. */
	virt_rmb();
	memcpy(data, intf->in + at, first);
	memcpy(data + first, intf->in, len - first);
	/* We have read the keys before the backend may overwrite them. */
	virt_mb();
	ring->in_cons += len;
	WRITE_ONCE(intf->in_cons, ring->in_cons);
	return len;
}

/**
 * xencons_ring_take_in_kick() - is it time to tell the backend of its room?
 * @ring: our end
 *
 * To be asked after xencons_ring_read(). A backend waits for an event when the
 * ring is full. To tell it of the first bytes of room would make it fill the
 * ring in as small steps as we read it: so it is told of each half a ring,
 * which comes before a full ring is empty.
 *
 * Context: Any.
 * Return: Whether; if so, the caller sends an event.
 */
bool xencons_ring_take_in_kick(struct xencons_ring *ring)
{
	if (ring->in_cons - ring->in_kicked < sizeof(ring->intf->in) / 2)
		return false;
	ring->in_kicked = ring->in_cons;
	return true;
}
