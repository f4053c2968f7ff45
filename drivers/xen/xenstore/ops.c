// SPDX-License-Identifier: GPL-2.0-only
/* The store's operations by Linux's names. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "internal.h"

static struct kvec vec_of_string(const char *string)
{
	return (struct kvec){
		.iov_base = (void *)string,
		.iov_len = strlen(string) + 1,
	};
}

static char *request_string(u32 tx_id, enum xsd_sockmsg_type type,
			    const char *string, unsigned int *len)
{
	struct kvec vec = vec_of_string(string);

	return xs_request(tx_id, type, &vec, 1, len);
}

/* For operations whose reply says no more than that they are done. */
int xs_request_done(char *reply)
{
	if (IS_ERR(reply))
		return PTR_ERR(reply);
	kfree(reply);
	return 0;
}

static char *join(const char *dir, const char *node)
{
	char *path;

	if (*node)
		path = kasprintf(GFP_KERNEL, "%s/%s", dir, node);
	else
		path = kstrdup(dir, GFP_KERNEL);
	if (!path)
		return ERR_PTR(-ENOMEM);
	if (strlen(path) > XENSTORE_ABS_PATH_MAX) {
		kfree(path);
		return ERR_PTR(-ENAMETOOLONG);
	}
	return path;
}

static char *request_path(struct xenbus_transaction t,
			  enum xsd_sockmsg_type type, const char *dir,
			  const char *node, unsigned int *len)
{
	char *path = join(dir, node);
	char *reply;

	if (IS_ERR(path))
		return path;
	reply = request_string(t.id, type, path, len);
	kfree(path);
	return reply;
}

/**
 * xenbus_read() - read a node
 * @t: transaction, or XBT_NIL
 * @dir: absolute path, or relative to the domain's own directory
 * @node: node below @dir, "" for @dir itself
 * @len: set to the value's length, or NULL
 *
 * Context: Process; sleeps.
 * Return: The value, NUL-terminated behind its length, kfree() it; ERR_PTR:
 * -ENOENT, -EACCES and what else the store says; -EINTR if the task was
 * killed; -ENAMETOOLONG; -EIO; -ENOMEM.
 */
void *xenbus_read(struct xenbus_transaction t, const char *dir,
		  const char *node, unsigned int *len)
{
	return request_path(t, XS_READ, dir, node, len);
}
EXPORT_SYMBOL_GPL(xenbus_read);

/**
 * xenbus_write() - write a node, and make it if it is not there
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @string: the value; its NUL is not stored
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_read(); -E2BIG if it fits no message.
 */
int xenbus_write(struct xenbus_transaction t, const char *dir,
		 const char *node, const char *string)
{
	char *path = join(dir, node);
	struct kvec vecs[2];
	int err;

	if (IS_ERR(path))
		return PTR_ERR(path);
	vecs[0] = vec_of_string(path);
	vecs[1].iov_base = (void *)string;
	vecs[1].iov_len = strlen(string);
	err = xs_request_done(xs_request(t.id, XS_WRITE, vecs, 2, NULL));
	kfree(path);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_write);

/**
 * xenbus_mkdir() - make a node without a value
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir
 *
 * Context: Process; sleeps.
 * Return: 0, also if it is there already; or -errno as xenbus_read().
 */
int xenbus_mkdir(struct xenbus_transaction t, const char *dir,
		 const char *node)
{
	return xs_request_done(request_path(t, XS_MKDIR, dir, node, NULL));
}
EXPORT_SYMBOL_GPL(xenbus_mkdir);

/**
 * xenbus_rm() - remove a node and all below it
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_read().
 */
int xenbus_rm(struct xenbus_transaction t, const char *dir, const char *node)
{
	return xs_request_done(request_path(t, XS_RM, dir, node, NULL));
}
EXPORT_SYMBOL_GPL(xenbus_rm);

/* The reply is one string behind the other, each with its NUL. */
static unsigned int count_strings(const char *strings, unsigned int len)
{
	unsigned int nr = 0, i;

	for (i = 0; i < len; i++)
		nr += !strings[i];
	return nr;
}

/* One block of memory: the pointers, then the strings. */
static char **split(char *strings, unsigned int len, unsigned int *nr)
{
	char **list, *at;
	unsigned int i;

	/* A last string without its NUL counts: we terminated the reply. */
	if (len && strings[len - 1])
		len++;
	*nr = count_strings(strings, len);
	list = kmalloc(*nr * sizeof(*list) + len, GFP_KERNEL);
	if (!list)
		return ERR_PTR(-ENOMEM);
	at = memcpy(&list[*nr], strings, len);
	for (i = 0; i < *nr; i++, at += strlen(at) + 1)
		list[i] = at;
	return list;
}

/**
 * xenbus_directory() - list the nodes below a node
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @num: set to how many there are
 *
 * Context: Process; sleeps.
 * Return: Their names, all to be freed by one kfree(); ERR_PTR as
 * xenbus_read().
 */
char **xenbus_directory(struct xenbus_transaction t, const char *dir,
			const char *node, unsigned int *num)
{
	unsigned int len = 0;
	char *strings = request_path(t, XS_DIRECTORY, dir, node, &len);
	char **list;

	if (IS_ERR(strings))
		return ERR_CAST(strings);
	list = split(strings, len, num);
	kfree(strings);
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
