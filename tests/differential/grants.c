// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on grants: this domain grants to itself, to others, and
 * nothing, and maps what it granted.
 *
 * An address that shows a grant is never mapped over: Xen ends a domain that
 * does that.
 */
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <xen/page.h>

#include "differential.h"

#define BAD_FRAME 0xfffffffUL

/**
 * pick_ref() - a reference of ours, or one that there is not
 * @run: the run
 *
 * Context: Process.
 * Return: The reference.
 */
grant_ref_t pick_ref(struct run *run)
{
	if (chance(run, 92))
		return run->refs[pick(run, NR_REFS)];
	return chance(run, 50) ? 1U << 20 : ~0U;
}

static void grant(struct run *run)
{
	static const domid_t others[] = { MODEL_DOM0, DOMID_SELF, 123 };
	grant_ref_t ref = run->refs[pick(run, NR_REFS)];
	struct page *page = run->pages[pick(run, NR_PAGES)];
	domid_t domid = chance(run, 80) ? run->domid :
		others[pick(run, ARRAY_SIZE(others))];
	bool is_bad = chance(run, 12), is_readonly = chance(run, 30);

	gnttab_grant_foreign_access_ref(ref, domid, is_bad ? BAD_FRAME :
					xen_page_to_gfn(page), is_readonly);
	model_entry_set(model_guest(), ref, GTF_permit_access |
			(is_readonly ? GTF_readonly : 0), domid,
			is_bad ? BAD_FRAME : page_to_pfn(page));
}

static void end_grant(struct run *run, grant_ref_t ref)
{
	compare(run, "ended", gnttab_end_foreign_access_ref(ref),
		model_entry_clear(model_guest(), ref), "reference %u", ref);
}

static u32 pick_flags(struct run *run)
{
	u32 flags = chance(run, 95) ? GNTMAP_host_map : 0;

	if (chance(run, 50))
		flags |= GNTMAP_readonly;
	if (chance(run, 10))
		flags |= GNTMAP_device_map;
	if (chance(run, 4))
		flags |= GNTMAP_application_map;
	if (chance(run, 3))
		flags |= GNTMAP_contains_pte;
	return flags;
}

static int find_unused(const bool *is_used, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!is_used[i])
			return i;
	return -1;
}

static struct mapping *find_mapping(struct run *run, bool is_there)
{
	unsigned int i, first = pick(run, NR_HANDLES);

	for (i = 0; i < NR_HANDLES; i++) {
		struct mapping *m = &run->mappings[(first + i) % NR_HANDLES];

		if (m->is_there == is_there)
			return m;
	}
	return NULL;
}

static u64 addr_of(struct run *run, int target)
{
	struct page *page = run->targets[target];

	return run->is_translated ? page_to_phys(page) :
				    (unsigned long)page_address(page);
}

/*
 * A translated domain that maps a page of its own loses it for good. So only
 * one sequence in ten does, or else its memory would not suffice.
 */
static domid_t pick_owner(struct run *run)
{
	domid_t domid = chance(run, 80) ? run->domid : pick_domid(run);

	return domid == run->domid && run->is_translated &&
	       run->sequence % 10 ? MODEL_DOM0 : domid;
}

static void note_mapping(struct run *run, struct mapping *m, int target,
			 const struct gnttab_map_grant_ref *op,
			 const struct gnttab_map_grant_ref *model)
{
	*m = (struct mapping){
		.is_there = true,
		.target = op->flags & GNTMAP_host_map ? target : -1,
		.flags = op->flags,
		.addr = op->host_addr,
		.handles = { op->handle, model->handle },
		.bus_addrs = { op->dev_bus_addr, model->dev_bus_addr },
	};
	if (m->target >= 0)
		run->is_target_used[target] = true;
}

static void map(struct run *run)
{
	int target = find_unused(run->is_target_used, NR_TARGETS);
	struct mapping *m = find_mapping(run, false);
	struct gnttab_map_grant_ref op = { .ref = pick_ref(run),
					   .dom = pick_owner(run),
					   .flags = pick_flags(run) };
	struct gnttab_map_grant_ref model;

	if (target < 0 || !m)
		return;
	op.host_addr = addr_of(run, target) + (chance(run, 5) ? 8 : 0);
	model = op;
	if (call_grant(run, GNTTABOP_map_grant_ref, &op, &model, 1))
		return;
	compare(run, "map", op.status, model.status,
		"dom %u ref %u flags %#x addr %#llx", op.dom, op.ref, op.flags,
		op.host_addr);
	if (op.status == GNTST_okay)
		note_mapping(run, m, target, &op, &model);
}

