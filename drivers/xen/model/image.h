/* SPDX-License-Identifier: GPL-2.0-only */
/* A PV domain as the domain builder leaves it, before its first instruction. */
#ifndef _XEN_MODEL_IMAGE_H
#define _XEN_MODEL_IMAGE_H

#include <linux/types.h>

#include <xen/interface/xen.h>

#include "layout.h"
#include "machine.h"

/**
 * struct model_image_config - what to build
 * @domid: the domain's number
 * @nr_pages: its memory
 * @kernel: where the kernel wants to be
 * @contents: the kernel, from @kernel.start to @kernel.end; NULL: zeroes
 * @module: the initial module; NULL: zeroes
 * @module_bytes: its length; 0: there is none
 * @cmd_line: the command line; NULL: an empty one
 * @flags: SIF_*, but for SIF_MOD_START_PFN
 * @store_port: XenStore's event channel
 * @console_port: the console's
 * @seconds: wall clock at the time when the hypervisor started
 * @nanoseconds: likewise
 */
struct model_image_config {
	domid_t domid;
	u64 nr_pages;
	struct model_kernel kernel;
	const void *contents;
	const void *module;
	u64 module_bytes;
	const char *cmd_line;
	u32 flags;
	u32 store_port;
	u32 console_port;
	u32 seconds;
	u32 nanoseconds;
};

/**
 * struct model_image - a domain in a machine's memory
 * @machine: the machine
 * @domid: the domain's number
 * @layout: where everything is
 * @p2m: the frame of each page of the domain
 * @shared_info_mfn: the page that it shares with the hypervisor, which is not
 *	among its own
 * @cr3_mfn: the top page table
 * @stack_pointer: what vCPU 0 starts with in RSP
 * @start_info: and in RSI: where the start_info page is mapped
 */
struct model_image {
	struct model_machine *machine;
	domid_t domid;
	struct model_layout layout;
	u64 *p2m;
	u64 shared_info_mfn;
	u64 cr3_mfn;
	u64 stack_pointer;
	u64 start_info;
};

/* image.c */
int model_image_build(struct model_image *image, struct model_machine *machine,
		      const struct model_image_config *config);
void model_image_free(struct model_image *image);
void *model_image_page(const struct model_image *image, u64 pfn);
int model_image_write(const struct model_image *image, u64 pfn, const void *data,
		      u64 len);

/* image_fill.c */
int model_image_fill(struct model_image *image,
		     const struct model_image_config *config);

/* image_tables.c */
int model_image_fill_tables(struct model_image *image);
u64 model_walk(struct model_machine *machine, u64 cr3_mfn, u64 vaddr);

#endif
