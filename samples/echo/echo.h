/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol of the sample: text goes there, and comes back in capitals.
 *
 * The frontend offers a ring of one page and a port, and writes their numbers
 * to its directory as ring-ref and event-channel.
 */
#ifndef _ECHO_H
#define _ECHO_H

#include <linux/types.h>

#include <xen/interface/io/ring.h>

#define ECHO_TYPE "echo"
#define ECHO_BYTES 60

/**
 * struct echo_text - a request, and its response
 * @len: bytes of @text, ECHO_BYTES at most
 * @text: not NUL-terminated
 */
struct echo_text {
	u32 len;
	char text[ECHO_BYTES];
};

DEFINE_RING_TYPES(echo, struct echo_text, struct echo_text);

#endif
