// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes of the model's XenStore.
 *
 * A list of paths: slow, and so simple that it cannot be wrong. A parent that
 * is not there is made together with its child.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "store.h"

#define PERMS_BYTES 64

/**
 * struct node - a node
 * @link: in its tree
 * @perms: strings, each with its NUL
 * @perms_len: of all of them
 * @value: NUL-terminated behind @len
 * @len: its length
 * @path: where it is
 */
struct node {
	struct list_head link;
	char perms[PERMS_BYTES];
	size_t perms_len;
	char *value;
	size_t len;
	char path[];
};

static struct node *find(const struct model_tree *tree, const char *path)
{
	struct node *node;

	list_for_each_entry(node, &tree->nodes, link)
		if (!strcmp(node->path, path))
			return node;
	return NULL;
}

void model_tree_init(struct model_tree *tree)
{
	INIT_LIST_HEAD(&tree->nodes);
}

static void free_node(struct node *node)
{
	list_del(&node->link);
	kfree(node->value);
	kfree(node);
}

void model_tree_exit(struct model_tree *tree)
{
	struct node *node, *tmp;

	list_for_each_entry_safe(node, tmp, &tree->nodes, link)
		free_node(node);
}

static int set_value(struct node *node, const void *value, size_t len)
{
	char *copy = kmalloc(len + 1, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, value, len);
	copy[len] = '\0';
	kfree(node->value);
	node->value = copy;
	node->len = len;
	return 0;
}

static struct node *add(struct model_tree *tree, const char *path,
			const struct node *like)
{
	size_t len = strlen(path) + 1;
	struct node *node = kzalloc(struct_size(node, path, len), GFP_KERNEL);

	if (!node)
		return NULL;
	memcpy(node->path, path, len);
	node->perms_len = 3;
	memcpy(node->perms, "n0", 3);
	if (like) {
		node->perms_len = like->perms_len;
		memcpy(node->perms, like->perms, PERMS_BYTES);
	}
	if (set_value(node, "", 0)) {
		kfree(node);
		return NULL;
	}
	list_add_tail(&node->link, &tree->nodes);
	return node;
}

int model_tree_copy(struct model_tree *to, const struct model_tree *from)
{
	struct node *node, *copy;

	model_tree_init(to);
	list_for_each_entry(node, &from->nodes, link) {
		copy = add(to, node->path, node);
		if (copy && !set_value(copy, node->value, node->len))
			continue;
		model_tree_exit(to);
		return -ENOMEM;
	}
	return 0;
}

/* The path of the parent, in @parent; false for the root. */
static bool parent_of(const char *path, char *parent)
{
	const char *slash = strrchr(path, '/');

	if (!slash || !path[1])
		return false;
	strscpy(parent, path, max_t(size_t, slash - path, 1) + 1);
	return true;
}

/* The node, or the nearest one above it that there is. */
static struct node *nearest(struct model_tree *tree, const char *path)
{
	char at[MODEL_STORE_PATH_BYTES];
	struct node *node = find(tree, path);

	strscpy(at, path, sizeof(at));
	while (!node && parent_of(at, at))
		node = find(tree, at);
	return node;
}

static struct node *make(struct model_tree *tree, const char *path)
{
	char parent[MODEL_STORE_PATH_BYTES];
	struct node *node = find(tree, path), *above = NULL;

	if (node)
		return node;
	if (parent_of(path, parent)) {
		above = make(tree, parent);
		if (!above)
			return NULL;
	}
	return add(tree, path, above);
}

int model_tree_read(struct model_tree *tree, const char *path,
		    const char **value, size_t *len)
{
	struct node *node = find(tree, path);

	if (!node)
		return -ENOENT;
	*value = node->value;
	*len = node->len;
	return 0;
}

int model_tree_write(struct model_tree *tree, const char *path,
		     const void *value, size_t len)
{
	struct node *node = make(tree, path);

	return node ? set_value(node, value, len) : -ENOMEM;
}

