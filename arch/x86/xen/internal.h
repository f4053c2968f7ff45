/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of xendomu.ko share with each other and with nobody else. */
#ifndef _XENDOMU_INTERNAL_H
#define _XENDOMU_INTERNAL_H

#include <linux/errno.h>

#include <xen/frames.h>
#include <xen/guest.h>

struct page;
struct seq_file;
struct shared_info;
struct start_info;
struct vcpu_runstate_info;
struct xen_build_id;

/**
 * struct xen_guest_ops - everything that differs between personalities
 * @start: find and check the start-of-day data; undone by @stop
 * @stop: undo @start
 * @ring: frame and port of a start-of-day ring, unmapped
 * @map_ring: fill in xen_ring.page from its gfn
 * @find_shared_info: map the shared_info page that the kernel has placed, or
 *	ERR_PTR; NULL where we can map it ourselves
 * @drop_shared_info: undo @find_shared_info
 * @frames_init: prepare a run of frames, see xen_frames_init()
 * @frames_grow: map frames up to the given number; atomic; on an error what
 *	was mapped until then is the caller's to unmap
 * @frames_shrink: unmap frames down to the given number; atomic
 * @frames_exit: undo @frames_init; nothing is mapped any more
 * @frame_bits: see xen_frame_bits(); atomic
 * @gfn_to_pfn: number of a page of this domain; NULL where it is @gfn itself;
 *	atomic
 * @vcpu_barrier: see xen_vcpu_barrier(); atomic
 * @foreign_is_vacant: has the page of this number no frame? NULL, like the two
 *	below, where the hypervisor translates; see include/xen/foreign.h
 * @foreign_set: note that the page has another domain's frame; atomic
 * @foreign_clear: undo @foreign_set; atomic
 * @show_start_info: print the start-of-day data
 * @show_startup_map: print the start-of-day virtual map
 *
 * Those that are not called atomic are called in process context, one at a
 * time.
 */
struct xen_guest_ops {
	int (*start)(void);
	void (*stop)(void);
	int (*ring)(enum xen_resource resource, struct xen_ring *ring);
	int (*map_ring)(struct xen_ring *ring);
	struct shared_info *(*find_shared_info)(void);
	void (*drop_shared_info)(void);
	int (*frames_init)(struct xen_frames *frames);
	int (*frames_grow)(struct xen_frames *frames, unsigned int nr);
	void (*frames_shrink)(struct xen_frames *frames, unsigned int nr);
	void (*frames_exit)(struct xen_frames *frames);
	unsigned int (*frame_bits)(void);
	unsigned long (*gfn_to_pfn)(unsigned long gfn);
	int (*vcpu_barrier)(void);
	bool (*foreign_is_vacant)(unsigned long pfn);
	int (*foreign_set)(unsigned long pfn, unsigned long mfn);
	int (*foreign_clear)(unsigned long pfn);
	int (*show_start_info)(struct seq_file *m);
	int (*show_startup_map)(struct seq_file *m);
};

extern const struct xen_guest_ops *xen_guest_ops;

/* guest.c */
int xen_guest_detect(void);
void xen_guest_show(struct seq_file *m);

/* features.c */
const char *xen_feature_name(unsigned int bit);
bool xen_takes_physical(unsigned int feature);

/* version.c */

/**
 * enum xen_text - what Xen says about itself
 * @XEN_TEXT_EXTRAVERSION: what follows major and minor version
 * @XEN_TEXT_CHANGESET: the revision that it was built from
 * @XEN_TEXT_CAPABILITIES: kinds of guests
 * @XEN_TEXT_COMMANDLINE: what it was booted with
 * @XEN_TEXT_COMPILER: the compiler
 * @XEN_TEXT_COMPILE_BY: who built it
 * @XEN_TEXT_COMPILE_DOMAIN: where
 * @XEN_TEXT_COMPILE_DATE: when
 */
enum xen_text {
	XEN_TEXT_EXTRAVERSION,
	XEN_TEXT_CHANGESET,
	XEN_TEXT_CAPABILITIES,
	XEN_TEXT_COMMANDLINE,
	XEN_TEXT_COMPILER,
	XEN_TEXT_COMPILE_BY,
	XEN_TEXT_COMPILE_DOMAIN,
	XEN_TEXT_COMPILE_DATE,
};

