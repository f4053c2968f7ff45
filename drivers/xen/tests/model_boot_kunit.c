// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's start: its frame table and machine-to-physical table on
 * machines of every kind, and the figures that a 32-bit Xen once printed
 * (Documentation/model-machine.rst tells what they mean).
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include <xen/compat.h>

#include <model/machine.h>

#include "model_test.h"

#define TOP_16T (16ULL << 40)
#define MODULES_9M (9 * SZ_1M / PAGE_SIZE)

/* The hypervisor of then had the first 12 MiB for itself. */
#define XEN_3_LOW { 0, 12 * SZ_1M, MODEL_XEN }

/*
 * Firmware of the time put its ACPI tables into the last but one MiB, and
 * reported the last one as memory.
 */
static const struct model_range pc_of_2_gb[] = {
	{ 0, 0x9fc00, MODEL_RAM },
	{ SZ_1M, 0x7fef0000, MODEL_RAM },
	{ 0x7fef0000, 0x7ff00000, MODEL_FIRMWARE },
	{ 0x7ff00000, SZ_2G, MODEL_RAM },
	XEN_3_LOW,
};

static const struct model_range pc_of_1_gb[] = {
	{ 0, 0x9fc00, MODEL_RAM },
	{ SZ_1M, 0x3fef0000, MODEL_RAM },
	{ 0x3fef0000, 0x3ff00000, MODEL_FIRMWARE },
	{ 0x3ff00000, SZ_1G, MODEL_RAM },
	XEN_3_LOW,
};

static const struct model_range plain_2_gb[] = {
	{ 0, SZ_2G, MODEL_RAM }, XEN_3_LOW,
};

static const struct model_range plain_1_gb[] = {
	{ 0, SZ_1G, MODEL_RAM }, XEN_3_LOW,
};

static const struct model_range tables_at_the_end_of_2_gb[] = {
	{ 0, 0x7fef0000, MODEL_RAM },
	{ 0x7fef0000, SZ_2G, MODEL_FIRMWARE },
	XEN_3_LOW,
};

static const struct model_range bad_page_in_2_gb[] = {
	{ 0, SZ_2G, MODEL_RAM },
	{ 0x7fffe000, 0x7ffff000, MODEL_FIRMWARE },
	XEN_3_LOW,
};

/* Xen 3.3 moved the modules as one, to below 1 GiB; older ones did not. */
#define MODULES_BELOW_1_GB(_pages)                                         \
	{ .floor = 16 * SZ_1M, .limit = SZ_1G, .module_pages = { _pages }, \
	  .nr_modules = 1 }

static const struct model_loader modules_9m = MODULES_BELOW_1_GB(MODULES_9M);
static const struct model_loader modules_2048 = MODULES_BELOW_1_GB(2048);
static const struct model_loader modules_2049 = MODULES_BELOW_1_GB(2049);
static const struct model_loader modules_2560 = MODULES_BELOW_1_GB(2560);
static const struct model_loader modules_2561 = MODULES_BELOW_1_GB(2561);
static const struct model_loader modules_3072 = MODULES_BELOW_1_GB(3072);

/* What QEMU describes as 2 GB, and what Xen 4.17 moved up there. */
static const struct model_range qemu_2_gb[] = {
	{ 0, 0x9fc00, MODEL_RAM },
	{ SZ_1M, 0x7ffe0000, MODEL_RAM },
	{ 0x7ffe0000, SZ_2G, MODEL_FIRMWARE },
	{ 0, SZ_1M, MODEL_XEN },
};

static const struct model_loader xen_kernel_and_ram_disk = {
	.floor = SZ_2M,
	.limit = TOP_16T,
	.xen_limit = 1ULL << 32,
	.xen_pages = 0x600,
	.xen_gap_pages = 0x200,
	.module_pages = { 16091, 3738 },
	.nr_modules = 2,
};

struct history {
	const char *name;
	const struct model_range *ranges;
	unsigned int nr_ranges;
	const struct model_loader *loader;
	u64 max_page;
	u64 nr_pages;
	u64 nr_chunks;
	u64 mfn[8];
	const struct model_boot_config *config; /* NULL: Xen 3 */
};

#define MAP(_ranges) .ranges = _ranges, .nr_ranges = ARRAY_SIZE(_ranges)

