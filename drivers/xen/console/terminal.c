// SPDX-License-Identifier: GPL-2.0-only
/*
 * A console as a terminal of the hvc layer, /dev/hvcN.
 *
 * hvc calls get_chars and put_chars with its own lock held. Its printk console
 * calls put_chars, too, and differs in what it does when not all is taken: a
 * terminal's text is kept and tried again, the log's is thrown away (or, for
 * -EAGAIN, tried again for ever: never say that). So put_chars must know for
 * whom it works. A terminal's text is always in the buffer that hvc allocated
 * together with its struct; the log's is on somebody's stack.
 *
 * hvc_remove() does not end everything. A process that keeps its hung-up
 * terminal open keeps hvc's struct on hvc's list, and hvc calls our functions
 * if the terminal is opened once more. So a struct xencons lives as long as
 * hvc's struct does, whose end we learn of by a destruct function put before
 * hvc's own, and this module waits for the end of all of them.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "hvc.h"
#include "internal.h"

/* Numbers that no other hvc driver uses; this one says "XdM". */
#define VTERMNO 0x58644d00
/* As much as the tty layer hands over at a time, and the ring takes. */
#define OUTBUF_BYTES 2048
#define NR_SLOTS (2 * XENCONS_MAX)
#define NAG_INTERVAL (10 * HZ)

static DEFINE_MUTEX(slots_lock);
/*
 * All consoles that hvc knows of, by terminal number; written under slots_lock.
 * hvc knows a console no more before its slot is emptied.
 */
static struct xencons *slots[NR_SLOTS];
static DECLARE_WAIT_QUEUE_HEAD(slot_emptied);

static struct xencons *xencons_of(u32 vtermno)
{
	return READ_ONCE(slots[vtermno - VTERMNO]);
}

/* What hvc allocates is larger than half a page, and begins with its struct. */
static bool is_from_terminal(const struct xencons *cons, const void *buf)
{
	const void *hvc = READ_ONCE(cons->hvc);

	BUILD_BUG_ON(OUTBUF_BYTES + sizeof(struct hvc_struct) <= PAGE_SIZE / 2);
	return hvc && (size_t)(buf - hvc) < PAGE_SIZE;
}

static compat_hvc_result_t put_chars(u32 vtermno, const compat_hvc_char_t *buf,
				     compat_hvc_count_t count)
{
	struct xencons *cons = xencons_of(vtermno);

	if (is_from_terminal(cons, buf))
		return xencons_write(cons, buf, count);
	xencons_log(cons, buf, count);
	return count;
}

/* hvc hangs the terminal up when it is told -EPIPE. */
static compat_hvc_result_t get_chars(u32 vtermno, compat_hvc_char_t *buf,
				     compat_hvc_count_t count)
{
	int ret = xencons_read(xencons_of(vtermno), buf, count);

	return ret < 0 ? -EPIPE : ret;
}

/* hvc's printk console calls this at the end of each line. */
static int flush(u32 vtermno, bool wait)
{
	xencons_announce(xencons_of(vtermno));
	return 0;
}

/* An open terminal holds the module: hvc would call into it. */
static int notifier_add(struct hvc_struct *hp, int data)
{
	struct xencons *cons = slots[data];

	if (READ_ONCE(cons->state) != XENCONS_OPEN)
		return cons->state == XENCONS_BROKEN ? -EIO : -ENODEV;
	if (!try_module_get(cons->owner))
		return -ENODEV;
	/* It may be opened before hvc_alloc() has returned. */
	WRITE_ONCE(cons->hvc, hp);
	xchg(&cons->is_held, true);
	return 0;
}

/*
 * hvc may hang up a terminal whose opening failed, and close one that was hung
 * up, so it cannot be trusted to undo what was done, and once.
 */
static void notifier_del(struct hvc_struct *hp, int data)
{
	struct xencons *cons = slots[data];

	if (xchg(&cons->is_held, false))
		module_put(cons->owner);
}

/* hvc has thrown away what it kept for us. */
static void notifier_hangup(struct hvc_struct *hp, int data)
{
	struct xencons *cons = slots[data];

	spin_lock_irq(&cons->lock);
	cons->waiting = 0;
	spin_unlock_irq(&cons->lock);
	notifier_del(hp, data);
}

static const struct hv_ops ops = {
	.get_chars = get_chars,
	.put_chars = put_chars,
	.flush = flush,
	.notifier_add = notifier_add,
	.notifier_del = notifier_del,
	.notifier_hangup = notifier_hangup,
};

/**
 * xencons_wake_terminal() - have hvc look for keys, and for room for text
 * @cons: console
 *
 * Context: Any.
 */
void xencons_wake_terminal(struct xencons *cons)
{
	/* hvc has no thread to wake before its first terminal. */
	if (READ_ONCE(cons->hvc))
		hvc_kick();
}

static int take_slot(struct xencons *cons)
{
	int i;

	mutex_lock(&slots_lock);
	for (i = 0; i < NR_SLOTS && slots[i]; i++)
		;
	if (i < NR_SLOTS)
		WRITE_ONCE(slots[i], cons);
	mutex_unlock(&slots_lock);
	cons->slot = i;
	return i < NR_SLOTS ? 0 : -ENOSPC;
}

