/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where nobody else serves the upcall, we do. What the files that do it share.
 *
 *	upcall.c (vector.c, intx.c)   an upcall comes to a CPU
 *	serve.c                       which ports, by abi_2l.c or abi_fifo.c
 *	port.c, lateeoi.c             each is an interrupt, with a handler
 *	cpu.c                         CPUs come and go
 *	own.c                         all of it as struct events_ops
 *	kept.c                        what Xen goes on to use when we are gone
 */
#ifndef _XENDOMU_EVENTS_CORE_H
#define _XENDOMU_EVENTS_CORE_H

#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

#include "fifo.h"
#include "twolevel.h"

struct irq_data;
struct seq_file;
struct xenbus_device;

/**
 * struct event_cpu - a CPU as far as upcalls go
 * @cpu: its number
 * @vcpu: Xen's number
 * @is_usable: upcalls come here; set and cleared as the CPU comes and goes
 * @is_parked: what says that an upcall is due stays set, so that none comes
 * @proof: a port of cpu.c's own, until its event has come
 * @irq: interrupt that upcalls come by, 0 if they do not come by a vector
 * @info: what Xen and we both write
 * @kept: where that, and the FIFO queues, are, if not in shared_info
 * @is_busy: bit 0: somebody serves
 * @again: goes on where a bound broke off
 * @scan: 2-level: how far we are; under @is_busy
 * @ours: 2-level: ports of this CPU
 * @queues: FIFO: likewise; under @is_busy
 * @nr_ports: how many ports are here
 * @nr_upcalls: statistics, like the two below; under @is_busy
 * @nr_events: ports served
 * @nr_deferred: times that a bound broke off
 */
struct event_cpu {
	unsigned int cpu;
	unsigned int vcpu;
	bool is_usable;
	bool is_parked;
	evtchn_port_t proof;
	unsigned int irq;
	struct vcpu_info *info;
	struct kept_vcpu *kept;
	unsigned long is_busy;
	struct irq_work again;
	struct twolevel_scan scan;
	xen_ulong_t ours[TWOLEVEL_WORDS];
	struct fifo_queues queues;
	atomic_t nr_ports;
	unsigned long nr_upcalls;
	unsigned long nr_events;
	unsigned long nr_deferred;
};

/* cpu.c */
int event_cpus_start(void);
bool event_cpus_abi_refused(void);
void event_cpus_stop(void);
struct event_cpu *event_cpu(unsigned int cpu);
unsigned int event_cpu_choose(const struct cpumask *mask, unsigned int now);
int event_cpus_show(struct seq_file *m, void *unused);

/**
 * enum mask_reason - why a port is masked; it is unmasked when none is left
 * @MASK_DISABLED: the interrupt is
 * @MASK_BRIEFLY: something is being changed
 * @MASK_EOI: until a late EOI
 */
enum mask_reason {
	MASK_DISABLED = 1,
	MASK_BRIEFLY = 2,
	MASK_EOI = 4,
};

/**
 * struct event_port - a port that is an interrupt
 * @entry: in the list of all
 * @rcu: upcalls come without a lock
 * @port: the port
 * @irq: the interrupt
 * @is_late: it is over when xen_irq_lateeoi() says so
 * @is_pinned: Xen does not let it move to another vCPU
 * @dev: counts, or NULL
 * @lock: guards what is below
 * @masked_by: enum mask_reason
 * @cpu: where it is
 * @nr_spurious: late EOIs in a row that said so
 * @eoi_timer: gives a late EOI when it is time
 */
struct event_port {
	struct list_head entry;
	struct rcu_head rcu;
	evtchn_port_t port;
	unsigned int irq;
	bool is_late;
	bool is_pinned;
	struct xenbus_device *dev;
	raw_spinlock_t lock;
	u8 masked_by;
	unsigned int cpu;
	unsigned int nr_spurious;
	struct timer_list eoi_timer;
};

