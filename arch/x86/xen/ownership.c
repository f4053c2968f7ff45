// SPDX-License-Identifier: GPL-2.0-only
/*
 * One owner per resource.
 *
 * A resource is free, or the kernel's, or one of our modules'. A module
 * claims it before it touches it; a claim that fails says who holds it and
 * what frees it.
 */
#include <linux/device/bus.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

#include <xen/shared_info.h>

#include "internal.h"

#define BLACKLIST_REMEDY                                                      \
	"boot with initcall_blacklist=__gnttab_init,xenbus_init,"             \
	"xenbus_probe_frontend_init,xenbus_probe_backend_init,"               \
	"xenbus_probe_initcall,xenbus_backend_init,xen_hvc_init,"             \
	"boot_wait_for_devices"

static const struct {
	const char *name;
	const char *remedy;
} resources[NR_XEN_RESOURCES] = {
	[XEN_RESOURCE_GRANT_TABLE] = { "grant table", BLACKLIST_REMEDY },
	[XEN_RESOURCE_XENSTORE] = { "XenStore ring", BLACKLIST_REMEDY },
	[XEN_RESOURCE_CONSOLE] = { "console ring", BLACKLIST_REMEDY
				   " and console=hvc1, so that printk leaves hvc0" },
	[XEN_RESOURCE_BUS] = { "bus of Xen devices", BLACKLIST_REMEDY },
};

static DEFINE_MUTEX(owners_lock);
/* Whom each resource belongs to; under owners_lock. */
static const char *owners[NR_XEN_RESOURCES];

static bool kernel_holds_ring_port(enum xen_resource resource)
{
	struct xen_ring ring;

	return !xen_guest_ops->ring(resource, &ring) &&
	       xen_kernel_holds_port(ring.port);
}

/* The kernel does not say which buses it has, but any one leads to all. */
static bool has_bus(const char *name)
{
	struct kset *some_bus = bus_get_kset(&platform_bus_type);
	struct kobject *bus = kset_find_obj(some_bus->kobj.kset, name);

	kobject_put(bus);
	return bus;
}

static bool kernel_holds(enum xen_resource resource)
{
	switch (resource) {
	case XEN_RESOURCE_GRANT_TABLE:
		return xen_kernel_holds_grant_table();
	case XEN_RESOURCE_XENSTORE:
		return xen_kernel_holds_xenstore() ||
		       kernel_holds_ring_port(resource);
	case XEN_RESOURCE_CONSOLE:
		return xen_kernel_prints_on_console() ||
		       kernel_holds_ring_port(resource);
	case XEN_RESOURCE_BUS:
		return has_bus("xen") || has_bus("xen-backend");
	default:
		return false;
	}
}

/**
 * xen_resource_claim() - become the owner of a resource
 * @resource: which
 * @owner: name of the claiming module
 *
 * Nothing of the resource may be touched before this succeeds. Undone by
 * xen_resource_release().
 *
 * Context: Process; sleeps.
 * Return: 0; -EBUSY if the kernel or another module owns it, and then one line in
 * the log says who does and what frees it; -ENODEV if there is nothing to own,
 * as where all modules are built in and Xen is not there.
 */
int xen_resource_claim(enum xen_resource resource, const char *owner)
{
	const char *name = resources[resource].name;
	int err = 0;

	if (!xen_shared_page())
		return -ENODEV;
	mutex_lock(&owners_lock);
	if (owners[resource]) {
		pr_err("the %s belongs to %s: rmmod that first\n", name,
		       owners[resource]);
		err = -EBUSY;
	} else if (kernel_holds(resource)) {
		pr_err("the %s belongs to the kernel: %s\n", name,
		       resources[resource].remedy);
		err = -EBUSY;
	} else {
		owners[resource] = owner;
	}
	mutex_unlock(&owners_lock);
	return err;
}
EXPORT_SYMBOL_GPL(xen_resource_claim);

/**
 * xen_resource_release() - give a claimed resource back
 * @resource: which
 *
 * Context: Process; sleeps.
 */
void xen_resource_release(enum xen_resource resource)
{
	mutex_lock(&owners_lock);
	owners[resource] = NULL;
	mutex_unlock(&owners_lock);
}
EXPORT_SYMBOL_GPL(xen_resource_release);

/**
 * xen_resource_require() - make sure that a module of ours owns a resource
 * @resource: which
 * @user: name of the module that is to use it
 *
 * A module that needs another's symbols is loaded after it. Where both are built
 * in, the other one may not have come up.
 *
 * Context: Process; sleeps.
 * Return: 0; -ENODEV if none does, with a line in the log where there is Xen.
 */
int xen_resource_require(enum xen_resource resource, const char *user)
{
	bool is_ours;

	if (!xen_shared_page())
		return -ENODEV;
	mutex_lock(&owners_lock);
	is_ours = owners[resource];
	mutex_unlock(&owners_lock);
	if (is_ours)
		return 0;
	pr_err("%s needs the %s, which did not come up: see above\n", user,
	       resources[resource].name);
	return -ENODEV;
}
EXPORT_SYMBOL_GPL(xen_resource_require);

/**
 * xen_ownership_show() - print the owner of each resource
 * @m: where to
 *
 * Context: Process; sleeps.
 */
void xen_ownership_show(struct seq_file *m)
{
	int i;

	mutex_lock(&owners_lock);
	for (i = 0; i < NR_XEN_RESOURCES; i++) {
		const char *who = "nobody";

		if (owners[i])
			who = owners[i];
		else if (kernel_holds(i))
			who = "the kernel";
		seq_printf(m, "owner of the %s: %s\n", resources[i].name, who);
	}
	mutex_unlock(&owners_lock);
}

/**
 * xen_ring_get() - map a ring that exists since the start of day
 * @resource: XEN_RESOURCE_XENSTORE or XEN_RESOURCE_CONSOLE, claimed
 * @ring: filled in; undone by xen_ring_put()
 *
 * Context: Process; sleeps.
 * Return: 0; -ENOENT if this domain was not given that ring; -EINVAL if what
 * it was given cannot be right; -ENOMEM.
 */
int xen_ring_get(enum xen_resource resource, struct xen_ring *ring)
{
	int err;

	*ring = (struct xen_ring){};
	err = xen_guest_ops->ring(resource, ring);
	if (err)
		pr_err("no %s for this domain (%d): see xendomu/start_info in debugfs\n",
		       resources[resource].name, err);
	else
		err = xen_guest_ops->map_ring(ring);
	return err;
}
EXPORT_SYMBOL_GPL(xen_ring_get);

/**
 * xen_ring_put() - undo xen_ring_get()
 * @ring: the ring
 *
 * Context: Process; sleeps.
 */
void xen_ring_put(struct xen_ring *ring)
{
	if (ring->is_mapped)
		memunmap(ring->page);
	*ring = (struct xen_ring){};
}
EXPORT_SYMBOL_GPL(xen_ring_put);
