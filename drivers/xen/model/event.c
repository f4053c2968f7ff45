// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channel operations, each with the checks in the order of Xen 4.17.
 *
 * The order shows: a caller with two mistakes in a request learns of one.
 */
#include <linux/errno.h>
#include <linux/slab.h>

#include "internal.h"

#define NR_VIRQS_PER_VCPU 24

/* VIRQs that each vCPU has one of; the others belong to vCPU 0. */
static bool is_virq_of_vcpu(u32 virq)
{
	return virq == VIRQ_TIMER || virq == VIRQ_DEBUG ||
	       virq == VIRQ_XENOPROF || virq == VIRQ_XENPMU;
}

/**
 * model_port_of() - an event channel by its number
 * @domain: whose
 * @port: any number
 *
 * Context: Any, under model_lock.
 * Return: The channel, open or not; NULL if Xen has made none of that number.
 */
struct model_port *model_port_of(struct model_domain *domain,
				 evtchn_port_t port)
{
	return port < domain->nr_ports ? &domain->ports[port] : NULL;
}

/* A port that is gone may still be in a queue, where its number counts. */
static bool is_free(struct model_domain *domain, evtchn_port_t port)
{
	return domain->ports[port].state == EVTCHNSTAT_closed &&
	       !(domain->fifo && model_fifo_is_linked(domain, port));
}

/* The lowest that is free; or -ENOSPC. */
static int find_free(struct model_domain *domain)
{
	unsigned int limit = domain->fifo ? MODEL_MAX_PORTS :
			     min_t(unsigned int, EVTCHN_2L_NR_CHANNELS,
				   MODEL_MAX_PORTS);
	evtchn_port_t port;

	for (port = 1; port < domain->nr_ports; port++)
		if (is_free(domain, port))
			return port;
	if (domain->nr_ports >= limit)
		return -ENOSPC;
	domain->nr_ports += MODEL_PORT_LOT;
	return port;
}

static struct model_port *open_port(struct model_domain *domain,
				    evtchn_port_t port, u32 state, u32 vcpu)
{
	struct model_port *p = &domain->ports[port];

	p->state = state;
	p->vcpu = vcpu;
	model_port_open(domain, port);
	return p;
}

static int alloc_unbound(struct model_domain *caller,
			 struct evtchn_alloc_unbound *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);
	struct model_port *p;
	int port;

	if (!domain)
		return -ESRCH;
	port = find_free(domain);
	if (port < 0)
		return port;
	if (domain != caller && caller->config.domid != MODEL_DOM0)
		return -EPERM;
	p = open_port(domain, port, EVTCHNSTAT_unbound, 0);
	p->remote_domid = op->remote_dom == DOMID_SELF ?
		caller->config.domid : op->remote_dom;
	op->port = port;
	return 0;
}

static void join(struct model_domain *domain, evtchn_port_t port,
		 struct model_domain *remote, evtchn_port_t remote_port)
{
	struct model_port *p = &domain->ports[port];

	p->state = EVTCHNSTAT_interdomain;
	p->remote = remote;
	p->remote_port = remote_port;
}

static int bind_interdomain(struct model_domain *caller,
			    struct evtchn_bind_interdomain *op)
{
	struct model_domain *remote = model_find_any(caller, op->remote_dom);
	struct model_port *p;
	int port;

	if (!remote)
		return -ESRCH;
	port = find_free(caller);
	if (port < 0)
		return port;
	p = model_port_of(remote, op->remote_port);
	if (!p || p->state != EVTCHNSTAT_unbound ||
	    p->remote_domid != caller->config.domid)
		return -EINVAL;
	open_port(caller, port, EVTCHNSTAT_interdomain, 0);
	join(caller, port, remote, op->remote_port);
	join(remote, op->remote_port, caller, port);
	/* What was sent before there was an other end is not lost. */
	model_port_raise(caller, port);
	op->local_port = port;
	return 0;
}

static bool is_virq_bound(struct model_domain *domain, u32 virq, u32 vcpu)
{
	evtchn_port_t port;

	for (port = 1; port < domain->nr_ports; port++) {
		struct model_port *p = &domain->ports[port];

		if (p->state == EVTCHNSTAT_virq && p->virq == virq &&
		    (!is_virq_of_vcpu(virq) || p->vcpu == vcpu))
			return true;
	}
	return false;
}

static int bind_virq(struct model_domain *caller, struct evtchn_bind_virq *op)
{
	int port;

	if (op->virq >= NR_VIRQS_PER_VCPU ||
	    (!is_virq_of_vcpu(op->virq) && op->vcpu))
		return -EINVAL;
	if (op->vcpu >= caller->config.nr_vcpus)
		return -ENOENT;
	if (is_virq_bound(caller, op->virq, op->vcpu))
		return -EEXIST;
	port = find_free(caller);
	if (port < 0)
		return port;
	open_port(caller, port, EVTCHNSTAT_virq, op->vcpu)->virq = op->virq;
	op->port = port;
	return 0;
}

static int bind_ipi(struct model_domain *caller, struct evtchn_bind_ipi *op)
{
	int port;

	if (op->vcpu >= caller->config.nr_vcpus)
		return -ENOENT;
	port = find_free(caller);
	if (port < 0)
		return port;
	open_port(caller, port, EVTCHNSTAT_ipi, op->vcpu);
	op->port = port;
	return 0;
}

