// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain as the builder leaves it: what its vCPU finds, that our parsers
 * take it, and that they refuse it with any kind of damage.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/sort.h>
#include <linux/time64.h>

#include <xen/compat.h>
#include <xen/shared_info.h>
#include <xen/start_info.h>

#include <model/image.h>

#define BASE 0xffffffff80000000ULL
#define P2M_BASE 0x8000000000ULL
#define MACHINE_BYTES SZ_32M
#define NR_PAGES 2048
#define SMALL_PAGES 1100
#define KERNEL_PAGES 300
#define MODULE_BYTES (5 * PAGE_SIZE + 123)
#define MFN_OF(_entry) (((_entry) & GENMASK_ULL(51, PAGE_SHIFT)) >> PAGE_SHIFT)

/* For start_info_damage.h, too. */
static const struct xen_start_info_limits limits = {
	.max_mfn = MACHINE_BYTES / PAGE_SIZE - 1,
	.max_pages = MACHINE_BYTES / PAGE_SIZE,
	.max_port = 4096,
};

static const struct model_range memory[] = {
	{ SZ_1M, MACHINE_BYTES, MODEL_RAM },
};

struct world {
	struct model_machine machine;
	struct model_image image;
	struct model_image_config config;
	bool is_built;
	u8 *contents;
	u8 *module;
};

static u8 *pattern(struct kunit *test, u64 len, u8 first)
{
	u8 *bytes = kunit_kmalloc(test, len, GFP_KERNEL);
	u64 i;

	for (i = 0; bytes && i < len; i++)
		bytes[i] = first + i * 7 + (i >> PAGE_SHIFT);
	return bytes;
}

static int set_up(struct kunit *test)
{
	static const struct model_memory_map map = { memory, ARRAY_SIZE(memory) };
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	if (!world)
		return -ENOMEM;
	world->contents = pattern(test, KERNEL_PAGES * PAGE_SIZE, 1);
	world->module = pattern(test, MODULE_BYTES, 99);
	if (!world->contents || !world->module)
		return -ENOMEM;
	world->config = (struct model_image_config){
		.domid = 5,
		.nr_pages = NR_PAGES,
		.kernel = { BASE, BASE + SZ_1M, BASE + SZ_1M + KERNEL_PAGES * PAGE_SIZE,
			    P2M_BASE, true },
		.contents = world->contents,
		.module = world->module,
		.module_bytes = MODULE_BYTES,
		.cmd_line = "root=/dev/xvda",
		.store_port = 1,
		.console_port = 2,
		.seconds = 1234567890,
		.nanoseconds = 42,
	};
	test->priv = world;
	return model_machine_init(&world->machine, &map, NULL);
}

static void tear_down(struct kunit *test)
{
	struct world *world = test->priv;

	if (!world)
		return;
	if (world->is_built)
		model_image_free(&world->image);
	model_machine_exit(&world->machine);
}

/* The two orders. */
static const char *const orders[] = { "today", "in_2004" };

static const void *orders_gen_params(COMPAT_KUNIT_TEST_ARG const void *previous,
				     char *description)
{
	unsigned int i = 0;

	if (previous)
		i = (const char *const *)previous - orders + 1;
	if (i == ARRAY_SIZE(orders))
		return NULL;
	strscpy(description, orders[i], KUNIT_PARAM_DESC_SIZE);
	return &orders[i];
}

static struct world *build(struct kunit *test, bool in_2004)
{
	struct world *world = test->priv;

	if (in_2004) {
		world->config.kernel.p2m_base = 0;
		world->config.kernel.takes_unmapped_module = false;
	}
	KUNIT_ASSERT_EQ(test, 0, model_boot(&world->machine, &model_xen_4));
	KUNIT_ASSERT_EQ(test, 0, model_image_build(&world->image, &world->machine,
						   &world->config));
	world->is_built = true;
	return world;
}

