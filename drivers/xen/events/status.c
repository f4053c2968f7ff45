// SPDX-License-Identifier: GPL-2.0-only
/*
 * What Xen says of a port.
 *
 * There are two ABIs. With the old one (2-level) pending and mask bits are in
 * shared_info; with the new one (FIFO) they are in pages of the kernel's, which
 * it does not show. Xen tells of a port neither bit, but it lets itself be
 * asked about the pending one.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/interface/sched.h>

#include "internal.h"

/* Xen gives an event that is not for the polled port its due first. */
#define MAX_TRIES 10

static bool is_fifo;

/**
 * events_abi_detect() - find out which ABI is in use
 *
 * A priority out of range is refused in more than one way: the 2-level ABI
 * knows none at all, whatever the port. With the other it matters whether the
 * port is open, and this domain's. Port 1 has room in every domain.
 *
 * Context: Process, while the module loads.
 * Return: 0, or what else Xen said.
 */
int events_abi_detect(void)
{
	struct evtchn_set_priority set = {
		.port = 1,
		.priority = EVTCHN_FIFO_PRIORITY_MIN + 1,
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_set_priority, &set);

	is_fifo = err == -EINVAL || err == -EACCES;
	if (is_fifo || err == -ENOSYS)
		return 0;
	pr_err("Xen does not tell which event channel ABI is in use (%d): not a hypervisor this module knows\n",
	       err);
	return err ?: -EIO;
}

/**
 * events_abi_is_fifo() - is the FIFO ABI in use?
 *
 * Context: Any.
 * Return: true if it is, false for 2-level.
 */
bool events_abi_is_fifo(void)
{
	return is_fifo;
}

/**
 * port_status() - ask Xen what a port is connected to
 * @port: any number
 * @status: filled in
 *
 * Context: Any.
 * Return: 0; -EINVAL if the domain has no such port; or what Xen said.
 */
int port_status(evtchn_port_t port, struct evtchn_status *status)
{
	*status = (struct evtchn_status){ .dom = DOMID_SELF, .port = port };
	return HYPERVISOR_event_channel_op(EVTCHNOP_status, status);
}

static int poll_ports(evtchn_port_t *ports, unsigned int nr)
{
	struct sched_poll poll = { .nr_ports = nr };
	unsigned long flags;
	int ret;

	set_xen_guest_handle(poll.ports, ports);
	local_irq_save(flags);
	ret = HYPERVISOR_sched_op(SCHEDOP_poll, &poll);
	local_irq_restore(flags);
	return ret;
}

/**
 * port_is_pending() - is an event of the port waiting to be taken?
 * @port: a port of this domain
 *
 * SCHEDOP_poll looks at one port after the other. It returns at once if one is
 * pending, and with -EINVAL at one that cannot be. So the port is followed by
 * such a one, and there is never a reason to wait. It also returns at once
 * where something else is to be delivered, which is rare with interrupts off;
 * the impossible port alone tells that.
 *
 * Context: Any.
 * Return: 1 or 0; -EAGAIN if Xen had other things to deliver each time; or
 * what else it said.
 */
int port_is_pending(evtchn_port_t port)
{
	evtchn_port_t ports[] = { port, ~0U };
	int tries, ret;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		ret = poll_ports(ports, 2);
		if (ret == -EINVAL)
			return 0;
		if (ret)
			return ret;
		ret = poll_ports(&ports[1], 1);
		if (ret == -EINVAL)
			return 1;
		if (ret)
			return ret;
	}
	return -EAGAIN;
}

/**
 * port_close() - close a port that nobody knows yet
 * @port: the port
 *
 * Context: Any.
 */
void port_close(evtchn_port_t port)
{
	struct evtchn_close close = { .port = port };
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_close, &close);

	if (err)
		pr_err("port %u stays open: Xen does not close it (%d)\n", port,
		       err);
}
