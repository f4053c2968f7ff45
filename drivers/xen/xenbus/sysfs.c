// SPDX-License-Identifier: GPL-2.0-only
/* What user space sees of a device: attributes and events, as Linux has them. */
#include <linux/kernel.h>
#include <linux/sysfs.h>

#include "internal.h"

static ssize_t nodename_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%s\n", to_xenbus_device(dev)->nodename);
}
static DEVICE_ATTR_RO(nodename);

static ssize_t devtype_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%s\n", to_xenbus_device(dev)->devicetype);
}
static DEVICE_ATTR_RO(devtype);

static ssize_t modalias_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%s:%s\n", dev->bus->name,
			  to_xenbus_device(dev)->devicetype);
}
static DEVICE_ATTR_RO(modalias);

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  xenbus_strstate(to_xenbus_device(dev)->state));
}
static DEVICE_ATTR_RO(state);

static struct attribute *device_attrs[] = {
	&dev_attr_nodename.attr,
	&dev_attr_devtype.attr,
	&dev_attr_modalias.attr,
	&dev_attr_state.attr,
	NULL
};

static const struct attribute_group device_group = {
	.attrs = device_attrs,
};

static ssize_t show_count(const atomic_t *count, char *buf)
{
	return sysfs_emit(buf, "%d\n", atomic_read(count));
}

static ssize_t event_channels_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return show_count(&to_xenbus_device(dev)->event_channels, buf);
}
static DEVICE_ATTR_RO(event_channels);

static ssize_t events_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return show_count(&to_xenbus_device(dev)->events, buf);
}
static DEVICE_ATTR_RO(events);

static ssize_t spurious_events_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return show_count(&to_xenbus_device(dev)->spurious_events, buf);
}
static DEVICE_ATTR_RO(spurious_events);

static ssize_t jiffies_eoi_delayed_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	return show_count(&to_xenbus_device(dev)->jiffies_eoi_delayed, buf);
}
static DEVICE_ATTR_RO(jiffies_eoi_delayed);

static ssize_t spurious_threshold_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  to_xenbus_device(dev)->spurious_threshold);
}

static ssize_t spurious_threshold_store(struct device *dev,
					struct device_attribute *attr,
					const char *buf, size_t count)
{
	int err = kstrtouint(buf, 0, &to_xenbus_device(dev)->spurious_threshold);

	return err ?: count;
}
static DEVICE_ATTR_RW(spurious_threshold);

/* Counted and obeyed by whoever serves the events of a backend's ports. */
static struct attribute *event_attrs[] = {
	&dev_attr_event_channels.attr,
	&dev_attr_events.attr,
	&dev_attr_spurious_events.attr,
	&dev_attr_jiffies_eoi_delayed.attr,
	&dev_attr_spurious_threshold.attr,
	NULL
};

static const struct attribute_group event_group = {
	.name = "xenbus",
	.attrs = event_attrs,
};

const struct attribute_group *xenbus_groups[] = {
	&device_group,
	&event_group,
	NULL
};

/**
 * xenbus_uevent() - what udev is told of a device
 * @xendev: the device
 * @env: where to
 *
 * Context: Process.
 * Return: 0 or -ENOMEM.
 */
int xenbus_uevent(const struct xenbus_device *xendev,
		  struct kobj_uevent_env *env)
{
	return add_uevent_var(env, "MODALIAS=%s:%s", xendev->dev.bus->name,
			      xendev->devicetype) ?:
	       add_uevent_var(env, "XENBUS_TYPE=%s", xendev->devicetype) ?:
	       add_uevent_var(env, "XENBUS_PATH=%s", xendev->nodename);
}