/* As few pages as it takes: for tables with many rows. */
static struct world *build_small(struct kunit *test, bool in_2004)
{
	struct world *world = test->priv;

	world->config.nr_pages = SMALL_PAGES;
	return build(test, in_2004);
}

static struct world *build_param(struct kunit *test)
{
	return build(test, test->param_value == &orders[1]);
}

/* So that the next attempt has to make them anew. */
static void forget_contents(struct model_machine *machine)
{
	unsigned long mfn;
	void *page;

	xa_for_each(&machine->pages, mfn, page) {
		xa_erase_irq(&machine->pages, mfn);
		free_page((unsigned long)page);
	}
}

static u64 walk(const struct world *world, u64 vaddr)
{
	return model_walk(world->image.machine, world->image.cr3_mfn, vaddr);
}

/* Through the page tables, as the domain's vCPU would. */
static const void *look(const struct world *world, u64 vaddr)
{
	u64 entry = walk(world, vaddr);

	return entry ? model_page(world->image.machine, MFN_OF(entry)) : NULL;
}

static const struct start_info *start_info_of(struct kunit *test)
{
	struct world *world = test->priv;
	const struct start_info *si = look(world, world->image.start_info);

	KUNIT_ASSERT_NOT_NULL(test, si);
	return si;
}

