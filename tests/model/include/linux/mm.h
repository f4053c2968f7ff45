/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model host's pure cores need of the kernel beyond tests/fuzz. */
#ifndef _MODEL_MM_H
#define _MODEL_MM_H

#include "../../../fuzz/include/shim.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)

#define SZ_512K (512 << 10)
#define SZ_2M (2 << 20)
#define SZ_4M (4 << 20)
#define SZ_1G (1 << 30)

#define max(a, b) ((a) > (b) ? (a) : (b))
#define ALIGN_DOWN(value, to) ((value) & ~((u64)(to) - 1))
#define ALIGN(value, to) ALIGN_DOWN((value) + (to) - 1, to)
#define PFN_UP(bytes) (((bytes) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(bytes) ((bytes) >> PAGE_SHIFT)

#define check_mul_overflow(a, b, result) __builtin_mul_overflow(a, b, result)
#define check_add_overflow(a, b, result) __builtin_add_overflow(a, b, result)

#endif
