// SPDX-License-Identifier: GPL-2.0-only
/* From the number of a hypercall to whoever does it. */
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <xen/interface/xen.h>
#include <xen/interface/features.h>
#include <xen/interface/sched.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/version.h>
#include <xen/newer_abi.h>

#include "internal.h"

#define MAX_POLLED 128

/*
 * A driver may hold a raw lock when it calls Xen. The model takes locks that would
 * sleep on PREEMPT_RT; this tells lockdep to allow that.
 */
static DEFINE_WAIT_OVERRIDE_MAP(instead_of_xen, LD_WAIT_CONFIG);

unsigned int model_xen_minor;
u64 model_system_time;

static int get_features(struct model_domain *caller,
			struct xen_feature_info *info)
{
	u32 pv = BIT(XENFEAT_pae_pgdir_above_4gb) |
		 BIT(XENFEAT_mmu_pt_update_preserve_ad) |
		 BIT(XENFEAT_highmem_assist) | BIT(XENFEAT_gnttab_map_avail_bits);
	u32 hvm = BIT(XENFEAT_writable_page_tables) |
		  BIT(XENFEAT_auto_translated_physmap) |
		  BIT(XENFEAT_supervisor_mode_kernel) |
		  BIT(XENFEAT_hvm_callback_vector) |
		  BIT(XENFEAT_hvm_safe_pvclock);

	if (info->submap_idx)
		return -EINVAL;
	info->submap = caller->config.is_translated ? hvm : pv;
	if (model_xen_minor >= 18)
		info->submap |= BIT(XENFEAT_runstate_phys_area) |
				BIT(XENFEAT_vcpu_time_phys_area);
	if (model_xen_minor >= 19)
		info->submap |= BIT(XENFEAT_dm_msix_all_writes);
	return 0;
}

/* Texts that do not fit what the older queries fill. */
static const char *xen_text(unsigned int cmd)
{
	switch (cmd) {
	case XENVER_extraversion:
	case XENVER_extraversion2:
		return MODEL_EXTRAVERSION;
	case XENVER_changeset:
	case XENVER_changeset2:
		return MODEL_CHANGESET;
	default:
		return MODEL_CAPABILITIES;
	}
}

/* Cut where it has to end, with a NUL. */
static int fill_text(unsigned int cmd, char *text, size_t bytes)
{
	memset(text, 0, bytes);
	strscpy(text, xen_text(cmd), bytes);
	return 0;
}

static int fill_compile_info(struct xen_compile_info *info)
{
	memset(info, 0, sizeof(*info));
	strscpy(info->compiler, "cc 1.0", sizeof(info->compiler));
	strscpy(info->compile_by, "nobody", sizeof(info->compile_by));
	strscpy(info->compile_domain, "nowhere", sizeof(info->compile_domain));
	strscpy(info->compile_date, "never", sizeof(info->compile_date));
	return 0;
}

/* All of it, without a NUL; without a buffer, its length. */
static int fill_varbuf(unsigned int cmd, struct xen_build_id *answer)
{
	const char *text = xen_text(cmd);
	size_t len = strlen(text);

	if (model_xen_minor < 20)
		return -ENOSYS;
	if (!answer)
		return len;
	if (answer->len < len)
		return -ENOBUFS;
	memcpy(answer->buf, text, len);
	return len;
}

static int xen_version(struct model_domain *caller, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case XENVER_version:
		return 4 << 16 | model_xen_minor;
	case XENVER_extraversion:
		return fill_text(cmd, arg, sizeof(struct xen_extraversion));
	case XENVER_compile_info:
		return fill_compile_info(arg);
	case XENVER_capabilities:
		return fill_text(cmd, arg, sizeof(struct xen_capabilities_info));
	case XENVER_changeset:
		return fill_text(cmd, arg, sizeof(struct xen_changeset_info));
	case XENVER_get_features:
		return get_features(caller, arg);
	case XENVER_pagesize:
		return PAGE_SIZE;
	case XENVER_guest_handle:
		memset(arg, caller->config.domid, sizeof(xen_domain_handle_t));
		return 0;
	case XENVER_commandline: /* as any domain but dom0 is told */
		strscpy(arg, "<denied>", sizeof(struct xen_commandline));
		return 0;
	case XENVER_build_id:
		return -EPERM;
	case XENVER_extraversion2:
	case XENVER_capabilities2:
	case XENVER_changeset2:
		return fill_varbuf(cmd, arg);
	case XENVER_commandline2:
		return model_xen_minor < 20 ? -ENOSYS : -EPERM;
	default:
		return -ENOSYS;
	}
}

