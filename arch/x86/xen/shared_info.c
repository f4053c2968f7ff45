// SPDX-License-Identifier: GPL-2.0-only
/*
 * shared_info: the page Xen and the domain both write.
 *
 * Xen writes the time and sets pending bits; the domain clears pending bits
 * and is alone with the mask bits. Where the kernel serves the events we only
 * look.
 *
 * The time of the wall clock (wc) is that of system time 0, when Xen started.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/time64.h>

#include <xen/shared_info.h>

#include "internal.h"

static struct shared_info *shared;
/* Where the mapping is ours. */
static struct xen_frames frame;

/**
 * xen_wall_clock() - the time of day as the host keeps it
 * @now: the time
 *
 * Context: Any.
 * Return: 0, or as xen_wall_clock_read() and xen_system_time(); -ENODEV also
 * if shared_info is not mapped.
 */
int xen_wall_clock(struct timespec64 *now)
{
	struct timespec64 base;
	u32 version;
	u64 ns;
	int err;

	if (!shared)
		return -ENODEV;
	err = xen_wall_clock_read(shared, &base, &version);
	if (!err)
		err = xen_system_time(&ns);
	if (!err)
		*now = timespec64_add(base, ns_to_timespec64(ns));
	return err;
}
EXPORT_SYMBOL_GPL(xen_wall_clock);

/**
 * xen_shared_page() - the page itself
 *
 * For whoever serves the upcall, and writes the event words and vcpu_info.
 *
 * Context: Any.
 * Return: The page, or NULL if it is not mapped.
 */
struct shared_info *xen_shared_page(void)
{
	return shared;
}
EXPORT_SYMBOL_GPL(xen_shared_page);

static bool bit_of(const xen_ulong_t *words, evtchn_port_t port)
{
	return READ_ONCE(words[port / BITS_PER_LONG]) >>
		       (port % BITS_PER_LONG) & 1;
}

/**
 * xen_shared_port() - the two bits of a port in shared_info
 * @port: the port
 * @pending: an event is waiting; may be NULL
 * @masked: and is not delivered; may be NULL
 *
 * They mean something with the 2-level event ABI only.
 *
 * Context: Any.
 * Return: 0; -ENODEV if shared_info is not mapped; -EINVAL if it has no bits
 * for the port.
 */
int xen_shared_port(evtchn_port_t port, bool *pending, bool *masked)
{
	if (!shared)
		return -ENODEV;
	if (port >= EVTCHN_2L_NR_CHANNELS)
		return -EINVAL;
	if (pending)
		*pending = bit_of(shared->evtchn_pending, port);
	if (masked)
		*masked = bit_of(shared->evtchn_mask, port);
	return 0;
}
EXPORT_SYMBOL_GPL(xen_shared_port);

static struct shared_info *map_page(void)
{
	int err;

	if (xen_guest_ops->find_shared_info)
		return xen_guest_ops->find_shared_info();
	err = xen_frames_init(&frame, XENMAPSPACE_shared_info, 0, 1);
	if (err)
		return ERR_PTR(err);
	err = xen_frames_grow(&frame, 1);
	if (err) {
		xen_frames_exit(&frame);
		return ERR_PTR(err);
	}
	return frame.vaddr;
}

static void unmap_page(void)
{
	if (xen_guest_ops->drop_shared_info)
		xen_guest_ops->drop_shared_info();
	else
		xen_frames_exit(&frame);
}

/**
 * xen_shared_info_init() - map shared_info
 *
 * Context: Process, while the module loads.
 * Return: 0; also if the page is the kernel's and cannot be found; else
 * -errno.
 */
int xen_shared_info_init(void)
{
	struct shared_info *page = map_page();
	int err;

	if (IS_ERR(page)) {
		err = PTR_ERR(page);
		pr_err("cannot map shared_info (%d)\n", err);
		return err == -ENOENT ? 0 : err;
	}
	shared = page;
	return 0;
}

/**
 * xen_shared_info_exit() - undo xen_shared_info_init()
 *
 * Context: Process, while the module unloads.
 */
void xen_shared_info_exit(void)
{
	if (shared)
		unmap_page();
	shared = NULL;
}

static void show_clock(struct seq_file *m)
{
	struct timespec64 base, now;
	u32 version;
	u64 ns;

	if (!xen_wall_clock_read(shared, &base, &version))
		seq_printf(m, "wc: %lld.%09ld version %u\n",
			   (long long)base.tv_sec, base.tv_nsec, version);
	if (!xen_system_time(&ns))
		seq_printf(m, "system_time: %llu ns\n", ns);
	if (!xen_wall_clock(&now))
		seq_printf(m, "wall_clock: %lld.%09ld\n",
			   (long long)now.tv_sec, now.tv_nsec);
}

/* vCPU 0's is stale where the kernel registered a page elsewhere for it. */
static void show_vcpu(struct seq_file *m, unsigned int vcpu)
{
	const struct vcpu_info *v = &shared->vcpu_info[vcpu];

	seq_printf(m,
		   "vcpu_info[%u]: upcall_pending %u upcall_mask %u pending_sel %#lx time.version %u system_time %llu\n",
		   vcpu, READ_ONCE(v->evtchn_upcall_pending),
		   READ_ONCE(v->evtchn_upcall_mask),
		   (unsigned long)READ_ONCE(v->evtchn_pending_sel),
		   READ_ONCE(v->time.version), READ_ONCE(v->time.system_time));
}

/* One line for each run of equal words. */
static void show_words(struct seq_file *m, const char *name,
		       const xen_ulong_t *words, unsigned int nr)
{
	unsigned int first = 0;

	while (first < nr) {
		xen_ulong_t word = READ_ONCE(words[first]);
		unsigned int last = first;

		while (last + 1 < nr && READ_ONCE(words[last + 1]) == word)
			last++;
		seq_printf(m, "%s[%u-%u]: %#lx\n", name, first, last,
			   (unsigned long)word);
		first = last + 1;
	}
}

static void show_arch(struct seq_file *m)
{
	const struct arch_shared_info *arch = &shared->arch;

	seq_printf(m, "arch.max_pfn: %lu\n", arch->max_pfn);
	seq_printf(m, "arch.pfn_to_mfn_frame_list_list: %#lx\n",
		   arch->pfn_to_mfn_frame_list_list);
	seq_printf(m, "arch.nmi_reason: %#lx\n", arch->nmi_reason);
	seq_printf(m, "arch.p2m_cr3: %#lx\n", arch->p2m_cr3);
	seq_printf(m, "arch.p2m_vaddr: %#lx\n", arch->p2m_vaddr);
	seq_printf(m, "arch.p2m_generation: %lu\n", arch->p2m_generation);
}

/**
 * xen_shared_info_show() - print the shared page as our own mapping sees it
 * @m: where to
 *
 * With the FIFO event ABI Xen does not use the event words.
 *
 * Context: Process.
 * Return: 0.
 */
int xen_shared_info_show(struct seq_file *m)
{
	unsigned int i;

	if (!shared) {
		seq_puts(m, "not mapped: the page is the kernel's and was not found\n");
		return 0;
	}
	show_clock(m);
	for (i = 0; i < min_t(unsigned int, num_possible_cpus(),
			      MAX_VIRT_CPUS); i++)
		show_vcpu(m, i);
	show_words(m, "evtchn_pending", shared->evtchn_pending,
		   ARRAY_SIZE(shared->evtchn_pending));
	show_words(m, "evtchn_mask", shared->evtchn_mask,
		   ARRAY_SIZE(shared->evtchn_mask));
	show_arch(m);
	return 0;
}
