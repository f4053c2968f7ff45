// SPDX-License-Identifier: GPL-2.0-only
/*
 * Places in the store where a device may be.
 *
 * A place has work of its own, which looks at the store and makes the place's
 * device what it finds: there, gone, another one by the same name, or led to
 * another other end. All that happens to a device by the store's doing happens
 * in that work, so it happens one thing at a time; and a driver that takes its
 * time with one device holds up no other.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include <xen/compat.h>
#include "internal.h"

/**
 * struct place - a directory where a device is or may be
 * @link: in its bus's places; under the bus's lock
 * @bus: the bus
 * @work: looks at it
 * @is_old: it was there before us; the work's own
 * @device: who is there, with a reference; NULL if nobody; the work's own
 * @path: the directory
 */
struct place {
	struct list_head link;
	struct xen_bus *bus;
	struct work_struct work;
	bool is_old;
	struct bus_device *device;
	char path[];
};

/**
 * struct sight - what is in a place
 * @nodes: state, and who the other end is
 * @state: the state, XenbusStateUnknown if there is none that makes sense
 * @is_there: the directory exists
 */
struct sight {
	struct xenbus_read_item nodes[3];
	enum xenbus_state state;
	bool is_there;
};

static void sight_free(struct sight *sight)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sight->nodes); i++)
		if (!IS_ERR(sight->nodes[i].value))
			kfree(sight->nodes[i].value);
}

/* The directory's own node tells when nothing in it can be read. */
static int find_out_whether_there(const char *path, struct sight *sight)
{
	char *value;

	if (!IS_ERR(sight->nodes[0].value)) {
		sight->is_there = true;
		return 0;
	}
	value = xenbus_read(XBT_NIL, path, "", NULL);
	if (!IS_ERR(value)) {
		sight->is_there = true;
		kfree(value);
		return 0;
	}
	return PTR_ERR(value) == -ENOENT ? 0 : PTR_ERR(value);
}

/* An error means that nothing is known, not that nothing is there. */
static int see(struct place *place, struct sight *sight)
{
	int err;

	*sight = (struct sight){
		.nodes = { { .node = "state" },
			   { .node = place->bus->id_node },
			   { .node = place->bus->path_node } },
	};
	err = xenbus_read_batch(XBT_NIL, place->path, sight->nodes,
				ARRAY_SIZE(sight->nodes));
	if (err)
		return err;
	if (!IS_ERR(sight->nodes[0].value))
		xenbus_state_parse(sight->nodes[0].value, &sight->state);
	err = find_out_whether_there(place->path, sight);
	if (err)
		sight_free(sight);
	return err;
}

/* The same, and whether another device has come in the place of ours. */
static int see_anew(struct place *place, struct sight *sight, bool *is_other)
{
	struct bus_device *device = place->device;
	int err;

	*is_other = false;
	if (!device)
		return see(place, sight);
	mutex_lock(&device->state_lock);
	err = see(place, sight);
	if (!err)
		*is_other = sight->state == XenbusStateInitialising &&
			    device->xendev.state != XenbusStateInitialising;
	mutex_unlock(&device->state_lock);
	return err;
}

/* Nothing is read or written for it from now on. */
static void set_gone(struct bus_device *device)
{
	WRITE_ONCE(device->is_gone, true);
	compat_set_vanished(&device->xendev);
}

static void drop_device(struct place *place, bool is_gone)
{
	struct bus_device *device = place->device;

	if (!device)
		return;
	/* Whoever waits for its other end must know before it is waited for. */
	if (is_gone)
		set_gone(device);
	place->device = NULL;
	xenbus_device_remove(device);
	put_device(&device->xendev.dev);
}

/* Its driver has the other end's name from when it was probed. */
static void check_otherend(struct bus_device *device, const struct sight *sight)
{
	const char *id = sight->nodes[1].value;
	const char *path = sight->nodes[2].value;

	if (IS_ERR(id) || IS_ERR(path) || READ_ONCE(device->is_failed))
		return;
	/* One that is being probed or unbound has this place looked at again. */
	if (!device_trylock(&device->xendev.dev))
		return;
	if (!xenbus_otherend_is(&device->xendev, id, path))
		xenbus_device_fail(&device->xendev, -EINVAL,
				   "its other end was changed to %s of domain %s",
				   path, id);
	device_unlock(&device->xendev.dev);
}

