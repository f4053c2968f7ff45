// SPDX-License-Identifier: GPL-2.0-only
/*
 * start_info: the page that tells a PV domain what it was given.
 *
 * The domain builder writes it before the first instruction and leaves its
 * address in a register. It has two halves. The first (magic to the console
 * pair) is written again when the domain resumes from a suspend; the second
 * (page tables, P2M list, initial module, command line) only at boot, so on a
 * resumed domain it is not to be believed.
 *
 * The layout is struct start_info of <xen/interface/xen.h>. Linux rewrites
 * two values of the second half once it has moved what they point to:
 * pt_base to its direct map, mfn_list to its own P2M list.
 *
 * A pure core: nothing here calls Xen or reads memory it was not handed.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include <xen/start_info.h>

#define KNOWN_FLAGS                                                     \
	(SIF_PRIVILEGED | SIF_INITDOMAIN | SIF_MULTIBOOT_MOD |          \
	 SIF_MOD_START_PFN | SIF_VIRT_P2M_4TOOLS | SIF_PM_MASK)

struct check {
	const struct start_info *si;
	const struct xen_start_info_limits *limits;
	struct xen_start_info_fault *fault;
};

static int fail(const struct check *c, const char *field, const char *reason)
{
	c->fault->field = field;
	c->fault->reason = reason;
	return -EINVAL;
}

/* "xen-<version>-<platform>", NUL-terminated, printable. */
static int check_magic(const struct check *c)
{
	const char *magic = c->si->magic;
	size_t len = strnlen(magic, sizeof(c->si->magic));
	size_t i;

	if (len == sizeof(c->si->magic))
		return fail(c, "magic", "is not terminated");
	for (i = 0; i < len; i++)
		if (!isprint(magic[i]))
			return fail(c, "magic", "is not text");
	if (strncmp(magic, "xen-", 4))
		return fail(c, "magic", "does not begin with xen-");
	if (strncmp(magic, "xen-3.", 6) || !strstr(magic, "x86_64"))
		return fail(c, "magic", "is not of the xen-3.x x86_64 ABI");
	return 0;
}

/* A frame and a port come as a pair, or neither is there. */
static int check_ring(const struct check *c, const char *mfn_name,
		      unsigned long mfn, const char *port_name, u32 port)
{
	if (!mfn && !port)
		return 0;
	if (!mfn)
		return fail(c, mfn_name, "is 0, but there is a port");
	if (mfn > c->limits->max_mfn)
		return fail(c, mfn_name, "is beyond the machine's memory");
	if (!port)
		return fail(c, port_name, "is 0, but there is a frame");
	if (port >= c->limits->max_port)
		return fail(c, port_name, "is beyond the last port");
	return 0;
}

static int check_resume_half(const struct check *c)
{
	const struct start_info *si = c->si;
	int err = check_magic(c);

	if (err)
		return err;
	if (!si->nr_pages)
		return fail(c, "nr_pages", "is 0");
	if (si->nr_pages > c->limits->max_pages)
		return fail(c, "nr_pages", "is more than a domain can have");
	if (!si->shared_info || offset_in_page(si->shared_info))
		return fail(c, "shared_info", "is not the address of a page");
	if (si->shared_info >> PAGE_SHIFT > c->limits->max_mfn)
		return fail(c, "shared_info", "is beyond the machine's memory");
	if (si->flags & ~KNOWN_FLAGS)
		return fail(c, "flags", "has bits that no ABI defines");
	if ((si->flags & SIF_INITDOMAIN) && !(si->flags & SIF_PRIVILEGED))
		return fail(c, "flags",
			    "says initial domain, but not privileged");
	err = check_ring(c, "store_mfn", si->store_mfn, "store_evtchn",
			 si->store_evtchn);
	if (err || (si->flags & SIF_INITDOMAIN))
		return err; /* dom0 has no console ring there */
	err = check_ring(c, "console.domU.mfn", si->console.domU.mfn,
			 "console.domU.evtchn", si->console.domU.evtchn);
	if (err)
		return err;
	if (si->store_evtchn && si->store_evtchn == si->console.domU.evtchn)
		return fail(c, "console.domU.evtchn", "is XenStore's port");
	if (si->store_mfn && si->store_mfn == si->console.domU.mfn)
		return fail(c, "console.domU.mfn", "is XenStore's frame");
	return 0;
}

static bool is_range_within(u64 start, u64 len, u64 limit)
{
	return len <= limit && start <= limit - len;
}

