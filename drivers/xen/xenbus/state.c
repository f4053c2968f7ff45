// SPDX-License-Identifier: GPL-2.0-only
/* States and domains as they stand in a device's nodes: pure. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>

#include "internal.h"

/**
 * xenbus_strstate() - the name of a state
 * @state: the state, or any number
 *
 * Context: Any.
 * Return: Its name, "INVALID" for what is no state.
 */
const char *xenbus_strstate(enum xenbus_state state)
{
	static const char *const names[] = {
		[XenbusStateUnknown] = "Unknown",
		[XenbusStateInitialising] = "Initialising",
		[XenbusStateInitWait] = "InitWait",
		[XenbusStateInitialised] = "Initialised",
		[XenbusStateConnected] = "Connected",
		[XenbusStateClosing] = "Closing",
		[XenbusStateClosed] = "Closed",
		[XenbusStateReconfiguring] = "Reconfiguring",
		[XenbusStateReconfigured] = "Reconfigured",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "INVALID";
}
EXPORT_SYMBOL_GPL(xenbus_strstate);

/**
 * xenbus_state_parse() - a state as text
 * @text: the text
 * @state: set to it
 *
 * Context: Any.
 * Return: 0, or -EINVAL for what is not the number of a state.
 */
int xenbus_state_parse(const char *text, enum xenbus_state *state)
{
	unsigned int number;

	if (kstrtouint(text, 10, &number) || number > XenbusStateReconfigured)
		return -EINVAL;
	*state = number;
	return 0;
}

/**
 * xenbus_domid_parse() - a domain's number as text
 * @text: the text
 * @domid: set to it
 *
 * Context: Any.
 * Return: 0, or -EINVAL for what is not the number of a domain.
 */
int xenbus_domid_parse(const char *text, int *domid)
{
	unsigned int number;

	if (kstrtouint(text, 10, &number) || number >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	*domid = number;
	return 0;
}
