// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which domains the model host has, and which memory each of them.
 *
 * There are always dom0 and the guest. One lock covers everything: the model
 * is for tests, and what matters is that it says what Xen would say.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

DEFINE_SPINLOCK(model_lock);

static LIST_HEAD(domains);
/* Whose a page is, where it is not the guest's own memory. */
static DEFINE_XARRAY(owners);
static struct model_domain *guest;

/* Values of the p2m: the frame, and above it what it is. */
#define P2M_TYPE_SHIFT 60

/**
 * model_mfn_of() - the machine frame of a page
 * @page: address of a page of the kernel's
 *
 * Context: Any.
 * Return: The frame's number.
 */
unsigned long model_mfn_of(const void *page)
{
	return page_to_pfn(virt_to_page((void *)page));
}

/**
 * model_mfn_page() - the memory behind a machine frame
 * @mfn: the frame
 *
 * Context: Any.
 * Return: Its address.
 */
void *model_mfn_page(unsigned long mfn)
{
	return page_address(pfn_to_page(mfn));
}

/**
 * model_find() - a domain by its number
 * @domid: the number
 *
 * Context: Any, under model_lock.
 * Return: The domain, or NULL; also for DOMID_SELF.
 */
struct model_domain *model_find(domid_t domid)
{
	struct model_domain *domain;

	list_for_each_entry(domain, &domains, link)
		if (domain->config.domid == domid)
			return domain;
	return NULL;
}

/**
 * model_find_any() - a domain by its number or by DOMID_SELF
 * @caller: who asks
 * @domid: the number
 *
 * Context: Any, under model_lock.
 * Return: The domain, or NULL.
 */
struct model_domain *model_find_any(struct model_domain *caller, domid_t domid)
{
	return domid == DOMID_SELF ? caller : model_find(domid);
}

/**
 * model_is_own_frame() - does a machine frame belong to a domain?
 * @domain: the domain
 * @mfn: any number
 *
 * Context: Any, under model_lock.
 * Return: true if so, be it memory or Xen's and shared with the domain.
 */
bool model_is_own_frame(struct model_domain *domain, unsigned long mfn)
{
	struct model_domain *owner = xa_load(&owners, mfn);

	if (owner)
		return owner == domain;
	return domain->config.is_guest && pfn_valid(mfn);
}

/**
 * model_is_xen_frame() - is a machine frame Xen's, and shared with the guest?
 * @domain: the guest
 * @mfn: any number
 *
 * Context: Any, under model_lock.
 * Return: true if so.
 */
bool model_is_xen_frame(struct model_domain *domain, unsigned long mfn)
{
	return xa_load(&owners, mfn) == domain;
}

/**
 * model_gfn() - what is at a guest frame
 * @domain: whose
 * @gfn: any number
 * @mfn: set to the machine frame
 * @frame: set to what it is
 *
 * Context: Any, under model_lock.
 * Return: 0, or -ENOENT if there is nothing.
 */
int model_gfn(struct model_domain *domain, unsigned long gfn,
	      unsigned long *mfn, enum model_frame *frame)
{
	void *entry = xa_load(&domain->p2m, gfn);
	unsigned long value;

	if (entry) {
		value = xa_to_value(entry);
		*mfn = value & (BIT(P2M_TYPE_SHIFT) - 1);
		*frame = value >> P2M_TYPE_SHIFT;
		return *frame == MODEL_FRAME_HOLE ? -ENOENT : 0;
	}
	if (!domain->config.is_guest || !model_is_own_frame(domain, gfn) ||
	    xa_load(&owners, gfn))
		return -ENOENT;
	*mfn = gfn;
	*frame = MODEL_FRAME_RAM;
	return 0;
}

/**
 * model_gfn_set() - put a machine frame at a guest frame
 * @domain: whose
 * @gfn: where
 * @mfn: which
 * @frame: what it is
 *
 * Context: Any, under model_lock.
 * Return: 0 or -ENOMEM.
 */