static void expect_bytes(struct kunit *test, u64 vaddr, const u8 *data, u64 len)
{
	u64 now, done;

	for (done = 0; done < len; done += now) {
		const void *page = look(test->priv, vaddr + done);

		now = min_t(u64, len - done, PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_ASSERT_EQ(test, 0, memcmp(page, data + done, now));
	}
}

static void vcpu_finds_the_kernel(struct kunit *test)
{
	struct world *world = build_param(test);

	expect_bytes(test, world->config.kernel.start, world->contents,
		     KERNEL_PAGES * PAGE_SIZE);
}

static void vcpu_finds_the_module_of_2004(struct kunit *test)
{
	struct world *world = build(test, true);
	const struct start_info *si = start_info_of(test);

	KUNIT_EXPECT_EQ(test, 0UL, si->flags & (unsigned long)SIF_MOD_START_PFN);
	KUNIT_EXPECT_EQ(test, MODULE_BYTES, si->mod_len);
	expect_bytes(test, si->mod_start, world->module, MODULE_BYTES);
}

/* It is not mapped, but it is there, by its page number. */
static void kernel_finds_the_module_today(struct kunit *test)
{
	struct world *world = build(test, false);
	const struct start_info *si = start_info_of(test);
	const void *page;
	u64 i, now;

	KUNIT_EXPECT_TRUE(test, si->flags & SIF_MOD_START_PFN);
	KUNIT_EXPECT_EQ(test, MODULE_BYTES, si->mod_len);
	KUNIT_EXPECT_EQ(test, 0ULL, walk(world, BASE + (si->mod_start << PAGE_SHIFT)));
	for (i = 0; i < MODULE_BYTES; i += now) {
		page = model_image_page(&world->image, si->mod_start + (i >> PAGE_SHIFT));
		now = min_t(u64, MODULE_BYTES - i, PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_ASSERT_EQ(test, 0, memcmp(page, world->module + i, now));
	}
}

/* The list, where start_info says, tells each page's frame; M2P the reverse. */
static void p2m_and_m2p_are_inverse(struct kunit *test)
{
	struct world *world = build_param(test);
	const struct start_info *si = start_info_of(test);
	const u64 *list = NULL;
	u64 pfn, mfn;

	for (pfn = 0; pfn < si->nr_pages; pfn++) {
		if (!offset_in_page(pfn * sizeof(u64)))
			list = look(world, si->mfn_list + pfn * sizeof(u64));
		KUNIT_ASSERT_NOT_NULL(test, list);
		mfn = list[pfn % (PAGE_SIZE / sizeof(u64))];
		KUNIT_ASSERT_EQ(test, world->image.p2m[pfn], mfn);
		KUNIT_ASSERT_EQ(test, pfn, model_m2p(&world->machine, mfn));
		KUNIT_ASSERT_EQ(test, 5, model_owner(&world->machine, mfn));
	}
}

static void only_page_tables_are_read_only(struct kunit *test)
{
	struct world *world = build_param(test);
	const struct model_layout *layout = &world->image.layout;
	u64 vaddr, entry, pfn;
	bool is_table;

	for (vaddr = BASE; vaddr < BASE + SZ_4M; vaddr += PAGE_SIZE) {
		entry = walk(world, vaddr);
		pfn = (vaddr - BASE) >> PAGE_SHIFT;
		is_table = pfn >= layout->page_tables->pfn &&
			   pfn < layout->page_tables->pfn + layout->page_tables->nr_pages;
		KUNIT_ASSERT_EQ(test, world->image.p2m[pfn], MFN_OF(entry));
		KUNIT_ASSERT_EQ(test, is_table, !(entry & _PAGE_RW));
		KUNIT_ASSERT_TRUE(test, entry & _PAGE_ACCESSED);
	}
	KUNIT_EXPECT_EQ(test, 0ULL, walk(world, BASE + SZ_4M));
	KUNIT_EXPECT_EQ(test, 0ULL, walk(world, BASE - PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0ULL, walk(world, 0));
}

static void registers_point_at_what_they_should(struct kunit *test)
{
	struct world *world = build_param(test);
	const struct start_info *si = start_info_of(test);

	KUNIT_EXPECT_STREQ(test, "xen-3.0-x86_64", si->magic);
	KUNIT_EXPECT_STREQ(test, "root=/dev/xvda", si->cmd_line);
	KUNIT_EXPECT_EQ(test, world->image.cr3_mfn, MFN_OF(walk(world, si->pt_base)));
	/* The stack's page ends where it points, and is empty. */
	KUNIT_EXPECT_EQ(test, 0ULL, world->image.stack_pointer % PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, look(world, world->image.stack_pointer - 8));
	KUNIT_EXPECT_EQ(test, si->pt_base + (si->nr_pt_frames + 1) * PAGE_SIZE,
			(unsigned long)world->image.stack_pointer);
}

/* As a kernel starts: nothing comes through, and it is half past eleven. */
static void shared_info_is_fresh(struct kunit *test)
{
	struct world *world = build(test, false);
	u64 mfn = start_info_of(test)->shared_info >> PAGE_SHIFT;
	const struct shared_info *shared = model_page(&world->machine, mfn);
	struct timespec64 base;
	unsigned int i;
	u32 version;

	KUNIT_ASSERT_NOT_NULL(test, shared);
	for (i = 0; i < ARRAY_SIZE(shared->vcpu_info); i++)
		KUNIT_EXPECT_EQ(test, 1, shared->vcpu_info[i].evtchn_upcall_mask);
	KUNIT_EXPECT_EQ(test, 0, xen_wall_clock_read(shared, &base, &version));
	KUNIT_EXPECT_EQ(test, 1234567890LL, base.tv_sec);
	KUNIT_EXPECT_EQ(test, 42L, base.tv_nsec);
	/* It is Xen's page: the domain has no number for it. */
	KUNIT_EXPECT_EQ(test, DOMID_XEN, model_owner(&world->machine, mfn));
	KUNIT_EXPECT_EQ(test, MODEL_INVALID_M2P, model_m2p(&world->machine, mfn));
}

static void rings_begin_as_zeroes(struct kunit *test)
{
	struct world *world = build(test, false);
	const struct start_info *si = start_info_of(test);
	const void *store = model_page(&world->machine, si->store_mfn);
	const void *console = model_page(&world->machine, si->console.domU.mfn);

	KUNIT_ASSERT_NOT_NULL(test, store);
	KUNIT_ASSERT_NOT_NULL(test, console);
	KUNIT_EXPECT_PTR_NE(test, store, console);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(store, 0, PAGE_SIZE));
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(console, 0, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 1U, si->store_evtchn);
	KUNIT_EXPECT_EQ(test, 2U, si->console.domU.evtchn);
}

/* What the PV personality would find out, by the same tables. */
static struct xen_startup_facts facts_of(struct kunit *test, const struct start_info *si)
{
	struct world *world = test->priv;
	struct model_machine *machine = &world->machine;

	return (struct xen_startup_facts){
		.si = si,
		.kernel_base = world->config.kernel.virt_base,
		.kernel_start = world->config.kernel.start,
		.start_info_pfn = model_m2p(machine,
					    MFN_OF(walk(world, world->image.start_info))),
		.store_pfn = model_m2p(machine, si->store_mfn),
		.console_pfn = model_m2p(machine, si->console.domU.mfn),
		.pt_pfn = model_m2p(machine, world->image.cr3_mfn),
	};
}

static int by_pfn(const void *a, const void *b)
{
	const struct xen_segment *sa = a, *sb = b;

	return sa->pfn < sb->pfn ? -1 : sa->pfn > sb->pfn;
}

static void parsers_take_what_was_built(struct kunit *test)
{
	struct world *world = build_param(test);
	struct xen_segment *planned = world->image.layout.segments;
	const struct start_info *si = start_info_of(test);
	struct xen_segment found[XEN_STARTUP_SEGMENTS];
	struct xen_startup_facts facts = facts_of(test, si);
	struct xen_start_info_fault fault;
	int i, nr;

	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(si, PAGE_SIZE, &limits, &fault));
	KUNIT_EXPECT_NULL(test, fault.field);
	nr = xen_startup_map(&facts, found);
	KUNIT_ASSERT_EQ(test, (int)world->image.layout.nr, nr);
	sort(planned, nr, sizeof(*planned), by_pfn, NULL);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_STREQ(test, planned[i].name, found[i].name);
		KUNIT_EXPECT_EQ(test, planned[i].pfn, found[i].pfn);
		KUNIT_EXPECT_EQ(test, planned[i].nr_pages, found[i].nr_pages);
		KUNIT_EXPECT_EQ(test, planned[i].vaddr, found[i].vaddr);
	}
}

