// SPDX-License-Identifier: GPL-2.0-only
/*
 * The XenStore benchmark: everything is measured when the module is loaded;
 * debugfs xenstore-bench then has a line for each run: name, threads, pass, and
 * nanoseconds for one value read.
 */
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "bench.h"

#define MAX_PASSES 1000
#define MAX_CALLS 10000

static unsigned int passes = 20;
module_param(passes, uint, 0444);
MODULE_PARM_DESC(passes, "how often each benchmark runs (default 20)");
unsigned int calls = 20;
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "calls of each thread in a run (default 20)");

static const struct bench benches[] = {
	{ "read", 1, 1, run_read },
	{ "read", NR_READERS, 1, run_read },
	{ "reads-16", 1, NR_KEYS, run_reads },
	{ "gather-16", 1, NR_KEYS, run_gather },
};

/* Nanoseconds for a value, by pass and benchmark. */
static u64 *results;
static struct dentry *file;

static int xenstore_bench_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < passes * ARRAY_SIZE(benches); i++) {
		const struct bench *bench = &benches[i % ARRAY_SIZE(benches)];

		seq_printf(m, "%s %u %u %llu\n", bench->name,
			   bench->nr_threads,
			   i / (unsigned int)ARRAY_SIZE(benches), results[i]);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(xenstore_bench);

/* Each pass has all benchmarks, so that no slow moment hits one of them alone. */
static int run_all(void)
{
	unsigned int i, nr = passes * ARRAY_SIZE(benches);
	u64 for_nothing;
	int err;

	err = measure(&benches[0], &for_nothing);
	for (i = 0; i < nr && !err; i++)
		err = measure(&benches[i % ARRAY_SIZE(benches)], &results[i]);
	if (err)
		pr_err("a benchmark failed: error %d\n", err);
	return err;
}

static int __init bench_init(void)
{
	int err;

	if (!passes || passes > MAX_PASSES || !calls || calls > MAX_CALLS) {
		pr_err("passes=%u or calls=%u is out of range: 1 to %u, 1 to %u\n",
		       passes, calls, MAX_PASSES, MAX_CALLS);
		return -EINVAL;
	}
	results = kcalloc(passes * ARRAY_SIZE(benches), sizeof(*results),
			  GFP_KERNEL);
	if (!results)
		return -ENOMEM;
	err = make_keys();
	if (!err)
		err = run_all();
	remove_keys();
	if (err) {
		kfree(results);
		return err;
	}
	file = debugfs_create_file("xenstore-bench", 0400, NULL, NULL,
				   &xenstore_bench_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(file);
	kfree(results);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of the XenStore API");
MODULE_LICENSE("GPL");
