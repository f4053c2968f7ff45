/* SPDX-License-Identifier: GPL-2.0-only */
/* The grant benchmark: what is measured, and by whom. */
#ifndef _GNTTAB_BENCH_H
#define _GNTTAB_BENCH_H

#include <linux/cache.h>
#include <linux/types.h>

#include <xen/grant_table.h>
#include <xen/interface/grant_table.h>

#define MAX_THREADS 4
#define REFS_PER_BATCH 32

struct bench;

/**
 * struct worker - one pinned thread, and what it measures with
 * @bench: what it measures
 * @cpu: where it runs
 * @page: a page of its own, whose frame is granted
 * @gfn: its frame number
 * @head: a private list, for the benchmarks that keep one
 * @ref: a reference, for the benchmarks that hold one
 * @nr_refs: the result: references handled
 * @begin_ns: since when
 * @end_ns: until when
 * @longest_ns: the longest burst
 * @err: 0, or why there is no result
 *
 * Aligned, so that no worker slows down another by what it writes here.
 */
struct worker {
	const struct bench *bench;
	unsigned int cpu;
	void *page;
	unsigned long gfn;
	grant_ref_t head;
	grant_ref_t ref;
	u64 nr_refs;
	u64 begin_ns;
	u64 end_ns;
	u64 longest_ns;
	int err;
} ____cacheline_aligned_in_smp;

/**
 * struct bench - one thing to measure
 * @name: how the results name it
 * @nr_threads: how many measure at once, each on a CPU of its own
 * @nr_refs: references in a burst, which is what runs between two looks at
 *	the clock: so many that these do not count, but well below a millisecond
 * @shares_cpus: more threads than real CPUs where this is run: that one stands
 *	still is no disturbance, and the time must be long
 * @prepare: takes what the thread keeps for the whole time; may be NULL
 * @burst: handles @nr_refs references, or fails
 * @finish: gives back what @prepare took; may be NULL
 */
struct bench {
	const char *name;
	unsigned int nr_threads;
	unsigned int nr_refs;
	bool shares_cpus;
	int (*prepare)(struct worker *w);
	int (*burst)(struct worker *w);
	void (*finish)(struct worker *w);
};

/**
 * struct sample - what one run of a benchmark gave
 * @refs_per_s: references that all threads handled in a second
 * @is_disturbed: whether a thread stood still meanwhile
 */
struct sample {
	u64 refs_per_s;
	bool is_disturbed;
};

/* grants.c */
extern const struct bench grant_benches[];
extern const unsigned int nr_grant_benches;
unsigned int nr_free_refs(void);

/* maps.c */
int map_prepare(struct worker *w);
int map_single_burst(struct worker *w);
int map_batch_burst(struct worker *w);
void map_finish(struct worker *w);

/* crew.c */
int measure(const struct bench *bench, unsigned int ms, struct sample *sample);

#endif
