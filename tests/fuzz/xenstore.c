// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store is the fuzzer: the pure core of XenStore against a peer that writes
 * what it likes into the shared page, whenever the core looks at it.
 *
 * Three witnesses: the page is an allocation of its own size, which ASan
 * guards; a shadow of it holds what the peer wrote and what the core told by
 * its index, so that nothing else may have changed; and the stream that the
 * core took from the ring is kept, so that a message can be only what was there.
 *
 * A tape whose first byte is even is of a sane peer: whatever it sends arrives,
 * cut at any place, and what we ask arrives there.
 */
#include "fuzz.h"
#include "xenstore/internal.h"

#define HEADER_BYTES sizeof(struct xsd_sockmsg)
#define MESSAGE_BYTES (HEADER_BYTES + XENSTORE_PAYLOAD_MAX)
#define MAX_UNDER_WAY 128 /* more than fit the ring without a body */

static struct xenstore_domain_interface *page, shadow, seen;
static struct xs_ring ring;
static struct xs_rx rx;

static bool is_hostile, is_starting, is_writing, is_memory_out, was_memory_out;
static bool was_reset;
/* What the core last read of the peer's indices, and where it said it is. */
static u32 req_cons_read, rsp_prod_read, req_prod_told, rsp_cons_told;
/* What it took of the message that is on its way. */
static uint8_t taken[MESSAGE_BYTES];
static size_t nr_taken;

/* The peer's: what is on its way into the ring, and messages sent by a sane one. */
static uint8_t outgoing[MESSAGE_BYTES];
static size_t outgoing_len, outgoing_done;
static struct {
	uint8_t *bytes;
	size_t len;
} sent[MAX_UNDER_WAY];
static unsigned int first_sent, nr_sent;
/* Bytes that we asked, and that the sane peer got. */
static u64 nr_asked, nr_heard;

/* --- the peer --- */

static void peer_writes(void *at, const void *bytes, size_t len)
{
	size_t offset = (char *)at - (char *)page;

	memcpy(at, bytes, len);
	memcpy((char *)&shadow + offset, bytes, len);
}

static void peer_sets(XENSTORE_RING_IDX *index, u32 value)
{
	peer_writes(index, &value, sizeof(value));
}

static void fill_body(uint8_t *body, size_t len)
{
	static const char letters[] = "\0\0a/F1@E";
	size_t i;

	if (len > 64) {
		tape_fill(body, len);
		return;
	}
	for (i = 0; i < len; i++) {
		u8 byte = tape_byte();

		body[i] = byte & 1 ? byte >> 1 : letters[(byte >> 1) % 8];
	}
}

static u32 message_len(void)
{
	static const u32 hostile[] = {
		XENSTORE_PAYLOAD_MAX + 1, U32_MAX, U32_MAX - 15, 1u << 31,
	};
	u8 kind = tape_byte();

	if (kind < 160)
		return kind % 24;
	if (kind < 200)
		return tape_below(XENSTORE_PAYLOAD_MAX + 1);
	if (kind < 230 || !is_hostile)
		return XENSTORE_PAYLOAD_MAX - kind % 2;
	return hostile[kind % 4];
}

static u32 message_type(void)
{
	u8 kind = tape_byte();

	if (kind < 64)
		return XS_WATCH_EVENT;
	if (kind < 128)
		return XS_ERROR;
	if (kind < 250 || !is_hostile)
		return kind % (XS_LAST_TYPE + 1);
	return kind < 253 ? XS_LAST_TYPE + 1 : tape_word();
}

static void new_message(void)
{
	struct xsd_sockmsg header = {
		.type = message_type(),
		.req_id = tape_byte(),
		.len = message_len(),
	};
	size_t body = min(header.len, XENSTORE_PAYLOAD_MAX);

	memcpy(outgoing, &header, sizeof(header));
	fill_body(outgoing + HEADER_BYTES, body);
	outgoing_len = HEADER_BYTES + body;
	outgoing_done = 0;
	if (is_hostile)
		return;
	must(nr_sent < MAX_UNDER_WAY);
	sent[(first_sent + nr_sent) % MAX_UNDER_WAY].bytes = malloc(outgoing_len);
	sent[(first_sent + nr_sent) % MAX_UNDER_WAY].len = outgoing_len;
	memcpy(sent[(first_sent + nr_sent++) % MAX_UNDER_WAY].bytes, outgoing,
	       outgoing_len);
}

