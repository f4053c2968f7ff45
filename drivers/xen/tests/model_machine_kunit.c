// SPDX-License-Identifier: GPL-2.0-only
/* The model machine: its memory map, what is moved up, what is in its pages. */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include <model/machine.h>

#include "model_test.h"

struct memory {
	const char *name;
	struct model_range ranges[4];
	unsigned int nr;
	int err;
	u64 ram_pages;
	u64 free_pages;
	u64 max_page;
};

#define RAM(_start, _end) { (_start) * PAGE_SIZE, (_end) * PAGE_SIZE, MODEL_RAM }
#define FIRMWARE(_start, _end) \
	{ (_start) * PAGE_SIZE, (_end) * PAGE_SIZE, MODEL_FIRMWARE }
#define XEN(_start, _end) { (_start) * PAGE_SIZE, (_end) * PAGE_SIZE, MODEL_XEN }

static const struct memory memories[] = {
	{ "in_order", { RAM(1, 5), RAM(9, 12) }, 2, 0, 7, 7, 12 },
	{ "in_any_order", { RAM(9, 12), RAM(1, 5) }, 2, 0, 7, 7, 12 },
	{ "that_grows_together", { RAM(5, 9), RAM(1, 5), RAM(9, 10) }, 3, 0, 9, 9, 10 },
	{ "with_firmware_on_top", { FIRMWARE(8, 12), RAM(1, 12) }, 2, 0, 7, 7, 8 },
	{ "with_firmware_below_the_top", { RAM(1, 12), FIRMWARE(8, 11) }, 2, 0, 8, 8, 12 },
	{ "with_firmware_elsewhere", { RAM(1, 5), FIRMWARE(7, 90) }, 2, 0, 4, 4, 5 },
	{ "with_a_part_for_Xen", { RAM(0, 12), XEN(0, 4) }, 2, 0, 12, 8, 12 },
	{ "all_of_it_for_Xen", { RAM(0, 12), XEN(0, 12) }, 2, 0, 12, 0, 12 },
	{ "of_parts_of_pages", { { 1, 3 * PAGE_SIZE - 1, MODEL_RAM } }, 1, 0, 1, 1, 2 },
	{ "with_a_byte_of_firmware",
	  { RAM(0, 4), { 2 * PAGE_SIZE + 5, 2 * PAGE_SIZE + 6, MODEL_FIRMWARE } },
	  2, 0, 3, 3, 4 },
	{ "of_64_bits", { { 0, U64_MAX, MODEL_RAM } }, 1, 0, U64_MAX >> PAGE_SHIFT,
	  U64_MAX >> PAGE_SHIFT, U64_MAX >> PAGE_SHIFT },
	{ "with_firmware_to_the_end",
	  { RAM(1, 5), { 3 * PAGE_SIZE, U64_MAX, MODEL_FIRMWARE } }, 2, 0, 2, 2, 3 },
	{ "that_is_there_twice", { RAM(1, 5), RAM(4, 6) }, 2, -EEXIST },
	{ "that_ends_before_it_starts", { { 8192, 4096, MODEL_RAM } }, 1, -EINVAL },
	{ "that_is_empty", { RAM(1, 1) }, 1, -EINVAL },
	{ "with_an_empty_hole", { RAM(1, 5), FIRMWARE(2, 2) }, 2, -EINVAL },
};

