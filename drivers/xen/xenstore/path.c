// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of nodes, and numbers of transactions: what is told from text alone.
 *
 * A pure core.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/**
 * xs_join() - the path of a node in a directory
 * @dir: the directory
 * @node: the node, "" for @dir itself
 *
 * Context: Process; sleeps.
 * Return: The path, kfree() it; ERR_PTR: -ENAMETOOLONG, -ENOMEM.
 */
char *xs_join(const char *dir, const char *node)
{
	char *path;

	if (*node)
		path = kasprintf(GFP_NOIO, "%s/%s", dir, node);
	else
		path = kstrdup(dir, GFP_NOIO);
	if (!path)
		return ERR_PTR(-ENOMEM);
	if (strlen(path) >= XENSTORE_ABS_PATH_MAX) {
		kfree(path);
		return ERR_PTR(-ENAMETOOLONG);
	}
	return path;
}

/**
 * xs_path_is_below() - is it this node, or one below it?
 * @path: path of a node
 * @node: the node that is watched
 *
 * Context: Any.
 */
bool xs_path_is_below(const char *path, const char *node)
{
	size_t len = strlen(node);

	if (strncmp(path, node, len))
		return false;
	return !path[len] || path[len] == '/' || !strcmp(node, "/");
}

/**
 * xs_transaction_number() - what the store calls a transaction it has begun
 * @text: body of its reply
 * @number: set to it
 *
 * Context: Any.
 * Return: 0; -EPROTO if that is no number, or 0, which stands for none.
 */
int xs_transaction_number(const char *text, u32 *number)
{
	return kstrtou32(text, 10, number) || !*number ? -EPROTO : 0;
}
