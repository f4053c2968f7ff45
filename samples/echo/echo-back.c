// SPDX-License-Identifier: GPL-2.0-only
/* A small backend: answers each text with the same in capitals. */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <xen/events.h>
#include <xen/page.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include "echo.h"

/**
 * struct echo_back - a backend
 * @dev: its device
 * @sring: the frontend's page, mapped; NULL if it is not
 * @irq: interrupt of the frontend's port
 * @is_closing: the interrupt is to come to its end
 * @ring: our end of the ring; the interrupt's own
 */
struct echo_back {
	struct xenbus_device *dev;
	void *sring;
	int irq;
	bool is_closing;
	struct echo_back_ring ring;
};

/* The frontend may change its page at any time: work on a copy. */
static void answer_one(struct echo_back *back)
{
	struct echo_text text;
	unsigned int i;

	RING_COPY_REQUEST(&back->ring, back->ring.req_cons, &text);
	back->ring.req_cons++;
	text.len = min_t(u32, text.len, ECHO_BYTES);
	for (i = 0; i < text.len; i++)
		text.text[i] = toupper(text.text[i]);
	*RING_GET_RESPONSE(&back->ring, back->ring.rsp_prod_pvt++) = text;
}

/* Returns whether there is more to do. */
static bool answer_all(struct echo_back *back, unsigned int *eoi_flags)
{
	RING_IDX prod = READ_ONCE(back->ring.sring->req_prod);
	int is_more, notify;

	/* A frontend that counts wrong is answered no more. */
	if (RING_REQUEST_PROD_OVERFLOW(&back->ring, prod))
		return false;
	rmb(); /* The requests are there only once their index is. */
	for (; back->ring.req_cons != prod; *eoi_flags = 0)
		answer_one(back);
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&back->ring, notify);
	if (notify)
		notify_remote_via_irq(back->irq);
	RING_FINAL_CHECK_FOR_REQUESTS(&back->ring, is_more);
	return is_more;
}

/* In a thread, as a frontend can keep it busy for as long as it likes. */
static irqreturn_t interrupt(int irq, void *data)
{
	unsigned int eoi_flags = XEN_EOI_FLAG_SPURIOUS;
	struct echo_back *back = data;

	while (!READ_ONCE(back->is_closing) && answer_all(back, &eoi_flags))
		cond_resched();
	xen_irq_lateeoi(irq, eoi_flags);
	return IRQ_HANDLED;
}

static void unmap_ring(struct echo_back *back)
{
	xenbus_unmap_ring_vfree(back->dev, back->sring);
	back->sring = NULL;
}

static void disconnect(struct echo_back *back)
{
	if (!back->sring)
		return;
	WRITE_ONCE(back->is_closing, true);
	unbind_from_irqhandler(back->irq, back);
	unmap_ring(back);
}

static int bind_port(struct echo_back *back, evtchn_port_t port)
{
	int err;

	back->is_closing = false;
	back->irq = bind_interdomain_evtchn_to_irq_lateeoi(back->dev, port);
	if (back->irq < 0)
		return back->irq;
	err = request_threaded_irq(back->irq, NULL, interrupt, IRQF_ONESHOT,
				   "echo-back", back);
	if (err)
		unbind_from_irqhandler(back->irq, NULL);
	return err;
}

static int connect(struct echo_back *back)
{
	struct xenbus_device *dev = back->dev;
	grant_ref_t ref;
	evtchn_port_t port;
	int err;

	if (back->sring)
		return 0;
	err = xenbus_gather(XBT_NIL, dev->otherend, "ring-ref", "%u", &ref,
			    "event-channel", "%u", &port, NULL);
	if (err)
		return err;
	err = xenbus_map_ring_valloc(dev, &ref, 1, &back->sring);
	if (err)
		return err;
	BACK_RING_INIT(&back->ring, (struct echo_sring *)back->sring,
		       XEN_PAGE_SIZE);
	err = bind_port(back, port);
	if (err)
		unmap_ring(back);
	return err;
}

static void frontend_changed(struct xenbus_device *dev, enum xenbus_state state)
{
	struct echo_back *back = dev_get_drvdata(&dev->dev);
	int err;

	switch (state) {
	case XenbusStateInitialising:
		/* It begins anew. */
		if (dev->state == XenbusStateClosed)
			xenbus_switch_state(dev, XenbusStateInitWait);
		break;
	case XenbusStateInitialised:
		err = connect(back);
		if (err)
			xenbus_dev_fatal(dev, err, "connecting");
		else
			xenbus_switch_state(dev, XenbusStateConnected);
		break;
	case XenbusStateClosing:
		xenbus_switch_state(dev, XenbusStateClosing);
		break;
	case XenbusStateClosed:
		disconnect(back);
		xenbus_switch_state(dev, XenbusStateClosed);
		if (xenbus_dev_is_online(dev))
			break;
		fallthrough;
	case XenbusStateUnknown:
		/* The toolstack takes it away, and so do we. */
		device_unregister(&dev->dev);
		break;
	default:
		break;
	}
}

static int echo_probe(struct xenbus_device *dev,
		      const struct xenbus_device_id *id)
{
	struct echo_back *back = kzalloc(sizeof(*back), GFP_KERNEL);

	if (!back)
		return -ENOMEM;
	back->dev = dev;
	dev_set_drvdata(&dev->dev, back);
	xenbus_switch_state(dev, XenbusStateInitWait);
	return 0;
}

static void echo_remove(struct xenbus_device *dev)
{
	struct echo_back *back = dev_get_drvdata(&dev->dev);

	disconnect(back);
	kfree(back);
}

static const struct xenbus_device_id echo_ids[] = {
	{ ECHO_TYPE },
	{ "" }
};

static struct xenbus_driver echo_driver = {
	.ids = echo_ids,
	.probe = echo_probe,
	.remove = echo_remove,
	.otherend_changed = frontend_changed,
};

static int __init echo_init(void)
{
	if (!xen_domain())
		return -ENODEV;
	return xenbus_register_backend(&echo_driver);
}

static void __exit echo_exit(void)
{
	xenbus_unregister_driver(&echo_driver);
}

module_init(echo_init);
module_exit(echo_exit);

MODULE_DESCRIPTION("Sample: a small Xen backend");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen-backend:" ECHO_TYPE);