static void describe_memory(const struct memory *memory, char *description)
{
	strscpy(description, memory->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(memories, memories, describe_memory);

static void memory_is_what_the_map_leaves(struct kunit *test)
{
	const struct memory *memory = test->param_value;
	struct model_memory_map map = { .ranges = memory->ranges, .nr = memory->nr };
	struct model_machine *machine = test->priv;

	KUNIT_ASSERT_EQ(test, memory->err, model_machine_init(machine, &map, NULL));
	if (memory->err)
		return;
	KUNIT_EXPECT_EQ(test, memory->ram_pages, model_bootmem_pages(&machine->ram));
	KUNIT_EXPECT_EQ(test, memory->free_pages, model_bootmem_pages(&machine->free));
	KUNIT_EXPECT_EQ(test, memory->max_page, machine->max_page);
}

static void map_of_too_many_pieces_is_refused(struct kunit *test)
{
	struct model_memory_map map = { .nr = MODEL_BOOTMEM_REGIONS + 1 };
	struct model_range *ranges;
	unsigned int i;

	ranges = kunit_kcalloc(test, map.nr, sizeof(*ranges), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ranges);
	for (i = 0; i < map.nr; i++)
		ranges[i] = (struct model_range)RAM(2ULL * i, 2ULL * i + 1);
	map.ranges = ranges;
	KUNIT_EXPECT_EQ(test, -ENOSPC, model_machine_init(test->priv, &map, NULL));
	/* What cuts a piece in two makes one too many, too. */
	ranges[5].end += 2 * PAGE_SIZE;
	ranges[6] = (struct model_range)FIRMWARE(11, 12);
	KUNIT_EXPECT_EQ(test, -ENOSPC, model_machine_init(test->priv, &map, NULL));
	ranges[6].use = MODEL_XEN;
	KUNIT_EXPECT_EQ(test, -ENOSPC, model_machine_init(test->priv, &map, NULL));
	map.nr--;
	KUNIT_EXPECT_EQ(test, 0, model_machine_init(test->priv, &map, NULL));
}

/* As QEMU describes a machine of 2 GB, and what Xen 4.17 does with it. */
static const struct model_range qemu_2_gb[] = {
	{ 0, 0x9fc00, MODEL_RAM },
	{ SZ_1M, 0x7ffe0000, MODEL_RAM },
};

struct move {
	const char *name;
	struct model_loader loader;
	int err;
	u64 xen_mfn;
	u64 module_mfn[MODEL_MODULES];
};

#define UP_TO_4_GB .floor = SZ_2M, .limit = 1ULL << 32, .xen_limit = 1ULL << 32
#define XEN_OF_6_MB .xen_pages = 0x600, .xen_gap_pages = 0x200

static const struct move moves[] = {
	{ "nothing", { UP_TO_4_GB }, 0, 0 },
	{ "Xen_alone", { UP_TO_4_GB, XEN_OF_6_MB }, 0, 0x7f800 },
	{ "Xen_and_a_module_in_its_gap",
	  { UP_TO_4_GB, XEN_OF_6_MB, .module_pages = { 0x200 }, .nr_modules = 1 },
	  0, 0x7f800, { 0x7f800 } },
	/* The initial RAM disk of a dom0, where Xen's log had it. */
	{ "Xen_kernel_and_RAM_disk",
	  { UP_TO_4_GB, XEN_OF_6_MB, .module_pages = { 0x3000, 0xe9a },
	    .nr_modules = 2 },
	  0, 0x7f800, { 0x7bb66, 0x7eb66 } },
	{ "Xen_below_the_modules",
	  { .floor = SZ_2M, .limit = SZ_2G, .xen_limit = SZ_1G, XEN_OF_6_MB,
	    .module_pages = { 0x3000, 0x40000 - 0x3400 }, .nr_modules = 2 },
	  0, 0x3fa00, { 0x40200, 0x43200 } },
	{ "modules_around_Xen",
	  { .floor = SZ_2M, .limit = SZ_2G, .xen_limit = SZ_1G, XEN_OF_6_MB,
	    .module_pages = { 1, 0x3fe00 }, .nr_modules = 2 },
	  0, 0x3fa00, { 0x3fbff, 0x40000 } },
	{ "modules_below_1_GB",
	  { .floor = SZ_16M, .limit = SZ_1G, .module_pages = { 100, 1 },
	    .nr_modules = 2 },
	  0, 0, { 0x40000 - 101, 0x40000 - 1 } },
	{ "as_much_as_there_is",
	  { .floor = SZ_1G, .limit = SZ_2G, .module_pages = { 0x3fe00 },
	    .nr_modules = 1 },
	  0, 0, { 0x40000 } },
	{ "a_page_more",
	  { .floor = SZ_1G, .limit = SZ_2G, .module_pages = { 0x3fe01 },
	    .nr_modules = 1 }, -ENOMEM },
	{ "a_module_when_Xen_took_the_room",
	  { .floor = SZ_1G, .limit = SZ_2G, .xen_limit = SZ_2G,
	    .xen_pages = 0x3fe00, .module_pages = { 1 }, .nr_modules = 1 }, -ENOMEM },
	{ "below_a_limit_that_leaves_nothing",
	  { .floor = SZ_16M, .limit = SZ_16M, .module_pages = { 1 },
	    .nr_modules = 1 }, -ENOMEM },
	{ "Xen_larger_than_all", { UP_TO_4_GB, .xen_pages = 0x100000 }, -ENOMEM },
	{ "a_gap_as_long_as_Xen",
	  { UP_TO_4_GB, .xen_pages = 8, .xen_gap_pages = 8 }, -EINVAL },
	{ "a_module_of_no_length",
	  { UP_TO_4_GB, .module_pages = { 0 }, .nr_modules = 1 }, -EINVAL },
	{ "four_modules",
	  { .floor = SZ_16M, .limit = SZ_1G, .module_pages = { 1, 2, 3, 4 },
	    .nr_modules = 4 },
	  0, 0, { 0x40000 - 10, 0x40000 - 9, 0x40000 - 7, 0x40000 - 4 } },
	{ "five_modules",
	  { UP_TO_4_GB, .nr_modules = MODEL_MODULES + 1 }, -EINVAL },
};

static void describe_move(const struct move *move, char *description)
{
	strscpy(description, move->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(moves, moves, describe_move);

static void modules_move_to_the_top(struct kunit *test)
{
	struct model_memory_map map = { .ranges = qemu_2_gb, .nr = ARRAY_SIZE(qemu_2_gb) };
	const struct move *move = test->param_value;
	struct model_machine *machine = test->priv;
	struct model_placement *placement;
	unsigned int i;

	placement = kunit_kzalloc(test, sizeof(*placement), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, placement);
	KUNIT_ASSERT_EQ(test, 0, model_map_ram(&map, &machine->ram));
	KUNIT_ASSERT_EQ(test, move->err,
			model_place(&machine->ram, &move->loader, placement));
	if (move->err)
		return;
	KUNIT_EXPECT_EQ(test, move->xen_mfn, placement->xen_mfn);
	for (i = 0; i < move->loader.nr_modules; i++)
		KUNIT_EXPECT_EQ(test, move->module_mfn[i], placement->module_mfn[i]);
}

static void what_was_moved_up_is_not_free(struct kunit *test)
{
	static const struct model_loader loader = {
		UP_TO_4_GB, XEN_OF_6_MB, .module_pages = { 0x3000, 0x19a }, .nr_modules = 2,
	};
	struct model_memory_map map = { .ranges = qemu_2_gb, .nr = ARRAY_SIZE(qemu_2_gb) };
	struct model_machine *machine = test->priv;

	KUNIT_ASSERT_EQ(test, 0, model_machine_init(machine, &map, &loader));
	/* The image, both modules, and 0x66 pages of its gap besides. */
	KUNIT_EXPECT_TRUE(test, model_bootmem_has(&machine->free, 0x7fe00, 0x1e0));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has_any(&machine->free, 0x7fa00, 0x400));
	KUNIT_EXPECT_FALSE(test, model_bootmem_has_any(&machine->free,
						       0x7fa00 - 0x319a, 0x319a));
	KUNIT_EXPECT_TRUE(test, model_bootmem_has(&machine->free,
						  0x7fa00 - 0x319b, 1));
	KUNIT_EXPECT_EQ(test, model_bootmem_pages(&machine->ram) - 0x400 - 0x319a,
			model_bootmem_pages(&machine->free));
}

static const struct model_range small[] = {
	RAM(16, 64), FIRMWARE(32, 40),
};

static struct model_machine *small_machine(struct kunit *test)
{
	struct model_memory_map map = { .ranges = small, .nr = ARRAY_SIZE(small) };

	KUNIT_ASSERT_EQ(test, 0, model_machine_init(test->priv, &map, NULL));
	return test->priv;
}

static void pages_keep_what_is_written(struct kunit *test)
{
	struct model_machine *machine = small_machine(test);
	u8 *page = model_page(machine, 20), *other = model_page(machine, 21);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, other);
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(page, 0, PAGE_SIZE));
	memset(page, 0x5a, PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, (void *)page, model_page(machine, 20));
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(page, 0x5a, PAGE_SIZE));
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(other, 0, PAGE_SIZE));
}

