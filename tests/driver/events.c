// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands on event channels. A slot holds one binding and what came of it.
 *
 * Ports are made by plain hypercalls, as a driver makes them; those that are
 * still open at the end are closed.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>

#include <xen/events.h>
#include <xen/guest.h>
#include <xen/xenbus.h>

#include "testdrv.h"

#define NR_SLOTS 16
#define NR_PORTS 8192

/**
 * enum reaction - what a handler does
 * @REACT_COUNT: nothing but count
 * @REACT_EOI: sends a late EOI
 * @REACT_SPURIOUS: sends one that says there was nothing to do
 * @REACT_ECHO: answers with an event, then sends a late EOI if it must
 */
enum reaction { REACT_COUNT, REACT_EOI, REACT_SPURIOUS, REACT_ECHO };

static const char *const reactions[] = { "count", "eoi", "spurious", "echo" };

static struct slot {
	int irq;
	evtchn_port_t port;
	enum reaction reaction;
	bool is_late;
	unsigned int count;
	unsigned int seen;
	unsigned int cpu;
	struct xenbus_device *dev;
} slots[NR_SLOTS];

static DECLARE_BITMAP(open_ports, NR_PORTS);
/* Counts what the flood sends; the handler sees how far it is. */
static unsigned int sequence;

static irqreturn_t on_event(int irq, void *data)
{
	struct slot *slot = data;

	slot->cpu = smp_processor_id();
	WRITE_ONCE(slot->seen, READ_ONCE(sequence));
	WRITE_ONCE(slot->count, slot->count + 1);
	if (slot->reaction == REACT_ECHO)
		notify_remote_via_irq(irq);
	if (slot->is_late && slot->reaction != REACT_COUNT)
		xen_irq_lateeoi(irq, slot->reaction == REACT_SPURIOUS ?
				     XEN_EOI_FLAG_SPURIOUS : 0);
	return IRQ_HANDLED;
}

static int own(struct seq_file *answer, evtchn_port_t port)
{
	if (port < NR_PORTS)
		set_bit(port, open_ports);
	seq_printf(answer, "%u\n", port);
	return 0;
}

/* evopen DOMID: a port that DOMID may connect to; prints it */
static int cmd_evopen(char *args, struct seq_file *answer)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF };
	int err = kstrtou16(args, 0, &alloc.remote_dom);

	if (!err)
		err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);
	return err ?: own(answer, alloc.port);
}

/* evopenmany COUNT: ports for ourselves; prints the last */
static int cmd_evopenmany(char *args, struct seq_file *answer)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = DOMID_SELF,
	};
	unsigned int i, nr;
	int err = kstrtouint(args, 0, &nr);

	for (i = 0; !err && i < nr; i++) {
		err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);
		if (!err && alloc.port < NR_PORTS)
			set_bit(alloc.port, open_ports);
	}
	return err ?: own(answer, alloc.port);
}

static void close_port(evtchn_port_t port)
{
	struct evtchn_close close = { .port = port };

	if (test_and_clear_bit(port, open_ports))
		HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);
}

/* evclose FIRST LAST */
static int cmd_evclose(char *args, struct seq_file *answer)
{
	unsigned int port, last;

	if (sscanf(args, "%u %u", &port, &last) != 2 || last >= NR_PORTS)
		return -EINVAL;
	for (; port <= last; port++)
		close_port(port);
	return 0;
}

static struct slot *find_slot(char **args)
{
	unsigned int nr;

	if (kstrtouint(strsep(args, " "), 0, &nr) || nr >= NR_SLOTS)
		return NULL;
	return &slots[nr];
}

static int request(int irq, struct slot *slot)
{
	int err = irq < 0 ? irq : request_irq(irq, on_event, 0, "test", slot);

	return err ?: irq;
}

static int bind_irq(struct slot *slot, const char *how, unsigned int what)
{
	int irq = strcmp(how, "irqlate") ? bind_evtchn_to_irq(what) :
					   bind_evtchn_to_irq_lateeoi(what);

	return request(irq, slot);
}

static int bind_inter(struct slot *slot, const char *how, unsigned int remote,
		      int domid)
{
	slot->dev = kzalloc(sizeof(*slot->dev), GFP_KERNEL);
	if (!slot->dev)
		return -ENOMEM;
	slot->dev->otherend_id = domid;
	if (!strcmp(how, "inter"))
		return bind_interdomain_evtchn_to_irqhandler_lateeoi(slot->dev,
			remote, on_event, 0, "test", slot);
	return request(bind_interdomain_evtchn_to_irq_lateeoi(slot->dev,
							      remote), slot);
}

