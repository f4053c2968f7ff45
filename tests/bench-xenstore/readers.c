// SPDX-License-Identifier: GPL-2.0-only
/* The threads that read, and what they read. */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "bench.h"

#define DIR "data/bench"

/* One thread's part; the first that fails tells why. */
struct reader {
	const struct bench *bench;
	struct completion *go;
	struct completion done;
	int err;
};

int make_keys(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < NR_KEYS && !err; i++) {
		char name[16];

		snprintf(name, sizeof(name), "key%u", i);
		err = xenbus_printf(XBT_NIL, DIR, name, "%u", i + 1000);
	}
	return err;
}

void remove_keys(void)
{
	xenbus_rm(XBT_NIL, DIR, "");
}

static int read_key(unsigned int i)
{
	char name[16];
	unsigned int number;
	char *value;
	int err;

	snprintf(name, sizeof(name), "key%u", i);
	value = xenbus_read(XBT_NIL, DIR, name, NULL);
	if (IS_ERR(value))
		return PTR_ERR(value);
	err = kstrtouint(value, 10, &number);
	kfree(value);
	return err ?: number == i + 1000 ? 0 : -EILSEQ;
}

int run_read(void)
{
	return read_key(0);
}

int run_reads(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < NR_KEYS && !err; i++)
		err = read_key(i);
	return err;
}

#define KEY(n) "key" #n, "%u", &v[n]

int run_gather(void)
{
	unsigned int i, v[NR_KEYS] = {};
	int err;

	err = xenbus_gather(XBT_NIL, DIR, KEY(0), KEY(1), KEY(2), KEY(3),
			    KEY(4), KEY(5), KEY(6), KEY(7), KEY(8), KEY(9),
			    KEY(10), KEY(11), KEY(12), KEY(13), KEY(14),
			    KEY(15), NULL);
	for (i = 0; i < NR_KEYS && !err; i++)
		err = v[i] == i + 1000 ? 0 : -EILSEQ;
	return err;
}

static int reader(void *data)
{
	struct reader *r = data;
	unsigned int i;

	wait_for_completion(r->go);
	for (i = 0; i < calls && !r->err; i++)
		r->err = r->bench->run();
	complete(&r->done);
	return 0;
}

/* All threads begin at once; the time is until the last is done. */
int measure(const struct bench *bench, u64 *ns_per_read)
{
	DECLARE_COMPLETION_ONSTACK(go);
	unsigned int i, nr = bench->nr_threads;
	struct reader *readers;
	int err = 0;
	u64 begin;

	readers = kcalloc(nr, sizeof(*readers), GFP_KERNEL);
	if (!readers)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		struct task_struct *task;

		readers[i].bench = bench;
		readers[i].go = &go;
		init_completion(&readers[i].done);
		task = kthread_run(reader, &readers[i], "reader/%u", i);
		if (IS_ERR(task)) {
			err = PTR_ERR(task);
			nr = i;
		}
	}
	begin = ktime_get_ns();
	complete_all(&go);
	for (i = 0; i < nr; i++) {
		wait_for_completion(&readers[i].done);
		err = err ?: readers[i].err;
	}
	*ns_per_read = div_u64(ktime_get_ns() - begin,
			       nr * calls * bench->nr_reads ?: 1);
	kfree(readers);
	return err;
}
