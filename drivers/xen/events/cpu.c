// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUs that upcalls come to.
 *
 * Each is made ready on itself, while the module loads or when it comes online:
 * Xen learns where its vcpu_info is and gets its FIFO control block, upcalls are
 * let come, and one is made to come, for a proof. A CPU that goes offline hands
 * its ports on, and serves what it still has.
 *
 * vcpu_info of the first 32 vCPUs is in shared_info. Xen can be told another
 * place, once; others have none but that. It is in memory that outlives us, so
 * that is done only where it must be, or where the module is told to.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/guest.h>
#include <xen/interface/vcpu.h>
#include <xen/shared_info.h>

#include "core.h"
#include "internal.h"

static bool register_vcpu_info;
module_param(register_vcpu_info, bool, 0444);
MODULE_PARM_DESC(register_vcpu_info,
		 "where we serve the upcall: have every vcpu_info in memory of our own, not only those beyond the first 32; for good");

/* How long the first upcall may take: the host may be busy. */
#define PROOF_TRIES 2000
#define PROOF_PAUSE_US 1000

static struct event_cpu __percpu *cpus;
static int online_state;
static int dead_state;
/* While the module loads, the first CPU that fails is enough. */
static bool is_loading;
static bool is_abi_refused;

/**
 * event_cpu() - a CPU as far as upcalls go
 * @cpu: a possible CPU
 *
 * Context: Any.
 * Return: Its state.
 */
struct event_cpu *event_cpu(unsigned int cpu)
{
	return per_cpu_ptr(cpus, cpu);
}

/**
 * event_cpu_choose() - where a port is to be
 * @mask: CPUs to choose from
 * @now: where it is, or nr_cpu_ids
 *
 * The one with the fewest ports; no change for no gain.
 *
 * Context: Any.
 * Return: The CPU, or nr_cpu_ids if there is none.
 */
unsigned int event_cpu_choose(const struct cpumask *mask, unsigned int now)
{
	unsigned int cpu, best = nr_cpu_ids;
	int nr, fewest = INT_MAX;

	for_each_cpu_and(cpu, mask, cpu_online_mask) {
		if (!READ_ONCE(event_cpu(cpu)->is_usable))
			continue;
		nr = atomic_read(&event_cpu(cpu)->nr_ports) - (cpu == now);
		if (nr < fewest || (nr == fewest && cpu == now)) {
			fewest = nr;
			best = cpu;
		}
	}
	return best;
}

static int register_info(struct event_cpu *c)
{
	struct vcpu_register_vcpu_info op;
	int err;

	c->kept = kept_vcpu(c->vcpu);
	if (!c->kept)
		return -ENOMEM;
	c->info = &c->kept->info;
	if (c->kept->has_info)
		return 0;
	op = (struct vcpu_register_vcpu_info){
		.mfn = kept_gfn(c->info),
		.offset = offset_in_page(c->info),
	};
	err = HYPERVISOR_vcpu_op(VCPUOP_register_vcpu_info, c->vcpu, &op);
	if (err)
		pr_err("Xen takes no vcpu_info of vCPU %u (%d)\n", c->vcpu, err);
	else
		c->kept->has_info = true;
	return err;
}

static bool is_registered(unsigned int vcpu)
{
	struct kept_vcpu *kept = kept_peek(vcpu);

	return kept && kept->has_info;
}

/* Xen's number, and where Xen and we tell each other of events. */
static int find_info(struct event_cpu *c)
{
	int err = xen_this_vcpu(&c->vcpu);

	if (err)
		return err;
	if (c->vcpu >= MAX_VIRT_CPUS || register_vcpu_info ||
	    is_registered(c->vcpu))
		return register_info(c);
	c->info = &xen_shared_page()->vcpu_info[c->vcpu];
	return 0;
}

static int open_proof(struct event_cpu *c, evtchn_port_t *port)
{
	struct evtchn_bind_ipi bind = { .vcpu = c->vcpu };
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_bind_ipi, &bind);

	if (err)
		return err;
	*port = bind.port;
	err = event_abi->port_start(bind.port);
	if (err)
		port_close(bind.port);
	return err;
}

/* A port of its own for a first event, which does come as any other does. */
static int prove(struct event_cpu *c)
{
	evtchn_port_t port;
	int tries, err = open_proof(c, &port);

	if (err)
		return err;
	WRITE_ONCE(c->proof, port);
	event_abi->clear_pending(port);
	event_abi->move(port, NULL, c);
	event_abi->unmask(port);
	notify_remote_via_evtchn(port);
	for (tries = 0; READ_ONCE(c->proof) && tries < PROOF_TRIES; tries++)
		usleep_range(PROOF_PAUSE_US, 2 * PROOF_PAUSE_US);
	event_abi->mask(port);
	event_abi->move(port, c, NULL);
	port_close(port);
	WRITE_ONCE(c->proof, 0);
	return tries < PROOF_TRIES ? 0 : -ETIMEDOUT;
}

