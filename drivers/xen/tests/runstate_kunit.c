// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the vCPUs' time goes, on the model host: by areas that Xen writes, by
 * hypercall where there are none, and with areas that never come to rest.
 */
#include <kunit/test.h>

#include <asm/xen/hypercall.h>
#include <xen/features.h>
#include <xen/newer_abi.h>

#include "internal.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

#define MODEL_VCPU(name) \
	.op = __HYPERVISOR_vcpu_op, .cmd = VCPUOP_##name

/* A translated guest of Xen 4.18, at 1000 ns. */
static int init(struct kunit *test)
{
	int err = model_guest_init(true);

	if (err)
		return err;
	model_xen_minor = 18;
	model_system_time = 1000;
	xen_features[XENFEAT_runstate_phys_area] = 1;
	xen_features[XENFEAT_auto_translated_physmap] = 1;
	return xen_time_info_init();
}

static void drop(struct kunit *test)
{
	xen_time_info_exit();
	xen_features[XENFEAT_runstate_phys_area] = 0;
	xen_features[XENFEAT_auto_translated_physmap] = 0;
	model_guest_exit();
}

static unsigned int nr_areas(void)
{
	unsigned int i, nr = 0;

	for (i = 0; i < MODEL_MAX_VCPUS; i++)
		nr += !!model_guest()->runstate_areas[i];
	return nr;
}

static void expect_states(struct kunit *test)
{
	struct vcpu_runstate_info info;

	model_vcpu_state(model_guest(), 0, RUNSTATE_runnable, 300);
	model_vcpu_state(model_guest(), 0, RUNSTATE_running, 350);
	model_vcpu_state(model_guest(), 1, RUNSTATE_blocked, 900);
	KUNIT_ASSERT_EQ(test, 0, xen_runstate_read(0, &info));
	KUNIT_EXPECT_EQ(test, RUNSTATE_running, info.state);
	KUNIT_EXPECT_EQ(test, 350ULL, info.state_entry_time);
	KUNIT_EXPECT_EQ(test, 950ULL, info.time[RUNSTATE_running]);
	KUNIT_EXPECT_EQ(test, 50ULL, info.time[RUNSTATE_runnable]);
	KUNIT_ASSERT_EQ(test, 0, xen_runstate_read(1, &info));
	KUNIT_EXPECT_EQ(test, RUNSTATE_blocked, info.state);
	KUNIT_EXPECT_EQ(test, 900ULL, info.time[RUNSTATE_running]);
	KUNIT_EXPECT_EQ(test, 100ULL, info.time[RUNSTATE_blocked]);
	KUNIT_EXPECT_EQ(test, -ENOENT, xen_runstate_read(2, &info));
}

static void xen_writes_and_no_call_is_made(struct kunit *test)
{
	struct vcpu_runstate_info info;

	xen_runstate_init();
	KUNIT_EXPECT_EQ(test, 2U, nr_areas());
	expect_states(test);
	model_vcpu_state(model_guest(), 1, RUNSTATE_running, 980);
	MODEL_PLAN(MODEL_VCPU(get_runstate_info), .err = -EIO, .nr = 100);
	KUNIT_EXPECT_EQ(test, 0, xen_runstate_read(0, &info));
	KUNIT_EXPECT_EQ(test, 0, xen_runstate_read(1, &info));
	KUNIT_EXPECT_EQ(test, 920ULL, info.time[RUNSTATE_running]);
	KUNIT_EXPECT_EQ(test, 80ULL, info.time[RUNSTATE_blocked]);
	KUNIT_EXPECT_EQ(test, 0U, model_plan_hits());
	xen_runstate_exit();
	KUNIT_EXPECT_EQ(test, 0U, nr_areas());
}

static void a_vcpu_that_waits_for_a_processor_is_asked_about(struct kunit *test)
{
	struct vcpu_runstate_info info;

	xen_runstate_init();
	model_vcpu_state(model_guest(), 1, RUNSTATE_blocked, 500);
	/* Of this Xen writes nothing. */
	model_vcpu_state(model_guest(), 1, RUNSTATE_runnable, 700);
	KUNIT_ASSERT_EQ(test, 0, xen_runstate_read(1, &info));
	KUNIT_EXPECT_EQ(test, RUNSTATE_runnable, info.state);
	KUNIT_EXPECT_EQ(test, 200ULL, info.time[RUNSTATE_blocked]);
	KUNIT_EXPECT_EQ(test, 300ULL, info.time[RUNSTATE_runnable]);
	xen_runstate_exit();
}

