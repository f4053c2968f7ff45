/* SPDX-License-Identifier: GPL-2.0-only */
/* XenStore and xenbus API: Linux's declarations, our functions, what is new. */
#include <xen/link_names.h>
#include_next <xen/xenbus.h>

#ifndef _XENDOMU_XENBUS_H
#define _XENDOMU_XENBUS_H

#include <linux/kref.h>
#include <linux/mutex.h>

/**
 * struct xenbus_watch_order - watches whose callbacks run one at a time
 * @ref: one of whoever made it, one of each watch
 * @lock: held while a callback runs; whoever else takes it keeps them waiting
 */
struct xenbus_watch_order {
	struct kref ref;
	struct mutex lock; /* outside a device's lock */
};

/**
 * struct xenbus_read_item - a node of xenbus_read_batch()
 * @node: its name below the directory
 * @value: set to its value, NUL-terminated behind @len, or to ERR_PTR
 * @len: set to the value's length
 */
struct xenbus_read_item {
	const char *node;
	char *value;
	unsigned int len;
};

/* Linux 6.17 dropped its own; nobody but drivers outside of it used it. */
int xenbus_mkdir(struct xenbus_transaction t, const char *dir,
		 const char *node);

int xenbus_read_batch(struct xenbus_transaction t, const char *dir,
		      struct xenbus_read_item *items, unsigned int nr);
int xenbus_transaction_run(int (*body)(struct xenbus_transaction t, void *data),
			   void *data);
char **xenbus_get_perms(struct xenbus_transaction t, const char *dir,
			const char *node, unsigned int *num);
int xenbus_set_perms(struct xenbus_transaction t, const char *dir,
		     const char *node, const char *const *perms,
		     unsigned int num);
char *xenbus_get_domain_path(domid_t domid);
int xenbus_is_domain_introduced(domid_t domid);
int register_xenbus_watch_depth(struct xenbus_watch *watch, unsigned int depth);
struct xenbus_watch_order *xenbus_watch_order_new(void);
void xenbus_watch_order_put(struct xenbus_watch_order *order);
int register_xenbus_watch_ordered(struct xenbus_watch *watch,
				  struct xenbus_watch_order *order);

#endif