#include "start_info_damage.h"

static void damaged_start_info_is_refused(struct kunit *test)
{
	build_small(test, false);
	expect_damage_is_refused(test, test->param_value,
				 (struct start_info *)start_info_of(test));
}

struct clash {
	const char *name;
	bool in_2004;
	void (*spoil)(struct start_info *si, struct xen_startup_facts *facts);
};

#define CLASH(_name, _statement)                                           \
	static void clash_##_name(struct start_info *si,                   \
				  struct xen_startup_facts *facts)         \
	{                                                                  \
		_statement;                                                \
	}

CLASH(more_tables, si->nr_pt_frames += 1000)
CLASH(module_in_tables, si->mod_start = facts->pt_pfn + 1)
CLASH(module_in_list, si->mod_start = si->first_p2m_pfn)
CLASH(longer_module, si->mod_len += SZ_4M)
CLASH(list_in_tables, si->first_p2m_pfn = facts->pt_pfn)
CLASH(list_in_module, si->first_p2m_pfn = si->mod_start)
CLASH(store_is_console, facts->store_pfn = facts->console_pfn)
CLASH(store_is_start_info, facts->store_pfn = facts->start_info_pfn)
CLASH(console_in_tables, facts->console_pfn = facts->pt_pfn)
CLASH(console_is_stack, facts->console_pfn = facts->pt_pfn + si->nr_pt_frames)
CLASH(module_up_to_the_list, si->mod_len += PAGE_SIZE)