/* What of a mapping both sides have taken away. */
static void note_unmapping(struct run *run, struct mapping *m,
			   const struct gnttab_unmap_grant_ref *op)
{
	if (op->host_addr && m->flags & GNTMAP_host_map) {
		m->flags &= ~GNTMAP_host_map;
		run->is_target_used[m->target] = false;
		m->target = -1;
	}
	if (op->dev_bus_addr)
		m->flags &= ~GNTMAP_device_map;
	if (m->flags & (GNTMAP_host_map | GNTMAP_device_map))
		return;
	run->stale = *m;
	m->is_there = false;
}

static void unmap_with(struct run *run, struct mapping *m, u64 addr, bool bus,
		       u64 bus_error)
{
	struct gnttab_unmap_grant_ref op = {
		.host_addr = addr,
		.dev_bus_addr = bus ? m->bus_addrs[REAL] + bus_error : 0,
		.handle = m->handles[REAL],
	}, model = {
		.host_addr = addr,
		.dev_bus_addr = bus ? m->bus_addrs[MODEL] + bus_error : 0,
		.handle = m->handles[MODEL],
	};

	if (call_grant(run, GNTTABOP_unmap_grant_ref, &op, &model, 1))
		return;
	compare(run, "unmap", op.status, model.status,
		"handle %u flags %#x addr %#llx bus %#llx", op.handle, m->flags,
		op.host_addr, op.dev_bus_addr);
	if (op.status == GNTST_okay)
		note_unmapping(run, m, &op);
}

/* Numbers are given again: is one of them so now? */
static bool is_stale_taken(struct run *run)
{
	unsigned int i;

	for (i = 0; i < NR_HANDLES; i++)
		if (run->mappings[i].is_there &&
		    (run->mappings[i].handles[REAL] ==
		     run->stale.handles[REAL] ||
		     run->mappings[i].handles[MODEL] ==
		     run->stale.handles[MODEL]))
			return true;
	return false;
}

static void unmap_stale(struct run *run)
{
	static struct mapping none = { .handles = { 1U << 24, 1U << 24 } };

	if (chance(run, 50) || is_stale_taken(run) || !run->stale.addr)
		unmap_with(run, &none, 0x10000, false, 0);
	else
		unmap_with(run, &run->stale, run->stale.addr, false, 0);
}

/* An address where nothing is, so that nothing goes that should not. */
static u64 wrong_addr(struct run *run)
{
	int target = find_unused(run->is_target_used, NR_TARGETS);

	return target < 0 ? 0 : addr_of(run, target);
}

static void unmap(struct run *run)
{
	struct mapping *m = find_mapping(run, true);
	u32 dice = pick(run, 100);

	if (!m || dice < 10)
		unmap_stale(run);
	else if (dice < 18)
		unmap_with(run, m, 0, false, 0);
	else if (dice < 26)
		unmap_with(run, m, wrong_addr(run), false, 0);
	else if (dice < 32)
		unmap_with(run, m, m->addr, true, PAGE_SIZE);
	else if (dice < 38)
		unmap_with(run, m, 0, true, 0);
	else if (dice < 50)
		unmap_with(run, m, m->addr, true, 0);
	else
		unmap_with(run, m, m->addr, false, 0);
}

static void swap_refs(struct run *run)
{
	struct gnttab_swap_grant_ref op = { .ref_a = pick_ref(run),
					    .ref_b = pick_ref(run) };
	struct gnttab_swap_grant_ref model = op;

	if (!call_grant(run, GNTTABOP_swap_grant_ref, &op, &model, 1))
		compare(run, "swap", op.status, model.status, "refs %u %u",
			op.ref_a, op.ref_b);
}

/**
 * grants_step() - one random operation
 * @run: the run
 *
 * Context: Process.
 */
