// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports whose events come from Xen itself (VIRQs) and from our own vCPUs (IPIs).
 *
 * Xen arbitrates: a VIRQ of a vCPU has one port. So the port is made here,
 * before the interrupt. To the kernel it would be one left over, which it takes
 * over as it is; asked for a VIRQ that it has itself it would hand out its own
 * interrupt, and close that when we let go.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>

#include "internal.h"

static const char *name_of(enum binding_kind kind)
{
	return kind == BOUND_VIRQ ? "VIRQ" : "IPI";
}

static int check_source(enum binding_kind kind, unsigned int source,
			unsigned int cpu)
{
	unsigned int nr = kind == BOUND_VIRQ ? NR_VIRQS : XEN_NR_IPIS;

	if (source < nr && cpu < nr_cpu_ids && cpu_online(cpu))
		return 0;
	pr_err_ratelimited("there is no %s %u of CPU %u\n", name_of(kind),
			   source, cpu);
	return -EINVAL;
}

static int open_virq(unsigned int virq, unsigned int cpu, evtchn_port_t *port)
{
	struct evtchn_bind_virq bind = {
		.virq = virq,
		.vcpu = events_ops->vcpu(cpu),
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_virq, &bind);

	*port = bind.port;
	return err;
}

static int open_ipi(unsigned int cpu, evtchn_port_t *port)
{
	struct evtchn_bind_ipi bind = { .vcpu = events_ops->vcpu(cpu) };
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_ipi, &bind);

	*port = bind.port;
	return err;
}

static bool is_status_of(const struct evtchn_status *status,
			 const struct binding *like)
{
	if (status->vcpu != events_ops->vcpu(like->cpu))
		return false;
	return like->kind == BOUND_VIRQ ?
		status->status == EVTCHNSTAT_virq &&
		status->u.virq == like->source :
		status->status == EVTCHNSTAT_ipi;
}

/* The kernel closes the port where it fails, but not in every place. */
static void close_source(const struct binding *like)
{
	struct evtchn_status status;

	if (!port_status(like->port, &status) && is_status_of(&status, like))
		port_close(like->port);
}

static int open_source(struct binding *like, bool percpu)
{
	int irq = events_ops->check_source(like->kind, like->cpu);

	if (!irq)
		irq = like->kind == BOUND_VIRQ ?
			open_virq(like->source, like->cpu, &like->port) :
			open_ipi(like->cpu, &like->port);
	if (irq)
		return irq;
	irq = events_ops->bind_source(like, percpu);
	if (irq < 0)
		close_source(like);
	return irq;
}

/* Under bindings_lock. */
static struct binding *get_source(enum binding_kind kind, unsigned int source,
				  unsigned int cpu, bool percpu,
				  const char *devname)
{
	struct binding like = { .kind = kind, .source = source, .cpu = cpu,
				.devname = devname };
	struct binding *binding = binding_of_source(kind, source, cpu);
	int irq;

	if (binding) {
		int err = join_binding(binding, false, devname);

		return err ? ERR_PTR(err) : binding;
	}
	irq = open_source(&like, percpu);
	if (irq < 0) {
		pr_err_ratelimited("%s %u of CPU %u for %s cannot be bound (%d)%s\n",
				   name_of(kind), source, cpu,
				   devname ?: "a driver", irq,
				   irq == -EEXIST ? ": the kernel has it" :
				   irq == -EOPNOTSUPP ?
				   events_ops->remedy : "");
		return ERR_PTR(irq);
	}
	like.irq = irq;
	return binding_add(&like) ?: ERR_PTR(-ENOMEM);
}

static int bind_source(enum binding_kind kind, unsigned int source,
		       unsigned int cpu, irq_handler_t handler,
		       unsigned long irqflags, const char *devname,
		       void *dev_id)
{
	struct binding *binding;
	int irq = check_handler(handler, irqflags, devname, dev_id);

	if (!irq)
		irq = check_source(kind, source, cpu);
	if (irq)
		return irq;
	mutex_lock(&bindings_lock);
	binding = get_source(kind, source, cpu, irqflags & IRQF_PERCPU,
			     devname);
	irq = IS_ERR(binding) ? PTR_ERR(binding) :
				add_handler(binding, handler, irqflags, devname,
					    dev_id);
	mutex_unlock(&bindings_lock);
	return irq;
}