static int bind_by(struct slot *slot, const char *how, unsigned int what,
		   int more)
{
	if (!strcmp(how, "plain"))
		return bind_evtchn_to_irqhandler(what, on_event, 0, "test", slot);
	if (!strcmp(how, "shared"))
		return bind_evtchn_to_irqhandler(what, on_event, IRQF_SHARED,
						 "test", slot);
	if (!strcmp(how, "late"))
		return bind_evtchn_to_irqhandler_lateeoi(what, on_event, 0,
							 "test", slot);
	if (!strcmp(how, "static"))
		return bind_static_evtchn_to_irqhandler(what, on_event, 0,
							"test", slot);
	if (!strncmp(how, "irq", 3))
		return bind_irq(slot, how, what);
	if (!strncmp(how, "inter", 5))
		return bind_inter(slot, how, what, more);
	if (!strcmp(how, "virq"))
		return bind_virq_to_irqhandler(what, more, on_event,
					       IRQF_PERCPU, "test", slot);
	if (!strcmp(how, "virqirq"))
		return request(bind_virq_to_irq(what, more, false), slot);
	if (!strcmp(how, "ipi"))
		return bind_ipi_to_irqhandler(what, more, on_event, 0, "test",
					      slot);
	return -EINVAL;
}

static evtchn_port_t find_port(int irq)
{
	evtchn_port_t port;

	for (port = 1; port < NR_PORTS; port++)
		if (irq_from_evtchn(port) == irq)
			return port;
	return 0;
}

/*
 * evbind SLOT HOW NUMBER [NUMBER]: prints interrupt and port.
 * HOW: plain, shared, late, static, irq, irqlate PORT; inter, interirq PORT
 * DOMID; virq, virqirq, ipi NUMBER CPU.
 */
static int cmd_evbind(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);
	unsigned int what, more = 0;
	char how[12];
	int irq;

	if (!slot || slot->irq || !args ||
	    sscanf(args, "%11s %i %i", how, &what, &more) < 2)
		return -EINVAL;
	*slot = (struct slot){ .is_late = !strcmp(how, "late") ||
					  !strcmp(how, "irqlate") ||
					  !strncmp(how, "inter", 5) };
	irq = bind_by(slot, how, what, more);
	if (irq < 0) {
		kfree(slot->dev);
		*slot = (struct slot){};
		seq_printf(answer, "%d\n", irq);
		return 0;
	}
	slot->port = find_port(irq);
	slot->irq = irq;
	seq_printf(answer, "%d %u\n", irq, slot->port);
	return 0;
}

static void unbind(struct slot *slot)
{
	if (!slot->irq)
		return;
	unbind_from_irqhandler(slot->irq, slot);
	kfree(slot->dev);
	*slot = (struct slot){};
}

/* evunbind SLOT */
static int cmd_evunbind(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);

	if (!slot || !slot->irq)
		return -EINVAL;
	unbind(slot);
	return 0;
}

/* evsend SLOT COUNT: by notify_remote_via_irq() */
static int cmd_evsend(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);
	unsigned int nr;

	if (!slot || !args || kstrtouint(args, 0, &nr))
		return -EINVAL;
	while (nr--)
		notify_remote_via_irq(slot->irq);
	return 0;
}

static bool came(struct slot *slot, unsigned int count)
{
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		if (READ_ONCE(slot->count) >= count)
			return true;
		usleep_range(1000, 2000);
	}
	return false;
}

/* evpass FROM TO COUNT: one after the other; prints how many came */
static int cmd_evpass(char *args, struct seq_file *answer)
{
	unsigned int from, to, nr, i, old;

	if (sscanf(args, "%u %u %u", &from, &to, &nr) != 3 ||
	    from >= NR_SLOTS || to >= NR_SLOTS)
		return -EINVAL;
	old = slots[to].count;
	for (i = 1; i <= nr; i++) {
		notify_remote_via_irq(slots[from].irq);
		if (!came(&slots[to], old + i))
			break;
	}
	/* Those that nobody sent. */
	msleep(20);
	seq_printf(answer, "%u\n", slots[to].count - old);
	return 0;
}

/* evflood PORT COUNT SLOT: prints how far SLOT saw, and how often it was called */
static int cmd_evflood(char *args, struct seq_file *answer)
{
	unsigned int port, nr, to;
	int tries;

	if (sscanf(args, "%u %u %u", &port, &nr, &to) != 3 || to >= NR_SLOTS)
		return -EINVAL;
	slots[to].count = 0;
	WRITE_ONCE(sequence, 0);
	while (sequence < nr) {
		WRITE_ONCE(sequence, sequence + 1);
		notify_remote_via_evtchn(port);
		cond_resched();
	}
	for (tries = 0; tries < 500 && READ_ONCE(slots[to].seen) != nr; tries++)
		msleep(20);
	seq_printf(answer, "%u %u\n", slots[to].seen, slots[to].count);
	return 0;
}

