// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the store should hold, and say.
 *
 * Where the two servers differ is told beside the line that follows them; it
 * was measured with those of Xen 4.17.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <xen/interface/io/xs_wire.h>

#include "soak.h"

/* Quotas of 4.17, the same in both. */
#define ENTRY_BYTES_MAX 2048
/* The C server keeps no more permissions of a node; the other does not count. */
#define PERMS_MAX_C 5
/* What the C server adds to an entry: a header, and so much for a permission. */
#define HEADER_BYTES_C 24
#define PERM_BYTES_C 8

static const char *const names[FANOUT] = {
	"a", "b2", "The-longest_name_of_all_that_are_used_here", "D_d"
};

static unsigned int parent_of(unsigned int place)
{
	return (place - 1) / FANOUT;
}

static unsigned int first_child(unsigned int place)
{
	return place * FANOUT + 1;
}

/**
 * place_name() - name of a node in its directory
 * @place: the place; not the root
 *
 * Context: Any.
 */
const char *place_name(unsigned int place)
{
	return names[(place - 1) % FANOUT];
}

/**
 * place_path() - path of a node
 * @place: the place
 * @path: PLACE_PATH_MAX bytes; set to the path from the root, "" for it
 *
 * Context: Any.
 */
void place_path(unsigned int place, char *path)
{
	*path = '\0';
	if (!place)
		return;
	place_path(parent_of(place), path);
	if (*path)
		strlcat(path, "/", PLACE_PATH_MAX);
	strlcat(path, place_name(place), PLACE_PATH_MAX);
}

/**
 * place_pick() - a place at random, every level as often as the others
 * @dice: the dice
 *
 * Context: Any.
 */
unsigned int place_pick(struct rnd_state *dice)
{
	unsigned int level = roll(dice, 4), place = 0;

	while (level--)
		place = first_child(place) + roll(dice, FANOUT);
	return place;
}

/* Printable, and never taken for a number. */
static unsigned int print_text(const struct value *value, char *text)
{
	u32 x = value->seed;
	unsigned int i;

	for (i = 0; i < value->len; i++) {
		x = x * 1664525 + 1013904223;
		text[i] = i ? ' ' + (x >> 16) % 95 : 'a' + (x >> 16) % 26;
	}
	text[i] = '\0';
	return i;
}

/**
 * value_print() - a value as the store has it
 * @value: the value
 * @text: VALUE_ROOM bytes
 *
 * Context: Any.
 * Return: Its length.
 */
unsigned int value_print(const struct value *value, char *text)
{
	if (value->is_number)
		return snprintf(text, VALUE_ROOM, "%u", value->seed);
	return print_text(value, text);
}

static unsigned int value_len(const struct value *value)
{
	char number[16];

	if (!value->is_number)
		return value->len;
	return snprintf(number, sizeof(number), "%u", value->seed);
}

/* The C server counts an entry with its permissions and children's names. */
static unsigned int entry_overhead(const struct model *model,
				   unsigned int place)
{
	unsigned int i, bytes = HEADER_BYTES_C;

	bytes += model->nodes[place].perms.nr * PERM_BYTES_C;
	for (i = first_child(place); i < first_child(place) + FANOUT; i++)
		if (i < NR_PLACES && model->nodes[i].exists)
			bytes += strlen(place_name(i)) + 1;
	return bytes;
}

static bool fits(const struct model *model, unsigned int place)
{
	return entry_overhead(model, place) +
		       value_len(&model->nodes[place].value) <
	       ENTRY_BYTES_MAX;
}

/* The nearest that exists, at this place or above; -1 if there is no root. */
static int nearest(const struct model *model, unsigned int place)
{
	while (!model->nodes[place].exists) {
		if (!place)
			return -1;
		place = parent_of(place);
	}
	return place;
}

/* What a new node gets: its directory's, or those of the domain's own. */
static struct perms inherited(const struct model *model, int place)
{
	if (place >= 0)
		return model->nodes[place].perms;
	return (struct perms){ .nr = 1, .list = { { 'n', own_domid } } };
}

/**
 * model_value_limit() - the longest value that a node may have
 * @model: the tree
 * @place: the node, or where it would be made
 *
 * Context: Any.
 */
unsigned int model_value_limit(const struct model *model, unsigned int place)
{
	unsigned int overhead = entry_overhead(model, place);

	if (plan.is_oxenstored)
		return ENTRY_BYTES_MAX;
	if (!model->nodes[place].exists)
		overhead += inherited(model, nearest(model, place)).nr *
			    PERM_BYTES_C;
	return ENTRY_BYTES_MAX - 1 - overhead;
}