/**
 * bind_virq_to_irq() - an interrupt for a VIRQ, without a handler yet
 * @virq: VIRQ_*
 * @cpu: whose
 * @percpu: it will be requested with IRQF_PERCPU
 *
 * The caller requests the interrupt itself; unbind_from_irqhandler() undoes
 * both.
 *
 * Context: Process; sleeps.
 * Return: The interrupt, positive; -EINVAL if there is no such VIRQ or CPU;
 * -EEXIST if the kernel has it; -EPERM if this domain may not; -EOPNOTSUPP if
 * upcalls come to CPU 0 only; -ENOMEM.
 */
int bind_virq_to_irq(unsigned int virq, unsigned int cpu, bool percpu)
{
	struct binding *binding;
	int irq = check_source(BOUND_VIRQ, virq, cpu);

	if (irq)
		return irq;
	mutex_lock(&bindings_lock);
	binding = get_source(BOUND_VIRQ, virq, cpu, percpu, NULL);
	irq = IS_ERR(binding) ? PTR_ERR(binding) : binding->irq;
	mutex_unlock(&bindings_lock);
	return irq;
}
EXPORT_SYMBOL_GPL(bind_virq_to_irq);

/**
 * bind_virq_to_irqhandler() - call a handler for a virtual interrupt of Xen's
 * @virq: VIRQ_*
 * @cpu: whose
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * Context: Process; sleeps.
 * Return: As bind_virq_to_irq(); -EINVAL also if there is no handler; -EBUSY
 * if one is there that does not share.
 */
int bind_virq_to_irqhandler(unsigned int virq, unsigned int cpu,
			    irq_handler_t handler, unsigned long irqflags,
			    const char *devname, void *dev_id)
{
	return bind_source(BOUND_VIRQ, virq, cpu, handler, irqflags, devname,
			   dev_id);
}
EXPORT_SYMBOL_GPL(bind_virq_to_irqhandler);

/**
 * bind_ipi_to_irqhandler() - call a handler for events from our own vCPUs
 * @ipi: number of the driver's own choice, below XEN_NR_IPIS
 * @cpu: where the handler is called
 * @handler: called in interrupt context
 * @irqflags: IRQF_*
 * @devname: who asks, for /proc/interrupts and debugfs; must live on
 * @dev_id: handed to @handler, and needed to unbind
 *
 * notify_remote_via_irq() makes such an event, on any CPU. @ipi tells those
 * of one CPU apart; it is none of the kernel's own IPIs.
 *
 * Context: Process; sleeps.
 * Return: The interrupt, positive; -EINVAL if there is no such number or CPU,
 * or no handler; -EOPNOTSUPP if @cpu gets no such events (the kernel serves the
 * upcall with the 2-level ABI, or it comes by INTx) and is not 0; -EBUSY;
 * -ENOSPC if the domain has no port left; -ENOMEM.
 */
int bind_ipi_to_irqhandler(enum ipi_vector ipi, unsigned int cpu,
			   irq_handler_t handler, unsigned long irqflags,
			   const char *devname, void *dev_id)
{
	irqflags |= IRQF_NO_SUSPEND | IRQF_FORCE_RESUME | IRQF_EARLY_RESUME;
	return bind_source(BOUND_IPI, ipi, cpu, handler, irqflags, devname,
			   dev_id);
}
EXPORT_SYMBOL_GPL(bind_ipi_to_irqhandler);

/**
 * irq_evtchn_from_virq() - interrupt and port of a VIRQ that is bound here
 * @cpu: whose
 * @virq: VIRQ_*
 * @port: the port, or 0
 *
 * Context: Any.
 * Return: The interrupt, or -1 if the VIRQ is not bound here.
 */
int irq_evtchn_from_virq(unsigned int cpu, unsigned int virq,
			 evtchn_port_t *port)
{
	struct binding *binding;
	int irq = -1;

	*port = 0;
	rcu_read_lock();
	binding = binding_of_source(BOUND_VIRQ, virq, cpu);
	if (binding) {
		*port = binding->port;
		irq = binding->irq;
	}
	rcu_read_unlock();
	return irq;
}
EXPORT_SYMBOL_GPL(irq_evtchn_from_virq);
