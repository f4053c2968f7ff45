/* SPDX-License-Identifier: GPL-2.0-only */
/* The connection: what pump.c and connection.c share, and nobody else sees. */
#ifndef _XENDOMU_XENSTORE_CONNECTION_H
#define _XENDOMU_XENSTORE_CONNECTION_H

#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <xen/guest.h>

#include "internal.h"

/* How often the other end is looked at while that can matter. */
#define XS_CHECK_JIFFIES HZ

/**
 * enum xs_state - what can be done with the ring
 * @XS_CLOSED: nothing; before the module has come up, and when it has gone
 * @XS_UP: ask
 * @XS_LOST: wait for somebody to serve it
 * @XS_BROKEN: wait for somebody else to serve it
 * @XS_RECONNECTING: wait for the server to empty it
 * @XS_CONNECTING: the server has not connected it yet; tasks that ask wait
 * @XS_SUSPENDED: take in what was asked; tasks that ask wait
 * @XS_WAKING: as that, until the other end was looked at
 */
enum xs_state {
	XS_CLOSED,
	XS_UP,
	XS_LOST,
	XS_BROKEN,
	XS_RECONNECTING,
	XS_CONNECTING,
	XS_SUSPENDED,
	XS_WAKING,
};

/**
 * struct xs_connection - the page, the port, and what goes through them
 * @page: the ring's page and port
 * @irq: the port's interrupt
 * @workers: runs @pump and @check, one at a time
 * @pump: takes in what comes
 * @check: looks at the other end
 * @moved: woken when something was taken in, and when @state changes
 * @rx: the message that is coming in; the workers' own
 * @nr_probes: questions whether the server is a new one that are under way; the
 *	workers' own
 * @probed: when it was asked last; the workers' own
 * @server_port: the other end's port; the workers' own
 * @features: what the server offers in the page; the workers' own
 * @told_features: its answer to XS_GET_FEATURE; the workers' own
 * @has_told: whether it has answered that request; the workers' own
 * @error_before: the page's error word when the connection began; the workers'
 *	own
 * @last_error: the error word that ended a connection last; the workers' own
 * @is_overdue: the server did not connect the ring in time; the workers' own
 * @reconnect_until: when reconnecting has failed; the workers' own
 * @last_activity: when something came in last; the workers' own
 * @nr_seen: @nr_sent when the other end was looked at last; the workers' own
 * @farewell: the last request; made at first, so that it cannot fail
 * @state_awake: the state before the domain was to sleep; of who suspends
 * @is_leaving: the module goes, and watches nothing more
 * @lock: protects the rest
 * @ring: our end of the ring; its rsp_cons is the workers' own
 * @queue: requests under way
 * @state: changed by the workers, but for suspension and the end
 * @generation: counts connections
 * @nr_sent: requests
 * @nr_answered: replies that somebody waited for
 * @nr_abandoned: replies to requests whose task had been killed
 * @nr_unknown: replies to nobody
 * @nr_events: watch events
 */
struct xs_connection {
	struct xen_ring page;
	int irq;
	struct workqueue_struct *workers;
	struct work_struct pump;
	struct delayed_work check;
	wait_queue_head_t moved;

	struct xs_rx rx;
	unsigned int nr_probes;
	unsigned long probed;
	evtchn_port_t server_port;
	u32 features;
	u32 told_features;
	bool has_told;
	u32 error_before;
	u32 last_error;
	bool is_overdue;
	unsigned long reconnect_until;
	unsigned long last_activity;
	unsigned long nr_seen;
	struct xs_request *farewell;
	enum xs_state state_awake;
	bool is_leaving;

	/* See above for what it protects. */
	spinlock_t lock;
	struct xs_ring ring;
	struct xs_queue queue;
	enum xs_state state;
	u32 generation;
	unsigned long nr_sent;
	unsigned long nr_answered;
	unsigned long nr_abandoned;
	unsigned long nr_unknown;
	unsigned long nr_events;
};

extern struct xs_connection xs_connection;

/* connection.c: the states */
void xs_connection_pump(struct work_struct *work);
void xs_connection_check(struct work_struct *work);
struct xs_request *xs_sentinel_request(enum xsd_sockmsg_type type);

/* pump.c: bytes and messages */
int xs_pump_move(void);
void xs_pump_fail_before(u32 id, int err);
void xs_pump_fail_all(int err);
bool xs_pump_is_idle(void);

#endif
