// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event benchmark: two ports for dom0, and two of our own.
 *
 * The port "echo" answers each event; a program in dom0 takes the time. The port
 * "storm" finds nothing to do, ever, and says so in its late EOI. Reading "loop"
 * sends events to and fro between two ports of this domain for a second, and
 * tells how often that was: what is left of it in a storm is what the guest can
 * still do.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/interface/event_channel.h>
#include <xen/xenbus.h>

#define LOOP_NS NSEC_PER_SEC

enum { ECHO, STORM, THERE, BACK, NR_ENDS };

static const char *const names[] = { "echo", "storm", "there", "back" };

/* Ends of channels; set up before there is a file. */
static struct {
	evtchn_port_t port;
	int irq;
	unsigned long count;
} ends[NR_ENDS];

static struct xenbus_device *device;
static struct dentry *dir;
static DECLARE_COMPLETION(came_back);

static irqreturn_t on_event(int irq, void *data)
{
	unsigned long which = (unsigned long)data - 1;

	ends[which].count++;
	switch (which) {
	case ECHO:
	case THERE:
		notify_remote_via_irq(irq);
		break;
	case BACK:
		complete(&came_back);
		break;
	}
	xen_irq_lateeoi(irq, which == STORM ? XEN_EOI_FLAG_SPURIOUS : 0);
	return IRQ_HANDLED;
}

static int open_end(unsigned long which, domid_t peer)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF,
					      .remote_dom = peer };
	int ret = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);

	if (ret)
		return ret;
	ends[which].port = alloc.port;
	ret = bind_evtchn_to_irqhandler_lateeoi(alloc.port, on_event, 0,
						names[which],
						(void *)(which + 1));
	if (ret > 0)
		ends[which].irq = ret;
	return ret;
}

static int connect_end(unsigned long which, unsigned long to)
{
	int ret = bind_interdomain_evtchn_to_irqhandler_lateeoi(device,
			ends[to].port, on_event, 0, names[which],
			(void *)(which + 1));

	if (ret > 0)
		ends[which].irq = ret;
	return ret;
}

static void close_ends(void)
{
	unsigned long i;

	for (i = NR_ENDS; i--;)
		if (ends[i].irq)
			unbind_from_irqhandler(ends[i].irq, (void *)(i + 1));
}

static int ports_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < NR_ENDS; i++)
		seq_printf(m, "%s %u count %lu\n", names[i], ends[i].port,
			   READ_ONCE(ends[i].count));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ports);

static int loop_show(struct seq_file *m, void *unused)
{
	u64 end = ktime_get_ns() + LOOP_NS;
	unsigned long nr = 0;

	while (ktime_get_ns() < end) {
		reinit_completion(&came_back);
		notify_remote_via_irq(ends[BACK].irq);
		if (!wait_for_completion_timeout(&came_back, HZ))
			return -EIO;
		nr++;
	}
	seq_printf(m, "%lu\n", nr);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(loop);

static int __init bench_init(void)
{
	int ret;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	device->otherend_id = DOMID_SELF;
	device->spurious_threshold = 1;
	ret = open_end(ECHO, 0);
	if (ret >= 0)
		ret = open_end(STORM, 0);
	if (ret >= 0)
		ret = open_end(THERE, DOMID_SELF);
	if (ret >= 0)
		ret = connect_end(BACK, THERE);
	if (ret < 0) {
		pr_err("no ports (%d)\n", ret);
		close_ends();
		kfree(device);
		return ret;
	}
	dir = debugfs_create_dir("events-bench", NULL);
	debugfs_create_file("ports", 0400, dir, NULL, &ports_fops);
	debugfs_create_file("loop", 0400, dir, NULL, &loop_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(dir);
	close_ends();
	kfree(device);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Benchmark of event channels");
MODULE_LICENSE("GPL");
