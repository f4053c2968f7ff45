// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where devices may be: what the store lists, and what it says has changed.
 *
 * An event names a path. What is in or at a device's directory has that place
 * looked at; what is above has all directories listed. An event says only that
 * something may have changed, so it does not matter how often one comes, or
 * that some were dropped and one for the root came instead.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "internal.h"

struct workqueue_struct *xenbus_queue;

static void list_all(struct xen_bus *bus, const char *path, unsigned int level);

static void list_one(struct xen_bus *bus, const char *dir, const char *name,
		     unsigned int level)
{
	char *path = kasprintf(GFP_KERNEL, "%s/%s", dir, name);

	if (path)
		list_all(bus, path, level);
	else
		pr_err_ratelimited("no memory to look at %s/%s\n", dir, name);
	kfree(path);
}

/* As many levels as a bus has, and never more. */
static void list_all(struct xen_bus *bus, const char *path, unsigned int level)
{
	unsigned int i, nr;
	char **names;

	if (level == bus->levels) {
		xenbus_place_kick(bus, path, strlen(path));
		return;
	}
	names = xenbus_directory(XBT_NIL, path, "", &nr);
	/* What vanished, or a store that did, comes with another event. */
	if (IS_ERR(names))
		return;
	for (i = 0; i < nr; i++)
		list_one(bus, path, names[i], level + 1);
	kfree(names);
}

static void scan(struct work_struct *work)
{
	struct xen_bus *bus = container_of(work, struct xen_bus, scan);

	xenbus_places_kick(bus);
	list_all(bus, bus->root, 0);
	WRITE_ONCE(bus->has_scanned, true);
}

static bool will_handle(struct xenbus_watch *watch, const char *path,
			const char *token)
{
	struct xen_bus *bus = container_of(watch, struct xen_bus, watch);
	size_t len = xenbus_path_of_device(path, bus->levels);

	return !len || xenbus_path_matters(path + len);
}

static void changed(struct xenbus_watch *watch, const char *path,
		    const char *token)
{
	struct xen_bus *bus = container_of(watch, struct xen_bus, watch);
	size_t len = xenbus_path_of_device(path, bus->levels);

	if (len)
		xenbus_place_kick(bus, path, len);
	else
		queue_work(xenbus_queue, &bus->scan);
}

/**
 * xenbus_scan_init() - be ready to look for devices
 * @bus: the bus, zeroed but for what is constant
 *
 * Context: Any.
 * Return: 0.
 */
int xenbus_scan_init(struct xen_bus *bus)
{
	bus->watch = (struct xenbus_watch){
		.node = bus->root,
		.will_handle = will_handle,
		.callback = changed,
	};
	INIT_WORK(&bus->scan, scan);
	bus->has_scanned = false;
	mutex_init(&bus->lock);
	INIT_LIST_HEAD(&bus->places);
	return 0;
}

/**
 * xenbus_scan_start() - look for devices from now on
 * @bus: the bus, registered
 *
 * The watch fires at once, and again whenever a server begins anew.
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as register_xenbus_watch().
 */
int xenbus_scan_start(struct xen_bus *bus)
{
	int err;

	if (bus->is_watched)
		return 0;
	err = register_xenbus_watch(&bus->watch);
	bus->is_watched = !err;
	return err;
}

/**
 * xenbus_scan_exit() - look no more
 * @bus: the bus
 *
 * Context: Process; sleeps.
 */
void xenbus_scan_exit(struct xen_bus *bus)
{
	if (bus->is_watched)
		unregister_xenbus_watch(&bus->watch);
	bus->is_watched = false;
	cancel_work_sync(&bus->scan);
}