static int close_port(struct model_domain *caller, struct evtchn_close *op)
{
	struct model_port *p = model_port_of(caller, op->port);

	if (!p || p->state == EVTCHNSTAT_closed ||
	    p->state == MODEL_PORT_ELSEWHERE)
		return -EINVAL;
	if (p->state == EVTCHNSTAT_interdomain) {
		struct model_port *other = &p->remote->ports[p->remote_port];

		other->state = EVTCHNSTAT_unbound;
		other->remote_domid = caller->config.domid;
		other->remote = NULL;
	}
	model_port_free(caller, op->port);
	return 0;
}

static int send_event(struct model_domain *caller, struct evtchn_send *op)
{
	struct model_port *p = model_port_of(caller, op->port);

	if (!p)
		return -EINVAL;
	switch (p->state) {
	case EVTCHNSTAT_interdomain:
		model_port_raise(p->remote, p->remote_port);
		return 0;
	case EVTCHNSTAT_ipi:
		model_port_raise(caller, op->port);
		return 0;
	case EVTCHNSTAT_unbound:
		return 0;
	default:
		return -EINVAL;
	}
}

static int status(struct model_domain *caller, struct evtchn_status *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);
	struct model_port *p;

	if (!domain)
		return -ESRCH;
	p = model_port_of(domain, op->port);
	if (!p)
		return -EINVAL;
	if (domain != caller && caller->config.domid != MODEL_DOM0)
		return -EPERM;
	op->status = p->state;
	op->vcpu = p->vcpu;
	if (p->state == EVTCHNSTAT_unbound) {
		op->u.unbound.dom = p->remote_domid;
	} else if (p->state == EVTCHNSTAT_interdomain) {
		op->u.interdomain.dom = p->remote->config.domid;
		op->u.interdomain.port = p->remote_port;
	} else if (p->state == EVTCHNSTAT_virq) {
		op->u.virq = p->virq;
	}
	return 0;
}

static int bind_vcpu(struct model_domain *caller, struct evtchn_bind_vcpu *op)
{
	struct model_port *p;

	if (op->vcpu >= caller->config.nr_vcpus)
		return -ENOENT;
	p = model_port_of(caller, op->port);
	if (!p || (p->state != EVTCHNSTAT_unbound &&
		   p->state != EVTCHNSTAT_interdomain &&
		   (p->state != EVTCHNSTAT_virq || is_virq_of_vcpu(p->virq))))
		return -EINVAL;
	p->vcpu = op->vcpu;
	return 0;
}

static int reset(struct model_domain *caller, struct evtchn_reset *op)
{
	struct model_domain *domain = model_find_any(caller, op->dom);
	evtchn_port_t port;

	if (!domain)
		return -ESRCH;
	if (domain != caller)
		return caller->config.domid == MODEL_DOM0 ? -EINVAL : -EPERM;
	for (port = 1; port < domain->nr_ports; port++)
		close_port(caller, &(struct evtchn_close){ .port = port });
	model_fifo_exit(domain);
	return 0;
}

static int set_priority(struct model_domain *caller,
			struct evtchn_set_priority *op)
{
	struct model_port *p = model_port_of(caller, op->port);

	if (!p)
		return -EINVAL;
	if (!caller->fifo)
		return -ENOSYS;
	if (p->state == EVTCHNSTAT_closed)
		return -EACCES;
	if (op->priority > EVTCHN_FIFO_PRIORITY_MIN)
		return -EINVAL;
	p->priority = op->priority;
	return 0;
}

/**
 * model_event_op() - an operation on event channels
 * @caller: who asks
 * @cmd: EVTCHNOP_*
 * @arg: its argument
 *
 * Context: Any, under model_lock.
 * Return: What Xen would.
 */
int model_event_op(struct model_domain *caller, unsigned int cmd, void *arg)
{
	switch (cmd) {
	case EVTCHNOP_alloc_unbound:
		return alloc_unbound(caller, arg);
	case EVTCHNOP_bind_interdomain:
		return bind_interdomain(caller, arg);
	case EVTCHNOP_bind_virq:
		return bind_virq(caller, arg);
	case EVTCHNOP_bind_ipi:
		return bind_ipi(caller, arg);
	case EVTCHNOP_close:
		return close_port(caller, arg);
	case EVTCHNOP_send:
		return send_event(caller, arg);
	case EVTCHNOP_status:
		return status(caller, arg);
	case EVTCHNOP_bind_vcpu:
		return bind_vcpu(caller, arg);
	case EVTCHNOP_unmask:
		return model_port_unmask(caller,
					 ((struct evtchn_unmask *)arg)->port);
	case EVTCHNOP_reset:
		return reset(caller, arg);
	case EVTCHNOP_init_control:
		return model_fifo_init_control(caller, arg);
	case EVTCHNOP_expand_array:
		return model_fifo_expand_array(caller, arg);
	case EVTCHNOP_set_priority:
		return set_priority(caller, arg);
	default:
		return -ENOSYS;
	}
}

/**
 * model_event_virq() - have a virtual interrupt happen
 * @domain: to whom
 * @virq: VIRQ_*
 * @vcpu: of which vCPU
 *
 * Context: Any.
 */
void model_event_virq(struct model_domain *domain, unsigned int virq,
		      unsigned int vcpu)
{
	evtchn_port_t port;
	unsigned long flags;

	spin_lock_irqsave(&model_lock, flags);
	for (port = 1; port < domain->nr_ports; port++) {
		struct model_port *p = &domain->ports[port];

		if (p->state == EVTCHNSTAT_virq && p->virq == virq &&
		    (!is_virq_of_vcpu(virq) || p->vcpu == vcpu))
			model_port_raise(domain, port);
	}
	spin_unlock_irqrestore(&model_lock, flags);
}
