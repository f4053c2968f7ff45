// SPDX-License-Identifier: GPL-2.0-only
/*
 * Xen's time, from the time parameters of vCPU 0 that Xen writes.
 *
 * A vCPU has one page for them besides shared_info. If the kernel has registered
 * it, for its vDSO, we read the kernel's; else we register our own: by physical
 * address from Xen 4.18 on, by linear address before. A linear address Xen
 * resolves by the page tables in use. In user mode, with page table isolation,
 * they do not map it, and then Xen does not write.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/printk.h>

#include <asm/pvclock.h>
#include <asm/xen/hypercall.h>
#include <xen/features.h>
#include <xen/guest.h>
#include <xen/newer_abi.h>

#include "internal.h"

/* As in wall_clock.c: Xen writes for well under a microsecond. */
#define MAX_TRIES 1000

/* vCPU 0's time: the kernel's page where there is one, else ours. */
static struct pvclock_vcpu_time_info *time_info;
static bool is_ours;

/**
 * xen_system_time() - nanoseconds since Xen started
 * @ns: the time
 *
 * Context: Any.
 * Return: 0; -EAGAIN if Xen did not finish writing within the bound; -ENODEV
 * if Xen gave us no time page.
 */
int xen_system_time(u64 *ns)
{
	int tries;

	if (!time_info)
		return -ENODEV;
	for (tries = 0; tries < MAX_TRIES; tries++) {
		u32 version = pvclock_read_begin(time_info);

		*ns = __pvclock_read_cycles(time_info, rdtsc_ordered());
		if (!pvclock_read_retry(time_info, version))
			return 0;
		cpu_relax();
	}
	return -EAGAIN;
}
EXPORT_SYMBOL_GPL(xen_system_time);

static int register_page(void *page)
{
	struct vcpu_register_time_memory_area area = {};

	if (xen_takes_physical(XENFEAT_vcpu_time_phys_area)) {
		area.addr.p = page ? virt_to_phys(page) : ~0ULL;
		return HYPERVISOR_vcpu_op(VCPUOP_register_vcpu_time_phys_area,
					  0, &area);
	}
	set_xen_guest_handle(area.addr.h, page);
	return HYPERVISOR_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
				  &area);
}

/**
 * xen_time_info_init() - find Xen's time, for xen_system_time()
 *
 * Context: Process, while the module loads.
 * Return: 0; -ENOMEM; or Xen's error.
 */
int xen_time_info_init(void)
{
	struct pvclock_vsyscall_time_info *kernels = pvclock_get_pvti_cpu0_va();
	int err;

	if (kernels) {
		time_info = &kernels->pvti;
		return 0;
	}
	time_info = (void *)get_zeroed_page(GFP_KERNEL);
	if (!time_info)
		return -ENOMEM;
	err = register_page(time_info);
	if (err) {
		pr_err("Xen refuses a time page for vCPU 0 (%d)\n", err);
		free_page((unsigned long)time_info);
		time_info = NULL;
		return err;
	}
	is_ours = true;
	return 0;
}

/**
 * xen_time_info_exit() - undo xen_time_info_init()
 *
 * Context: Process, while the module unloads.
 */
void xen_time_info_exit(void)
{
	if (is_ours) {
		/* A page Xen may still write must not be freed: leak it. */
		if (!WARN_ON_ONCE(register_page(NULL)))
			free_page((unsigned long)time_info);
		is_ours = false;
	}
	time_info = NULL;
}