static const struct clash clashes[] = {
	{ "page_tables_reach_the_module", false, clash_more_tables },
	{ "module_among_the_page_tables", false, clash_module_in_tables },
	{ "module_in_the_list", false, clash_module_in_list },
	{ "module_reaches_the_list", false, clash_longer_module },
	{ "list_among_the_page_tables", false, clash_list_in_tables },
	{ "list_in_the_module", false, clash_list_in_module },
	{ "one_page_for_both_rings", false, clash_store_is_console },
	{ "ring_in_start_info", false, clash_store_is_start_info },
	{ "ring_among_the_page_tables", false, clash_console_in_tables },
	{ "ring_in_the_stack", false, clash_console_is_stack },
	{ "module_a_page_into_the_list", false, clash_module_up_to_the_list },
	{ "module_a_page_into_the_list_of_2004", true, clash_module_up_to_the_list },
	{ "ring_in_the_stack_in_2004", true, clash_console_is_stack },
};

static void describe_clash(const struct clash *clash, char *description)
{
	strscpy(description, clash->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(clashes, clashes, describe_clash);

static void pieces_that_overlap_are_refused(struct kunit *test)
{
	const struct clash *clash = test->param_value;
	struct xen_segment found[XEN_STARTUP_SEGMENTS];
	struct xen_startup_facts facts;
	struct start_info *si;

	build_small(test, clash->in_2004);
	si = (struct start_info *)start_info_of(test);
	facts = facts_of(test, si);
	KUNIT_ASSERT_GT(test, xen_startup_map(&facts, found), 0);
	clash->spoil(si, &facts);
	KUNIT_EXPECT_EQ(test, -EINVAL, xen_startup_map(&facts, found));
}

static void freed_domain_leaves_nothing(struct kunit *test)
{
	struct world *world = test->priv;
	struct model_machine *machine = &world->machine;
	u64 before, mfn;

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_4));
	before = model_bootmem_pages(&machine->free);
	KUNIT_ASSERT_EQ(test, 0, model_image_build(&world->image, machine, &world->config));
	KUNIT_EXPECT_EQ(test, before - NR_PAGES - 1, model_bootmem_pages(&machine->free));
	model_image_free(&world->image);
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
	for (mfn = 0; mfn < machine->max_page; mfn++) {
		KUNIT_ASSERT_EQ(test, MODEL_NO_DOMAIN, model_owner(machine, mfn));
		KUNIT_ASSERT_EQ(test, MODEL_INVALID_M2P, model_m2p(machine, mfn));
	}
}

static void two_domains_share_nothing(struct kunit *test)
{
	struct world *world = build(test, false);
	struct model_image *second = kunit_kzalloc(test, sizeof(*second), GFP_KERNEL);
	u64 pfn;

	KUNIT_ASSERT_NOT_NULL(test, second);
	world->config.domid = 6;
	KUNIT_ASSERT_EQ(test, 0, model_image_build(second, &world->machine, &world->config));
	for (pfn = 0; pfn < NR_PAGES; pfn++) {
		KUNIT_EXPECT_EQ(test, 5, model_owner(&world->machine, world->image.p2m[pfn]));
		KUNIT_EXPECT_EQ(test, 6, model_owner(&world->machine, second->p2m[pfn]));
	}
	model_image_free(second);
	KUNIT_EXPECT_EQ(test, 5, model_owner(&world->machine, world->image.p2m[0]));
}

static void domain_needs_no_contents(struct kunit *test)
{
	struct world *world = test->priv;
	const struct start_info *si;
	const void *page;

	world->config.contents = NULL;
	world->config.module = NULL;
	world->config.cmd_line = NULL;
	build(test, false);
	page = look(world, world->config.kernel.start);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(page, 0, PAGE_SIZE));
	si = start_info_of(test);
	KUNIT_EXPECT_EQ(test, MODULE_BYTES, si->mod_len);
	page = model_image_page(&world->image, si->mod_start);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(page, 0, PAGE_SIZE));
}

