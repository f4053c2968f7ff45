// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model host's pure cores as a program: told what a real machine and a
 * real domain are made of, it says what the hypervisor and the domain builder
 * will do, for a test to compare with what they did.
 *
 * On standard input, a line each, numbers as C has them:
 *
 *   ram|firmware|xen START END       the memory map, in bytes, END exclusive
 *   image PAGES GAP_PAGES            the hypervisor, moved up
 *   between FLOOR LIMIT XEN_LIMIT    where modules and hypervisor may go
 *   module BYTES                     dom0's kernel, its initial RAM disk
 *   boot                             prints where all that goes, and the
 *                                    frame table's chunks
 *   domain PAGES MODULE_BYTES BASE START END P2M_BASE UNMAPPED
 *                                    prints "name|vaddr|pfn|pages" a segment
 */
#include <inttypes.h>
#include <stdio.h>

#include <linux/mm.h>

#include <xen/frametable.h>

#include <model/carve.h>
#include <model/layout.h>
#include <model/memory_map.h>

#define MAX_RANGES 128
#define WORDS 8

/* What Xen 4.17 leaves out where there is no memory: 256 MiB at a time. */
#define GROUP_FRAMES 65536

bool fuzz_memory_is_out(void)
{
	return false;
}

static struct model_range ranges[MAX_RANGES];
static struct model_memory_map map = { .ranges = ranges };
static struct model_loader loader;
static struct model_placement placement;
static struct model_bootmem ram, boot;

static int die(const char *what, int err)
{
	fprintf(stderr, "model-host: %s: %s\n", what, strerror(-err));
	return 1;
}

static int add_range(enum model_use use, const u64 *numbers)
{
	if (map.nr == MAX_RANGES)
		return die("memory map", -E2BIG);
	ranges[map.nr++] = (struct model_range){ numbers[0], numbers[1], use };
	return 0;
}

static int add_module(u64 bytes)
{
	if (loader.nr_modules == MODEL_MODULES)
		return die("modules", -E2BIG);
	loader.module_pages[loader.nr_modules++] = PFN_UP(bytes);
	return 0;
}

static int print_frametable(u64 max_page)
{
	struct model_carve_groups groups = {
		.ram = &ram,
		.entry_bytes = XEN_PAGE_INFO_BYTES,
		.group_frames = GROUP_FRAMES,
	};
	struct model_chunks chunks = {};
	struct xen_frametable size;
	u64 i;
	int err = xen_frametable_size(max_page, XEN_PAGE_INFO_BYTES, &size);

	if (err)
		return die("frame table", err);
	chunks.max = model_carve_max(size.nr_pages);
	chunks.chunk = calloc(chunks.max, sizeof(*chunks.chunk));
	if (!chunks.chunk)
		return die("frame table", -ENOMEM);
	err = model_carve_groups(&boot, MODEL_CARVE_SUPERPAGES, &groups,
				 size.nr_pages, &chunks);
	printf("max_page %" PRIu64 "\nnr_pages %" PRIu64 "\n", max_page, size.nr_pages);
	for (i = 0; i < chunks.nr; i++)
		printf("chunk %#" PRIx64 " %#" PRIx64 " %" PRIu64 "\n",
		       chunks.chunk[i].page, chunks.chunk[i].mfn,
		       chunks.chunk[i].nr_pages);
	free(chunks.chunk);
	return err ? die("frame table", err) : 0;
}

static int boot_machine(void)
{
	unsigned int i;
	int err = model_map_ram(&map, &ram);

	if (!err)
		err = model_place(&ram, &loader, &placement);
	if (!err)
		err = model_map_free(&map, &loader, &placement, &boot);
	if (err)
		return die("memory map", err);
	printf("xen %#" PRIx64 "\n", placement.xen_mfn);
	for (i = 0; i < loader.nr_modules; i++)
		printf("module %u %#" PRIx64 "\n", i, placement.module_mfn[i]);
	return print_frametable(model_bootmem_end(&ram));
}

static int print_domain(const u64 *numbers)
{
	struct model_kernel kernel = {
		.virt_base = numbers[2], .start = numbers[3], .end = numbers[4],
		.p2m_base = numbers[5], .takes_unmapped_module = numbers[6],
	};
	struct model_layout layout;
	const struct xen_segment *segment;
	int err = model_layout_init(&layout, &kernel, numbers[0], numbers[1]);

	if (err)
		return die("domain", err);
	for (segment = layout.segments; segment < layout.segments + layout.nr; segment++)
		printf("%s|%#lx|%#lx|%#lx\n", segment->name, segment->vaddr,
		       segment->pfn, segment->nr_pages);
	return 0;
}

static int obey(const char *command, const u64 *numbers)
{
	if (!strcmp(command, "ram"))
		return add_range(MODEL_RAM, numbers);
	if (!strcmp(command, "firmware"))
		return add_range(MODEL_FIRMWARE, numbers);
	if (!strcmp(command, "xen"))
		return add_range(MODEL_XEN, numbers);
	if (!strcmp(command, "module"))
		return add_module(numbers[0]);
	if (!strcmp(command, "boot"))
		return boot_machine();
	if (!strcmp(command, "domain"))
		return print_domain(numbers);
	if (!strcmp(command, "image")) {
		loader.xen_pages = numbers[0];
		loader.xen_gap_pages = numbers[1];
		return 0;
	}
	if (!strcmp(command, "between")) {
		loader.floor = numbers[0];
		loader.limit = numbers[1];
		loader.xen_limit = numbers[2];
		return 0;
	}
	return die(command, -EINVAL);
}

int main(void)
{
	char line[512], *word, *rest;
	u64 numbers[WORDS];
	unsigned int i;

	while (fgets(line, sizeof(line), stdin)) {
		word = strtok_r(line, " \n", &rest);
		if (!word)
			continue;
		for (i = 0; i < WORDS; i++) {
			char *number = strtok_r(NULL, " \n", &rest);

			numbers[i] = number ? strtoull(number, NULL, 0) : 0;
		}
		if (obey(word, numbers))
			return 1;
	}
	return 0;
}