int model_gfn_set(struct model_domain *domain, unsigned long gfn,
		  unsigned long mfn, enum model_frame frame)
{
	unsigned long value = mfn | (unsigned long)frame << P2M_TYPE_SHIFT;

	return xa_err(xa_store(&domain->p2m, gfn, xa_mk_value(value),
			       GFP_ATOMIC));
}

void model_gfn_clear(struct model_domain *domain, unsigned long gfn)
{
	xa_erase(&domain->p2m, gfn);
}

/**
 * model_gfn_of_xen() - where a frame of Xen's is in a domain's memory
 * @domain: the domain
 * @mfn: the frame
 *
 * Context: Any, under model_lock.
 * Return: The guest frame, or ~0UL if it is nowhere.
 */
unsigned long model_gfn_of_xen(struct model_domain *domain, unsigned long mfn)
{
	unsigned long value = mfn |
		(unsigned long)MODEL_FRAME_XEN << P2M_TYPE_SHIFT;
	unsigned long gfn;
	void *entry;

	xa_for_each(&domain->p2m, gfn, entry)
		if (xa_to_value(entry) == value)
			return gfn;
	return ~0UL;
}

/**
 * model_give_page() - give a page to a domain
 * @domain: the domain
 * @gfn: as which guest frame; ~0UL for a frame of Xen's, which is at none
 * @page: address of a page of the kernel's; the caller's again after
 *	model_take_page() or when the domain is destroyed
 *
 * Context: Any.
 * Return: 0 or -ENOMEM.
 */
int model_give_page(struct model_domain *domain, unsigned long gfn, void *page)
{
	unsigned long mfn = model_mfn_of(page), flags;
	int err;

	spin_lock_irqsave(&model_lock, flags);
	err = xa_err(xa_store(&owners, mfn, domain, GFP_ATOMIC));
	if (!err && gfn != ~0UL)
		err = model_gfn_set(domain, gfn, mfn, MODEL_FRAME_RAM);
	spin_unlock_irqrestore(&model_lock, flags);
	return err;
}

/**
 * model_take_page() - undo model_give_page()
 * @domain: the domain
 * @gfn: the guest frame
 *
 * Context: Any.
 */
void model_take_page(struct model_domain *domain, unsigned long gfn)
{
	enum model_frame frame;
	unsigned long mfn, flags;

	spin_lock_irqsave(&model_lock, flags);
	if (!model_gfn(domain, gfn, &mfn, &frame)) {
		xa_erase(&owners, mfn);
		model_gfn_clear(domain, gfn);
	}
	spin_unlock_irqrestore(&model_lock, flags);
}

bool model_has_page(struct model_domain *domain, unsigned long gfn)
{
	enum model_frame frame;
	unsigned long mfn;

	return !model_gfn(domain, gfn, &mfn, &frame);
}

static void free_domain(struct model_domain *domain)
{
	struct model_domain *owner;
	unsigned long mfn;

	xa_for_each(&owners, mfn, owner)
		if (owner == domain)
			xa_erase_irq(&owners, mfn);
	model_grants_exit(domain);
	model_events_exit(domain);
	xa_destroy(&domain->p2m);
	xa_destroy(&domain->host_maps);
	kfree(domain);
}

/**
 * model_domain_create() - a domain with nothing but its tables
 * @config: what it is made of; copied
 *
 * Undone by model_domain_destroy().
 *
 * Context: Process; sleeps.
 * Return: The domain; NULL if there is no memory, or if @config makes no sense.
 */
struct model_domain *model_domain_create(const struct model_config *config)
{
	struct model_domain *domain;

