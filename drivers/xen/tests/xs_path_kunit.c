// SPDX-License-Identifier: GPL-2.0-only
/* Names of nodes, and numbers of transactions, from a store and from drivers. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "memory.h"
#include "xenstore/internal.h"

static int init(struct kunit *test)
{
	memory_begin();
	return 0;
}

static void drop(struct kunit *test)
{
	memory_fails_at(0);
	KUNIT_EXPECT_EQ(test, 0, memory_in_use());
}

static const struct nodes {
	const char *name;
	const char *path, *node;
	bool is_below;
} nodes[] = {
	{ "the node itself", "a/b", "a/b", true },
	{ "its child", "a/b/c", "a/b", true },
	{ "far below it", "a/b/c/d/e", "a/b", true },
	{ "everything is below the root", "/x", "/", true },
	{ "the root is below itself", "/", "/", true },
	{ "a relative path is not below the root", "x", "/", false },
	{ "a special one", "@releaseDomain", "@releaseDomain", true },
	{ "another special one", "@introduceDomain", "@releaseDomain", false },
	{ "a node that begins alike", "a/bc", "a/b", false },
	{ "the node above", "a", "a/b", false },
	{ "another directory's", "c/b", "a/b", false },
	{ "an empty path", "", "a", false },
	{ "an absolute for a relative one", "/a/b", "a/b", false },
};

static void name_of_nodes(const struct nodes *nodes, char *description)
{
	strscpy(description, nodes->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(nodes, nodes, name_of_nodes);

static void only_nodes_below_are_below(struct kunit *test)
{
	const struct nodes *nodes = test->param_value;

	KUNIT_EXPECT_EQ(test, nodes->is_below,
			xs_path_is_below(nodes->path, nodes->node));
}

static void expect_path(struct kunit *test, const char *dir, const char *node,
			const char *expected)
{
	char *path = xs_join(dir, node);

	KUNIT_ASSERT_FALSE(test, IS_ERR(path));
	KUNIT_EXPECT_STREQ(test, expected, path);
	kfree(path);
}

static void a_node_comes_behind_its_directory(struct kunit *test)
{
	expect_path(test, "device/vif", "0", "device/vif/0");
	expect_path(test, "device", "vif/0/state", "device/vif/0/state");
	expect_path(test, "", "x", "/x");
}

static void no_node_is_the_directory_itself(struct kunit *test)
{
	expect_path(test, "device/vif", "", "device/vif");
	expect_path(test, "/", "", "/");
	expect_path(test, "", "", "");
}

static void a_path_has_a_limit(struct kunit *test)
{
	char *dir = kunit_kzalloc(test, XENSTORE_ABS_PATH_MAX + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dir);
	memset(dir, 'a', XENSTORE_ABS_PATH_MAX - 1);
	expect_path(test, dir, "", dir);
	KUNIT_EXPECT_EQ(test, (long)-ENAMETOOLONG, PTR_ERR(xs_join(dir, "x")));
	dir[XENSTORE_ABS_PATH_MAX - 1] = 'a';
	KUNIT_EXPECT_EQ(test, (long)-ENAMETOOLONG, PTR_ERR(xs_join(dir, "")));
}

static void a_path_needs_memory(struct kunit *test)
{
	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, (long)-ENOMEM, PTR_ERR(xs_join("a", "b")));
	memory_fails_at(1);
	KUNIT_EXPECT_EQ(test, (long)-ENOMEM, PTR_ERR(xs_join("a", "")));
}

static const struct number {
	const char *name;
	const char *text;
	u32 number; /* 0 if it is refused */
} numbers[] = {
	{ "one", "1", 1 },
	{ "a large one", "4294967295", U32_MAX },
	{ "none", "0" },
	{ "one too large", "4294967296" },
	{ "a negative one", "-1" },
	{ "a hexadecimal one", "0x10" },
	{ "one with more behind it", "12a" },
	{ "a word", "OK" },
	{ "nothing", "" },
};

static void name_of_number(const struct number *number, char *description)
{
	strscpy(description, number->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(numbers, numbers, name_of_number);

static void a_transaction_has_a_number(struct kunit *test)
{
	const struct number *expected = test->param_value;
	u32 number = 77;

	KUNIT_EXPECT_EQ(test, expected->number ? 0 : -EPROTO,
			xs_transaction_number(expected->text, &number));
	if (expected->number)
		KUNIT_EXPECT_EQ(test, expected->number, number);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(only_nodes_below_are_below, nodes_gen_params),
	KUNIT_CASE(a_node_comes_behind_its_directory),
	KUNIT_CASE(no_node_is_the_directory_itself),
	KUNIT_CASE(a_path_has_a_limit),
	KUNIT_CASE(a_path_needs_memory),
	KUNIT_CASE_PARAM(a_transaction_has_a_number, numbers_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "xs_path",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
