/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the model's hypercalls share with each other. */
#ifndef _XENDOMU_MODEL_INTERNAL_H
#define _XENDOMU_MODEL_INTERNAL_H

#include <linux/spinlock.h>

#include "domain.h"

/**
 * enum model_frame - what a guest frame is
 * @MODEL_FRAME_RAM: the domain's memory
 * @MODEL_FRAME_XEN: a frame of Xen's, shared with the domain
 * @MODEL_FRAME_GRANT: another domain's page, mapped by its grant
 * @MODEL_FRAME_HOLE: nothing, where the guest had memory
 */
enum model_frame {
	MODEL_FRAME_RAM,
	MODEL_FRAME_XEN,
	MODEL_FRAME_GRANT,
	MODEL_FRAME_HOLE,
};

/* Held by every hypercall while it runs, with interrupts off. */
extern spinlock_t model_lock;

/* host.c; all under model_lock */
struct model_domain *model_find(domid_t domid);
struct model_domain *model_find_any(struct model_domain *caller, domid_t domid);
int model_gfn(struct model_domain *domain, unsigned long gfn,
	      unsigned long *mfn, enum model_frame *frame);
int model_gfn_set(struct model_domain *domain, unsigned long gfn,
		  unsigned long mfn, enum model_frame frame);
void model_gfn_clear(struct model_domain *domain, unsigned long gfn);
unsigned long model_gfn_of_xen(struct model_domain *domain, unsigned long mfn);
bool model_is_own_frame(struct model_domain *domain, unsigned long mfn);
bool model_is_xen_frame(struct model_domain *domain, unsigned long mfn);
void *model_mfn_page(unsigned long mfn);
unsigned long model_mfn_of(const void *page);

/* event.c, event_send.c, fifo.c */
int model_event_op(struct model_domain *caller, unsigned int cmd, void *arg);
int model_events_init(struct model_domain *domain);
void model_events_exit(struct model_domain *domain);
struct model_port *model_port_of(struct model_domain *domain,
				 evtchn_port_t port);
void model_port_free(struct model_domain *domain, evtchn_port_t port);
void model_port_open(struct model_domain *domain, evtchn_port_t port);
void model_port_raise(struct model_domain *domain, evtchn_port_t port);
int model_port_unmask(struct model_domain *domain, evtchn_port_t port);
bool model_port_is_pending(struct model_domain *domain, evtchn_port_t port);
int model_fifo_init_control(struct model_domain *domain,
			    struct evtchn_init_control *init);
int model_fifo_expand_array(struct model_domain *domain,
			    struct evtchn_expand_array *expand);
void model_fifo_exit(struct model_domain *domain);
bool model_fifo_raise(struct model_domain *domain, evtchn_port_t port);
bool model_fifo_unmask(struct model_domain *domain, evtchn_port_t port);
bool model_fifo_is_linked(struct model_domain *domain, evtchn_port_t port);
void model_fifo_clear(struct model_domain *domain, evtchn_port_t port);
void model_fifo_open(struct model_domain *domain, evtchn_port_t port);
event_word_t *model_fifo_word(struct model_domain *domain, evtchn_port_t port);

/* grant_table.c, grant_version.c, grant_pin.c, grant_map.c, grant_copy.c */
struct grant_entry_v1 *model_entry_v1(struct model_domain *domain,
				      grant_ref_t ref);
union grant_entry_v2 *model_entry_v2(struct model_domain *domain,
				     grant_ref_t ref);
void model_frames_clear(void **frames, unsigned int from, unsigned int to);
void model_grants_grow(struct model_domain *domain, unsigned int nr);
int model_set_version(struct model_domain *caller,
		      struct gnttab_set_version *op);
int model_get_version(struct model_domain *caller,
		      struct gnttab_get_version *op);
int model_swap_refs(struct model_domain *caller,
		    struct gnttab_swap_grant_ref *op, unsigned int count);
int model_grant_op(struct model_domain *caller, unsigned int cmd, void *uop,
		   unsigned int count);
int model_grants_init(struct model_domain *domain);
void model_grants_exit(struct model_domain *domain);
int model_grants_frame(struct model_domain *domain, unsigned long idx,
		       unsigned long *mfn);
unsigned int model_nr_entries(const struct model_domain *domain);
struct grant_entry_header *model_entry_header(struct model_domain *domain,
					      grant_ref_t ref);
grant_status_t *model_entry_status(struct model_domain *domain,
				   grant_ref_t ref);
bool model_is_pinned(const struct model_active *active);
bool model_is_written(const struct model_active *active);
bool model_pins_are_many(const struct model_active *active);
int model_pin(struct model_domain *owner, grant_ref_t ref, domid_t domid,
	      bool is_readonly, bool is_for_map);
void model_unpin(struct model_domain *owner, grant_ref_t ref, bool was_writable);
int model_gfn_of_grant(struct model_domain *domain, unsigned long gfn,
		       unsigned long *mfn);
int model_grant_map(struct model_domain *caller,
		    struct gnttab_map_grant_ref *op, unsigned int count);
int model_grant_unmap(struct model_domain *caller,
		      struct gnttab_unmap_grant_ref *op, unsigned int count);
void model_grant_unmap_all(struct model_domain *caller);
int model_grant_copy(struct model_domain *caller, struct gnttab_copy *op,
		     unsigned int count);

/* memory.c */
long model_memory_op(struct model_domain *caller, unsigned int cmd, void *arg);
int model_update_va(struct model_domain *caller, unsigned long va,
		    unsigned long pte);
int model_hvm_op(struct model_domain *caller, unsigned int cmd, void *arg);

#endif
