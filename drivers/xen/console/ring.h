/* SPDX-License-Identifier: GPL-2.0-only */
/* The console ring: a pure core, which needs no more than this. */
#ifndef _XENDOMU_CONSOLE_RING_H
#define _XENDOMU_CONSOLE_RING_H

#include <linux/types.h>

#include <xen/newer_abi.h>

/**
 * struct xencons_ring - our end of a console ring
 * @intf: the shared page, of which we believe nothing unchecked
 * @in_cons: bytes ever read; the shared copy is only written
 * @out_prod: bytes ever written; the shared copy is only written
 * @in_kicked: @in_cons when we last told the backend of room
 * @seen_in_prod: the backend's index when we last asked whether it moved
 * @seen_out_cons: the other one
 *
 * A pure core: whoever calls serialises each direction.
 */
struct xencons_ring {
	struct xencons_interface *intf;
	XENCONS_RING_IDX in_cons;
	XENCONS_RING_IDX out_prod;
	XENCONS_RING_IDX in_kicked;
	XENCONS_RING_IDX seen_in_prod;
	XENCONS_RING_IDX seen_out_cons;
};

void xencons_ring_init(struct xencons_ring *ring,
		       struct xencons_interface *intf);
int xencons_ring_write(struct xencons_ring *ring, const void *data, size_t len);
int xencons_ring_read(struct xencons_ring *ring, void *data, size_t len);
bool xencons_ring_take_in_kick(struct xencons_ring *ring);
int xencons_ring_unsent(const struct xencons_ring *ring);
bool xencons_ring_is_served(const struct xencons_ring *ring);
int xencons_ring_has_moved(struct xencons_ring *ring);

#endif
