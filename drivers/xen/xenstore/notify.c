// SPDX-License-Identifier: GPL-2.0-only
/* Who wants to know when the store is there. */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/workqueue.h>

#include <xen/xenbus.h>

#include "internal.h"

static BLOCKING_NOTIFIER_HEAD(notifiers);
static DEFINE_MUTEX(lock);
/* Under lock. */
static bool was_connected;

/* Those who are called ask the store, so the pump cannot be who calls. */
static void call(struct work_struct *work)
{
	mutex_lock(&lock);
	was_connected = true;
	blocking_notifier_call_chain(&notifiers, 0, NULL);
	mutex_unlock(&lock);
}

static DECLARE_WORK(call_work, call);

/**
 * xs_notify_connected() - a server has begun to serve
 *
 * Context: Any.
 */
void xs_notify_connected(void)
{
	schedule_work(&call_work);
}

void xs_notify_exit(void)
{
	cancel_work_sync(&call_work);
	was_connected = false;
}

/**
 * register_xenstore_notifier() - be called when the store is there
 * @nb: called at once if it is, and whenever a server begins anew
 *
 * Watches live on over a new server and fire again; what was written is for
 * whoever wrote it to write again.
 *
 * Context: Process; sleeps.
 * Return: 0.
 */
int register_xenstore_notifier(struct notifier_block *nb)
{
	mutex_lock(&lock);
	if (was_connected)
		nb->notifier_call(nb, 0, NULL);
	blocking_notifier_chain_register(&notifiers, nb);
	mutex_unlock(&lock);
	return 0;
}
EXPORT_SYMBOL_GPL(register_xenstore_notifier);

/**
 * unregister_xenstore_notifier() - do not be called any more
 * @nb: as it was registered
 *
 * Context: Process; sleeps until a call that is under way has returned.
 */
void unregister_xenstore_notifier(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&notifiers, nb);
}
EXPORT_SYMBOL_GPL(unregister_xenstore_notifier);