/* As a server does it, up to @len bytes, as far as there is room. */
static void peer_sends(size_t len)
{
	u32 used = shadow.rsp_prod - shadow.rsp_cons;

	if (used >= XENSTORE_RING_SIZE)
		return;
	if (outgoing_done == outgoing_len)
		new_message();
	len = min(len, outgoing_len - outgoing_done);
	len = min(len, XENSTORE_RING_SIZE - used);
	for (; len; len--) {
		peer_writes(&page->rsp[MASK_XENSTORE_IDX(shadow.rsp_prod)],
			    &outgoing[outgoing_done++], 1);
		peer_sets(&page->rsp_prod, shadow.rsp_prod + 1);
	}
}

static uint8_t asked_byte(u64 nr)
{
	return (u32)nr * 2654435761u >> 24;
}

static void peer_hears(size_t len)
{
	len = min(len, (size_t)(shadow.req_prod - shadow.req_cons));
	for (; len && !is_hostile; len--) {
		u32 at = shadow.req_cons;

		must((uint8_t)shadow.req[MASK_XENSTORE_IDX(at)] ==
		     asked_byte(nr_heard++));
		peer_sets(&page->req_cons, at + 1);
	}
}

static void peer_scribbles(char *array)
{
	uint8_t bytes[32];
	u32 at = tape_below(XENSTORE_RING_SIZE - sizeof(bytes));

	tape_fill(bytes, sizeof(bytes));
	peer_writes(array + at, bytes, sizeof(bytes));
}

static void peer_attacks(void)
{
	switch (tape_byte() % 9) {
	case 0:
		return peer_sets(&page->rsp_prod, tape_word());
	case 1:
		return peer_sets(&page->rsp_prod, ring.rsp_cons + tape_below(1030));
	case 2:
		return peer_sets(&page->req_cons, tape_word());
	case 3:
		return peer_sets(&page->req_cons, ring.req_prod - tape_below(1030));
	case 4:
		return peer_sets(&page->rsp_cons, tape_word());
	case 5:
		return peer_sets(&page->req_prod, tape_word());
	case 6:
		return peer_scribbles(page->rsp);
	case 7:
		/* What we just wrote is still to be compared. */
		if (!is_writing)
			peer_scribbles(page->req);
		return;
	case 8:
		return peer_sets(&page->req_cons, ring.req_prod);
	}
}

/* At the end of the tape the peer has said all. */
static void peer_turn(void)
{
	u8 what = tape_byte();

	if (!tape.left)
		return;
	if (what < 32)
		peer_sends(what < 8 ? 1 : what * 40);
	else if (what < 48)
		peer_hears(what < 36 ? 1 : what * 20);
	else if (what < 80 && is_hostile)
		peer_attacks();
}

/* --- what the core does --- */

void fuzz_before_read(const volatile void *at)
{
	(void)at;
	if (!is_starting)
		peer_turn();
}

/*
 * Only to see whether it is still what was told; and only that of the direction
 * at hand, as the other one may be at work on another CPU.
 */
static void own_was_read(const volatile void *at, u32 value)
{
	must(at == (is_writing ? &page->req_prod : &page->rsp_cons));
	was_reset = value != (is_writing ? req_prod_told : rsp_cons_told);
}

void fuzz_was_read(const volatile void *at, u32 value)
{
	if (at == &page->req_cons)
		req_cons_read = value;
	else if (at == &page->rsp_prod)
		rsp_prod_read = value;
	else if (!is_starting)
		own_was_read(at, value);
	else if (at == &page->req_prod)
		req_prod_told = value;
	else
		rsp_cons_told = value;
}

static void ring_copy(uint8_t *to, const char *from, u32 at, size_t len)
{
	while (len--)
		*to++ = from[MASK_XENSTORE_IDX(at++)];
}

static void took(u32 len)
{
	must(len <= rsp_prod_read - rsp_cons_told);
	must(len <= MESSAGE_BYTES - nr_taken);
	ring_copy(taken + nr_taken, seen.rsp, rsp_cons_told, len);
	nr_taken += len;
}

static void put(u32 len)
{
	must(len <= XENSTORE_RING_SIZE - (req_prod_told - req_cons_read));
	for (; len; len--, nr_asked++) {
		u32 at = MASK_XENSTORE_IDX(req_prod_told++);

		must((uint8_t)page->req[at] == asked_byte(nr_asked));
		shadow.req[at] = page->req[at];
	}
}