/* evcount SLOT: prints how often the handler was called, and where last */
static int cmd_evcount(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);

	if (!slot)
		return -EINVAL;
	seq_printf(answer, "%u cpu %u\n", READ_ONCE(slot->count), slot->cpu);
	return 0;
}

/* evreact SLOT count|eoi|spurious|echo: what the handler does */
static int cmd_evreact(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);
	int reaction = args ? match_string(reactions, ARRAY_SIZE(reactions), args) :
			      -EINVAL;

	if (!slot || reaction < 0)
		return -EINVAL;
	slot->reaction = reaction;
	return 0;
}

/* eveoi SLOT FLAGS */
static int cmd_eveoi(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);
	unsigned int flags;

	if (!slot || !args || kstrtouint(args, 0, &flags))
		return -EINVAL;
	xen_irq_lateeoi(slot->irq, flags);
	return 0;
}

/* evdev SLOT: prints what was counted in the device */
static int cmd_evdev(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);

	if (!slot || !slot->dev)
		return -EINVAL;
	seq_printf(answer, "channels %d events %d spurious %d delayed %d\n",
		   atomic_read(&slot->dev->event_channels),
		   atomic_read(&slot->dev->events),
		   atomic_read(&slot->dev->spurious_events),
		   atomic_read(&slot->dev->jiffies_eoi_delayed));
	return 0;
}

/* evirq SLOT disable|enable|pending|clear */
static int cmd_evirq(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);

	if (!slot || !slot->irq || !args)
		return -EINVAL;
	if (!strcmp(args, "disable"))
		disable_irq(slot->irq);
	else if (!strcmp(args, "enable"))
		enable_irq(slot->irq);
	else if (!strcmp(args, "pending"))
		seq_printf(answer, "%d\n", xen_test_irq_pending(slot->irq));
	else if (!strcmp(args, "clear"))
		xen_clear_irq_pending(slot->irq);
	else
		return -EINVAL;
	return 0;
}

/* evpoll SLOT MS: prints how many ms it took */
static int cmd_evpoll(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);
	u64 start, now, deadline;
	unsigned int ms;

	if (!slot || !args || kstrtouint(args, 0, &ms) ||
	    xen_system_time(&start))
		return -EINVAL;
	deadline = start + ms * NSEC_PER_MSEC;
	do {
		/* It also returns for the interrupts of others. */
		xen_poll_irq_timeout(slot->irq, deadline);
		if (xen_system_time(&now))
			return -EIO;
	} while (now < deadline && !xen_test_irq_pending(slot->irq));
	seq_printf(answer, "%llu\n", (now - start) / NSEC_PER_MSEC);
	return 0;
}

/* evprio SLOT PRIORITY: prints what that returns */
static int cmd_evprio(char *args, struct seq_file *answer)
{
	struct slot *slot = find_slot(&args);
	unsigned int priority;

	if (!slot || !args || kstrtouint(args, 0, &priority))
		return -EINVAL;
	seq_printf(answer, "%d\n", xen_set_irq_priority(slot->irq, priority));
	return 0;
}

/* evunmask PORT: has Xen unmask a port, whoever has it */
static int cmd_evunmask(char *args, struct seq_file *answer)
{
	struct evtchn_unmask unmask;
	int err = kstrtouint(args, 0, &unmask.port);

	return err ?: HYPERVISOR_event_channel_op(EVTCHNOP_unmask, &unmask);
}

const struct command event_commands[] = {
	{ "evopen", cmd_evopen },     { "evopenmany", cmd_evopenmany },
	{ "evclose", cmd_evclose },   { "evbind", cmd_evbind },
	{ "evunbind", cmd_evunbind }, { "evsend", cmd_evsend },
	{ "evflood", cmd_evflood },   { "evcount", cmd_evcount },
	{ "evreact", cmd_evreact },   { "eveoi", cmd_eveoi },
	{ "evdev", cmd_evdev },	      { "evirq", cmd_evirq },
	{ "evpoll", cmd_evpoll },     { "evprio", cmd_evprio },
	{ "evpass", cmd_evpass },     { "evunmask", cmd_evunmask },
	{}
};

void event_exit(void)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++)
		unbind(&slots[i]);
	for_each_set_bit(i, open_ports, NR_PORTS)
		close_port(i);
}
