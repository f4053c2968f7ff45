/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The differences between the kernels we support, all of them.
 *
 * Code is written for the newest kernel. Each entry names the release that
 * brought the change, and goes away with the last kernel before it.
 */
#ifndef _XENDOMU_COMPAT_H
#define _XENDOMU_COMPAT_H

#include <linux/console.h>
#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/timer.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include <asm/msr.h>

/*
 * Older kernels are refused; newer ones than the newest that was tried get a
 * note from make. scripts/kernels --range reads these lines for all who ask.
 */
#define COMPAT_OLDEST_LINUX KERNEL_VERSION(6, 1, 0)
#define COMPAT_NEWEST_LINUX KERNEL_VERSION(7, 3, 0)

#if LINUX_VERSION_CODE < COMPAT_OLDEST_LINUX
#error "this Linux is older than COMPAT_OLDEST_LINUX: xendomu does not build for it"
#endif

/* 6.16 gave CPUID's functions a header of their own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#include <asm/cpuid/api.h>
#endif

/* 6.2 gave the list of consoles a lock of its own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define compat_console_list_lock() console_list_lock()
#define compat_console_list_unlock() console_list_unlock()
#else
#define compat_console_list_lock() console_lock()
#define compat_console_list_unlock() console_unlock()
#endif

/*
 * 6.6 can release the interrupt of a port without closing the port
 * (evtchn_make_refcounted() has a second parameter, is_static).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define COMPAT_HAS_STATIC_EVTCHN
#endif

/* 6.9 notices itself when a KUnit case crashes. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define COMPAT_KUNIT_HANDLES_FAULTS
#endif

/* 6.8 changed the types that hvc's functions take and return. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
typedef u8 compat_hvc_char_t;
typedef size_t compat_hvc_count_t;
typedef ssize_t compat_hvc_result_t;
typedef void compat_hvc_removed_t;
#else
typedef char compat_hvc_char_t;
typedef int compat_hvc_count_t;
typedef int compat_hvc_result_t;
typedef int compat_hvc_removed_t; /* always 0 */
#endif

/* 6.3 gave a bus's uevent() a device that it may not change. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
typedef const struct device compat_uevent_device_t;
#else
typedef struct device compat_uevent_device_t;
#endif

/* 6.11 gave a bus's match() a driver that it may not change. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
typedef const struct device_driver compat_match_driver_t;
#else
typedef struct device_driver compat_match_driver_t;
#endif

/* 6.13 sets up a timer and its function in one call. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(timer, callback, clock, mode) \
	do { \
		hrtimer_init(timer, clock, mode); \
		(timer)->function = callback; \
	} while (0)
#define hrtimer_setup_on_stack(timer, callback, clock, mode) \
	do { \
		hrtimer_init_on_stack(timer, clock, mode); \
		(timer)->function = callback; \
	} while (0)
#endif

/* Since 6.14 an affinity may be set at any time unless the chip objects. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define COMPAT_IRQ_MOVE_ANY_TIME 0
#else
#define COMPAT_IRQ_MOVE_ANY_TIME IRQ_MOVE_PCNTXT
#endif

/* 6.16 renamed these. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define timer_container_of(var, timer, field) from_timer(var, timer, field)
#define wrmsrq_safe(msr, value) wrmsrl_safe(msr, value)
#endif

/*
 * 6.17 wants to know whether a queue's work is bound to a CPU, and named the
 * queues of the system after the answer. Debian's 6.12 has these names too; its
 * flag has no effect.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define WQ_PERCPU 0
#define system_dfl_wq system_unbound_wq
#endif

/* 6.18 tells a generator of KUnit's parameters which test it is for. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define COMPAT_KUNIT_TEST_ARG struct kunit *test,
#else
#define COMPAT_KUNIT_TEST_ARG
#endif

/* 6.19 made xenbus_transaction_end()'s second parameter a bool. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 19, 0)
typedef bool compat_abort_t;
#else
typedef int compat_abort_t;
#endif

/*
 * 7.0 tells xenbus_read_driver_state() which device asks, and marks a device
 * whose directory was taken away (xenbus_device.vanished).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#define COMPAT_HAS_VANISHED
#define compat_read_driver_state(dev, path) xenbus_read_driver_state(dev, path)
#define compat_set_vanished(dev) WRITE_ONCE((dev)->vanished, true)
#else
#define compat_read_driver_state(dev, path) xenbus_read_driver_state(path)
#define compat_set_vanished(dev) ((void)(dev))
#endif

#endif
