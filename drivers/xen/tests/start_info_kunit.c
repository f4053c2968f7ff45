// SPDX-License-Identifier: GPL-2.0-only
/* start_info: what is right passes, and each wrong field is named. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include <xen/start_info.h>

static const struct xen_start_info_limits limits = {
	.max_mfn = 0x80000,
	.max_pages = 0x80001,
	.max_port = 4096,
};

/* As a builder leaves it for a domain of 192 MiB. */
static struct start_info good(void)
{
	return (struct start_info){
		.magic = "xen-3.0-x86_64",
		.nr_pages = 49152,
		.shared_info = 0x7fc59000,
		.flags = SIF_MOD_START_PFN,
		.store_mfn = 0x3f601,
		.store_evtchn = 1,
		.console.domU = { .mfn = 0x3f602, .evtchn = 2 },
		.pt_base = 0xffff888004a03000,
		.nr_pt_frames = 41,
		.mfn_list = 0xffffc90000000000,
		.mod_start = 0x4c00,
		.mod_len = 4845568,
		.cmd_line = "root=/dev/xvda",
		.first_p2m_pfn = 0x509f,
		.nr_p2m_frames = 99,
	};
}

static void good_page_passes(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
	KUNIT_EXPECT_NULL(test, fault.field);
	KUNIT_EXPECT_FALSE(test, xen_start_info_is_resumed(&si));
}

static void resumed_page_needs_no_boot_fields(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	memset((u8 *)&si + offsetof(struct start_info, pt_base), 0,
	       sizeof(si) - offsetof(struct start_info, pt_base));
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
	KUNIT_EXPECT_TRUE(test, xen_start_info_is_resumed(&si));
}

static void page_without_rings_passes(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	si.store_mfn = 0;
	si.store_evtchn = 0;
	si.console.domU.mfn = 0;
	si.console.domU.evtchn = 0;
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
}

static void dom0_has_no_console_ring(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;

	si.flags |= SIF_INITDOMAIN | SIF_PRIVILEGED;
	si.store_mfn = 0;
	si.store_evtchn = 0;
	si.console.dom0.info_off = 0x800;
	si.console.dom0.info_size = 0;
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
}

static void truncated_page_is_refused(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;
	size_t size;

	for (size = 0; size < sizeof(si); size += 7) {
		KUNIT_EXPECT_EQ(test, -EINVAL,
				xen_start_info_check(&si, size, &limits,
						     &fault));
		KUNIT_EXPECT_STREQ(test, "start_info", fault.field);
	}
}

/* Good pages, at the edge of being bad. */
#define MOVE_TO(_name, _statement)                       \
	static void move_##_name(struct start_info *si) \
	{                                                \
		_statement;                              \
	}
MOVE_TO(the_magic_of_the_first_xen_3,
	strscpy(si->magic, "xen-3.0-x86_64", sizeof(si->magic)))
MOVE_TO(the_longest_magic,
	strscpy(si->magic, "xen-3.99-a-longer-one-x86_64.x~", sizeof(si->magic)))
MOVE_TO(one_page_tables_frame, si->nr_pt_frames = 1)
MOVE_TO(all_pages_of_the_machine, si->nr_pages = limits.max_pages)
MOVE_TO(shared_info_in_the_last_frame,
	si->shared_info = limits.max_mfn << PAGE_SHIFT)
MOVE_TO(every_known_flag, si->flags = 0xff1f & ~SIF_INITDOMAIN)
MOVE_TO(rings_in_the_last_frames, si->store_mfn = limits.max_mfn;
	si->console.domU.mfn = limits.max_mfn - 1)
MOVE_TO(the_last_ports, si->store_evtchn = limits.max_port - 1;
	si->console.domU.evtchn = limits.max_port - 2)
MOVE_TO(no_store_but_a_console, si->store_mfn = 0; si->store_evtchn = 0)
MOVE_TO(a_store_but_no_console, si->console.domU.mfn = 0;
	si->console.domU.evtchn = 0)
