// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-console-front.ko: further consoles, as XenStore names them.
 *
 * The toolstack makes device/console/N below the domain's own directory, with
 * the backend's directory and domain. For N = 0 that is the primary console.
 * For the others we bring page and port ourselves:
 *
 *      we                                    the backend
 *      page, grant, port; "ring-ref", "port"
 *      state Initialised  ---------------->  maps the page, binds the port
 *                         <----------------  state Connected
 *      terminal; state Connected
 *                         <----------------  state Closing, or it vanishes
 *      hang up; port closed, grant ended
 *      state Closed       ---------------->  state Closed
 *
 * There is no bus here. Whatever changes, one work item looks at everything
 * anew and does the next step for each console: no event can be lost or come
 * in the wrong order. A bus driver can take the place of this file.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/guest.h>
#include <xen/page.h>
#include <xen/xenbus.h>

#include "internal.h"

#define DIR "device/console"
#define PATH_BYTES 32
/* More than can have a terminal, so that the rest can be told so once. */
#define MAX_FRONTS 32

/**
 * struct front - a further console that XenStore names
 * @link: in fronts
 * @id: N of device/console/N
 * @path: device/console/N
 * @backend: the backend's directory
 * @state_path: the node in it that is watched
 * @watch: of @state_path
 * @is_watched: @watch is registered
 * @is_present: found by the last look
 * @is_over: had its backend or was refused; waits for the backend to begin anew
 * @domid: the backend's domain
 * @page: the ring's page, granted; NULL while not connected
 * @ref: of @page
 * @port: event channel
 * @irq: of @port
 * @cons: the console
 * @is_open: has a terminal
 *
 * All of it belongs to the work item.
 */
struct front {
	struct list_head link;
	unsigned int id;
	char path[PATH_BYTES];
	char *backend;
	char *state_path;
	struct xenbus_watch watch;
	bool is_watched;
	bool is_present;
	bool is_over;

	domid_t domid;
	struct page *page;
	grant_ref_t ref;
	evtchn_port_t port;
	int irq;
	struct xencons *cons;
	bool is_open;
};

static void look(struct work_struct *work);
static DECLARE_WORK(look_work, look);
/* The work item's own. */
static LIST_HEAD(fronts);
static unsigned int nr_fronts;

static void changed(struct xenbus_watch *watch, const char *path,
		    const char *token)
{
	schedule_work(&look_work);
}

static struct xenbus_watch dir_watch = { .node = DIR, .callback = changed };

/* Returns -ENOENT if there is no such number. */
static int read_number(const char *dir, const char *node, unsigned int *number)
{
	char *text = xenbus_read(XBT_NIL, dir, node, NULL);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = kstrtouint(text, 10, number);
	kfree(text);
	return err ? -ENOENT : 0;
}

static int write_number(struct front *front, const char *node,
			unsigned int number)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", number);
	return xenbus_write(XBT_NIL, front->path, node, text);
}

static void set_state(struct front *front, enum xenbus_state state)
{
	int err = write_number(front, "state", state);

	/* The toolstack may have taken the node away: nobody waits then. */
	if (err && err != -ENOENT)
		pr_warn_ratelimited("console %u: cannot tell its state %d (%d)\n",
				    front->id, state, err);
}

static enum xenbus_state backend_state(struct front *front)
{
	unsigned int state;

	if (read_number(front->backend, "state", &state))
		return XenbusStateUnknown;
	return state;
}

static int alloc_port(struct front *front)
{
	struct evtchn_alloc_unbound op = {
		.dom = DOMID_SELF,
		.remote_dom = front->domid,
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &op);

	front->port = err ? 0 : op.port;
	return err;
}

static void close_port(struct front *front)
{
	struct evtchn_close op = { .port = front->port };

	HYPERVISOR_event_channel_op(EVTCHNOP_close, &op);
}

static int grant_page(struct front *front)
{
	int ref;

	front->page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!front->page)
		return -ENOMEM;
	ref = gnttab_grant_foreign_access(front->domid,
					  xen_page_to_gfn(front->page), 0);
	if (ref >= 0) {
		front->ref = ref;
		return 0;
	}
	__free_page(front->page);
	front->page = NULL;
	return ref;
}

