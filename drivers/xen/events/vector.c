// SPDX-License-Identifier: GPL-2.0-only
/*
 * Upcalls by an interrupt vector of each CPU's own.
 *
 * The kernel's vector domain gives a vector of one CPU, and Xen is told to raise
 * that in the CPU's local APIC. Xen cannot be told to stop (it refuses vector
 * 0); but it raises none while evtchn_upcall_pending is set, and that stays set
 * when nobody clears it. It is written down, for then upcalls can come by no other
 * way; by chance the vector may become that of any other interrupt, which would
 * look as if they came by that.
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/printk.h>

#include <asm/hw_irq.h>
#include <asm/irqdomain.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/hvm/hvm_op.h>

#include "core.h"

/* vLAPIC vectors below are for exceptions. */
#define VECTOR_MIN 0x10

static irqreturn_t on_upcall(int irq, void *data)
{
	event_cpu_serve(data);
	return IRQ_HANDLED;
}

static int tell_xen(struct event_cpu *c)
{
	struct irq_cfg *cfg = irqd_cfg(irq_get_irq_data(c->irq));
	struct xen_hvm_evtchn_upcall_vector op = { .vcpu = c->vcpu };

	if (!cfg || cfg->vector < VECTOR_MIN)
		return -ENOSPC;
	op.vector = cfg->vector;
	return HYPERVISOR_hvm_op(HVMOP_set_evtchn_upcall_vector, &op);
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
	if (!err) {
		kept_note_vectors();
		return 0;
	}
	pr_warn("Xen takes no upcall vector for vCPU %u (%d)\n", c->vcpu, err);
	c->irq = 0;
	free_irq(irq, c);
err_irq:
	irq_dispose_mapping(irq);
	return err;
}

static void cpu_stop(struct event_cpu *c)
{
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