static void what_is_no_memory_has_no_contents(struct kunit *test)
{
	static const u64 frames[] = { 0, 15, 32, 39, 64, U64_MAX >> PAGE_SHIFT, U64_MAX };
	struct model_machine *machine = small_machine(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		KUNIT_EXPECT_FALSE(test, model_mfn_is_ram(machine, frames[i]));
		KUNIT_EXPECT_PTR_EQ(test, NULL, model_page(machine, frames[i]));
	}
	KUNIT_EXPECT_NOT_NULL(test, model_page(machine, 16));
	KUNIT_EXPECT_NOT_NULL(test, model_page(machine, 63));
}

static void freed_pages_are_forgotten(struct kunit *test)
{
	struct model_machine *machine = small_machine(test);
	u64 mfn, i;
	u8 *page;

	/* Two in the middle of four, all of which hold something. */
	for (mfn = 60; mfn < 64; mfn++) {
		page = model_page(machine, mfn);
		KUNIT_ASSERT_NOT_NULL(test, page);
		*page = 1;
	}
	KUNIT_ASSERT_EQ(test, 0, model_alloc_pages(machine, 4, 4, &mfn));
	KUNIT_ASSERT_EQ(test, 60ULL, mfn);
	KUNIT_EXPECT_EQ(test, 0, model_free_pages(machine, 61, 2));
	KUNIT_ASSERT_EQ(test, 0, model_alloc_pages(machine, 2, 1, &mfn));
	KUNIT_EXPECT_EQ(test, 61ULL, mfn);
	for (i = 60; i < 64; i++) {
		page = model_page(machine, i);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, i == 60 || i == 63, *page);
	}
}

