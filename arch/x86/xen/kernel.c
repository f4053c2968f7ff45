// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a kernel with Xen support of its own knows, and what it holds.
 *
 * The only file of this module that speaks to the kernel's Xen code by the
 * kernel's own names.
 */
#define XENDOMU_KERNEL_NAMES

#include <linux/console.h>
#include <linux/interrupt.h>
#include <linux/string.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include <xen/compat.h>
#include "internal.h"

/**
 * xen_kernel_personality() - the kind of domain the kernel says it runs in
 *
 * Context: Any.
 * Return: XEN_PERSONALITY_NONE if the kernel does not know it is on Xen,
 * which is also so in an HVM guest booted with xen_nopv.
 */
enum xen_personality xen_kernel_personality(void)
{
	if (xen_pv_domain())
		return xen_initial_domain() ? XEN_PERSONALITY_DOM0 :
					      XEN_PERSONALITY_PV;
	if (xen_pvh_domain())
		return XEN_PERSONALITY_PVH;
	if (xen_hvm_domain())
		return XEN_PERSONALITY_HVM;
	return XEN_PERSONALITY_NONE;
}

long xen_kernel_hypercall(unsigned int op, unsigned long a1, unsigned long a2,
			  unsigned long a3, unsigned long a4, unsigned long a5)
{
	return xen_single_call(op, a1, a2, a3, a4, a5);
}

static void note_call(void *arg)
{
	*(bool *)arg = true;
}

/**
 * xen_kernel_holds_grant_table() - has the kernel initialised its table?
 *
 * The kernel does not say so. But a callback that asks for one free reference
 * is called at once by a table with free references, and never by a table
 * that was not initialised, which counts none. A table so full that it has
 * none left is caught by its user: the kernel's XenStore client comes up
 * right after the table and is what brings up every other user.
 *
 * Context: Process.
 * Return: true if the table is the kernel's.
 */
bool xen_kernel_holds_grant_table(void)
{
	struct gnttab_free_callback callback = {};
	bool has_free_references = false;

	gnttab_request_free_callback(&callback, note_call,
				     &has_free_references, 1);
	gnttab_cancel_free_callback(&callback);
	return has_free_references || xen_kernel_holds_xenstore();
}

/**
 * xen_kernel_holds_xenstore() - has the kernel mapped the XenStore ring?
 *
 * Context: Any.
 * Return: true if the ring is the kernel's.
 */
bool xen_kernel_holds_xenstore(void)
{
	return READ_ONCE(xen_store_interface);
}

/**
 * xen_kernel_holds_port() - does somebody handle this port's interrupt?
 * @port: event channel of this domain
 *
 * A port that a module of ours had bound may still have an interrupt number
 * (see drivers/xen/events/kernel.c), but no handler.
 *
 * Context: Any.
 * Return: true if there is a handler.
 */
bool xen_kernel_holds_port(evtchn_port_t port)
{
	int irq;

	/* With xen_nopv the kernel has no event code to ask. */
	if (!xen_domain())
		return false;
	irq = irq_from_evtchn(port);
	return irq > 0 && irq_has_action(irq);
}

/**
 * xen_kernel_nr_ports() - how many ports the kernel has room for now
 *
 * Context: Any.
 * Return: The number.
 */
unsigned int xen_kernel_nr_ports(void)
{
	return xen_evtchn_nr_channels();
}

/* hvc0 and the early console xenboot write the ring from printk. */
static bool writes_console_ring(const struct console *con)
{
	return (!strcmp(con->name, "hvc") && con->index == 0) ||
	       !strcmp(con->name, "xenboot");
}

/**
 * xen_kernel_prints_on_console() - does printk write the console ring?
 *
 * Context: Process; takes the console list's lock.
 * Return: true if it does, with an interrupt of its own or without.
 */
bool xen_kernel_prints_on_console(void)
{
	struct console *con;
	bool found = false;

	/* With xen_nopv it has no such console; an hvc0 may be left of ours. */
	if (!xen_domain())
		return false;
	compat_console_list_lock();
	for_each_console(con)
		found |= writes_console_ring(con);
	compat_console_list_unlock();
	return found;
}

/**
 * xen_kernel_alloc_gfns() - guest frames with no memory behind them
 * @nr: how many
 * @pages: filled in with their struct page
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int xen_kernel_alloc_gfns(unsigned int nr, struct page **pages)
{
	return xen_alloc_unpopulated_pages(nr, pages);
}

void xen_kernel_free_gfns(unsigned int nr, struct page **pages)
{
	xen_free_unpopulated_pages(nr, pages);
}
