// SPDX-License-Identifier: GPL-2.0-only
/*
 * A platform device as no Xen would offer it: while this module is loaded, the
 * BAR that stands for address space is something else.
 *
 *   how=taken   it belongs to another driver, this one
 *   how=small   it is shorter than a page
 *   how=ports   it is in the space of I/O ports
 *   how=unset   the firmware gave it no address
 */
#include <linux/module.h>
#include <linux/pci.h>

#define BAR 1

static char *how = "taken";
module_param(how, charp, 0444);
MODULE_PARM_DESC(how, "what is wrong with the BAR: taken, small, ports or unset");

static struct pci_dev *platform;
static struct resource as_it_was;

static int __init badbar_init(void)
{
	struct resource *bar;
	int err = 0;

	platform = pci_get_device(PCI_VENDOR_ID_XEN, 0x0001, NULL);
	if (!platform)
		return -ENODEV;
	bar = &platform->resource[BAR];
	as_it_was = *bar;
	if (!strcmp(how, "taken"))
		err = pci_request_region(platform, BAR, KBUILD_MODNAME);
	else if (!strcmp(how, "small"))
		bar->end = bar->start + PAGE_SIZE - 2;
	else if (!strcmp(how, "ports"))
		bar->flags = (bar->flags & ~IORESOURCE_MEM) | IORESOURCE_IO;
	else if (!strcmp(how, "unset"))
		bar->flags |= IORESOURCE_UNSET;
	else
		err = -EINVAL;
	if (err)
		pci_dev_put(platform);
	return err;
}

static void __exit badbar_exit(void)
{
	struct resource *bar = &platform->resource[BAR];

	if (!strcmp(how, "taken"))
		pci_release_region(platform, BAR);
	bar->end = as_it_was.end;
	bar->flags = as_it_was.flags;
	pci_dev_put(platform);
}

module_init(badbar_init);
module_exit(badbar_exit);
MODULE_DESCRIPTION("A Xen platform device with a bad BAR");
MODULE_LICENSE("GPL");
