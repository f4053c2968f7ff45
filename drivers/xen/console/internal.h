/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-console.ko share with each other. */
#ifndef _XENDOMU_CONSOLE_INTERNAL_H
#define _XENDOMU_CONSOLE_INTERNAL_H

#include <linux/types.h>

#include <xen/interface/io/console.h>

/**
 * struct xencons_ring - our end of a console ring
 * @intf: the shared page, of which we believe nothing unchecked
 * @in_cons: bytes ever read; the shared copy is only written
 * @out_prod: bytes ever written; the shared copy is only written
 *
 * A pure core: whoever calls serialises each direction.
 */
struct xencons_ring {
	struct xencons_interface *intf;
	XENCONS_RING_IDX in_cons;
	XENCONS_RING_IDX out_prod;
};

void xencons_ring_init(struct xencons_ring *ring,
		       struct xencons_interface *intf);
int xencons_ring_write(struct xencons_ring *ring, const void *data, size_t len);
int xencons_ring_read(struct xencons_ring *ring, void *data, size_t len);

#endif