static void a_vcpu_that_never_ran_is_asked_about(struct kunit *test)
{
	struct vcpu_runstate_info info;

	model_guest()->runstates[1].state = RUNSTATE_offline;
	xen_runstate_init();
	KUNIT_EXPECT_EQ(test, 2U, nr_areas());
	KUNIT_ASSERT_EQ(test, 0, xen_runstate_read(1, &info));
	KUNIT_EXPECT_EQ(test, RUNSTATE_offline, info.state);
	KUNIT_EXPECT_EQ(test, 0ULL, info.time[RUNSTATE_running]);
	KUNIT_EXPECT_EQ(test, 1000ULL, info.time[RUNSTATE_offline]);
	xen_runstate_exit();
}

static void an_older_xen_is_asked(struct kunit *test)
{
	model_xen_minor = 17;
	xen_features[XENFEAT_runstate_phys_area] = 0;
	xen_runstate_init();
	KUNIT_EXPECT_EQ(test, 0U, nr_areas());
	expect_states(test);
	xen_runstate_exit();
}

static void a_xen_that_takes_back_its_word_is_asked(struct kunit *test)
{
	model_xen_minor = 17;
	xen_runstate_init();
	KUNIT_EXPECT_EQ(test, 0U, nr_areas());
	expect_states(test);
	xen_runstate_exit();
}

static void the_kernels_areas_are_left_alone(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_XEN))
		kunit_skip(test, "this kernel has no Xen support");
	model_kernel_knows_xen = true;
	xen_runstate_init();
	KUNIT_EXPECT_EQ(test, 0U, nr_areas());
	expect_states(test);
	xen_runstate_exit();
}

static void no_area_where_addresses_are_not_translated(struct kunit *test)
{
	xen_features[XENFEAT_auto_translated_physmap] = 0;
	xen_runstate_init();
	KUNIT_EXPECT_EQ(test, 0U, nr_areas());
	expect_states(test);
	xen_runstate_exit();
}

static void an_area_in_the_middle_of_a_write_is_not_believed(struct kunit *test)
{
	struct vcpu_runstate_info info;

	xen_runstate_init();
	model_vcpu_state(model_guest(), 0, RUNSTATE_blocked, 400);
	model_vcpu_state(model_guest(), 0, RUNSTATE_running, 500);
	model_guest()->runstate_areas[0]->state_entry_time |= XEN_RUNSTATE_UPDATE;
	model_guest()->runstate_areas[0]->time[RUNSTATE_running] = 12345;
	KUNIT_ASSERT_EQ(test, 0, xen_runstate_read(0, &info));
	KUNIT_EXPECT_EQ(test, 900ULL, info.time[RUNSTATE_running]);
	KUNIT_EXPECT_EQ(test, 500ULL, info.state_entry_time);
	xen_runstate_exit();
}

static void a_state_that_no_vcpu_has_is_not_believed(struct kunit *test)
{
	static const int states[] = { -1, 4, INT_MAX, INT_MIN };
	struct vcpu_runstate_info info;
	unsigned int i;

	xen_runstate_init();
	model_vcpu_state(model_guest(), 1, RUNSTATE_blocked, 400);
	model_vcpu_state(model_guest(), 1, RUNSTATE_running, 500);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		model_guest()->runstate_areas[1]->state = states[i];
		KUNIT_EXPECT_EQ(test, 0, xen_runstate_read(1, &info));
		KUNIT_EXPECT_EQ(test, RUNSTATE_running, info.state);
	}
	xen_runstate_exit();
}

static void whatever_step_fails_there_is_an_answer(struct kunit *test)
{
	bool has_failed = true;
	unsigned int step;

	for (step = 1; step < 20 && has_failed; step++) {
		struct vcpu_runstate_info info;

		model_fail_step(step);
		xen_runstate_init();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		KUNIT_EXPECT_EQ(test, 0, xen_runstate_read(0, &info));
		KUNIT_EXPECT_EQ(test, 0, xen_runstate_read(1, &info));
		xen_runstate_exit();
		KUNIT_EXPECT_EQ(test, 0U, nr_areas());
	}
	KUNIT_EXPECT_FALSE(test, has_failed);
	KUNIT_EXPECT_GE(test, step, 5U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(xen_writes_and_no_call_is_made),
	KUNIT_CASE(a_vcpu_that_waits_for_a_processor_is_asked_about),
	KUNIT_CASE(a_vcpu_that_never_ran_is_asked_about),
	KUNIT_CASE(an_older_xen_is_asked),
	KUNIT_CASE(a_xen_that_takes_back_its_word_is_asked),
	KUNIT_CASE(the_kernels_areas_are_left_alone),
	KUNIT_CASE(no_area_where_addresses_are_not_translated),
	KUNIT_CASE(an_area_in_the_middle_of_a_write_is_not_believed),
	KUNIT_CASE(a_state_that_no_vcpu_has_is_not_believed),
	KUNIT_CASE(whatever_step_fails_there_is_an_answer),
	{}
};

static struct kunit_suite suite = {
	.name = "xen_runstate",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