static void domain_needs_no_module(struct kunit *test)
{
	struct xen_start_info_fault fault;
	struct world *world = test->priv;
	const struct start_info *si;

	world->config.module_bytes = 0;
	world->config.cmd_line = "";
	build(test, false);
	si = start_info_of(test);
	KUNIT_EXPECT_EQ(test, 0UL, si->mod_start);
	KUNIT_EXPECT_EQ(test, 0UL, si->mod_len);
	KUNIT_EXPECT_EQ(test, 0U, si->flags);
	KUNIT_EXPECT_STREQ(test, "", si->cmd_line);
	KUNIT_EXPECT_EQ(test, 0, xen_start_info_check(si, PAGE_SIZE, &limits, &fault));
}

/* An entry that leads out of memory maps nothing. */
static void walk_ends_where_memory_ends(struct kunit *test)
{
	struct world *world = build(test, false);
	u64 *top = model_page(&world->machine, world->image.cr3_mfn);

	KUNIT_ASSERT_NOT_NULL(test, top);
	KUNIT_ASSERT_NE(test, 0ULL, walk(world, BASE));
	top[511] = (u64)(limits.max_mfn + 1) << PAGE_SHIFT | _PAGE_PRESENT;
	KUNIT_EXPECT_EQ(test, 0ULL, walk(world, BASE));
	KUNIT_EXPECT_EQ(test, 0ULL, model_walk(&world->machine, U64_MAX, BASE));
}

/* A plan that maps more than it has tables for. */
static void mapping_without_tables_is_refused(struct kunit *test)
{
	struct world *world = build(test, false);

	world->image.layout.maps[0].to += SZ_2M;
	KUNIT_EXPECT_EQ(test, -EINVAL, model_image_fill_tables(&world->image));
}

/* Whatever is the first page that is missing, nothing stays behind. */
static void domain_without_room_leaves_nothing(struct kunit *test)
{
	struct world *world = test->priv;
	struct model_machine *machine = &world->machine;
	u64 left, mfn, before;

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_4));
	left = model_bootmem_pages(&machine->free);
	for (; left > NR_PAGES + 1; left--)
		KUNIT_ASSERT_EQ(test, 0, model_alloc_pages(machine, 1, 1, &mfn));
	for (; left > NR_PAGES - 4; left--) {
		before = model_bootmem_pages(&machine->free);
		KUNIT_ASSERT_EQ(test, left, before);
		if (left == NR_PAGES + 1) {
			KUNIT_ASSERT_EQ(test, 0, model_image_build(&world->image, machine,
								   &world->config));
			model_image_free(&world->image);
		} else {
			KUNIT_EXPECT_EQ(test, -ENOMEM,
					model_image_build(&world->image, machine,
							  &world->config));
		}
		KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
		KUNIT_ASSERT_EQ(test, 0, model_alloc_pages(machine, 1, 1, &mfn));
	}
}

static void domain_that_cannot_be_is_refused(struct kunit *test)
{
	struct world *world = test->priv;

	KUNIT_ASSERT_EQ(test, 0, model_boot(&world->machine, &model_xen_4));
	world->config.nr_pages = KERNEL_PAGES;
	KUNIT_EXPECT_EQ(test, -ENOMEM, model_image_build(&world->image, &world->machine,
							 &world->config));
	world->config.nr_pages = U64_MAX;
	KUNIT_EXPECT_EQ(test, -E2BIG, model_image_build(&world->image, &world->machine,
							&world->config));
	/* Its list alone is more than we have. */
	world->config.nr_pages = 1ULL << 35;
	KUNIT_EXPECT_EQ(test, -ENOMEM, model_image_build(&world->image, &world->machine,
							 &world->config));
}

