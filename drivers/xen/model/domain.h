/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The domains of the model host, and the hypercalls they make.
 *
 * One of them is the guest: the kernel that runs this code. Its hypercalls go
 * through xendomu_hypercall(), as those of the modules do, and its memory is
 * the kernel's. The others are peers, whose hypercalls a test makes for them
 * with model_call(), and whose memory is given to them page by page.
 *
 * A machine frame of the model is a page of the kernel's, and so is a guest
 * frame of the guest. A peer's guest frames are numbers of its own.
 */
#ifndef _XENDOMU_MODEL_DOMAIN_H
#define _XENDOMU_MODEL_DOMAIN_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/hvm/params.h>

struct page;

/* What the domains of a model host are numbered. */
#define MODEL_DOM0 0
#define MODEL_GUEST 1

/* Ports come in lots, as Xen allocates them. */
#define MODEL_PORT_LOT 64
#define MODEL_MAX_PORTS 1024
#define MODEL_MAX_VCPUS 4
/* Pages of event words that the FIFO ABI has room for. */
#define MODEL_ARRAY_PAGES 128

/**
 * struct model_config - what a domain is made of
 * @domid: its number
 * @is_translated: guest frames are not machine frames (PVH, HVM)
 * @is_guest: it is the kernel that runs this code
 * @nr_vcpus: 1 to MODEL_MAX_VCPUS
 * @max_grant_frames: limit of its grant table
 * @max_version: highest version of it, 1 or 2
 * @max_handles: how many grants it may have mapped
 */
struct model_config {
	domid_t domid;
	bool is_translated;
	bool is_guest;
	unsigned int nr_vcpus;
	unsigned int max_grant_frames;
	unsigned int max_version;
	unsigned int max_handles;
};

#define MODEL_CONFIG_DEFAULT                                          \
	.is_translated = true, .nr_vcpus = 2, .max_grant_frames = 8,  \
	.max_version = 2, .max_handles = 256

/**
 * struct model_port - an event channel
 * @state: EVTCHNSTAT_*, or MODEL_PORT_ELSEWHERE
 * @vcpu: which one is told
 * @remote_domid: EVTCHNSTAT_unbound: who may bind
 * @remote: EVTCHNSTAT_interdomain: the other end's domain
 * @remote_port: EVTCHNSTAT_interdomain: the other end
 * @virq: EVTCHNSTAT_virq: which
 * @priority: FIFO
 * @last_vcpu: FIFO: the queue it is or was linked to
 * @last_priority: FIFO: likewise
 * @is_pending: until there is an event array
 */
struct model_port {
	u32 state;
	u32 vcpu;
	domid_t remote_domid;
	struct model_domain *remote;
	evtchn_port_t remote_port;
	u32 virq;
	u8 priority;
	u8 last_priority;
	u16 last_vcpu;
	bool is_pending;
};

/* A port in use by somebody whom the model knows nothing of. */
#define MODEL_PORT_ELSEWHERE 0xffff

/**
 * struct model_queue - a queue of the FIFO ABI
 * @tail: the last port in it, 0 if it was empty
 */
struct model_queue {
	evtchn_port_t tail;
};

/**
 * struct model_fifo - a domain that has chosen the FIFO ABI
 * @control: each vCPU's control block
 * @queues: of each vCPU
 * @array: pages of event words
 * @nr_pages: how many there are
 */
struct model_fifo {
	struct evtchn_fifo_control_block *control[MODEL_MAX_VCPUS];
	struct model_queue queues[MODEL_MAX_VCPUS][EVTCHN_FIFO_MAX_QUEUES];
	event_word_t *array[MODEL_ARRAY_PAGES];
	unsigned int nr_pages;
};

/**
 * struct model_active - what Xen knows of a grant that is in use
 * @domid: by whom
 * @host_reads: mappings and copies that read
 * @host_writes: those that may write
 * @device_reads: mappings for devices that read
 * @device_writes: those that may write
 * @is_sub_page: only a part of the page
 * @is_transitive: it leads to another grant
 * @start: first byte of the part
 * @length: bytes of the part
 * @trans_domain: whose the page is
 * @trans_ref: its grant there
 * @mfn: the page
 */
struct model_active {
	domid_t domid;
	u8 host_reads;
	u8 host_writes;
	u8 device_reads;
	u8 device_writes;
	bool is_sub_page;
	bool is_transitive;
	u16 start;
	u16 length;
	struct model_domain *trans_domain;
	grant_ref_t trans_ref;
	unsigned long mfn;
};

/**
 * struct model_handle - a mapping that a domain has
 * @flags: GNTMAP_*; 0 if there is none
 * @domid: whose page
 * @ref: by which grant
 * @next_free: the next handle that is free
 */
struct model_handle {
	u32 flags;
	domid_t domid;
	grant_ref_t ref;
	u32 next_free;
};

