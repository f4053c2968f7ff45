// SPDX-License-Identifier: GPL-2.0-only
/* States and domains as text that a hostile other end writes. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "xenbus/internal.h"

/**
 * struct text - what stands in a node, and what it means
 * @name: of the case
 * @text: the text
 * @state: the state, -EINVAL for none
 * @domid: the domain, -EINVAL for none
 */
struct text {
	const char *name;
	const char *text;
	int state;
	int domid;
};

static const struct text texts[] = {
	{ "the lowest", "0", XenbusStateUnknown, 0 },
	{ "an ordinary number", "4", XenbusStateConnected, 4 },
	{ "the highest state", "8", XenbusStateReconfigured, 8 },
	{ "one above it", "9", -EINVAL, 9 },
	{ "the highest domain", "32751", -EINVAL, 32751 },
	{ "the domain one's own is called", "32752", -EINVAL, -EINVAL },
	{ "a negative number", "-1", -EINVAL, -EINVAL },
	{ "more than 32 bits", "4294967300", -EINVAL, -EINVAL },
	{ "nothing", "", -EINVAL, -EINVAL },
	{ "a word", "four", -EINVAL, -EINVAL },
	{ "a number and a word", "4 four", -EINVAL, -EINVAL },
	{ "hexadecimal", "0x4", -EINVAL, -EINVAL },
	{ "a line's end", "4\n", XenbusStateConnected, 4 },
	{ "two lines' ends", "4\n\n", -EINVAL, -EINVAL },
};

static void describe(const struct text *text, char *description)
{
	strscpy(description, text->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(texts, texts, describe);

static void only_states_are_states(struct kunit *test)
{
	const struct text *text = test->param_value;
	enum xenbus_state state = XenbusStateClosing;
	int err = xenbus_state_parse(text->text, &state);

	KUNIT_EXPECT_EQ(test, text->state, err ?: (int)state);
	if (err)
		KUNIT_EXPECT_EQ(test, (int)XenbusStateClosing, (int)state);
}

static void only_domains_are_domains(struct kunit *test)
{
	const struct text *text = test->param_value;
	int domid = 77;
	int err = xenbus_domid_parse(text->text, &domid);

	KUNIT_EXPECT_EQ(test, text->domid, err ?: domid);
	if (err)
		KUNIT_EXPECT_EQ(test, 77, domid);
}

static void states_have_linux_names(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "Unknown", xenbus_strstate(XenbusStateUnknown));
	KUNIT_EXPECT_STREQ(test, "Connected",
			   xenbus_strstate(XenbusStateConnected));
	KUNIT_EXPECT_STREQ(test, "Reconfigured",
			   xenbus_strstate(XenbusStateReconfigured));
}

static void other_numbers_are_invalid(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "INVALID", xenbus_strstate(9));
	KUNIT_EXPECT_STREQ(test, "INVALID", xenbus_strstate(-1));
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(only_states_are_states, texts_gen_params),
	KUNIT_CASE_PARAM(only_domains_are_domains, texts_gen_params),
	KUNIT_CASE(states_have_linux_names),
	KUNIT_CASE(other_numbers_are_invalid),
	{}
};

static struct kunit_suite suite = {
	.name = "xenbus_state",
	.test_cases = cases,
};

kunit_test_suite(suite);
