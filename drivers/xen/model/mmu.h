/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model does to the page tables of the kernel that it runs in. */
#ifndef _XENDOMU_MODEL_MMU_H
#define _XENDOMU_MODEL_MMU_H

#define MODEL_NO_FRAME ~0UL

int model_mmu_set(unsigned long va, unsigned long mfn);

#endif