/* Our own memory runs out, at the first page, at the second, and so on. */
static void nothing_stays_wherever_we_run_out(struct kunit *test)
{
	struct world *world = test->priv;
	struct model_machine *machine = &world->machine;
	u64 before, mfn, pages;
	int err;

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_4));
	before = model_bootmem_pages(&machine->free);
	world->config.nr_pages = SMALL_PAGES;
	world->config.kernel.end = world->config.kernel.start + 3 * PAGE_SIZE;
	for (pages = 0; pages < 200; pages++) {
		atomic64_set(&machine->pages_left, pages);
		err = model_image_build(&world->image, machine, &world->config);
		if (!err)
			break;
		KUNIT_ASSERT_TRUE(test, err == -ENOMEM || err == -EINVAL);
		KUNIT_ASSERT_EQ(test, before, model_bootmem_pages(&machine->free));
		atomic64_set(&machine->pages_left, S64_MAX);
		for (mfn = 0; mfn < machine->max_page; mfn += 3)
			KUNIT_ASSERT_EQ(test, MODEL_NO_DOMAIN, model_owner(machine, mfn));
		forget_contents(machine);
	}
	KUNIT_ASSERT_EQ(test, 0, err);
	KUNIT_EXPECT_GT(test, pages, 20ULL);
	world->is_built = true;
	expect_bytes(test, world->config.kernel.start, world->contents, 3 * PAGE_SIZE);
}

/* Memory in many pieces, none of which has 2 MiB: the domain takes them all. */
static void domain_is_built_of_small_pieces(struct kunit *test)
{
	struct world *world = test->priv;
	struct model_memory_map map = { .nr = 200 };
	struct model_range *ranges;
	unsigned int i;
	u64 before;

	ranges = kunit_kcalloc(test, map.nr, sizeof(*ranges), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ranges);
	for (i = 0; i < map.nr; i++)
		ranges[i] = (struct model_range){
			i * 32 * PAGE_SIZE, (i * 32 + 13) * PAGE_SIZE, MODEL_RAM,
		};
	map.ranges = ranges;
	KUNIT_ASSERT_EQ(test, 0, model_machine_init(&world->machine, &map, NULL));
	before = model_bootmem_pages(&world->machine.free);
	build(test, false);
	expect_bytes(test, world->config.kernel.start, world->contents,
		     KERNEL_PAGES * PAGE_SIZE);
	model_image_free(&world->image);
	world->is_built = false;
	KUNIT_EXPECT_EQ(test, before - world->machine.frametable.size.nr_pages -
				      world->machine.m2p.size.nr_pages,
			model_bootmem_pages(&world->machine.free));
}

/*
 * The free memory is in as many pieces as its list has room for, and a part of
 * the domain lies in the middle of one: page by page it could not be given back.
 */
static void domain_leaves_a_full_list(struct kunit *test)
{
	struct world *world = test->priv;
	struct model_memory_map map = { .nr = MODEL_BOOTMEM_REGIONS - 1 };
	struct model_range *ranges;
	unsigned int i;
	u64 before;

	ranges = kunit_kcalloc(test, map.nr, sizeof(*ranges), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ranges);
	for (i = 0; i < map.nr; i++)
		ranges[i] = (struct model_range){
			i * 2 * PAGE_SIZE, (i * 2 + 1) * PAGE_SIZE, MODEL_RAM,
		};
	ranges[i - 1] = (struct model_range){ SZ_16M, SZ_16M + 1400 * PAGE_SIZE, MODEL_RAM };
	map.ranges = ranges;
	KUNIT_ASSERT_EQ(test, 0, model_machine_init(&world->machine, &map, NULL));
	world->config.nr_pages = SMALL_PAGES;
	build(test, false);
	KUNIT_EXPECT_EQ(test, (unsigned int)MODEL_BOOTMEM_REGIONS, world->machine.free.nr);
	before = model_bootmem_pages(&world->machine.free);
	model_image_free(&world->image);
	world->is_built = false;
	KUNIT_EXPECT_EQ(test, before + SMALL_PAGES + 1, model_bootmem_pages(&world->machine.free));
}

