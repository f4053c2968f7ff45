/* SPDX-License-Identifier: GPL-2.0-only */
/* Put before the event words' core: Xen has a turn before each change of a word. */
#ifndef _XENDOMU_FIFO_PEER_H
#define _XENDOMU_FIFO_PEER_H

#include <linux/atomic.h>

#include <xen/interface/event_channel.h>

/* The suite's. */
void fifo_peer(event_word_t *word);

#undef try_cmpxchg
#define try_cmpxchg(word, old, new)				\
	({							\
		event_word_t expected = *(old);			\
								\
		fifo_peer(word);				\
		*(old) = cmpxchg(word, expected, new);		\
		*(old) == expected;				\
	})

#endif
