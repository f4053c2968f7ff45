// SPDX-License-Identifier: GPL-2.0-only
/* The watches of the model's XenStore. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "store.h"

/**
 * struct watch - a watch of the guest's
 * @link: in the store's list
 * @is_relative: its path was below the guest's home
 * @token: behind the path
 * @path: the node, in full
 */
struct watch {
	struct list_head link;
	bool is_relative;
	char *token;
	char path[];
};

static bool is_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	if (!above[1])
		return true;
	return !strncmp(path, above, len) && (!path[len] || path[len] == '/');
}

static void tell_watch(struct model_store *store, const struct watch *watch,
		       const char *path)
{
	size_t skip = watch->is_relative && is_below(path, MODEL_STORE_HOME) ?
		strlen(MODEL_STORE_HOME "/") : 0;
	size_t path_len, token_len = strlen(watch->token) + 1;
	char *body;

	path += min(skip, strlen(path));
	path_len = strlen(path) + 1;
	body = kmalloc(path_len + token_len, GFP_KERNEL);
	if (!body)
		return;
	memcpy(body, path, path_len);
	memcpy(body + path_len, watch->token, token_len);
	model_store_say(store, XS_WATCH_EVENT, 0, 0, body,
			path_len + token_len);
	kfree(body);
}

/**
 * model_store_fire() - tell the watches of a change
 * @store: the store, locked
 * @path: what has changed, or was removed with all below it
 *
 * Context: Process; sleeps.
 */
void model_store_fire(struct model_store *store, const char *path)
{
	struct watch *watch;

	list_for_each_entry(watch, &store->watches, link)
		if (is_below(path, watch->path))
			tell_watch(store, watch, path);
		else if (is_below(watch->path, path))
			tell_watch(store, watch, watch->path);
}

static struct watch *find_watch(struct model_store *store, const char *path,
				const char *token)
{
	struct watch *watch;

	list_for_each_entry(watch, &store->watches, link)
		if (!strcmp(watch->path, path) && !strcmp(watch->token, token))
			return watch;
	return NULL;
}

/**
 * model_watch_add() - watch a node
 * @store: the store, locked; the request that asks for it is in its body
 * @path: the node
 * @token: whoever watches, as a string
 *
 * Context: Process; sleeps.
 * Return: 0, -EEXIST or -ENOMEM.
 */
int model_watch_add(struct model_store *store, const char *path,
		    const char *token)
{
	size_t path_len = strlen(path) + 1, token_len = strlen(token) + 1;
	struct watch *watch;

	if (find_watch(store, path, token))
		return -EEXIST;
	watch = kmalloc(struct_size(watch, path, path_len + token_len),
			GFP_KERNEL);
	if (!watch)
		return -ENOMEM;
	memcpy(watch->path, path, path_len);
	watch->token = watch->path + path_len;
	memcpy(watch->token, token, token_len);
	watch->is_relative = store->body[0] != '/';
	list_add_tail(&watch->link, &store->watches);
	return 0;
}

/* The last one that was added fires. */
void model_watch_begin(struct model_store *store)
{
	struct watch *watch = list_last_entry(&store->watches, struct watch,
					      link);

	tell_watch(store, watch, watch->path);
}

static void free_watch(struct watch *watch)
{
	list_del(&watch->link);
	kfree(watch);
}

int model_watch_remove(struct model_store *store, const char *path,
		       const char *token)
{
	struct watch *watch = find_watch(store, path, token);

	if (!watch)
		return -ENOENT;
	free_watch(watch);
	return 0;
}

void model_watches_forget(struct model_store *store)
{
	struct watch *watch, *next;

	list_for_each_entry_safe(watch, next, &store->watches, link)
		free_watch(watch);
}

unsigned int model_store_nr_watches(struct model_store *store)
{
	struct watch *watch;
	unsigned int nr = 0;

	mutex_lock(&store->lock);
	list_for_each_entry(watch, &store->watches, link)
		nr++;
	mutex_unlock(&store->lock);
	return nr;
}
