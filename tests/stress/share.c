// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that the peer in dom0 maps at random, and that are ended at random.
 *
 * control.h has the protocol. Whoever of the workers comes along takes one
 * step of one slot; nobody waits. A page given up while the peer is inside
 * goes to gnttab_end_foreign_access(), and from then on belongs to nobody
 * here, while the peer goes on to check its content. Of some such pages we
 * keep a count, and look ourselves once ours is the last.
 */
#include <linux/bitops.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include <xen/page.h>

#include "control.h"
#include "stress.h"

#define FINISH_SECONDS 60
#define NR_WATCHED_MAX 256

/**
 * struct share - what we know of a slot
 * @flags: IS_BUSY while somebody takes a step of it, who owns all the rest
 * @state: what it is waiting for
 * @round: of the slot, from 1
 * @page: the page on offer; NULL once it is given up
 * @ref: its reference
 * @seed: of its content
 * @is_readonly: whether the peer may only read
 */
struct share {
	unsigned long flags;
	enum share_state {
		SHARE_IDLE,
		SHARE_OFFERED,
		SHARE_ENDED, /* before the peer came: wait till it knows */
		SHARE_HANDED, /* with the peer inside: wait till it goes */
	} state;
	u32 round;
	struct page *page;
	grant_ref_t ref;
	u32 seed;
	bool is_readonly;
};

#define IS_BUSY 0

static struct share shares[STRESS_NR_SLOTS];
static struct stress_control *control;
static int control_ref = -1;

/* Given up pages of which we hold a count; under the lock. */
static DEFINE_SPINLOCK(watched_lock);
static struct watched {
	struct page *page;
	u32 seed; /* of what must be in it when the peer has gone */
} watched[NR_WATCHED_MAX];

static struct stress_slot *slot_of(const struct share *share)
{
	return &control->slots[share - shares];
}

/* What the peer last said about this round. */
static enum stress_peer peer_of(const struct share *share)
{
	/* The word before result and page; pairs with the peer's exchange. */
	u32 word = virt_load_acquire(&slot_of(share)->peer);

	if (STRESS_ROUND(word) != share->round)
		return STRESS_AWAY;
	return STRESS_STATE(word);
}

static void tell(const struct share *share, enum stress_guest state)
{
	/* Slot and page before the word; pairs with the peer's acquire. */
	virt_store_release(&slot_of(share)->guest,
			   STRESS_WORD(share->round, state));
}

static void offer(struct share *share, struct rnd_state *dice)
{
	struct stress_slot *slot = slot_of(share);
	int ref;

	share->page = alloc_page(GFP_KERNEL);
	if (!share->page)
		return;
	share->round++;
	share->seed = prandom_u32_state(dice);
	share->is_readonly = roll(dice, 2);
	stress_fill(page_address(share->page), share->seed);
	ref = gnttab_grant_foreign_access(0, xen_page_to_gfn(share->page),
					  share->is_readonly);
	if (ref < 0) {
		count(NR_full, 1);
		__free_page(share->page);
		return;
	}
	cycle_note_taken(ref);
	share->ref = ref;
	slot->ref = ref;
	slot->readonly = share->is_readonly;
	slot->seed = share->seed;
	share->state = SHARE_OFFERED;
	tell(share, STRESS_OFFERED);
	count(NR_offered, 1);
}

static u32 seed_after_visit(const struct share *share)
{
	return share->is_readonly ? share->seed : stress_reply(share->seed);
}

/* Which content must be there depends on whether the peer has been inside. */
static void check_content(const struct share *share, bool was_visited)
{
	u32 seed = was_visited ? seed_after_visit(share) : share->seed;

	if (!stress_is_filled(page_address(share->page), seed))
		stress_error("reference %u: wrong content after%s a visit%s\n",
			     share->ref, was_visited ? "" : " no",
			     share->is_readonly ? ", read-only" : "");
}

static void note_result(const struct share *share)
{
	u32 result = READ_ONCE(slot_of(share)->result);

	if (result == STRESS_GOOD)
		count(NR_visited, 1);
	else if (result == STRESS_REFUSED)
		count(NR_refused, 1);
	else if (result != STRESS_TURNED_BACK)
		stress_error("reference %u: the peer found a wrong content\n",
			     share->ref);
}

static void become_idle(struct share *share)
{
	tell(share, STRESS_IDLE);
	share->state = SHARE_IDLE;
}

/* Access has ended, and the peer will not try the reference any more. */
static void take_back(struct share *share, bool was_visited)
{
	check_content(share, was_visited);
	cycle_note_given(share->ref);
	gnttab_free_grant_reference(share->ref);
	__free_page(share->page);
	share->page = NULL;
	count(NR_cycles, 1);
	become_idle(share);
}

/* Keeps a count of a page that is about to be given up, if there is room. */
static void watch(const struct share *share)
{
	struct watched *entry;

	spin_lock(&watched_lock);
	for (entry = watched; entry < watched + NR_WATCHED_MAX; entry++) {
		if (!entry->page) {
			get_page(share->page);
			entry->page = share->page;
			entry->seed = seed_after_visit(share);
			break;
		}
	}
	spin_unlock(&watched_lock);
}

/* Returns whether the page has come back, and lets go of it. */
static bool check_watched(struct watched *entry)
{
	bool is_back;

	spin_lock(&watched_lock);
	is_back = entry->page && page_count(entry->page) == 1;
	if (is_back) {
		if (!stress_is_filled(page_address(entry->page), entry->seed))
			stress_error("a page given up has a wrong content\n");
		__free_page(entry->page);
		entry->page = NULL;
	}
	is_back = !entry->page;
	spin_unlock(&watched_lock);
	return is_back;
}

