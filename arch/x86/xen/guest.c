// SPDX-License-Identifier: GPL-2.0-only
/* "Where am I?": personality, and which Xen this is. */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uuid.h>

#include <asm/processor.h>
#include <asm/xen/hypercall.h>
#include <xen/features.h>
#include <xen/interface/version.h>
#include <xen/xen.h>

#include "internal.h"

const struct xen_guest_ops *xen_guest_ops;

/* All written once by xen_guest_detect(). */
static enum xen_personality personality;
static u32 version;
static u32 features;

/* For drivers, by <xen/xen.h> and <xen/features.h>: likewise. */
enum xen_domain_type xen_domain_type = XEN_NATIVE;
EXPORT_SYMBOL_GPL(xen_domain_type);
u8 xen_features[XENFEAT_NR_SUBMAPS * 32] __read_mostly;
EXPORT_SYMBOL_GPL(xen_features);

/**
 * xen_personality() - the kind of domain this is
 *
 * Context: Any.
 * Return: Never XEN_PERSONALITY_NONE for a caller outside this module, which
 * does not load without Xen.
 */
enum xen_personality xen_personality(void)
{
	return personality;
}
EXPORT_SYMBOL_GPL(xen_personality);

/**
 * xen_personality_name() - what people call a personality
 * @p: the personality
 *
 * Context: Any.
 * Return: "PV", "dom0", "PVH", "HVM" or "none".
 */
const char *xen_personality_name(enum xen_personality p)
{
	static const char *const names[] = {
		[XEN_PERSONALITY_NONE] = "none",
		[XEN_PERSONALITY_PV] = "PV",
		[XEN_PERSONALITY_DOM0] = "dom0",
		[XEN_PERSONALITY_PVH] = "PVH",
		[XEN_PERSONALITY_HVM] = "HVM",
	};

	return p < ARRAY_SIZE(names) ? names[p] : "unknown";
}
EXPORT_SYMBOL_GPL(xen_personality_name);

/*
 * A kernel that knows it is on Xen knows best. In a PV domain it is also the
 * only one to ask: CPUID there answers for the bare machine.
 */
static enum xen_personality find_personality(void)
{
	enum xen_personality p = xen_kernel_personality();

	if (p == XEN_PERSONALITY_NONE && xen_cpuid_find_base(xen_cpuid_native))
		p = XEN_PERSONALITY_HVM;
	return p;
}

static enum xen_hypercall_gate find_gate(enum xen_personality p)
{
	if (p == XEN_PERSONALITY_PV || p == XEN_PERSONALITY_DOM0)
		return XEN_HYPERCALL_KERNEL;
	if (boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
	    boot_cpu_data.x86_vendor == X86_VENDOR_HYGON)
		return XEN_HYPERCALL_VMMCALL;
	return XEN_HYPERCALL_VMCALL;
}

static const struct xen_guest_ops *find_ops(enum xen_personality p)
{
	switch (p) {
#ifdef CONFIG_XEN_PV
	case XEN_PERSONALITY_PV:
	case XEN_PERSONALITY_DOM0:
		return &xen_pv_ops;
#endif
	case XEN_PERSONALITY_PVH:
		return &xen_pvh_ops;
	default:
		return &xen_hvm_ops;
	}
}

static int ask_version(void)
{
	struct xen_feature_info info = { .submap_idx = 0 };
	long ret;

	ret = HYPERVISOR_xen_version(XENVER_version, NULL);
	if (ret > 0) {
		version = ret;
		ret = HYPERVISOR_xen_version(XENVER_get_features, &info);
	}
	if (ret < 0) {
		pr_err("Xen does not answer XENVER (%ld): not a hypervisor this module knows\n",
		       ret);
		return ret;
	}
	features = info.submap;
	return 0;
}

/* Linux's answers to the same questions have one bit a byte. */
static void tell_drivers(void)
{
	unsigned int bit;

	xen_domain_type = personality == XEN_PERSONALITY_PV ||
			  personality == XEN_PERSONALITY_DOM0 ?
				  XEN_PV_DOMAIN : XEN_HVM_DOMAIN;
	for (bit = 0; bit < BITS_PER_TYPE(features); bit++)
		xen_features[bit] = features >> bit & 1;
}

