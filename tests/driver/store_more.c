// SPDX-License-Identifier: GPL-2.0-only
/* Commands on XenStore for a store that does not behave. */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <xen/xenbus.h>

#include "testdrv.h"

#define MAX_BYTES 8192

/* writebig PATH BYTES: a value that many bytes long */
static int cmd_writebig(char *args, struct seq_file *answer)
{
	char *path = strsep(&args, " ");
	unsigned int bytes;
	char *value;
	int err;

	if (!args || kstrtouint(args, 10, &bytes) || bytes > MAX_BYTES)
		return -EINVAL;
	value = kzalloc(bytes + 1, GFP_KERNEL);
	if (!value)
		return -ENOMEM;
	memset(value, 'v', bytes);
	err = xenbus_write(XBT_NIL, path, "", value);
	kfree(value);
	return err;
}

/* length PATH: how many bytes its value has */
static int cmd_length(char *args, struct seq_file *answer)
{
	unsigned int len;
	char *value = xenbus_read(XBT_NIL, args, "", &len);

	if (IS_ERR(value))
		return PTR_ERR(value);
	seq_printf(answer, "%u %zu\n", len, strlen(value));
	kfree(value);
	return 0;
}

/* transaction: begins one, and undoes it */
static int cmd_transaction(char *args, struct seq_file *answer)
{
	struct xenbus_transaction t;
	int err = xenbus_transaction_start(&t);

	return err ?: xenbus_transaction_end(t, 1);
}

/* number PATH: as an unsigned number, 42 if there is none */
static int cmd_number(char *args, struct seq_file *answer)
{
	seq_printf(answer, "%u\n", xenbus_read_unsigned(args, "", 42));
	return 0;
}

/* count PATH: how many nodes are below, and how many bytes their names have */
static int cmd_count(char *args, struct seq_file *answer)
{
	unsigned int i, nr, bytes = 0;
	char **names = xenbus_directory(XBT_NIL, args, "", &nr);

	if (IS_ERR(names))
		return PTR_ERR(names);
	for (i = 0; i < nr; i++)
		bytes += strlen(names[i]);
	seq_printf(answer, "%u %u\n", nr, bytes);
	kfree(names);
	return 0;
}

const struct command store_more_commands[] = {
	{ "writebig", cmd_writebig },
	{ "length", cmd_length },
	{ "transaction", cmd_transaction },
	{ "number", cmd_number },
	{ "count", cmd_count },
	{}
};