MOVE_TO(page_tables_but_for_a_page, si->nr_pt_frames = si->nr_pages - 1)
MOVE_TO(a_module_up_to_the_end,
	si->mod_len = (si->nr_pages - si->mod_start) << PAGE_SHIFT)
MOVE_TO(a_module_of_all_memory, si->flags = 0; si->mod_start = 1;
	si->mod_len = si->nr_pages << PAGE_SHIFT)
MOVE_TO(a_module_by_its_address, si->flags = 0;
	si->mod_start = 0xffffffff84c00000)
MOVE_TO(no_module, si->mod_start = 0; si->mod_len = 0)
MOVE_TO(the_longest_command_line,
	memset(si->cmd_line, 'a', sizeof(si->cmd_line) - 1))
MOVE_TO(p2m_frames_up_to_the_end,
	si->nr_p2m_frames = si->nr_pages - si->first_p2m_pfn)
MOVE_TO(no_p2m_frames_wherever, si->nr_p2m_frames = 0;
	si->first_p2m_pfn = ULONG_MAX)

#include "start_info_damage.h"

static void wrong_field_is_named(struct kunit *test)
{
	struct start_info si = good();

	expect_damage_is_refused(test, test->param_value, &si);
}

static const struct border {
	const char *name;
	void (*move)(struct start_info *si);
} borders[] = {
#define BORDER(_name) { .name = #_name, .move = move_##_name }
	BORDER(the_magic_of_the_first_xen_3),
	BORDER(the_longest_magic),
	BORDER(one_page_tables_frame),
	BORDER(all_pages_of_the_machine),
	BORDER(shared_info_in_the_last_frame),
	BORDER(every_known_flag),
	BORDER(rings_in_the_last_frames),
	BORDER(the_last_ports),
	BORDER(no_store_but_a_console),
	BORDER(a_store_but_no_console),
	BORDER(page_tables_but_for_a_page),
	BORDER(a_module_up_to_the_end),
	BORDER(a_module_of_all_memory),
	BORDER(a_module_by_its_address),
	BORDER(no_module),
	BORDER(the_longest_command_line),
	BORDER(p2m_frames_up_to_the_end),
	BORDER(no_p2m_frames_wherever),
};

