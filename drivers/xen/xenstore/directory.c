// SPDX-License-Identifier: GPL-2.0-only
/* What is below a node, however much that is. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include <xen/xenbus.h>

#include "internal.h"

/* How often a directory that changes while it is listed is begun anew. */
#define DIRECTORY_TRIES 16

static char *request_part(struct xenbus_transaction t, const char *path,
			  size_t offset, unsigned int *len)
{
	char number[24];
	struct kvec vecs[2];

	snprintf(number, sizeof(number), "%zu", offset);
	vecs[0] = xs_string(path);
	vecs[1] = xs_string(number);
	return xs_request(t, XS_DIRECTORY_PART, vecs, 2, len);
}

static int collect_parts(struct xenbus_transaction t, const char *path,
			 struct xs_parts *parts)
{
	int ret;

	do {
		unsigned int len;
		char *part = request_part(t, path, parts->len, &len);

		if (IS_ERR(part))
			return PTR_ERR(part);
		ret = xs_parts_add(parts, part, len);
		kfree(part);
	} while (!ret);
	return min(ret, 0);
}

static char **directory_in_parts(struct xenbus_transaction t, const char *path,
				 unsigned int *num)
{
	struct xs_parts parts = {};
	char **list;
	int err, tries = DIRECTORY_TRIES;

	do {
		kfree(parts.names);
		parts = (struct xs_parts){};
		err = collect_parts(t, path, &parts);
	} while (err == -EAGAIN && --tries);
	list = err ? ERR_PTR(err) : xs_split_list(parts.names, parts.len, num);
	kfree(parts.names);
	return list;
}

static char **directory(struct xenbus_transaction t, const char *path,
			unsigned int *num)
{
	struct kvec vec = xs_string(path);
	unsigned int len;
	char *names = xs_request(t, XS_DIRECTORY, &vec, 1, &len);
	char **list;

	if (names == ERR_PTR(-E2BIG))
		return directory_in_parts(t, path, num);
	if (IS_ERR(names))
		return ERR_CAST(names);
	list = xs_split_list(names, len, num);
	kfree(names);
	return list;
}

/**
 * xenbus_directory() - list the nodes below a node
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @num: set to how many there are
 *
 * A directory of any size; one that does not fit a message is asked for in
 * parts, and again from the start if it changes meanwhile.
 *
 * Context: Process; sleeps.
 * Return: Their names, all to be freed by one kfree(); ERR_PTR as
 * xenbus_read(); -EAGAIN if it changed too often; -E2BIG over a megabyte.
 */
char **xenbus_directory(struct xenbus_transaction t, const char *dir,
			const char *node, unsigned int *num)
{
	char *path = xs_join(dir, node);
	char **list;

	if (IS_ERR(path))
		return ERR_CAST(path);
	list = directory(t, path, num);
	kfree(path);
	return list;
}
EXPORT_SYMBOL_GPL(xenbus_directory);

/**
 * xenbus_exists() - is there such a node?
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 *
 * Context: Process; sleeps.
 * Return: 1 if there is and this domain may see it, else 0.
 */
int xenbus_exists(struct xenbus_transaction t, const char *dir,
		  const char *node)
{
	char **list;
	unsigned int nr;

	list = xenbus_directory(t, dir, node, &nr);
	if (IS_ERR(list))
		return 0;
	kfree(list);
	return 1;
}
EXPORT_SYMBOL_GPL(xenbus_exists);