static void command_line_has_an_end(struct kunit *test)
{
	struct world *world = test->priv;
	struct model_machine *machine = &world->machine;
	char *line = kunit_kzalloc(test, MAX_GUEST_CMDLINE + 1, GFP_KERNEL);
	u64 before;

	KUNIT_ASSERT_NOT_NULL(test, line);
	memset(line, 'a', MAX_GUEST_CMDLINE);
	world->config.cmd_line = line;
	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_4));
	before = model_bootmem_pages(&machine->free);
	KUNIT_EXPECT_EQ(test, -EINVAL, model_image_build(&world->image, machine,
							 &world->config));
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
	line[MAX_GUEST_CMDLINE - 1] = '\0';
	KUNIT_ASSERT_EQ(test, 0, model_image_build(&world->image, machine, &world->config));
	world->is_built = true;
	KUNIT_EXPECT_STREQ(test, line, start_info_of(test)->cmd_line);
}

/* Without tables there is nobody that a frame could belong to. */
static void machine_must_be_booted(struct kunit *test)
{
	struct world *world = test->priv;
	u64 before = model_bootmem_pages(&world->machine.free);

	KUNIT_EXPECT_EQ(test, -EINVAL, model_image_build(&world->image, &world->machine,
							 &world->config));
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&world->machine.free));
}

static void domain_has_no_page_beyond_its_last(struct kunit *test)
{
	struct world *world = build(test, false);

	KUNIT_EXPECT_NOT_NULL(test, model_image_page(&world->image, NR_PAGES - 1));
	KUNIT_EXPECT_NULL(test, model_image_page(&world->image, NR_PAGES));
	KUNIT_EXPECT_NULL(test, model_image_page(&world->image, U64_MAX));
	KUNIT_EXPECT_EQ(test, -ENOMEM, model_image_write(&world->image, NR_PAGES - 1,
							 world->contents, PAGE_SIZE + 1));
	KUNIT_EXPECT_EQ(test, 0, model_image_write(&world->image, NR_PAGES - 1,
						   world->contents, PAGE_SIZE));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(vcpu_finds_the_kernel, orders_gen_params),
	KUNIT_CASE(vcpu_finds_the_module_of_2004),
	KUNIT_CASE(kernel_finds_the_module_today),
	KUNIT_CASE_PARAM(p2m_and_m2p_are_inverse, orders_gen_params),
	KUNIT_CASE_PARAM(only_page_tables_are_read_only, orders_gen_params),
	KUNIT_CASE_PARAM(registers_point_at_what_they_should, orders_gen_params),
	KUNIT_CASE(shared_info_is_fresh),
	KUNIT_CASE(rings_begin_as_zeroes),
	KUNIT_CASE_PARAM(parsers_take_what_was_built, orders_gen_params),
	KUNIT_CASE_PARAM(damaged_start_info_is_refused, damages_gen_params),
	KUNIT_CASE_PARAM(pieces_that_overlap_are_refused, clashes_gen_params),
	KUNIT_CASE(freed_domain_leaves_nothing),
	KUNIT_CASE(two_domains_share_nothing),
	KUNIT_CASE(domain_without_room_leaves_nothing),
	KUNIT_CASE(domain_that_cannot_be_is_refused),
	KUNIT_CASE(nothing_stays_wherever_we_run_out),
	KUNIT_CASE(domain_needs_no_contents),
	KUNIT_CASE(domain_needs_no_module),
	KUNIT_CASE(walk_ends_where_memory_ends),
	KUNIT_CASE(mapping_without_tables_is_refused),
	KUNIT_CASE(domain_is_built_of_small_pieces),
	KUNIT_CASE(domain_leaves_a_full_list),
	KUNIT_CASE(command_line_has_an_end),
	KUNIT_CASE(machine_must_be_booted),
	KUNIT_CASE(domain_has_no_page_beyond_its_last),
	{}
};

static struct kunit_suite suite = {
	.name = "model_image",
	.init = set_up,
	.exit = tear_down,
	.test_cases = cases,
};

kunit_test_suite(suite);
