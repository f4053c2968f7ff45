// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free callbacks: requested, waited for or not, called or cancelled.
 *
 * One that asks for few references must be called soon, as everybody gives
 * back what he holds within milliseconds. One that asks for many may wait for
 * ever, and is cancelled. After that it must not be called.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "stress.h"

#define FEW 64
#define MANY 60000
#define SOON_MS 10000

/**
 * struct waiter - one thread's callback
 * @callback: the allocator's while requested
 * @is_called: completed by each call
 * @nr_called: calls
 * @nr_expected: what @nr_called must be while nothing is requested
 */
struct waiter {
	struct gnttab_free_callback callback;
	struct completion is_called;
	atomic_t nr_called;
	int nr_expected;
};

static void on_free(void *arg)
{
	struct waiter *waiter = arg;

	atomic_inc(&waiter->nr_called);
	complete(&waiter->is_called);
}

struct waiter *waiter_create(void)
{
	struct waiter *waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);

	if (waiter)
		init_completion(&waiter->is_called);
	return waiter;
}

static void check_calls(struct waiter *waiter)
{
	int nr_called = atomic_read(&waiter->nr_called);

	if (nr_called != waiter->nr_expected)
		stress_error("a callback was called %d times, not %d\n",
			     nr_called, waiter->nr_expected);
	waiter->nr_expected = nr_called;
}

void waiter_destroy(struct waiter *waiter)
{
	if (waiter)
		check_calls(waiter);
	kfree(waiter);
}

/* Whether it was called. */
static bool wait(struct waiter *waiter, unsigned int ms)
{
	return wait_for_completion_timeout(&waiter->is_called,
					   msecs_to_jiffies(ms));
}

void waiter_use(struct waiter *waiter, struct rnd_state *dice)
{
	bool asks_few = roll(dice, 2);
	u16 nr = 1 + roll(dice, asks_few ? FEW : MANY);
	bool is_called;

	check_calls(waiter);
	reinit_completion(&waiter->is_called);
	gnttab_request_free_callback(&waiter->callback, on_free, waiter, nr);
	count(NR_requested, 1);
	is_called = wait(waiter, asks_few ? SOON_MS : roll(dice, 4));
	if (!is_called && asks_few)
		stress_error("a callback for %u references was not called\n",
			     nr);
	/* Also one that was called: that must do no harm. */
	gnttab_cancel_free_callback(&waiter->callback);
	is_called = is_called || try_wait_for_completion(&waiter->is_called);
	waiter->nr_expected += is_called;
	count(is_called ? NR_called : NR_cancelled, 1);
}
