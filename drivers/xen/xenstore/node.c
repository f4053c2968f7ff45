// SPDX-License-Identifier: GPL-2.0-only
/* Nodes: their values, their permissions; and what domains there are. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "internal.h"

static char *request_path(struct xenbus_transaction t,
			  enum xsd_sockmsg_type type, const char *dir,
			  const char *node, unsigned int *len)
{
	char *path = xs_join(dir, node);
	struct kvec vec;
	char *reply;

	if (IS_ERR(path))
		return path;
	vec = xs_string(path);
	reply = xs_request(t, type, &vec, 1, len);
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
	char *path = xs_join(dir, node);
	struct kvec vecs[2];
	int err;

	if (IS_ERR(path))
		return PTR_ERR(path);
	vecs[0] = xs_string(path);
	vecs[1].iov_base = (void *)string;
	vecs[1].iov_len = strlen(string);
	err = xs_request_done(xs_request(t, XS_WRITE, vecs, 2, NULL));
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

/**
 * xenbus_get_perms() - who may read and write a node
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @num: set to how many there are
 *
 * Context: Process; sleeps.
 * Return: The permissions as the store writes them, a letter and a domain
 * each ("n0", "r5"): the first is the owner and what all others may do. All to
 * be freed by one kfree(). ERR_PTR as xenbus_read().
 */
char **xenbus_get_perms(struct xenbus_transaction t, const char *dir,
			const char *node, unsigned int *num)
{
	unsigned int len;
	char *strings = request_path(t, XS_GET_PERMS, dir, node, &len);
	char **perms;

	if (IS_ERR(strings))
		return ERR_CAST(strings);
	perms = xs_split_list(strings, len, num);
	kfree(strings);
	return perms;
}
EXPORT_SYMBOL_GPL(xenbus_get_perms);

/**
 * xenbus_set_perms() - say who may read and write a node
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @perms: as xenbus_get_perms() returns them
 * @num: how many, at least one
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_read(); -E2BIG if they fit no message.
 */
int xenbus_set_perms(struct xenbus_transaction t, const char *dir,
		     const char *node, const char *const *perms,
		     unsigned int num)
{
	char *path = xs_join(dir, node);
	struct kvec *vecs;
	unsigned int i;
	int err;

	if (IS_ERR(path))
		return PTR_ERR(path);
	vecs = kcalloc(num + 1, sizeof(*vecs), GFP_NOIO);
	if (!vecs) {
		kfree(path);
		return -ENOMEM;
	}
	vecs[0] = xs_string(path);
	for (i = 0; i < num; i++)
		vecs[i + 1] = xs_string(perms[i]);
	err = xs_request_done(xs_request(t, XS_SET_PERMS, vecs, num + 1, NULL));
	kfree(vecs);
	kfree(path);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_set_perms);

static char *request_domain(enum xsd_sockmsg_type type, domid_t domid)
{
	char number[8];
	struct kvec vec;

	snprintf(number, sizeof(number), "%u", domid);
	vec = xs_string(number);
	return xs_request(XBT_NIL, type, &vec, 1, NULL);
}

/**
 * xenbus_get_domain_path() - a domain's own directory
 * @domid: the domain
 *
 * Context: Process; sleeps.
 * Return: Its path, whether or not there is such a domain, kfree() it; ERR_PTR
 * as xenbus_read().
 */
char *xenbus_get_domain_path(domid_t domid)
{
	return request_domain(XS_GET_DOMAIN_PATH, domid);
}
EXPORT_SYMBOL_GPL(xenbus_get_domain_path);

/**
 * xenbus_is_domain_introduced() - does the store speak to this domain?
 * @domid: the domain; some servers tell of no domain but one's own
 *
 * Context: Process; sleeps.
 * Return: 1 or 0; -errno as xenbus_read(); -EPROTO for another answer.
 */
int xenbus_is_domain_introduced(domid_t domid)
{
	char *reply = request_domain(XS_IS_DOMAIN_INTRODUCED, domid);
	int ret = -EPROTO;

	if (IS_ERR(reply))
		return PTR_ERR(reply);
	if (!strcmp(reply, "T"))
		ret = 1;
	else if (!strcmp(reply, "F"))
		ret = 0;
	kfree(reply);
	return ret;
}
EXPORT_SYMBOL_GPL(xenbus_is_domain_introduced);
