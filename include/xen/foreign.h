/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of this domain's kernel that stand for other domains' frames. */
#ifndef _XEN_FOREIGN_H
#define _XEN_FOREIGN_H

#include <linux/types.h>

#include <xen/interface/xen.h>

struct page;

int __must_check xen_foreign_alloc_pages(unsigned int nr, struct page **pages);
void xen_foreign_free_pages(unsigned int nr, struct page **pages);

bool xen_foreign_has_p2m(void);
bool xen_foreign_moves(domid_t domid);
bool xen_foreign_is_vacant(struct page *page);
int __must_check xen_foreign_set(struct page *page, unsigned long mfn);
int __must_check xen_foreign_clear(struct page *page);

#endif
