/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the program in dom0 share: the domain and its memory. */
#ifndef XENHOST_DOM0_H
#define XENHOST_DOM0_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xenctrl.h>
#include <xenforeignmemory.h>

extern xc_interface *xc;
extern xenforeignmemory_handle *fmem;
extern uint32_t domid;
extern bool is_pv;

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/*
 * Looks for the first domain from this number on. Xen 4.20's library has this
 * call alone of those that 4.17's has.
 */
static inline bool find_domain(uint32_t first, xc_domaininfo_t *info)
{
	return xc_domain_getinfolist(xc, first, 1, info) == 1;
}

/* Looks for the guest itself. */
static inline bool find_guest(xc_domaininfo_t *info)
{
	return find_domain(domid, info) && info->domain == domid;
}

static inline unsigned int shutdown_code(const xc_domaininfo_t *info)
{
	return info->flags >> XEN_DOMINF_shutdownshift & XEN_DOMINF_shutdownmask;
}

void write_all(int fd, const uint8_t *bytes, size_t count);

/* Returns false to end the visit. */
typedef bool (*frame_visitor)(void *context, const void *page, xen_pfn_t frame);

xen_pfn_t *frames_list(xen_pfn_t *count);
void frames_visit(const xen_pfn_t *list, xen_pfn_t count, unsigned int first, unsigned int step,
		  frame_visitor visit, void *context);
void lastwords_write(int fd, unsigned int skip);

#endif
