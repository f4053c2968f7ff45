/* SPDX-License-Identifier: GPL-2.0-only */
/* What PVH and HVM have in common: HVM parameters and add_to_physmap. */
#ifndef _XENDOMU_HVM_H
#define _XENDOMU_HVM_H

#include <xen/guest.h>

struct seq_file;

/* xen/include/public/hvm/hvm_op.h, which Linux copied without this one. */
#ifndef HVMOP_flush_tlbs
#define HVMOP_flush_tlbs 5
#endif

/* xen/include/public/memory.h, likewise. */
#ifndef XENMEM_maximum_gpfn
#define XENMEM_maximum_gpfn 14
#endif

int xen_hvm_ring(enum xen_resource resource, struct xen_ring *ring);
int xen_hvm_map_ring(struct xen_ring *ring);
int xen_hvm_place_frame(unsigned int space, unsigned long idx,
			unsigned long gfn);
void xen_hvm_remove_frame(unsigned long gfn);
unsigned int xen_hvm_frame_bits(void);
int xen_hvm_vcpu_barrier(void);
int xen_unplug(void);
int xen_hvm_show_params(struct seq_file *m);
int xen_hvm_show_startup_map(struct seq_file *m);

#endif
