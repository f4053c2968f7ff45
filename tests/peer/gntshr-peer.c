// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain that grants, in dom0.
 *
 * gntshr-peer DOMID NR ro|rw
 *
 * Shares NR pages with DOMID, each with the text "page I of dom0", and says
 * "refs" and the references. Then each line of standard input is a question:
 * "show I" is answered with "shows I" and what is in the page. At the end of
 * input the pages are unshared, and it says "unshared". Exit status 0, or 2 if
 * something did not work.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xengnttab.h>

#define PAGE_BYTES 4096
#define MAX_PAGES 64

static char *pages;
static int nr_pages;

static char *page(int i)
{
	return pages + (size_t)i * PAGE_BYTES;
}

static void share(xengntshr_handle *gntshr, int domid, int is_writable)
{
	uint32_t refs[MAX_PAGES];
	int i;

	pages = xengntshr_share_pages(gntshr, domid, nr_pages, refs,
				      is_writable);
	if (!pages)
		err(2, "cannot share %d pages with domain %d", nr_pages, domid);
	printf("refs");
	for (i = 0; i < nr_pages; i++) {
		snprintf(page(i), PAGE_BYTES, "page %d of dom0", i);
		printf(" %u", refs[i]);
	}
	puts("");
}

static void answer(const char *question)
{
	int i;

	if (sscanf(question, "show %d", &i) != 1 || i < 0 || i >= nr_pages)
		errx(2, "not a question: %s", question);
	printf("shows %d %.64s\n", i, page(i));
}

int main(int argc, char **argv)
{
	xengntshr_handle *gntshr;
	char line[128];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 4)
		nr_pages = atoi(argv[2]);
	if (nr_pages < 1 || nr_pages > MAX_PAGES)
		errx(2, "usage: gntshr-peer DOMID NR ro|rw (NR: 1 to %d)",
		     MAX_PAGES);
	gntshr = xengntshr_open(NULL, 0);
	if (!gntshr)
		err(2, "cannot open the granting device");
	share(gntshr, atoi(argv[1]), !strcmp(argv[3], "rw"));
	while (fgets(line, sizeof(line), stdin))
		answer(line);
	if (xengntshr_unshare(gntshr, pages, nr_pages))
		err(2, "cannot unshare");
	puts("unshared");
	return 0;
}
