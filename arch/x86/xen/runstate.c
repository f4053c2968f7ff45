// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where each vCPU's time goes: running, waiting for a processor, asleep, paused.
 *
 * A hypercall returns it. Xen can also write it into an area of the domain's
 * memory, which is cheaper to read. A vCPU has one such area: a kernel that knows
 * Xen has registered its own, by linear address, for its steal clock, and Xen
 * stops writing there as soon as an area is registered by physical address. So we
 * register areas only where the kernel does not know Xen, and only by physical
 * address (Xen 4.18): a linear address Xen resolves by the page tables in use,
 * which may not map it in user mode, and then the area gets old.
 *
 * Xen writes the area when the vCPU begins to run and when it stops, but not when
 * a sleeping vCPU wakes up and has to wait for a processor, and not at all before
 * the vCPU next begins or stops. So we believe the area of a vCPU that runs, and
 * ask about the others.
 *
 * While Xen writes, the highest bit of state_entry_time is set.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <asm/barrier.h>
#include <asm/xen/hypercall.h>
#include <xen/features.h>
#include <xen/newer_abi.h>

#include "internal.h"

/* As in wall_clock.c: Xen writes for well under a microsecond. */
#define MAX_TRIES 1000
/* As many as an HVM domain can have. */
#define MAX_AREAS 128
/* An area may not cross the end of a page. */
#define AREA_BYTES 64
#define AREAS_PER_PAGE (PAGE_SIZE / AREA_BYTES)
#define MAX_PAGES (MAX_AREAS / AREAS_PER_PAGE)

/* Written by xen_runstate_init() and _exit() only. */
static void *pages[MAX_PAGES];
static unsigned int nr_areas;

static struct vcpu_runstate_info *area_of(unsigned int vcpu)
{
	BUILD_BUG_ON(sizeof(struct vcpu_runstate_info) > AREA_BYTES);
	return pages[vcpu / AREAS_PER_PAGE] + vcpu % AREAS_PER_PAGE * AREA_BYTES;
}

static int register_area(unsigned int vcpu, u64 address)
{
	struct vcpu_register_runstate_memory_area area = { .addr.p = address };

	return HYPERVISOR_vcpu_op(VCPUOP_register_runstate_phys_area, vcpu,
				  &area);
}

static int ask(unsigned int vcpu, struct vcpu_runstate_info *info)
{
	return HYPERVISOR_vcpu_op(VCPUOP_get_runstate_info, vcpu, info);
}

static bool is_kernels(void)
{
	return xen_kernel_personality() != XEN_PERSONALITY_NONE;
}

static int add_area(unsigned int vcpu)
{
	void **page = &pages[vcpu / AREAS_PER_PAGE];

	if (!*page)
		*page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!*page)
		return -ENOMEM;
	return register_area(vcpu, virt_to_phys(area_of(vcpu)));
}

/**
 * xen_runstate_init() - have Xen write each vCPU's states into our memory
 *
 * If that fails, hypercalls replace it. Undone by xen_runstate_exit().
 *
 * Context: Process, while the module loads.
 */
void xen_runstate_init(void)
{
	struct vcpu_runstate_info info;
	int err = 0;

	if (is_kernels() || !xen_takes_physical(XENFEAT_runstate_phys_area))
		return;
	while (nr_areas < MAX_AREAS && !ask(nr_areas, &info)) {
		err = add_area(nr_areas);
		if (err)
			break;
		nr_areas++;
	}
	if (err)
		pr_warn("no runstate area for vCPU %u (%d): asking Xen for it instead\n",
			nr_areas, err);
}

/**
 * xen_runstate_exit() - undo xen_runstate_init()
 *
 * Context: Process, while the module unloads.
 */
void xen_runstate_exit(void)
{
	bool may_xen_write = false;
	unsigned int i;

	while (nr_areas)
		may_xen_write |= !!register_area(--nr_areas, ~0ULL);
	/* A page Xen may still write must not be freed: leak it. */
	WARN_ON_ONCE(may_xen_write);
	for (i = 0; i < MAX_PAGES; i++) {
		if (!may_xen_write)
			free_page((unsigned long)pages[i]);
		pages[i] = NULL;
	}
}

