// SPDX-License-Identifier: GPL-2.0-only
/*
 * A frontend that was in use begins anew.
 *
 * Its driver was unloaded, or a kernel before this one had it. A driver's
 * probe() takes a device that is new, and a backend that served somebody takes
 * nobody else before it has closed. So both ends are led to the beginning, step
 * by step; a backend that does not follow is waited for a while at each.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "internal.h"

#define STEP_SECONDS 5
#define LOOK_MS 50

static bool is_in(struct xenbus_device *xendev, enum xenbus_state a,
		  enum xenbus_state b)
{
	enum xenbus_state state = xenbus_state_read(xendev, xendev->otherend);

	return state == a || state == b;
}

static bool wait_for(struct xenbus_device *xendev, enum xenbus_state a,
		     enum xenbus_state b)
{
	unsigned long until = jiffies + STEP_SECONDS * HZ;

	while (!is_in(xendev, a, b)) {
		if (time_after(jiffies, until) ||
		    READ_ONCE(to_bus_device(xendev)->is_gone))
			return false;
		msleep(LOOK_MS);
	}
	return true;
}

static bool close_other(struct xenbus_device *xendev)
{
	if (is_in(xendev, XenbusStateConnected, XenbusStateInitialised)) {
		xenbus_switch_state(xendev, XenbusStateClosing);
		if (!wait_for(xendev, XenbusStateClosing, XenbusStateClosed))
			return false;
	}
	if (is_in(xendev, XenbusStateInitialising, XenbusStateInitWait))
		return true;
	xenbus_switch_state(xendev, XenbusStateClosed);
	return wait_for(xendev, XenbusStateClosed, XenbusStateInitWait);
}

/**
 * xenbus_reset() - lead a device that was in use to the beginning
 * @xendev: a device that knows its other end; nothing happens to a new one, nor
 *	to a backend, whose driver does this itself
 *
 * Context: Process; sleeps, 15 s at most.
 */
void xenbus_reset(struct xenbus_device *xendev)
{
	if (!xenbus_is_frontend(xendev) ||
	    xendev->state == XenbusStateInitialising)
		return;
	if (!close_other(xendev))
		dev_warn(&xendev->dev, "its backend does not close: it is %s\n",
			 xenbus_strstate(xenbus_state_read(xendev, xendev->otherend)));
	xenbus_switch_state(xendev, XenbusStateInitialising);
	wait_for(xendev, XenbusStateInitWait, XenbusStateInitialised);
}
