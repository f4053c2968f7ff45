// SPDX-License-Identifier: GPL-2.0-only
/* Memory that runs out on request, and is counted: see memory.h. */
#include <linux/atomic.h>

/* Allocations until the one that fails, counted from 1; 0 if none shall. */
static atomic_t countdown;
static atomic_t nr_taken;

/**
 * memory_begin() - count from here, and let nothing fail
 */
void memory_begin(void)
{
	atomic_set(&countdown, 0);
	atomic_set(&nr_taken, 0);
}

/**
 * memory_fails_at() - let an allocation fail
 * @nth: which from now on, 1 for the next; 0 for none
 */
void memory_fails_at(unsigned int nth)
{
	atomic_set(&countdown, nth);
}

/**
 * memory_in_use() - how many allocations were not given back since then
 *
 * Memory of each CPU is not counted.
 */
int memory_in_use(void)
{
	return atomic_read(&nr_taken);
}

bool memory_is_denied(void)
{
	return atomic_dec_if_positive(&countdown) == 0;
}

void *memory_taken(void *what)
{
	if (what)
		atomic_inc(&nr_taken);
	return what;
}

void *memory_given(const void *what)
{
	if (what)
		atomic_dec(&nr_taken);
	return (void *)what;
}
