// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/hypervisor: what guest tools ask about the hypervisor.
 *
 * A kernel that knows it is on Xen provides it, and then nothing is added. One
 * that does not know (HVM with xen_nopv), or was built without Xen, has no such
 * files, and perhaps not even the directory. The names and formats are those of
 * Documentation/ABI/stable/sysfs-hypervisor-xen.
 */
#include <linux/err.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uuid.h>

#include <asm/xen/hypercall.h>
#include <xen/interface/features.h>
#include <xen/interface/version.h>

#include "internal.h"

static struct kobject *dir;
/* The directory is ours. */
static bool is_dir_ours;

static ssize_t show_text(char *buf, enum xen_text which)
{
	char *text = xen_version_text(which);
	ssize_t ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = sysfs_emit(buf, "%s\n", text);
	kfree(text);
	return ret;
}

#define TEXT(_name, _which)                                                   \
	static ssize_t _name##_show(struct kobject *kobj,                     \
				    struct kobj_attribute *attr, char *buf)   \
	{                                                                     \
		return show_text(buf, _which);                                \
	}                                                                     \
	static struct kobj_attribute _name##_attr = __ATTR_RO(_name)

TEXT(extra, XEN_TEXT_EXTRAVERSION);
TEXT(compiler, XEN_TEXT_COMPILER);
TEXT(compiled_by, XEN_TEXT_COMPILE_BY);
TEXT(compile_date, XEN_TEXT_COMPILE_DATE);
TEXT(capabilities, XEN_TEXT_CAPABILITIES);
TEXT(changeset, XEN_TEXT_CHANGESET);

#define FACT(_name)                                                          \
	static ssize_t _name##_show(struct kobject *kobj,                     \
				    struct kobj_attribute *attr, char *buf);  \
	static struct kobj_attribute _name##_attr = __ATTR_RO(_name);         \
	static ssize_t _name##_show(struct kobject *kobj,                     \
				    struct kobj_attribute *attr, char *buf)

FACT(type)
{
	return sysfs_emit(buf, "xen\n");
}

FACT(guest_type)
{
	/* dom0 is a PV guest, too. */
	if (xen_personality() == XEN_PERSONALITY_DOM0)
		return sysfs_emit(buf, "PV\n");
	return sysfs_emit(buf, "%s\n", xen_personality_name(xen_personality()));
}

FACT(uuid)
{
	xen_domain_handle_t uuid;
	int err = HYPERVISOR_xen_version(XENVER_guest_handle, &uuid);

	return err ?: sysfs_emit(buf, "%pU\n", uuid);
}

FACT(major)
{
	int version = HYPERVISOR_xen_version(XENVER_version, NULL);

	return version < 0 ? version : sysfs_emit(buf, "%d\n", version >> 16);
}

FACT(minor)
{
	int version = HYPERVISOR_xen_version(XENVER_version, NULL);

	return version < 0 ? version :
			     sysfs_emit(buf, "%d\n", version & 0xffff);
}

FACT(virtual_start)
{
	struct xen_platform_parameters parameters;
	int err = HYPERVISOR_xen_version(XENVER_platform_parameters,
					 &parameters);

	return err ?: sysfs_emit(buf, "%" PRI_xen_ulong "\n",
				 parameters.virt_start);
}

FACT(pagesize)
{
	int bytes = HYPERVISOR_xen_version(XENVER_pagesize, NULL);

	return bytes < 0 ? bytes : sysfs_emit(buf, "%x\n", bytes);
}

/* The highest word first, so that all of them are one number. */
FACT(features)
{
	ssize_t len = 0;
	int i;

	for (i = XENFEAT_NR_SUBMAPS - 1; i >= 0; i--) {
		struct xen_feature_info info = { .submap_idx = i };
		int err = HYPERVISOR_xen_version(XENVER_get_features, &info);

		if (err)
			return err;
		len += sysfs_emit_at(buf, len, "%08x", info.submap);
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

/* Bytes, not text. */
FACT(buildid)
{
	struct xen_build_id *id = xen_build_id();
	ssize_t bytes;

	if (id == ERR_PTR(-EPERM))
		return strscpy(buf, "<denied>", PAGE_SIZE);
	if (IS_ERR(id))
		return PTR_ERR(id);
	bytes = min_t(size_t, id->len, PAGE_SIZE);
	memcpy(buf, id->buf, bytes);
	kfree(id);
	return bytes;
}

static struct attribute *own_attrs[] = {
	&type_attr.attr, &guest_type_attr.attr, &uuid_attr.attr, NULL,
};

static struct attribute *version_attrs[] = {
	&major_attr.attr, &minor_attr.attr, &extra_attr.attr, NULL,
};

static struct attribute *compilation_attrs[] = {
	&compiler_attr.attr, &compiled_by_attr.attr, &compile_date_attr.attr,
	NULL,
};

static struct attribute *properties_attrs[] = {
	&capabilities_attr.attr, &changeset_attr.attr,
	&virtual_start_attr.attr, &pagesize_attr.attr,
	&features_attr.attr, &buildid_attr.attr,
	NULL,
};

static const struct attribute_group own_group = { .attrs = own_attrs };
static const struct attribute_group version_group = {
	.name = "version",
	.attrs = version_attrs,
};

static const struct attribute_group compilation_group = {
	.name = "compilation",
	.attrs = compilation_attrs,
};

static const struct attribute_group properties_group = {
	.name = "properties",
	.attrs = properties_attrs,
};

static const struct attribute_group *groups[] = {
	&own_group, &version_group, &compilation_group, &properties_group, NULL,
};

/* A kernel built with any hypervisor's files has the directory. */
static struct kobject *find_dir(void)
{
#ifdef CONFIG_SYS_HYPERVISOR
	return hypervisor_kobj;
#else
	is_dir_ours = true;
	return kobject_create_and_add("hypervisor", NULL);
#endif
}

static void forget_dir(void)
{
	if (is_dir_ours)
		kobject_put(dir);
	is_dir_ours = false;
	dir = NULL;
}

/* The kernel's, or another hypervisor's. */
static bool has_type(struct kobject *kobj)
{
	struct kernfs_node *node = kernfs_find_and_get(kobj->sd, "type");

	kernfs_put(node);
	return node;
}

/**
 * xen_sysfs_init() - provide /sys/hypervisor where the kernel does not
 *
 * Context: Process, while the module loads.
 * Return: 0, also if there is nothing to provide; or -errno.
 */
int xen_sysfs_init(void)
{
	int err;

	dir = find_dir();
	if (!dir) {
		is_dir_ours = false;
		pr_err("cannot make /sys/hypervisor\n");
		return -ENOMEM;
	}
	if (has_type(dir)) {
		forget_dir();
		return 0;
	}
	err = sysfs_create_groups(dir, groups);
	if (err) {
		pr_err("cannot fill /sys/hypervisor (%d)\n", err);
		forget_dir();
	}
	return err;
}

/**
 * xen_sysfs_exit() - undo xen_sysfs_init()
 *
 * Context: Process, while the module unloads.
 */
void xen_sysfs_exit(void)
{
	if (!dir)
		return;
	sysfs_remove_groups(dir, groups);
	forget_dir();
}