/* Returns false if Xen was writing meanwhile. */
static bool copy_area(const struct vcpu_runstate_info *area,
		      struct vcpu_runstate_info *info)
{
	u64 entry = READ_ONCE(area->state_entry_time);
	unsigned int i;

	/* The time before the rest; pairs with Xen's barrier before its end. */
	virt_rmb();
	info->state = READ_ONCE(area->state);
	info->state_entry_time = entry;
	for (i = 0; i < ARRAY_SIZE(info->time); i++)
		info->time[i] = READ_ONCE(area->time[i]);
	/* The rest before the time; pairs with Xen's barrier after its begin. */
	virt_rmb();
	return !(entry & XEN_RUNSTATE_UPDATE) &&
	       entry == READ_ONCE(area->state_entry_time);
}

static bool is_running(const struct vcpu_runstate_info *info)
{
	/* All 0 until Xen writes it first; RUNSTATE_running is 0, too. */
	return info->state == RUNSTATE_running && info->state_entry_time;
}

/* What Xen has written, brought up to now; false if the area does not tell. */
static bool read_area(unsigned int vcpu, struct vcpu_runstate_info *info)
{
	unsigned int tries;
	u64 now;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (!copy_area(area_of(vcpu), info)) {
			cpu_relax();
			continue;
		}
		if (!is_running(info) || xen_system_time(&now))
			return false;
		if (now > info->state_entry_time)
			info->time[RUNSTATE_running] +=
				now - info->state_entry_time;
		return true;
	}
	return false;
}

/**
 * xen_runstate_read() - where a vCPU's time went until now
 * @vcpu: number of the vCPU
 * @info: its state now, since when, and nanoseconds in each state
 *
 * Context: Any; makes a hypercall unless Xen has written it into our memory.
 * Return: 0; -ENOENT if there is no such vCPU; -EPROTO for an unknown
 * state; or Xen's error.
 */
int xen_runstate_read(unsigned int vcpu, struct vcpu_runstate_info *info)
{
	int err;

	if (vcpu < nr_areas && read_area(vcpu, info))
		return 0;
	err = ask(vcpu, info);
	if (!err && (info->state < 0 || info->state >= ARRAY_SIZE(info->time)))
		err = -EPROTO;
	return err;
}

static const char *source(void)
{
	if (nr_areas)
		return "areas by physical address";
	if (is_kernels())
		return "hypercall, because the areas are the kernel's";
	return "hypercall, because this Xen has no areas by physical address";
}

/* Stolen as in Linux's steal clock: the vCPU wanted to run and did not. */
static void show_vcpu(struct seq_file *m, unsigned int vcpu,
		      const struct vcpu_runstate_info *info)
{
	static const char *const names[] = {
		[RUNSTATE_running] = "running",
		[RUNSTATE_runnable] = "runnable",
		[RUNSTATE_blocked] = "blocked",
		[RUNSTATE_offline] = "offline",
	};
	unsigned int i;

	seq_printf(m, "vcpu %u: %s since %llu", vcpu, names[info->state],
		   info->state_entry_time);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		seq_printf(m, " %s %llu", names[i], info->time[i]);
	seq_printf(m, " steal %llu\n", info->time[RUNSTATE_runnable] +
		   info->time[RUNSTATE_offline]);
}

/**
 * xen_runstate_show() - print where the vCPUs' time went
 * @m: where to
 *
 * Context: Process.
 * Return: 0.
 */
int xen_runstate_show(struct seq_file *m)
{
	struct vcpu_runstate_info info;
	unsigned int vcpu;

	seq_printf(m, "source: %s\n", source());
	for (vcpu = 0; !xen_runstate_read(vcpu, &info); vcpu++) {
		show_vcpu(m, vcpu, &info);
		cond_resched();
	}
	return 0;
}