int model_tree_mkdir(struct model_tree *tree, const char *path)
{
	return make(tree, path) ? 0 : -ENOMEM;
}

static bool is_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	if (!above[1])
		return true;
	return !strncmp(path, above, len) && (!path[len] || path[len] == '/');
}

int model_tree_rm(struct model_tree *tree, const char *path)
{
	struct node *node, *tmp;
	char parent[MODEL_STORE_PATH_BYTES];

	if (!path[1])
		return -EINVAL;
	/* A node that is not there is gone already, if its parent is there. */
	if (!find(tree, path))
		return parent_of(path, parent) && find(tree, parent) ?
			0 : -ENOENT;
	list_for_each_entry_safe(node, tmp, &tree->nodes, link)
		if (is_below(node->path, path))
			free_node(node);
	return 0;
}

/* Returns the length of the names, each with its NUL. */
int model_tree_list(struct model_tree *tree, const char *path, char *names,
		    size_t room)
{
	char parent[MODEL_STORE_PATH_BYTES];
	struct node *node;
	size_t len = 0;

	if (!find(tree, path))
		return -ENOENT;
	list_for_each_entry(node, &tree->nodes, link) {
		const char *name = strrchr(node->path, '/') + 1;
		size_t bytes = strlen(name) + 1;

		if (!parent_of(node->path, parent) || strcmp(parent, path))
			continue;
		if (len + bytes > room)
			return -E2BIG;
		memcpy(names + len, name, bytes);
		len += bytes;
	}
	return len;
}

int model_tree_get_perms(struct model_tree *tree, const char *path,
			 const char **perms, size_t *len)
{
	struct node *node = find(tree, path);

	if (!node)
		return -ENOENT;
	*perms = node->perms;
	*len = node->perms_len;
	return 0;
}

int model_tree_set_perms(struct model_tree *tree, const char *path,
			 const char *perms, size_t len)
{
	struct node *node = find(tree, path);

	if (!node)
		return -ENOENT;
	if (!len || len > PERMS_BYTES || perms[len - 1])
		return -EINVAL;
	memcpy(node->perms, perms, len);
	node->perms_len = len;
	return 0;
}

static bool letter_gives(char letter, char access)
{
	return letter == 'b' || letter == access;
}

/**
 * model_tree_may() - may a domain read or write a node?
 * @tree: the nodes
 * @path: the node; if it is not there, what counts is what is above it
 * @domid: the domain
 * @access: 'r' or 'w'
 *
 * The first permission names the owner, who may do everything, and what
 * everybody may do whom no other one names.
 *
 * Context: Process.
 * Return: true if so.
 */
bool model_tree_may(struct model_tree *tree, const char *path, domid_t domid,
		    char access)
{
	struct node *node = nearest(tree, path);
	const char *perm, *end;
	unsigned int id;

	if (!node || domid == 0)
		return node;
	end = node->perms + node->perms_len;
	for (perm = node->perms; perm < end; perm += strlen(perm) + 1)
		if (!kstrtouint(perm + 1, 10, &id) && id == domid)
			return perm == node->perms ||
			       letter_gives(*perm, access);
	return letter_gives(node->perms[0], access);
}

/**
 * model_store_write() - write a node, as dom0
 * @store: the store
 * @path: the node
 * @value: a string
 *
 * Context: Process; sleeps.
 * Return: 0 or -ENOMEM.
 */
int model_store_write(struct model_store *store, const char *path,
		      const char *value)
{
	int err;

	mutex_lock(&store->lock);
	err = model_tree_write(&store->tree, path, value, strlen(value));
	store->generation++;
	model_store_fire(store, path);
	mutex_unlock(&store->lock);
	schedule_work(&store->work);
	return err;
}

bool model_store_has(struct model_store *store, const char *path,
		     const char *value)
{
	const char *found;
	size_t len;
	bool has;

	mutex_lock(&store->lock);
	has = !model_tree_read(&store->tree, path, &found, &len) &&
	      !strcmp(found, value);
	mutex_unlock(&store->lock);
	return has;
}
