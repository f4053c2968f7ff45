// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls by an interrupt vector of each CPU's own.
 *
 * The kernel's vector domain gives a vector of one CPU, and Xen is told to raise
 * that in the CPU's local APIC. Xen cannot be told to stop (it refuses vector
 * 0), and raises what it has whenever the vCPU comes up. So in the end it gets a
 * vector that does no harm, before the kernel gives ours to somebody else.
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/printk.h>

#include <asm/hw_irq.h>
#include <asm/irq_vectors.h>
#include <asm/irqdomain.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/hvm/hvm_op.h>

#include "core.h"

/* vLAPIC vectors below are for exceptions. */
#define VECTOR_MIN 0x10

/* Its interrupt looks for work, and is used to there being none. */
#define VECTOR_IDLE IRQ_WORK_VECTOR

static irqreturn_t on_upcall(int irq, void *data)
{
	event_cpu_serve(data);
	return IRQ_HANDLED;
}

static int set_vector(const struct event_cpu *c, u8 vector)
{
	struct xen_hvm_evtchn_upcall_vector op = {
		.vcpu = c->vcpu,
		.vector = vector,
	};

	return HYPERVISOR_hvm_op(HVMOP_set_evtchn_upcall_vector, &op);
}

static int tell_xen(const struct event_cpu *c)
{
	struct irq_cfg *cfg = irqd_cfg(irq_get_irq_data(c->irq));

	if (!cfg || cfg->vector < VECTOR_MIN)
		return -ENOSPC;
	return set_vector(c, cfg->vector);
}

static int alloc_irq(struct event_cpu *c)
{
	struct irq_alloc_info info = { .mask = cpumask_of(c->cpu) };
	int irq = irq_domain_alloc_irqs(x86_vector_domain, 1,
					cpu_to_node(c->cpu), &info);

	if (irq > 0)
		irq_set_handler(irq, handle_edge_irq);
	return irq;
}

static int cpu_start(struct event_cpu *c)
{
	int irq = alloc_irq(c), err;

	if (irq < 0) {
		pr_err("CPU %u has no vector to spare for upcalls (%d)\n", c->cpu,
		       irq);
		return irq;
	}
	err = request_irq(irq, on_upcall,
			  IRQF_NOBALANCING | IRQF_PERCPU | IRQF_NO_THREAD,
			  "xendomu-upcall", c);
	if (err)
		goto err_irq;
	c->irq = irq;
	err = tell_xen(c);
	if (!err)
		return 0;
	pr_warn("Xen takes no upcall vector for vCPU %u (%d)\n", c->vcpu, err);
	c->irq = 0;
	free_irq(irq, c);
err_irq:
	irq_dispose_mapping(irq);
	return err;
}

static void cpu_stop(struct event_cpu *c)
{
	int err = set_vector(c, VECTOR_IDLE);

	if (err)
		pr_err("Xen may go on to raise vector %u of CPU %u (%d)\n",
		       irqd_cfg(irq_get_irq_data(c->irq))->vector, c->cpu, err);
	free_irq(c->irq, c);
	irq_dispose_mapping(c->irq);
	c->irq = 0;
}

static bool is_for(const struct event_cpu *c)
{
	return true;
}

const struct upcall upcall_vector = {
	.name = "vector",
	.is_for = is_for,
	.cpu_start = cpu_start,
	.cpu_stop = cpu_stop,
};
