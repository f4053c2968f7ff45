/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Put before each of the modules' files that are linked with the model: an
 * allocation is a step that can be made to fail, so is the like of it, and what
 * else would go with the module's own init stays for the next one.
 */
#ifndef _XENDOMU_MODEL_STEPS_H
#define _XENDOMU_MODEL_STEPS_H

#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "../tests/memory.h"
#include "guest.h"
#include "plan.h"

/* Init and exit are called again and again, by the suites and nobody else. */
#undef __init
#define __init
#undef __exit
#define __exit
#undef module_init
#define module_init(init) \
	typeof(init) __PASTE(MODEL_MODULE, _module_init) __alias(init)
#undef module_exit
#define module_exit(exit) \
	typeof(exit) __PASTE(MODEL_MODULE, _module_exit) __alias(exit)

static inline void *model_kmalloc(size_t size, gfp_t gfp)
{
	return model_step_fails() ? NULL : kmalloc(size, gfp);
}

static inline void *model_kcalloc(size_t nr, size_t size, gfp_t gfp)
{
	return model_step_fails() ? NULL : kcalloc(nr, size, gfp);
}

static inline void *model_kvcalloc(size_t nr, size_t size, gfp_t gfp)
{
	return model_step_fails() ? NULL : kvcalloc(nr, size, gfp);
}

static inline void *model_kvmalloc(size_t size, gfp_t gfp)
{
	return model_step_fails() ? NULL : kvmalloc(size, gfp);
}

static inline void __percpu *model_alloc_percpu(size_t size, size_t align)
{
	if (model_step_fails() || memory_is_denied())
		return NULL;
	return __alloc_percpu(size, align);
}

static inline struct workqueue_struct *
model_alloc_workqueue(const char *name, unsigned int flags, int max_active)
{
	return model_step_fails() ? NULL :
				    alloc_workqueue("%s", flags, max_active, name);
}

#undef kmalloc
#define kmalloc(size, gfp) model_kmalloc(size, gfp)
#undef kzalloc
#define kzalloc(size, gfp) model_kmalloc(size, (gfp) | __GFP_ZERO)
#undef kcalloc
#define kcalloc(nr, size, gfp) model_kcalloc(nr, size, gfp)
#undef kmalloc_array
#define kmalloc_array(nr, size, gfp) model_kcalloc(nr, size, gfp)
#undef kvmalloc
#define kvmalloc(size, gfp) model_kvmalloc(size, gfp)
#undef kvcalloc
#define kvcalloc(nr, size, gfp) model_kvcalloc(nr, size, gfp)
#undef alloc_percpu
#define alloc_percpu(type) \
	((typeof(type) __percpu *)model_alloc_percpu(sizeof(type), __alignof__(type)))
#undef alloc_workqueue
#define alloc_workqueue(name, flags, max_active) \
	model_alloc_workqueue(name, flags, max_active)
#define misc_register(device) \
	(model_step_fails() ? -ENOMEM : misc_register(device))
#define request_irq(...) \
	(model_step_fails() ? -ENOMEM : (request_irq)(__VA_ARGS__))

#endif