/* Whatever is waiting is served now, also if no upcall tells of it. */
static void serve_now(struct event_cpu *c)
{
	irq_work_queue(&c->again);
	irq_work_sync(&c->again);
}

/*
 * Xen raises no upcall while evtchn_upcall_pending is set: so it is left set
 * when nobody listens any more.
 */
static void park(struct event_cpu *c)
{
	WRITE_ONCE(c->is_parked, true);
	WRITE_ONCE(c->info->evtchn_upcall_pending, 1);
	/* One that was under way does not clear it any more. */
	serve_now(c);
	WRITE_ONCE(c->info->evtchn_upcall_pending, 1);
}

static int let_upcalls_come(struct event_cpu *c)
{
	int err = event_upcall->cpu_start(c);

	if (err)
		return err;
	WRITE_ONCE(c->is_parked, false);
	serve_now(c);
	err = prove(c);
	if (!err) {
		WRITE_ONCE(c->is_usable, true);
		return 0;
	}
	pr_err("upcalls do not come to CPU %u by %s (%d)\n", c->cpu,
	       event_upcall->name, err);
	park(c);
	event_upcall->cpu_stop(c);
	return err;
}

static int start_cpu(struct event_cpu *c)
{
	int err = find_info(c);

	if (err) {
		pr_err("CPU %u has no place for events (%d)\n", c->cpu, err);
		return err;
	}
	err = event_abi->cpu_start(c);
	if (err) {
		is_abi_refused = true;
		pr_warn("Xen refuses event ABI %s for vCPU %u (%d)\n",
			event_abi->name, c->vcpu, err);
		return err;
	}
	return event_upcall->is_for(c) ? let_upcalls_come(c) : 0;
}

/* A CPU that comes later and cannot have events is still a CPU. */
static int bring_up(unsigned int cpu)
{
	int err = start_cpu(event_cpu(cpu));

	return is_loading ? err : 0;
}

static int take_down(unsigned int cpu)
{
	struct event_cpu *c = event_cpu(cpu);

	if (!c->is_usable)
		return 0;
	WRITE_ONCE(c->is_usable, false);
	event_ports_leave(cpu);
	park(c);
	event_upcall->cpu_stop(c);
	return 0;
}

/* What came while the CPU's ports moved is in its queues still. */
static int cpu_dead(unsigned int cpu)
{
	if (event_cpu(cpu)->info)
		serve_now(event_cpu(cpu));
	return 0;
}

static int init_cpus(void)
{
	unsigned int cpu;

	cpus = alloc_percpu(struct event_cpu);
	if (!cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct event_cpu *c = event_cpu(cpu);

		c->cpu = cpu;
		c->again = IRQ_WORK_INIT_HARD(event_cpu_serve_again);
	}
	return 0;
}

/**
 * event_cpus_start() - make all CPUs ready, and those that come later
 *
 * With event_abi and event_upcall.
 *
 * Context: Process, while the module loads.
 * Return: 0, or the error of the first CPU that could not be made ready.
 */
int event_cpus_start(void)
{
	int ret = init_cpus();

	if (ret)
		return ret;
	is_abi_refused = false;
	is_loading = true;
	ret = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN,
					"xendomu/events:dead", NULL, cpu_dead);
	if (ret < 0)
		goto err_cpus;
	dead_state = ret;
	ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "xendomu/events:online",
				bring_up, take_down);
	if (ret < 0)
		goto err_dead;
	online_state = ret;
	is_loading = false;
	return 0;

err_dead:
	cpuhp_remove_state_nocalls(dead_state);
err_cpus:
	free_percpu(cpus);
	return ret;
}

/**
 * event_cpus_abi_refused() - was it the ABI that event_cpus_start() failed for?
 *
 * Context: Process, while the module loads.
 * Return: true if it was.
 */
bool event_cpus_abi_refused(void)
{
	return is_abi_refused;
}

void event_cpus_stop(void)
{
	cpuhp_remove_state(online_state);
	cpuhp_remove_state_nocalls(dead_state);
	free_percpu(cpus);
}

/**
 * event_cpus_show() - print a line for each CPU that has come so far
 * @m: where to
 * @unused: not used
 *
 * Context: Process.
 * Return: 0.
 */
int event_cpus_show(struct seq_file *m, void *unused)
{
	unsigned int cpu;

	seq_printf(m, "# ABI %s, upcalls by %s, %lu stray events\n",
		   event_abi->name, event_upcall->name, event_ports_nr_stray());
	for_each_possible_cpu(cpu) {
		struct event_cpu *c = event_cpu(cpu);

		if (!c->info)
			continue;
		seq_printf(m, "cpu %u vcpu %u usable %u irq %u info %s ports %d upcalls %lu events %lu deferred %lu\n",
			   cpu, c->vcpu, READ_ONCE(c->is_usable), c->irq,
			   c->kept && c->kept->has_info ? "own" : "shared",
			   atomic_read(&c->nr_ports), READ_ONCE(c->nr_upcalls),
			   READ_ONCE(c->nr_events), READ_ONCE(c->nr_deferred));
	}
	return 0;
}
