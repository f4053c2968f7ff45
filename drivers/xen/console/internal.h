/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the console modules share with each other.
 *
 *   ring.c      the ring: a pure core
 *   output.c    text into the ring, and what becomes of text that does not fit
 *   terminal.c  a console as a terminal of the hvc layer
 *   printk.c    a printk console of our own, where hvc's is not used
 *   debugfs.c   what each console did
 *   main.c      the primary console: xendomu-console.ko ends here
 *   front.c     further consoles: xendomu-console-front.ko
 */
#ifndef _XENDOMU_CONSOLE_INTERNAL_H
#define _XENDOMU_CONSOLE_INTERNAL_H

#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/spinlock.h>
#include <linux/tty_port.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <xen/interface/event_channel.h>

#include "ring.h"

struct hvc_struct;
struct module;
struct seq_file;

#define XENCONS_OUT_BYTES sizeof_field(struct xencons_interface, out)
/* hvc's terminals are numbered 0 to 7, and 0 is the kernel's. */
#define XENCONS_MAX 7

/**
 * enum xencons_state - may the ring be touched?
 * @XENCONS_OPEN: yes
 * @XENCONS_BROKEN: no, the backend broke the protocol
 * @XENCONS_GONE: no, the page is not ours any more
 */
enum xencons_state {
	XENCONS_OPEN,
	XENCONS_BROKEN,
	XENCONS_GONE,
};

/**
 * struct xencons_counts - what a console did
 * @bytes_in: taken from the ring
 * @bytes_out: put into the ring
 * @dropped: bytes of the kernel's log that found no room, and of a terminal's text
 *	while nobody serves the console
 * @kicks: events sent to the backend
 * @events: events that came from it
 * @idle_events: those of them with nothing behind them
 */
struct xencons_counts {
	unsigned long bytes_in;
	unsigned long bytes_out;
	unsigned long dropped;
	unsigned long kicks;
	unsigned long events;
	unsigned long idle_events;
};

/**
 * struct xencons - a console
 * @id: 0 for the primary one, N for device/console/N
 * @port: its event channel
 * @owner: the module that an open terminal holds
 * @ref: one of whoever made it, one of hvc
 * @slot: its number in terminal.c
 * @index: the N of /dev/hvcN, -1 before there is one
 * @is_held: an open terminal holds @owner
 * @hvc: hvc's terminal; NULL before there is one
 * @lock: taken with hvc's lock held, in interrupts, and by printk anywhere
 * @ring: under @lock
 * @state: changed under @lock, and only to something worse
 * @spill: the kernel's log that found no room in the ring; under @lock
 * @spill_bytes: size of @spill, 0 if there is none
 * @waiting: how much of the last write hvc was told to keep; under @lock
 * @is_quiet: the backend was not told of all text in the ring; under @lock
 * @was_unserved: the page has said that nobody serves it; under @lock
 * @oops_steps: how long oopses may wait yet; under @lock
 * @counts: under @lock
 * @drained: woken when the backend has taken text
 * @report_irq_work: from where nothing may be woken or printed...
 * @report_work: ...to where it may
 * @reported: how much of counts.dropped is in the log; @report_work's own
 * @reported_at: where in the text the backend then was; likewise
 * @is_break_reported: likewise
 * @is_unserved_reported: likewise
 * @port_ops: hvc's, with an end of ours
 * @hvc_port_ops: hvc's own
 */
struct xencons {
	struct kref ref;
	unsigned int id;
	int slot;
	int index;
	evtchn_port_t port;
	struct module *owner;
	bool is_held;
	struct hvc_struct *hvc;

	spinlock_t lock; /* inside hvc's */
	struct xencons_ring ring;
	enum xencons_state state;
	struct kfifo spill;
	size_t spill_bytes;
	size_t waiting;
	bool is_quiet;
	bool was_unserved;
	unsigned int oops_steps;
	struct xencons_counts counts;

	wait_queue_head_t drained;
	struct irq_work report_irq_work;
	struct delayed_work report_work;
	unsigned long reported;
	XENCONS_RING_IDX reported_at;
	bool is_break_reported;
	bool is_unserved_reported;

	struct tty_port_operations port_ops;
	const struct tty_port_operations *hvc_port_ops;
};

/* output.c */
int xencons_output_init(struct xencons *cons, size_t spill_bytes);
void xencons_output_end(struct xencons *cons);
void xencons_output_exit(struct xencons *cons);
int xencons_write(struct xencons *cons, const void *text, size_t len);
int xencons_read(struct xencons *cons, void *keys, size_t len);
void xencons_log(struct xencons *cons, const void *text, size_t len);
void xencons_announce(struct xencons *cons);
void xencons_drain(struct xencons *cons, bool is_ring_lost);
irqreturn_t xencons_interrupt(int irq, void *cons);

/* terminal.c */
struct xencons *xencons_new(unsigned int id, struct xencons_interface *intf,
			    evtchn_port_t port, struct module *owner,
			    size_t spill_bytes);
int xencons_open(struct xencons *cons);
void xencons_wake_terminal(struct xencons *cons);
void xencons_close(struct xencons *cons, bool is_ring_lost);
void xencons_put(struct xencons *cons);
void xencons_wait_for_all(void);
void xencons_for_each(void (*show)(struct seq_file *m, struct xencons *cons),
		      struct seq_file *m);

/* printk.c */
void xencons_printk_init(struct xencons *cons);
void xencons_printk_exit(void);

/* debugfs.c */
void xencons_debugfs_init(void);
void xencons_debugfs_exit(void);

#endif
