// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's log says since a moment. */
#include <linux/jiffies.h>
#include <linux/kmsg_dump.h>
#include <linux/ratelimit_types.h>
#include <linux/string.h>

#include "log.h"

/**
 * log_now() - the moment
 *
 * Return: For log_count().
 */
u64 log_now(void)
{
	struct kmsg_dump_iter iter;

	kmsg_dump_rewind(&iter);
	return iter.next_seq;
}

/**
 * log_count() - how many lines there are with a text
 * @since: the moment
 * @text: the text
 *
 * Return: How many of the lines that came since then have it.
 */
unsigned int log_count(u64 since, const char *text)
{
	struct kmsg_dump_iter iter;
	static char line[512];
	unsigned int nr = 0;
	size_t len;

	kmsg_dump_rewind(&iter);
	iter.cur_seq = since;
	while (kmsg_dump_get_line(&iter, false, line, sizeof(line), &len))
		nr += !!strnstr(line, text, len);
	return nr;
}

/**
 * log_most() - how many lines a flood of one rate-limited message may be
 * @began: jiffies when it began; on a slow machine it lasts for several intervals
 *
 * Return: The number.
 */
unsigned int log_most(unsigned long began)
{
	return DEFAULT_RATELIMIT_BURST * (2 + (jiffies - began) / DEFAULT_RATELIMIT_INTERVAL);
}
