// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking the emulated disks and network cards away, for who asks for it.
 *
 * A device model that emulates a disk or a card next to a paravirtual one lets
 * go of it when told by two I/O ports of the platform device. It does not come
 * back before the domain restarts, and a driver that has it gets an error for
 * every access. So nothing is unplugged unless the module is told to, and no
 * device that has a driver.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/guest.h>
#include <xen/platform_pci.h>

#include "hvm.h"

static char *unplug = "";
module_param(unplug, charp, 0444);
MODULE_PARM_DESC(unplug,
		 "HVM: emulated devices to take away for good: disks, nics, or disks,nics (default: none)");

enum { KIND_DISKS, KIND_NICS };

static const struct {
	const char *name;
	u16 bits;
	unsigned int pci_class;
} kinds[] = {
	[KIND_DISKS] = { "disks", XEN_UNPLUG_ALL_IDE_DISKS, PCI_CLASS_STORAGE_IDE },
	[KIND_NICS] = { "nics", XEN_UNPLUG_ALL_NICS, PCI_CLASS_NETWORK_ETHERNET },
};

/* XEN_UNPLUG_*; written once, while the module loads. */
static u16 unplugged;

/* A device whose driver would lose it; the caller puts it. */
static struct pci_dev *find_in_use(unsigned int pci_class)
{
	struct pci_dev *dev = NULL;

	for_each_pci_dev(dev)
		if (dev->class >> 8 == pci_class && dev->dev.driver)
			break;
	return dev;
}

static int add_kind(const char *name, u16 *bits)
{
	struct pci_dev *dev;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			break;
	if (i == ARRAY_SIZE(kinds)) {
		pr_err("unplug=%s: it is disks, nics or both\n", name);
		return -EINVAL;
	}
	dev = find_in_use(kinds[i].pci_class);
	if (dev) {
		pr_err("unplug=%s: %s has a driver (%s): load this module first\n",
		       name, pci_name(dev), dev->dev.driver->name);
		pci_dev_put(dev);
		return -EBUSY;
	}
	*bits |= kinds[i].bits;
	return 0;
}

static int parse(u16 *bits)
{
	char *copy = kstrdup(unplug, GFP_KERNEL), *rest = copy, *name;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	*bits = 0;
	while (!err && (name = strsep(&rest, ",")))
		if (*name)
			err = add_kind(name, bits);
	kfree(copy);
	return err;
}

static bool has_magic(void)
{
	return inw(XEN_IOPORT_MAGIC) == XEN_IOPORT_MAGIC_VAL;
}

/* The device model may refuse a driver once it knows which one this is. */
static int introduce(void)
{
	if (!has_magic())
		return -ENODEV;
	if (inb(XEN_IOPORT_PROTOVER) == 1) {
		outw(XEN_IOPORT_LINUX_PRODNUM, XEN_IOPORT_PRODNUM);
		outl(XEN_IOPORT_LINUX_DRVVER, XEN_IOPORT_DRVVER);
		if (!has_magic())
			return -EPERM;
	}
	return 0;
}

/* One that the kernel had found and that does not answer any more, if any. */
static struct pci_dev *find_gone(unsigned int pci_class)
{
	struct pci_dev *dev = NULL;

	for_each_pci_dev(dev)
		if (dev->class >> 8 == pci_class && !pci_device_is_present(dev))
			break;
	return dev;
}

static void forget_nics(void)
{
	struct pci_dev *dev;

	while ((dev = find_gone(PCI_CLASS_NETWORK_ETHERNET))) {
		pci_stop_and_remove_bus_device_locked(dev);
		pci_dev_put(dev);
	}
}

/**
 * xen_unplug() - take away what the module was told to
 *
 * Context: Process, while the module loads.
 * Return: 0; -EINVAL for a parameter that makes no sense; -EBUSY if a device
 * has a driver; -ENODEV if the device model knows nothing of this; -EPERM if it
 * refuses.
 */
int xen_unplug(void)
{
	u16 bits;
	int err = parse(&bits);

	if (err || !bits)
		return err;
	err = introduce();
	if (err) {
		pr_err("unplug=%s: the device model does not take devices away (%d)\n",
		       unplug, err);
		return err;
	}
	outw(bits, XEN_IOPORT_UNPLUG);
	forget_nics();
	unplugged = bits;
	pr_info("unplugged %s\n", unplug);
	return 0;
}

/**
 * xen_has_pv_devices() - may drivers for paravirtual devices be registered?
 *
 * Context: Any.
 * Return: true, as this module is there only on Xen.
 */
bool xen_has_pv_devices(void)
{
	return true;
}
EXPORT_SYMBOL_GPL(xen_has_pv_devices);

/* In HVM a device may be there twice: emulated, with a driver, and once more. */
static bool is_free(unsigned int kind)
{
	struct pci_dev *dev;

	if (xen_personality() != XEN_PERSONALITY_HVM ||
	    unplugged & kinds[kind].bits)
		return true;
	dev = find_in_use(kinds[kind].pci_class);
	if (!dev)
		return true;
	pr_warn("no paravirtual %s: %s may be the same once more, and has a driver (%s): load this module before, with unplug=%s\n",
		kinds[kind].name, pci_name(dev), dev->dev.driver->name,
		kinds[kind].name);
	pci_dev_put(dev);
	return false;
}

/**
 * xen_has_pv_disk_devices() - the same for disks
 *
 * Context: Process.
 * Return: false in HVM where emulated disks have a driver, else true.
 */
bool xen_has_pv_disk_devices(void)
{
	return is_free(KIND_DISKS);
}
EXPORT_SYMBOL_GPL(xen_has_pv_disk_devices);

/**
 * xen_has_pv_nic_devices() - the same for network cards
 *
 * Context: Process.
 * Return: false in HVM where an emulated card has a driver, else true.
 */
bool xen_has_pv_nic_devices(void)
{
	return is_free(KIND_NICS);
}
EXPORT_SYMBOL_GPL(xen_has_pv_nic_devices);

/**
 * xen_has_pv_and_legacy_disk_devices() - may disks be both kinds at once?
 *
 * Context: Any.
 * Return: false.
 */
bool xen_has_pv_and_legacy_disk_devices(void)
{
	return false;
}
EXPORT_SYMBOL_GPL(xen_has_pv_and_legacy_disk_devices);
