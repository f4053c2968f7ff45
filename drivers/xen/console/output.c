// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes between their users and the ring. Nobody here waits for the backend,
 * except in an oops, and then not for long.
 *
 *   terminal --- xencons_write() -----------------------> ring.out
 *   printk ----- xencons_log() --> [spill, if it is full] --^
 *   terminal <-- xencons_read() ------------------------- ring.in
 *
 * A terminal can wait: what does not fit stays with hvc, which tries again when
 * the backend's event says that there is room. printk cannot: it comes with
 * interrupts off, from anywhere, and hvc throws away what is not taken. So the
 * log has a buffer of its own behind the ring, which the backend's events
 * empty, and it is as large as most kernels' log. What does not fit there
 * either is dropped and counted. Text of a terminal waits until the buffer is
 * empty, so that each line of the log comes out in one piece.
 *
 * Since Xen 4.21 the page says that nobody serves the console until xenconsoled
 * has connected to the domain. Until then a terminal would wait without end, so
 * its text is treated like the log's: it goes into the ring, then into the
 * buffer, and comes out in its order once somebody connects; what finds no room
 * is dropped and counted. Nor does an oops or the unloading module wait then.
 *
 * A backend must be told of text, but each time costs it a wakeup (and
 * xenconsoled stops listening for a while to who tells it too often). So a
 * terminal's text is announced once for a write, the log's once for a line, and
 * room for keys once for half a ring.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>

#include "internal.h"

/* How much of the spill buffer is moved in one go, on the stack. */
#define MOVE_BYTES 128
#define REPORT_DELAY HZ
#define DRAIN_TIMEOUT (2 * HZ)
/* How long a console may wait in all oopses together: two seconds. */
#define OOPS_STEPS 40000
#define OOPS_STEP_US 50
#define OOPS_LOCK_US 20000

/* Under lock. */
static int check(struct xencons *cons, int ret)
{
	if (ret < 0) {
		cons->state = XENCONS_BROKEN;
		irq_work_queue(&cons->report_irq_work);
	}
	return ret;
}

/* Under lock. */
static int put(struct xencons *cons, const void *text, size_t len)
{
	int ret = check(cons, xencons_ring_write(&cons->ring, text, len));

	if (ret > 0) {
		cons->counts.bytes_out += ret;
		cons->is_quiet = true;
	}
	return ret;
}

/* Under lock. Returns 0, or -EIO if the backend broke the protocol. */
static int move_spill(struct xencons *cons)
{
	char text[MOVE_BYTES];

	while (cons->spill_bytes && !kfifo_is_empty(&cons->spill)) {
		int room = check(cons, xencons_ring_unsent(&cons->ring));

		if (room < 0)
			return room;
		room = XENCONS_OUT_BYTES - room;
		if (!room)
			return 0;
		room = min_t(int, room, sizeof(text));
		if (put(cons, text, kfifo_out(&cons->spill, text, room)) < 0)
			return -EIO;
	}
	return 0;
}

/* Under lock. */
static bool has_spilled(struct xencons *cons)
{
	return cons->spill_bytes && !kfifo_is_empty(&cons->spill);
}

/* Under lock. */
static bool is_served(struct xencons *cons)
{
	bool is_served = xencons_ring_is_served(&cons->ring);

	if (!is_served && !cons->was_unserved) {
		cons->was_unserved = true;
		irq_work_queue(&cons->report_irq_work);
	}
	return is_served;
}

/* Under lock. */
static void count_dropped(struct xencons *cons, size_t nr)
{
	if (!nr)
		return;
	cons->counts.dropped += nr;
	irq_work_queue(&cons->report_irq_work);
}

/* Under lock. Returns how much is in the ring or the spill buffer now. */
static size_t put_log(struct xencons *cons, const void *text, size_t len)
{
	int done = 0;

	if (cons->state != XENCONS_OPEN || move_spill(cons))
		return 0;
	if (!has_spilled(cons))
		done = put(cons, text, len);
	if (done < 0)
		return 0;
	if (cons->spill_bytes)
		done += kfifo_in(&cons->spill, text + done, len - done);
	return done;
}

