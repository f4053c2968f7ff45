/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine for each case, switched off even if the case fails half-way. */
#ifndef _MODEL_TEST_H
#define _MODEL_TEST_H

#include <kunit/test.h>

#include <model/machine.h>

/* Of no memory; the case initialises it again with what it wants. */
static inline int model_test_init(struct kunit *test)
{
	static const struct model_memory_map nothing;

	test->priv = kunit_kzalloc(test, sizeof(struct model_machine), GFP_KERNEL);
	return test->priv ? model_machine_init(test->priv, &nothing, NULL) : -ENOMEM;
}

static inline void model_test_exit(struct kunit *test)
{
	if (test->priv)
		model_machine_exit(test->priv);
}

#endif
