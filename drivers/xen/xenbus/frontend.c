// SPDX-License-Identifier: GPL-2.0-only
/* The bus of frontends: devices that others serve, at device/TYPE/ID. */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/pm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <xen/compat.h>

#include "internal.h"

/* How long closing a device may hold up a shutdown. */
#define SHUTDOWN_SECONDS 5
/* How long loading a driver waits for its devices to be connected. */
#define CONNECT_SECONDS 60
#define CONNECT_OPTIONAL_SECONDS 30

static int name(const char *path, char *name)
{
	return xenbus_path_name(path, -1, name);
}

static int match(struct device *dev, compat_match_driver_t *drv)
{
	return !!xenbus_match_id(to_xenbus_driver(drv), to_xenbus_device(dev));
}

static int uevent(compat_uevent_device_t *dev, struct kobj_uevent_env *env)
{
	return xenbus_uevent(to_xenbus_device(dev), env);
}

static void close(struct xenbus_device *xendev)
{
	if (xendev->state != XenbusStateConnected)
		return;
	xenbus_switch_state(xendev, XenbusStateClosing);
	if (!wait_for_completion_timeout(&xendev->down, SHUTDOWN_SECONDS * HZ))
		dev_info(&xendev->dev, "not closed after %d s\n",
			 SHUTDOWN_SECONDS);
}

static void shutdown(struct device *dev)
{
	close(to_xenbus_device(dev));
}

static int thaw(struct device *dev)
{
	return 0;
}

static const struct dev_pm_ops pm = {
	.freeze = xenbus_bus_freeze,
	.thaw = thaw,
	.restore = xenbus_bus_restore,
};

struct xen_bus xenbus_frontend_bus = {
	.bus = {
		.name = "xen",
		.match = match,
		.uevent = uevent,
		.probe = xenbus_bus_probe,
		.remove = xenbus_bus_remove,
		.shutdown = shutdown,
		.dev_groups = xenbus_groups,
		.pm = &pm,
	},
	.root = "device",
	.levels = 2,
	.id_node = "backend-id",
	.path_node = "backend",
	.name = name,
};

/**
 * xenbus_is_frontend() - which of the ends is a device?
 * @xendev: the device
 *
 * Context: Any.
 * Return: true for a frontend, false for a backend.
 */
bool xenbus_is_frontend(const struct xenbus_device *xendev)
{
	return xendev->dev.bus == &xenbus_frontend_bus.bus;
}

/* Not yet connected, but on its way there. */
static bool is_connecting(struct device *dev)
{
	const struct xenbus_driver *drv = to_xenbus_driver(dev->driver);
	struct xenbus_device *xendev = to_xenbus_device(dev);

	if (xendev->state == XenbusStateConnected)
		return drv->is_ready && !drv->is_ready(xendev);
	return xendev->state < XenbusStateConnected;
}

/* Returns whether to wait for this one; complains if the time is over. */
static int check(struct device *dev, void *is_over)
{
	if (!dev->driver || !is_connecting(dev))
		return false;
	if (!*(bool *)is_over)
		return true;
	dev_warn(dev, "not connected yet (%s)\n",
		 xenbus_strstate(to_xenbus_device(dev)->state));
	return false;
}

/* Whoever loads a driver for a disk is about to mount it. */
static void wait_for_devices(struct xenbus_driver *drv)
{
	unsigned int seconds = drv->not_essential ? CONNECT_OPTIONAL_SECONDS :
						    CONNECT_SECONDS;
	unsigned long until = jiffies + seconds * HZ;
	bool is_over = false;

	while (driver_for_each_device(&drv->driver, NULL, &is_over, check)) {
		schedule_timeout_interruptible(HZ / 10);
		is_over = time_after(jiffies, until) || signal_pending(current);
	}
}

/**
 * __xenbus_register_frontend() - register a driver of frontends
 * @drv: the driver; stays the caller's until xenbus_unregister_driver()
 * @owner: its module
 * @mod_name: and that one's name
 *
 * xenbus_register_frontend() fills in the latter two. Devices that are there
 * are probed, and waited for until they are connected: up to a minute, half of
 * that if the driver says not_essential.
 *
 * Context: Process; sleeps.
 * Return: 0, or what driver_register() says.
 */
int __xenbus_register_frontend(struct xenbus_driver *drv, struct module *owner,
			       const char *mod_name)
{
	int err = xenbus_driver_add(&xenbus_frontend_bus, drv, owner, mod_name);

	if (!err)
		wait_for_devices(drv);
	return err;
}
EXPORT_SYMBOL_GPL(__xenbus_register_frontend);
