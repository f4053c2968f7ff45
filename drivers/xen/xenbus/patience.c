// SPDX-License-Identifier: GPL-2.0-only
/*
 * An end to waiting for the other end.
 *
 * Some drivers wait in probe() or remove() until the other end's state has
 * changed, as often as it takes, and read it by xenbus_read_driver_state(). An
 * other end that does nothing would hold them for ever, and with them whoever
 * loads or unloads the driver. So while such a function runs, its device is in
 * a list here; and when its time is over, or its directory is gone, the other
 * end is said to be in the state that ends the waiting.
 */
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "internal.h"

static DEFINE_MUTEX(lock);
/* Under lock; few, as each is a task in a driver's function. */
static LIST_HEAD(waiting);

/**
 * xenbus_patience_begin() - a driver's function begins that may wait
 * @patience: until xenbus_patience_end(); the caller's
 * @xendev: its device, whose other end stays known until then
 * @answer: what ends the waiting
 * @seconds: how long it may last
 *
 * Context: Process; sleeps.
 */
void xenbus_patience_begin(struct patience *patience,
			   struct xenbus_device *xendev,
			   enum xenbus_state answer, unsigned int seconds)
{
	*patience = (struct patience){
		.xendev = xendev,
		.answer = answer,
		.until = jiffies + seconds * HZ,
	};
	mutex_lock(&lock);
	list_add(&patience->link, &waiting);
	mutex_unlock(&lock);
}

/**
 * xenbus_patience_end() - the function has returned
 * @patience: as it was begun
 *
 * Context: Process; sleeps.
 */
void xenbus_patience_end(struct patience *patience)
{
	mutex_lock(&lock);
	list_del(&patience->link);
	mutex_unlock(&lock);
	if (patience->is_lost)
		dev_warn(&patience->xendev->dev,
			 "did not wait any longer for %s\n",
			 patience->xendev->otherend);
}

static bool is_over(struct patience *patience, const char *otherend)
{
	struct xenbus_device *xendev = patience->xendev;

	if (strcmp(xendev->otherend, otherend))
		return false;
	/* That happens all the time, and is nothing to tell of. */
	if (READ_ONCE(to_bus_device(xendev)->is_gone))
		return true;
	patience->is_lost |= time_after(jiffies, patience->until);
	return patience->is_lost;
}

/**
 * xenbus_patience_is_over() - is it useless to ask for an other end's state?
 * @otherend: its directory
 * @answer: set to what to say instead
 *
 * Context: Process; sleeps.
 * Return: true if so.
 */
bool xenbus_patience_is_over(const char *otherend, enum xenbus_state *answer)
{
	struct patience *patience;
	bool is_any = false;

	mutex_lock(&lock);
	list_for_each_entry(patience, &waiting, link) {
		if (!is_over(patience, otherend))
			continue;
		*answer = patience->answer;
		is_any = true;
	}
	mutex_unlock(&lock);
	return is_any;
}
