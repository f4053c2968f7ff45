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

#include "internal.h"

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
	ring->intf = intf;
	ring->in_cons = READ_ONCE(intf->in_cons);
	ring->out_prod = READ_ONCE(intf->out_prod);
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
	XENCONS_RING_IDX used = ring->out_prod - READ_ONCE(intf->out_cons);
	size_t at = MASK_XENCONS_IDX(ring->out_prod, intf->out);
	size_t first;

	if (used > sizeof(intf->out))
		return -EIO;
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
