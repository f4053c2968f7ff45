/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hvc layer, as far as a console needs it.
 *
 * The kernel exports hvc_alloc() and its kin, but keeps their header to
 * itself (drivers/tty/hvc/hvc_console.h; kernel-headers packages leave it
 * out). These declarations say the same; the layouts have been so from 6.1 to
 * 6.12 but for the types in <xen/compat.h>.
 */
#ifndef _XENDOMU_HVC_H
#define _XENDOMU_HVC_H

#include <linux/spinlock.h>
#include <linux/tty_port.h>
#include <linux/types.h>

#include <xen/compat.h>

/* Only the beginning: the rest is hvc's own. */
struct hvc_struct {
	struct tty_port port;
	spinlock_t lock; /* hvc's */
	int index;
};

struct hv_ops {
	compat_hvc_result_t (*get_chars)(u32 vtermno, compat_hvc_char_t *buf,
					 compat_hvc_count_t count);
	compat_hvc_result_t (*put_chars)(u32 vtermno,
					 const compat_hvc_char_t *buf,
					 compat_hvc_count_t count);
	int (*flush)(u32 vtermno, bool wait);
	int (*notifier_add)(struct hvc_struct *hp, int data);
	void (*notifier_del)(struct hvc_struct *hp, int data);
	void (*notifier_hangup)(struct hvc_struct *hp, int data);
	/* Not used here: tiocmget, tiocmset, dtr_rts. */
	void *unused[3];
};

struct hvc_struct *hvc_alloc(u32 vtermno, int data, const struct hv_ops *ops,
			     int outbuf_size);
compat_hvc_removed_t hvc_remove(struct hvc_struct *hp);
void hvc_kick(void);

#endif
