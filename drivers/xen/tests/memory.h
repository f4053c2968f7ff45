/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that runs out on request, and is counted.
 *
 * Included in front of every file of xendomu-kunit.ko by its Kbuild, so that
 * the cores' allocations are told to fail, and none of them stays behind
 * unnoticed, in a kernel without any debugging tools, too.
 */
#ifndef _XENDOMU_TESTS_MEMORY_H
#define _XENDOMU_TESTS_MEMORY_H

#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

void memory_begin(void);
void memory_fails_at(unsigned int nth);
int memory_in_use(void);

/* memory.c: around each allocation */
bool memory_is_denied(void);
void *memory_taken(void *what);
void *memory_given(const void *what);

static inline void *memory_kmalloc(size_t size, gfp_t gfp)
{
	return memory_is_denied() ? NULL : memory_taken(kmalloc(size, gfp));
}

static inline void *memory_kzalloc(size_t size, gfp_t gfp)
{
	return memory_is_denied() ? NULL : memory_taken(kzalloc(size, gfp));
}

static inline void *memory_kmalloc_array(size_t nr, size_t size, gfp_t gfp)
{
	return memory_is_denied() ? NULL :
				    memory_taken(kmalloc_array(nr, size, gfp));
}

static inline void *memory_kcalloc(size_t nr, size_t size, gfp_t gfp)
{
	return memory_is_denied() ? NULL : memory_taken(kcalloc(nr, size, gfp));
}

static inline void *memory_kvcalloc(size_t nr, size_t size, gfp_t gfp)
{
	return memory_is_denied() ? NULL :
				    memory_taken(kvcalloc(nr, size, gfp));
}

/* What it is given back for is taken again, or neither. */
static inline void *memory_krealloc(void *old, size_t size, gfp_t gfp)
{
	void *new = memory_is_denied() ? NULL : krealloc(old, size, gfp);

	return old ? new : memory_taken(new);
}

static inline char *memory_kstrdup(const char *text, gfp_t gfp)
{
	return memory_is_denied() ? NULL : memory_taken(kstrdup(text, gfp));
}

static inline void memory_kfree(const void *what)
{
	kfree(memory_given(what));
}

static inline void memory_kvfree(const void *what)
{
	kvfree(memory_given(what));
}

#undef kmalloc
#undef kzalloc
#undef kmalloc_array
#undef kcalloc
#undef kvcalloc
#undef krealloc
#undef kstrdup
#undef alloc_percpu
#define kmalloc memory_kmalloc
#define kzalloc memory_kzalloc
#define kmalloc_array memory_kmalloc_array
#define kcalloc memory_kcalloc
#define kvcalloc memory_kvcalloc
#define krealloc memory_krealloc
#define kstrdup memory_kstrdup
#define kfree memory_kfree
#define kvfree memory_kvfree
#define kasprintf(gfp, ...) \
	((char *)(memory_is_denied() ? NULL : \
		  memory_taken((kasprintf)(gfp, __VA_ARGS__))))
#define alloc_percpu(type) \
	(memory_is_denied() ? NULL : \
	 (typeof(type) __percpu *)__alloc_percpu(sizeof(type), \
						 __alignof__(type)))

#endif