/* Under lock. As much as fits; the rest waits with hvc. */
static int put_served(struct xencons *cons, const void *text, size_t len)
{
	int ret = move_spill(cons);

	if (!ret && !has_spilled(cons))
		ret = put(cons, text, len);
	return ret;
}

/* Under lock. All of it, perhaps to be dropped; -EIO if the ring is broken. */
static int put_unserved(struct xencons *cons, const void *text, size_t len)
{
	size_t done = put_log(cons, text, len);

	if (cons->state != XENCONS_OPEN)
		return -EIO;
	count_dropped(cons, len - done);
	return len;
}

/* Under lock. Returns whether the caller must kick, once it let go. */
static bool take_quiet(struct xencons *cons)
{
	bool must_kick = cons->is_quiet;

	cons->is_quiet = false;
	cons->counts.kicks += must_kick;
	return must_kick;
}

/**
 * xencons_write() - put a terminal's text into the ring
 * @cons: console
 * @text: the text
 * @len: its length
 *
 * Context: Any; takes @cons->lock.
 * Return: How much went in or, while nobody serves the console, was taken off
 * the writer's hands; perhaps 0; -EIO if the ring may not be used.
 */
int xencons_write(struct xencons *cons, const void *text, size_t len)
{
	unsigned long flags;
	bool must_kick;
	int ret = -EIO;

	spin_lock_irqsave(&cons->lock, flags);
	if (cons->state == XENCONS_OPEN)
		ret = is_served(cons) ? put_served(cons, text, len) :
					put_unserved(cons, text, len);
	cons->waiting = ret < 0 ? 0 : len - ret;
	must_kick = take_quiet(cons);
	spin_unlock_irqrestore(&cons->lock, flags);
	if (must_kick)
		notify_remote_via_evtchn(cons->port);
	return ret;
}

/**
 * xencons_read() - get keys from the ring
 * @cons: console
 * @keys: where to
 * @len: how many at most
 *
 * Context: Any; takes @cons->lock.
 * Return: How many came out, perhaps 0; -EIO if the ring may not be used.
 */
int xencons_read(struct xencons *cons, void *keys, size_t len)
{
	bool must_kick = false;
	unsigned long flags;
	int ret = -EIO;

	spin_lock_irqsave(&cons->lock, flags);
	if (cons->state == XENCONS_OPEN)
		ret = check(cons, xencons_ring_read(&cons->ring, keys, len));
	if (ret >= 0) {
		cons->counts.bytes_in += ret;
		must_kick = xencons_ring_take_in_kick(&cons->ring);
		cons->counts.kicks += must_kick;
	}
	spin_unlock_irqrestore(&cons->lock, flags);
	if (must_kick)
		notify_remote_via_evtchn(cons->port);
	return ret;
}

/* Under lock. Returns whether the backend has taken anything in due time. */
static bool wait_for_backend(struct xencons *cons)
{
	int before = xencons_ring_unsent(&cons->ring);

	notify_remote_via_evtchn(cons->port);
	cons->is_quiet = false;
	for (; cons->oops_steps; cons->oops_steps--) {
		if (xencons_ring_unsent(&cons->ring) != before)
			return true;
		/* Its CPU may be ours. */
		HYPERVISOR_sched_op(SCHEDOP_yield, NULL);
		udelay(OOPS_STEP_US);
	}
	return false;
}

/* Under lock. The machine may be about to stop: get the text out. */
static void flush_last_words(struct xencons *cons)
{
	while (!move_spill(cons) && has_spilled(cons) && wait_for_backend(cons))
		;
}

