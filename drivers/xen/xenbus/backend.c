// SPDX-License-Identifier: GPL-2.0-only
/* The bus of backends: what we serve to others, at backend/TYPE/DOMID/ID. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>

#include <xen/compat.h>

#include "internal.h"

/* A backend is named after its frontend's domain, so that must be there. */
static int name(const char *path, char *name)
{
	char *text = xenbus_read(XBT_NIL, path, "frontend-id", NULL);
	int domid, err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = xenbus_domid_parse(text, &domid);
	kfree(text);
	return err ?: xenbus_path_name(path, domid, name);
}

static int match(struct device *dev, compat_match_driver_t *drv)
{
	return !!xenbus_match_id(to_xenbus_driver(drv), to_xenbus_device(dev));
}

static int uevent(compat_uevent_device_t *dev, struct kobj_uevent_env *env)
{
	const struct xenbus_driver *drv;
	int err = xenbus_uevent(to_xenbus_device(dev), env);

	if (!err)
		err = add_uevent_var(env, "XENBUS_BASE_PATH=%s",
				     xenbus_backend_bus.root);
	if (err || !dev->driver)
		return err;
	drv = to_xenbus_driver(dev->driver);
	return drv->uevent ? drv->uevent(to_xenbus_device(dev), env) : 0;
}

struct xen_bus xenbus_backend_bus = {
	.bus = {
		.name = "xen-backend",
		.match = match,
		.uevent = uevent,
		.probe = xenbus_bus_probe,
		.remove = xenbus_bus_remove,
		.dev_groups = xenbus_groups,
	},
	.root = "backend",
	.levels = 3,
	.id_node = "frontend-id",
	.path_node = "frontend",
	.name = name,
};

/**
 * xenbus_dev_is_online() - is a backend to outlive its frontend's close?
 * @dev: the backend
 *
 * Context: Process; sleeps.
 * Return: 1 if the toolstack says so, else 0.
 */
int xenbus_dev_is_online(struct xenbus_device *dev)
{
	return !!xenbus_read_unsigned(dev->nodename, "online", 0);
}
EXPORT_SYMBOL_GPL(xenbus_dev_is_online);

/**
 * __xenbus_register_backend() - register a driver of backends
 * @drv: the driver; stays the caller's until xenbus_unregister_driver()
 * @owner: its module
 * @mod_name: and that one's name
 *
 * xenbus_register_backend() fills in the latter two.
 *
 * Context: Process; sleeps.
 * Return: 0, or what driver_register() says.
 */
int __xenbus_register_backend(struct xenbus_driver *drv, struct module *owner,
			      const char *mod_name)
{
	return xenbus_driver_add(&xenbus_backend_bus, drv, owner, mod_name);
}
EXPORT_SYMBOL_GPL(__xenbus_register_backend);