/* Whatever the backend does meanwhile, it keeps no page that we use. */
static void revoke_page(struct front *front)
{
	gnttab_end_foreign_access(front->ref, front->page);
	front->page = NULL;
}

static int bind_port(struct front *front)
{
	int err = alloc_port(front);

	if (err)
		return err;
	front->cons = xencons_new(front->id, page_address(front->page),
				  front->port, THIS_MODULE, 0);
	if (IS_ERR(front->cons)) {
		err = PTR_ERR(front->cons);
		goto err_port;
	}
	front->irq = bind_evtchn_to_irqhandler(front->port, xencons_interrupt,
					       0, "console-front", front->cons);
	if (front->irq > 0)
		return 0;
	err = front->irq;
	xencons_put(front->cons);
err_port:
	close_port(front);
	return err;
}

static int publish(struct front *front)
{
	int err = write_number(front, "ring-ref", front->ref);

	if (!err)
		err = write_number(front, "port", front->port);
	if (!err)
		err = write_number(front, "state", XenbusStateInitialised);
	return err;
}

static void disconnect(struct front *front)
{
	if (!front->page)
		return;
	xencons_close(front->cons, true);
	if (front->is_open)
		pr_info("console %u, /dev/hvc%d, is gone\n", front->id,
			front->cons->index);
	front->is_open = false;
	/* This closes the port. */
	unbind_from_irqhandler(front->irq, front->cons);
	revoke_page(front);
	xencons_put(front->cons);
}

static int connect(struct front *front)
{
	int err = grant_page(front);

	if (err)
		return err;
	err = bind_port(front);
	if (err) {
		revoke_page(front);
		return err;
	}
	err = publish(front);
	if (err)
		disconnect(front);
	return err;
}

/* Not tried again before the backend begins anew. */
static void give_up(struct front *front, int err)
{
	pr_err("console %u: cannot be served (%d)%s\n", front->id, err,
	       err == -ENOSPC ? ": there are too many consoles" : "");
	disconnect(front);
	front->is_over = true;
	set_state(front, XenbusStateClosed);
}

static void open_terminal(struct front *front)
{
	int err = xencons_open(front->cons);

	if (err) {
		give_up(front, err);
		return;
	}
	front->is_open = true;
	pr_info("console %u is /dev/hvc%d\n", front->id, front->cons->index);
	set_state(front, XenbusStateConnected);
}

/* The backend waits for us: to begin, or to begin anew. */
static void begin(struct front *front)
{
	int err;

	front->is_over = false;
	if (front->page)
		return;
	err = connect(front);
	if (err)
		give_up(front, err);
}

static void end(struct front *front)
{
	if (front->page) {
		disconnect(front);
		front->is_over = true;
		set_state(front, XenbusStateClosed);
	} else if (!front->is_over) {
		/* It served whoever was here before us: it may begin anew. */
		front->is_over = true;
		set_state(front, XenbusStateInitialising);
	}
}

/* The next step, by what the backend says now. */
static void follow(struct front *front)
{
	switch (backend_state(front)) {
	case XenbusStateInitialising:
	case XenbusStateInitWait:
	case XenbusStateInitialised:
		begin(front);
		break;
	case XenbusStateConnected:
		if (front->page && !front->is_open)
			open_terminal(front);
		else if (!front->page && !front->is_over)
			/* Connected, but to whom? Have it close first. */
			set_state(front, XenbusStateClosing);
		break;
	default:
		end(front);
	}
}

static int watch_backend(struct front *front)
{
	int err;

	front->state_path = kasprintf(GFP_KERNEL, "%s/state", front->backend);
	if (!front->state_path)
		return -ENOMEM;
	front->watch.node = front->state_path;
	front->watch.callback = changed;
	err = register_xenbus_watch(&front->watch);
	front->is_watched = !err;
	return err;
}

static void forget(struct front *front)
{
	if (front->is_watched)
		unregister_xenbus_watch(&front->watch);
	disconnect(front);
	list_del(&front->link);
	nr_fronts--;
	kfree(front->state_path);
	kfree(front->backend);
	kfree(front);
}

