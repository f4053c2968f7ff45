/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches: what watch.c and event.c share, and nobody else sees. */
#ifndef _XENDOMU_XENSTORE_WATCH_H
#define _XENDOMU_XENSTORE_WATCH_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <xen/xenbus.h>

#include "internal.h"

#define XS_TOKEN_LEN 9 /* eight hex digits and a NUL */
#define XS_NO_DEPTH -1

/**
 * struct xs_watch - what we know of a registered watch
 * @ref: one for being registered, one for work that is queued
 * @work: runs the callback
 * @order: those it takes turns with, or NULL
 * @user: the caller's; NULL once unregistered; under lock
 * @runner: the task that runs the callback now; under lock
 * @events: those that wait; under lock
 * @nr_dropped: those that did not fit, ever; under lock
 * @is_incomplete: some did not fit since the last refire; under lock
 * @depth: levels below @node that count, or XS_NO_DEPTH for all
 * @id: its number
 * @token: the same as text, its name at the store
 * @node: what is watched
 */
struct xs_watch {
	struct kref ref;
	struct work_struct work;
	struct xenbus_watch_order *order;
	struct xenbus_watch *user;
	struct task_struct *runner;
	struct list_head events;
	unsigned long nr_dropped;
	bool is_incomplete;
	int depth;
	u32 id;
	char token[XS_TOKEN_LEN];
	char node[];
};

/* By id; allocation cycles, so that numbers do not recur. */
extern struct xarray xs_watches;
/* What of struct xs_watch is under lock, and looking up in xs_watches. */
extern spinlock_t xs_watch_lock;

void xs_watch_put(struct xs_watch *watch);

/* event.c: from the store to the callback */
int xs_events_init(void);
void xs_events_exit(void);
void xs_events_run(struct work_struct *work);
void xs_events_drop(struct xs_watch *watch);
void xs_events_finish(const struct xs_watch *watch);
unsigned long xs_events_bad(void);

#endif
