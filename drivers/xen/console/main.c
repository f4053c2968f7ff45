// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-console.ko: the domain's primary console as /dev/hvcN, and what
 * every console needs.
 *
 * On a kernel booted with console=hvc1, which is the number that comes out
 * where the kernel has reserved hvc0 for itself, printk writes here, too, and
 * begins with all of the log.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include <xen/events.h>
#include <xen/guest.h>

#include "internal.h"

/* Most kernels' log fits, so that none of it is lost when it is replayed. */
#define SPILL_BYTES SZ_128K

static struct xen_ring page;
static int irq;
static struct xencons *primary;

static int open_primary(void)
{
	int err;

	primary = xencons_new(0, page.page, page.port, THIS_MODULE,
			      SPILL_BYTES);
	if (IS_ERR(primary))
		return PTR_ERR(primary);
	irq = bind_static_evtchn_to_irqhandler(page.port, xencons_interrupt, 0,
					       "console", primary);
	if (irq < 0) {
		err = irq;
		goto err_new;
	}
	err = xencons_open(primary);
	if (!err)
		return 0;

	pr_err("no terminal for the console (%d)\n", err);
	xencons_close(primary, false);
	unbind_from_irqhandler(irq, primary);
err_new:
	xencons_put(primary);
	xencons_wait_for_all();
	return err;
}

/*
 * The page and the port stay: the toolstack made them, and the next owner finds
 * the ring as we leave it.
 */
static void close_primary(void)
{
	xencons_close(primary, false);
	unbind_from_irqhandler(irq, primary);
	xencons_put(primary);
	xencons_wait_for_all();
}

static int __init xendomu_console_init(void)
{
	int err;

	err = xen_resource_claim(XEN_RESOURCE_CONSOLE, KBUILD_MODNAME);
	if (err)
		return err;
	err = xen_ring_get(XEN_RESOURCE_CONSOLE, &page);
	if (err)
		goto err_claim;
	err = open_primary();
	if (err)
		goto err_ring;
	pr_info("the console is /dev/hvc%d\n", primary->index);
	xencons_printk_init(primary);
	xencons_debugfs_init();
	return 0;

err_ring:
	xen_ring_put(&page);
err_claim:
	xen_resource_release(XEN_RESOURCE_CONSOLE);
	return err;
}

static void __exit xendomu_console_exit(void)
{
	xencons_debugfs_exit();
	xencons_printk_exit();
	close_primary();
	xen_ring_put(&page);
	xen_resource_release(XEN_RESOURCE_CONSOLE);
}

module_init(xendomu_console_init);
module_exit(xendomu_console_exit);

MODULE_DESCRIPTION("Xen guest: console");
MODULE_LICENSE("GPL");