void fuzz_before_write(const volatile void *at, u32 value)
{
	if (at == &page->rsp_cons) {
		if (!is_starting)
			took(value - rsp_cons_told);
		rsp_cons_told = value;
		shadow.rsp_cons = value;
		return;
	}
	must(at == &page->req_prod);
	if (!is_starting)
		put(value - req_prod_told);
	req_prod_told = value;
	shadow.req_prod = value;
}

void fuzz_read_barrier(void)
{
	peer_turn();
	seen = *page;
}

void fuzz_barrier(void)
{
	peer_turn();
}

bool fuzz_memory_is_out(void)
{
	was_memory_out = is_memory_out;
	is_memory_out = false;
	return was_memory_out;
}

static void start(bool is_first)
{
	is_starting = true;
	/* As if nobody had been at the other end for a while. */
	if (!is_first && tape_byte() & 1)
		xs_ring_empty(&ring);
	xs_ring_init(&ring, page);
	is_starting = false;
	xs_rx_reset(&rx);
	nr_taken = 0;
}

/* --- what we do --- */

static void ask(void)
{
	size_t i, len = tape_below(1500);
	struct xs_ring before = ring;
	uint8_t *bytes = malloc(len);
	u32 used;
	int ret;

	for (i = 0; i < len; i++)
		bytes[i] = asked_byte(nr_asked + i);
	was_reset = false;
	is_writing = true;
	ret = xs_ring_write(&ring, bytes, len);
	is_writing = false;
	free(bytes);
	used = before.req_prod - req_cons_read;
	if (was_reset)
		must(is_hostile && ret == -ECONNRESET);
	else if (used > XENSTORE_RING_SIZE)
		must(is_hostile && ret == -EIO);
	else
		must(ret == (int)min(len, (size_t)XENSTORE_RING_SIZE - used));
	must(ring.req_prod == before.req_prod + (ret > 0 ? ret : 0));
	must(ring.req_prod == req_prod_told);
	must(ring.rsp_cons == before.rsp_cons);
}

static void check_event(const char *body, size_t len)
{
	const char *path = NULL, *token = NULL;
	char *copy = malloc(len + 1);
	size_t i, nr_strings = 0;
	int err;

	memcpy(copy, body, len + 1);
	for (i = 0; i < len; i++)
		nr_strings += !copy[i];
	err = xs_split_event(copy, len, &path, &token);
	must(err == (nr_strings >= 2 ? 0 : -EPROTO));
	if (!err) {
		must(path == copy);
		must(token == path + strlen(path) + 1);
		must(token + strlen(token) < copy + len);
	}
	free(copy);
}

static void check_list(const char *body, size_t len)
{
	size_t i, nr_strings = 0;
	unsigned int nr;
	const char *at = body;
	char **list;

	was_memory_out = false;
	list = xs_split_list(body, len, &nr);
	if (IS_ERR(list)) {
		must(PTR_ERR(list) == -ENOMEM && was_memory_out);
		return;
	}
	for (i = 0; i < len; i++)
		nr_strings += !body[i] || i == len - 1;
	must(nr == nr_strings);
	for (i = 0; i < nr; i++) {
		must(!strcmp(list[i], at));
		at += strlen(at) + 1;
	}
	must(at == body + len || at == body + len + 1);
	free(list);
}

/* The same body in two parts, with one generation in front of each. */
static void check_parts(const char *body, size_t len)
{
	struct xs_parts parts = {};
	size_t names = strlen(body) + 1;
	bool is_first = true;
	int ret;

	do {
		size_t before = parts.len;

		was_memory_out = false;
		ret = xs_parts_add(&parts, body, len);
		must(ret != -EAGAIN);
		if (ret == -EPROTO)
			must(names > len || names > sizeof(parts.generation));
		else if (ret == -ENOMEM)
			must(was_memory_out);
		else
			must(ret == 0 || ret == 1);
		if (ret >= 0) {
			must(parts.len == before + len - names ||
			     parts.len == before + len - names - 1);
			must(!memcmp(parts.names + before, body + names,
				     parts.len - before));
			must(!parts.names[parts.len]);
		}
		is_first = !is_first;
	} while (!ret && !is_first);
	free(parts.names);
}

static void check_error(const char *body)
{
	int err = xs_errno(body);
	unsigned int i;

	must(err < 0);
	for (i = 0; i < ARRAY_SIZE(xsd_errors); i++)
		if (!strcmp(body, xsd_errors[i].errstring))
			must(err == -xsd_errors[i].errnum);
}