static const struct history histories[] = {
	/* The two that were printed. */
	{ "2_GB_as_observed", MAP(pc_of_2_gb), &modules_9m, 524288, 3072, 6,
	  { 523264, 522752, 522240, 521728, 521216, 520704 } },
	{ "1_GB_as_observed", MAP(pc_of_1_gb), &modules_9m, 262144, 1536, 3,
	  { 258560, 258048, 257536 } },
	/* What makes 2 GB begin 1024 pages down: a hole in the last 2 MiB. */
	{ "2_GB_without_a_hole_begin_512_pages_down", MAP(plain_2_gb),
	  &modules_9m, 524288, 3072, 6, { 523776, 523264, 522752 } },
	{ "2_GB_with_one_bad_page", MAP(bad_page_in_2_gb), &modules_9m, 524288,
	  3072, 6, { 523264, 522752 } },
	{ "2_GB_less_the_firmware_have_another_max_page",
	  MAP(tables_at_the_end_of_2_gb), &modules_9m, 524016, 3071, 6,
	  { 523264, 522752 } },
	{ "2_GB_do_not_depend_on_modules_moved_up", MAP(pc_of_2_gb), NULL,
	  524288, 3072, 6, { 523264, 522752 } },
	/* What makes 1 GB begin 3584 pages down: modules below that hole. */
	{ "1_GB_with_low_modules", MAP(pc_of_1_gb), NULL, 262144, 1536, 3,
	  { 261120, 260608, 260096 } },
	{ "1_GB_with_8_MB_of_modules", MAP(pc_of_1_gb), &modules_2048, 262144,
	  1536, 3, { 259072, 258560, 258048 } },
	{ "1_GB_with_a_page_more", MAP(pc_of_1_gb), &modules_2049, 262144, 1536,
	  3, { 258560, 258048, 257536 } },
	{ "1_GB_with_10_MB_of_modules", MAP(pc_of_1_gb), &modules_2560, 262144,
	  1536, 3, { 258560, 258048, 257536 } },
	{ "1_GB_with_a_page_more_than_10_MB", MAP(pc_of_1_gb), &modules_2561,
	  262144, 1536, 3, { 258048, 257536, 257024 } },
	{ "1_GB_without_a_hole_and_12_MB_of_modules", MAP(plain_1_gb),
	  &modules_3072, 262144, 1536, 3, { 258560, 258048, 257536 } },
	/* Read from the page tables of a running Xen. */
	{ "2_GB_of_QEMU_with_Xen_4", MAP(qemu_2_gb), &xen_kernel_and_ram_disk,
	  524256, 4096, 8,
	  { 0x7aa00, 0x7a800, 0x7a600, 0x7a400, 0x7a200, 0x7a000, 0x79e00, 0x79c00 },
	  &model_xen_4 },
};

