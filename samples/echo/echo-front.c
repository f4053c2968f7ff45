// SPDX-License-Identifier: GPL-2.0-only
/*
 * A small frontend: a line written to the device's attribute "text" comes back
 * in capitals.
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/page.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include "echo.h"

#define ANSWER_SECONDS 5

/**
 * struct echo_front - a frontend
 * @dev: its device
 * @sring: the page that both ends see
 * @ref: reference of that page
 * @port: event channel
 * @irq: interrupt of @port, 0 if there is none
 * @answered: completed when @answer is there
 * @lock: protects the rest; one request at a time
 * @ring: our end of the ring
 * @answer: the last response
 * @is_connected: the backend is there
 */
struct echo_front {
	struct xenbus_device *dev;
	void *sring;
	grant_ref_t ref;
	evtchn_port_t port;
	int irq;
	struct completion answered;

	struct mutex lock; /* see above */
	struct echo_front_ring ring;
	struct echo_text answer;
	bool is_connected;
};

static irqreturn_t interrupt(int irq, void *data)
{
	struct echo_front *front = data;

	complete(&front->answered);
	return IRQ_HANDLED;
}

/* The backend's page is copied before it is looked at. */
static int take_answer(struct echo_front *front)
{
	RING_IDX prod = READ_ONCE(front->ring.sring->rsp_prod);

	if (prod == front->ring.rsp_cons)
		return -EAGAIN;
	if (RING_RESPONSE_PROD_OVERFLOW(&front->ring, prod))
		return -EIO;
	rmb(); /* The response is there only once its index is. */
	RING_COPY_RESPONSE(&front->ring, front->ring.rsp_cons, &front->answer);
	front->ring.rsp_cons++;
	return front->answer.len <= ECHO_BYTES ? 0 : -EIO;
}

static int wait_for_answer(struct echo_front *front)
{
	unsigned long timeout = ANSWER_SECONDS * HZ;
	int err;

	while ((err = take_answer(front)) == -EAGAIN) {
		long left = wait_for_completion_killable_timeout(&front->answered,
								 timeout);

		if (left <= 0)
			return left ?: -ETIMEDOUT;
		timeout = left;
	}
	return err;
}

static int ask(struct echo_front *front, const char *text, size_t len)
{
	struct echo_text *request;
	int notify;

	if (RING_FULL(&front->ring))
		return -EBUSY;
	request = RING_GET_REQUEST(&front->ring, front->ring.req_prod_pvt++);
	request->len = len;
	memcpy(request->text, text, len);
	front->ring.sring->rsp_event = front->ring.rsp_cons + 1;
	reinit_completion(&front->answered);
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&front->ring, notify);
	if (notify)
		notify_remote_via_irq(front->irq);
	return wait_for_answer(front);
}

static ssize_t text_store(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct echo_front *front = dev_get_drvdata(dev);
	size_t len = min_t(size_t, strcspn(buf, "\n"), ECHO_BYTES);
	int err = -ENOTCONN;

	mutex_lock(&front->lock);
	if (front->is_connected)
		err = ask(front, buf, len);
	mutex_unlock(&front->lock);
	if (err == -EIO)
		xenbus_dev_fatal(front->dev, err, "the backend breaks the protocol");
	return err ?: count;
}

static ssize_t text_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct echo_front *front = dev_get_drvdata(dev);
	ssize_t len;

	mutex_lock(&front->lock);
	len = sysfs_emit(buf, "%.*s\n", min_t(int, front->answer.len, ECHO_BYTES),
			 front->answer.text);
	mutex_unlock(&front->lock);
	return len;
}
static DEVICE_ATTR_RW(text);

static struct attribute *echo_attrs[] = {
	&dev_attr_text.attr,
	NULL
};
ATTRIBUTE_GROUPS(echo);

static int publish(struct echo_front *front)
{
	const char *path = front->dev->nodename;

	return xenbus_printf(XBT_NIL, path, "ring-ref", "%u", front->ref) ?:
	       xenbus_printf(XBT_NIL, path, "event-channel", "%u", front->port);
}

static void disconnect(struct echo_front *front)
{
	mutex_lock(&front->lock);
	front->is_connected = false;
	mutex_unlock(&front->lock);
	if (front->irq)
		unbind_from_irqhandler(front->irq, front); /* closes the port */
	front->irq = 0;
	xenbus_teardown_ring(&front->sring, 1, &front->ref);
}

static int bind_port(struct echo_front *front)
{
	int irq, err = xenbus_alloc_evtchn(front->dev, &front->port);

	if (err)
		return err;
	irq = bind_evtchn_to_irqhandler(front->port, interrupt, 0, "echo-front",
					front);
	if (irq < 0) {
		xenbus_free_evtchn(front->dev, front->port);
		return irq;
	}
	front->irq = irq;
	return 0;
}

/* Called again if the backend begins anew. */
static int connect(struct echo_front *front)
{
	int err;

	if (front->sring)
		return 0;
	err = xenbus_setup_ring(front->dev, GFP_KERNEL, &front->sring, 1,
				&front->ref);
	if (err)
		return err;
	XEN_FRONT_RING_INIT(&front->ring, (struct echo_sring *)front->sring,
			    XEN_PAGE_SIZE);
	err = bind_port(front) ?: publish(front);
	if (err)
		disconnect(front);
	else
		xenbus_switch_state(front->dev, XenbusStateInitialised);
	return err;
}

static void backend_changed(struct xenbus_device *dev, enum xenbus_state state)
{
	struct echo_front *front = dev_get_drvdata(&dev->dev);
	int err;

	switch (state) {
	case XenbusStateInitWait:
		err = connect(front);
		if (err)
			xenbus_dev_fatal(dev, err, "connecting");
		break;
	case XenbusStateConnected:
		if (!front->sring)
			break;
		mutex_lock(&front->lock);
		front->is_connected = true;
		mutex_unlock(&front->lock);
		xenbus_switch_state(dev, XenbusStateConnected);
		break;
	case XenbusStateClosing:
	case XenbusStateClosed:
		if (dev->state == XenbusStateClosed)
			break;
		disconnect(front);
		xenbus_frontend_closed(dev);
		break;
	default:
		break;
	}
}

static int echo_probe(struct xenbus_device *dev,
		      const struct xenbus_device_id *id)
{
	struct echo_front *front = kzalloc(sizeof(*front), GFP_KERNEL);

	if (!front)
		return -ENOMEM;
	front->dev = dev;
	front->ref = INVALID_GRANT_REF;
	mutex_init(&front->lock);
	init_completion(&front->answered);
	dev_set_drvdata(&dev->dev, front);
	return 0;
}

static void echo_remove(struct xenbus_device *dev)
{
	struct echo_front *front = dev_get_drvdata(&dev->dev);

	disconnect(front);
	kfree(front);
}

static const struct xenbus_device_id echo_ids[] = {
	{ ECHO_TYPE },
	{ "" }
};

static struct xenbus_driver echo_driver = {
	.ids = echo_ids,
	.probe = echo_probe,
	.remove = echo_remove,
	.otherend_changed = backend_changed,
	.not_essential = true,
	.driver.dev_groups = echo_groups,
};

static int __init echo_init(void)
{
	if (!xen_domain())
		return -ENODEV;
	return xenbus_register_frontend(&echo_driver);
}

static void __exit echo_exit(void)
{
	xenbus_unregister_driver(&echo_driver);
}

module_init(echo_init);
module_exit(echo_exit);

MODULE_DESCRIPTION("Sample: a small Xen frontend");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen:" ECHO_TYPE);
