// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the toolstack tells the store of a domain it has built, said again: for
 * a server that began anew and knows of no domain.
 *
 * xenstore-introduce DOMID GFN PORT
 */
#include <err.h>
#include <stdlib.h>

#include <xenstore.h>

int main(int argc, char **argv)
{
	struct xs_handle *store;

	if (argc != 4)
		errx(2, "usage: xenstore-introduce DOMID GFN PORT");
	store = xs_open(0);
	if (!store)
		err(1, "cannot open the store");
	if (!xs_introduce_domain(store, strtoul(argv[1], NULL, 0),
				 strtoul(argv[2], NULL, 0),
				 strtoul(argv[3], NULL, 0)))
		err(1, "the store does not take domain %s", argv[1]);
	xs_close(store);
	return 0;
}
