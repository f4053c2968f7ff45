/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-teststress.ko share with each other. */
#ifndef _STRESS_H
#define _STRESS_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/types.h>

#include <xen/grant_table.h>

#define NR_WORKERS_MAX 16
#define NR_AT_ONCE_MAX 64

/* What happened; each is printed by its name. */
#define STRESS_COUNTERS(X)                                        \
	X(cycles) /* access granted and ended */                  \
	X(irq_cycles) /* of these, in interrupts */               \
	X(lists) /* private lists */                              \
	X(sequences) /* runs of references in a row */            \
	X(full) /* allocations refused as the table was full */   \
	X(requested) /* callbacks */                              \
	X(called)                                                 \
	X(cancelled)                                              \
	X(offered) /* pages to the peer */                        \
	X(visited) /* of these, mapped by the peer */             \
	X(refused) /* of these, not mapped as access had ended */ \
	X(handed) /* pages given up with the peer inside */       \
	X(errors)

enum stress_counter {
#define STRESS_ENUM(name) NR_##name,
	STRESS_COUNTERS(STRESS_ENUM) NR_COUNTERS
#undef STRESS_ENUM
};

extern atomic64_t stress_counters[NR_COUNTERS];

static inline void count(enum stress_counter counter, unsigned int nr)
{
	atomic64_add(nr, &stress_counters[counter]);
}

static inline s64 counted(enum stress_counter counter)
{
	return atomic64_read(&stress_counters[counter]);
}

/* Something is wrong with what is tested. */
#define stress_error(fmt, ...)                          \
	do {                                            \
		count(NR_errors, 1);                    \
		pr_err_ratelimited(fmt, ##__VA_ARGS__); \
	} while (0)

/* The dice of one thread, or one timer. */
static inline u32 roll(struct rnd_state *dice, u32 below)
{
	return prandom_u32_state(dice) % below;
}

/* cycle.c: references, allocated one way or another, granted and ended */
int cycle_init(void);
void cycle_exit(void);
unsigned int cycle_singles(struct rnd_state *dice, unsigned long gfn,
			   unsigned int nr);
void cycle_list(struct rnd_state *dice, unsigned long gfn, unsigned int nr);
void cycle_sequence(struct rnd_state *dice, unsigned long gfn, unsigned int nr);
void cycle_grow(struct rnd_state *dice);
void cycle_note_taken(grant_ref_t ref);
void cycle_note_given(grant_ref_t ref);

/* share.c: pages that the peer maps */
int share_init(void);
void share_exit(void);
grant_ref_t share_control_ref(void);
void share_step(struct rnd_state *dice);
bool share_is_inside(grant_ref_t ref);
void share_finish(void);

/* waiter.c: free callbacks */
struct waiter;
struct waiter *waiter_create(void);
void waiter_destroy(struct waiter *waiter);
void waiter_use(struct waiter *waiter, struct rnd_state *dice);

/* worker.c */
struct stress_plan {
	unsigned int nr_workers;
	unsigned int nr_cycles;
	unsigned int nr_visits;
	unsigned int seconds;
	unsigned int seed;
};

int workers_run(const struct stress_plan *plan);

#endif
