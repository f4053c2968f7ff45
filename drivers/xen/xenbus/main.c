// SPDX-License-Identifier: GPL-2.0-only
/* xendomu-xenbus.ko: comes up in this order, and goes down in reverse. */
#include <linux/module.h>
#include <linux/notifier.h>

#include <xen/guest.h>

#include "internal.h"

static int start_one(struct xen_bus *bus)
{
	int err = xenbus_scan_start(bus);

	if (err)
		pr_err("cannot watch %s for devices (%d): none will be found\n",
		       bus->root, err);
	return err;
}

static int store_is_there(struct notifier_block *nb, unsigned long event,
			  void *data)
{
	start_one(&xenbus_frontend_bus);
	start_one(&xenbus_backend_bus);
	return NOTIFY_DONE;
}

static struct notifier_block store_notifier = {
	.notifier_call = store_is_there,
};

static int register_bus(struct xen_bus *bus)
{
	xenbus_scan_init(bus);
	return bus_register(&bus->bus);
}

static int register_buses(void)
{
	int err = register_bus(&xenbus_frontend_bus);

	if (err)
		return err;
	err = register_bus(&xenbus_backend_bus);
	if (err)
		bus_unregister(&xenbus_frontend_bus.bus);
	return err;
}

static int __init bus_init(void)
{
	int err = xen_resource_require(XEN_RESOURCE_GRANT_TABLE, KBUILD_MODNAME);

	if (!err)
		err = xen_resource_require(XEN_RESOURCE_XENSTORE, KBUILD_MODNAME);
	if (!err)
		err = xen_resource_claim(XEN_RESOURCE_BUS, KBUILD_MODNAME);
	if (err)
		return err;
	err = -ENOMEM;
	xenbus_queue = alloc_workqueue("xenbus", WQ_UNBOUND, WQ_MAX_ACTIVE);
	if (!xenbus_queue)
		goto err_claim;
	err = register_buses();
	if (err)
		goto err_queue;
	err = register_xenstore_notifier(&store_notifier);
	if (!err)
		return 0;

	bus_unregister(&xenbus_backend_bus.bus);
	bus_unregister(&xenbus_frontend_bus.bus);
err_queue:
	destroy_workqueue(xenbus_queue);
err_claim:
	xen_resource_release(XEN_RESOURCE_BUS);
	return err;
}

/* Drivers are gone: they need our symbols. Devices may be there yet. */
static void __exit bus_exit(void)
{
	unregister_xenstore_notifier(&store_notifier);
	xenbus_scan_exit(&xenbus_backend_bus);
	xenbus_scan_exit(&xenbus_frontend_bus);
	xenbus_places_drop(&xenbus_backend_bus);
	xenbus_places_drop(&xenbus_frontend_bus);
	bus_unregister(&xenbus_backend_bus.bus);
	bus_unregister(&xenbus_frontend_bus.bus);
	destroy_workqueue(xenbus_queue);
	xen_resource_release(XEN_RESOURCE_BUS);
}

module_init(bus_init);
module_exit(bus_exit);

MODULE_DESCRIPTION("Xen guest: the buses of frontends and backends");
MODULE_LICENSE("GPL");
