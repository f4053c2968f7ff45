// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event words and queues of the FIFO ABI.
 *
 * Each port has a word, each vCPU a queue for each of 16 priorities, linked
 * through the words:
 *
 *	31 PENDING | 30 MASKED | 29 LINKED | 28 BUSY | ... | 16-0 LINK
 *
 *	control->head[p] -> word -> word -> word (LINK 0: the last one)
 *
 * Who writes what, all of it by atomic operations on the whole word:
 *
 *	PENDING		Xen sets it, we clear it
 *	MASKED		ours alone
 *	LINKED, LINK	Xen sets them when it adds the port to a queue; we clear
 *			both at once when we take it off the front
 *	BUSY		Xen's, while it writes LINK
 *	head, ready	Xen writes the head of a queue that was empty, then sets the
 *			queue's bit in ready; we take the bits of ready
 *
 * Xen keeps no head of a queue that is not empty: that is ours. It knows that a
 * queue ran empty by LINKED being clear in the word it added last.
 */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/compiler.h>

#include <asm/barrier.h>

#include "fifo.h"

/* Xen changes a word a few times at most while we try. */
#define MAX_TRIES 1000

#define ALL_QUEUES (BIT(EVTCHN_FIFO_MAX_QUEUES) - 1)

#define LINKED_AND_LINK (BIT(EVTCHN_FIFO_LINKED) | EVTCHN_FIFO_LINK_MASK)

/**
 * fifo_word() - the word of a port
 * @array: all words
 * @port: any number
 *
 * Context: Any.
 * Return: The word, or NULL if there is none (yet).
 */
event_word_t *fifo_word(const struct fifo_array *array, evtchn_port_t port)
{
	unsigned int page = port / FIFO_WORDS_PER_PAGE;

	/* Pairs with the release after a page was added: its pointer is there. */
	if (page >= smp_load_acquire(&array->nr_pages))
		return NULL;
	return &array->pages[page][port % FIFO_WORDS_PER_PAGE];
}

/**
 * fifo_page_init() - make a page ready to be given to Xen
 * @page: the page
 *
 * No port may send before somebody listens.
 *
 * Context: Any.
 */
void fifo_page_init(event_word_t *page)
{
	unsigned int i;

	for (i = 0; i < FIFO_WORDS_PER_PAGE; i++)
		page[i] = BIT(EVTCHN_FIFO_MASKED);
}

bool fifo_is_pending(const event_word_t *word)
{
	return READ_ONCE(*word) & BIT(EVTCHN_FIFO_PENDING);
}

bool fifo_is_masked(const event_word_t *word)
{
	return READ_ONCE(*word) & BIT(EVTCHN_FIFO_MASKED);
}

/* Bit operations on longs must not reach into the neighbour's word. */
static void set_bits(event_word_t *word, event_word_t bits)
{
	atomic_or(bits, (atomic_t *)word);
	smp_mb__after_atomic(); /* As a bit operation that returns the old bit. */
}

static void clear_bits(event_word_t *word, event_word_t bits)
{
	smp_mb__before_atomic(); /* What we saw of the peer comes first. */
	atomic_andnot(bits, (atomic_t *)word);
	smp_mb__after_atomic(); /* A handler looks for work after the clearing. */
}

void fifo_set_pending(event_word_t *word)
{
	set_bits(word, BIT(EVTCHN_FIFO_PENDING));
}

void fifo_clear_pending(event_word_t *word)
{
	clear_bits(word, BIT(EVTCHN_FIFO_PENDING));
}

void fifo_mask(event_word_t *word)
{
	set_bits(word, BIT(EVTCHN_FIFO_MASKED));
}

/**
 * fifo_try_unmask() - unmask a port, unless an event is waiting
 * @word: its word
 *
 * A waiting event was not put in a queue while the port was masked. Only Xen
 * can do that, so it must then be asked to unmask (EVTCHNOP_unmask).
 *
 * Context: Any.
 * Return: true if the port is unmasked; false if Xen must do it.
 */
bool fifo_try_unmask(event_word_t *word)
{
	event_word_t old = READ_ONCE(*word);
	int tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (old & BIT(EVTCHN_FIFO_PENDING))
			return false;
		if (try_cmpxchg(word, &old, old & ~BIT(EVTCHN_FIFO_MASKED)))
			return true;
	}
	return false;
}

/**
 * fifo_unlink() - take a port off the front of its queue
 * @word: its word
 * @next: the port behind it, or 0
 *
 * From then on Xen may link the port again.
 *
 * Context: Any.
 * Return: 0, or -EAGAIN if the word did not keep still; then nothing changed.
 */
int fifo_unlink(event_word_t *word, evtchn_port_t *next)
{
	event_word_t old = READ_ONCE(*word);
	int tries;

	for (tries = 0; tries < MAX_TRIES; tries++) {
		if (try_cmpxchg(word, &old, old & ~LINKED_AND_LINK)) {
			*next = old & EVTCHN_FIFO_LINK_MASK;
			return 0;
		}
	}
	return -EAGAIN;
}

static void take_ready(struct fifo_queues *queues)
{
	/* Without a locked access to a line of Xen's where there is nothing. */
	if (READ_ONCE(queues->control->ready))
		queues->ready |= xchg(&queues->control->ready, 0) & ALL_QUEUES;
}

/* The front of a queue, or 0; where it is ours Xen does not know it. */
static evtchn_port_t front_of(const struct fifo_queues *queues,
			      unsigned int priority)
{
	if (queues->heads[priority])
		return queues->heads[priority];
	/* Xen wrote the head before the bit of ready that brought us here. */
	virt_rmb();
	return READ_ONCE(queues->control->head[priority]);
}

/* Takes one port off a queue; returns false if it must not be served. */
static bool pop(struct fifo_queues *queues, const struct fifo_array *array,
		unsigned int priority, evtchn_port_t *port)
{
	evtchn_port_t next = 0;
	event_word_t *word;

	*port = front_of(queues, priority);
	word = *port ? fifo_word(array, *port) : NULL;
	/* It stays the front: Xen sees that it is linked. */
	if (word && fifo_unlink(word, &next))
		return false;
	queues->heads[priority] = next;
	if (!next)
		queues->ready &= ~BIT(priority);
	return word && fifo_is_pending(word) && !fifo_is_masked(word);
}

/**
 * fifo_next() - the port to be served next
 * @queues: those of the vCPU; nobody else takes from them now
 * @array: all words
 * @port: the port
 *
 * Lower priorities come first, and a higher one in between. Each call takes one
 * port off its queue, or finds that a queue is empty: the caller bounds the
 * number of calls.
 *
 * Context: Any.
 * Return: 1 if @port is to be served; 0 if what was taken is masked or old; -1
 * if all queues are empty.
 */
int fifo_next(struct fifo_queues *queues, const struct fifo_array *array,
	      evtchn_port_t *port)
{
	take_ready(queues);
	if (!queues->ready)
		return -1;
	return pop(queues, array, __ffs(queues->ready), port);
}