static void describe_history(const struct history *history, char *description)
{
	strscpy(description, history->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(histories, histories, describe_history);

static struct model_machine *machine_of(struct kunit *test,
					const struct model_range *ranges,
					unsigned int nr,
					const struct model_loader *loader)
{
	struct model_memory_map map = { .ranges = ranges, .nr = nr };

	KUNIT_ASSERT_EQ(test, 0, model_machine_init(test->priv, &map, loader));
	return test->priv;
}

#define MACHINE(_ranges) machine_of(test, _ranges, ARRAY_SIZE(_ranges), NULL)

static void observed_figures_come_out_line_by_line(struct kunit *test)
{
	const struct history *history = test->param_value;
	const struct model_boot_config *config = history->config ?: &model_xen_3_pae;
	const struct model_chunks *chunks;
	struct model_machine *machine;
	u64 i;

	machine = machine_of(test, history->ranges, history->nr_ranges,
			     history->loader);
	KUNIT_EXPECT_EQ(test, history->max_page, machine->max_page);
	KUNIT_ASSERT_EQ(test, 0, model_init_frametable(machine, config));
	KUNIT_EXPECT_EQ(test, config->frametable_start, machine->frametable.virt_start);
	KUNIT_EXPECT_EQ(test, history->nr_pages, machine->frametable.size.nr_pages);
	KUNIT_EXPECT_EQ(test, 512ULL, machine->frametable.size.page_step);
	chunks = &machine->frametable.chunks;
	KUNIT_ASSERT_EQ(test, history->nr_chunks, chunks->nr);
	for (i = 0; i < chunks->nr; i++) {
		KUNIT_EXPECT_EQ(test, i * 512, chunks->chunk[i].page);
		if (i < ARRAY_SIZE(history->mfn) && history->mfn[i])
			KUNIT_EXPECT_EQ(test, history->mfn[i],
					chunks->chunk[i].mfn);
	}
}

/* No chunk on top of another one, on what is no memory, or still free. */
static void expect_chunks_are_sound(struct kunit *test,
				    const struct model_machine *machine,
				    const struct model_chunks *chunks,
				    struct model_bootmem *taken)
{
	const struct model_chunk *chunk;
	u64 i;

	for (i = 0; i < chunks->nr; i++) {
		chunk = &chunks->chunk[i];
		KUNIT_ASSERT_EQ(test, 0,
				model_bootmem_add(taken, chunk->mfn,
						  chunk->mfn + chunk->nr_pages));
		KUNIT_ASSERT_TRUE(test, model_bootmem_has(&machine->ram, chunk->mfn,
							  chunk->nr_pages));
		KUNIT_ASSERT_FALSE(test,
				   model_bootmem_has_any(&machine->free, chunk->mfn,
							 chunk->nr_pages));
	}
}

static const struct model_range pc_of_16_tb[] = {
	{ SZ_1M, 3ULL * SZ_1G, MODEL_RAM },
	{ 4ULL * SZ_1G, TOP_16T, MODEL_RAM },
};

struct kind {
	const char *name;
	const struct model_range *ranges;
	unsigned int nr_ranges;
	const struct model_boot_config *config;
	u64 max_page;
	u64 frametable_pages;
	u64 frametable_chunks;
	u64 m2p_pages;
	u64 m2p_chunks;
	int err;
};

/* As the old one cuts its tables, without its limits. */
static const struct model_boot_config wide_xen_3 = {
	.carving = MODEL_CARVE_STEPS,
	.page_info_bytes = 24,
	.m2p_entry_bytes = 4,
};

static const struct model_range pc_of_16_gb[] = {
	{ 0, 16ULL * SZ_1G, MODEL_RAM },
};

static const struct model_range pc_of_16_gb_and_a_page[] = {
	{ 0, 16ULL * SZ_1G + PAGE_SIZE, MODEL_RAM },
};

static const struct model_range pc_of_16_tb_and_a_page[] = {
	{ 4ULL * SZ_1G, TOP_16T + PAGE_SIZE, MODEL_RAM },
};

static const struct model_range one_page[] = { { 0, PAGE_SIZE, MODEL_RAM } };

static const struct model_range two_pages[] = { { 0, 2 * PAGE_SIZE, MODEL_RAM } };

static const struct model_range no_whole_page[] = {
	{ 1, 2 * PAGE_SIZE - 1, MODEL_RAM },
	{ 3 * PAGE_SIZE - 1, 3 * PAGE_SIZE, MODEL_RAM },
};

static const struct model_range only_firmware[] = {
	{ 0, SZ_1G, MODEL_RAM }, { 0, SZ_1G, MODEL_FIRMWARE },
};

static const struct model_range all_xen[] = {
	{ 0, SZ_1G, MODEL_RAM }, { 0, SZ_1G, MODEL_XEN },
};

/* A page at the top of 1 TiB makes a table of 8 GiB, or one of 2 MiB. */
static const struct model_range lonely_page[] = {
	{ 0, SZ_16M, MODEL_RAM },
	{ (1ULL << 40) - PAGE_SIZE, 1ULL << 40, MODEL_RAM },
};

/* 508 pages of table and 4 wasted make a 2 MiB page; 507 do not. */
static const struct model_range pages_65024[] = {
	{ 0, 508 * 128 * PAGE_SIZE, MODEL_RAM },
};

static const struct model_range pages_64896[] = {
	{ 0, 507 * 128 * PAGE_SIZE, MODEL_RAM },
};

static const struct model_range pages_of_1g_table[] = {
	{ 0, 262144ULL * 128 * PAGE_SIZE, MODEL_RAM },
};

/* The first 256 MiB want 2 MiB of descriptors, and have 1. */
static const struct model_range two_groups[] = {
	{ SZ_1M, SZ_2M, MODEL_RAM },
	{ SZ_1G, SZ_1G + SZ_1M, MODEL_RAM },
};

static const struct kind kinds[] = {
	{ "none", NULL, 0, &model_xen_4 },
	{ "less_than_a_page", MAP(no_whole_page), &model_xen_4 },
	{ "firmware_everywhere", MAP(only_firmware), &model_xen_4 },
	{ "one_page", MAP(one_page), &model_xen_4, 1, .err = -ENOMEM },
	{ "one_page_for_each_table", MAP(two_pages), &model_xen_4, 2, 1, 1, 1, 1 },
	{ "two_pages_but_2_MiB_aligned", MAP(two_pages), &model_xen_3_pae, 2,
	  .err = -ENOMEM },
	{ "all_in_use", MAP(all_xen), &model_xen_4, 262144, .err = -ENOMEM },
	{ "table_larger_than_memory", MAP(lonely_page), &wide_xen_3, 1ULL << 28,
	  .err = -ENOMEM },
	{ "M2P_larger_than_memory", MAP(lonely_page), &model_xen_4, 1ULL << 28,
	  .err = -ENOMEM },
	{ "no_room_for_the_first_group", MAP(two_groups), &model_xen_4, 262400,
	  .err = -ENOMEM },
	{ "2_GB_today", MAP(plain_2_gb), &model_xen_4, 524288, 4096, 8, 1024, 2 },
	{ "508_pages_of_table", MAP(pages_65024), &model_xen_4, 65024, 508, 1,
	  127, 127 },
	{ "507_pages_of_table", MAP(pages_64896), &model_xen_4, 64896, 507, 507,
	  127, 127 },
	{ "1_GiB_of_table", MAP(pages_of_1g_table), &model_xen_4, 33554432,
	  262144, 1, 65536, 128 },
	{ "16_TB", MAP(pc_of_16_tb), &model_xen_4, 1ULL << 32, 1ULL << 25,
	  12 + 496 + 127, 1ULL << 23, 32 },
	{ "16_TB_in_steps", MAP(pc_of_16_tb), &wide_xen_3, 1ULL << 32, 25165824,
	  49152, 4194304, 8192 },
	{ "more_than_16_TB", MAP(pc_of_16_tb_and_a_page), &model_xen_4,
	  (1ULL << 32) + 1, .err = -E2BIG },
	{ "16_GB_then", MAP(pc_of_16_gb), &model_xen_3_pae, 4194304, 24576, 48,
	  4096, 8 },
	{ "more_than_16_GB_then", MAP(pc_of_16_gb_and_a_page), &model_xen_3_pae,
	  4194305, .err = -E2BIG },
};

static void describe_kind(const struct kind *kind, char *description)
{
	strscpy(description, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kinds, kinds, describe_kind);

static void every_machine_starts_or_is_refused(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct model_machine *machine = machine_of(test, kind->ranges,
						   kind->nr_ranges, NULL);
	u64 before = model_bootmem_pages(&machine->free);

	KUNIT_EXPECT_EQ(test, kind->max_page, machine->max_page);
	KUNIT_ASSERT_EQ(test, kind->err, model_boot(machine, kind->config));
	/* Nothing is stored for pages that nobody has looked at. */
	KUNIT_EXPECT_TRUE(test, xa_empty(&machine->pages));
	if (kind->err) {
		KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
		KUNIT_EXPECT_EQ(test, -EINVAL, model_owner_set(machine, 0, 1));
		KUNIT_EXPECT_EQ(test, -EINVAL, model_m2p_set(machine, 0, 1));
		return;
	}
	KUNIT_EXPECT_EQ(test, kind->frametable_pages, machine->frametable.size.nr_pages);
	KUNIT_EXPECT_EQ(test, kind->frametable_chunks, machine->frametable.chunks.nr);
	KUNIT_EXPECT_EQ(test, kind->m2p_pages, machine->m2p.size.nr_pages);
	KUNIT_EXPECT_EQ(test, kind->m2p_chunks, machine->m2p.chunks.nr);
}

static void tables_do_not_overlap(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct model_machine *machine = machine_of(test, kind->ranges,
						   kind->nr_ranges, NULL);
	struct model_bootmem *taken = kunit_kzalloc(test, sizeof(*taken), GFP_KERNEL);
	u64 before = model_bootmem_pages(&machine->free);

	KUNIT_ASSERT_NOT_NULL(test, taken);
	if (model_boot(machine, kind->config))
		return;
	expect_chunks_are_sound(test, machine, &machine->frametable.chunks, taken);
	expect_chunks_are_sound(test, machine, &machine->m2p.chunks, taken);
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(taken) +
				      model_bootmem_pages(&machine->free));
}

/* A machine of 16 TB costs two pages when two of its entries were used. */
static void last_frame_of_16_tb_has_its_entries(struct kunit *test)
{
	struct model_machine *machine = MACHINE(pc_of_16_tb);
	u64 last = (1ULL << 32) - 1;
	unsigned long mfn, nr = 0;
	void *page;

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_4));
	KUNIT_EXPECT_EQ(test, 0, model_owner_set(machine, last, 7));
	KUNIT_EXPECT_EQ(test, 0, model_m2p_set(machine, last, 123456789012345));
	KUNIT_EXPECT_EQ(test, 7, model_owner(machine, last));
	KUNIT_EXPECT_EQ(test, 123456789012345ULL, model_m2p(machine, last));
	KUNIT_EXPECT_EQ(test, -EINVAL, model_owner_set(machine, last + 1, 7));
	KUNIT_EXPECT_EQ(test, -EINVAL, model_m2p_set(machine, last + 1, 7));
	KUNIT_EXPECT_EQ(test, -EINVAL, model_m2p_set(machine, U64_MAX, 7));
	KUNIT_EXPECT_EQ(test, MODEL_INVALID_M2P, model_m2p(machine, last + 1));
	KUNIT_EXPECT_EQ(test, MODEL_NO_DOMAIN, model_owner(machine, last + 1));
	xa_for_each(&machine->pages, mfn, page)
		nr++;
	KUNIT_EXPECT_EQ(test, 2UL, nr);
}

