/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways of start_info_bad.h as a table of parameters. Include it where
 * "limits" is the struct xen_start_info_limits that a page is checked with.
 */
#ifndef _START_INFO_DAMAGE_H
#define _START_INFO_DAMAGE_H

struct start_info_damage {
	const char *name;
	const char *field;
	const char *reason;
	void (*spoil)(struct start_info *si);
};

#define SPOILED(_name, _field, _reason, _statement)      \
	static void spoil_##_name(struct start_info *si) \
	{                                                \
		_statement;                              \
	}
#include "start_info_bad.h"
#undef SPOILED

static const struct start_info_damage damages[] = {
#define SPOILED(_name, _field, _reason, _statement)           \
	{ .name = #_name, .field = _field, .reason = _reason, \
	  .spoil = spoil_##_name },
#include "start_info_bad.h"
#undef SPOILED
};

static void describe_damage(const struct start_info_damage *damage, char *description)
{
	strscpy(description, damage->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(damages, damages, describe_damage);

/* The page, damaged that way, is refused, and the right field is blamed. */
static void expect_damage_is_refused(struct kunit *test,
				     const struct start_info_damage *damage,
				     struct start_info *si)
{
	struct xen_start_info_fault fault;

	damage->spoil(si);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			xen_start_info_check(si, sizeof(*si), &limits, &fault));
	KUNIT_ASSERT_NOT_NULL(test, fault.field);
	KUNIT_EXPECT_STREQ(test, damage->field, fault.field);
	KUNIT_EXPECT_STREQ(test, damage->reason, fault.reason);
}

#endif
