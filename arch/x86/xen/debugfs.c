// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/debug/xendomu: one file for each thing we know. */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/seq_file.h>

#include "internal.h"

static struct dentry *root;

/**
 * xen_debugfs() - the directory that all xendomu modules put their files in
 *
 * Context: Any, while the calling module uses this one.
 * Return: The directory, or what debugfs_create_dir() gave where debugfs is
 * off; pass it on unchecked as debugfs wants it.
 */
struct dentry *xen_debugfs(void)
{
	return root;
}
EXPORT_SYMBOL_GPL(xen_debugfs);

static int guest_show(struct seq_file *m, void *unused)
{
	xen_guest_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(guest);

static int version_show(struct seq_file *m, void *unused)
{
	return xen_version_show(m);
}
DEFINE_SHOW_ATTRIBUTE(version);

static int start_info_show(struct seq_file *m, void *unused)
{
	return xen_guest_ops->show_start_info(m);
}
DEFINE_SHOW_ATTRIBUTE(start_info);

static int startup_map_show(struct seq_file *m, void *unused)
{
	return xen_guest_ops->show_startup_map(m);
}
DEFINE_SHOW_ATTRIBUTE(startup_map);

static int shared_info_show(struct seq_file *m, void *unused)
{
	return xen_shared_info_show(m);
}
DEFINE_SHOW_ATTRIBUTE(shared_info);

static int runstate_show(struct seq_file *m, void *unused)
{
	return xen_runstate_show(m);
}
DEFINE_SHOW_ATTRIBUTE(runstate);

static int frametable_show(struct seq_file *m, void *unused)
{
	return xen_frametable_show(m);
}
DEFINE_SHOW_ATTRIBUTE(frametable);

/**
 * xen_debugfs_init() - create the files
 *
 * Context: Process, while the module loads.
 * Return: 0; -EEXIST if there is such a directory already.
 */
int xen_debugfs_init(void)
{
	root = debugfs_create_dir("xendomu", NULL);
	if (root == ERR_PTR(-EEXIST))
		return -EEXIST;
	debugfs_create_file("guest", 0400, root, NULL, &guest_fops);
	debugfs_create_file("version", 0400, root, NULL, &version_fops);
	debugfs_create_file("start_info", 0400, root, NULL, &start_info_fops);
	debugfs_create_file("startup_map", 0400, root, NULL, &startup_map_fops);
	debugfs_create_file("shared_info", 0400, root, NULL, &shared_info_fops);
	debugfs_create_file("runstate", 0400, root, NULL, &runstate_fops);
	debugfs_create_file("frametable", 0400, root, NULL, &frametable_fops);
	return 0;
}

/**
 * xen_debugfs_exit() - remove the files
 *
 * Context: Process, while the module unloads.
 */
void xen_debugfs_exit(void)
{
	debugfs_remove(root);
	root = NULL;
}
