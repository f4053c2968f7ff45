// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end: who it is, and what it says.
 *
 * Both are text that somebody else wrote. What makes no sense fails the device,
 * with the reason in the log and in its error node, and is shown to no driver.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

static int set_otherend(struct xenbus_device *xendev,
			const struct xenbus_read_item *id,
			const struct xenbus_read_item *path)
{
	int err;

	err = PTR_ERR_OR_ZERO(id->value) ?: PTR_ERR_OR_ZERO(path->value);
	if (err) {
		xenbus_dev_fatal(xendev, err, "reading %s and %s", id->node,
				 path->node);
		return err;
	}
	err = xenbus_domid_parse(id->value, &xendev->otherend_id);
	if (err) {
		xenbus_dev_fatal(xendev, err, "%s \"%.16s\" is no domain",
				 id->node, id->value);
		return err;
	}
	if (*path->value != '/' || !xenbus_exists(XBT_NIL, path->value, "")) {
		xenbus_dev_fatal(xendev, -ENOENT,
				 "%s \"%.128s\" is missing, or not ours to read",
				 path->node, path->value);
		return -ENOENT;
	}
	xendev->otherend = path->value;
	return 0;
}

static void free_value(char *value)
{
	if (!IS_ERR(value))
		kfree(value);
}

/**
 * xenbus_otherend_find() - read who the other end is
 * @xendev: the device, which knows none yet
 *
 * Context: Process; sleeps.
 * Return: 0; -errno as xenbus_read(); -EINVAL if it makes no sense; -ENOENT if
 * there is none.
 */
int xenbus_otherend_find(struct xenbus_device *xendev)
{
	struct xen_bus *bus = to_xen_bus(xendev);
	struct xenbus_read_item nodes[] = {
		{ .node = bus->id_node }, { .node = bus->path_node },
	};
	int err;

	err = xenbus_read_batch(XBT_NIL, xendev->nodename, nodes,
				ARRAY_SIZE(nodes));
	if (err) {
		xenbus_dev_fatal(xendev, err, "reading its other end");
		return err;
	}
	err = set_otherend(xendev, &nodes[0], &nodes[1]);
	free_value(nodes[0].value);
	if (err)
		free_value(nodes[1].value);
	return err;
}

/**
 * xenbus_otherend_forget() - hear and know no more of the other end
 * @xendev: the device
 *
 * Context: Process; sleeps until a callback that runs has returned, unless it
 * is one that calls.
 */
void xenbus_otherend_forget(struct xenbus_device *xendev)
{
	if (xendev->otherend_watch.node) {
		unregister_xenbus_watch(&xendev->otherend_watch);
		kfree(xendev->otherend_watch.node);
		xendev->otherend_watch.node = NULL;
	}
	kfree(xendev->otherend);
	xendev->otherend = NULL;
}

/**
 * xenbus_otherend_is() - is the other end the one that is named?
 * @xendev: the device
 * @id: domain, as text
 * @path: directory
 *
 * Context: Under the device's lock.
 * Return: true if it is, and if the device knows none.
 */
bool xenbus_otherend_is(const struct xenbus_device *xendev, const char *id,
			const char *path)
{
	int domid;

	if (!xendev->otherend)
		return true;
	return !xenbus_domid_parse(id, &domid) &&
	       domid == xendev->otherend_id && !strcmp(path, xendev->otherend);
}

/* Returns false if it makes no sense, and the device has failed. */
static bool read_state(struct xenbus_device *xendev, enum xenbus_state *state)
{
	struct bus_device *device = to_bus_device(xendev);
	char *text = xenbus_read(XBT_NIL, xendev->otherend, "state", NULL);
	int err = 0;

	*state = XenbusStateUnknown;
	if (!IS_ERR(text)) {
		device->has_other_state = true;
		err = xenbus_state_parse(text, state);
		if (err)
			xenbus_device_fail(xendev, err,
					   "its other end's state \"%.16s\" makes no sense",
					   text);
		kfree(text);
	}
	return !err;
}

/* A backend's driver is told; a frontend's would wait for ever. */
static void check_whether_lost(struct xenbus_device *xendev,
			       enum xenbus_state state)
{
	if (state == XenbusStateUnknown && xenbus_is_frontend(xendev) &&
	    to_bus_device(xendev)->has_other_state)
		xenbus_device_fail(xendev, -ENOENT, "its other end has vanished");
}

static void changed(struct xenbus_watch *watch, const char *path,
		    const char *token)
{
	struct xenbus_device *xendev =
		container_of(watch, struct xenbus_device, otherend_watch);
	struct xenbus_driver *drv = to_xenbus_driver(xendev->dev.driver);
	enum xenbus_state state;

	if (READ_ONCE(to_bus_device(xendev)->is_failed) ||
	    !read_state(xendev, &state))
		return;
	/* What a driver would do then may need what is gone already. */
	if (system_state > SYSTEM_RUNNING) {
		if (xenbus_is_frontend(xendev) && state == XenbusStateClosing)
			xenbus_frontend_closed(xendev);
		return;
	}
	check_whether_lost(xendev, state);
	/* May take the device away, so nothing comes after it. */
	if (drv->otherend_changed)
		drv->otherend_changed(xendev, state);
}

/**
 * xenbus_otherend_watch() - tell the driver of the other end's states
 * @xendev: the device, which knows its other end
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_watch_path().
 */
int xenbus_otherend_watch(struct xenbus_device *xendev)
{
	return xenbus_watch_pathfmt(xendev, &xendev->otherend_watch, NULL,
				    changed, "%s/state", xendev->otherend);
}
