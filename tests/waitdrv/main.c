// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver of frontends that waits for its backend without a limit, as some of
 * Linux's do: in probe() until it is not closed, in remove() until it is.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/module.h>

#include <xen/compat.h>
#include <xen/xenbus.h>

#define LOOK_MS 100

static bool is_closed(struct xenbus_device *dev)
{
	enum xenbus_state state = compat_read_driver_state(dev, dev->otherend);

	return state == XenbusStateClosed || state == XenbusStateUnknown;
}

static void wait_until(struct xenbus_device *dev, const char *what, bool closed)
{
	unsigned long start = jiffies;

	while (is_closed(dev) != closed)
		msleep(LOOK_MS);
	dev_info(&dev->dev, "%s waited %u s\n", what,
		 jiffies_to_msecs(jiffies - start) / 1000);
}

static int wait_probe(struct xenbus_device *dev,
		      const struct xenbus_device_id *id)
{
	wait_until(dev, "probe", false);
	xenbus_switch_state(dev, XenbusStateConnected);
	return 0;
}

static void wait_remove(struct xenbus_device *dev)
{
	wait_until(dev, "remove", true);
}

static const struct xenbus_device_id wait_ids[] = {
	{ "wait" },
	{ "" }
};

static struct xenbus_driver wait_driver = {
	.ids = wait_ids,
	.probe = wait_probe,
	.remove = wait_remove,
};

static int __init wait_init(void)
{
	return xenbus_register_frontend(&wait_driver);
}

static void __exit wait_exit(void)
{
	xenbus_unregister_driver(&wait_driver);
}

module_init(wait_init);
module_exit(wait_exit);

MODULE_DESCRIPTION("Test driver that waits for its other end");
MODULE_LICENSE("GPL");