/* port.c */
int event_ports_start(void);
void event_ports_stop(void);
int event_port_irq(evtchn_port_t port);
int event_port_add(const struct event_port *like);
void event_port_remove(evtchn_port_t port, bool is_static);
struct event_port *event_port_of_irq(unsigned int irq);
void event_port_mask(struct event_port *p, enum mask_reason reason);
void event_port_unmask(struct event_port *p, enum mask_reason reason);
void event_port_handle(struct event_cpu *c, evtchn_port_t port);
void event_ports_leave(unsigned int cpu);
unsigned long event_ports_nr_stray(void);

/* lateeoi.c */
void lateeoi_init(struct event_port *p);
void lateeoi_exit(struct event_port *p);
void lateeoi(struct event_port *p, unsigned int flags);

/**
 * struct event_abi - one of Xen's two event channel ABIs
 * @name: for people
 * @nr_ports: how many ports there can be
 * @cpu_start: get a vCPU ready, on that CPU; there is no undoing it
 * @port_start: make room for a port; sleeps
 * @is_pending: the bit; atomic, like all below
 * @is_masked: likewise
 * @set_pending: likewise
 * @clear_pending: likewise
 * @mask: likewise
 * @unmask: likewise, and has Xen deliver what came meanwhile
 * @move: a port that is masked goes from one CPU to another; NULL: to or from
 *	none
 * @serve: handle events until none is waiting or the budget is used up, which
 *	it counts down; returns true if it was
 */
struct event_abi {
	const char *name;
	unsigned int nr_ports;
	int (*cpu_start)(struct event_cpu *c);
	int (*port_start)(evtchn_port_t port);
	bool (*is_pending)(evtchn_port_t port);
	bool (*is_masked)(evtchn_port_t port);
	void (*set_pending)(evtchn_port_t port);
	void (*clear_pending)(evtchn_port_t port);
	void (*mask)(evtchn_port_t port);
	void (*unmask)(evtchn_port_t port);
	void (*move)(evtchn_port_t port, struct event_cpu *from,
		     struct event_cpu *to);
	bool (*serve)(struct event_cpu *c, unsigned int *budget);
};

extern const struct event_abi *event_abi;

/* abi_2l.c, abi_fifo.c */
extern const struct event_abi event_abi_2l;
extern const struct event_abi event_abi_fifo;
void abi_2l_start(void);
void abi_fifo_start(void);

/* serve.c */
void event_cpu_serve(struct event_cpu *c);
void event_cpu_serve_again(struct irq_work *work);

/**
 * struct upcall - a way for upcalls to come
 * @name: for people, and for the module's parameter
 * @start: get ready; NULL, like @stop, where there is nothing to do
 * @stop: undo @start
 * @is_for: may upcalls come to this CPU?
 * @cpu_start: let them come; on that CPU
 * @cpu_stop: undo @cpu_start; on that CPU
 */
struct upcall {
	const char *name;
	int (*start)(void);
	void (*stop)(void);
	bool (*is_for)(const struct event_cpu *c);
	int (*cpu_start)(struct event_cpu *c);
	void (*cpu_stop)(struct event_cpu *c);
};

extern const struct upcall *event_upcall;

/* vector.c, intx.c */
extern const struct upcall upcall_vector;
extern const struct upcall upcall_intx;

/**
 * struct kept_vcpu - what Xen goes on to use of a vCPU
 * @info: if registered: what is in shared_info of the first 32 vCPUs
 * @control: FIFO control block
 * @heads: FIFO: the ports that come next
 * @has_info: @info is registered
 * @has_control: @control is
 */
struct kept_vcpu {
	struct vcpu_info info;
	struct evtchn_fifo_control_block control;
	u32 heads[EVTCHN_FIFO_MAX_QUEUES];
	u32 has_info;
	u32 has_control;
} __aligned(256);

/* kept.c */
int kept_find(void);
bool kept_is_fifo(void);
struct kept_vcpu *kept_vcpu(unsigned int vcpu);
struct kept_vcpu *kept_peek(unsigned int vcpu);
void kept_add_page(void *page);
void kept_add_pages_to(struct fifo_array *array);
void kept_release(void);
unsigned long kept_gfn(const void *address);

#endif