/**
 * struct model_grants - a grant table
 * @version: 1 or 2
 * @nr_frames: frames of entries
 * @nr_status_frames: frames of status
 * @frames: the former, room for the limit
 * @status: the latter
 * @active: an element for each entry
 * @handles: mappings that this domain has of others' pages
 * @free_head: first handle that is free, or @config.max_handles
 * @free_tail: last one
 */
struct model_grants {
	unsigned int version;
	unsigned int nr_frames;
	unsigned int nr_status_frames;
	void **frames;
	grant_status_t **status;
	struct model_active *active;
	struct model_handle *handles;
	u32 free_head;
	u32 free_tail;
};

/**
 * struct model_domain - a domain
 * @link: in the host's list
 * @config: what it is made of
 * @p2m: its frames, but for the guest's own memory
 * @host_maps: grants that are mapped, by page of address
 * @shared: shared_info
 * @ports: event channels
 * @nr_ports: those that Xen has made so far
 * @fifo: NULL with the 2-level ABI
 * @grants: its grant table
 * @params: HVM parameters
 * @runstates: of each vCPU
 * @runstate_areas: where each vCPU's is written, NULL for nowhere
 * @time_area: where the first vCPU's time is written, NULL for nowhere
 * @is_time_area_linear: it was registered by its linear address
 * @upcall: called when a vCPU has an event; atomic, may not call back
 * @upcall_data: for @upcall
 * @is_dead: it is being destroyed
 *
 * Everything is under the host's lock.
 */
struct model_domain {
	struct list_head link;
	struct model_config config;
	struct xarray p2m;
	struct xarray host_maps;
	struct shared_info *shared;
	struct model_port *ports;
	unsigned int nr_ports;
	struct model_fifo *fifo;
	struct model_grants grants;
	u64 params[HVM_NR_PARAMS];
	struct vcpu_runstate_info runstates[MODEL_MAX_VCPUS];
	struct vcpu_runstate_info *runstate_areas[MODEL_MAX_VCPUS];
	struct pvclock_vcpu_time_info *time_area;
	bool is_time_area_linear;
	void (*upcall)(struct model_domain *domain, unsigned int vcpu);
	void *upcall_data;
	bool is_dead;
};

/**
 * struct model_leftovers - what a domain has that it did not start with
 * @nr_ports: open ports
 * @nr_placed: frames of Xen's that it has in its memory
 * @nr_handles: others' grants that it has mapped
 * @nr_pinned: grants of its own that somebody uses
 * @version: of its grant table
 */
struct model_leftovers {
	unsigned int nr_ports;
	unsigned int nr_placed;
	unsigned int nr_handles;
	unsigned int nr_pinned;
	unsigned int version;
};

/* host.c: which domains there are */
int model_host_init(const struct model_config *config);
void model_host_exit(void);
struct model_domain *model_domain_create(const struct model_config *config);
void model_domain_destroy(struct model_domain *domain);
struct model_domain *model_guest(void);
struct model_domain *model_dom0(void);
void model_count(struct model_domain *domain, struct model_leftovers *left);
int model_give_page(struct model_domain *domain, unsigned long gfn, void *page);
bool model_has_page(struct model_domain *domain, unsigned long gfn);
void model_take_page(struct model_domain *domain, unsigned long gfn);

/* hypercall.c */

/*
 * Which Xen it is: 4 and this. 17 after model_guest_init(); a test that wants
 * what a later Xen has sets it before it asks.
 */
extern unsigned int model_xen_minor;

/* Xen's time in ns; it stands still unless a test moves it. 0 at first. */
extern u64 model_system_time;

/* Longer than 15 and 63 characters, as a distribution's may be. */
#define MODEL_EXTRAVERSION ".0-model-of-a-distribution"
#define MODEL_CHANGESET                                                       \
	"Sat Jan 1 00:00:00 2000 +0000 git:0123456789ab-of-a-branch-with-a-long-name"
#define MODEL_CAPABILITIES "xen-3.0-x86_64 hvm-3.0-x86_64 "

long model_call(struct model_domain *caller, unsigned int op, unsigned long a1,
		unsigned long a2, unsigned long a3, unsigned long a4,
		unsigned long a5);
int model_event_call(struct model_domain *caller, unsigned int cmd, void *arg);
int model_grant_call(struct model_domain *caller, unsigned int cmd, void *uop,
		     unsigned int count);
void model_vcpu_state(struct model_domain *domain, unsigned int vcpu,
		      int state, u64 now_ns);
void model_set_time(struct model_domain *domain, u64 now_ns);

/* grant_table.c: entries as their domain writes them */
void model_entry_set(struct model_domain *domain, grant_ref_t ref, u16 flags,
		     domid_t domid, u64 frame);
bool model_entry_clear(struct model_domain *domain, grant_ref_t ref);
u16 model_entry_flags(struct model_domain *domain, grant_ref_t ref);
void model_grants_renew(struct model_domain *domain);

/* event.c */
void model_event_virq(struct model_domain *domain, unsigned int virq,
		      unsigned int vcpu);
bool model_event_is_pending(struct model_domain *domain, evtchn_port_t port);

#endif
