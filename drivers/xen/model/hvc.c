// SPDX-License-Identifier: GPL-2.0-only
/*
 * Terminals for kernels without the hvc layer: nobody can open them, but they
 * begin and end as hvc's do.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/tty.h>

#include "../console/hvc.h"
#include "plan.h"

#ifndef CONFIG_HVC_DRIVER

static void destruct(struct tty_port *port)
{
	kfree(container_of(port, struct hvc_struct, port));
}

static const struct tty_port_operations port_ops = { .destruct = destruct };

struct hvc_struct *hvc_alloc(u32 vtermno, int data, const struct hv_ops *ops,
			     int outbuf_size)
{
	struct hvc_struct *hvc = model_step_fails() ? NULL :
		kzalloc(sizeof(*hvc), GFP_KERNEL);

	if (!hvc)
		return ERR_PTR(-ENOMEM);
	tty_port_init(&hvc->port);
	hvc->port.ops = &port_ops;
	hvc->index = 1;
	return hvc;
}

compat_hvc_removed_t hvc_remove(struct hvc_struct *hvc)
{
	tty_port_put(&hvc->port);
	return (compat_hvc_removed_t)0;
}

void hvc_kick(void)
{
}

#endif