/* In an oops whoever holds the lock may never let it go. */
static bool is_lock_to_be_had(struct xencons *cons)
{
	unsigned long flags;
	int i;

	if (!oops_in_progress)
		return true;
	for (i = 0; i < OOPS_LOCK_US; i++) {
		if (spin_trylock_irqsave(&cons->lock, flags)) {
			spin_unlock_irqrestore(&cons->lock, flags);
			return true;
		}
		udelay(1);
	}
	return false;
}

/**
 * xencons_log() - put text of printk into the ring, or behind it, or drop it
 * @cons: console
 * @text: the text
 * @len: its length
 *
 * Waits for the backend only in an oops, and at most two seconds in all.
 *
 * Context: Any but NMI; takes @cons->lock.
 */
void xencons_log(struct xencons *cons, const void *text, size_t len)
{
	unsigned long flags;
	size_t done;

	if (!is_lock_to_be_had(cons))
		return;
	spin_lock_irqsave(&cons->lock, flags);
	done = put_log(cons, text, len);
	if (cons->state == XENCONS_OPEN && is_served(cons) && oops_in_progress)
		flush_last_words(cons);
	count_dropped(cons, len - done);
	spin_unlock_irqrestore(&cons->lock, flags);
}

/**
 * xencons_announce() - tell the backend of text that it was not told of
 * @cons: console
 *
 * Context: Any but NMI; takes @cons->lock.
 */
void xencons_announce(struct xencons *cons)
{
	unsigned long flags;
	bool must_kick;

	if (!is_lock_to_be_had(cons))
		return;
	spin_lock_irqsave(&cons->lock, flags);
	must_kick = take_quiet(cons);
	spin_unlock_irqrestore(&cons->lock, flags);
	if (must_kick)
		notify_remote_via_evtchn(cons->port);
}

/* Under lock. How much has not come to the backend; 0 if it never will. */
static size_t count_unsent(struct xencons *cons, bool is_ring_lost)
{
	int in_ring = xencons_ring_unsent(&cons->ring);
	size_t nr = cons->waiting;

	if (cons->state != XENCONS_OPEN || in_ring < 0)
		return 0;
	if (cons->spill_bytes)
		nr += kfifo_len(&cons->spill);
	return is_ring_lost ? nr + in_ring : nr;
}

static size_t unsent(struct xencons *cons, bool is_ring_lost)
{
	unsigned long flags;
	size_t nr;

	spin_lock_irqsave(&cons->lock, flags);
	nr = count_unsent(cons, is_ring_lost);
	spin_unlock_irqrestore(&cons->lock, flags);
	return nr;
}

/**
 * xencons_drain() - let the backend take what was written, within a bound
 * @cons: console
 * @is_ring_lost: whether text in the ring is lost with the console
 *
 * What it does not take is reported.
 *
 * Context: Process; sleeps at most two seconds.
 */
void xencons_drain(struct xencons *cons, bool is_ring_lost)
{
	size_t left;

	xencons_announce(cons);
	if (xencons_ring_is_served(&cons->ring))
		wait_event_timeout(cons->drained, !unsent(cons, is_ring_lost),
				   DRAIN_TIMEOUT);
	left = unsent(cons, is_ring_lost);
	if (left)
		pr_warn("console %u: its backend did not take the last %zu bytes: lost\n",
			cons->id, left);
}

/**
 * xencons_interrupt() - handle the backend's event
 * @irq: not used
 * @arg: console
 *
 * Keys have come in, or text has gone out. Both are for hvc's thread; but the
 * log's text is moved right here. An event with nothing behind it wakes nobody.
 *
 * Context: Interrupt.
 * Return: IRQ_HANDLED
 */