/* Makes it, and what is missing above it, without a value. */
static void make(struct model *model, unsigned int place)
{
	struct node fresh = {
		.exists = true,
		.perms = inherited(model, nearest(model, place)),
	};

	while (!model->nodes[place].exists) {
		model->nodes[place] = fresh;
		if (!place)
			break;
		place = parent_of(place);
	}
}

/* The nodes that would be written: up to the one that has a child more. */
static bool all_fit(const struct model *model, unsigned int place, int above)
{
	for (;;) {
		if (!fits(model, place))
			return false;
		if (!place || (int)place == above)
			return true;
		place = parent_of(place);
	}
}

static void unmake(struct model *model, unsigned int place, int above)
{
	while ((int)place != above) {
		model->nodes[place] = (struct node){};
		if (!place)
			break;
		place = parent_of(place);
	}
}

/* The C server does all or nothing. */
static int put_c(struct model *model, unsigned int place,
		 const struct value *value)
{
	struct node *node = &model->nodes[place];
	int above = nearest(model, place);
	struct value old = node->value;

	make(model, place);
	if (value)
		node->value = *value;
	if (all_fit(model, place, above)) {
		model->is_changed = true;
		return 0;
	}
	model->is_spoilt = true;
	if ((int)place == above)
		node->value = old;
	else
		unmake(model, place, above);
	return -ENOSPC;
}

/*
 * The other makes the directories first, and leaves them there; but not beyond
 * the end of a transaction that changed nothing else.
 */
static int put_ox(struct model *model, unsigned int place,
		  const struct value *value)
{
	if (value_len(value) > ENTRY_BYTES_MAX) {
		if (place)
			make(model, parent_of(place));
		return -E2BIG;
	}
	make(model, place);
	model->nodes[place].value = *value;
	model->is_changed = true;
	return 0;
}

/**
 * model_write() - write a value
 * @model: the tree
 * @place: the node
 * @value: the value
 * @path_len: of the node's path as it is sent
 *
 * Context: Any.
 * Return: What xenbus_write() should.
 */
int model_write(struct model *model, unsigned int place,
		const struct value *value, unsigned int path_len)
{
	if (path_len + 1 + value_len(value) > XENSTORE_PAYLOAD_MAX)
		return -E2BIG;
	if (plan.is_oxenstored)
		return put_ox(model, place, value);
	return put_c(model, place, value);
}

/**
 * model_mkdir() - make a node
 * @model: the tree
 * @place: the node
 *
 * Context: Any.
 * Return: What xenbus_mkdir() should.
 */
int model_mkdir(struct model *model, unsigned int place)
{
	if (model->nodes[place].exists)
		return 0;
	if (!plan.is_oxenstored)
		return put_c(model, place, NULL);
	make(model, place);
	model->is_changed = true;
	return 0;
}

static void forget(struct model *model, unsigned int place)
{
	unsigned int i;

	model->nodes[place] = (struct node){};
	for (i = first_child(place);
	     i < first_child(place) + FANOUT && i < NR_PLACES; i++)
		forget(model, i);
}

/**
 * model_rm() - remove a node
 * @model: the tree
 * @place: the node
 *
 * A node that is not there is as good as removed, if its directory is there.
 *
 * Context: Any.
 * Return: What xenbus_rm() should.
 */
int model_rm(struct model *model, unsigned int place)
{
	if (place && !model->nodes[parent_of(place)].exists)
		return -ENOENT;
	if (model->nodes[place].exists)
		model->is_changed = true;
	forget(model, place);
	return 0;
}

/**
 * model_set_perms() - set permissions
 * @model: the tree
 * @place: the node
 * @perms: the permissions
 *
 * Context: Any.
 * Return: What xenbus_set_perms() should.
 */
int model_set_perms(struct model *model, unsigned int place,
		    const struct perms *perms)
{
	struct node *node = &model->nodes[place];
	struct perms old = node->perms;

	if (!plan.is_oxenstored && perms->nr > PERMS_MAX_C)
		return -ENOSPC;
	if (!node->exists)
		return -ENOENT;
	/* Nobody gives a node away: the servers have two names for that. */
	if (perms->list[0].domid != own_domid)
		return plan.is_oxenstored ? -EACCES : -EPERM;
	node->perms = *perms;
	model->is_changed = true;
	if (plan.is_oxenstored || fits(model, place))
		return 0;
	model->is_spoilt = true;
	node->perms = old;
	return -ENOSPC;
}

/**
 * model_init() - the tree as it is in the beginning: a root without a value
 * @model: the tree
 *
 * Context: Any.
 */
void model_init(struct model *model)
{
	forget(model, 0);
	make(model, 0);
}
