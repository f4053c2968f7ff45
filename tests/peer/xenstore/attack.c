// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong answers.
 *
 * A guest that reads "attack/NAME" is answered as the table below says; or, if
 * NAME is in the table of spoil.c, rightly, and later requests are spoiled.
 */
#include <stdio.h>
#include <string.h>

#include "peer.h"

#define NR_STORM 10000
#define NR_KEPT 16
#define NR_MOVES 100

/* Requests that were not answered when they came. */
static struct message kept[NR_KEPT];
static unsigned int nr_kept;

bool is_reconnection_refused;

/* --- what no server sends: the connection is at its end --- */

static void rsp_prod_far(const struct message *request)
{
	(void)request;
	page->rsp_prod = page->rsp_cons + XENSTORE_RING_SIZE + 1;
	notify();
}

static void rsp_prod_back(const struct message *request)
{
	(void)request;
	page->rsp_prod = page->rsp_cons - 1;
	notify();
}

/* Answered rightly: the guest finds out when it asks next. */
static void req_cons_ahead(const struct message *request)
{
	page->req_cons = page->req_prod + 1;
	reply(request, BYTES("look"));
}

static void req_cons_far(const struct message *request)
{
	page->req_cons = page->req_prod - XENSTORE_RING_SIZE - 1;
	reply(request, BYTES("look"));
}

static void put_header(const struct message *request, uint32_t type,
		       uint32_t len)
{
	struct xsd_sockmsg header = request->header;

	header.type = type;
	header.len = len;
	ring_put(&header, sizeof(header));
}

static void length_over(const struct message *request)
{
	put_header(request, XS_READ, XENSTORE_PAYLOAD_MAX + 1);
}

static void length_all_ones(const struct message *request)
{
	put_header(request, XS_READ, UINT32_MAX);
}

static void type_unknown(const struct message *request)
{
	put_header(request, 200, 0);
}

static void type_invalid(const struct message *request)
{
	put_header(request, XS_INVALID, 0);
}

/* --- the ring is set to its beginning, as by a new server --- */

static void ring_zero(const struct message *request)
{
	reply(request, BYTES("zero"));
	/* The guest is not to be in the middle of reading. */
	pause_ms(50);
	ring_to_zero();
}

static void ring_restless(const struct message *request)
{
	unsigned int i;

	reply(request, BYTES("moving"));
	for (i = 0; i < NR_MOVES; i++) {
		pause_ms(20);
		ring_elsewhere();
	}
}

/* --- replies to nobody --- */

static void id_unknown(const struct message *request)
{
	struct message other = *request;

	other.header.req_id ^= 0x40000000;
	reply(&other, BYTES("not yours"));
	reply(request, BYTES("yours"));
}

static void id_repeated(const struct message *request)
{
	reply(request, BYTES("once"));
	reply(request, BYTES("twice"));
}

void keep(const struct message *request)
{
	if (nr_kept < NR_KEPT)
		kept[nr_kept++] = *request;
}

void forget_kept(void)
{
	nr_kept = 0;
}

static void answer_kept(const struct message *request)
{
	unsigned int i;

	for (i = 0; i < nr_kept; i++)
		reply(&kept[i], BYTES("late"));
	nr_kept = 0;
	reply(request, BYTES("in time"));
}

/* --- replies that are not what was asked --- */

static void type_of_another(const struct message *request)
{
	reply_as(request, XS_WRITE, TEXT("OK"));
}

static void error_unknown(const struct message *request)
{
	reply_error(request, "EWHATEVER");
}

static void error_empty(const struct message *request)
{
	reply_as(request, XS_ERROR, "", 0);
}

static void error_without_nul(const struct message *request)
{
	reply_as(request, XS_ERROR, BYTES("ENOENT"));
}

static void error_endless(const struct message *request)
{
	char body[MAX_BODY];

	memset(body, 'E', sizeof(body));
	reply_as(request, XS_ERROR, body, sizeof(body));
}

static void without_nul(const struct message *request)
{
	reply(request, BYTES("no end"));
}

static void empty(const struct message *request)
{
	reply(request, "", 0);
}

static void largest(const struct message *request)
{
	char body[MAX_BODY];

	memset(body, 'x', sizeof(body));
	reply(request, body, sizeof(body));
}

static void bytewise(const struct message *request)
{
	struct xsd_sockmsg header = request->header;
	const char *at = (const char *)&header;
	const char *value = "slow";
	size_t i;

	header.len = strlen(value);
	for (i = 0; i < sizeof(header); i++, pause_ms(2))
		ring_put(at + i, 1);
	for (i = 0; i < header.len; i++, pause_ms(2))
		ring_put(value + i, 1);
}

/* --- events --- */

static void event_of_0(const struct message *request)
{
	send_event("", 0);
	send_event("\0", 1);
	send_event("no end", 6);
	reply(request, BYTES("sent 3"));
}

static void event_of_1(const struct message *request)
{
	send_event(TEXT("data/x"));
	send_event("data/x\0token without end", 24);
	reply(request, BYTES("sent 2"));
}

