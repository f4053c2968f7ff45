// SPDX-License-Identifier: GPL-2.0-only
/* Drivers of both buses, as they come and go. */
#include <linux/err.h>
#include <linux/export.h>

#include "internal.h"

/**
 * xenbus_driver_add() - register a driver
 * @bus: with which bus
 * @drv: the driver
 * @owner: its module
 * @mod_name: and that one's name
 *
 * Context: Process; sleeps.
 * Return: 0; -EINVAL for a driver without types; what driver_register() says.
 */
int xenbus_driver_add(struct xen_bus *bus, struct xenbus_driver *drv,
		      struct module *owner, const char *mod_name)
{
	if (!drv->ids || !*drv->ids[0].devicetype)
		return -EINVAL;
	drv->read_otherend_details = xenbus_otherend_find;
	drv->driver.name = drv->name ?: drv->ids[0].devicetype;
	drv->driver.bus = &bus->bus;
	drv->driver.owner = owner;
	drv->driver.mod_name = mod_name;
	return driver_register(&drv->driver);
}

/*
 * The driver core would hold the device's lock while we wait for a callback
 * that may want it, to take its device away. With the order held none runs.
 */
static void let_go(struct xenbus_driver *drv, struct device *dev)
{
	struct bus_device *device = to_bus_device(to_xenbus_device(dev));

	mutex_lock(&device->order->lock);
	if (dev->driver == &drv->driver)
		device_release_driver(dev);
	mutex_unlock(&device->order->lock);
}

/**
 * xenbus_unregister_driver() - no more devices for this driver
 * @drv: a registered driver
 *
 * The devices that it has are taken from it first.
 *
 * Context: Process; sleeps as long as its remove() does.
 */
void xenbus_unregister_driver(struct xenbus_driver *drv)
{
	struct device *dev;

	while ((dev = driver_find_device(&drv->driver, NULL, NULL,
					 device_match_any))) {
		let_go(drv, dev);
		put_device(dev);
	}
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(xenbus_unregister_driver);
