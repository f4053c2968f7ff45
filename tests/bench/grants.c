// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is measured of granting. Every call is checked: the time of a call that
 * fails says nothing.
 */
#include <linux/errno.h>
#include <linux/kernel.h>

#include <asm/sync_bitops.h>

#include "bench.h"

/* Nobody there maps anything, so access can always be ended. */
#define PEER 0

/* Allocate, grant, end, free. */
static int single_burst(struct worker *w)
{
	unsigned int i;
	int ref;

	for (i = 0; i < w->bench->nr_refs; i++) {
		ref = gnttab_grant_foreign_access(PEER, w->gfn, 0);
		if (ref < 0)
			return ref;
		if (!gnttab_try_end_foreign_access(ref))
			return -EBUSY;
	}
	return 0;
}

static int list_prepare(struct worker *w)
{
	return gnttab_alloc_grant_references(REFS_PER_BATCH, &w->head);
}

static void list_finish(struct worker *w)
{
	gnttab_free_grant_references(w->head);
}

/* Claim, grant, end, release: as a driver does that keeps a list. */
static int list_burst(struct worker *w)
{
	unsigned int i;
	int ref;

	for (i = 0; i < w->bench->nr_refs; i++) {
		ref = gnttab_claim_grant_reference(&w->head);
		if (ref < 0)
			return ref;
		gnttab_grant_foreign_access_ref(ref, PEER, w->gfn, 0);
		if (!gnttab_end_foreign_access_ref(ref))
			return -EBUSY;
		gnttab_release_grant_reference(&w->head, ref);
	}
	return 0;
}

static int grant_batch(struct worker *w, grant_ref_t *head, int *refs)
{
	int i, err;

	err = gnttab_alloc_grant_references(REFS_PER_BATCH, head);
	for (i = 0; !err && i < REFS_PER_BATCH; i++) {
		refs[i] = gnttab_claim_grant_reference(head);
		if (refs[i] < 0)
			return refs[i];
		gnttab_grant_foreign_access_ref(refs[i], PEER, w->gfn, 0);
	}
	return err;
}

/* A list for each request; its references are freed with it, or one by one. */
static __always_inline int run_batches(struct worker *w, bool one_by_one)
{
	int refs[REFS_PER_BATCH];
	unsigned int nr;
	int i, err;

	for (nr = 0; nr < w->bench->nr_refs; nr += REFS_PER_BATCH) {
		grant_ref_t head;

		err = grant_batch(w, &head, refs);
		if (err)
			return err;
		for (i = 0; i < REFS_PER_BATCH; i++) {
			if (!gnttab_end_foreign_access_ref(refs[i]))
				return -EBUSY;
			if (one_by_one)
				gnttab_free_grant_reference(refs[i]);
			else
				gnttab_release_grant_reference(&head, refs[i]);
		}
		gnttab_free_grant_references(head);
	}
	return 0;
}

static int batch_burst(struct worker *w)
{
	return run_batches(w, false);
}

static int batch_single_burst(struct worker *w)
{
	return run_batches(w, true);
}

static int held_prepare(struct worker *w)
{
	grant_ref_t head;
	int err, ref;

	err = gnttab_alloc_grant_references(1, &head);
	if (err)
		return err;
	ref = gnttab_claim_grant_reference(&head);
	if (ref < 0)
		return ref;
	w->ref = ref;
	return 0;
}

static void held_finish(struct worker *w)
{
	gnttab_free_grant_reference(w->ref);
}

/* The floor of the API: nothing is allocated. */
static int held_burst(struct worker *w)
{
	unsigned int i;

	for (i = 0; i < w->bench->nr_refs; i++) {
		gnttab_grant_foreign_access_ref(w->ref, PEER, w->gfn, 0);
		if (!gnttab_end_foreign_access_ref(w->ref))
			return -EBUSY;
	}
	return 0;
}

/*
 * The bare floor: the stores and the compare-exchange alone, on memory that
 * nobody else sees. The same code on both sides, so that their figures differ
 * by noise only.
 */
static int bare_burst(struct worker *w)
{
	struct grant_entry_v1 *entry = w->page;
	unsigned int i;

	for (i = 0; i < w->bench->nr_refs; i++) {
		u16 seen;

		WRITE_ONCE(entry->domid, PEER);
		WRITE_ONCE(entry->frame, w->gfn);
		/* As if Xen were to read: the rest before flags. */
		virt_wmb();
		WRITE_ONCE(entry->flags, GTF_permit_access);
		seen = READ_ONCE(entry->flags);
		if (seen & (GTF_reading | GTF_writing))
			return -EBUSY;
		if (sync_cmpxchg(&entry->flags, seen, 0) != seen)
			return -EBUSY;
	}
	return 0;
}

const struct bench grant_benches[] = {
	{ "bare", 1, 2048, false, NULL, bare_burst, NULL },
	{ "bare", 2, 2048, false, NULL, bare_burst, NULL },
	{ "bare", 4, 2048, true, NULL, bare_burst, NULL },
	{ "held", 1, 512, false, held_prepare, held_burst, held_finish },
	{ "single", 1, 64, false, NULL, single_burst, NULL },
	{ "single", 2, 64, false, NULL, single_burst, NULL },
	{ "single", 4, 64, true, NULL, single_burst, NULL },
	{ "list", 1, 512, false, list_prepare, list_burst, list_finish },
	{ "batch", 1, 64, false, NULL, batch_burst, NULL },
	{ "batch", 2, 64, false, NULL, batch_burst, NULL },
	{ "batch", 4, 64, true, NULL, batch_burst, NULL },
	{ "batch-single", 1, 64, false, NULL, batch_single_burst, NULL },
	{ "batch-single", 2, 64, false, NULL, batch_single_burst, NULL },
	{ "batch-single", 4, 64, true, NULL, batch_single_burst, NULL },
	{ "map-1", 1, 8, false, map_prepare, map_single_burst, map_finish },
	{ "map-32", 1, 32, false, map_prepare, map_batch_burst, map_finish },
};

const unsigned int nr_grant_benches = ARRAY_SIZE(grant_benches);

static void note(void *has_fired)
{
	*(bool *)has_fired = true;
}

/* A free callback is called at once if so many references are free. */
static bool are_free(unsigned int nr)
{
	struct gnttab_free_callback callback = {};
	bool has_fired = false;

	gnttab_request_free_callback(&callback, note, &has_fired, nr);
	gnttab_cancel_free_callback(&callback);
	return has_fired;
}

/* How many references are free; the API has no other way to ask. */
unsigned int nr_free_refs(void)
{
	unsigned int low = 0, high = U16_MAX;

	while (low < high) {
		unsigned int middle = (low + high + 1) / 2;

		if (are_free(middle))
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}
