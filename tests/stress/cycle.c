// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cycles: references are allocated one way or another, grant a page, end, and
 * are freed one way or another.
 *
 * A bitmap of our own says which references are held. One that is handed out
 * while it is set was handed out twice; and one that is handed out while the
 * peer is inside the page it grants was never to come back so early.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/mm.h>

#include "stress.h"

#define REFS_PER_FRAME_MAX 512
#define GROW_MAX 4096

static unsigned long *held;
static unsigned int nr_refs;

int cycle_init(void)
{
	nr_refs = gnttab_max_grant_frames() * REFS_PER_FRAME_MAX;
	held = kvcalloc(BITS_TO_LONGS(nr_refs), sizeof(long), GFP_KERNEL);
	return held ? 0 : -ENOMEM;
}

void cycle_exit(void)
{
	kvfree(held);
}

/* To be called when a reference is ours, before it grants anything. */
void cycle_note_taken(grant_ref_t ref)
{
	if (ref < GNTTAB_NR_RESERVED_ENTRIES || ref >= nr_refs)
		stress_error("reference %u cannot be\n", ref);
	else if (test_and_set_bit(ref, held))
		stress_error("reference %u was handed out twice\n", ref);
	else if (share_is_inside(ref))
		stress_error("reference %u came back too early\n", ref);
}

/* To be called before a reference is given back. */
void cycle_note_given(grant_ref_t ref)
{
	clear_bit(ref, held);
}

static void grant(struct rnd_state *dice, unsigned long gfn, grant_ref_t ref)
{
	cycle_note_taken(ref);
	gnttab_grant_foreign_access_ref(ref, 0, gfn, roll(dice, 2));
}

static void end(grant_ref_t ref)
{
	/* Nobody was told of it, so nobody can be inside. */
	if (!gnttab_end_foreign_access_ref(ref))
		stress_error("reference %u is said to be in use\n", ref);
	cycle_note_given(ref);
	count(NR_cycles, 1);
}

static void end_and_free(struct rnd_state *dice, grant_ref_t ref)
{
	switch (roll(dice, 3)) {
	case 0:
		end(ref);
		gnttab_free_grant_reference(ref);
		return;
	case 1:
		cycle_note_given(ref);
		if (!gnttab_try_end_foreign_access(ref))
			stress_error("reference %u is said to be in use\n",
				     ref);
		break;
	default:
		cycle_note_given(ref);
		gnttab_end_foreign_access(ref, NULL);
	}
	count(NR_cycles, 1);
}

/* By single calls; they end in the order they came, or the other way round. */
unsigned int cycle_singles(struct rnd_state *dice, unsigned long gfn,
			   unsigned int nr)
{
	grant_ref_t refs[NR_AT_ONCE_MAX];
	bool is_reversed = roll(dice, 2);
	unsigned int i, nr_done;

	for (nr_done = 0; nr_done < nr; nr_done++) {
		int ref = gnttab_grant_foreign_access(0, gfn, roll(dice, 2));

		if (ref < 0) {
			if (ref != -ENOSPC)
				stress_error("a grant failed with %d\n", ref);
			count(NR_full, 1);
			break;
		}
		cycle_note_taken(ref);
		refs[nr_done] = ref;
	}
	for (i = 0; i < nr_done; i++)
		end_and_free(dice, refs[is_reversed ? nr_done - 1 - i : i]);
	return nr_done;
}

static int taken(int err)
{
	if (err == -ENOSPC)
		count(NR_full, 1);
	else if (err)
		stress_error("an allocation failed with %d\n", err);
	return err;
}

/* Claims exactly @nr references from a list that holds so many. */
static void claim_all(grant_ref_t *head, grant_ref_t *refs, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		int ref = gnttab_claim_grant_reference(head);

		if (ref < 0) {
			stress_error("a list of %u ended after %u\n", nr, i);
			return;
		}
		refs[i] = ref;
	}
	if (!gnttab_empty_grant_references(head) ||
	    gnttab_claim_grant_reference(head) != -ENOSPC)
		stress_error("a list of %u holds more\n", nr);
}

/* Through a private list, twice: what goes back to the list comes out again. */
void cycle_list(struct rnd_state *dice, unsigned long gfn, unsigned int nr)
{
	grant_ref_t refs[NR_AT_ONCE_MAX] = {};
	grant_ref_t head;
	unsigned int i, nr_kept = 0;

	if (taken(gnttab_alloc_grant_references(nr, &head)))
		return;
	claim_all(&head, refs, nr);
	for (i = 0; i < nr; i++)
		grant(dice, gfn, refs[i]);
	for (i = 0; i < nr; i++) {
		if (roll(dice, 2)) {
			end_and_free(dice, refs[i]);
		} else {
			end(refs[i]);
			gnttab_release_grant_reference(&head, refs[i]);
			nr_kept++;
		}
	}
	claim_all(&head, refs, nr_kept);
	for (i = 0; i < nr_kept; i++)
		gnttab_release_grant_reference(&head, refs[i]);
	gnttab_free_grant_references(head);
	count(NR_lists, 1);
}

void cycle_sequence(struct rnd_state *dice, unsigned long gfn, unsigned int nr)
{
	grant_ref_t first;
	unsigned int i;

	if (taken(gnttab_alloc_grant_reference_seq(nr, &first)))
		return;
	for (i = 0; i < nr; i++)
		grant(dice, gfn, first + i);
	for (i = 0; i < nr; i++)
		end(first + i);
	gnttab_free_grant_reference_seq(first, nr);
	count(NR_sequences, 1);
}

/* Takes so many for a moment that the table grows, or the others run short. */
void cycle_grow(struct rnd_state *dice)
{
	grant_ref_t head;

	if (taken(gnttab_alloc_grant_references(1 + roll(dice, GROW_MAX),
						&head)))
		return;
	usleep_range(50, 50 + roll(dice, 1000));
	gnttab_free_grant_references(head);
	count(NR_lists, 1);
}