irqreturn_t xencons_interrupt(int irq, void *arg)
{
	struct xencons *cons = arg;
	unsigned long flags;
	int has_moved = 0;
	bool must_kick;

	spin_lock_irqsave(&cons->lock, flags);
	if (cons->state == XENCONS_OPEN) {
		has_moved = check(cons, xencons_ring_has_moved(&cons->ring));
		if (has_moved >= 0)
			move_spill(cons);
	}
	cons->counts.events++;
	cons->counts.idle_events += !has_moved;
	must_kick = take_quiet(cons);
	if (cons->counts.dropped != READ_ONCE(cons->reported))
		irq_work_queue(&cons->report_irq_work);
	spin_unlock_irqrestore(&cons->lock, flags);
	if (must_kick)
		notify_remote_via_evtchn(cons->port);
	if (has_moved > 0) {
		wake_up(&cons->drained);
		xencons_wake_terminal(cons);
	}
	return IRQ_HANDLED;
}
EXPORT_SYMBOL_GPL(xencons_interrupt);

static void report_later(struct irq_work *work)
{
	struct xencons *cons = container_of(work, struct xencons,
					    report_irq_work);

	schedule_delayed_work(&cons->report_work, REPORT_DELAY);
}

static void report_break(struct xencons *cons)
{
	if (cons->is_break_reported || READ_ONCE(cons->state) != XENCONS_BROKEN)
		return;
	cons->is_break_reported = true;
	pr_err("the backend of console %u breaks the protocol: closed until the backend or this module is loaded anew\n",
	       cons->id);
	/* Whoever has the terminal open finds it hung up. */
	xencons_wake_terminal(cons);
}

static void report_unserved(struct xencons *cons)
{
	if (cons->is_unserved_reported || !READ_ONCE(cons->was_unserved))
		return;
	cons->is_unserved_reported = true;
	pr_info("console %u: nobody serves it yet: text is kept, up to %zu bytes, for whoever connects\n",
		cons->id, XENCONS_OUT_BYTES + cons->spill_bytes);
}

/*
 * One line while the backend does nothing, however much is dropped: else each
 * line that says so would be dropped, too, and ask for the next.
 */
static void report_drops(struct xencons *cons)
{
	unsigned long dropped = READ_ONCE(cons->counts.dropped);
	XENCONS_RING_IDX at = READ_ONCE(cons->ring.intf->out_cons);

	if (dropped == cons->reported ||
	    (cons->reported && at == cons->reported_at))
		return;
	pr_warn("console %u: its backend is slow or stuck: %lu bytes dropped so far\n",
		cons->id, dropped);
	cons->reported_at = at;
	WRITE_ONCE(cons->reported, dropped);
}

static void report(struct work_struct *work)
{
	struct xencons *cons = container_of(to_delayed_work(work),
					    struct xencons, report_work);

	report_break(cons);
	report_unserved(cons);
	if (READ_ONCE(cons->state) == XENCONS_OPEN)
		report_drops(cons);
}

/**
 * xencons_output_init() - prepare what text needs on its way
 * @cons: console
 * @spill_bytes: how much of the log to keep while the ring is full, a power
 *	of two, or 0
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int xencons_output_init(struct xencons *cons, size_t spill_bytes)
{
	void *spill;

	spin_lock_init(&cons->lock);
	init_waitqueue_head(&cons->drained);
	init_irq_work(&cons->report_irq_work, report_later);
	INIT_DELAYED_WORK(&cons->report_work, report);
	cons->oops_steps = OOPS_STEPS;
	if (!spill_bytes)
		return 0;
	spill = kvmalloc(spill_bytes, GFP_KERNEL);
	if (!spill)
		return -ENOMEM;
	cons->spill_bytes = spill_bytes;
	return kfifo_init(&cons->spill, spill, spill_bytes);
}

/**
 * xencons_output_end() - wait until nothing is under way any more
 * @cons: console, closed, its port unbound
 *
 * Context: Process; sleeps.
 */
void xencons_output_end(struct xencons *cons)
{
	irq_work_sync(&cons->report_irq_work);
	cancel_delayed_work_sync(&cons->report_work);
}

/**
 * xencons_output_exit() - free what xencons_output_init() got
 * @cons: console
 *
 * Context: Process; sleeps.
 */
void xencons_output_exit(struct xencons *cons)
{
	if (cons->spill_bytes)
		kvfree(cons->spill.kfifo.data);
}
