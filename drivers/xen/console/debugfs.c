// SPDX-License-Identifier: GPL-2.0-only
/* debugfs xendomu/console: what each console did, and what waits where. */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include <xen/guest.h>

#include "internal.h"

static struct dentry *console_file;

static const char *const state_names[] = {
	[XENCONS_OPEN] = "open",
	[XENCONS_BROKEN] = "broken",
	[XENCONS_GONE] = "gone",
};

/* The parts of it that change, as of one moment. */
struct view {
	struct xencons_counts counts;
	enum xencons_state state;
	size_t waiting;
	size_t spilled;
	int in_ring;
	bool is_served;
};

static void view_console(struct xencons *cons, struct view *view)
{
	unsigned long flags;

	*view = (struct view){};
	spin_lock_irqsave(&cons->lock, flags);
	view->counts = cons->counts;
	view->state = cons->state;
	view->waiting = cons->waiting;
	if (cons->spill_bytes)
		view->spilled = kfifo_len(&cons->spill);
	if (cons->state == XENCONS_OPEN) {
		view->in_ring = xencons_ring_unsent(&cons->ring);
		view->is_served = xencons_ring_is_served(&cons->ring);
	}
	spin_unlock_irqrestore(&cons->lock, flags);
}

static void show_console(struct seq_file *m, struct xencons *cons)
{
	struct view view;

	view_console(cons, &view);
	seq_printf(m, "console %u: hvc%d port %u %s\n", cons->id, cons->index,
		   cons->port, state_names[view.state]);
	seq_printf(m, "  served: %s\n", view.is_served ? "yes" : "no");
	seq_printf(m, "  bytes_in: %lu\n", view.counts.bytes_in);
	seq_printf(m, "  bytes_out: %lu\n", view.counts.bytes_out);
	seq_printf(m, "  in_ring: %d\n", view.in_ring);
	seq_printf(m, "  waiting: %zu\n", view.waiting);
	seq_printf(m, "  spilled: %zu\n", view.spilled);
	seq_printf(m, "  dropped: %lu\n", view.counts.dropped);
	seq_printf(m, "  kicks: %lu\n", view.counts.kicks);
	seq_printf(m, "  events: %lu\n", view.counts.events);
	seq_printf(m, "  idle_events: %lu\n", view.counts.idle_events);
}

static int console_show(struct seq_file *m, void *unused)
{
	xencons_for_each(show_console, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(console);

void xencons_debugfs_init(void)
{
	console_file = debugfs_create_file("console", 0400, xen_debugfs(), NULL,
					   &console_fops);
}

void xencons_debugfs_exit(void)
{
	debugfs_remove(console_file);
}
