/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a start_info page can be wrong: name, field that must be blamed, why, what
 * to do to a good page. Included twice by start_info_damage.h, so no guard.
 */
SPOILED(magic_empty, "magic", "does not begin with xen-",
	si->magic[0] = '\0')
SPOILED(magic_unterminated, "magic", "is not terminated",
	memset(si->magic, 'x', sizeof(si->magic)))
SPOILED(magic_unprintable, "magic", "is not text",
	si->magic[5] = '\x01')
SPOILED(magic_begins_unprintable, "magic", "is not text",
	si->magic[0] = '\x01')
SPOILED(magic_other_separator, "magic", "does not begin with xen-",
	si->magic[3] = '_')
SPOILED(magic_other_hypervisor, "magic", "does not begin with xen-",
	memcpy(si->magic, "kvm-", 4))
SPOILED(magic_other_version, "magic", "is not of the xen-3.x x86_64 ABI",
	si->magic[4] = '2')
SPOILED(magic_32_bit, "magic", "is not of the xen-3.x x86_64 ABI",
	strscpy(si->magic, "xen-3.0-x86_32p", sizeof(si->magic)))
SPOILED(no_pages, "nr_pages", "is 0",
	si->nr_pages = 0)
SPOILED(more_pages_than_the_machine, "nr_pages", "is more than a domain can have",
	si->nr_pages = limits.max_pages + 1)
SPOILED(all_pages_there_can_be, "nr_pages", "is more than a domain can have",
	si->nr_pages = ULONG_MAX)
SPOILED(no_shared_info, "shared_info", "is not the address of a page",
	si->shared_info = 0)
SPOILED(shared_info_unaligned, "shared_info", "is not the address of a page",
	si->shared_info += 8)
SPOILED(shared_info_too_high, "shared_info", "is beyond the machine's memory",
	si->shared_info = (limits.max_mfn + 1) << PAGE_SHIFT)
SPOILED(shared_info_at_the_top, "shared_info", "is beyond the machine's memory",
	si->shared_info = PAGE_MASK)
SPOILED(flags_unknown, "flags", "has bits that no ABI defines",
	si->flags |= BIT(5))
SPOILED(flags_top_bit, "flags", "has bits that no ABI defines",
	si->flags |= BIT(31))
SPOILED(initdomain_unprivileged, "flags", "says initial domain, but not privileged",
	si->flags |= SIF_INITDOMAIN)
SPOILED(store_port_without_frame, "store_mfn", "is 0, but there is a port",
	si->store_mfn = 0)
SPOILED(store_frame_beyond_memory, "store_mfn", "is beyond the machine's memory",
	si->store_mfn = limits.max_mfn + 1)
SPOILED(store_frame_without_port, "store_evtchn", "is 0, but there is a frame",
	si->store_evtchn = 0)
SPOILED(store_port_too_large, "store_evtchn", "is beyond the last port",
	si->store_evtchn = limits.max_port)
SPOILED(store_port_all_ones, "store_evtchn", "is beyond the last port",
	si->store_evtchn = U32_MAX)
SPOILED(console_port_without_frame, "console.domU.mfn", "is 0, but there is a port",
	si->console.domU.mfn = 0)
SPOILED(console_frame_beyond_memory, "console.domU.mfn", "is beyond the machine's memory",
	si->console.domU.mfn = ULONG_MAX)
SPOILED(console_frame_without_port, "console.domU.evtchn", "is 0, but there is a frame",
	si->console.domU.evtchn = 0)
SPOILED(console_port_too_large, "console.domU.evtchn", "is beyond the last port",
	si->console.domU.evtchn = limits.max_port)
SPOILED(one_port_for_both, "console.domU.evtchn", "is XenStore's port",
	si->console.domU.evtchn = si->store_evtchn)
SPOILED(one_frame_for_both, "console.domU.mfn", "is XenStore's frame",
	si->console.domU.mfn = si->store_mfn)
SPOILED(pt_base_unaligned, "pt_base", "is not the address of a page",
	si->pt_base += 1)
SPOILED(no_page_tables, "nr_pt_frames", "does not fit the domain",
	si->nr_pt_frames = 0)
SPOILED(page_tables_fill_the_domain, "nr_pt_frames", "does not fit the domain",
	si->nr_pt_frames = si->nr_pages)
SPOILED(no_p2m_list, "mfn_list", "is not the address of a list",
	si->mfn_list = 0)
SPOILED(p2m_list_unaligned, "mfn_list", "is not the address of a list",
	si->mfn_list += 4)
SPOILED(module_without_length, "mod_len", "is 0, but its twin is not",
	si->mod_len = 0)
SPOILED(module_without_start, "mod_start", "is 0, but its twin is not",
	si->mod_start = 0)
SPOILED(module_larger_than_memory, "mod_len", "is more than the domain's memory",
	si->mod_len = (si->nr_pages << PAGE_SHIFT) + 1)
SPOILED(module_beyond_memory, "mod_start", "is beyond the domain's memory",
	si->mod_start = si->nr_pages - 1)
SPOILED(module_start_wraps, "mod_start", "is beyond the domain's memory",
	si->mod_start = ULONG_MAX)
SPOILED(cmd_line_unterminated, "cmd_line", "is not terminated",
	memset(si->cmd_line, 'a', sizeof(si->cmd_line)))
SPOILED(p2m_frames_beyond_memory, "first_p2m_pfn", "is beyond the domain's memory",
	si->first_p2m_pfn = si->nr_pages - 1)
SPOILED(p2m_frames_wrap, "first_p2m_pfn", "is beyond the domain's memory",
	si->first_p2m_pfn = ULONG_MAX - 1)
SPOILED(p2m_frames_too_many, "first_p2m_pfn", "is beyond the domain's memory",
	si->nr_p2m_frames = ULONG_MAX)
SPOILED(magic_of_high_control_characters, "magic", "is not text",
	si->magic[4] = '\x80')
SPOILED(magic_of_another_case, "magic", "does not begin with xen-",
	si->magic[0] = 'X')
SPOILED(magic_ends_early, "magic", "is not of the xen-3.x x86_64 ABI",
	si->magic[4] = '\0')
SPOILED(magic_without_a_minor_version, "magic", "is not of the xen-3.x x86_64 ABI",
	si->magic[5] = '1')
SPOILED(flags_first_unknown_bit, "flags", "has bits that no ABI defines",
	si->flags |= BIT(16))
SPOILED(store_frame_all_ones, "store_mfn", "is beyond the machine's memory",
	si->store_mfn = ULONG_MAX)
SPOILED(module_larger_than_any_memory, "mod_len", "is more than the domain's memory",
	si->mod_len = ULONG_MAX)
SPOILED(module_one_page_too_long, "mod_start", "is beyond the domain's memory",
	si->mod_len = ((si->nr_pages - si->mod_start) << PAGE_SHIFT) + 1)
SPOILED(module_behind_memory, "mod_start", "is beyond the domain's memory",
	si->mod_start = si->nr_pages)
SPOILED(p2m_frames_one_too_many, "first_p2m_pfn", "is beyond the domain's memory",
	si->nr_p2m_frames = si->nr_pages - si->first_p2m_pfn + 1)
