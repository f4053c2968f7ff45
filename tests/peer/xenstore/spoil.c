// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wrong answers to requests that come later.
 *
 * A guest that reads "attack/next-NAME" is answered rightly, and then so many
 * requests of a type are not.
 */
#include <stdio.h>
#include <string.h>

#include "peer.h"

static bool is_early_armed;

static void transaction_huge(const struct message *request)
{
	reply(request, TEXT("4294967296"));
}

static void transaction_zero(const struct message *request)
{
	reply(request, TEXT("0"));
}

static void transaction_word(const struct message *request)
{
	reply(request, TEXT("seventeen"));
}

static void transaction_empty(const struct message *request)
{
	reply(request, "", 0);
}

static void names_without_nul(const struct message *request)
{
	reply(request, "one\0two", 7);
}

static void names_empty(const struct message *request)
{
	reply(request, "\0\0\0", 3);
}

/* A large directory, asked for in parts. */
static void too_large(const struct message *request)
{
	reply_error(request, "E2BIG");
}

static void part_without_generation(const struct message *request)
{
	reply(request, BYTES("12345"));
}

static void part_empty(const struct message *request)
{
	reply(request, "", 0);
}

static void part_generation_long(const struct message *request)
{
	char body[MAX_BODY];

	memset(body, '7', sizeof(body));
	body[sizeof(body) - 1] = '\0';
	reply(request, body, sizeof(body));
}

/* Another generation each time: the guest must give up. */
static void part_changes(const struct message *request)
{
	static unsigned int generation;
	char body[64];
	size_t len = sprintf(body, "%u", generation++) + 1;

	len += sprintf(body + len, "name") + 1;
	reply(request, body, len);
}

/* Names without an end: the guest must not collect them for ever. */
static void part_endless(const struct message *request)
{
	char body[MAX_BODY];

	memset(body, 'n', sizeof(body));
	memcpy(body, "1", 2);
	body[sizeof(body) - 1] = '\0';
	reply(request, body, sizeof(body));
}

static void refuse(const struct message *request)
{
	reply_error(request, "EWHATEVER");
}

static void always_new(const struct message *request)
{
	reply(request, TEXT("OK"));
}

static const struct {
	const char *name;
	void (*run)(const struct message *request);
	uint32_t type;
	unsigned int nr;
} spoilers[] = {
	{ "next-transaction-huge", transaction_huge, XS_TRANSACTION_START, 1 },
	{ "next-transaction-zero", transaction_zero, XS_TRANSACTION_START, 1 },
	{ "next-transaction-word", transaction_word, XS_TRANSACTION_START, 1 },
	{ "next-transaction-empty", transaction_empty, XS_TRANSACTION_START, 1 },
	{ "next-names-without-nul", names_without_nul, XS_DIRECTORY, 1 },
	{ "next-names-empty", names_empty, XS_DIRECTORY, 1 },
	{ "next-too-large", too_large, XS_DIRECTORY, 1 },
	{ "next-part-without-generation", part_without_generation, XS_DIRECTORY_PART, 1 },
	{ "next-part-empty", part_empty, XS_DIRECTORY_PART, 1 },
	{ "next-part-generation-long", part_generation_long, XS_DIRECTORY_PART, 1 },
	{ "next-part-changes", part_changes, XS_DIRECTORY_PART, 1000 },
	{ "next-part-endless", part_endless, XS_DIRECTORY_PART, 1000 },
	{ "next-watch-always-new", always_new, XS_WATCH, 1000 },
	{ "next-watch-silent", keep, XS_WATCH, 1 },
	{ "next-unwatch-refused", refuse, XS_UNWATCH, 1 },
	{ "next-write-silent", keep, XS_WRITE, 1 },
	{ "next-directory-silent", keep, XS_DIRECTORY, 1 },
};

#define NR_SPOILERS (sizeof(spoilers) / sizeof(spoilers[0]))

/* How many more requests are spoiled, by each. */
static unsigned int armed[NR_SPOILERS];

/* Whether @name is known, and will happen. */
bool spoil_arm(const char *name)
{
	unsigned int i;

	if (!strcmp(name, "next-none")) {
		memset(armed, 0, sizeof(armed));
		return true;
	}
	if (!strcmp(name, "next-early")) {
		is_early_armed = true;
		return true;
	}
	for (i = 0; i < NR_SPOILERS; i++) {
		if (strcmp(spoilers[i].name, name))
			continue;
		armed[i] = spoilers[i].nr;
		return true;
	}
	return false;
}

bool spoil(const struct message *request)
{
	unsigned int i;

	for (i = 0; i < NR_SPOILERS; i++) {
		if (!armed[i] || spoilers[i].type != request->header.type)
			continue;
		armed[i]--;
		spoilers[i].run(request);
		return true;
	}
	return false;
}

/* A request that does not fit the ring is answered before all of it is there. */
void spoil_early(void)
{
	struct message request;

	if (!is_early_armed || !ring_peek_header(&request.header) ||
	    request.header.len < XENSTORE_RING_SIZE)
		return;
	is_early_armed = false;
	reply(&request, TEXT("OK"));
	pause_ms(200);
}