void grants_step(struct run *run)
{
	u32 dice = pick(run, 100);

	if (dice < 20)
		grant(run);
	else if (dice < 26)
		end_grant(run, run->refs[pick(run, NR_REFS)]);
	else if (dice < 50)
		map(run);
	else if (dice < 68)
		unmap(run);
	else if (dice < 84)
		copies_step(run);
	else if (dice < 88)
		swap_refs(run);
	else
		tables_step(run);
}

/* Neither we nor the kernel may touch them any more. */
static void replace_lost_pages(struct run *run)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++) {
		struct page *page;

		if (model_has_page(model_guest(), page_to_pfn(run->pages[i])))
			continue;
		page = alloc_page(GFP_KERNEL);
		if (page)
			run->pages[i] = page;
		run->nr_lost++;
	}
}

/**
 * grants_clean() - unmap and end what a sequence has left
 * @run: the run
 *
 * Context: Process.
 */
void grants_clean(struct run *run)
{
	unsigned int i;

	for (i = 0; i < NR_HANDLES; i++) {
		struct mapping *m = &run->mappings[i];

		if (m->is_there)
			unmap_with(run, m, m->flags & GNTMAP_host_map ?
				   m->addr : 0, m->flags & GNTMAP_device_map,
				   0);
	}
	for (i = 0; i < NR_REFS; i++)
		end_grant(run, run->refs[i]);
	replace_lost_pages(run);
	run->stale = (struct mapping){};
}

/**
 * grants_find() - what the real host tells of our grant table
 * @run: the run
 *
 * Context: Process.
 * Return: 0 or -errno.
 */
int grants_find(struct run *run)
{
	struct gnttab_get_version get = { .dom = DOMID_SELF };
	int err;

	run->size.dom = DOMID_SELF;
	err = HYPERVISOR_grant_table_op(GNTTABOP_query_size, &run->size, 1) ?:
	      HYPERVISOR_grant_table_op(GNTTABOP_get_version, &get, 1);
	run->version = get.version;
	return err;
}

static int begin_model(struct run *run)
{
	struct gnttab_set_version set = { .version = run->version };
	struct gnttab_setup_table setup = { .dom = DOMID_SELF,
					    .nr_frames = run->size.nr_frames };

	set_xen_guest_handle(setup.frame_list, (xen_pfn_t *)run->frame_list);
	return model_grant_call(model_guest(), GNTTABOP_set_version, &set, 1) ?:
	       model_grant_call(model_guest(), GNTTABOP_setup_table, &setup, 1);
}

/**
 * grants_begin() - references and pages for a run
 * @run: the run
 *
 * Undone by grants_end(), also if it failed.
 *
 * Context: Process; sleeps.
 * Return: 0 or -errno.
 */
int grants_begin(struct run *run)
{
	unsigned int i;
	int err;

	err = gnttab_alloc_pages(NR_TARGETS, run->targets);
	if (err) {
		run->targets[0] = NULL;
		return err;
	}
	run->frame_list = kcalloc(1U << 16, sizeof(u64), GFP_KERNEL);
	if (!run->frame_list)
		return -ENOMEM;
	for (i = 0; i < NR_PAGES; i++) {
		run->pages[i] = alloc_page(GFP_KERNEL);
		if (!run->pages[i])
			return -ENOMEM;
	}
	err = gnttab_alloc_grant_reference_seq(NR_REFS, &run->refs[0]);
	if (err) {
		run->refs[0] = 0;
		return err;
	}
	for (i = 1; i < NR_REFS; i++)
		run->refs[i] = run->refs[0] + i;
	return begin_model(run);
}

void grants_end(struct run *run)
{
	unsigned int i;

	/* Who knows what is mapped, and what is lost. */
	if (run->nr_mismatches)
		return;
	if (run->refs[0])
		gnttab_free_grant_reference_seq(run->refs[0], NR_REFS);
	for (i = 0; i < NR_PAGES; i++)
		if (run->pages[i] &&
		    model_has_page(model_guest(), page_to_pfn(run->pages[i])))
			__free_page(run->pages[i]);
	kfree(run->frame_list);
	if (run->targets[0])
		gnttab_free_pages(NR_TARGETS, run->targets);
}
