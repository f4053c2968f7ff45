// SPDX-License-Identifier: GPL-2.0-only
/* Values as text, one or many at a time. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/stdarg.h>

#include <xen/xenbus.h>

#include "internal.h"

/**
 * xenbus_scanf() - read a node, and scan its value
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @fmt: as for sscanf(), and where to after it
 *
 * Context: Process; sleeps.
 * Return: How many were scanned; -ERANGE if none; or -errno as xenbus_read().
 */
int xenbus_scanf(struct xenbus_transaction t, const char *dir, const char *node,
		 const char *fmt, ...)
{
	char *value = xenbus_read(t, dir, node, NULL);
	va_list args;
	int ret;

	if (IS_ERR(value))
		return PTR_ERR(value);
	va_start(args, fmt);
	ret = vsscanf(value, fmt, args);
	va_end(args);
	kfree(value);
	return ret ?: -ERANGE;
}
EXPORT_SYMBOL_GPL(xenbus_scanf);

/**
 * xenbus_read_unsigned() - read a number that may be missing
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @default_val: what is taken then
 *
 * Context: Process; sleeps.
 * Return: The number, or @default_val if there is none to read.
 */
unsigned int xenbus_read_unsigned(const char *dir, const char *node,
				  unsigned int default_val)
{
	unsigned int value;

	if (xenbus_scanf(XBT_NIL, dir, node, "%u", &value) != 1)
		return default_val;
	return value;
}
EXPORT_SYMBOL_GPL(xenbus_read_unsigned);

/**
 * xenbus_printf() - write a node's value as formatted text
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @node: node below @dir, "" for @dir itself
 * @fmt: as for printk(), and what it names after it
 *
 * Context: Process; sleeps.
 * Return: 0, or -errno as xenbus_write().
 */
int xenbus_printf(struct xenbus_transaction t, const char *dir,
		  const char *node, const char *fmt, ...)
{
	va_list args;
	char *value;
	int err;

	va_start(args, fmt);
	value = kvasprintf(GFP_NOIO, fmt, args);
	va_end(args);
	if (!value)
		return -ENOMEM;
	err = xenbus_write(t, dir, node, value);
	kfree(value);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_printf);

static struct xs_request *new_read(u32 id, u32 generation, const char *dir,
				   const char *node)
{
	char *path = xs_join(dir, node);
	struct xs_request *request;
	struct kvec vec;

	if (IS_ERR(path))
		return ERR_CAST(path);
	vec = xs_string(path);
	request = xs_request_new(id, XS_READ, &vec, 1);
	kfree(path);
	if (!IS_ERR(request))
		request->generation = generation;
	return request;
}

static void put_all(struct xs_request **requests, unsigned int nr)
{
	while (nr--)
		xs_request_put(requests[nr]);
}

static int make_flight(struct xenbus_transaction t, const char *dir,
		       const struct xenbus_read_item *items, unsigned int nr,
		       struct xs_request **requests)
{
	u32 id, generation;
	unsigned int i;
	int err;

	err = xs_transaction_id(t, &id, &generation);
	if (err)
		return err;
	for (i = 0; i < nr; i++) {
		requests[i] = new_read(id, generation, dir, items[i].node);
		if (IS_ERR(requests[i])) {
			err = PTR_ERR(requests[i]);
			put_all(requests, i);
			return err;
		}
	}
	err = xs_request_submit(requests, nr);
	if (err)
		put_all(requests, nr);
	return err;
}

/**
 * xenbus_read_batch() - read many nodes of a directory
 * @t: transaction, or XBT_NIL
 * @dir: path
 * @items: their names; the value of each is set, to be kfree()d, or to ERR_PTR
 *	as xenbus_read() returns it
 * @nr: how many
 *
 * All are asked for before the first answer is waited for, so they take little
 * longer than one. They are not read in one instant; a transaction does that.
 *
 * Context: Process; sleeps.
 * Return: 0 if every item has its value or its error; else -errno as
 * xenbus_read(), and no item was touched.
 */
int xenbus_read_batch(struct xenbus_transaction t, const char *dir,
		      struct xenbus_read_item *items, unsigned int nr)
{
	struct xs_request **requests;
	unsigned int i;
	int err;

	requests = kcalloc(nr, sizeof(*requests), GFP_NOIO);
	if (!requests)
		return -ENOMEM;
	err = make_flight(t, dir, items, nr, requests);
	for (i = 0; i < nr && !err; i++)
		items[i].value = xs_request_wait(requests[i], &items[i].len);
	kfree(requests);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_read_batch);

/* The arguments of xenbus_gather(): name, format or NULL, where to. */
static unsigned int count_names(va_list args)
{
	unsigned int nr = 0;

	while (va_arg(args, const char *)) {
		va_arg(args, const char *);
		va_arg(args, void *);
		nr++;
	}
	return nr;
}

static int scan_value(char *value, const char *fmt, void *result)
{
	int nr;

	if (IS_ERR(value))
		return PTR_ERR(value);
	if (!fmt) {
		*(char **)result = value;
		return 0;
	}
	nr = sscanf(value, fmt, result);
	kfree(value);
	return nr ? 0 : -EINVAL;
}

/* Up to the first that fails; the values behind it are let go. */
static int scan_values(struct xenbus_read_item *items, unsigned int nr,
		       va_list args)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < nr; i++) {
		const char *fmt;
		void *result;

		va_arg(args, const char *);
		fmt = va_arg(args, const char *);
		result = va_arg(args, void *);
		if (!err)
			err = scan_value(items[i].value, fmt, result);
		else if (!IS_ERR(items[i].value))
			kfree(items[i].value);
	}
	return err;
}

/**
 * xenbus_gather() - read and scan many nodes of a directory
 * @t: transaction, or XBT_NIL
 * @dir: path
 *
 * For each node three arguments: its name; a format for one value as for
 * sscanf(), or NULL; and where to, for no format a char ** that gets the text,
 * to be kfree()d. A NULL ends them. They are read as one batch.
 *
 * Context: Process; sleeps.
 * Return: 0; or the first error: -errno as xenbus_read(), or -EINVAL for a
 * value that does not fit its format. What comes before it is set.
 */
int xenbus_gather(struct xenbus_transaction t, const char *dir, ...)
{
	struct xenbus_read_item *items;
	unsigned int nr, i;
	va_list args;
	int err;

	va_start(args, dir);
	nr = count_names(args);
	va_end(args);
	items = kcalloc(nr, sizeof(*items), GFP_NOIO);
	if (!items)
		return -ENOMEM;
	va_start(args, dir);
	for (i = 0; i < nr; i++) {
		items[i].node = va_arg(args, const char *);
		va_arg(args, const char *);
		va_arg(args, void *);
	}
	va_end(args);
	err = xenbus_read_batch(t, dir, items, nr);
	va_start(args, dir);
	if (!err)
		err = scan_values(items, nr, args);
	va_end(args);
	kfree(items);
	return err;
}
EXPORT_SYMBOL_GPL(xenbus_gather);
