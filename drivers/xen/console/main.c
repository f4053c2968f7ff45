// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-console.ko: the domain's console as /dev/hvcN.
 *
 * The hvc layer is the terminal; this is what moves its bytes. hvc calls
 * get_chars and put_chars with its own lock held and tries again later
 * whatever did not fit, when an event of the backend wakes it.
 *
 * On a kernel booted with console=hvc1, which is the number that comes out
 * where the kernel has reserved hvc0 for itself, printk writes here, too, and
 * begins with all of the log.
 */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/spinlock.h>

#include <xen/events.h>
#include <xen/guest.h>

#include "hvc.h"
#include "internal.h"

/* Any number that no other hvc driver uses; this one says "XdM". */
#define VTERMNO 0x58644d
#define OUTBUF_BYTES 256

static struct xen_ring page;
static int irq;
static struct hvc_struct *hvc;

/* printk writes beside the terminal, so hvc's lock is not enough. */
static DEFINE_SPINLOCK(lock);
/* Under lock. */
static struct xencons_ring ring;
/* Set with no line in the log: it may be printk that we write for. */
static bool is_broken;

static compat_hvc_result_t put_chars(u32 vtermno, const compat_hvc_char_t *buf,
				     compat_hvc_count_t count)
{
	unsigned long flags;
	int ret = -EIO;

	spin_lock_irqsave(&lock, flags);
	if (!is_broken) {
		ret = xencons_ring_write(&ring, buf, count);
		is_broken = ret < 0;
	}
	spin_unlock_irqrestore(&lock, flags);
	if (ret > 0)
		notify_remote_via_evtchn(page.port);
	return ret;
}

static compat_hvc_result_t get_chars(u32 vtermno, compat_hvc_char_t *buf,
				     compat_hvc_count_t count)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&lock, flags);
	if (!is_broken) {
		ret = xencons_ring_read(&ring, buf, count);
		is_broken = ret < 0;
	}
	spin_unlock_irqrestore(&lock, flags);
	if (ret > 0)
		notify_remote_via_evtchn(page.port);
	return max(ret, 0);
}

/* An open terminal holds the module: hvc would call into it. */
static int notifier_add(struct hvc_struct *hp, int data)
{
	return try_module_get(THIS_MODULE) ? 0 : -ENODEV;
}

static void notifier_del(struct hvc_struct *hp, int data)
{
	module_put(THIS_MODULE);
}

static const struct hv_ops ops = {
	.get_chars = get_chars,
	.put_chars = put_chars,
	.notifier_add = notifier_add,
	.notifier_del = notifier_del,
	.notifier_hangup = notifier_del,
};

/* Keys have come in, or text has gone out: both are for hvc's thread. */
static irqreturn_t interrupt(int irq, void *unused)
{
	if (READ_ONCE(is_broken))
		pr_err_once("the console's backend breaks the protocol: closed until this module is loaded anew\n");
	else
		hvc_kick();
	return IRQ_HANDLED;
}

static int __init xendomu_console_init(void)
{
	int err;

	err = xen_resource_claim(XEN_RESOURCE_CONSOLE, THIS_MODULE);
	if (err)
		return err;
	err = xen_ring_get(XEN_RESOURCE_CONSOLE, &page);
	if (err)
		goto err_claim;
	xencons_ring_init(&ring, page.page);
	irq = bind_static_evtchn_to_irqhandler(page.port, interrupt, 0,
					       "console", &page);
	if (irq < 0) {
		err = irq;
		goto err_ring;
	}
	hvc = hvc_alloc(VTERMNO, 0, &ops, OUTBUF_BYTES);
	if (IS_ERR(hvc)) {
		err = PTR_ERR(hvc);
		pr_err("no terminal for the console (%d)\n", err);
		goto err_irq;
	}
	pr_info("the console is /dev/hvc%d\n", hvc->index);
	return 0;

err_irq:
	unbind_from_irqhandler(irq, &page);
err_ring:
	xen_ring_put(&page);
err_claim:
	xen_resource_release(XEN_RESOURCE_CONSOLE);
	return err;
}

static void __exit xendomu_console_exit(void)
{
	hvc_remove(hvc);
	unbind_from_irqhandler(irq, &page);
	xen_ring_put(&page);
	xen_resource_release(XEN_RESOURCE_CONSOLE);
}

module_init(xendomu_console_init);
module_exit(xendomu_console_exit);

MODULE_DESCRIPTION("Xen guest: console");
MODULE_LICENSE("GPL");