/* Nobody sleeps in the model: a vCPU has something else to do at once. */
static int poll_ports(struct model_domain *caller, struct sched_poll *poll)
{
	evtchn_port_t *ports = poll->ports;
	unsigned int i;

	if (poll->nr_ports > MAX_POLLED)
		return -EINVAL;
	for (i = 0; i < poll->nr_ports; i++) {
		if (!model_port_of(caller, ports[i]))
			return -EINVAL;
		if (model_port_is_pending(caller, ports[i]))
			return 0;
	}
	return 0;
}

static int sched_op(struct model_domain *caller, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case SCHEDOP_yield:
	case SCHEDOP_block:
		return 0;
	case SCHEDOP_poll:
		return poll_ports(caller, arg);
	case SCHEDOP_shutdown:
		return 0;
	default:
		return -ENOSYS;
	}
}

/* As Xen does, when the vCPU begins or stops to run. */
static void write_area(struct model_domain *domain, unsigned int vcpu)
{
	if (domain->runstate_areas[vcpu])
		*domain->runstate_areas[vcpu] = domain->runstates[vcpu];
}

/**
 * model_vcpu_state() - a vCPU is in another state from now on
 * @domain: whose
 * @vcpu: which
 * @state: RUNSTATE_*
 * @now_ns: when, in Xen's time
 *
 * Context: Any.
 */
void model_vcpu_state(struct model_domain *domain, unsigned int vcpu,
		      int state, u64 now_ns)
{
	struct vcpu_runstate_info *info = &domain->runstates[vcpu];
	unsigned long flags;
	bool has_run;

	spin_lock_irqsave(&model_lock, flags);
	has_run = info->state == RUNSTATE_running;
	info->time[info->state] += now_ns - info->state_entry_time;
	info->state_entry_time = now_ns;
	info->state = state;
	if (has_run || state == RUNSTATE_running)
		write_area(domain, vcpu);
	spin_unlock_irqrestore(&model_lock, flags);
}

/* Up to now, as Xen does. */
static int get_runstate(struct model_domain *caller, u32 vcpu,
			struct vcpu_runstate_info *info)
{
	*info = caller->runstates[vcpu];
	info->time[info->state] += model_system_time - info->state_entry_time;
	return 0;
}

/* An area of the caller's by its physical address; ~0 stands for none. */
static int find_area(struct model_domain *caller, u64 address, size_t bytes,
		     void **area)
{
	unsigned int at = offset_in_page(address);
	enum model_frame frame;
	unsigned long mfn;
	int err;

	if (model_xen_minor < 18)
		return -ENOSYS;
	*area = NULL;
	if (!~address)
		return 0;
	if (at + bytes > PAGE_SIZE || at % 8)
		return -ENXIO;
	err = model_gfn(caller, PHYS_PFN(address), &mfn, &frame);
	if (!err)
		*area = model_mfn_page(mfn) + at;
	return err;
}

static int register_runstate(struct model_domain *caller, u32 vcpu, u64 address)
{
	void *area;
	int err = find_area(caller, address, sizeof(struct vcpu_runstate_info),
			    &area);

	if (err)
		return err;
	caller->runstate_areas[vcpu] = area;
	/* Xen fills that of the calling vCPU only; let it be the first. */
	if (!vcpu)
		write_area(caller, vcpu);
	return 0;
}

/* A clock that stands still, whatever the processor's counter says. */
static void write_time(struct model_domain *domain)
{
	struct pvclock_vcpu_time_info *time = domain->time_area;

	if (time)
		*time = (struct pvclock_vcpu_time_info){
			.version = time->version + 2,
			.system_time = model_system_time,
		};
}

