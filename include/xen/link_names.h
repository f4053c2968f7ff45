/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The link names of our functions on a kernel that exports the same ones.
 *
 * Linux's build refuses a module that exports a name vmlinux exports. So on
 * a kernel with Xen support of its own our symbols carry a prefix, which this
 * header puts on by macro: a driver's source says gnttab_init, the object
 * file says xendomu_gnttab_init. On a kernel without Xen the names are free
 * and nothing happens here.
 *
 * Every function of a subsystem that is ours is listed, also one that is not
 * written yet: a driver that calls it must fail to link, not run into the
 * kernel's own copy, which nobody has initialised.
 *
 * The few files that ask for the kernel's functions say XENDOMU_KERNEL_NAMES
 * before they include anything.
 */
#ifndef _XENDOMU_LINK_NAMES_H
#define _XENDOMU_LINK_NAMES_H

#if IS_ENABLED(CONFIG_XEN) && !defined(XENDOMU_KERNEL_NAMES)

/* <xen/xen.h>, <xen/features.h> */
#define xen_domain_type xendomu_xen_domain_type
#define xen_features xendomu_xen_features

/* <xen/grant_table.h> */
#define gnttab_init xendomu_gnttab_init
#define gnttab_grant_foreign_access xendomu_gnttab_grant_foreign_access
#define gnttab_grant_foreign_access_ref xendomu_gnttab_grant_foreign_access_ref
#define gnttab_end_foreign_access xendomu_gnttab_end_foreign_access
#define gnttab_end_foreign_access_ref xendomu_gnttab_end_foreign_access_ref
#define gnttab_try_end_foreign_access xendomu_gnttab_try_end_foreign_access
#define gnttab_alloc_grant_references xendomu_gnttab_alloc_grant_references
#define gnttab_alloc_grant_reference_seq xendomu_gnttab_alloc_grant_reference_seq
#define gnttab_free_grant_reference xendomu_gnttab_free_grant_reference
#define gnttab_free_grant_references xendomu_gnttab_free_grant_references
#define gnttab_free_grant_reference_seq xendomu_gnttab_free_grant_reference_seq
#define gnttab_empty_grant_references xendomu_gnttab_empty_grant_references
#define gnttab_claim_grant_reference xendomu_gnttab_claim_grant_reference
#define gnttab_release_grant_reference xendomu_gnttab_release_grant_reference
#define gnttab_request_free_callback xendomu_gnttab_request_free_callback
#define gnttab_cancel_free_callback xendomu_gnttab_cancel_free_callback
#define gnttab_max_grant_frames xendomu_gnttab_max_grant_frames
#define gnttab_setup_auto_xlat_frames xendomu_gnttab_setup_auto_xlat_frames
#define gnttab_free_auto_xlat_frames xendomu_gnttab_free_auto_xlat_frames
#define gnttab_alloc_pages xendomu_gnttab_alloc_pages
#define gnttab_free_pages xendomu_gnttab_free_pages
#define gnttab_page_cache_init xendomu_gnttab_page_cache_init
#define gnttab_page_cache_get xendomu_gnttab_page_cache_get
#define gnttab_page_cache_put xendomu_gnttab_page_cache_put
#define gnttab_page_cache_shrink xendomu_gnttab_page_cache_shrink
#define gnttab_dma_alloc_pages xendomu_gnttab_dma_alloc_pages
#define gnttab_dma_free_pages xendomu_gnttab_dma_free_pages
#define gnttab_pages_set_private xendomu_gnttab_pages_set_private
#define gnttab_pages_clear_private xendomu_gnttab_pages_clear_private
#define gnttab_map_refs xendomu_gnttab_map_refs
#define gnttab_unmap_refs xendomu_gnttab_unmap_refs
#define gnttab_unmap_refs_async xendomu_gnttab_unmap_refs_async
#define gnttab_unmap_refs_sync xendomu_gnttab_unmap_refs_sync
#define gnttab_batch_map xendomu_gnttab_batch_map
#define gnttab_batch_copy xendomu_gnttab_batch_copy
#define gnttab_foreach_grant_in_range xendomu_gnttab_foreach_grant_in_range
#define gnttab_foreach_grant xendomu_gnttab_foreach_grant

/* <xen/events.h> */
#define bind_evtchn_to_irq xendomu_bind_evtchn_to_irq
#define bind_evtchn_to_irq_lateeoi xendomu_bind_evtchn_to_irq_lateeoi
#define bind_evtchn_to_irqhandler xendomu_bind_evtchn_to_irqhandler
#define bind_evtchn_to_irqhandler_lateeoi xendomu_bind_evtchn_to_irqhandler_lateeoi
#define bind_interdomain_evtchn_to_irq_lateeoi xendomu_bind_interdomain_evtchn_to_irq_lateeoi
#define bind_interdomain_evtchn_to_irqhandler_lateeoi \
	xendomu_bind_interdomain_evtchn_to_irqhandler_lateeoi
