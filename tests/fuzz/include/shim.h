/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of the kernel that the pure cores need, for a program.
 *
 * Each look at the shared page, each barrier and each allocation goes through
 * a function of the fuzzer: there the hostile peer gets its turn, and there the
 * fuzzer sees what a core believes and what it tells.
 */
#ifndef _FUZZ_SHIM_H
#define _FUZZ_SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef unsigned int gfp_t;

#define U32_MAX UINT32_MAX
#define SZ_1M 0x100000
#define GFP_KERNEL 0u
#define GFP_ATOMIC 1u
#define GFP_NOIO 2u
#define __must_check __attribute__((warn_unused_result))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define min_t(type, a, b) min((type)(a), (type)(b))

#define ERR_PTR(err) ((void *)(long)(err))
#define PTR_ERR(ptr) ((long)(ptr))
#define IS_ERR(ptr) ((unsigned long)(ptr) >= (unsigned long)-4095)

/* Members of structures that the cores here do not look into. */
struct list_head {
	struct list_head *next, *prev;
};

struct kref {
	int refcount;
};

struct completion {
	int done;
};

struct kvec {
	void *iov_base;
	size_t iov_len;
};

/* Before a shared index is read; after it is written; at each barrier. */
void fuzz_before_read(const volatile void *at);
void fuzz_was_read(const volatile void *at, u32 value);
void fuzz_before_write(const volatile void *at, u32 value);
void fuzz_read_barrier(void);
void fuzz_barrier(void);
bool fuzz_memory_is_out(void);

#define READ_ONCE(word) ({						\
	u32 value_;							\
									\
	fuzz_before_read(&(word));					\
	value_ = *(const volatile __typeof__(word) *)&(word);		\
	fuzz_was_read(&(word), value_);					\
	value_;								\
})

#define WRITE_ONCE(word, value) do {					\
	fuzz_before_write(&(word), value);				\
	*(volatile __typeof__(word) *)&(word) = (value);		\
} while (0)

#define sync_cmpxchg(at, old, new) ({					\
	u32 seen_ = READ_ONCE(*(at));					\
									\
	if (seen_ == (old))						\
		WRITE_ONCE(*(at), new);					\
	seen_;								\
})

#define virt_mb() fuzz_barrier()
#define virt_wmb() fuzz_barrier()
#define virt_rmb() fuzz_read_barrier()

static inline void *kmalloc(size_t size, gfp_t flags)
{
	(void)flags;
	return fuzz_memory_is_out() ? NULL : malloc(size);
}

static inline void *krealloc(void *memory, size_t size, gfp_t flags)
{
	(void)flags;
	return fuzz_memory_is_out() ? NULL : realloc(memory, size);
}

#define kfree(memory) free(memory)

/* What would be printed is read, so that a string without end is found. */
#define pr_fuzz(format, ...) ((void)snprintf(NULL, 0, format, ##__VA_ARGS__))
#define pr_warn_ratelimited pr_fuzz
#define pr_err_ratelimited pr_fuzz

#include <stdio.h>

#endif
