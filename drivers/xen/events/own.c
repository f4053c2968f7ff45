// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels where nobody else serves the upcall (HVM, on a kernel that
 * does not know Xen): we do.
 *
 * Of the two ABIs FIFO is preferred, of the two ways for upcalls vectors; where
 * Xen refuses one, or nothing comes by it, the other is taken.
 */
#include <linux/errno.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/shared_info.h>
#include <xen/xenbus.h>

#include "core.h"
#include "internal.h"

static bool fifo = true;
module_param(fifo, bool, 0444);
MODULE_PARM_DESC(fifo, "where we serve the upcall: use Xen's FIFO event ABI (default), not 2-level");

static char *upcall = "auto";
module_param(upcall, charp, 0444);
MODULE_PARM_DESC(upcall, "how upcalls come: vector, intx, or auto (default): vector if it can be had");

const struct event_abi *event_abi;
const struct upcall *event_upcall;

static void choose_abi(bool is_fifo)
{
	event_abi = is_fifo ? &event_abi_fifo : &event_abi_2l;
	if (is_fifo)
		abi_fifo_start();
	else
		abi_2l_start();
}

static int start_with(const struct upcall *candidate)
{
	int err = candidate->start ? candidate->start() : 0;

	if (err)
		return err;
	event_upcall = candidate;
	err = event_cpus_start();
	if (err && event_abi == &event_abi_fifo && event_cpus_abi_refused() &&
	    !kept_is_fifo()) {
		choose_abi(false);
		err = event_cpus_start();
	}
	if (err && candidate->stop)
		candidate->stop();
	return err;
}

/* Tries what the parameter allows, in order. */
static int start_upcalls(void)
{
	static const struct upcall *const candidates[] = { &upcall_vector,
							   &upcall_intx };
	bool is_auto = !strcmp(upcall, "auto");
	int err = -EINVAL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(candidates); i++) {
		if (!is_auto && strcmp(upcall, candidates[i]->name))
			continue;
		err = start_with(candidates[i]);
		if (!err)
			return 0;
	}
	if (err == -EINVAL)
		pr_err("upcall=%s: it is vector, intx or auto\n", upcall);
	else
		pr_err("no upcall comes (%d): upcall=%s is not to be had here\n",
		       err, upcall);
	return err;
}

/**
 * events_own_start() - serve the upcall
 *
 * Context: Process, while the module loads.
 * Return: 0, or -errno.
 */
int events_own_start(void)
{
	int err;

	if (!xen_shared_page())
		return -ENODEV;
	err = kept_find();
	if (err)
		return err;
	if (!fifo && kept_is_fifo())
		pr_warn("fifo=0 comes too late: this domain has the FIFO event ABI until it restarts\n");
	err = event_ports_start();
	if (err)
		return err;
	choose_abi(fifo || kept_is_fifo());
	err = start_upcalls();
	if (err) {
		event_ports_stop();
		kept_release();
		return err;
	}
	pr_info("upcalls come by %s, event ABI %s\n", event_upcall->name,
		event_abi->name);
	return 0;
}

/**
 * events_own_stop() - undo events_own_start()
 *
 * Context: Process, while the module unloads; no port is bound.
 */
void events_own_stop(void)
{
	event_cpus_stop();
	if (event_upcall->stop)
		event_upcall->stop();
	event_ports_stop();
	kept_release();
}

static unsigned int nr_ports(void)
{
	return event_abi->nr_ports;
}

static unsigned int vcpu_of_cpu(unsigned int cpu)
{
	return event_cpu(cpu)->vcpu;
}

static int check_source(enum binding_kind kind, unsigned int cpu)
{
	return READ_ONCE(event_cpu(cpu)->is_usable) ? 0 : -EOPNOTSUPP;
}

static int bind_port(evtchn_port_t port, bool is_late)
{
	return event_port_add(&(struct event_port){ .port = port,
						    .is_late = is_late });
}

static int bind_interdomain(struct xenbus_device *dev,
			    evtchn_port_t remote_port, evtchn_port_t *port)
{
	struct evtchn_bind_interdomain bind = {
		.remote_dom = dev->otherend_id,
		.remote_port = remote_port,
	};
	struct event_port like = { .is_late = true, .dev = dev };
	int ret = HYPERVISOR_event_channel_op(EVTCHNOP_bind_interdomain, &bind);

	if (ret)
		return ret;
	*port = bind.local_port;
	like.port = *port;
	ret = event_port_add(&like);
	if (ret < 0)
		port_close(*port);
	return ret;
}

/* Xen does not let these move. */
static int bind_source(const struct binding *like, bool percpu)
{
	return event_port_add(&(struct event_port){ .port = like->port,
						    .is_pinned = true,
						    .cpu = like->cpu });
}

static void drop(evtchn_port_t port, bool is_static)
{
	event_port_remove(port, is_static);
}

static void do_lateeoi(unsigned int irq, unsigned int eoi_flags)
{
	struct event_port *p;

	rcu_read_lock();
	p = event_port_of_irq(irq);
	if (p && p->is_late)
		lateeoi(p, eoi_flags);
	rcu_read_unlock();
}

static void clear_pending(unsigned int irq)
{
	struct event_port *p;

	rcu_read_lock();
	p = event_port_of_irq(irq);
	if (p)
		event_abi->clear_pending(p->port);
	rcu_read_unlock();
}

static bool is_masked(evtchn_port_t port)
{
	return event_abi->is_masked(port);
}

const struct events_ops events_own_ops = {
	.nr_ports = nr_ports,
	.vcpu = vcpu_of_cpu,
	.check_source = check_source,
	.remedy = ": upcalls do not come there, load with upcall=vector",
	.irq_of = event_port_irq,
	.bind = bind_port,
	.bind_interdomain = bind_interdomain,
	.bind_source = bind_source,
	.drop = drop,
	.lateeoi = do_lateeoi,
	.clear_pending = clear_pending,
	.is_masked = is_masked,
	.show = event_cpus_show,
};
