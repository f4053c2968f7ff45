// SPDX-License-Identifier: GPL-2.0-only
/* What the driver core asks of both buses: who fits whom, come and go. */
#include <linux/semaphore.h>
#include <linux/string.h>

#include "internal.h"

/* How long a driver may wait for an other end that does nothing. */
#define PROBE_SECONDS 30
#define REMOVE_SECONDS 10

/**
 * xenbus_match_id() - which of a driver's types is a device of?
 * @drv: the driver
 * @xendev: the device
 *
 * Context: Any.
 * Return: It, or NULL if none.
 */
const struct xenbus_device_id *xenbus_match_id(const struct xenbus_driver *drv,
					       const struct xenbus_device *xendev)
{
	const struct xenbus_device_id *id;

	for (id = drv->ids; id && *id->devicetype; id++)
		if (!strcmp(id->devicetype, xendev->devicetype))
			return id;
	return NULL;
}

static int call_probe(struct xenbus_driver *drv, struct xenbus_device *xendev)
{
	struct patience patience;
	int err;

	/* To its own state a driver that waits for one looks at once. */
	xenbus_patience_begin(&patience, xendev, XenbusStateClosing,
			      PROBE_SECONDS);
	down(&xendev->reclaim_sem);
	err = drv->probe(xendev, xenbus_match_id(drv, xendev));
	up(&xendev->reclaim_sem);
	xenbus_patience_end(&patience);
	return err;
}

static void call_remove(struct xenbus_driver *drv,
			struct xenbus_device *xendev)
{
	struct patience patience;

	if (!drv->remove)
		return;
	xenbus_patience_begin(&patience, xendev, XenbusStateClosed,
			      REMOVE_SECONDS);
	down(&xendev->reclaim_sem);
	drv->remove(xendev);
	up(&xendev->reclaim_sem);
	xenbus_patience_end(&patience);
}

/* It is watched after probe(), which sets up what the callback needs. */
static int probe_and_watch(struct xenbus_driver *drv,
			   struct xenbus_device *xendev)
{
	int err = call_probe(drv, xendev);

	if (err)
		return err;
	xendev->spurious_threshold = 1;
	err = xenbus_otherend_watch(xendev);
	if (err)
		call_remove(drv, xendev);
	return err;
}

/**
 * xenbus_bus_probe() - give a device to its driver
 * @dev: the device
 *
 * Unlike in Linux, the driver's module is not held: it may be unloaded, and
 * lets its devices go then.
 *
 * Context: Process; sleeps; under the device's lock.
 * Return: 0; -ENODEV for a driver without probe(); as xenbus_otherend_find();
 * or what probe() returned.
 */
int xenbus_bus_probe(struct device *dev)
{
	struct xenbus_device *xendev = to_xenbus_device(dev);
	struct xenbus_driver *drv = to_xenbus_driver(dev->driver);
	int err;

	if (!drv->probe)
		return -ENODEV;
	to_bus_device(xendev)->has_other_state = false;
	err = drv->read_otherend_details(xendev);
	if (err)
		return err;
	xenbus_reset(xendev);
	err = probe_and_watch(drv, xendev);
	if (err) {
		xenbus_dev_error(xendev, err, "probing %s", xendev->nodename);
		xenbus_otherend_forget(xendev);
		return err;
	}
	/* What came in between may have been missed. */
	xenbus_place_kick(to_xen_bus(xendev), xendev->nodename,
			  strlen(xendev->nodename));
	return 0;
}

/* One that may be bound again keeps its state, unless it was told to close. */
static void tell_closed(struct xenbus_driver *drv, struct xenbus_device *xendev)
{
	if (!drv->allow_rebind || READ_ONCE(to_bus_device(xendev)->is_failed) ||
	    xenbus_state_read(xendev, xendev->nodename) == XenbusStateClosing)
		xenbus_switch_state(xendev, XenbusStateClosed);
}

static void stop_watching(struct xenbus_device *xendev)
{
	if (!xendev->otherend_watch.node)
		return;
	unregister_xenbus_watch(&xendev->otherend_watch);
	kfree(xendev->otherend_watch.node);
	xendev->otherend_watch.node = NULL;
}

/**
 * xenbus_bus_remove() - take a device from its driver
 * @dev: the device
 *
 * Context: Process; sleeps; under the device's lock.
 */
void xenbus_bus_remove(struct device *dev)
{
	struct xenbus_device *xendev = to_xenbus_device(dev);
	struct xenbus_driver *drv = to_xenbus_driver(dev->driver);

	stop_watching(xendev);
	call_remove(drv, xendev);
	xenbus_otherend_forget(xendev);
	tell_closed(drv, xendev);
}

/**
 * xenbus_bus_freeze() - the domain is about to be suspended
 * @dev: a device
 *
 * Context: Process; sleeps.
 * Return: 0; a driver that cannot does not stop the domain.
 */
int xenbus_bus_freeze(struct device *dev)
{
	struct xenbus_driver *drv = to_xenbus_driver(dev->driver);
	int err = 0;

	if (dev->driver && drv->suspend)
		err = drv->suspend(to_xenbus_device(dev));
	if (err)
		dev_warn(dev, "its driver cannot suspend it (%d)\n", err);
	return 0;
}

/**
 * xenbus_bus_restore() - the domain is back, perhaps elsewhere
 * @dev: a device
 *
 * Its other end is another one, which knows nothing of it.
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno of what cannot be done.
 */
int xenbus_bus_restore(struct device *dev)
{
	struct xenbus_device *xendev = to_xenbus_device(dev);
	struct xenbus_driver *drv = to_xenbus_driver(dev->driver);
	int err;

	if (!dev->driver)
		return 0;
	xenbus_otherend_forget(xendev);
	err = drv->read_otherend_details(xendev);
	if (err)
		return err;
	xendev->state = XenbusStateInitialising;
	if (drv->resume)
		err = drv->resume(xendev);
	return err ?: xenbus_otherend_watch(xendev);
}
