/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random hypercalls, each made on the real host and on the model's.
 *
 * What they are about belongs to this module: ports it has opened, references
 * it has allocated, pages of its own. Nothing that the kernel or the modules
 * use is ever named. The other end of everything is this domain itself, or a
 * domain that refuses or is not there.
 */
#ifndef _XENDOMU_DIFFERENTIAL_H
#define _XENDOMU_DIFFERENTIAL_H

#include <linux/prandom.h>
#include <linux/types.h>

#include <asm/xen/hypercall.h>
#include <xen/grant_table.h>
#include <xen/interface/event_channel.h>

#include "model/domain.h"

#define NR_REFS 6
#define NR_PAGES 4
#define NR_TARGETS 4
#define NR_HANDLES 6
/* Ports that may be open at a time. */
#define NR_OPEN 12

/**
 * struct port_pair - what a port is called on both sides
 * @real: by Xen
 * @model: by the model
 */
struct port_pair {
	evtchn_port_t real;
	evtchn_port_t model;
};

/**
 * struct mapping - a grant that is mapped on both sides
 * @is_there: it is
 * @target: index of its target, or -1 if it has no address
 * @page: which page it shows
 * @flags: GNTMAP_*
 * @addr: its address
 * @handles: the handle, really and in the model
 * @bus_addrs: likewise the page's machine address
 */
struct mapping {
	bool is_there;
	int target;
	u32 flags;
	u64 addr;
	grant_handle_t handles[2];
	u64 bus_addrs[2];
};

/**
 * struct run - what a run has, and where it is
 * @rnd: where arguments come from
 * @seed: of the whole run
 * @sequence: number of this sequence
 * @step: number of this step
 * @nr_calls: hypercalls compared so far
 * @nr_mismatches: of them, those that were not answered alike
 * @nr_lost: pages of our own that Xen took away as we mapped them
 * @domid: ours
 * @nr_vcpus: ours
 * @is_translated: whether guest frames are our own numbers
 * @is_fifo: which ABI the kernel has chosen
 * @nr_ports: ports that Xen had made when the run began
 * @size: of the grant table
 * @version: of the grant table
 * @open: ports that we have
 * @nr_open: how many
 * @closed: a port that we had
 * @refs: references that we have
 * @pages: pages that we grant
 * @targets: pages to map at
 * @is_target_used: which of them show something
 * @mappings: grants that are mapped
 * @stale: a mapping that is no more
 * @frame_list: where Xen lists frames
 */
struct run {
	struct rnd_state rnd;
	u32 seed;
	u32 sequence;
	u32 step;
	u64 nr_calls;
	u64 nr_mismatches;
	u32 nr_lost;
	domid_t domid;
	unsigned int nr_vcpus;
	bool is_translated;
	bool is_fifo;
	unsigned int nr_ports;
	struct gnttab_query_size size;
	unsigned int version;

	struct port_pair open[NR_OPEN];
	unsigned int nr_open;
	struct port_pair closed;

	grant_ref_t refs[NR_REFS];
	struct page *pages[NR_PAGES];
	struct page *targets[NR_TARGETS];
	bool is_target_used[NR_TARGETS];
	struct mapping mappings[NR_HANDLES];
	struct mapping stale;
	u64 *frame_list;
};

/* side.c: both sides */
enum { REAL, MODEL };
u32 pick(struct run *run, u32 nr);
bool chance(struct run *run, u32 percent);
domid_t pick_domid(struct run *run);
int call_event(struct run *run, unsigned int cmd, void *real, void *model);
int call_grant(struct run *run, unsigned int cmd, void *real, void *model,
	       unsigned int count);
void compare(struct run *run, const char *what, long real, long model,
	     const char *args, ...) __printf(5, 6);

/* events.c */
int events_find(struct run *run);
int events_begin(struct run *run);
void events_step(struct run *run);
void events_clean(struct run *run);

/* grants.c, copies.c, tables.c */
int grants_find(struct run *run);
int grants_begin(struct run *run);
void grants_end(struct run *run);
void grants_step(struct run *run);
void grants_clean(struct run *run);
grant_ref_t pick_ref(struct run *run);
void copies_step(struct run *run);
void tables_step(struct run *run);

#endif