static void name_of_border(const struct border *border, char *description)
{
	strscpy(description, border->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(borders, borders, name_of_border);

static void what_just_fits_passes(struct kunit *test)
{
	const struct border *border = test->param_value;
	struct start_info si = good();
	struct xen_start_info_fault fault;

	border->move(&si);
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
	KUNIT_EXPECT_NULL(test, fault.reason);
}

/* A resume leaves all of the second half zero, or it was not one. */
static void one_boot_field_makes_a_boot(struct kunit *test)
{
	struct start_info si = {};

	si.pt_base = 1;
	KUNIT_EXPECT_FALSE(test, xen_start_info_is_resumed(&si));
	si = (struct start_info){ .nr_pt_frames = 1 };
	KUNIT_EXPECT_FALSE(test, xen_start_info_is_resumed(&si));
	si = (struct start_info){ .mfn_list = 1 };
	KUNIT_EXPECT_FALSE(test, xen_start_info_is_resumed(&si));
	si = (struct start_info){ .mod_start = 1, .nr_p2m_frames = 1 };
	KUNIT_EXPECT_TRUE(test, xen_start_info_is_resumed(&si));
}

/* What ends where the halves meet is not a whole page of a running domain. */
static void the_cut_is_named_by_its_half(struct kunit *test)
{
	struct start_info si = good();
	struct xen_start_info_fault fault;
	size_t half = offsetof(struct start_info, pt_base);

	xen_start_info_check(&si, half - 1, &limits, &fault);
	KUNIT_EXPECT_STREQ(test, "ends before the console pair", fault.reason);
	xen_start_info_check(&si, half, &limits, &fault);
	KUNIT_EXPECT_STREQ(test, "ends before nr_p2m_frames", fault.reason);
	si.nr_pages = 0;
	xen_start_info_check(&si, half, &limits, &fault);
	KUNIT_EXPECT_STREQ(test, "nr_pages", fault.field);
}

static void a_fault_of_before_is_forgotten(struct kunit *test)
{
	struct xen_start_info_fault fault = { "field", "reason" };
	struct start_info si = good();

	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(&si, sizeof(si), &limits,
						      &fault));
	KUNIT_EXPECT_NULL(test, fault.field);
	KUNIT_EXPECT_NULL(test, fault.reason);
}

static const char *shown(const struct start_info *si)
{
	static char text[2048];
	struct seq_file m = { .buf = text, .size = sizeof(text) - 1 };

	xen_start_info_show(&m, si);
	text[m.count] = '\0';
	return text;
}

static void a_page_is_shown_field_by_field(struct kunit *test)
{
	struct start_info si = good();

	KUNIT_EXPECT_STREQ(test,
			   "magic: xen-3.0-x86_64\n"
			   "nr_pages: 49152\n"
			   "shared_info: 0x7fc59000\n"
			   "flags: 0x8 SIF_MOD_START_PFN\n"
			   "store_mfn: 0x3f601\n"
			   "store_evtchn: 1\n"
			   "console.domU.mfn: 0x3f602\n"
			   "console.domU.evtchn: 2\n"
			   "pt_base: 0xffff888004a03000\n"
			   "nr_pt_frames: 41\n"
			   "mfn_list: 0xffffc90000000000\n"
			   "mod_start: 0x4c00\n"
			   "mod_len: 4845568\n"
			   "cmd_line: root=/dev/xvda\n"
			   "first_p2m_pfn: 0x509f\n"
			   "nr_p2m_frames: 99\n",
			   shown(&si));
}

static void a_resumed_page_is_shown_to_its_half(struct kunit *test)
{
	struct start_info si = good();
	const char *text;

	memset(&si.pt_base, 0, sizeof(si) - offsetof(struct start_info, pt_base));
	text = shown(&si);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "console.domU.evtchn: 2\n"
		"boot-only fields: gone, the domain was resumed\n"));
	KUNIT_EXPECT_NULL(test, strstr(text, "pt_base"));
}

static void dom0_is_shown_without_a_console_ring(struct kunit *test)
{
	struct start_info si = good();
	const char *text;

	si.flags = SIF_PRIVILEGED | SIF_INITDOMAIN;
	text = shown(&si);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "store_evtchn: 1\npt_base:"));
}

static void all_flags_have_names(struct kunit *test)
{
	struct start_info si = good();
	const char *text;

	si.flags = 0x1f;
	text = shown(&si);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "flags: 0x1f SIF_PRIVILEGED"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " SIF_INITDOMAIN"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " SIF_MULTIBOOT_MOD"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " SIF_MOD_START_PFN"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " SIF_VIRT_P2M_4TOOLS\n"));
	si.flags = 0;
	KUNIT_EXPECT_NOT_NULL(test, strstr(shown(&si), "flags: 0x0\n"));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(good_page_passes),
	KUNIT_CASE(resumed_page_needs_no_boot_fields),
	KUNIT_CASE(page_without_rings_passes),
	KUNIT_CASE(dom0_has_no_console_ring),
	KUNIT_CASE(truncated_page_is_refused),
	KUNIT_CASE_PARAM(wrong_field_is_named, damages_gen_params),
	KUNIT_CASE_PARAM(what_just_fits_passes, borders_gen_params),
	KUNIT_CASE(one_boot_field_makes_a_boot),
	KUNIT_CASE(the_cut_is_named_by_its_half),
	KUNIT_CASE(a_fault_of_before_is_forgotten),
	KUNIT_CASE(a_page_is_shown_field_by_field),
	KUNIT_CASE(a_resumed_page_is_shown_to_its_half),
	KUNIT_CASE(dom0_is_shown_without_a_console_ring),
	KUNIT_CASE(all_flags_have_names),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_start_info",
	.test_cases = cases,
};

kunit_test_suite(suite);
