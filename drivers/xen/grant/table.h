/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries that this domain and Xen share, and what may be done to one.
 *
 * An entry of version 1 is eight bytes that both sides write:
 *
 *   flags  what is granted: this domain
 *          whether a peer reads or writes just now: Xen (GTF_reading, _writing)
 *   domid  to whom: this domain
 *   frame  what: this domain, 32 bits
 *
 * Version 2 has 64 bits for the frame, and Xen's two bits in an array of
 * their own, the status.
 *
 * The order is the protocol. To grant: domid and frame first, then flags,
 * because from the moment flags says GTF_permit_access Xen believes the rest.
 * To end: flags to 0, and nobody may be inside. In version 1 both are one
 * compare-exchange, as the peer may come in at any time. In version 2 nobody
 * comes in after flags is 0, and who was inside before shows in the status.
 */
#ifndef _XENDOMU_GRANT_TABLE_H
#define _XENDOMU_GRANT_TABLE_H

#include <linux/compiler.h>
#include <linux/types.h>

#include <asm/barrier.h>
#include <asm/sync_bitops.h>
#include <xen/interface/xen.h>
#include <xen/interface/grant_table.h>

#define GTF_IN_USE (GTF_reading | GTF_writing)

/**
 * struct grant_table - the entries
 * @v1: version 1: the entries
 * @v2: version 2: the entries
 * @status: version 2: who is inside, an element a reference
 * @version: 1 or 2; fixed while the module is loaded
 */
struct grant_table {
	union {
		struct grant_entry_v1 *v1;
		union grant_entry_v2 *v2;
	};
	grant_status_t *status;
	unsigned int version;
};

extern struct grant_table grant_table;

int grant_table_init(unsigned int nr_frames, unsigned int version);
void grant_table_exit(void);
int grant_table_grow(unsigned int nr_refs);
unsigned int grant_table_nr_refs(void);
unsigned int grant_table_nr_frames(void);
bool grant_entry_clear(grant_ref_t ref);

/* Both versions begin with flags and domid. */
static __always_inline struct grant_entry_header *grant_entry_header(grant_ref_t ref)
{
	return likely(grant_table.version == 1) ?
		       (struct grant_entry_header *)&grant_table.v1[ref] :
		       &grant_table.v2[ref].hdr;
}

/**
 * grant_entry_set() - grant
 * @ref: a live reference that grants nothing
 * @domid: to whom
 * @frame: what; less than 2^32 in version 1
 * @flags: GTF_permit_access and more
 *
 * Context: Any.
 */
static __always_inline void grant_entry_set(grant_ref_t ref, domid_t domid,
					    unsigned long frame, u16 flags)
{
	struct grant_entry_header *header = grant_entry_header(ref);

	if (likely(grant_table.version == 1))
		WRITE_ONCE(grant_table.v1[ref].frame, frame);
	else
		WRITE_ONCE(grant_table.v2[ref].full_page.frame, frame);
	WRITE_ONCE(header->domid, domid);
	/* domid and frame before flags; pairs with Xen reading flags first. */
	virt_wmb();
	WRITE_ONCE(header->flags, flags);
}

/**
 * grant_entry_try_clear() - grant_entry_clear() with one try
 * @ref: below the number of references
 *
 * Context: Any.
 * Return: Whether the entry grants nothing any more, and nobody is inside;
 * false also if a peer came or went just then.
 */
static __always_inline bool grant_entry_try_clear(grant_ref_t ref)
{
	struct grant_entry_header *header = grant_entry_header(ref);

	if (likely(grant_table.version == 1)) {
		u16 seen = READ_ONCE(header->flags);

		/* A full barrier: the peer's accesses are over after it. */
		return likely(!(seen & GTF_IN_USE)) &&
		       likely(sync_cmpxchg(&header->flags, seen, 0) == seen);
	}
	WRITE_ONCE(header->flags, 0);
	/* Nobody new before who is left; pairs with Xen's status updates. */
	virt_mb();
	return !(READ_ONCE(grant_table.status[ref]) & GTF_IN_USE);
}

/**
 * grant_entry_flags() - what an entry says
 * @ref: below the number of references
 *
 * Context: Any.
 * Return: GTF_*, with GTF_reading and GTF_writing in both versions.
 */
static inline u16 grant_entry_flags(grant_ref_t ref)
{
	u16 flags = READ_ONCE(grant_entry_header(ref)->flags);

	if (grant_table.version == 2)
		flags |= READ_ONCE(grant_table.status[ref]) & GTF_IN_USE;
	return flags;
}

static inline domid_t grant_entry_domid(grant_ref_t ref)
{
	return READ_ONCE(grant_entry_header(ref)->domid);
}

static inline u64 grant_entry_frame(grant_ref_t ref)
{
	return grant_table.version == 1 ?
		       READ_ONCE(grant_table.v1[ref].frame) :
		       READ_ONCE(grant_table.v2[ref].full_page.frame);
}

#endif