/* The first watch's token behind a path of our own choice. */
static void send_path(const char *path, const char *more, size_t more_len)
{
	const char *watched, *token = watch_token(0, &watched);
	char body[512];
	size_t len = 0;

	if (!token)
		return;
	len = sprintf(body, "%s", path ?: watched) + 1;
	len += sprintf(body + len, "%s", token) + 1;
	memcpy(body + len, more, more_len);
	send_event(body, len + more_len);
}

static void event_of_3(const struct message *request)
{
	send_path(NULL, "third", 6);
	reply(request, BYTES("sent 1"));
}

static void event_unknown(const struct message *request)
{
	const char *watched = NULL;
	const char *token = watch_token(0, &watched);
	char body[512];

	send_event("data/x\0nonsense", 16);
	send_event("data/x\0", 8);
	send_event("data/x\0FFFFFFFFFFFFFFFFFFFFFF", 30);
	send_event("data/x\0-1", 10);
	/* One digit more than any token of ours. */
	send_event(body, sprintf(body, "%s%c1%s", watched ?: "data", 0,
				 token ?: "1") + 1);
	reply(request, BYTES("sent 5"));
}

static void event_foreign(const struct message *request)
{
	char longer[300] = "";
	const char *watched = "";

	watch_token(0, &watched);
	snprintf(longer, sizeof(longer), "%s-and-more", watched);
	send_path("elsewhere", "", 0);
	send_path("", "", 0);
	send_path(longer, "", 0);
	send_path("/local/domain/0/secret", "", 0);
	reply(request, BYTES("sent 4"));
}

static void event_storm(const struct message *request)
{
	unsigned int i;

	for (i = 0; i < NR_STORM; i++)
		send_path(NULL, "", 0);
	reply(request, BYTES("sent 10000"));
}

/* --- the connection's end by the rules --- */

static void offer_reconnection(const struct message *request)
{
	page->server_features |= XENSTORE_SERVER_FEATURE_RECONNECTION;
	reply(request, BYTES("offered"));
}

static void refuse_reconnection(const struct message *request)
{
	is_reconnection_refused = true;
	offer_reconnection(request);
}

/* As xenstored does it: a word in the page, no event, no answer. */
static void ended(const struct message *request)
{
	page->error = XENSTORE_ERROR_RINGIDX;
	keep(request);
}

/*
 * The page of a domain that starts before its server, until the peer is reset. The
 * guest loads its module again meanwhile.
 */
static void late_connection(const struct message *request)
{
	is_reconnection_refused = true;
	page->connection = XENSTORE_RECONNECT;
	reply(request, BYTES("done"));
}

/* An event for nothing, once the guest believes that all is quiet. */
static void notify_later(const struct message *request)
{
	reply(request, BYTES("soon"));
	pause_ms(1500);
	notify();
}

static const struct {
	const char *name;
	void (*run)(const struct message *request);
} attacks[] = {
	{ "rsp-prod-far", rsp_prod_far },
	{ "rsp-prod-back", rsp_prod_back },
	{ "req-cons-ahead", req_cons_ahead },
	{ "req-cons-far", req_cons_far },
	{ "length-over", length_over },
	{ "length-all-ones", length_all_ones },
	{ "type-unknown", type_unknown },
	{ "type-invalid", type_invalid },
	{ "ring-zero", ring_zero },
	{ "ring-restless", ring_restless },
	{ "id-unknown", id_unknown },
	{ "id-repeated", id_repeated },
	{ "silent", keep },
	{ "late", answer_kept },
	{ "type-of-another", type_of_another },
	{ "error-unknown", error_unknown },
	{ "error-empty", error_empty },
	{ "error-without-nul", error_without_nul },
	{ "error-endless", error_endless },
	{ "without-nul", without_nul },
	{ "empty", empty },
	{ "largest", largest },
	{ "bytewise", bytewise },
	{ "event-of-0", event_of_0 },
	{ "event-of-1", event_of_1 },
	{ "event-of-3", event_of_3 },
	{ "event-unknown", event_unknown },
	{ "event-foreign", event_foreign },
	{ "event-storm", event_storm },
	{ "offer-reconnection", offer_reconnection },
	{ "refuse-reconnection", refuse_reconnection },
	{ "notify-later", notify_later },
	{ "ended", ended },
	{ "late-connection", late_connection },
};

/* Whether the request was one to answer wrongly, and is answered. */
bool attack(const struct message *request)
{
	const char *name = request->body + strlen("attack/");
	unsigned int i;

	if (spoil(request))
		return true;
	if (request->header.type != XS_READ ||
	    strncmp(request->body, "attack/", strlen("attack/")))
		return false;
	if (spoil_arm(name)) {
		reply(request, BYTES("armed"));
		return true;
	}
	for (i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		if (strcmp(attacks[i].name, name))
			continue;
		attacks[i].run(request);
		return true;
	}
	return false;
}