	if (!config->nr_vcpus || config->nr_vcpus > MODEL_MAX_VCPUS)
		return NULL;
	domain = kzalloc(sizeof(*domain), GFP_KERNEL);
	if (!domain)
		return NULL;
	domain->config = *config;
	xa_init_flags(&domain->p2m, XA_FLAGS_LOCK_IRQ);
	xa_init_flags(&domain->host_maps, XA_FLAGS_LOCK_IRQ);
	if (model_events_init(domain) || model_grants_init(domain)) {
		free_domain(domain);
		return NULL;
	}
	spin_lock_irq(&model_lock);
	list_add_tail(&domain->link, &domains);
	spin_unlock_irq(&model_lock);
	return domain;
}

/* What others have of it goes with it, as a dead domain's memory stays. */
static void close_all(struct model_domain *domain)
{
	evtchn_port_t port;

	for (port = 1; port < domain->nr_ports; port++) {
		struct evtchn_close close = { .port = port };

		model_event_op(domain, EVTCHNOP_close, &close);
	}
}

/**
 * model_domain_destroy() - the end of a domain
 * @domain: the domain, or NULL
 *
 * Its ports are closed, and what it had mapped is not in use by it any more.
 *
 * Context: Process; sleeps.
 */
void model_domain_destroy(struct model_domain *domain)
{
	if (!domain)
		return;
	spin_lock_irq(&model_lock);
	domain->is_dead = true;
	close_all(domain);
	model_grant_unmap_all(domain);
	list_del(&domain->link);
	spin_unlock_irq(&model_lock);
	free_domain(domain);
}

/**
 * model_host_init() - dom0 and the guest
 * @config: the guest, or NULL for one like any other
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int model_host_init(const struct model_config *config)
{
	static const struct model_config usual = {
		MODEL_CONFIG_DEFAULT, .domid = MODEL_GUEST, .is_guest = true };
	struct model_domain *dom0;

	dom0 = model_domain_create(&(struct model_config){
		MODEL_CONFIG_DEFAULT, .domid = MODEL_DOM0 });
	guest = model_domain_create(config ?: &usual);
	if (dom0 && guest)
		return 0;
	model_domain_destroy(dom0);
	model_domain_destroy(guest);
	guest = NULL;
	return -ENOMEM;
}

/**
 * model_host_exit() - the end of all domains
 *
 * Context: Process; sleeps.
 */
void model_host_exit(void)
{
	guest = NULL;
	while (!list_empty(&domains))
		model_domain_destroy(list_first_entry(&domains,
						      struct model_domain,
						      link));
	xa_destroy(&owners);
}

/**
 * model_guest() - the domain that is the kernel that runs this code
 *
 * Context: Any.
 * Return: The domain; NULL if there is no model host.
 */
struct model_domain *model_guest(void)
{
	return guest;
}

struct model_domain *model_dom0(void)
{
	return model_find(MODEL_DOM0);
}

static void count_grants(struct model_domain *domain,
			 struct model_leftovers *left)
{
	unsigned int i;

	for (i = 0; i < domain->config.max_handles; i++)
		left->nr_handles += !!domain->grants.handles[i].flags;
	for (i = 0; i < model_nr_entries(domain); i++)
		left->nr_pinned += model_is_pinned(&domain->grants.active[i]);
}

/**
 * model_count() - what a domain has at this moment
 * @domain: the domain
 * @left: filled in
 *
 * Compared with what it had before, this tells whether everything was undone.
 *
 * Context: Any.
 */
void model_count(struct model_domain *domain, struct model_leftovers *left)
{
	unsigned long gfn, flags;
	evtchn_port_t port;
	void *entry;

	*left = (struct model_leftovers){};
	spin_lock_irqsave(&model_lock, flags);
	left->version = domain->grants.version;
	for (port = 1; port < domain->nr_ports; port++)
		left->nr_ports += domain->ports[port].state !=
				  EVTCHNSTAT_closed;
	xa_for_each(&domain->p2m, gfn, entry)
		left->nr_placed += xa_to_value(entry) >> P2M_TYPE_SHIFT ==
				   MODEL_FRAME_XEN;
	count_grants(domain, left);
	spin_unlock_irqrestore(&model_lock, flags);
}
