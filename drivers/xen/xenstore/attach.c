// SPDX-License-Identifier: GPL-2.0-only
/* Taking the ring over, letting it go, and a sleep in between. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/printk.h>
#include <linux/random.h>

#include <xen/events.h>
#include <xen/xenbus.h>

#include "connection.h"

/* How long to wait for replies nobody wants before the module goes. */
#define DRAIN_MS 2000
/* How long to wait for replies before the domain sleeps. */
#define SUSPEND_MS 5000

struct xs_connection xs_connection;
static struct xs_connection *const conn = &xs_connection;

static irqreturn_t interrupt(int irq, void *unused)
{
	queue_work(conn->workers, &conn->pump);
	return IRQ_HANDLED;
}

static int take_port(void)
{
	conn->irq = bind_static_evtchn_to_irqhandler(conn->page.port,
						     interrupt, 0, "xenstore",
						     conn);
	return min(conn->irq, 0);
}

static void let_port_go(void)
{
	if (conn->irq > 0)
		unbind_from_irqhandler(conn->irq, conn);
	conn->irq = 0;
}

/**
 * xs_connection_init() - take the ring over
 *
 * Context: Process; sleeps.
 * Return: 0, also if nobody serves the store yet; -EBUSY if somebody else owns
 * the ring; else why it cannot be had.
 */
int xs_connection_init(void)
{
	int err;

	err = xen_resource_claim(XEN_RESOURCE_XENSTORE, KBUILD_MODNAME);
	if (err)
		return err;
	err = xen_ring_get(XEN_RESOURCE_XENSTORE, &conn->page);
	if (err)
		goto err_claim;
	conn->is_leaving = false;
	conn->is_overdue = false;
	spin_lock_init(&conn->lock);
	INIT_WORK(&conn->pump, xs_connection_pump);
	INIT_DELAYED_WORK(&conn->check, xs_connection_check);
	init_waitqueue_head(&conn->moved);
	xs_ring_init(&conn->ring, conn->page.page);
	/* Late replies to the ring's last user must not fit our requests. */
	xs_queue_init(&conn->queue, get_random_u32());
	conn->state = XS_LOST;
	conn->farewell = xs_sentinel_request(XS_UNWATCH);
	if (IS_ERR(conn->farewell)) {
		err = PTR_ERR(conn->farewell);
		goto err_ring;
	}
	conn->workers = alloc_ordered_workqueue("xenstore",
						WQ_MEM_RECLAIM | WQ_HIGHPRI);
	if (!conn->workers) {
		err = -ENOMEM;
		goto err_farewell;
	}
	err = take_port();
	if (err)
		goto err_queue;
	queue_delayed_work(conn->workers, &conn->check, 0);
	flush_delayed_work(&conn->check);
	if (conn->state == XS_LOST)
		pr_warn("nobody serves XenStore yet: requests fail until somebody does\n");
	return 0;

err_queue:
	destroy_workqueue(conn->workers);
err_farewell:
	xs_request_put(conn->farewell);
err_ring:
	xen_ring_put(&conn->page);
err_claim:
	xen_resource_release(XEN_RESOURCE_XENSTORE);
	return err;
}

/* Whatever the workers are about to do. Returns the state before. */
static enum xs_state force_state(enum xs_state state)
{
	enum xs_state before;

	spin_lock(&conn->lock);
	before = conn->state;
	conn->state = state;
	spin_unlock(&conn->lock);
	wake_up_all(&conn->moved);
	return before;
}

static bool is_drained(void)
{
	return conn->state != XS_UP || (xs_pump_is_idle() && !conn->rx.got);
}

/**
 * xs_connection_exit() - let the ring go
 *
 * Replies to abandoned requests are waited for, within a bound: whoever owns
 * the ring next should find it at the beginning of a message.
 *
 * Context: Process; sleeps; nobody asks any more.
 */
void xs_connection_exit(void)
{
	/* A worker that is about to watch it does so before we do not. */
	WRITE_ONCE(conn->is_leaving, true);
	flush_workqueue(conn->workers);
	xs_request_submit_now(&conn->farewell, 1);
	xs_request_put(conn->farewell);
	if (!wait_event_timeout(conn->moved, is_drained(),
				msecs_to_jiffies(DRAIN_MS)))
		pr_warn("XenStore still owes replies after %u ms: the ring's next owner may not understand it\n",
			DRAIN_MS);
	force_state(XS_CLOSED);
	let_port_go();
	flush_workqueue(conn->workers);
	cancel_delayed_work_sync(&conn->check);
	destroy_workqueue(conn->workers);
	xs_pump_fail_all(-ENOTCONN);
	xs_rx_reset(&conn->rx);
	if (conn->page.page)
		xen_ring_put(&conn->page);
	xen_resource_release(XEN_RESOURCE_XENSTORE);
}

/**
 * xs_suspend() - stop asking, because the domain is going to sleep
 *
 * Tasks that ask from now on wait for xs_resume() or xs_suspend_cancel(); what
 * is under way is waited for, within a bound.
 *
 * Context: Process; sleeps.
 */
void xs_suspend(void)
{
	conn->state_awake = force_state(XS_SUSPENDED);
	if (!wait_event_timeout(conn->moved, xs_pump_is_idle(),
				msecs_to_jiffies(SUSPEND_MS))) {
		pr_warn("XenStore does not answer before the domain sleeps\n");
		xs_pump_fail_all(-ENOTCONN);
	}
	cancel_delayed_work_sync(&conn->check);
	flush_workqueue(conn->workers);
}
EXPORT_SYMBOL_GPL(xs_suspend);

/**
 * xs_suspend_cancel() - go on asking, because the domain did not sleep
 *
 * Context: Process.
 */
void xs_suspend_cancel(void)
{
	force_state(conn->state_awake);
	queue_delayed_work(conn->workers, &conn->check, 0);
}
EXPORT_SYMBOL_GPL(xs_suspend_cancel);

/**
 * xs_resume() - begin anew with the server of the host the domain woke up on
 *
 * Its page and port are looked up again, its watches are told again, and what
 * was a transaction before is void.
 *
 * Context: Process; sleeps.
 */
void xs_resume(void)
{
	int err;

	let_port_go();
	/* An event that came while the domain slept. */
	flush_workqueue(conn->workers);
	xen_ring_put(&conn->page);
	conn->page = (struct xen_ring){};
	err = xen_ring_get(XEN_RESOURCE_XENSTORE, &conn->page);
	if (!err)
		err = take_port();
	if (err) {
		pr_err("XenStore is lost after the domain slept (%d): load this module anew\n",
		       err);
		force_state(XS_CLOSED);
		return;
	}
	force_state(XS_WAKING);
	queue_delayed_work(conn->workers, &conn->check, 0);
	flush_delayed_work(&conn->check);
}
EXPORT_SYMBOL_GPL(xs_resume);
