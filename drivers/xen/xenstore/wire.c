// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire protocol: headers, errors, watch events.
 *
 * Everything here came from another domain. It is in private memory by the
 * time it is looked at, and NUL-terminated by us.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

/* No directory is larger: the store's quotas allow no such thing. */
#define DIRECTORY_BYTES_MAX SZ_1M

/**
 * xs_rx_reset() - forget the message, be ready for the next
 * @rx: the receiver; a body the caller has taken over must be NULL by now
 *
 * Context: Process.
 */
void xs_rx_reset(struct xs_rx *rx)
{
	kfree(rx->body);
	*rx = (struct xs_rx){};
}

static int read_part(struct xs_rx *rx, struct xs_ring *ring, void *part,
		     size_t offset, size_t end)
{
	int ret;

	if (rx->got >= end)
		return 1;
	ret = xs_ring_read(ring, part + (rx->got - offset), end - rx->got);
	if (ret < 0)
		return ret;
	rx->got += ret;
	return rx->got == end;
}

static int start_body(struct xs_rx *rx)
{
	if (rx->body)
		return 0;
	if (rx->header.len > XENSTORE_PAYLOAD_MAX ||
	    rx->header.type > XS_LAST_TYPE)
		return -EPROTO;
	/* Whoever waits may be on the way to free memory. */
	rx->body = kmalloc(rx->header.len + 1, GFP_NOIO);
	if (!rx->body)
		return -ENOMEM;
	rx->body[rx->header.len] = '\0';
	return 0;
}

/**
 * xs_rx_step() - receive as much of a message as the ring holds
 * @rx: the receiver
 * @ring: the ring
 *
 * Context: Process; sleeps.
 * Return: 1 if the message is complete; 0 if the ring is empty; -EIO or
 * -ECONNRESET for indices, see xs_ring_read(); -EPROTO for a header that no
 * server sends; -ENOMEM, and the same step can be tried again.
 */
int xs_rx_step(struct xs_rx *rx, struct xs_ring *ring)
{
	size_t header_end = sizeof(rx->header);
	int ret;

	ret = read_part(rx, ring, &rx->header, 0, header_end);
	if (ret <= 0)
		return ret;
	ret = start_body(rx);
	if (ret)
		return ret;
	return read_part(rx, ring, rx->body, header_end,
			 header_end + rx->header.len);
}

/*
 * What servers say beyond Linux's copy of the table: EPERM is in Xen's own
 * since 4.15; EQUOTA is oxenstored's word for what the other calls ENOSPC.
 */
static const struct xsd_errors more_errors[] = {
	{ EPERM, "EPERM" },
	{ ENOSPC, "EQUOTA" },
};

/**
 * xs_errno() - the number of an error that the store names
 * @name: "ENOENT" and the like, see <xen/interface/io/xs_wire.h>
 *
 * Context: Any.
 * Return: -errno; -EINVAL with a line in the log for a name no one knows.
 */
int xs_errno(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(xsd_errors); i++)
		if (!strcmp(name, xsd_errors[i].errstring))
			return -xsd_errors[i].errnum;
	for (i = 0; i < ARRAY_SIZE(more_errors); i++)
		if (!strcmp(name, more_errors[i].errstring))
			return -more_errors[i].errnum;
	pr_warn_ratelimited("XenStore reports an unknown error \"%.32s\"\n",
			    name);
	return -EINVAL;
}

/**
 * xs_split_event() - path and token of a watch event
 * @body: the event, NUL-terminated behind @len
 * @len: its length
 * @path: set to the path that changed
 * @token: set to the token of the watch
 *
 * Context: Any.
 * Return: 0; -EPROTO if there are not at least two strings.
 */
int xs_split_event(const char *body, size_t len, const char **path,
		   const char **token)
{
	size_t path_len = strnlen(body, len);
	size_t token_start = path_len + 1;

	if (token_start >= len)
		return -EPROTO;
	if (strnlen(body + token_start, len - token_start) ==
	    len - token_start)
		return -EPROTO; /* the token is not terminated */
	*path = body;
	*token = body + token_start;
	return 0;
}

/* The last string counts without its NUL, too: there is one behind it. */
static unsigned int count_strings(const char *strings, unsigned int len)
{
	unsigned int nr = 0, i;

	for (i = 0; i < len; i++)
		nr += !strings[i] || i == len - 1;
	return nr;
}

/**
 * xs_split_list() - strings that follow each other, as an array
 * @strings: the strings, each with its NUL; one more is behind @len
 * @len: bytes of all
 * @nr: set to how many there are
 *
 * Context: Process; sleeps.
 * Return: The array, in one block of memory with the strings: kfree() it;
 * ERR_PTR(-ENOMEM).
 */
char **xs_split_list(const char *strings, unsigned int len, unsigned int *nr)
{
	char **list, *at;
	unsigned int i;

	*nr = count_strings(strings, len);
	list = kmalloc(*nr * sizeof(*list) + len + 1, GFP_NOIO);
	if (!list)
		return ERR_PTR(-ENOMEM);
	at = memcpy(&list[*nr], strings, len + 1);
	for (i = 0; i < *nr; i++, at += strlen(at) + 1)
		list[i] = at;
	return list;
}

/**
 * xs_parts_add() - add a part of a large directory
 * @parts: what there is so far
 * @part: body of a reply to XS_DIRECTORY_PART, NUL-terminated behind @len
 * @len: its length
 *
 * A part is the directory's generation and then names; behind the last name of
 * the last part is an empty one (docs/misc/xenstore.txt of Xen).
 *
 * Context: Process; sleeps.
 * Return: 1 if that was the last, 0 if not; -EAGAIN if the directory has
 * changed since the first part; -EPROTO if there is no generation; -E2BIG over
 * a megabyte; -ENOMEM.
 */
int xs_parts_add(struct xs_parts *parts, const char *part, size_t len)
{
	size_t skip = strlen(part) + 1;
	bool is_last;
	char *names;

	if (skip > len || skip > sizeof(parts->generation))
		return -EPROTO;
	if (!parts->names)
		memcpy(parts->generation, part, skip);
	else if (strcmp(parts->generation, part))
		return -EAGAIN;
	part += skip;
	len -= skip;
	is_last = !len || (!part[len - 1] && (len == 1 || !part[len - 2]));
	if (is_last && len)
		len--;
	if (parts->len + len > DIRECTORY_BYTES_MAX)
		return -E2BIG;
	names = krealloc(parts->names, parts->len + len + 1, GFP_NOIO);
	if (!names)
		return -ENOMEM;
	memcpy(names + parts->len, part, len);
	parts->names = names;
	parts->len += len;
	names[parts->len] = '\0';
	return is_last;
}
