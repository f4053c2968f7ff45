/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of xendomu-xenbus.ko share with each other.
 *
 *   path.c       paths of devices: a pure core
 *   state.c      states and domains as text: another
 *   place.c      places in the store where a device may be, and who is there
 *   scan.c       finds the places: watches and lists
 *   device.c     devices: made, taken away, failed
 *   bus.c        what the driver core asks of both buses
 *   otherend.c   who is at the other end, and what it says
 *   reset.c      a frontend that was in use begins anew
 *   patience.c   an end to waiting for an other end that says nothing
 *   frontend.c   the bus of frontends
 *   backend.c    the bus of backends
 *   driver.c     drivers come and go
 *   sysfs.c      attributes of a device
 *   client.c     states and errors, as a driver tells them
 *   ring.c       rings that a driver offers
 *   map.c        rings that a driver is offered
 *   main.c       up in this order, and down in reverse
 */
#ifndef _XENDOMU_XENBUS_INTERNAL_H
#define _XENDOMU_XENBUS_INTERNAL_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include <xen/xenbus.h>

/* A driver's types are shorter than this, see struct xenbus_device_id. */
#define TYPE_BYTES sizeof_field(struct xenbus_device_id, devicetype)
#define NAME_BYTES 48

/**
 * struct xen_bus - a bus, of frontends or of backends
 * @bus: as the driver core knows it
 * @root: the directory of its devices
 * @levels: how far below @root a device's own directory is
 * @id_node: node in a device's directory that names the other end's domain
 * @path_node: node there that names the other end's directory
 * @name: makes a device's name, of NAME_BYTES at most
 * @watch: of @root
 * @is_watched: it is registered; the notifier's and the exit's own
 * @scan: looks for places
 * @has_scanned: it has done so once
 * @lock: protects @places
 * @places: where a device is or may be
 */
struct xen_bus {
	struct bus_type bus;
	const char *root;
	unsigned int levels;
	const char *id_node;
	const char *path_node;
	int (*name)(const char *path, char *name);

	struct xenbus_watch watch;
	bool is_watched;
	struct work_struct scan;
	bool has_scanned;
	struct mutex lock; /* taken with a device's lock held */
	struct list_head places;
};

/**
 * struct bus_device - a device, with what Linux's struct has no room for
 * @xendev: as drivers know it
 * @order: its watches take turns
 * @state_lock: held while @xendev.state and the store's are made the same
 * @is_gone: its directory is not its own any more: nothing is written there
 * @is_failed: its driver is to let it go
 * @has_other_state: its other end has been seen to have a state
 * @type: its type
 * @path: its directory
 */
struct bus_device {
	struct xenbus_device xendev;
	struct xenbus_watch_order *order;
	struct mutex state_lock; /* innermost */
	bool is_gone;
	bool is_failed;
	bool has_other_state;
	char type[TYPE_BYTES];
	char path[];
};

static inline struct bus_device *to_bus_device(const struct xenbus_device *xendev)
{
	return container_of(xendev, struct bus_device, xendev);
}

static inline struct xen_bus *to_xen_bus(const struct xenbus_device *xendev)
{
	return container_of(xendev->dev.bus, struct xen_bus, bus);
}

/* path.c */
size_t xenbus_path_of_device(const char *path, unsigned int levels);
bool xenbus_path_matters(const char *rest);
int xenbus_path_type(const char *path, char *type);
int xenbus_path_name(const char *path, int domid, char *name);

/* state.c */
int xenbus_state_parse(const char *text, enum xenbus_state *state);
int xenbus_domid_parse(const char *text, int *domid);

/* place.c */
void xenbus_place_kick(struct xen_bus *bus, const char *path, size_t len);
void xenbus_places_kick(struct xen_bus *bus);
void xenbus_places_drop(struct xen_bus *bus);

/* scan.c */
int xenbus_scan_init(struct xen_bus *bus);
int xenbus_scan_start(struct xen_bus *bus);
void xenbus_scan_exit(struct xen_bus *bus);
extern struct workqueue_struct *xenbus_queue;

/* device.c */
struct bus_device *xenbus_device_add(struct xen_bus *bus, const char *path,
				     enum xenbus_state state);
void xenbus_device_remove(struct bus_device *device);
void xenbus_device_let_go(struct bus_device *device);
__printf(3, 4)
void xenbus_device_fail(struct xenbus_device *xendev, int err, const char *fmt,
			...);

/* bus.c */
int xenbus_bus_probe(struct device *dev);
void xenbus_bus_remove(struct device *dev);
int xenbus_bus_freeze(struct device *dev);
int xenbus_bus_restore(struct device *dev);
const struct xenbus_device_id *xenbus_match_id(const struct xenbus_driver *drv,
					       const struct xenbus_device *xendev);

/* otherend.c */
int xenbus_otherend_find(struct xenbus_device *xendev);
void xenbus_otherend_forget(struct xenbus_device *xendev);
int xenbus_otherend_watch(struct xenbus_device *xendev);
bool xenbus_otherend_is(const struct xenbus_device *xendev, const char *id,
			const char *path);

/* client.c */
enum xenbus_state xenbus_state_read(const struct xenbus_device *xendev,
				    const char *path);

/* reset.c */
void xenbus_reset(struct xenbus_device *xendev);

/* patience.c */

/**
 * struct patience - a driver's function that may wait for the other end
 * @link: in the list of all
 * @xendev: its device
 * @answer: what the other end is said to be in when there is no more patience
 * @until: when that is, in jiffies
 * @is_lost: somebody was told so because of the time
 */
struct patience {
	struct list_head link;
	struct xenbus_device *xendev;
	enum xenbus_state answer;
	unsigned long until;
	bool is_lost;
};

void xenbus_patience_begin(struct patience *patience,
			   struct xenbus_device *xendev,
			   enum xenbus_state answer, unsigned int seconds);
void xenbus_patience_end(struct patience *patience);
bool xenbus_patience_is_over(const char *otherend, enum xenbus_state *answer);

/* frontend.c, backend.c */
extern struct xen_bus xenbus_frontend_bus;
extern struct xen_bus xenbus_backend_bus;
bool xenbus_is_frontend(const struct xenbus_device *xendev);

/* driver.c */
int xenbus_driver_add(struct xen_bus *bus, struct xenbus_driver *drv,
		      struct module *owner, const char *mod_name);

/* sysfs.c */
extern const struct attribute_group *xenbus_groups[];
int xenbus_uevent(const struct xenbus_device *xendev,
		  struct kobj_uevent_env *env);

#endif