static void check_sent(void)
{
	unsigned int i = first_sent;

	if (is_hostile)
		return;
	must(nr_sent);
	must(sent[i].len == nr_taken);
	must(!memcmp(sent[i].bytes, taken, nr_taken));
	free(sent[i].bytes);
	first_sent = (i + 1) % MAX_UNDER_WAY;
	nr_sent--;
}

static void check_message(void)
{
	must(nr_taken == HEADER_BYTES + rx.header.len);
	must(!memcmp(&rx.header, taken, HEADER_BYTES));
	must(!memcmp(rx.body, taken + HEADER_BYTES, rx.header.len));
	must(!rx.body[rx.header.len]);
	check_sent();
	if (rx.header.type == XS_WATCH_EVENT)
		check_event(rx.body, rx.header.len);
	if (rx.header.type == XS_ERROR)
		check_error(rx.body);
	check_list(rx.body, rx.header.len);
	check_parts(rx.body, rx.header.len);
}

static bool is_bad_header(void)
{
	struct xsd_sockmsg header;

	memcpy(&header, taken, sizeof(header));
	return nr_taken >= HEADER_BYTES &&
	       (header.len > XENSTORE_PAYLOAD_MAX ||
		header.type > XS_LAST_TYPE);
}

static void check_step(int ret)
{
	switch (ret) {
	case 1:
		must(!is_bad_header());
		check_message();
		break;
	case 0:
		must(!is_bad_header());
		must(nr_taken < HEADER_BYTES || rx.body);
		break;
	case -EIO:
		must(is_hostile);
		must(rsp_prod_read - ring.rsp_cons > XENSTORE_RING_SIZE);
		break;
	case -ECONNRESET:
		must(is_hostile && was_reset);
		break;
	case -EPROTO:
		must(is_bad_header() && !rx.body);
		break;
	default:
		must(ret == -ENOMEM && was_memory_out);
	}
}

static int listen(void)
{
	struct xs_ring before = ring;
	bool was_full;
	int ret;

	was_memory_out = false;
	was_reset = false;
	ret = xs_rx_step(&rx, &ring);
	check_step(ret);
	must(ring.rsp_cons == rsp_cons_told);
	must(ring.req_prod == before.req_prod);
	was_full = xs_ring_was_full(&ring, before.rsp_cons);
	must(was_full == (rsp_prod_read - before.rsp_cons >= XENSTORE_RING_SIZE));
	if (ret == 1 || ret == -EPROTO)
		count_frame();
	if (ret == 1) {
		xs_rx_reset(&rx);
		nr_taken = 0;
	}
	/* As after a reconnection; or another try with what is there. */
	if (ret == -EPROTO || ret == -ECONNRESET ||
	    (ret == -EIO && tape_byte() & 1))
		start(false);
	return ret;
}

static void step(void)
{
	switch (tape_byte() % 8) {
	case 0 ... 3:
		listen();
		break;
	case 4:
		ask();
		break;
	case 5:
		is_memory_out = tape_byte() < 16;
		break;
	default:
		peer_turn();
	}
	must(!memcmp(page, &shadow, sizeof(shadow)));
}

/* All that a sane peer sent must arrive, and nothing behind it. */
static void drain(void)
{
	unsigned int rounds = 0;

	is_memory_out = false;
	while (nr_sent) {
		must(rounds++ < 2 * MAX_UNDER_WAY);
		if (outgoing_done < outgoing_len)
			peer_sends(MESSAGE_BYTES);
		must(listen() >= 0);
	}
	must(listen() == 0 && !rx.got);
	peer_hears(XENSTORE_RING_SIZE);
	must(nr_heard == nr_asked);
}

static void begin(void)
{
	u8 mode = tape_byte();
	u32 req = mode & 2 ? tape_word() : -tape_below(3000);
	u32 rsp = mode & 4 ? tape_word() : -tape_below(3000);

	is_hostile = mode & 1;
	is_memory_out = false;
	page = calloc(1, sizeof(*page));
	memset(&shadow, 0, sizeof(shadow));
	peer_sets(&page->req_prod, req);
	peer_sets(&page->req_cons, req);
	peer_sets(&page->rsp_prod, rsp);
	peer_sets(&page->rsp_cons, rsp);
	outgoing_len = 0;
	outgoing_done = 0;
	nr_asked = 0;
	nr_heard = 0;
	start(true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	tape_load(data, len);
	begin();
	while (tape.left)
		step();
	if (!is_hostile)
		drain();
	xs_rx_reset(&rx);
	free(page);
	return 0;
}
