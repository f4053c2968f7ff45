// SPDX-License-Identifier: GPL-2.0-only
/* The threads that roll the dice, and the timers that interrupt them. */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <xen/compat.h>
#include <xen/page.h>

#include "stress.h"

#define NR_SCRIBBLED 8
#define MAX_IN_IRQ 4
#define IRQ_PERIOD_NS (500 * NSEC_PER_USEC)

/**
 * struct worker - a thread with a timer
 * @task: the thread
 * @dice: of the thread
 * @irq_dice: of the timer
 * @timer: cycles in hard interrupts
 * @page: what the cycles grant; nobody maps it
 * @waiter: its free callback
 */
struct worker {
	struct task_struct *task;
	struct rnd_state dice;
	struct rnd_state irq_dice;
	struct hrtimer timer;
	struct page *page;
	struct waiter *waiter;
};

static struct worker workers[NR_WORKERS_MAX];
static const struct stress_plan *plan;
static unsigned long deadline; /* in jiffies */
static atomic_t nr_running;
static DECLARE_COMPLETION(all_done);

static unsigned long gfn_of(const struct worker *worker)
{
	return xen_page_to_gfn(worker->page);
}

static enum hrtimer_restart in_irq_context(struct hrtimer *timer)
{
	struct worker *worker = container_of(timer, struct worker, timer);
	unsigned int nr = 1 + roll(&worker->irq_dice, MAX_IN_IRQ);

	count(NR_irq_cycles,
	      cycle_singles(&worker->irq_dice, gfn_of(worker), nr));
	hrtimer_forward_now(timer,
			    ns_to_ktime(IRQ_PERIOD_NS + roll(&worker->irq_dice,
							     IRQ_PERIOD_NS)));
	return HRTIMER_RESTART;
}

/* A page that was freed too early gets another content by this. */
static void scribble(void)
{
	struct page *pages[NR_SCRIBBLED];
	unsigned int i;

	for (i = 0; i < NR_SCRIBBLED; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (pages[i])
			memset(page_address(pages[i]), 0x5a, PAGE_SIZE);
	}
	for (i = 0; i < NR_SCRIBBLED; i++)
		if (pages[i])
			__free_page(pages[i]);
}

static void move(struct rnd_state *dice)
{
	unsigned int cpu =
		cpumask_next(roll(dice, nr_cpu_ids) - 1, cpu_online_mask);

	if (cpu < nr_cpu_ids)
		set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

static void turn(struct worker *worker)
{
	struct rnd_state *dice = &worker->dice;
	unsigned int nr = 1 + roll(dice, NR_AT_ONCE_MAX);
	unsigned int what = roll(dice, 256);

	if (what < 100)
		cycle_singles(dice, gfn_of(worker), nr);
	else if (what < 150)
		cycle_list(dice, gfn_of(worker), nr);
	else if (what < 180)
		cycle_sequence(dice, gfn_of(worker), nr);
	else if (what < 240)
		share_step(dice);
	else if (what < 248)
		scribble();
	else if (what < 251)
		move(dice);
	else if (what < 254)
		waiter_use(worker->waiter, dice);
	else
		cycle_grow(dice);
}

static bool is_enough(void)
{
	return (counted(NR_cycles) >= plan->nr_cycles &&
		counted(NR_visited) >= plan->nr_visits) ||
	       time_after(jiffies, deadline);
}

static int work(void *arg)
{
	struct worker *worker = arg;

	move(&worker->dice);
	hrtimer_start(&worker->timer, ns_to_ktime(IRQ_PERIOD_NS),
		      HRTIMER_MODE_REL_PINNED);
	while (!is_enough()) {
		turn(worker);
		cond_resched();
	}
	hrtimer_cancel(&worker->timer);
	if (atomic_dec_and_test(&nr_running))
		complete(&all_done);
	while (!kthread_should_stop())
		msleep(20);
	return 0;
}

static void worker_exit(struct worker *worker)
{
	if (!IS_ERR_OR_NULL(worker->task))
		kthread_stop(worker->task);
	waiter_destroy(worker->waiter);
	if (worker->page)
		__free_page(worker->page);
}

static int worker_init(struct worker *worker, unsigned int i)
{
	*worker = (struct worker){};
	prandom_seed_state(&worker->dice, plan->seed * 64 + i);
	prandom_seed_state(&worker->irq_dice, plan->seed * 64 + 32 + i);
	hrtimer_setup(&worker->timer, in_irq_context, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED);
	worker->page = alloc_page(GFP_KERNEL);
	worker->waiter = waiter_create();
	if (!worker->page || !worker->waiter)
		return -ENOMEM;
	worker->task = kthread_create(work, worker, "stress/%u", i);
	return PTR_ERR_OR_ZERO(worker->task);
}

/**
 * workers_run() - let the threads work until the plan is fulfilled
 * @new_plan: what is enough; stays the caller's
 *
 * Context: Process; sleeps, for at most the plan's time and a little.
 * Return: 0 or -ENOMEM.
 */
int workers_run(const struct stress_plan *new_plan)
{
	unsigned int i, nr = new_plan->nr_workers;
	int err = 0;

	plan = new_plan;
	deadline = jiffies + plan->seconds * HZ;
	atomic_set(&nr_running, nr);
	reinit_completion(&all_done);
	for (i = 0; !err && i < nr; i++)
		err = worker_init(&workers[i], i);
	if (!err) {
		for (i = 0; i < nr; i++)
			wake_up_process(workers[i].task);
		/* In pieces, or the kernel takes a long run for a hung task. */
		while (!wait_for_completion_timeout(&all_done, HZ))
			continue;
	}
	while (i--)
		worker_exit(&workers[i]);
	return err;
}
