// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of a grant, in dom0.
 *
 * gnttab-peer DOMID REF rw EXPECTED REPLY
 * gnttab-peer DOMID REF ro EXPECTED
 *
 * Maps the page, compares the string in it with EXPECTED, writes REPLY where
 * it may, says "mapped", keeps the page until its standard input ends, then
 * unmaps it and says "unmapped". Exit status 0, 1 if the page held something
 * else, 2 if it could not be mapped.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xengnttab.h>

#define PAGE_BYTES 4096

static void say(const char *what)
{
	puts(what);
	fflush(stdout);
}

static void wait_for_end_of_input(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	bool is_writable = argc == 6 && !strcmp(argv[3], "rw");
	xengnttab_handle *gnttab;
	char *page;
	int prot;

	if (!is_writable && (argc != 5 || strcmp(argv[3], "ro")))
		errx(2, "usage: gnttab-peer DOMID REF ro|rw EXPECTED [REPLY]");
	gnttab = xengnttab_open(NULL, 0);
	if (!gnttab)
		err(2, "cannot open the grant device");
	prot = PROT_READ | (is_writable ? PROT_WRITE : 0);
	page = xengnttab_map_grant_ref(gnttab, atoi(argv[1]), atoi(argv[2]),
				       prot);
	if (!page)
		err(2, "cannot map reference %s of domain %s", argv[2],
		    argv[1]);
	if (strncmp(page, argv[4], PAGE_BYTES))
		errx(1, "expected \"%s\", found \"%.64s\"", argv[4], page);
	if (is_writable)
		snprintf(page, PAGE_BYTES, "%s", argv[5]);
	say("mapped");
	wait_for_end_of_input();
	if (xengnttab_unmap(gnttab, page, 1))
		err(2, "cannot unmap");
	say("unmapped");
	return 0;
}