/* Reads who the backend is. The node may be half written: then look again. */
static int find_backend(struct front *front)
{
	unsigned int domid;
	int err;

	err = read_number(front->path, "backend-id", &domid);
	if (err)
		return err;
	front->domid = domid;
	front->backend = xenbus_read(XBT_NIL, front->path, "backend", NULL);
	if (IS_ERR(front->backend)) {
		err = PTR_ERR(front->backend);
		front->backend = NULL;
		return err;
	}
	return watch_backend(front);
}

static void add(unsigned int id)
{
	struct front *front;
	int err = -ENOMEM;

	if (nr_fronts >= MAX_FRONTS) {
		pr_err_ratelimited("console %u: not served: there are too many\n",
				   id);
		return;
	}
	front = kzalloc(sizeof(*front), GFP_KERNEL);
	if (!front)
		goto out;
	front->id = id;
	front->is_present = true;
	snprintf(front->path, sizeof(front->path), DIR "/%u", id);
	list_add_tail(&front->link, &fronts);
	nr_fronts++;
	err = find_backend(front);
	if (err)
		forget(front);
out:
	if (err && err != -ENOENT)
		pr_err_ratelimited("console %u: cannot find its backend (%d)\n",
				   id, err);
}

static struct front *find(unsigned int id)
{
	struct front *front;

	list_for_each_entry(front, &fronts, link)
		if (front->id == id)
			return front;
	return NULL;
}

/* Another backend under the same number is another console. */
static bool has_same_backend(struct front *front)
{
	char *backend = xenbus_read(XBT_NIL, front->path, "backend", NULL);
	bool is_same;

	if (IS_ERR(backend))
		return PTR_ERR(backend) != -ENOENT;
	is_same = !strcmp(backend, front->backend);
	kfree(backend);
	return is_same;
}

static void find_all(char **names, unsigned int nr_names)
{
	struct front *front;
	unsigned int i, id;

	for (i = 0; i < nr_names; i++) {
		/* Number 0 is the primary console, which is not found here. */
		if (kstrtouint(names[i], 10, &id) || !id)
			continue;
		front = find(id);
		if (front)
			front->is_present = has_same_backend(front);
		else
			add(id);
	}
}

static void look(struct work_struct *work)
{
	struct front *front, *tmp;
	unsigned int nr_names = 0;
	char **names = xenbus_directory(XBT_NIL, DIR, "", &nr_names);
	bool is_again = false;

	/* An error that says nothing about the consoles changes nothing. */
	if (IS_ERR(names) && PTR_ERR(names) != -ENOENT)
		return;
	list_for_each_entry(front, &fronts, link)
		front->is_present = false;
	if (!IS_ERR(names)) {
		find_all(names, nr_names);
		kfree(names);
	}
	list_for_each_entry_safe(front, tmp, &fronts, link) {
		if (front->is_present) {
			follow(front);
		} else {
			forget(front);
			is_again = true;
		}
	}
	/* Perhaps there is another console by its number now. */
	if (is_again)
		schedule_work(&look_work);
}

static int __init front_init(void)
{
	int err = xen_resource_require(XEN_RESOURCE_GRANT_TABLE, KBUILD_MODNAME);

	if (!err)
		err = xen_resource_require(XEN_RESOURCE_XENSTORE, KBUILD_MODNAME);
	if (err)
		return err;
	err = register_xenbus_watch(&dir_watch);
	if (err)
		pr_err("cannot watch for consoles (%d)\n", err);
	return err;
}

static void __exit front_exit(void)
{
	struct front *front, *tmp;

	unregister_xenbus_watch(&dir_watch);
	cancel_work_sync(&look_work);
	list_for_each_entry_safe(front, tmp, &fronts, link) {
		bool was_connected = front->page;

		disconnect(front);
		if (was_connected)
			set_state(front, XenbusStateClosed);
		forget(front);
	}
	/* The watches of the consoles may have asked for it once more. */
	cancel_work_sync(&look_work);
}

module_init(front_init);
module_exit(front_exit);

MODULE_DESCRIPTION("Xen guest: further consoles");
MODULE_LICENSE("GPL");