/* What lies between groups of frames has no descriptor, but a page number. */
static void hole_has_no_descriptors_today(struct kunit *test)
{
	struct model_machine *machine = MACHINE(pc_of_16_tb);
	u64 hole = 3ULL * SZ_1G / PAGE_SIZE, above = 4ULL * SZ_1G / PAGE_SIZE;

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_4));
	KUNIT_EXPECT_EQ(test, 0, model_owner_set(machine, hole - 1, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, model_owner_set(machine, hole, 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, model_owner_set(machine, above - 1, 1));
	KUNIT_EXPECT_EQ(test, 0, model_owner_set(machine, above, 1));
	KUNIT_EXPECT_EQ(test, 0, model_m2p_set(machine, hole, 1));
	KUNIT_EXPECT_EQ(test, MODEL_NO_DOMAIN, model_owner(machine, hole));
}

static void hole_had_descriptors_then(struct kunit *test)
{
	struct model_machine *machine = MACHINE(pc_of_16_tb);

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &wide_xen_3));
	KUNIT_EXPECT_EQ(test, 0, model_owner_set(machine, 3ULL * SZ_1G / PAGE_SIZE, 1));
}

/* 24 bytes do not divide a page; the entries are apart all the same. */
static void entries_are_apart(struct kunit *test)
{
	static const struct model_range small[] = {
		{ 0, 8 * SZ_1M, MODEL_RAM },
	};
	const struct model_boot_config *config = test->param_value;
	struct model_machine *machine = MACHINE(small);
	u64 mfn;

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, config));
	for (mfn = 0; mfn < machine->max_page; mfn++) {
		KUNIT_ASSERT_EQ(test, MODEL_NO_DOMAIN, model_owner(machine, mfn));
		KUNIT_ASSERT_EQ(test, MODEL_INVALID_M2P, model_m2p(machine, mfn));
		KUNIT_ASSERT_EQ(test, 0, model_owner_set(machine, mfn, mfn % 0x7000));
		KUNIT_ASSERT_EQ(test, 0, model_m2p_set(machine, mfn, mfn ^ 0x5a5));
	}
	for (mfn = 0; mfn < machine->max_page; mfn++) {
		KUNIT_ASSERT_EQ(test, mfn % 0x7000, (u64)model_owner(machine, mfn));
		KUNIT_ASSERT_EQ(test, mfn ^ 0x5a5, model_m2p(machine, mfn));
	}
	KUNIT_EXPECT_EQ(test, 0, model_owner_set(machine, 0, MODEL_NO_DOMAIN));
	KUNIT_EXPECT_EQ(test, MODEL_NO_DOMAIN, model_owner(machine, 0));
	KUNIT_EXPECT_EQ(test, 0, model_m2p_set(machine, 0, MODEL_INVALID_M2P));
	KUNIT_EXPECT_EQ(test, MODEL_INVALID_M2P, model_m2p(machine, 0));
}

