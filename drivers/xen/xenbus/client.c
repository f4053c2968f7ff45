// SPDX-License-Identifier: GPL-2.0-only
/* States, errors and watches, as a device's driver tells and asks them. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stdarg.h>

#include <xen/compat.h>
#include "internal.h"

/* More of an error than this does not get into its node. */
#define ERROR_BYTES 1024

/**
 * xenbus_state_read() - the state in a directory, as a device may see it
 * @xendev: the device that asks, or NULL if that is not known
 * @path: the directory of a device, of this one or of another
 *
 * Context: Process; sleeps.
 * Return: As xenbus_read_driver_state().
 */
enum xenbus_state xenbus_state_read(const struct xenbus_device *xendev,
				    const char *path)
{
	enum xenbus_state state = XenbusStateUnknown;
	char *text;

	if (xenbus_patience_is_over(path, &state))
		return state;
	if (xendev && READ_ONCE(to_bus_device(xendev)->is_gone))
		return XenbusStateUnknown;
	text = xenbus_read(XBT_NIL, path, "state", NULL);
	if (IS_ERR(text))
		return XenbusStateUnknown;
	xenbus_state_parse(text, &state);
	kfree(text);
	return state;
}

#ifdef COMPAT_HAS_VANISHED
/**
 * xenbus_read_driver_state() - read the state of a device
 * @dev: the device that asks, or NULL if no device does; Linux before 7.0 has
 *	no such parameter
 * @path: directory of the device whose state is read
 *
 * A probe() or remove() that waits for its other end too long is told what ends
 * its waiting, see Documentation/xenbus.rst.
 *
 * Context: Process; sleeps.
 * Return: The state; XenbusStateUnknown if there is none that makes sense, or
 * if the toolstack has taken @dev's directory away.
 */
enum xenbus_state xenbus_read_driver_state(const struct xenbus_device *dev,
					   const char *path)
{
	return xenbus_state_read(dev, path);
}
#else
enum xenbus_state xenbus_read_driver_state(const char *path)
{
	return xenbus_state_read(NULL, path);
}
#endif
EXPORT_SYMBOL_GPL(xenbus_read_driver_state);

/**
 * struct switching - a state that is being told
 * @xendev: whose
 * @state: which
 */
struct switching {
	struct xenbus_device *xendev;
	enum xenbus_state state;
};

/*
 * Only over a state that is there: else the toolstack has taken the directory
 * away, and writing would make it anew.
 */
static int write_state(struct xenbus_transaction t, void *data)
{
	const struct switching *switching = data;
	const char *path = switching->xendev->nodename;
	char *before = xenbus_read(t, path, "state", NULL);

	if (IS_ERR(before))
		return PTR_ERR(before);
	kfree(before);
	return xenbus_printf(t, path, "state", "%d", switching->state);
}

static int switch_state(struct xenbus_device *xendev, enum xenbus_state state)
{
	struct switching switching = { .xendev = xendev, .state = state };
	struct bus_device *device = to_bus_device(xendev);
	int err = 0;

	mutex_lock(&device->state_lock);
	if (state != xendev->state && !READ_ONCE(device->is_gone))
		err = xenbus_transaction_run(write_state, &switching);
	if (err == -ENOENT)
		err = 0;
	if (!err)
		xendev->state = state;
	mutex_unlock(&device->state_lock);
	return err;
}

static __printf(3, 0)
void tell_error(struct xenbus_device *xendev, int err, const char *fmt,
		va_list args)
{
	char *text = kmalloc(ERROR_BYTES, GFP_KERNEL);
	char *dir;
	int len;

	if (!text)
		return;
	len = scnprintf(text, ERROR_BYTES, "%d ", -err);
	vscnprintf(text + len, ERROR_BYTES - len, fmt, args);
	dev_err(&xendev->dev, "%s\n", text);
	dir = kasprintf(GFP_KERNEL, "error/%s", xendev->nodename);
	if (dir)
		xenbus_write(XBT_NIL, dir, "error", text);
	kfree(dir);
	kfree(text);
}

/**
 * xenbus_dev_error() - tell of an error
 * @dev: the device
 * @err: -errno
 * @fmt: what went wrong, as for printk(), and what it names after it
 *
 * It goes to the log, and to error/PATH/error in the store, where PATH is the
 * device's directory: "22 what went wrong".
 *
 * Context: Process; sleeps.
 */
