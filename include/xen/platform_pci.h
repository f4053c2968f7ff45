/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does this domain have paravirtual devices? Linux's declarations, our answers.
 *
 * A kernel without Xen has inline functions of these names, which say no.
 */
#include <xen/link_names.h>

#if !defined(CONFIG_XEN_PVHVM) && !defined(_XEN_PLATFORM_PCI_H)
#define xen_has_pv_devices linux_xen_has_pv_devices
#define xen_has_pv_disk_devices linux_xen_has_pv_disk_devices
#define xen_has_pv_nic_devices linux_xen_has_pv_nic_devices
#define xen_has_pv_and_legacy_disk_devices linux_xen_has_pv_and_legacy_disk_devices
#include_next <xen/platform_pci.h>
#undef xen_has_pv_devices
#undef xen_has_pv_disk_devices
#undef xen_has_pv_nic_devices
#undef xen_has_pv_and_legacy_disk_devices

bool xen_has_pv_devices(void);
bool xen_has_pv_disk_devices(void);
bool xen_has_pv_nic_devices(void);
bool xen_has_pv_and_legacy_disk_devices(void);
#else
#include_next <xen/platform_pci.h>
#endif