static int check_boot_half(const struct check *c)
{
	const struct start_info *si = c->si;

	if (offset_in_page(si->pt_base))
		return fail(c, "pt_base", "is not the address of a page");
	if (!si->nr_pt_frames || si->nr_pt_frames >= si->nr_pages)
		return fail(c, "nr_pt_frames", "does not fit the domain");
	if (!si->mfn_list || si->mfn_list % sizeof(unsigned long))
		return fail(c, "mfn_list", "is not the address of a list");
	if (!!si->mod_start != !!si->mod_len)
		return fail(c, si->mod_start ? "mod_len" : "mod_start",
			    "is 0, but its twin is not");
	if (si->mod_len > (u64)si->nr_pages << PAGE_SHIFT)
		return fail(c, "mod_len", "is more than the domain's memory");
	if ((si->flags & SIF_MOD_START_PFN) &&
	    si->mod_start > si->nr_pages - PFN_UP(si->mod_len))
		return fail(c, "mod_start", "is beyond the domain's memory");
	if (strnlen(si->cmd_line, sizeof(si->cmd_line)) ==
	    sizeof(si->cmd_line))
		return fail(c, "cmd_line", "is not terminated");
	if (si->nr_p2m_frames &&
	    !is_range_within(si->first_p2m_pfn, si->nr_p2m_frames,
			     si->nr_pages))
		return fail(c, "first_p2m_pfn", "is beyond the domain's memory");
	return 0;
}

/**
 * xen_start_info_is_resumed() - has the domain been resumed since it booted?
 * @si: private copy of the page
 *
 * A resume writes a fresh page with the second half zero.
 *
 * Context: Any.
 * Return: true if the fields of the second half mean nothing.
 */
bool xen_start_info_is_resumed(const struct start_info *si)
{
	return !si->pt_base && !si->nr_pt_frames && !si->mfn_list;
}

/**
 * xen_start_info_check() - is a start_info page what the ABI promises?
 * @si: private copy of the page, @size bytes of it
 * @size: bytes that are there
 * @limits: what the values must respect
 * @fault: set to the first field that is wrong, if any
 *
 * Context: Any; no side effect.
 * Return: 0, or -EINVAL with @fault filled in.
 */
int xen_start_info_check(const struct start_info *si, size_t size,
			 const struct xen_start_info_limits *limits,
			 struct xen_start_info_fault *fault)
{
	struct check c = { .si = si, .limits = limits, .fault = fault };
	int err;

	*fault = (struct xen_start_info_fault){};
	if (size < offsetof(struct start_info, pt_base))
		return fail(&c, "start_info", "ends before the console pair");
	err = check_resume_half(&c);
	if (err)
		return err;
	if (size < sizeof(*si))
		return fail(&c, "start_info", "ends before nr_p2m_frames");
	return xen_start_info_is_resumed(si) ? 0 : check_boot_half(&c);
}

static const char *const flag_names[] = {
	"PRIVILEGED", "INITDOMAIN", "MULTIBOOT_MOD", "MOD_START_PFN",
	"VIRT_P2M_4TOOLS",
};

static void show_flags(struct seq_file *m, u32 flags)
{
	unsigned int i;

	seq_printf(m, "flags: %#x", flags);
	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (flags & BIT(i))
			seq_printf(m, " SIF_%s", flag_names[i]);
	seq_putc(m, '\n');
}

/**
 * xen_start_info_show() - print a checked start_info, field by field
 * @m: where to
 * @si: private copy that passed xen_start_info_check()
 *
 * Context: Process.
 */
void xen_start_info_show(struct seq_file *m, const struct start_info *si)
{
	seq_printf(m, "magic: %s\n", si->magic);
	seq_printf(m, "nr_pages: %lu\n", si->nr_pages);
	seq_printf(m, "shared_info: %#lx\n", si->shared_info);
	show_flags(m, si->flags);
	seq_printf(m, "store_mfn: %#lx\n", si->store_mfn);
	seq_printf(m, "store_evtchn: %u\n", si->store_evtchn);
	if (!(si->flags & SIF_INITDOMAIN)) {
		seq_printf(m, "console.domU.mfn: %#lx\n", si->console.domU.mfn);
		seq_printf(m, "console.domU.evtchn: %u\n",
			   si->console.domU.evtchn);
	}
	if (xen_start_info_is_resumed(si)) {
		seq_puts(m, "boot-only fields: gone, the domain was resumed\n");
		return;
	}
	seq_printf(m, "pt_base: %#lx\n", si->pt_base);
	seq_printf(m, "nr_pt_frames: %lu\n", si->nr_pt_frames);
	seq_printf(m, "mfn_list: %#lx\n", si->mfn_list);
	seq_printf(m, "mod_start: %#lx\n", si->mod_start);
	seq_printf(m, "mod_len: %lu\n", si->mod_len);
	seq_printf(m, "cmd_line: %s\n", si->cmd_line);
	seq_printf(m, "first_p2m_pfn: %#lx\n", si->first_p2m_pfn);
	seq_printf(m, "nr_p2m_frames: %lu\n", si->nr_p2m_frames);
}
