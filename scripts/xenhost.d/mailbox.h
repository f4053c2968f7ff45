/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mailbox: how a guest without any working driver talks to dom0.
 *
 * PID 1 of the guest (agent.c) owns a set of pages of plain memory that it never
 * frees. Each begins with a header holding 128 random bits that only this run
 * knows. A program in dom0 (mailbox.c) finds them, and then both sides poll:
 *
 *   page 0            control: the indices below, and flags
 *   pages 1..UP       uplink ring, guest -> dom0: a stream of frames
 *   pages UP+1..      downlink ring, dom0 -> guest: plain bytes for stdin
 *
 * To be found, the agent lays out beacons until dom0 has come: MB_BEACONS more
 * pages with the same random bits, each of which says where the mailbox is. As
 * they are many, looking at every MB_SAMPLE-th page of the guest is enough; a
 * look at all of them would take dom0 seconds, again and again while it boots.
 *
 * Indices are free-running byte counts. Each word of the control page has one
 * writer; a producer's store-release of its index pairs with the consumer's
 * load-acquire, so the bytes are there before the index says so.
 */
#ifndef XENHOST_MAILBOX_H
#define XENHOST_MAILBOX_H

#include <stdint.h>

#define MB_PAGE_BYTES	4096u
#define MB_DATA_BYTES	4064u
#define MB_UP_PAGES	96u
#define MB_DOWN_PAGES	4u
#define MB_PAGES	(1u + MB_UP_PAGES + MB_DOWN_PAGES)
#define MB_UP_BYTES	(MB_UP_PAGES * MB_DATA_BYTES)
#define MB_DOWN_BYTES	(MB_DOWN_PAGES * MB_DATA_BYTES)
#define MB_NONCE_BYTES	16u
#define MB_MAGIC	0x786f626c69616d78ull
#define MB_BEACONS	2048u
#define MB_SAMPLE	32u
#define MB_BEACON_MAGIC	0x786e6f6361656278ull
#define MB_FRAME_MAX	8192u

struct mb_page {
	uint8_t nonce[MB_NONCE_BYTES];
	uint64_t magic;
	uint32_t index;
	uint32_t pages;
	uint8_t data[MB_DATA_BYTES];
};

_Static_assert(sizeof(struct mb_page) == MB_PAGE_BYTES, "a header and data fill a page");

/* The data part of a beacon: the guest's own numbers of the mailbox's pages. */
struct mb_beacon {
	uint64_t pfn[MB_PAGES];
};

_Static_assert(sizeof(struct mb_beacon) <= MB_DATA_BYTES, "a beacon fits a page");

/* The data part of page 0. */
struct mb_control {
	uint64_t up_prod;	/* written by the guest */
	uint64_t down_cons;	/* written by the guest */
	uint64_t up_cons;	/* written by dom0 */
	uint64_t down_prod;	/* written by dom0 */
	uint32_t down_eof;	/* written by dom0: nothing follows down_prod */
	uint32_t attached;	/* written by dom0: the beacons may go */
	uint32_t bye;		/* written by dom0: power off */
	uint32_t rows, columns;	/* written by dom0: window size, 0 when unknown */
};

enum mb_frame_type {
	MB_STAGE = 1,		/* text: how far the guest has come */
	MB_KMSG,		/* text: a line of the kernel's log */
	MB_OUTPUT,		/* bytes: what SCRIPT printed */
	MB_STATUS,		/* text: the exit status, in decimal */
	MB_FAIL,		/* text: why SCRIPT was not run */
};

struct mb_frame {
	uint32_t type;
	uint32_t bytes;
};

/* Copies between a ring that is spread over pages and flat memory. */
static inline void mb_ring_copy(struct mb_page *const *pages, uint32_t ring_bytes, uint64_t pos,
				uint8_t *flat, uint32_t bytes, int to_ring)
{
	while (bytes) {
		uint32_t at = pos % ring_bytes;
		uint8_t *ring = pages[at / MB_DATA_BYTES]->data + at % MB_DATA_BYTES;
		uint32_t chunk = MB_DATA_BYTES - at % MB_DATA_BYTES;

		if (chunk > bytes)
			chunk = bytes;
		if (to_ring)
			__builtin_memcpy(ring, flat, chunk);
		else
			__builtin_memcpy(flat, ring, chunk);
		flat += chunk;
		pos += chunk;
		bytes -= chunk;
	}
}

#endif