static const struct model_boot_config *const hypervisors[] = {
	&model_xen_3_pae, &model_xen_4,
};

static const void *hypervisor_gen_params(COMPAT_KUNIT_TEST_ARG const void *previous,
					 char *description)
{
	unsigned int i = 0;

	if (previous)
		i = previous == hypervisors[0] ? 1 : ARRAY_SIZE(hypervisors);
	if (i == ARRAY_SIZE(hypervisors))
		return NULL;
	strscpy(description, i ? "xen_4" : "xen_3_pae", KUNIT_PARAM_DESC_SIZE);
	return hypervisors[i];
}

/* Enough addresses for the first table are not enough for the second. */
static void each_table_has_its_own_addresses(struct kunit *test)
{
	struct model_machine *machine = MACHINE(plain_1_gb);
	struct model_boot_config config = wide_xen_3;
	u64 before = model_bootmem_pages(&machine->free);

	config.frametable_bytes = 24ULL << 18;
	config.m2p_bytes = (4ULL << 18) - 1;
	KUNIT_EXPECT_EQ(test, -E2BIG, model_boot(machine, &config));
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
	config.m2p_bytes++;
	config.frametable_bytes--;
	KUNIT_EXPECT_EQ(test, -E2BIG, model_boot(machine, &config));
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
	config.frametable_bytes++;
	KUNIT_EXPECT_EQ(test, 0, model_boot(machine, &config));
}

