// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths of devices: pure.
 *
 * A frontend is at device/TYPE/ID, a backend at backend/TYPE/DOMID/ID. Whoever
 * writes the store chooses all of it.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "internal.h"

/**
 * xenbus_path_of_device() - how much of a path names a device
 * @path: of a device's directory, above, or below it
 * @levels: components behind the first
 *
 * Context: Any.
 * Return: Length of the directory's path; 0 if @path is above it, or has an
 * empty component.
 */
size_t xenbus_path_of_device(const char *path, unsigned int levels)
{
	const char *at = path;

	for (;;) {
		size_t len = strcspn(at, "/");

		if (!len)
			return 0;
		at += len;
		if (!levels--)
			return at - path;
		if (!*at)
			return 0;
		at++;
	}
}

/**
 * xenbus_path_matters() - may a device come, go or change its other end?
 * @rest: path of what has changed, behind the device's directory
 *
 * Context: Any.
 * Return: true if so; false for what only its driver reads.
 */
bool xenbus_path_matters(const char *rest)
{
	static const char *const nodes[] = {
		"", "/state", "/backend", "/backend-id", "/frontend",
		"/frontend-id",
	};

	return match_string(nodes, ARRAY_SIZE(nodes), rest) >= 0;
}

/**
 * xenbus_path_type() - the type of a device
 * @path: a device's directory
 * @type: TYPE_BYTES to put it
 *
 * Context: Any.
 * Return: 0, or -ENAMETOOLONG for a type that no driver can have.
 */
int xenbus_path_type(const char *path, char *type)
{
	const char *start = strchrnul(path, '/');
	size_t len;

	start += !!*start;
	len = strcspn(start, "/");
	if (len >= TYPE_BYTES)
		return -ENAMETOOLONG;
	memcpy(type, start, len);
	type[len] = '\0';
	return 0;
}

/**
 * xenbus_path_name() - the name of a device
 * @path: a device's directory
 * @domid: the other end's domain, to be part of the name; negative for none
 * @name: NAME_BYTES to put it
 *
 * Context: Any.
 * Return: 0 or -ENAMETOOLONG.
 */
int xenbus_path_name(const char *path, int domid, char *name)
{
	const char *id = strrchr(path, '/');
	char type[TYPE_BYTES];
	int len = xenbus_path_type(path, type);

	if (len)
		return len;
	id = id ? id + 1 : path;
	if (domid < 0)
		len = snprintf(name, NAME_BYTES, "%s-%s", type, id);
	else
		len = snprintf(name, NAME_BYTES, "%s-%d-%s", type, domid, id);
	return len < NAME_BYTES ? 0 : -ENAMETOOLONG;
}
