/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page through which the guest and its peer in dom0 agree on shared pages.
 *
 * Each slot is one page after the other. A word of the guest's says which
 * round of the slot it is and what the guest does; a word of the peer's which
 * round it is in and how far:
 *
 *   guest            peer
 *   OFFERED(n)  ->   COMING(n)     about to map; looks at the guest's word again
 *                    INSIDE(n)     has mapped, and checks what is in the page
 *   WITHDRAWN(n)     LEAVING(n)    about to unmap
 *                    GONE(n)       result is valid
 *
 * A peer that has not said COMING(n) when the guest has said WITHDRAWN(n) does
 * not come any more. So the guest may reuse a reference unless the peer is
 * COMING; one that is INSIDE has its page, whatever the guest does.
 */
#ifndef _STRESS_CONTROL_H
#define _STRESS_CONTROL_H

#include <linux/types.h>
#ifndef __KERNEL__
#include <stdbool.h>
#endif

#define STRESS_MAGIC 0x73747231
#define STRESS_NR_SLOTS 96
#define STRESS_PAGE_WORDS 512

#define STRESS_STATE_BITS 3
#define STRESS_WORD(round, state) ((round) << STRESS_STATE_BITS | (state))
#define STRESS_STATE(word) ((word) & ((1u << STRESS_STATE_BITS) - 1))
#define STRESS_ROUND(word) ((word) >> STRESS_STATE_BITS)

enum stress_guest { STRESS_IDLE, STRESS_OFFERED, STRESS_WITHDRAWN };

enum stress_peer {
	STRESS_AWAY,
	STRESS_COMING,
	STRESS_INSIDE,
	STRESS_LEAVING,
	STRESS_GONE,
};

/* Of a visit. */
enum stress_result {
	STRESS_TURNED_BACK, /* saw that the offer was withdrawn */
	STRESS_REFUSED, /* could not map */
	STRESS_GOOD,
	STRESS_WRONG, /* found what should not be in the page */
};

/**
 * struct stress_slot - a page on offer
 * @guest: round and enum stress_guest; the guest writes it after the next three
 * @ref: the grant reference
 * @readonly: whether the peer may only read; else it writes a reply
 * @seed: of the page's content, see stress_word()
 * @peer: round and enum stress_peer; the peer writes it, after @result
 * @result: enum stress_result
 * @pad: to 32 bytes
 */
struct stress_slot {
	__u32 guest;
	__u32 ref;
	__u32 readonly;
	__u32 seed;
	__u32 peer;
	__u32 result;
	__u32 pad[2];
};

/**
 * struct stress_control - the control page
 * @magic: STRESS_MAGIC
 * @is_over: the guest wants the peer to leave everything and go
 * @pad: to 64 bytes
 * @slots: the pages
 */
struct stress_control {
	__u32 magic;
	__u32 is_over;
	__u32 pad[14];
	struct stress_slot slots[STRESS_NR_SLOTS];
};

/* Word @i of a page's content, as its seed has it. */
static inline __u64 stress_word(__u32 seed, unsigned int i)
{
	__u64 x = ((__u64)seed << 16 | i) * 0x9e3779b97f4a7c15ull;

	return x ^ x >> 29;
}

/* The reply to a content is the content of another seed. */
static inline __u32 stress_reply(__u32 seed)
{
	return ~seed;
}

static inline void stress_fill(__u64 *page, __u32 seed)
{
	unsigned int i;

	for (i = 0; i < STRESS_PAGE_WORDS; i++)
		page[i] = stress_word(seed, i);
}

static inline bool stress_is_filled(const __u64 *page, __u32 seed)
{
	unsigned int i;

	for (i = 0; i < STRESS_PAGE_WORDS; i++)
		if (page[i] != stress_word(seed, i))
			return false;
	return true;
}

#endif