/* Page and reference are the reclaim list's now, or free already. */
static void hand_over(struct share *share, bool is_watched)
{
	if (is_watched)
		watch(share);
	share->state = SHARE_HANDED;
	cycle_note_given(share->ref);
	gnttab_end_foreign_access(share->ref, share->page);
	share->page = NULL;
	count(NR_cycles, 1);
	count(NR_handed, 1);
}

static void withdraw(struct share *share, struct rnd_state *dice)
{
	tell(share, STRESS_WITHDRAWN);
	/* Before the peer's word; pairs with the peer's, the other way round. */
	virt_mb();
	switch (peer_of(share)) {
	case STRESS_AWAY:
		if (gnttab_end_foreign_access_ref(share->ref))
			take_back(share, false);
		else
			stress_error("reference %u is in use by nobody\n",
				     share->ref);
		break;
	case STRESS_COMING:
		/* Ends now or, if the peer was quicker, at another step. */
		if (gnttab_end_foreign_access_ref(share->ref))
			share->state = SHARE_ENDED;
		break;
	case STRESS_INSIDE:
	case STRESS_LEAVING:
		hand_over(share, roll(dice, 2));
		break;
	case STRESS_GONE:
		break;
	}
}

/* The peer has gone; dom0 may need a moment more to unmap. */
static void end_after_visit(struct share *share)
{
	u32 result = READ_ONCE(slot_of(share)->result);

	if (!gnttab_end_foreign_access_ref(share->ref))
		return;
	note_result(share);
	if (result == STRESS_REFUSED)
		stress_error("reference %u: the peer could not map it\n",
			     share->ref);
	take_back(share, result == STRESS_GOOD);
}

static void step(struct share *share, struct rnd_state *dice, bool is_over)
{
	enum stress_peer peer = peer_of(share);
	bool is_gone = peer == STRESS_GONE;

	switch (share->state) {
	case SHARE_IDLE:
		if (!is_over)
			offer(share, dice);
		break;
	case SHARE_OFFERED:
		if (is_gone)
			end_after_visit(share);
		else if (is_over || !roll(dice, peer == STRESS_INSIDE ? 3 : 12))
			withdraw(share, dice);
		break;
	case SHARE_ENDED:
		if (is_gone) {
			note_result(share);
			take_back(share, READ_ONCE(slot_of(share)->result) ==
						 STRESS_GOOD);
		}
		break;
	case SHARE_HANDED:
		if (is_gone) {
			note_result(share);
			become_idle(share);
		}
		break;
	}
}

/* Takes a step of a random slot, and looks at a random page given up. */
void share_step(struct rnd_state *dice)
{
	struct share *share = &shares[roll(dice, STRESS_NR_SLOTS)];

	if (!test_and_set_bit_lock(IS_BUSY, &share->flags)) {
		step(share, dice, false);
		clear_bit_unlock(IS_BUSY, &share->flags);
	}
	check_watched(&watched[roll(dice, NR_WATCHED_MAX)]);
}

/*
 * Whether the peer is inside a page that was given up with this reference.
 * INSIDE is what it says from after it has mapped to before it unmaps.
 */
bool share_is_inside(grant_ref_t ref)
{
	const struct share *share;

	/* The allocation before the peer's words. */
	smp_mb();
	for (share = shares; share < shares + STRESS_NR_SLOTS; share++)
		if (READ_ONCE(share->state) == SHARE_HANDED &&
		    READ_ONCE(share->ref) == ref)
			return peer_of(share) == STRESS_INSIDE;
	return false;
}

grant_ref_t share_control_ref(void)
{
	return control_ref;
}

int share_init(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!page)
		return -ENOMEM;
	control = page_address(page);
	control->magic = STRESS_MAGIC;
	control_ref = gnttab_grant_foreign_access(0, xen_page_to_gfn(page), 0);
	if (control_ref < 0) {
		__free_page(page);
		return control_ref;
	}
	cycle_note_taken(control_ref);
	return 0;
}

static bool all_back(struct rnd_state *dice)
{
	unsigned int i, nr_left = 0;

	for (i = 0; i < STRESS_NR_SLOTS; i++) {
		if (shares[i].state != SHARE_IDLE)
			step(&shares[i], dice, true);
		nr_left += shares[i].state != SHARE_IDLE;
	}
	for (i = 0; i < NR_WATCHED_MAX; i++)
		nr_left += !check_watched(&watched[i]);
	return !nr_left;
}

/**
 * share_finish() - end all offers, and wait for all pages to come back
 *
 * For when the workers are gone.
 *
 * Context: Process; sleeps, at most FINISH_SECONDS.
 */
void share_finish(void)
{
	unsigned long deadline = jiffies + FINISH_SECONDS * HZ;
	struct rnd_state dice;
	unsigned int i;

	prandom_seed_state(&dice, 1);
	WRITE_ONCE(control->is_over, 1);
	while (!all_back(&dice) && time_before(jiffies, deadline))
		msleep(20);
	for (i = 0; i < STRESS_NR_SLOTS; i++)
		if (shares[i].state != SHARE_IDLE)
			stress_error("slot %u is stuck: state %d, peer %d\n", i,
				     shares[i].state, peer_of(&shares[i]));
	for (i = 0; i < NR_WATCHED_MAX; i++)
		if (watched[i].page)
			stress_error("a page given up did not come back\n");
}

void share_exit(void)
{
	cycle_note_given(control_ref);
	gnttab_end_foreign_access(control_ref, virt_to_page(control));
}