/* Such as 4.17.6-pre; kfree() it; NULL if there is no memory. */
static char *version_name(void)
{
	char *extra = xen_version_text(XEN_TEXT_EXTRAVERSION);
	char *name = kasprintf(GFP_KERNEL, "%u.%u%s", version >> 16,
			       version & 0xffff, IS_ERR(extra) ? "" : extra);

	if (!IS_ERR(extra))
		kfree(extra);
	return name;
}

static void log_guest(void)
{
	char *name = version_name();

	pr_info("%s guest on Xen %s, hypercalls by %s\n",
		xen_personality_name(personality), name ?: "?",
		xen_hypercall_gate_name());
	kfree(name);
}

/**
 * xen_guest_detect() - find out where we run
 *
 * Sets the personality, the hypercall gate and the personality's operations.
 *
 * Context: Process, while the module loads.
 * Return: 0, -ENODEV if there is no Xen, or what a version query returned.
 */
int xen_guest_detect(void)
{
	int err;

	personality = find_personality();
	if (personality == XEN_PERSONALITY_NONE) {
		pr_err("not running on Xen: no domain type from the kernel and no XenVMMXenVMM CPUID leaf\n");
		return -ENODEV;
	}
	xen_hypercall_gate_set(find_gate(personality));
	xen_guest_ops = find_ops(personality);

	err = ask_version();
	if (err)
		return err;
	tell_drivers();
	log_guest();
	return 0;
}

static void show_features(struct seq_file *m)
{
	unsigned long bits = features;
	unsigned int bit;

	seq_printf(m, "features: %#010x", features);
	for_each_set_bit(bit, &bits, BITS_PER_TYPE(features)) {
		const char *name = xen_feature_name(bit);

		if (name)
			seq_printf(m, " %s", name);
		else
			seq_printf(m, " bit%u", bit);
	}
	seq_putc(m, '\n');
}

/**
 * xen_frame_bits() - how long the frame numbers of this domain may be
 *
 * Context: Any.
 * Return: Bits of the longest frame number that it may have to tell a peer.
 */
unsigned int xen_frame_bits(void)
{
	return xen_guest_ops->frame_bits();
}
EXPORT_SYMBOL_GPL(xen_frame_bits);

/**
 * xen_gfn_to_page() - the page behind a frame number
 * @gfn: frame number as Xen knows it, from anywhere
 *
 * Context: Any.
 * Return: The page, or NULL if the frame is none of this domain's memory.
 */
struct page *xen_gfn_to_page(unsigned long gfn)
{
	unsigned long pfn = xen_guest_ops->gfn_to_pfn ?
		xen_guest_ops->gfn_to_pfn(gfn) : gfn;

	return pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}
EXPORT_SYMBOL_GPL(xen_gfn_to_page);

/**
 * xen_vcpu_barrier() - a memory barrier on every other vCPU
 *
 * When this returns 0, each other vCPU has been at a boundary between two
 * instructions, and everybody sees what it had stored until then. Unlike an
 * IPI of the kernel's it needs no vCPU to have its interrupts on.
 *
 * It costs a hypercall and an interruption of all vCPUs: for the slow side of
 * a protocol whose fast side must do without atomic instructions.
 *
 * Context: Any.
 * Return: 0 or Xen's error.
 */
int xen_vcpu_barrier(void)
{
	smp_mb(); /* Our own stores come first. */
	return xen_guest_ops->vcpu_barrier();
}
EXPORT_SYMBOL_GPL(xen_vcpu_barrier);

/**
 * xen_guest_show() - print who we are
 * @m: where to
 *
 * Context: Process; sleeps.
 */
void xen_guest_show(struct seq_file *m)
{
	char *name = version_name();
	xen_domain_handle_t uuid;

	seq_printf(m, "personality: %s\n", xen_personality_name(personality));
	seq_printf(m, "xen_version: %s\n", name ?: "?");
	kfree(name);
	seq_printf(m, "hypercall: %s\n", xen_hypercall_gate_name());
	if (!HYPERVISOR_xen_version(XENVER_guest_handle, &uuid))
		seq_printf(m, "uuid: %pUb\n", uuid);
	show_features(m);
	xen_ownership_show(m);
}
