/* SPDX-License-Identifier: GPL-2.0-only */
/* The XenStore benchmark: what is measured. */
#ifndef _XENSTORE_BENCH_H
#define _XENSTORE_BENCH_H

#include <linux/types.h>

#define NR_READERS 8
#define NR_KEYS 16

/**
 * struct bench - one thing to measure
 * @name: how the results name it
 * @nr_threads: how many ask at once
 * @nr_reads: values that one call of @run reads
 * @run: reads them, or fails
 */
struct bench {
	const char *name;
	unsigned int nr_threads;
	unsigned int nr_reads;
	int (*run)(void);
};

/* main.c: how often each thread calls @run in a pass */
extern unsigned int calls;

/* readers.c */
int measure(const struct bench *bench, u64 *ns_per_read);
int run_read(void);
int run_reads(void);
int run_gather(void);
int make_keys(void);
void remove_keys(void);

#endif