/* The second table of today's Xen would do for eight times the memory. */
static void m2p_alone_reaches_128_tb(struct kunit *test)
{
	static const struct model_range ranges[] = {
		{ 0, 8 * TOP_16T, MODEL_RAM },
		{ 8 * TOP_16T + PAGE_SIZE, 8 * TOP_16T + 2 * PAGE_SIZE, MODEL_RAM },
	};
	struct model_machine *machine = MACHINE(ranges);

	KUNIT_EXPECT_EQ(test, -E2BIG, model_init_m2p(machine, &model_xen_4));
	machine = machine_of(test, ranges, 1, NULL);
	KUNIT_EXPECT_EQ(test, -E2BIG, model_init_frametable(machine, &model_xen_4));
	KUNIT_EXPECT_EQ(test, 0, model_init_m2p(machine, &model_xen_4));
	KUNIT_EXPECT_EQ(test, 256ULL, machine->m2p.chunks.nr);
}

static void narrow_m2p_takes_no_wide_number(struct kunit *test)
{
	struct model_machine *machine = MACHINE(plain_1_gb);

	KUNIT_ASSERT_EQ(test, 0, model_boot(machine, &model_xen_3_pae));
	KUNIT_EXPECT_EQ(test, -ERANGE, model_m2p_set(machine, 5, 1ULL << 32));
	KUNIT_EXPECT_EQ(test, -ERANGE, model_m2p_set(machine, 5, U32_MAX));
	KUNIT_EXPECT_EQ(test, 0, model_m2p_set(machine, 5, U32_MAX - 1));
	KUNIT_EXPECT_EQ(test, (u64)U32_MAX - 1, model_m2p(machine, 5));
}

struct bad_config {
	const char *name;
	struct model_boot_config config;
	int err;
};

#define BAD(_name, _err, _page_info_bytes, _m2p_entry_bytes, _group_frames) \
	{ .name = _name, .err = _err,                                       \
	  .config = { .page_info_bytes = _page_info_bytes,                  \
		      .m2p_entry_bytes = _m2p_entry_bytes,                  \
		      .group_frames = _group_frames } }