/*
 * A new device is in the first state. One in another is on its way out, unless
 * it was in use when we came: by those before us, who left it as it is.
 */
static bool is_for_us(const struct place *place, const struct sight *sight)
{
	return sight->state == XenbusStateInitialising ||
	       (place->is_old && sight->state != XenbusStateUnknown);
}

static void add_device(struct place *place, enum xenbus_state state)
{
	struct bus_device *device = xenbus_device_add(place->bus, place->path,
						      state);

	/* Half written, perhaps: the rest comes with another event. */
	if (device == ERR_PTR(-ENOENT))
		return;
	if (IS_ERR(device))
		pr_err_ratelimited("no device for %s (%ld)\n", place->path,
				   PTR_ERR(device));
	else
		place->device = device;
}

static void act_on(struct place *place, const struct sight *sight,
		   bool is_other)
{
	struct bus_device *device = place->device;

	/* A driver may have taken its device away by itself. */
	if (device && !device_is_registered(&device->xendev.dev))
		drop_device(place, false);
	if (!sight->is_there || is_other)
		drop_device(place, true);
	if (place->device)
		check_otherend(place->device, sight);
	else if (sight->is_there && is_for_us(place, sight))
		add_device(place, sight->state);
	place->is_old = false;
	if (place->device && READ_ONCE(place->device->is_failed))
		xenbus_device_let_go(place->device);
}

/* Nobody is there, and nobody has asked to look again. */
static void drop_place(struct place *place)
{
	struct xen_bus *bus = place->bus;

	mutex_lock(&bus->lock);
	if (work_pending(&place->work))
		place = NULL;
	else
		list_del(&place->link);
	mutex_unlock(&bus->lock);
	kfree(place);
}

static void look(struct work_struct *work)
{
	struct place *place = container_of(work, struct place, work);
	struct sight sight;
	bool is_other;

	if (see_anew(place, &sight, &is_other))
		return;
	act_on(place, &sight, is_other);
	sight_free(&sight);
	if (!sight.is_there)
		drop_place(place);
}

static struct place *find_place(struct xen_bus *bus, const char *path,
				size_t len)
{
	struct place *place;

	list_for_each_entry(place, &bus->places, link)
		if (!strncmp(place->path, path, len) && !place->path[len])
			return place;
	return NULL;
}

static struct place *add_place(struct xen_bus *bus, const char *path,
			       size_t len)
{
	struct place *place;

	place = kzalloc(struct_size(place, path, len + 1), GFP_KERNEL);
	if (!place)
		return NULL;
	place->bus = bus;
	place->is_old = !READ_ONCE(bus->has_scanned);
	INIT_WORK(&place->work, look);
	memcpy(place->path, path, len);
	list_add_tail(&place->link, &bus->places);
	return place;
}

/**
 * xenbus_place_kick() - have a place looked at
 * @bus: its bus
 * @path: begins with its path
 * @len: length of that
 *
 * Context: Process; sleeps.
 */
void xenbus_place_kick(struct xen_bus *bus, const char *path, size_t len)
{
	struct place *place;

	mutex_lock(&bus->lock);
	place = find_place(bus, path, len) ?: add_place(bus, path, len);
	if (place)
		queue_work(xenbus_queue, &place->work);
	else
		pr_err_ratelimited("no memory to look at %s\n", path);
	mutex_unlock(&bus->lock);
}

/**
 * xenbus_places_kick() - have all known places looked at
 * @bus: the bus
 *
 * Context: Process; sleeps.
 */
void xenbus_places_kick(struct xen_bus *bus)
{
	struct place *place;

	mutex_lock(&bus->lock);
	list_for_each_entry(place, &bus->places, link)
		queue_work(xenbus_queue, &place->work);
	mutex_unlock(&bus->lock);
}

/**
 * xenbus_places_drop() - forget all places, and their devices
 * @bus: the bus, which is not scanned any more and has no driver
 *
 * Context: Process; sleeps.
 */
void xenbus_places_drop(struct xen_bus *bus)
{
	struct place *place, *next;

	flush_workqueue(xenbus_queue);
	list_for_each_entry_safe(place, next, &bus->places, link) {
		drop_device(place, false);
		list_del(&place->link);
		kfree(place);
	}
}
