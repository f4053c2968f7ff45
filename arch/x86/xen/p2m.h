/* SPDX-License-Identifier: GPL-2.0-only */
/* p2m.c: foreign frames in a PV kernel's table, for pv.c alone. */
#ifndef _XENDOMU_P2M_H
#define _XENDOMU_P2M_H

#include <linux/types.h>

bool xen_p2m_is_vacant(unsigned long pfn);
int xen_p2m_set_foreign(unsigned long pfn, unsigned long mfn);
int xen_p2m_clear_foreign(unsigned long pfn);

#endif