struct release {
	const char *name;
	u64 mfn;
	u64 nr_pages;
	int err;
};

/* Of the small machine, with the frames from 48 on in use. */
static const struct release releases[] = {
	{ "all_of_it", 48, 16, 0 },
	{ "a_part_of_it", 50, 3, 0 },
	{ "no_page", 48, 0, -EINVAL },
	{ "beyond_memory", 48, 17, -EINVAL },
	{ "firmware", 32, 1, -EINVAL },
	{ "a_page_that_is_free", 47, 1, -EEXIST },
	{ "one_free_page_and_one_that_is_not", 47, 2, -EEXIST },
	{ "far_too_many", 48, U64_MAX, -EINVAL },
	{ "a_frame_that_no_machine_has", U64_MAX, 1, -EINVAL },
};

static void describe_release(const struct release *release, char *description)
{
	strscpy(description, release->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(releases, releases, describe_release);

static void only_what_is_in_use_is_freed(struct kunit *test)
{
	const struct release *release = test->param_value;
	struct model_machine *machine = small_machine(test);
	u64 before, mfn;

	KUNIT_ASSERT_EQ(test, 0, model_alloc_pages(machine, 16, 1, &mfn));
	KUNIT_ASSERT_EQ(test, 48ULL, mfn);
	before = model_bootmem_pages(&machine->free);
	KUNIT_EXPECT_EQ(test, release->err,
			model_free_pages(machine, release->mfn, release->nr_pages));
	KUNIT_EXPECT_EQ(test, before + (release->err ? 0 : release->nr_pages),
			model_bootmem_pages(&machine->free));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(memory_is_what_the_map_leaves, memories_gen_params),
	KUNIT_CASE(map_of_too_many_pieces_is_refused),
	KUNIT_CASE_PARAM(modules_move_to_the_top, moves_gen_params),
	KUNIT_CASE(what_was_moved_up_is_not_free),
	KUNIT_CASE(pages_keep_what_is_written),
	KUNIT_CASE(what_is_no_memory_has_no_contents),
	KUNIT_CASE(freed_pages_are_forgotten),
	KUNIT_CASE_PARAM(only_what_is_in_use_is_freed, releases_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "model_machine",
	.init = model_test_init,
	.exit = model_test_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