#define bind_virq_to_irq xendomu_bind_virq_to_irq
#define bind_virq_to_irqhandler xendomu_bind_virq_to_irqhandler
#define bind_ipi_to_irqhandler xendomu_bind_ipi_to_irqhandler
#define unbind_from_irqhandler xendomu_unbind_from_irqhandler
#define evtchn_make_refcounted xendomu_evtchn_make_refcounted
#define evtchn_get xendomu_evtchn_get
#define evtchn_put xendomu_evtchn_put
#define notify_remote_via_irq xendomu_notify_remote_via_irq
#define xen_irq_lateeoi xendomu_xen_irq_lateeoi
#define xen_set_irq_priority xendomu_xen_set_irq_priority
#define xen_clear_irq_pending xendomu_xen_clear_irq_pending
#define xen_test_irq_pending xendomu_xen_test_irq_pending
#define xen_poll_irq xendomu_xen_poll_irq
#define xen_poll_irq_timeout xendomu_xen_poll_irq_timeout
#define irq_from_evtchn xendomu_irq_from_evtchn
#define irq_evtchn_from_virq xendomu_irq_evtchn_from_virq
#define xen_evtchn_nr_channels xendomu_xen_evtchn_nr_channels

/* <xen/xenbus.h> */
#define xenbus_directory xendomu_xenbus_directory
#define xenbus_read xendomu_xenbus_read
#define xenbus_write xendomu_xenbus_write
#define xenbus_mkdir xendomu_xenbus_mkdir
#define xenbus_exists xendomu_xenbus_exists
#define xenbus_rm xendomu_xenbus_rm
#define xenbus_transaction_start xendomu_xenbus_transaction_start
#define xenbus_transaction_end xendomu_xenbus_transaction_end
#define xenbus_scanf xendomu_xenbus_scanf
#define xenbus_read_unsigned xendomu_xenbus_read_unsigned
#define xenbus_printf xendomu_xenbus_printf
#define xenbus_gather xendomu_xenbus_gather
#define register_xenstore_notifier xendomu_register_xenstore_notifier
#define unregister_xenstore_notifier xendomu_unregister_xenstore_notifier
#define register_xenbus_watch xendomu_register_xenbus_watch
#define unregister_xenbus_watch xendomu_unregister_xenbus_watch
#define xs_suspend xendomu_xs_suspend
#define xs_resume xendomu_xs_resume
#define xs_suspend_cancel xendomu_xs_suspend_cancel
#define __xenbus_register_frontend __xendomu_xenbus_register_frontend
#define __xenbus_register_backend __xendomu_xenbus_register_backend
#define xenbus_unregister_driver xendomu_xenbus_unregister_driver
#define xenbus_watch_path xendomu_xenbus_watch_path
#define xenbus_watch_pathfmt xendomu_xenbus_watch_pathfmt
#define xenbus_switch_state xendomu_xenbus_switch_state
#define xenbus_setup_ring xendomu_xenbus_setup_ring
#define xenbus_teardown_ring xendomu_xenbus_teardown_ring
#define xenbus_map_ring_valloc xendomu_xenbus_map_ring_valloc
#define xenbus_unmap_ring_vfree xendomu_xenbus_unmap_ring_vfree
#define xenbus_alloc_evtchn xendomu_xenbus_alloc_evtchn
#define xenbus_free_evtchn xendomu_xenbus_free_evtchn
#define xenbus_read_driver_state xendomu_xenbus_read_driver_state
#define xenbus_dev_error xendomu_xenbus_dev_error
#define xenbus_dev_fatal xendomu_xenbus_dev_fatal
#define xenbus_strstate xendomu_xenbus_strstate
#define xenbus_dev_is_online xendomu_xenbus_dev_is_online
#define xenbus_frontend_closed xendomu_xenbus_frontend_closed
#define xen_store_interface xendomu_xen_store_interface
#define xen_store_evtchn xendomu_xen_store_evtchn
#define xen_xenbus_fops xendomu_xen_xenbus_fops

#endif
#endif

/*
 * Linux may declare these as inline functions. An overlay header hides those
 * and includes this file again, so there is no guard around this part.
 */
#if IS_ENABLED(CONFIG_XEN) && !defined(XENDOMU_KERNEL_NAMES)

/* <xen/platform_pci.h> */
#ifndef xen_has_pv_devices
#define xen_has_pv_devices xendomu_xen_has_pv_devices
#define xen_has_pv_disk_devices xendomu_xen_has_pv_disk_devices
#define xen_has_pv_nic_devices xendomu_xen_has_pv_nic_devices
#define xen_has_pv_and_legacy_disk_devices xendomu_xen_has_pv_and_legacy_disk_devices
#endif

/* <xen/grant_table.h> */
#ifndef gnttab_suspend
#define gnttab_suspend xendomu_gnttab_suspend
#define gnttab_resume xendomu_gnttab_resume
#endif

#endif
