// SPDX-License-Identifier: GPL-2.0-only
/*
 * A benchmark of the grant API; see Documentation/bench.rst.
 *
 * It runs while it loads, and loads only if every call did what it should and
 * all references came back. Results are in debugfs gnttab-bench, a line each:
 *
 *   NAME THREADS PASS REFS_PER_S DISTURBED
 *
 * One source for two modules. The one that is built with KERNELS_OWN calls the
 * kernel's own functions, and brings the kernel's table up first: in a guest
 * whose kernel was told not to, and only once in the guest's life.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "bench.h"

#define MAX_PASSES 1000
#define MAX_MS 10000

static unsigned int passes = 60;
module_param(passes, uint, 0444);
MODULE_PARM_DESC(passes, "how often each benchmark runs (default 60)");
static unsigned int ms = 5;
module_param(ms, uint, 0444);
MODULE_PARM_DESC(ms,
		 "how long a run takes, in milliseconds, of four threads sixty times as long (default 5)");

/*
 * Where threads share CPUs a run must be long, or most of it is its beginning
 * and end, so only one pass in so many has it.
 */
#define SHARED_PASSES 6

/* Of each pass, one for each benchmark; 0 for what the pass left out. */
static struct sample *samples;
static struct dentry *file;

#ifdef KERNELS_OWN
static int bring_up(void)
{
	return gnttab_init();
}
#else
static int bring_up(void)
{
	return 0;
}
#endif

static int gnttab_bench_show(struct seq_file *m, void *unused)
{
	const struct bench *bench;
	unsigned int i;

	for (i = 0; i < passes * nr_grant_benches; i++) {
		if (!samples[i].refs_per_s)
			continue;
		bench = &grant_benches[i % nr_grant_benches];
		seq_printf(m, "%s %u %u %llu %d\n", bench->name,
			   bench->nr_threads, i / nr_grant_benches,
			   samples[i].refs_per_s, samples[i].is_disturbed);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(gnttab_bench);

/* All benchmarks once, so that no slow moment hits one of them alone. */
static int run_pass(unsigned int pass)
{
	struct sample *results = samples + pass * nr_grant_benches;
	unsigned int i;

	for (i = 0; i < nr_grant_benches; i++) {
		const struct bench *bench = &grant_benches[i];
		int err;

		if (bench->shares_cpus && pass % SHARED_PASSES)
			continue;
		err = measure(bench, ms, &results[i]);
		if (err) {
			pr_err("%s with %u threads failed: error %d\n",
			       bench->name, bench->nr_threads, err);
			return err;
		}
	}
	return 0;
}

static int run_passes(void)
{
	unsigned int nr_before, nr_after, pass;
	int err;

	/* For nothing: a table that grows does so here. */
	err = run_pass(0);
	nr_before = nr_free_refs();
	for (pass = 0; !err && pass < passes; pass++)
		err = run_pass(pass);
	if (err)
		return err;
	nr_after = nr_free_refs();
	if (nr_after >= nr_before)
		return 0;
	pr_err("%u references were free before, %u are now: some are lost\n",
	       nr_before, nr_after);
	return -EIO;
}

static int __init bench_init(void)
{
	int err;

	if (!passes || passes > MAX_PASSES || !ms || ms > MAX_MS) {
		pr_err("passes=%u or ms=%u is out of range: 1 to %u, 1 to %u\n",
		       passes, ms, MAX_PASSES, MAX_MS);
		return -EINVAL;
	}
	samples = kcalloc(passes * nr_grant_benches, sizeof(*samples),
			  GFP_KERNEL);
	if (!samples)
		return -ENOMEM;
	err = bring_up();
	if (!err)
		err = run_passes();
	if (err) {
		kfree(samples);
		return err;
	}
	file = debugfs_create_file("gnttab-bench", 0400, NULL, NULL,
				   &gnttab_bench_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(file);
	kfree(samples);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of the grant API");
MODULE_LICENSE("GPL");
