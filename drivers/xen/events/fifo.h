/* SPDX-License-Identifier: GPL-2.0-only */
/* Event words and queues of the FIFO ABI. */
#ifndef _XENDOMU_EVENTS_FIFO_H
#define _XENDOMU_EVENTS_FIFO_H

#include <linux/mm.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>

#define FIFO_WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define FIFO_PAGES_MAX (EVTCHN_FIFO_NR_CHANNELS / FIFO_WORDS_PER_PAGE)

/**
 * struct fifo_array - the event words of all ports
 * @pages: FIFO_WORDS_PER_PAGE words each
 * @nr_pages: how many there are; grows, and is read without a lock
 */
struct fifo_array {
	event_word_t *pages[FIFO_PAGES_MAX];
	unsigned int nr_pages;
};

/**
 * struct fifo_queues - the queues of a vCPU
 * @control: what Xen writes: which have a new head, and which that is
 * @heads: the ports to be served next, or 0; ours, one a priority
 * @ready: queues that are not known to be empty; ours
 */
struct fifo_queues {
	struct evtchn_fifo_control_block *control;
	u32 *heads;
	unsigned long ready;
};

event_word_t *fifo_word(const struct fifo_array *array, evtchn_port_t port);
void fifo_page_init(event_word_t *page);

bool fifo_is_pending(const event_word_t *word);
bool fifo_is_masked(const event_word_t *word);
void fifo_set_pending(event_word_t *word);
void fifo_clear_pending(event_word_t *word);
void fifo_mask(event_word_t *word);
bool fifo_try_unmask(event_word_t *word);

int fifo_unlink(event_word_t *word, evtchn_port_t *next);
int fifo_next(struct fifo_queues *queues, const struct fifo_array *array,
	      evtchn_port_t *port);

#endif
