/* SPDX-License-Identifier: GPL-2.0-only */
/* The start-of-day page of a PV domain, checked, and the map it describes. */
#ifndef _XEN_START_INFO_H
#define _XEN_START_INFO_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/segment.h>

struct seq_file;

/**
 * struct xen_start_info_limits - what the values of a start_info must respect
 * @max_mfn: highest machine frame of the host
 * @max_port: ports are below this
 * @max_pages: a domain has at most this many pages
 */
struct xen_start_info_limits {
	unsigned long max_mfn;
	unsigned long max_pages;
	u32 max_port;
};

/**
 * struct xen_start_info_fault - the first field that is not as it must be
 * @field: name of the field, as in <xen/interface/xen.h>
 * @reason: what is wrong with it
 */
struct xen_start_info_fault {
	const char *field;
	const char *reason;
};

int xen_start_info_check(const struct start_info *si, size_t size,
			 const struct xen_start_info_limits *limits,
			 struct xen_start_info_fault *fault);
bool xen_start_info_is_resumed(const struct start_info *si);
void xen_start_info_show(struct seq_file *m, const struct start_info *si);

/**
 * struct xen_startup_facts - what the startup map is rebuilt from
 * @si: the start_info page
 * @kernel_base: virtual address that pseudo-physical page 0 is mapped at
 * @kernel_start: first virtual address of the kernel image
 * @start_info_pfn: where the start_info page itself lies
 * @store_pfn: where the XenStore ring page lies
 * @console_pfn: where the console ring page lies
 * @pt_pfn: where the bootstrap page tables start
 */
struct xen_startup_facts {
	const struct start_info *si;
	unsigned long kernel_base;
	unsigned long kernel_start;
	unsigned long start_info_pfn;
	unsigned long store_pfn;
	unsigned long console_pfn;
	unsigned long pt_pfn;
};

int xen_startup_map(const struct xen_startup_facts *facts,
		    struct xen_segment segments[XEN_STARTUP_SEGMENTS]);

#endif
