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
#include <linux/version.h>

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

/* 6.6 changed the types that hvc's functions take and return. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
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

#endif
