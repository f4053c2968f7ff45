// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches whose callbacks take turns.
 *
 * Linux calls all callbacks of all watches from one thread, and drivers with
 * several watches of one device count on that: one callback changes what the
 * other reads, or takes the other's watch away. Here each watch has work of its
 * own, so what belongs together says so by an order.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include <xen/xenbus.h>

/**
 * xenbus_watch_order_new() - an order with no watch yet
 *
 * Context: Process; sleeps.
 * Return: The order, xenbus_watch_order_put() it; NULL if there is no memory.
 */
struct xenbus_watch_order *xenbus_watch_order_new(void)
{
	struct xenbus_watch_order *order = kzalloc(sizeof(*order), GFP_KERNEL);

	if (!order)
		return NULL;
	kref_init(&order->ref);
	mutex_init(&order->lock);
	return order;
}
EXPORT_SYMBOL_GPL(xenbus_watch_order_new);

static void free_order(struct kref *ref)
{
	kfree(container_of(ref, struct xenbus_watch_order, ref));
}

/**
 * xenbus_watch_order_put() - let an order go
 * @order: the order; its watches keep it as long as they need it
 *
 * Context: Any, without the order's lock.
 */
void xenbus_watch_order_put(struct xenbus_watch_order *order)
{
	kref_put(&order->ref, free_order);
}
EXPORT_SYMBOL_GPL(xenbus_watch_order_put);