char *xen_version_text(enum xen_text which);
struct xen_build_id *xen_build_id(void);
int xen_version_show(struct seq_file *m);

/* cpuid.c: leaves as the processor or a table in a test answers them */
struct xen_cpuid_leaf {
	u32 eax, ebx, ecx, edx;
};

typedef void (*xen_cpuid_fn)(u32 leaf, struct xen_cpuid_leaf *out);
u32 xen_cpuid_find_base(xen_cpuid_fn cpuid);
int xen_cpuid_vcpu(xen_cpuid_fn cpuid, unsigned int *vcpu);
int xen_cpuid_domid(xen_cpuid_fn cpuid, domid_t *domid);
void xen_cpuid_native(u32 leaf, struct xen_cpuid_leaf *out);

/* hypercall.c */
enum xen_hypercall_gate {
	XEN_HYPERCALL_NONE,
	XEN_HYPERCALL_KERNEL,
	XEN_HYPERCALL_VMCALL,
	XEN_HYPERCALL_VMMCALL,
};

void xen_hypercall_gate_set(enum xen_hypercall_gate gate);
const char *xen_hypercall_gate_name(void);

/* holes.c */
int xen_holes_alloc(unsigned int nr, struct page **pages);
void xen_holes_free(unsigned int nr, struct page **pages);

/* ownership.c */
void xen_ownership_show(struct seq_file *m);

/* shared_info.c */
int xen_shared_info_init(void);
void xen_shared_info_exit(void);

/* time_info.c */
int xen_time_info_init(void);
void xen_time_info_exit(void);

/* runstate.c */
void xen_runstate_init(void);
void xen_runstate_exit(void);
int xen_runstate_read(unsigned int vcpu, struct vcpu_runstate_info *info);
int xen_runstate_show(struct seq_file *m);

/* sysfs.c */
int xen_sysfs_init(void);
void xen_sysfs_exit(void);

/* frametable_show.c */
int xen_frametable_show(struct seq_file *m);

/* debugfs.c */
int xen_debugfs_init(void);
void xen_debugfs_exit(void);
int xen_shared_info_show(struct seq_file *m);

/* hvm.c */
extern const struct xen_guest_ops xen_hvm_ops;
extern const struct xen_guest_ops xen_pvh_ops;

/* pv.c: only on a kernel that can run paravirtualised */
#ifdef CONFIG_XEN_PV
extern const struct xen_guest_ops xen_pv_ops;
#endif

/* kernel.c: what a kernel with Xen support of its own knows and holds */
#ifdef CONFIG_XEN
enum xen_personality xen_kernel_personality(void);
bool xen_kernel_holds_grant_table(void);
bool xen_kernel_holds_xenstore(void);
bool xen_kernel_holds_port(evtchn_port_t port);
unsigned int xen_kernel_nr_ports(void);
bool xen_kernel_prints_on_console(void);
long xen_kernel_hypercall(unsigned int op, unsigned long a1, unsigned long a2,
			  unsigned long a3, unsigned long a4,
			  unsigned long a5);
int xen_kernel_alloc_gfns(unsigned int nr, struct page **pages);
void xen_kernel_free_gfns(unsigned int nr, struct page **pages);
#else
static inline enum xen_personality xen_kernel_personality(void)
{
	return XEN_PERSONALITY_NONE;
}

static inline bool xen_kernel_holds_grant_table(void)
{
	return false;
}

static inline bool xen_kernel_holds_xenstore(void)
{
	return false;
}

static inline bool xen_kernel_holds_port(evtchn_port_t port)
{
	return false;
}

static inline bool xen_kernel_prints_on_console(void)
{
	return false;
}

static inline long xen_kernel_hypercall(unsigned int op, unsigned long a1,
					unsigned long a2, unsigned long a3,
					unsigned long a4, unsigned long a5)
{
	return -ENOSYS;
}

static inline int xen_kernel_alloc_gfns(unsigned int nr, struct page **pages)
{
	return -EOPNOTSUPP;
}

static inline void xen_kernel_free_gfns(unsigned int nr, struct page **pages)
{
}
#endif

#endif
