// SPDX-License-Identifier: GPL-2.0-only
/*
 * A printk console of our own, for kernels booted without console=hvcN.
 *
 * With that parameter hvc's own printk console writes here, and two would
 * write everything twice.
 */
#include <linux/console.h>
#include <linux/module.h>
#include <linux/string.h>

#include <xen/compat.h>

#include "internal.h"

static bool printk_wanted;
module_param_named(printk, printk_wanted, bool, 0444);
MODULE_PARM_DESC(printk,
		 "have printk write its log, from the beginning, to the primary console (N)");

static struct xencons *target;

static void write_line(struct console *con, const char *text, unsigned int len)
{
	const char *end = text + len, *newline;

	while ((newline = memchr(text, '\n', end - text))) {
		xencons_log(target, text, newline - text);
		xencons_log(target, "\r\n", 2);
		text = newline + 1;
	}
	xencons_log(target, text, end - text);
	xencons_announce(target);
}

/* Enabled from the start: else it would have to be on the command line. */
static struct console printk_console = {
	.name = "xendomu",
	.write = write_line,
	.flags = CON_PRINTBUFFER | CON_ENABLED,
	.index = -1,
};

static bool has_hvc_console(int index)
{
	struct console *con;
	bool has = false;

	compat_console_list_lock();
	for_each_console(con)
		has |= !strcmp(con->name, "hvc") && con->index == index;
	compat_console_list_unlock();
	return has;
}

/**
 * xencons_printk_init() - have printk write to a console, if asked for
 * @cons: the console, open
 *
 * Context: Process; sleeps.
 */
void xencons_printk_init(struct xencons *cons)
{
	if (!printk_wanted || has_hvc_console(cons->index))
		return;
	target = cons;
	register_console(&printk_console);
}

/**
 * xencons_printk_exit() - have printk leave the console
 *
 * Context: Process; sleeps.
 */
void xencons_printk_exit(void)
{
	if (target)
		unregister_console(&printk_console);
	target = NULL;
}