/**
 * xencons_new() - a console, without a terminal yet
 * @id: 0 for the primary one, N for device/console/N
 * @intf: the ring's page
 * @port: its event channel
 * @owner: the module that an open terminal is to hold
 * @spill_bytes: how much of the log to keep while the ring is full, a power of
 *	two, or 0
 *
 * The caller binds @port to xencons_interrupt() before it calls
 * xencons_open(). Undone by xencons_put().
 *
 * Context: Process; sleeps.
 * Return: The console; ERR_PTR: -ENOMEM; -ENOSPC if there are too many.
 */
struct xencons *xencons_new(unsigned int id, struct xencons_interface *intf,
			    evtchn_port_t port, struct module *owner,
			    size_t spill_bytes)
{
	struct xencons *cons = kzalloc(sizeof(*cons), GFP_KERNEL);
	int err;

	if (!cons)
		return ERR_PTR(-ENOMEM);
	kref_init(&cons->ref);
	cons->id = id;
	cons->index = -1;
	cons->port = port;
	cons->owner = owner;
	xencons_ring_init(&cons->ring, intf);
	err = xencons_output_init(cons, spill_bytes);
	if (!err)
		err = take_slot(cons);
	if (err) {
		xencons_output_exit(cons);
		kfree(cons);
		return ERR_PTR(err);
	}
	return cons;
}
EXPORT_SYMBOL_GPL(xencons_new);

static void free_console(struct kref *ref)
{
	struct xencons *cons = container_of(ref, struct xencons, ref);

	mutex_lock(&slots_lock);
	WRITE_ONCE(slots[cons->slot], NULL);
	xencons_output_exit(cons);
	kfree(cons);
	wake_up_all(&slot_emptied);
	mutex_unlock(&slots_lock);
}

/* The last user of hvc's terminal is gone. */
static void destruct(struct tty_port *port)
{
	struct xencons *cons = container_of(port->ops, struct xencons,
					    port_ops);

	cons->hvc_port_ops->destruct(port);
	kref_put(&cons->ref, free_console);
}

/**
 * xencons_open() - make a terminal of a console
 * @cons: console, its port bound
 *
 * If the kernel was booted with console=hvcN and the terminal's number is this
 * N, printk begins here with all of its log.
 *
 * Undone by xencons_close(), also if it failed.
 *
 * Context: Process; sleeps.
 * Return: 0; -ENOSPC if hvc's terminals are used up; or why hvc does not want
 * it.
 */
int xencons_open(struct xencons *cons)
{
	struct hvc_struct *hvc;

	hvc = hvc_alloc(VTERMNO + cons->slot, cons->slot, &ops, OUTBUF_BYTES);
	if (IS_ERR(hvc))
		return PTR_ERR(hvc);
	cons->hvc_port_ops = hvc->port.ops;
	cons->port_ops = *hvc->port.ops;
	cons->port_ops.destruct = destruct;
	kref_get(&cons->ref);
	hvc->port.ops = &cons->port_ops;
	WRITE_ONCE(cons->hvc, hvc);
	cons->index = hvc->index;
	return hvc->index > XENCONS_MAX ? -ENOSPC : 0;
}
EXPORT_SYMBOL_GPL(xencons_open);

/**
 * xencons_close() - hang the terminal up, and leave the ring alone
 * @cons: console
 * @is_ring_lost: whether text in the ring is lost with the console
 *
 * Text on its way may go out yet, within a bound. Afterwards the caller unbinds
 * the port, takes the page away from the backend, and calls xencons_put().
 *
 * Context: Process; sleeps.
 */
void xencons_close(struct xencons *cons, bool is_ring_lost)
{
	xencons_drain(cons, is_ring_lost);
	spin_lock_irq(&cons->lock);
	cons->state = XENCONS_GONE;
	spin_unlock_irq(&cons->lock);
	if (cons->hvc)
		hvc_remove(cons->hvc);
}
EXPORT_SYMBOL_GPL(xencons_close);

/**
 * xencons_put() - undo xencons_new()
 * @cons: console, closed, its port unbound
 *
 * Context: Process; sleeps.
 */
void xencons_put(struct xencons *cons)
{
	xencons_output_end(cons);
	kref_put(&cons->ref, free_console);
}
EXPORT_SYMBOL_GPL(xencons_put);

static bool are_slots_empty(void)
{
	int i;

	for (i = 0; i < NR_SLOTS; i++)
		if (READ_ONCE(slots[i]))
			return false;
	return true;
}

/**
 * xencons_wait_for_all() - wait until hvc knows nothing of ours any more
 *
 * Context: Process; sleeps, for as long as somebody keeps a terminal open that
 * was hung up.
 */
void xencons_wait_for_all(void)
{
	while (!wait_event_timeout(slot_emptied, are_slots_empty(),
				   NAG_INTERVAL))
		pr_warn("a process has a hung-up terminal of this module open still: waiting for it to close that\n");
	/* Whoever emptied the last one is out of here, too. */
	mutex_lock(&slots_lock);
	mutex_unlock(&slots_lock);
}

/**
 * xencons_for_each() - call a function for each console
 * @show: the function
 * @m: handed to it
 *
 * Context: Process; sleeps.
 */
void xencons_for_each(void (*show)(struct seq_file *m, struct xencons *cons),
		      struct seq_file *m)
{
	int i;

	mutex_lock(&slots_lock);
	for (i = 0; i < NR_SLOTS; i++)
		if (slots[i])
			show(m, slots[i]);
	mutex_unlock(&slots_lock);
}
