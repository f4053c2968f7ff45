// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices: how they are made and taken away.
 *
 * A device's order is held while it is taken away, so none of its callbacks
 * runs then, and a driver that takes its device away in a callback, as backends
 * do, does not meet us doing the same.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "internal.h"

static void free_device(struct bus_device *device)
{
	xenbus_watch_order_put(device->order);
	kfree(device);
}

static void release(struct device *dev)
{
	free_device(to_bus_device(to_xenbus_device(dev)));
}

static struct bus_device *alloc_device(struct xen_bus *bus, const char *path,
				       enum xenbus_state state)
{
	size_t len = strlen(path) + 1;
	struct bus_device *device;

	device = kzalloc(struct_size(device, path, len), GFP_KERNEL);
	if (!device)
		return NULL;
	device->order = xenbus_watch_order_new();
	if (!device->order) {
		kfree(device);
		return NULL;
	}
	mutex_init(&device->state_lock);
	memcpy(device->path, path, len);
	device->xendev.nodename = device->path;
	device->xendev.devicetype = device->type;
	device->xendev.state = state;
	init_completion(&device->xendev.down);
	sema_init(&device->xendev.reclaim_sem, 1);
	device->xendev.dev.bus = &bus->bus;
	device->xendev.dev.release = release;
	return device;
}

/* Types and numbers with a dash in them may make the same name of two paths. */
static bool is_taken(struct xen_bus *bus, const char *name)
{
	struct device *dev = bus_find_device_by_name(&bus->bus, NULL, name);

	put_device(dev);
	return dev;
}

static int name_device(struct xen_bus *bus, struct bus_device *device)
{
	char name[NAME_BYTES];
	int err = xenbus_path_type(device->path, device->type);

	if (!err)
		err = bus->name(device->path, name);
	if (!err && is_taken(bus, name))
		err = -EEXIST;
	return err ?: dev_set_name(&device->xendev.dev, "%s", name);
}

/**
 * xenbus_device_add() - make a device, and let drivers have it
 * @bus: the bus
 * @path: its directory
 * @state: the state it is found in
 *
 * Context: Process; sleeps as long as a driver's probe() does.
 * Return: The device with a reference for the caller; ERR_PTR: -ENAMETOOLONG,
 * -EEXIST for a name that another device has, -ENOMEM, -ENOENT for a backend
 * whose frontend is not there yet, or what the driver core says.
 */
struct bus_device *xenbus_device_add(struct xen_bus *bus, const char *path,
				     enum xenbus_state state)
{
	struct bus_device *device = alloc_device(bus, path, state);
	int err;

	if (!device)
		return ERR_PTR(-ENOMEM);
	err = name_device(bus, device);
	if (err) {
		free_device(device);
		return ERR_PTR(err);
	}
	err = device_register(&device->xendev.dev);
	if (err) {
		put_device(&device->xendev.dev);
		return ERR_PTR(err);
	}
	get_device(&device->xendev.dev);
	return device;
}

/**
 * xenbus_device_remove() - take a device away
 * @device: the device; the caller keeps its reference
 *
 * Context: Process; sleeps as long as a driver's remove() does.
 */
void xenbus_device_remove(struct bus_device *device)
{
	mutex_lock(&device->order->lock);
	if (device_is_registered(&device->xendev.dev))
		device_unregister(&device->xendev.dev);
	mutex_unlock(&device->order->lock);
}

/**
 * xenbus_device_let_go() - take a failed device from its driver
 * @device: the device
 *
 * Context: Process; sleeps as long as a driver's remove() does.
 */
void xenbus_device_let_go(struct bus_device *device)
{
	mutex_lock(&device->order->lock);
	if (device_is_registered(&device->xendev.dev))
		device_release_driver(&device->xendev.dev);
	WRITE_ONCE(device->is_failed, false);
	mutex_unlock(&device->order->lock);
}

/**
 * xenbus_device_fail() - there is no going on with this device
 * @xendev: the device
 * @err: -errno
 * @fmt: the reason, as for printk(), and what it names after it
 *
 * As xenbus_dev_fatal(), and the driver is made to let the device go: soon, not
 * now, as this may be called in one of the device's callbacks.
 *
 * Context: Process; sleeps.
 */
void xenbus_device_fail(struct xenbus_device *xendev, int err, const char *fmt,
			...)
{
	struct bus_device *device = to_bus_device(xendev);
	char *reason;
	va_list args;

	va_start(args, fmt);
	reason = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);
	xenbus_dev_fatal(xendev, err, "%s", reason ?: "failed");
	kfree(reason);
	WRITE_ONCE(device->is_failed, true);
	xenbus_place_kick(to_xen_bus(xendev), device->path,
			  strlen(device->path));
}