void xenbus_dev_error(struct xenbus_device *dev, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell_error(dev, err, fmt, args);
	va_end(args);
}
EXPORT_SYMBOL_GPL(xenbus_dev_error);

/**
 * xenbus_switch_state() - tell the other end that a device is in a new state
 * @dev: the device
 * @new_state: the state
 *
 * Nothing is written to a directory that the toolstack has taken away, and
 * nothing if the device is in that state already. One whose state cannot be
 * written is on its way to be closed.
 *
 * Context: Process; sleeps; outside of transactions.
 * Return: 0, or -errno as xenbus_transaction_run(), which has been told of as
 * by xenbus_dev_fatal().
 */
int xenbus_switch_state(struct xenbus_device *dev, enum xenbus_state new_state)
{
	int err = switch_state(dev, new_state);

	if (!err)
		return 0;
	xenbus_dev_error(dev, err, "cannot tell that it is %s",
			 xenbus_strstate(new_state));
	switch_state(dev, XenbusStateClosing);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_switch_state);

/**
 * xenbus_dev_fatal() - tell of an error that ends a device
 * @dev: the device
 * @err: -errno
 * @fmt: what went wrong, as for printk(), and what it names after it
 *
 * As xenbus_dev_error(), and the other end is told that the device is closing.
 *
 * Context: Process; sleeps.
 */
void xenbus_dev_fatal(struct xenbus_device *dev, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell_error(dev, err, fmt, args);
	va_end(args);
	xenbus_switch_state(dev, XenbusStateClosing);
}
EXPORT_SYMBOL_GPL(xenbus_dev_fatal);

/**
 * xenbus_frontend_closed() - tell that a frontend has closed
 * @dev: the frontend
 *
 * Context: Process; sleeps.
 * Return: 0.
 */
int xenbus_frontend_closed(struct xenbus_device *dev)
{
	xenbus_switch_state(dev, XenbusStateClosed);
	complete(&dev->down);
	return 0;
}
EXPORT_SYMBOL_GPL(xenbus_frontend_closed);

/**
 * xenbus_watch_path() - watch a node for a device
 * @dev: the device
 * @path: the node; @watch's until that is unregistered
 * @watch: filled in; the caller's
 * @will_handle: as in struct xenbus_watch, or NULL
 * @callback: likewise; takes turns with all callbacks of @dev
 *
 * Context: Process; sleeps.
 * Return: 0; else -errno as register_xenbus_watch(), which has been told of as
 * by xenbus_dev_fatal(), and @watch->node is NULL.
 */
int xenbus_watch_path(struct xenbus_device *dev, const char *path,
		      struct xenbus_watch *watch,
		      bool (*will_handle)(struct xenbus_watch *watch,
					  const char *path, const char *token),
		      void (*callback)(struct xenbus_watch *watch,
				       const char *path, const char *token))
{
	int err;

	watch->node = path;
	watch->will_handle = will_handle;
	watch->callback = callback;
	err = register_xenbus_watch_ordered(watch, to_bus_device(dev)->order);
	if (err) {
		watch->node = NULL;
		xenbus_dev_fatal(dev, err, "watching %s", path);
	}
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_watch_path);

/**
 * xenbus_watch_pathfmt() - watch a node for a device
 * @dev: the device
 * @watch: filled in; the caller's
 * @will_handle: as for xenbus_watch_path()
 * @callback: likewise
 * @pathfmt: the node, as for printk(), and what it names after it
 *
 * Context: Process; sleeps.
 * Return: 0, and @watch->node is to be kfree()d when the watch is unregistered;
 * else -errno as xenbus_watch_path(); -ENOMEM.
 */
int xenbus_watch_pathfmt(struct xenbus_device *dev, struct xenbus_watch *watch,
			 bool (*will_handle)(struct xenbus_watch *watch,
					     const char *path,
					     const char *token),
			 void (*callback)(struct xenbus_watch *watch,
					  const char *path, const char *token),
			 const char *pathfmt, ...)
{
	va_list args;
	char *path;
	int err;

	va_start(args, pathfmt);
	path = kvasprintf(GFP_NOIO, pathfmt, args);
	va_end(args);
	if (!path) {
		watch->node = NULL;
		xenbus_dev_fatal(dev, -ENOMEM, "watching a node");
		return -ENOMEM;
	}
	err = xenbus_watch_path(dev, path, watch, will_handle, callback);
	if (err)
		kfree(path);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_watch_pathfmt);
