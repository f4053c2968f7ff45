/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-xenstore.ko share with each other. */
#ifndef _XENDOMU_XENSTORE_INTERNAL_H
#define _XENDOMU_XENSTORE_INTERNAL_H

#include <linux/types.h>
#include <linux/uio.h>

#include <xen/interface/io/xs_wire.h>

/* ring.c: bytes through the shared page */

/**
 * struct xs_ring - our end of the ring
 * @intf: the shared page, of which we believe nothing unchecked
 * @req_prod: bytes ever written; the shared copy is only written
 * @rsp_cons: bytes ever read; the shared copy is only written
 *
 * A pure core: whoever calls serialises.
 */
struct xs_ring {
	struct xenstore_domain_interface *intf;
	XENSTORE_RING_IDX req_prod;
	XENSTORE_RING_IDX rsp_cons;
};

void xs_ring_init(struct xs_ring *ring, struct xenstore_domain_interface *intf);
int xs_ring_write(struct xs_ring *ring, const void *data, size_t len);
int xs_ring_read(struct xs_ring *ring, void *data, size_t len);

/* wire.c: messages in those bytes */

/**
 * struct xs_rx - a message on its way in
 * @header: its header, once @got has passed it
 * @body: its body, NUL-terminated once complete
 * @got: bytes of header and body so far
 */
struct xs_rx {
	struct xsd_sockmsg header;
	char *body;
	size_t got;
};

int xs_rx_step(struct xs_rx *rx, struct xs_ring *ring);
void xs_rx_reset(struct xs_rx *rx);
int xs_errno(const char *name);
int xs_split_event(const char *body, size_t len, const char **path,
		   const char **token);

/* request.c: who asked what */

/**
 * struct xs_stats - what happened on the ring, for debugfs
 * @sent: requests
 * @answered: replies that somebody waited for
 * @abandoned: replies to requests whose task had been killed
 * @unknown: replies to nobody
 * @events: watch events
 */
struct xs_stats {
	unsigned long sent;
	unsigned long answered;
	unsigned long abandoned;
	unsigned long unknown;
	unsigned long events;
};

int xs_request_init(void);
void xs_request_exit(void);
char *xs_request(u32 tx_id, enum xsd_sockmsg_type type, const struct kvec *vec,
		 unsigned int nr_vecs, unsigned int *len);
void xs_request_stats(struct xs_stats *stats);

/* ops.c */
int xs_request_done(char *reply);

/* watch.c */
int xs_watch_init(void);
void xs_watch_exit(void);
void xs_watch_event(const char *body, size_t len);

#endif
