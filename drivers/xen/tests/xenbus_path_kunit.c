// SPDX-License-Identifier: GPL-2.0-only
/* Paths of devices, as anybody may write them. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "xenbus/internal.h"

/**
 * struct path_case - a path, and what of it names a device
 * @name: of the case
 * @path: the path
 * @levels: of the bus
 * @device: the device's directory, "" if none is named
 */
struct path_case {
	const char *name;
	const char *path;
	unsigned int levels;
	const char *device;
};

static const struct path_case paths[] = {
	{ "a frontend", "device/vbd/51712", 2, "device/vbd/51712" },
	{ "a node of it", "device/vbd/51712/state", 2, "device/vbd/51712" },
	{ "a node far below it", "device/vif/0/queue-1/tx-ring-ref", 2, "device/vif/0" },
	{ "a type", "device/vbd", 2, "" },
	{ "the root", "device", 2, "" },
	{ "nothing", "", 2, "" },
	{ "no type", "device//51712", 2, "" },
	{ "no name", "device/vbd/", 2, "" },
	{ "a slash more", "device/vbd/51712/", 2, "device/vbd/51712" },
	{ "an absolute path", "/local/domain/1", 2, "" },
	{ "a backend", "backend/vif/7/0/state", 3, "backend/vif/7/0" },
	{ "a backend's domain", "backend/vif/7", 3, "" },
};

static void describe(const struct path_case *path, char *description)
{
	strscpy(description, path->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(paths, paths, describe);

static void device_is_found_in_path(struct kunit *test)
{
	const struct path_case *path = test->param_value;
	size_t len = xenbus_path_of_device(path->path, path->levels);

	KUNIT_EXPECT_EQ(test, strlen(path->device), len);
	KUNIT_EXPECT_EQ(test, 0, strncmp(path->path, path->device, len));
}

static void nodes_of_its_driver_do_not_matter(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, xenbus_path_matters(""));
	KUNIT_EXPECT_TRUE(test, xenbus_path_matters("/state"));
	KUNIT_EXPECT_TRUE(test, xenbus_path_matters("/backend-id"));
	KUNIT_EXPECT_FALSE(test, xenbus_path_matters("/ring-ref"));
	KUNIT_EXPECT_FALSE(test, xenbus_path_matters("/states"));
	KUNIT_EXPECT_FALSE(test, xenbus_path_matters("/state/state"));
}

static void type_is_second_component(struct kunit *test)
{
	char type[TYPE_BYTES];

	KUNIT_EXPECT_EQ(test, 0, xenbus_path_type("device/vbd/1", type));
	KUNIT_EXPECT_STREQ(test, "vbd", type);
	KUNIT_EXPECT_EQ(test, 0, xenbus_path_type("device", type));
	KUNIT_EXPECT_STREQ(test, "", type);
}

static void longest_type_fits_and_a_longer_one_does_not(struct kunit *test)
{
	char type[TYPE_BYTES];

	KUNIT_EXPECT_EQ(test, 0,
			xenbus_path_type("device/1234567890123456789012345678901/0",
					 type));
	KUNIT_EXPECT_STREQ(test, "1234567890123456789012345678901", type);
	KUNIT_EXPECT_EQ(test, -ENAMETOOLONG,
			xenbus_path_type("device/12345678901234567890123456789012/0",
					 type));
}

static void name_has_type_domain_and_number(struct kunit *test)
{
	char name[NAME_BYTES];

	KUNIT_EXPECT_EQ(test, 0, xenbus_path_name("device/vbd/51712", -1, name));
	KUNIT_EXPECT_STREQ(test, "vbd-51712", name);
	KUNIT_EXPECT_EQ(test, 0, xenbus_path_name("backend/vif/7/0", 7, name));
	KUNIT_EXPECT_STREQ(test, "vif-7-0", name);
	KUNIT_EXPECT_EQ(test, 0, xenbus_path_name("backend/vif/0/1", 0, name));
	KUNIT_EXPECT_STREQ(test, "vif-0-1", name);
	KUNIT_EXPECT_EQ(test, 0, xenbus_path_name("device", -1, name));
	KUNIT_EXPECT_STREQ(test, "-device", name);
}

static void name_that_does_not_fit_is_refused(struct kunit *test)
{
	char path[2 * NAME_BYTES] = "device/vbd/";
	char name[NAME_BYTES];
	size_t prefix = strlen(path);
	size_t room = NAME_BYTES - 1 - strlen("vbd-");

	memset(path + prefix, '1', room);
	KUNIT_EXPECT_EQ(test, 0, xenbus_path_name(path, -1, name));
	path[prefix + room] = '1';
	KUNIT_EXPECT_EQ(test, -ENAMETOOLONG, xenbus_path_name(path, -1, name));
	KUNIT_EXPECT_EQ(test, -ENAMETOOLONG,
			xenbus_path_name("device/12345678901234567890123456789012/0",
					 -1, name));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(device_is_found_in_path, paths_gen_params),
	KUNIT_CASE(nodes_of_its_driver_do_not_matter),
	KUNIT_CASE(type_is_second_component),
	KUNIT_CASE(longest_type_fits_and_a_longer_one_does_not),
	KUNIT_CASE(name_has_type_domain_and_number),
	KUNIT_CASE(name_that_does_not_fit_is_refused),
	{}
};

static struct kunit_suite suite = {
	.name = "xenbus_path",
	.test_cases = cases,
};

kunit_test_suite(suite);