static const struct bad_config bad_configs[] = {
	BAD("descriptor_of_no_size", -EINVAL, 0, 8, 0),
	BAD("descriptor_of_odd_size", -EINVAL, 30, 8, 0),
	BAD("M2P_entry_of_no_size", -EINVAL, 32, 0, 0),
	BAD("M2P_entry_of_16_bytes", -EINVAL, 32, 16, 0),
	BAD("groups_of_three", -EINVAL, 32, 8, 3),
	BAD("groups_of_less_than_2_MiB", -EINVAL, 32, 8, 32768),
	BAD("table_of_more_than_64_bits", -EOVERFLOW, 0xfffffffc, 8, 0),
	BAD("table_that_just_fits_64_bits", -ENOMEM, 0x7ffffff0, 8, 0),
};

#undef BAD

static void describe_config(const struct bad_config *bad, char *description)
{
	strscpy(description, bad->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad_configs, bad_configs, describe_config);

static void bad_config_is_refused(struct kunit *test)
{
	static const struct model_range ranges[] = {
		{ 0, SZ_1G, MODEL_RAM },
		{ 2 * TOP_16T, 2 * TOP_16T + PAGE_SIZE, MODEL_RAM },
	};
	const struct bad_config *bad = test->param_value;
	struct model_machine *machine = MACHINE(ranges);
	u64 before = model_bootmem_pages(&machine->free);

	KUNIT_EXPECT_EQ(test, bad->err, model_boot(machine, &bad->config));
	if (bad->err == -EINVAL && bad->config.page_info_bytes)
		KUNIT_EXPECT_EQ(test, -EINVAL, model_init_m2p(machine, &bad->config));
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
	KUNIT_EXPECT_PTR_EQ(test, NULL, (void *)machine->frametable.chunks.chunk);
}

static void list_of_chunks_has_an_end(struct kunit *test)
{
	struct model_machine *machine = MACHINE(plain_1_gb);
	struct model_chunk room[2];
	struct model_chunks chunks = { .chunk = room, .max = ARRAY_SIZE(room) };
	u64 before = model_bootmem_pages(&machine->free), mfn;

	KUNIT_EXPECT_EQ(test, -ENOSPC, model_carve(&machine->free, MODEL_CARVE_STEPS,
						   0, 1025, &chunks));
	KUNIT_EXPECT_EQ(test, 2ULL, chunks.nr);
	KUNIT_EXPECT_TRUE(test, model_chunks_find(&chunks, 1023, &mfn));
	KUNIT_EXPECT_EQ(test, room[1].mfn + 511, mfn);
	KUNIT_EXPECT_FALSE(test, model_chunks_find(&chunks, 1024, &mfn));
	model_uncarve(&machine->free, &chunks);
	KUNIT_EXPECT_EQ(test, 0ULL, chunks.nr);
	KUNIT_EXPECT_EQ(test, before, model_bootmem_pages(&machine->free));
	KUNIT_EXPECT_FALSE(test, model_chunks_find(&chunks, 0, &mfn));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(observed_figures_come_out_line_by_line, histories_gen_params),
	KUNIT_CASE_PARAM(every_machine_starts_or_is_refused, kinds_gen_params),
	KUNIT_CASE_PARAM(tables_do_not_overlap, kinds_gen_params),
	KUNIT_CASE(last_frame_of_16_tb_has_its_entries),
	KUNIT_CASE(hole_has_no_descriptors_today),
	KUNIT_CASE(hole_had_descriptors_then),
	KUNIT_CASE_PARAM(entries_are_apart, hypervisor_gen_params),
	KUNIT_CASE(each_table_has_its_own_addresses),
	KUNIT_CASE(m2p_alone_reaches_128_tb),
	KUNIT_CASE(narrow_m2p_takes_no_wide_number),
	KUNIT_CASE_PARAM(bad_config_is_refused, bad_configs_gen_params),
	KUNIT_CASE(list_of_chunks_has_an_end),
	{}
};

static struct kunit_suite suite = {
	.name = "model_boot",
	.init = model_test_init,
	.exit = model_test_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
