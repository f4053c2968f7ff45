// SPDX-License-Identifier: GPL-2.0-only
/*
 * A peer with many pages, in dom0.
 *
 * gnttab-many DOMID FIRST COUNT
 *
 * Maps COUNT pages granted by references from FIRST on, says "mapped", keeps
 * them until its standard input ends, then writes to every page and lets all
 * go at once by ending. Exit status 0, 2 if they could not be mapped.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xengnttab.h>

#define PAGE_BYTES 4096

int main(int argc, char **argv)
{
	uint32_t *refs, first, count, i;
	xengnttab_handle *gnttab;
	char *pages, byte;

	if (argc != 4)
		errx(2, "usage: gnttab-many DOMID FIRST COUNT");
	first = strtoul(argv[2], NULL, 0);
	count = strtoul(argv[3], NULL, 0);
	refs = calloc(count, sizeof(*refs));
	if (!refs)
		err(2, "%u references", count);
	for (i = 0; i < count; i++)
		refs[i] = first + i;
	gnttab = xengnttab_open(NULL, 0);
	if (!gnttab)
		err(2, "cannot open the grant device");
	pages = xengnttab_map_domain_grant_refs(gnttab, count, atoi(argv[1]),
						refs, PROT_READ | PROT_WRITE);
	if (!pages)
		err(2, "cannot map %u references", count);
	puts("mapped");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	memset(pages, 0x5a, (size_t)count * PAGE_BYTES);
	return 0;
}
