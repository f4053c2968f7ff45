// SPDX-License-Identifier: GPL-2.0-only
/* The ring as its server sees it: the page through its grant, the port by hypercall. */
#include <err.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Else the hypercalls' numbers are those of Xen 3.0. */
#define __XEN_INTERFACE_VERSION__ 0x00040e00
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xencall.h>
#include <xengnttab.h>

#include "peer.h"

#define MAX_PORTS 4096
#define NAP_US 100
#define SPINS 20000
#define PATIENCE_NAPS 100000

struct xenstore_domain_interface *page;
static xencall_handle *xencall;
static evtchn_port_t port;

/* Our indices: what the page says is not always true. */
static XENSTORE_RING_IDX req_cons, rsp_prod;
/* What has come of a request. */
static struct message coming;
static size_t nr_come;

void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

void nap(void)
{
	usleep(NAP_US);
}

static int event_channel_op(int op, void *arg, size_t len)
{
	static void *buffer;
	int ret;

	if (!buffer)
		buffer = xencall_alloc_buffer_pages(xencall, 1);
	if (!buffer)
		err(2, "no memory for a hypercall");
	memcpy(buffer, arg, len);
	ret = xencall2(xencall, __HYPERVISOR_event_channel_op, op,
		       (uintptr_t)buffer);
	memcpy(arg, buffer, len);
	return ret;
}

/* xenstored's end: it is stopped, but the port is still dom0's. */
static evtchn_port_t find_port(int domid, unsigned int guest_port)
{
	evtchn_port_t at;

	for (at = 1; at < MAX_PORTS; at++) {
		struct evtchn_status status = { .dom = DOMID_SELF, .port = at };

		if (event_channel_op(EVTCHNOP_status, &status, sizeof(status)) ||
		    status.status != EVTCHNSTAT_interdomain)
			continue;
		if (status.u.interdomain.dom == domid &&
		    status.u.interdomain.port == guest_port)
			return at;
	}
	errx(2, "no port of dom0 leads to port %u of domain %d", guest_port,
	     domid);
}

void ring_open(int domid, unsigned int guest_port)
{
	xengnttab_handle *gnttab = xengnttab_open(NULL, 0);

	xencall = xencall_open(NULL, 0);
	if (!gnttab || !xencall)
		err(2, "cannot open Xen's devices");
	page = xengnttab_map_grant_ref(gnttab, domid, GNTTAB_RESERVED_XENSTORE,
				       PROT_READ | PROT_WRITE);
	if (!page)
		err(2, "cannot map the XenStore page of domain %d", domid);
	port = find_port(domid, guest_port);
	ring_reset();
}

void notify(void)
{
	struct evtchn_send send = { .port = port };

	if (event_channel_op(EVTCHNOP_send, &send, sizeof(send)))
		err(2, "cannot send an event through port %u", port);
}

/* As if nothing had ever been asked or answered. */
void ring_reset(void)
{
	req_cons = page->req_prod;
	rsp_prod = page->rsp_cons;
	page->req_cons = req_cons;
	page->rsp_prod = rsp_prod;
	page->server_features = 0;
	page->connection = XENSTORE_CONNECTED;
	page->error = XENSTORE_ERROR_NONE;
	nr_come = 0;
}

/* The guest has asked for that, see docs/misc/xenstore-ring.txt of Xen. */
void ring_reconnect(void)
{
	ring_to_zero();
	__sync_synchronize();
	page->connection = XENSTORE_CONNECTED;
	notify();
}

static size_t nr_waiting(void)
{
	XENSTORE_RING_IDX prod = *(volatile XENSTORE_RING_IDX *)&page->req_prod;

	__sync_synchronize();
	return prod - req_cons;
}

bool ring_peek_header(struct xsd_sockmsg *header)
{
	char *to = (char *)header;
	size_t i;

	if (nr_come || nr_waiting() < sizeof(*header))
		return false;
	for (i = 0; i < sizeof(*header); i++)
		to[i] = page->req[MASK_XENSTORE_IDX(req_cons + i)];
	return true;
}

static size_t nr_wanted(void)
{
	if (nr_come < sizeof(coming.header))
		return sizeof(coming.header) - nr_come;
	return sizeof(coming.header) + coming.header.len - nr_come;
}

static void take_bytes(size_t len)
{
	char *to = (char *)&coming;

	for (; len; len--)
		to[nr_come++] = page->req[MASK_XENSTORE_IDX(req_cons++)];
	page->req_cons = req_cons;
	if (nr_come == sizeof(coming.header) && coming.header.len > MAX_BODY)
		errx(1, "the guest asks %u bytes", coming.header.len);
}

/* True when a request is complete, which is then in @request. */
bool ring_take(struct message *request)
{
	size_t before = nr_come, have;

	while (nr_wanted() && (have = nr_waiting()))
		take_bytes(have < nr_wanted() ? have : nr_wanted());
	if (nr_come != before)
		notify();
	if (nr_come < sizeof(coming.header) || nr_wanted())
		return false;
	coming.body[coming.header.len] = '\0';
	*request = coming;
	nr_come = 0;
	return true;
}

static bool has_room(void)
{
	return rsp_prod - *(volatile XENSTORE_RING_IDX *)&page->rsp_cons !=
	       XENSTORE_RING_SIZE;
}

/* The guest has a CPU of its own, and is mostly quicker than a nap. */
static void wait_for_room(void)
{
	unsigned int i;

	if (has_room())
		return;
	notify();
	for (i = 0; i < SPINS; i++)
		if (has_room())
			return;
	for (i = 0; i < PATIENCE_NAPS && !has_room(); i++)
		nap();
	if (i == PATIENCE_NAPS)
		errx(1, "the guest does not read");
}

void ring_put(const void *bytes, size_t len)
{
	const char *from = bytes;

	for (; len; len--) {
		wait_for_room();
		page->rsp[MASK_XENSTORE_IDX(rsp_prod++)] = *from++;
		__sync_synchronize();
		page->rsp_prod = rsp_prod;
	}
	notify();
}

/* As a server does that takes the ring over; what lay in it is lost. */
void ring_to_zero(void)
{
	req_cons = 0;
	rsp_prod = 0;
	page->req_cons = 0;
	page->req_prod = 0;
	page->rsp_cons = 0;
	page->rsp_prod = 0;
	nr_come = 0;
	notify();
}

/* Both ends of the replies elsewhere, and what was asked is lost. */
void ring_elsewhere(void)
{
	req_cons = page->req_prod;
	rsp_prod += 77;
	page->req_cons = req_cons;
	page->rsp_prod = rsp_prod;
	page->rsp_cons = rsp_prod;
	nr_come = 0;
	notify();
}
