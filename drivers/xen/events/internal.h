/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu-events.ko share with each other and with nobody else. */
#ifndef _XENDOMU_EVENTS_INTERNAL_H
#define _XENDOMU_EVENTS_INTERNAL_H

#include <linux/interrupt.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

struct dentry;
struct seq_file;
struct xenbus_device;

/**
 * enum binding_kind - how a port came to be bound
 * @BOUND_PORT: the driver had the port
 * @BOUND_INTERDOMAIN: we made the port, for one that a peer offers
 * @BOUND_VIRQ: we made the port, for a virtual interrupt
 * @BOUND_IPI: we made the port, for events between our own vCPUs
 */
enum binding_kind {
	BOUND_PORT,
	BOUND_INTERDOMAIN,
	BOUND_VIRQ,
	BOUND_IPI,
};

struct binding;

/**
 * struct events_ops - whoever serves the upcall, and has the interrupts
 * @nr_ports: see xen_evtchn_nr_channels()
 * @vcpu: Xen's number of a CPU
 * @check_source: may a VIRQ or IPI of this CPU be bound? 0, or -EOPNOTSUPP
 * @remedy: what to do about the latter
 * @irq_of: interrupt of a port, or -1; atomic
 * @bind: an interrupt without a handler for an open port
 * @bind_interdomain: the same for a new channel to an offered port, with late
 *	EOI; also tells the new local port
 * @bind_source: the same for a port that is bound to a VIRQ or IPI; what is
 *	bound says which
 * @drop: the end of such an interrupt; closes the port unless it is static
 * @lateeoi: see xen_irq_lateeoi(); atomic
 * @clear_pending: see xen_clear_irq_pending(); atomic
 * @is_masked: of an open port; NULL where nobody tells; atomic
 * @show: more about who serves the upcall, for debugfs, or NULL
 *
 * Those that are not called atomic are called under bindings_lock.
 */
struct events_ops {
	unsigned int (*nr_ports)(void);
	unsigned int (*vcpu)(unsigned int cpu);
	int (*check_source)(enum binding_kind kind, unsigned int cpu);
	const char *remedy;
	int (*irq_of)(evtchn_port_t port);
	int (*bind)(evtchn_port_t port, bool is_late);
	int (*bind_interdomain)(struct xenbus_device *dev,
				evtchn_port_t remote_port, evtchn_port_t *port);
	int (*bind_source)(const struct binding *like, bool percpu);
	void (*drop)(evtchn_port_t port, bool is_static);
	void (*lateeoi)(unsigned int irq, unsigned int eoi_flags);
	void (*clear_pending)(unsigned int irq);
	bool (*is_masked)(evtchn_port_t port);
	int (*show)(struct seq_file *m, void *unused);
};

/* Changes only while the module loads or unloads. */
extern const struct events_ops *events_ops;

/* kernel.c: the kernel serves the upcall, we ride on its interrupts */
#ifdef CONFIG_XEN
extern const struct events_ops events_kernel_ops;
bool events_kernel_serves(void);
#endif

/* own.c: nobody does, so we do */
extern const struct events_ops events_own_ops;
int events_own_start(void);
void events_own_stop(void);

/* none.c: nobody does, as event channels are not up */
extern const struct events_ops events_none_ops;

/**
 * struct binding - a port that has an interrupt by our doing
 * @rcu: readers in interrupts come without a lock
 * @irq: the interrupt
 * @port: the port
 * @kind: how it came about
 * @source: number of the VIRQ or IPI
 * @cpu: the CPU that this is for
 * @is_late: the interrupt is over when xen_irq_lateeoi() says so
 * @is_static: the port stays open when the binding goes
 * @is_refcounted: evtchn_make_refcounted() was called
 * @refs: handlers and others that need the binding, at least one
 * @nr_leaving: of them, those that are on their way out
 * @devname: who bound it, or NULL
 *
 * @irq to @is_late never change; the others are under bindings_lock.
 */
struct binding {
	struct rcu_head rcu;
	unsigned int irq;
	evtchn_port_t port;
	enum binding_kind kind;
	unsigned int source;
	unsigned int cpu;
	bool is_late;
	bool is_static;
	bool is_refcounted;
	unsigned int refs;
	unsigned int nr_leaving;
	const char *devname;
};

/* bindings.c: which are there */
extern struct mutex bindings_lock;
struct binding *binding_of_irq(unsigned int irq);
struct binding *binding_of_port(evtchn_port_t port);
struct binding *binding_of_source(enum binding_kind kind, unsigned int source,
				  unsigned int cpu);
struct binding *binding_add(const struct binding *like);
void binding_put(struct binding *binding);
bool bindings_are_gone(void);
int binding_port_get(unsigned int irq, evtchn_port_t *port);

/* bind.c: what all kinds of binding have in common */
int check_handler(irq_handler_t handler, unsigned long irqflags,
		  const char *devname, void *dev_id);
int join_binding(struct binding *binding, bool is_late, const char *devname);
int add_handler(struct binding *binding, irq_handler_t handler,
		unsigned long irqflags, const char *devname, void *dev_id);

/* status.c: what Xen says of a port */
int events_abi_detect(void);
bool events_abi_is_fifo(void);
int port_status(evtchn_port_t port, struct evtchn_status *status);
int port_is_pending(evtchn_port_t port);
void port_close(evtchn_port_t port);

/* debugfs.c */
struct dentry *events_debugfs_create(void);

#endif
