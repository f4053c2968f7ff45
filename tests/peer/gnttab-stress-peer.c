// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of many grants, in dom0 (tests/stress/control.h).
 *
 * gnttab-stress-peer DOMID CONTROL_REF SECONDS
 *
 * Maps pages on offer at random, compares their content, writes a reply where
 * it may, keeps them for a random time, looks at the content again and unmaps
 * them, until the guest says that it is over. Prints what it did. Exit status
 * 0; 1 if a page held something else than it must; 2 if it could not work, or
 * the guest did not come to an end in SECONDS.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <xengnttab.h>

#include "../stress/control.h"

#define MAX_SHORT_US 5000
#define MAX_LONG_US 300000
#define IDLE_US 500

static xengnttab_handle *gnttab;
static struct stress_control *control;
static unsigned int domid;
static unsigned int nr_visits, nr_refused, nr_turned_back, nr_wrong;

/* A slot we have mapped, or have had. */
static struct visit {
	__u64 *page;
	uint32_t round;
	uint32_t seed; /* of what must be in the page until we leave */
	uint32_t result;
	uint64_t until_us;
} visits[STRESS_NR_SLOTS];

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ull + now.tv_nsec / 1000;
}

static void say(struct stress_slot *slot, uint32_t round, enum stress_peer state)
{
	/* After all that we did, and before all that we do: x86 has both. */
	__atomic_exchange_n(&slot->peer, STRESS_WORD(round, state), __ATOMIC_SEQ_CST);
}

static void go(struct stress_slot *slot, uint32_t round, enum stress_result result)
{
	slot->result = result;
	say(slot, round, STRESS_GONE);
}

static bool check(struct visit *visit, const struct stress_slot *slot, const char *when)
{
	if (stress_is_filled(visit->page, visit->seed))
		return true;
	if (visit->result != STRESS_WRONG)
		nr_wrong++;
	visit->result = STRESS_WRONG;
	warnx("reference %u, round %u%s: wrong content %s", slot->ref, visit->round,
	      slot->readonly ? ", read-only" : "", when);
	return false;
}

static void enter(struct visit *visit, struct stress_slot *slot, uint32_t word)
{
	uint32_t round = STRESS_ROUND(word), ref = slot->ref, seed = slot->seed;
	bool is_readonly = slot->readonly;

	visit->round = round;
	say(slot, round, STRESS_COMING);
	/* Pairs with the guest, who withdraws and then looks whether we come. */
	if (__atomic_load_n(&slot->guest, __ATOMIC_SEQ_CST) != word) {
		nr_turned_back++;
		go(slot, round, STRESS_TURNED_BACK);
		return;
	}
	visit->page = xengnttab_map_grant_ref(gnttab, domid, ref,
					      PROT_READ | (is_readonly ? 0 : PROT_WRITE));
	if (!visit->page) {
		nr_refused++;
		go(slot, round, STRESS_REFUSED);
		return;
	}
	nr_visits++;
	visit->seed = seed;
	visit->result = STRESS_GOOD;
	visit->until_us = now_us() + rand() % (rand() % 16 ? MAX_SHORT_US : MAX_LONG_US);
	if (check(visit, slot, "at first") && !is_readonly) {
		visit->seed = stress_reply(seed);
		stress_fill(visit->page, visit->seed);
	}
	/* The reply is in the page when the guest may give it up. */
	say(slot, round, STRESS_INSIDE);
}

static void leave(struct visit *visit, struct stress_slot *slot)
{
	check(visit, slot, "at last");
	say(slot, visit->round, STRESS_LEAVING);
	if (xengnttab_unmap(gnttab, visit->page, 1))
		err(2, "cannot unmap reference %u", slot->ref);
	visit->page = NULL;
	go(slot, visit->round, visit->result);
}

/* Returns whether there was something to do. */
static bool look_at(unsigned int i, bool is_over)
{
	struct stress_slot *slot = &control->slots[i];
	struct visit *visit = &visits[i];
	uint32_t word;

	if (visit->page) {
		if (!is_over && now_us() < visit->until_us)
			return false;
		leave(visit, slot);
		return true;
	}
	word = __atomic_load_n(&slot->guest, __ATOMIC_ACQUIRE);
	if (is_over || STRESS_STATE(word) != STRESS_OFFERED || STRESS_ROUND(word) == visit->round)
		return false;
	enter(visit, slot, word);
	return true;
}

/* Returns whether the guest came to an end in time. */
static bool visit_all(uint64_t until_us)
{
	while (now_us() < until_us) {
		bool is_over = __atomic_load_n(&control->is_over, __ATOMIC_ACQUIRE);
		unsigned int i, nr_done = 0, start = rand();

		for (i = 0; i < STRESS_NR_SLOTS; i++)
			nr_done += look_at((start + i) % STRESS_NR_SLOTS, is_over);
		if (is_over)
			return true;
		if (!nr_done)
			usleep(IDLE_US);
	}
	return false;
}

int main(int argc, char **argv)
{
	bool is_over;

	if (argc != 4)
		errx(2, "usage: gnttab-stress-peer DOMID CONTROL_REF SECONDS");
	domid = atoi(argv[1]);
	gnttab = xengnttab_open(NULL, 0);
	if (!gnttab)
		err(2, "cannot open the grant device");
	control = xengnttab_map_grant_ref(gnttab, domid, atoi(argv[2]), PROT_READ | PROT_WRITE);
	if (!control)
		err(2, "cannot map reference %s of domain %u", argv[2], domid);
	if (control->magic != STRESS_MAGIC)
		errx(2, "reference %s is not the control page", argv[2]);
	is_over = visit_all(now_us() + atoi(argv[3]) * 1000000ull);
	printf("visits %u refused %u turned_back %u wrong %u\n", nr_visits, nr_refused,
	       nr_turned_back, nr_wrong);
	fflush(stdout);
	xengnttab_unmap(gnttab, control, 1);
	if (!is_over)
		errx(2, "the guest did not come to an end");
	return nr_wrong ? 1 : 0;
}
