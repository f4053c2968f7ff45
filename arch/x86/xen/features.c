// SPDX-License-Identifier: GPL-2.0-only
/* Xen's feature bits: their names, and what some of them mean together. */
#include <linux/kernel.h>

#include <xen/features.h>
#include <xen/newer_abi.h>

#include "internal.h"

/* As in features.h of Xen's public headers, up to Xen 4.22. */
static const char *const names[] = {
	[XENFEAT_writable_page_tables] = "writable_page_tables",
	[XENFEAT_writable_descriptor_tables] = "writable_descriptor_tables",
	[XENFEAT_auto_translated_physmap] = "auto_translated_physmap",
	[XENFEAT_supervisor_mode_kernel] = "supervisor_mode_kernel",
	[XENFEAT_pae_pgdir_above_4gb] = "pae_pgdir_above_4gb",
	[XENFEAT_mmu_pt_update_preserve_ad] = "mmu_pt_update_preserve_ad",
	[XENFEAT_highmem_assist] = "highmem_assist",
	[XENFEAT_gnttab_map_avail_bits] = "gnttab_map_avail_bits",
	[XENFEAT_hvm_callback_vector] = "hvm_callback_vector",
	[XENFEAT_hvm_safe_pvclock] = "hvm_safe_pvclock",
	[XENFEAT_hvm_pirqs] = "hvm_pirqs",
	[XENFEAT_dom0] = "dom0",
	[12] = "grant_map_identity", /* the headers have it in a comment only */
	[XENFEAT_memory_op_vnode_supported] = "memory_op_vnode_supported",
	[XENFEAT_ARM_SMCCC_supported] = "ARM_SMCCC_supported",
	[XENFEAT_linux_rsdp_unrestricted] = "linux_rsdp_unrestricted",
	[XENFEAT_not_direct_mapped] = "not_direct_mapped",
	[XENFEAT_direct_mapped] = "direct_mapped",
	[XENFEAT_runstate_phys_area] = "runstate_phys_area",
	[XENFEAT_vcpu_time_phys_area] = "vcpu_time_phys_area",
	[XENFEAT_dm_msix_all_writes] = "dm_msix_all_writes",
};

/**
 * xen_feature_name() - the name of a feature bit
 * @bit: number of the bit, XENFEAT_*
 *
 * Context: Any.
 * Return: The name, without XENFEAT_; NULL if no public header of Xen up to
 * 4.22 names the bit.
 */
const char *xen_feature_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(names) ? names[bit] : NULL;
}

/**
 * xen_takes_physical() - may an area be registered by physical address?
 * @feature: the bit that says that Xen has the call, XENFEAT_*_phys_area
 *
 * Xen takes frames of the domain. The domain's physical addresses are such
 * frames only where the hypervisor translates.
 *
 * Context: Any.
 * Return: true if so.
 */
bool xen_takes_physical(unsigned int feature)
{
	return xen_features[feature] &&
	       xen_features[XENFEAT_auto_translated_physmap];
}