/**
 * model_set_time() - set Xen's time, and tell a domain
 * @domain: the domain
 * @now_ns: nanoseconds since Xen started
 *
 * Context: Any.
 */
void model_set_time(struct model_domain *domain, u64 now_ns)
{
	unsigned long flags;

	spin_lock_irqsave(&model_lock, flags);
	model_system_time = now_ns;
	write_time(domain);
	spin_unlock_irqrestore(&model_lock, flags);
}

static int register_time(struct model_domain *caller, unsigned int cmd,
			 const struct vcpu_register_time_memory_area *where)
{
	bool is_linear = cmd == VCPUOP_register_vcpu_time_memory_area;
	void *area = where->addr.v;
	int err = 0;

	if (!is_linear)
		err = find_area(caller, where->addr.p,
				sizeof(struct pvclock_vcpu_time_info), &area);
	if (err)
		return err;
	caller->time_area = area;
	caller->is_time_area_linear = is_linear && area;
	write_time(caller);
	return 0;
}

static int vcpu_op(struct model_domain *caller, unsigned int cmd, u32 vcpu,
		   void *arg)
{
	struct vcpu_register_runstate_memory_area *area = arg;

	if (vcpu >= caller->config.nr_vcpus)
		return -ENOENT;
	switch (cmd) {
	case VCPUOP_is_up:
		return 1;
	case VCPUOP_register_vcpu_time_memory_area:
	case VCPUOP_register_vcpu_time_phys_area:
		return register_time(caller, cmd, arg);
	case VCPUOP_get_runstate_info:
		return get_runstate(caller, vcpu, arg);
	case VCPUOP_register_runstate_phys_area:
		return register_runstate(caller, vcpu, area->addr.p);
	default:
		return -ENOSYS;
	}
}

/**
 * model_call() - a hypercall of a domain
 * @caller: the domain
 * @op: __HYPERVISOR_*
 * @a1: first argument
 * @a2: second argument; pointers point to kernel memory
 * @a3: third argument
 * @a4: fourth argument
 * @a5: fifth argument
 *
 * Context: Any.
 * Return: What Xen would return.
 */
long model_call(struct model_domain *caller, unsigned int op, unsigned long a1,
		unsigned long a2, unsigned long a3, unsigned long a4,
		unsigned long a5)
{
	unsigned long flags;
	long ret = -ENOSYS;

	lock_map_acquire_try(&instead_of_xen);
	spin_lock_irqsave(&model_lock, flags);
	switch (op) {
	case __HYPERVISOR_grant_table_op:
		ret = model_grant_op(caller, a1, (void *)a2, a3);
		break;
	case __HYPERVISOR_event_channel_op:
		ret = model_event_op(caller, a1, (void *)a2);
		break;
	case __HYPERVISOR_memory_op:
		ret = model_memory_op(caller, a1, (void *)a2);
		break;
	case __HYPERVISOR_hvm_op:
		ret = model_hvm_op(caller, a1, (void *)a2);
		break;
	case __HYPERVISOR_update_va_mapping:
		ret = model_update_va(caller, a1, a2);
		break;
	case __HYPERVISOR_xen_version:
		ret = xen_version(caller, a1, (void *)a2);
		break;
	case __HYPERVISOR_sched_op:
		ret = sched_op(caller, a1, (void *)a2);
		break;
	case __HYPERVISOR_vcpu_op:
		ret = vcpu_op(caller, a1, a2, (void *)a3);
		break;
	case __HYPERVISOR_mmuext_op:
		ret = 0; /* TLBs are the kernel's business */
		break;
	}
	spin_unlock_irqrestore(&model_lock, flags);
	lock_map_release(&instead_of_xen);
	return ret;
}

int model_event_call(struct model_domain *caller, unsigned int cmd, void *arg)
{
	return model_call(caller, __HYPERVISOR_event_channel_op, cmd,
			  (unsigned long)arg, 0, 0, 0);
}

int model_grant_call(struct model_domain *caller, unsigned int cmd, void *uop,
		     unsigned int count)
{
	return model_call(caller, __HYPERVISOR_grant_table_op, cmd,
			  (unsigned long)uop, count, 0, 0);
}
