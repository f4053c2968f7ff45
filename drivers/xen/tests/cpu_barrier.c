// SPDX-License-Identifier: GPL-2.0-only
/*
 * A barrier on all CPUs by NMI: like Xen's it reaches a CPU that has its
 * interrupts off, and may be asked for with interrupts off.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/smp.h>

#include <asm/apic.h>
#include <asm/nmi.h>

#include "cpu_barrier.h"

#define TIMEOUT_US 1000000

/* CPUs that have not answered. */
static struct cpumask pending;

static int answer(unsigned int type, struct pt_regs *regs)
{
	return cpumask_test_and_clear_cpu(smp_processor_id(), &pending) ?
		       NMI_HANDLED : NMI_DONE;
}

int cpu_barrier_init(void)
{
	return register_nmi_handler(NMI_LOCAL, answer, 0, "xendomu-kunit");
}

void cpu_barrier_exit(void)
{
	unregister_nmi_handler(NMI_LOCAL, "xendomu-kunit");
}

/* One at a time, with interrupts off. */
int cpu_barrier(void)
{
	unsigned int us;

	smp_mb(); /* Our own stores come first. */
	cpumask_andnot(&pending, cpu_online_mask,
		       cpumask_of(smp_processor_id()));
	if (cpumask_empty(&pending))
		return 0;
	apic->send_IPI_mask(&pending, NMI_VECTOR);
	for (us = 0; us < TIMEOUT_US; us++) {
		if (cpumask_empty(&pending))
			return 0;
		udelay(1);
	}
	return -ETIMEDOUT;
}
