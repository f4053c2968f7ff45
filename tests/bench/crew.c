// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads that measure: one for each CPU, pinned, each for a fixed time.
 *
 * First each warms up caches and the allocator, then all meet, so that they
 * measure while the others do. A thread's clock is its own: where CPUs share
 * a real one, a thread may be off it when time is up.
 */
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/processor.h>

#include <xen/page.h>

#include "bench.h"

/* Of the measured time, what the warm-up takes. */
#define WARM_UP_SHARE 8
#define MAX_WAIT_NS (5 * NSEC_PER_SEC)

/*
 * A burst that takes more than this share of the whole time stood still:
 * somebody else had the CPU, perhaps the host's, of which no guest is told. For
 * two threads that is worse than a delay, as the other one then has no rival.
 */
#define DISTURBED_SHARE 10

/* vCPUs that share a CPU take turns of 20 ms: a run is many of these. */
#define SHARED_FACTOR 60

static struct {
	struct worker workers[MAX_THREADS];
	/* Who has not come to the meeting yet. */
	atomic_t nr_missing;
	u64 duration_ns;
	struct completion are_done[MAX_THREADS];
} crew;

static int run_for(struct worker *w, u64 duration_ns)
{
	u64 begin = ktime_get_ns();
	u64 last, now = begin;
	u64 nr_refs = 0;
	int err;

	w->longest_ns = 0;
	do {
		err = w->bench->burst(w);
		if (err)
			return err;
		nr_refs += w->bench->nr_refs;
		last = now;
		now = ktime_get_ns();
		w->longest_ns = max(w->longest_ns, now - last);
	} while (now - begin < duration_ns);
	w->nr_refs = nr_refs;
	w->begin_ns = begin;
	w->end_ns = now;
	return 0;
}

/* Spins: who sleeps wakes up late. */
static int meet(void)
{
	u64 deadline = ktime_get_ns() + MAX_WAIT_NS;

	atomic_dec(&crew.nr_missing);
	while (atomic_read(&crew.nr_missing)) {
		if (ktime_get_ns() > deadline)
			return -ETIMEDOUT;
		cpu_relax();
	}
	return 0;
}

static int work(void *data)
{
	struct worker *w = data;

	w->err = run_for(w, crew.duration_ns / WARM_UP_SHARE);
	if (!w->err)
		w->err = meet();
	if (!w->err)
		w->err = run_for(w, crew.duration_ns);
	complete(&crew.are_done[w->cpu]);
	/* The module's code is left only when kthread_stop() waits for that. */
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int prepare(struct worker *w, const struct bench *bench,
		   unsigned int cpu)
{
	int err;

	*w = (struct worker){ .bench = bench, .cpu = cpu };
	if (!cpu_online(cpu))
		return -ENODEV;
	w->page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!w->page)
		return -ENOMEM;
	w->gfn = virt_to_gfn(w->page);
	err = bench->prepare ? bench->prepare(w) : 0;
	if (err)
		free_page((unsigned long)w->page);
	return err;
}

/* After a failure the page may be granted still: it is not used again. */
static void finish(struct worker *w)
{
	if (w->bench->finish)
		w->bench->finish(w);
	if (!w->err)
		free_page((unsigned long)w->page);
}

static int run_crew(unsigned int nr_threads)
{
	struct task_struct *tasks[MAX_THREADS];
	unsigned int i, nr;
	int err = 0;

	atomic_set(&crew.nr_missing, nr_threads);
	for (nr = 0; nr < nr_threads; nr++) {
		tasks[nr] = kthread_create(work, &crew.workers[nr],
					   "gnttab-bench/%u", nr);
		if (IS_ERR(tasks[nr])) {
			err = PTR_ERR(tasks[nr]);
			break;
		}
		kthread_bind(tasks[nr], nr);
		init_completion(&crew.are_done[nr]);
	}
	for (i = 0; i < nr; i++) {
		/* A thread that was never woken stops without a start. */
		if (!err) {
			wake_up_process(tasks[i]);
			continue;
		}
		kthread_stop(tasks[i]);
	}
	for (i = 0; !err && i < nr; i++)
		wait_for_completion(&crew.are_done[i]);
	if (err)
		return err;
	for (i = 0; i < nr; i++)
		kthread_stop(tasks[i]);
	for (i = 0; !err && i < nr; i++)
		err = crew.workers[i].err;
	return err;
}

/*
 * What all threads did, in the time from the first one's begin to the last
 * one's end: threads that share a CPU do not begin at once. Ends what they
 * used.
 */
static void reap(unsigned int nr_threads, struct sample *sample)
{
	u64 begin_ns = U64_MAX, end_ns = 0, nr_refs = 0;
	unsigned int i;

	*sample = (struct sample){};
	for (i = 0; i < nr_threads; i++) {
		struct worker *w = &crew.workers[i];

		nr_refs += w->nr_refs;
		begin_ns = min(begin_ns, w->begin_ns);
		end_ns = max(end_ns, w->end_ns);
		if (!w->bench->shares_cpus &&
		    w->longest_ns > crew.duration_ns / DISTURBED_SHARE)
			sample->is_disturbed = true;
		finish(w);
	}
	if (end_ns > begin_ns)
		sample->refs_per_s = mul_u64_u64_div_u64(nr_refs, NSEC_PER_SEC,
							 end_ns - begin_ns);
}

/**
 * measure() - run one benchmark once
 * @bench: which
 * @ms: how long each thread measures, in milliseconds, SHARED_FACTOR times so
 *	long where threads share CPUs
 * @sample: the result
 *
 * Context: Process; one caller at a time.
 * Return: 0; -ENODEV if there are fewer CPUs than threads; -ETIMEDOUT if the
 * threads did not come together; or what the benchmark failed with.
 */
int measure(const struct bench *bench, unsigned int ms, struct sample *sample)
{
	unsigned int nr;
	int err = 0;

	crew.duration_ns = (u64)ms * NSEC_PER_MSEC;
	if (bench->shares_cpus)
		crew.duration_ns *= SHARED_FACTOR;
	for (nr = 0; nr < bench->nr_threads; nr++) {
		err = prepare(&crew.workers[nr], bench, nr);
		if (err)
			break;
	}
	if (!err)
		err = run_crew(nr);
	reap(nr, sample);
	return err;
}
