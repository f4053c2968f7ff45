/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does this domain have paravirtual devices? Linux's declarations, our answers.
 *
 * Linux's functions are inline, and say no, where the kernel has no use for
 * them: without CONFIG_XEN_PVHVM before 7.3. They are hidden in any kernel.
 */
#include <xen/link_names.h>

#ifdef XENDOMU_KERNEL_NAMES
#include_next <xen/platform_pci.h>
#elif !defined(_XENDOMU_XEN_PLATFORM_PCI_H)
#define _XENDOMU_XEN_PLATFORM_PCI_H

#undef xen_has_pv_devices
#undef xen_has_pv_disk_devices
#undef xen_has_pv_nic_devices
#undef xen_has_pv_and_legacy_disk_devices
#define xen_has_pv_devices linux_xen_has_pv_devices
#define xen_has_pv_disk_devices linux_xen_has_pv_disk_devices
#define xen_has_pv_nic_devices linux_xen_has_pv_nic_devices
#define xen_has_pv_and_legacy_disk_devices linux_xen_has_pv_and_legacy_disk_devices
#include_next <xen/platform_pci.h>
#undef xen_has_pv_devices
#undef xen_has_pv_disk_devices
#undef xen_has_pv_nic_devices
#undef xen_has_pv_and_legacy_disk_devices
#include <xen/link_names.h>

bool xen_has_pv_devices(void);
bool xen_has_pv_disk_devices(void);
bool xen_has_pv_nic_devices(void);
bool xen_has_pv_and_legacy_disk_devices(void);

#endif
