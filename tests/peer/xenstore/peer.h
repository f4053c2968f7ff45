/* SPDX-License-Identifier: GPL-2.0-only */
/* A XenStore server in dom0 that answers one guest, rightly or not. */
#ifndef _XENSTORE_PEER_H
#define _XENSTORE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <xen/io/xs_wire.h>

#define MAX_BODY XENSTORE_PAYLOAD_MAX

/**
 * struct message - a request, or what the next one is to be answered with
 * @header: its header
 * @body: its body, NUL-terminated behind its length
 */
struct message {
	struct xsd_sockmsg header;
	char body[MAX_BODY + 1];
};

/* ring.c: the page and the port */
extern struct xenstore_domain_interface *page;
void ring_open(int domid, unsigned int guest_port);
void ring_reset(void);
void ring_reconnect(void);
bool ring_peek_header(struct xsd_sockmsg *header);
bool ring_take(struct message *request);
void ring_put(const void *bytes, size_t len);
void ring_to_zero(void);
void ring_elsewhere(void);
void notify(void);
void pause_ms(unsigned int ms);
void nap(void);

/* server.c: right answers */
#define TEXT(text) text, strlen(text) + 1 /* with its NUL */
#define BYTES(text) text, strlen(text)
void reply_as(const struct message *request, uint32_t type, const char *body,
	      size_t len);
void reply(const struct message *request, const char *body, size_t len);
void reply_error(const struct message *request, const char *name);
void send_event(const char *body, size_t len);
const char *watch_token(unsigned int nr, const char **path);
void forget_watches(void);
void serve(const struct message *request);

/* attack.c: wrong ones */
extern bool is_reconnection_refused;
bool attack(const struct message *request);
void keep(const struct message *request);
void forget_kept(void);

/* spoil.c: wrong ones, later */
bool spoil_arm(const char *name);
bool spoil(const struct message *request);
void spoil_early(void);

#endif
