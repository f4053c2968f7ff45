// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs xendomu/events: every open port of the domain.
 *
 * A port a line, and a hypercall or two for each, so the file is made port by
 * port as it is read. It ends where Xen has no more room for ports, or does not
 * answer.
 */
#include <linux/debugfs.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/seq_file.h>

#include <xen/events.h>
#include <xen/guest.h>
#include <xen/shared_info.h>

#include "internal.h"

static void *events_start(struct seq_file *m, loff_t *pos)
{
	struct evtchn_status status;

	/* Port 0 is never open: the heading takes its place. */
	if (!*pos)
		return SEQ_START_TOKEN;
	if (*pos >= EVTCHN_FIFO_NR_CHANNELS ||
	    port_status(*pos, &status) == -EINVAL)
		return NULL;
	return pos;
}

static void *events_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct evtchn_status status;
	int err = *pos ? port_status(*pos, &status) : 0;
	bool is_answered = !err || err == -EACCES;

	*pos = is_answered ? *pos + 1 : EVTCHN_FIFO_NR_CHANNELS;
	return events_start(m, pos);
}

static void events_stop(struct seq_file *m, void *v)
{
}

static void show_heading(struct seq_file *m)
{
	seq_printf(m, "# ABI: %s\n",
		   events_abi_is_fifo() ? "fifo" : "2-level");
	seq_puts(m, "# pending: as Xen says when asked to poll the port\n");
	if (events_ops->is_masked)
		seq_puts(m, "# masked: the bit, 0 or 1\n");
	else if (events_abi_is_fifo())
		seq_puts(m, "# masked: the mask is in the kernel's pages; 1 where the kernel says it masked the interrupt, ? where it may have for a while\n");
	else if (!xen_shared_port(1, NULL, NULL))
		seq_puts(m, "# masked: as in shared_info\n");
	else
		seq_puts(m, "# masked: unknown, as shared_info was not found\n");
	seq_puts(m, "# count: interrupts, on all CPUs\n");
}

static void show_source(struct seq_file *m, const struct evtchn_status *status)
{
	switch (status->status) {
	case EVTCHNSTAT_unbound:
		seq_printf(m, "unbound for d%u", status->u.unbound.dom);
		break;
	case EVTCHNSTAT_interdomain:
		seq_printf(m, "interdomain d%u:%u", status->u.interdomain.dom,
			   status->u.interdomain.port);
		break;
	case EVTCHNSTAT_pirq:
		seq_printf(m, "pirq %u", status->u.pirq);
		break;
	case EVTCHNSTAT_virq:
		seq_printf(m, "virq %u", status->u.virq);
		break;
	case EVTCHNSTAT_ipi:
		seq_puts(m, "ipi");
		break;
	default:
		seq_printf(m, "status %u", status->status);
	}
	seq_printf(m, " vcpu %u", status->vcpu);
}

/* Under RCU, which is what keeps the descriptor of an interrupt. */
static void show_count(struct seq_file *m, struct irq_data *data)
{
	unsigned int cpu, count = 0;

	for_each_possible_cpu(cpu)
		count += irq_desc_kstat_cpu(irq_data_to_desc(data), cpu);
	seq_printf(m, " count %u", count);
}

static void show_masked(struct seq_file *m, evtchn_port_t port,
			struct irq_data *data)
{
	bool masked;

	if (events_ops->is_masked)
		seq_printf(m, " masked %u", events_ops->is_masked(port));
	else if (!events_abi_is_fifo() && !xen_shared_port(port, NULL, &masked))
		seq_printf(m, " masked %u", masked);
	else if (events_abi_is_fifo() && data && irqd_irq_masked(data))
		seq_puts(m, " masked 1");
	else
		seq_puts(m, " masked ?");
}

static void show_pending(struct seq_file *m, evtchn_port_t port)
{
	int pending = port_is_pending(port);

	if (pending < 0)
		seq_puts(m, " pending ?");
	else
		seq_printf(m, " pending %d", pending);
}

static void show_binding(struct seq_file *m, const struct binding *binding)
{
	static const char *const kinds[] = {
		[BOUND_PORT] = "port",
		[BOUND_INTERDOMAIN] = "interdomain",
		[BOUND_VIRQ] = "virq",
		[BOUND_IPI] = "ipi",
	};
	const char *devname = READ_ONCE(binding->devname);

	seq_printf(m, " bound %s%s%s refs %u by %s", kinds[binding->kind],
		   READ_ONCE(binding->is_static) ? " static" : "",
		   binding->is_late ? " lateeoi" : "",
		   READ_ONCE(binding->refs), devname ?: "-");
}

static void show_user(struct seq_file *m, evtchn_port_t port)
{
	int irq = events_ops->irq_of(port);
	struct irq_data *data = irq >= 0 ? irq_get_irq_data(irq) : NULL;
	struct binding *binding = data ? binding_of_irq(irq) : NULL;

	show_masked(m, port, data);
	if (data) {
		seq_printf(m, " irq %d", irq);
		show_count(m, data);
	}
	if (binding)
		show_binding(m, binding);
	else if (data && irq_has_action(irq))
		seq_puts(m, " bound elsewhere");
	else
		seq_puts(m, " not bound");
}

static int events_show(struct seq_file *m, void *v)
{
	evtchn_port_t port;
	struct evtchn_status status;
	int err;

	if (v == SEQ_START_TOKEN) {
		show_heading(m);
		return 0;
	}
	port = *(loff_t *)v;
	err = port_status(port, &status);
	if (!err && status.status == EVTCHNSTAT_closed)
		return 0;
	seq_printf(m, "port %u ", port);
	/* Those that Xen and the device model talk by are not the guest's to know. */
	if (err == -EACCES) {
		seq_puts(m, "is Xen's own\n");
		return 0;
	}
	if (err) {
		seq_printf(m, "status refused (%d)\n", err);
		return 0;
	}
	show_source(m, &status);
	show_pending(m, port);
	rcu_read_lock();
	show_user(m, port);
	rcu_read_unlock();
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations events_sops = {
	.start = events_start,
	.next = events_next,
	.stop = events_stop,
	.show = events_show,
};
DEFINE_SEQ_ATTRIBUTE(events);

/**
 * events_debugfs_create() - create the file
 *
 * Context: Process, while the module loads.
 * Return: The file, for debugfs_remove().
 */
struct dentry *events_debugfs_create(void)
{
	return debugfs_create_file("events", 0400, xen_debugfs(), NULL,
				   &events_fops);
}
