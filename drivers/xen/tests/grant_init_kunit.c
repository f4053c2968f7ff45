// SPDX-License-Identifier: GPL-2.0-only
/*
 * xendomu-grant on the model host: init with a fault at every step, sleep and
 * waking up, and peers that keep what they were granted.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/mm.h>

#include <asm/xen/hypercall.h>
#include <xen/grant_table.h>
#include <xen/guest.h>

#include "log.h"
#include "model/domain.h"
#include "model/guest.h"
#include "model/plan.h"

#define PEER 8
/* A look at what waits comes every half second at the latest. */
#define PATIENCE_MS 5000

static struct model_domain *peer;

/* What kind of guest a case runs as. */
struct kind {
	const char *name;
	bool is_translated;
	unsigned int frame_bits;
};

static const struct kind kinds[] = {
	{ "PV, version 1", false, 28 },
	{ "PV, version 2", false, 40 },
	{ "HVM, version 1", true, 28 },
	{ "HVM, version 2", true, 40 },
};

static void name_kind(const struct kind *kind, char *text)
{
	strscpy(text, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kind, kinds, name_kind);

static int init(struct kunit *test)
{
	const struct kind *kind = test->param_value ?: &kinds[0];
	int err = model_guest_init(kind->is_translated);

	if (err)
		return err;
	model_frame_bits = kind->frame_bits;
	peer = model_domain_create(&(struct model_config){
		MODEL_CONFIG_DEFAULT, .domid = PEER });
	return peer ? 0 : -ENOMEM;
}

static void drop(struct kunit *test)
{
	model_guest_exit();
}

static void expect_all_but_version(struct kunit *test, unsigned int step)
{
	struct model_leftovers left;

	model_count(model_guest(), &left);
	KUNIT_EXPECT_EQ_MSG(test, 0U, left.nr_placed, "step %u", step);
	KUNIT_EXPECT_EQ_MSG(test, 0U, left.nr_handles, "step %u", step);
	KUNIT_EXPECT_EQ_MSG(test, 0,
			    xen_resource_claim(XEN_RESOURCE_GRANT_TABLE,
					       KBUILD_MODNAME), "step %u", step);
	xen_resource_release(XEN_RESOURCE_GRANT_TABLE);
}

static void expect_nothing_left(struct kunit *test, unsigned int step)
{
	struct model_leftovers left;

	expect_all_but_version(test, step);
	model_count(model_guest(), &left);
	KUNIT_EXPECT_EQ_MSG(test, 1U, left.version, "step %u", step);
}

static void init_undoes_what_it_did_at_whatever_step_it_fails(struct kunit *test)
{
	unsigned int step, nr_failed = 0;
	bool has_failed;

	for (step = 1; step < 100; step++) {
		int err;

		model_fail_step(step);
		err = grant_module_init();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		KUNIT_EXPECT_TRUE(test, !err || has_failed);
		nr_failed += !!err;
		if (!err)
			grant_module_exit();
		expect_nothing_left(test, step);
		if (!has_failed)
			break;
	}
	KUNIT_EXPECT_GT(test, step, 8U);
	KUNIT_EXPECT_GT(test, nr_failed, 6U);
	kunit_info(test, "%u steps, %u that init fails at", step - 1,
		   nr_failed);
}

static void the_table_is_mapped_and_unmapped(struct kunit *test)
{
	const struct kind *kind = test->param_value;
	struct model_leftovers left;
	int ref;

	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	model_count(model_guest(), &left);
	KUNIT_EXPECT_EQ(test, kind->frame_bits > 32 ? 2U : 1U, left.version);
	KUNIT_EXPECT_EQ(test, left.version, left.nr_placed);
	ref = gnttab_grant_foreign_access(PEER, 77, 1);
	KUNIT_EXPECT_GE(test, ref, 8);
	KUNIT_EXPECT_EQ(test, GTF_permit_access | GTF_readonly,
			model_entry_flags(model_guest(), ref));
	KUNIT_EXPECT_EQ(test, 1, gnttab_try_end_foreign_access(ref));
	grant_module_exit();
	expect_nothing_left(test, 0);
}

static void who_needs_the_table_is_told_whether_it_is_there(struct kunit *test)
{
	const char *line = "a driver needs the grant table, which did not come up";
	u64 now = log_now();

	KUNIT_EXPECT_EQ(test, -ENODEV,
			xen_resource_require(XEN_RESOURCE_GRANT_TABLE,
					     "a driver"));
	KUNIT_EXPECT_EQ(test, 1U, log_count(now, line));
	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	KUNIT_EXPECT_EQ(test, 0, xen_resource_require(XEN_RESOURCE_GRANT_TABLE,
						      "a driver"));
	grant_module_exit();
	KUNIT_EXPECT_EQ(test, -ENODEV,
			xen_resource_require(XEN_RESOURCE_GRANT_TABLE,
					     "a driver"));
	KUNIT_EXPECT_EQ(test, 2U, log_count(now, line));
}

static void a_version_that_is_refused_is_done_without(struct kunit *test)
{
	model_frame_bits = 40;
	MODEL_PLAN(MODEL_GRANT(set_version), .err = -ENOSYS);
	KUNIT_EXPECT_EQ(test, 0, grant_module_init());
	KUNIT_EXPECT_EQ(test, 1U, model_plan_hits());
	grant_module_exit();
	expect_nothing_left(test, 0);
}

static void say_no_frames(void *arg)
{
	((struct gnttab_query_size *)arg)->max_nr_frames = 0;
}

static void say_more_than_all(void *arg)
{
	((struct gnttab_query_size *)arg)->nr_frames = 9;
}

static void a_size_that_makes_no_sense_is_refused(struct kunit *test)
{
	MODEL_PLAN(MODEL_GRANT(query_size), .after = say_no_frames);
	KUNIT_EXPECT_EQ(test, -EIO, grant_module_init());
	model_plan_clear();
	MODEL_PLAN(MODEL_GRANT(query_size), .after = say_more_than_all);
	KUNIT_EXPECT_EQ(test, -EIO, grant_module_init());
	expect_nothing_left(test, 0);
}

static void a_table_that_cannot_grow_loses_nothing(struct kunit *test)
{
	grant_ref_t head, more;

	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	MODEL_PLAN(MODEL_GRANT(setup_table), .status = GNTST_general_error, .nr = 2);
	KUNIT_EXPECT_EQ(test, 0, gnttab_alloc_grant_references(504, &head));
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			gnttab_alloc_grant_references(1, &more));
	model_plan_clear();
	KUNIT_EXPECT_EQ(test, 0, gnttab_alloc_grant_references(1, &more));
	gnttab_free_grant_references(more);
	gnttab_free_grant_references(head);
	grant_module_exit();
	expect_nothing_left(test, 0);
}

static void references_outlive_sleep(struct kunit *test)
{
	struct model_leftovers left;
	grant_ref_t head;
	int ref;

	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	/* More than a frame has. */
	KUNIT_ASSERT_EQ(test, 0, gnttab_alloc_grant_references(600, &head));
	ref = gnttab_claim_grant_reference(&head);
	gnttab_grant_foreign_access_ref(ref, PEER, 77, 0);
	KUNIT_EXPECT_EQ(test, 0, gnttab_suspend());
	model_count(model_guest(), &left);
	KUNIT_EXPECT_EQ(test, 0U, left.nr_placed);
	model_grants_renew(model_guest());
	KUNIT_EXPECT_EQ(test, 0, gnttab_resume());
	/* A new domain: nothing is granted until drivers do it again. */
	KUNIT_EXPECT_EQ(test, 0, model_entry_flags(model_guest(), ref));
	gnttab_grant_foreign_access_ref(ref, PEER, 78, 0);
	KUNIT_EXPECT_EQ(test, GTF_permit_access,
			model_entry_flags(model_guest(), ref));
	KUNIT_EXPECT_EQ(test, 1, gnttab_end_foreign_access_ref(ref));
	gnttab_release_grant_reference(&head, ref);
	gnttab_free_grant_references(head);
	grant_module_exit();
	expect_nothing_left(test, 0);
}

static void waking_up_says_what_fails(struct kunit *test)
{
	unsigned int step;
	bool has_failed = true;

	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	for (step = 1; step < 20 && has_failed; step++) {
		int err;

		gnttab_suspend();
		model_grants_renew(model_guest());
		model_fail_step(step);
		err = gnttab_resume();
		has_failed = model_step_has_failed();
		model_fail_step(0);
		KUNIT_EXPECT_EQ(test, has_failed, err != 0);
	}
	KUNIT_EXPECT_GT(test, step, 3U);
	grant_module_exit();
	expect_nothing_left(test, 0);
}

static s16 peer_maps(struct kunit *test, grant_ref_t ref,
		     struct gnttab_map_grant_ref *op)
{
	*op = (struct gnttab_map_grant_ref){
		.dom = MODEL_GUEST, .ref = ref, .flags = GNTMAP_host_map,
		.host_addr = 0x10000 };
	model_grant_call(peer, GNTTABOP_map_grant_ref, op, 1);
	return op->status;
}

static s16 peer_unmaps(const struct gnttab_map_grant_ref *mapped)
{
	struct gnttab_unmap_grant_ref op = { .host_addr = mapped->host_addr,
					     .handle = mapped->handle };

	model_grant_call(peer, GNTTABOP_unmap_grant_ref, &op, 1);
	return op.status;
}

static bool is_given_back(struct page *page)
{
	unsigned int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 20) {
		if (page_count(page) == 1)
			return true;
		msleep(20);
	}
	return false;
}

static void a_peer_that_keeps_a_page_is_waited_for(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct gnttab_map_grant_ref mapped;
	int ref;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	ref = gnttab_grant_foreign_access(PEER, page_to_pfn(page), 0);
	KUNIT_ASSERT_EQ(test, GNTST_okay, peer_maps(test, ref, &mapped));
	KUNIT_EXPECT_EQ(test, 0, gnttab_end_foreign_access_ref(ref));
	get_page(page);
	gnttab_end_foreign_access(ref, page);
	KUNIT_EXPECT_EQ(test, 2, page_count(page));
	msleep(50);
	KUNIT_EXPECT_EQ(test, 2, page_count(page));
	KUNIT_EXPECT_EQ(test, GNTST_okay, peer_unmaps(&mapped));
	KUNIT_EXPECT_TRUE(test, is_given_back(page));
	KUNIT_EXPECT_EQ(test, GNTST_general_error,
			peer_maps(test, ref, &mapped));
	grant_module_exit();
	__free_page(page);
	expect_nothing_left(test, 0);
}

static void a_peer_that_never_lets_go_does_not_hold_the_module(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct gnttab_map_grant_ref mapped;
	int ref;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	ref = gnttab_grant_foreign_access(PEER, page_to_pfn(page), 0);
	KUNIT_ASSERT_EQ(test, GNTST_okay, peer_maps(test, ref, &mapped));
	get_page(page);
	gnttab_end_foreign_access(ref, page);
	grant_module_exit();
	/* The page must not be anybody else's. */
	KUNIT_EXPECT_EQ(test, 2, page_count(page));
	/* And whoever comes next does not use the reference. */
	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	KUNIT_EXPECT_NE(test, 0, model_entry_flags(model_guest(), ref));
	KUNIT_EXPECT_EQ(test, GNTST_okay, peer_unmaps(&mapped));
	grant_module_exit();
	KUNIT_EXPECT_EQ(test, 0, model_entry_flags(model_guest(), ref));
	put_page(page);
	__free_page(page);
	/* Xen does not change the version while a peer is inside. */
	expect_all_but_version(test, 0);
}

/* A page of the peer's, granted to the guest by reference 9. */
static void peer_grants(struct kunit *test, void *page)
{
	KUNIT_ASSERT_EQ(test, 0, model_give_page(peer, 5, page));
	model_entry_set(peer, 9, GTF_permit_access, MODEL_GUEST, 5);
}

static void set_map_op(struct gnttab_map_grant_ref *op, struct page *page)
{
	*op = (struct gnttab_map_grant_ref){
		.dom = PEER, .ref = 9, .flags = GNTMAP_host_map,
		.host_addr = page_to_phys(page) };
}

static void a_mapping_that_fails_leaves_its_page_free(struct kunit *test)
{
	void *theirs = (void *)get_zeroed_page(GFP_KERNEL);
	struct gnttab_map_grant_ref op;
	struct model_leftovers left;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, theirs);
	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	peer_grants(test, theirs);
	KUNIT_ASSERT_EQ(test, 0, gnttab_alloc_pages(1, &page));
	set_map_op(&op, page);
	MODEL_PLAN(MODEL_GRANT(map_grant_ref), .status = GNTST_no_device_space);
	KUNIT_EXPECT_EQ(test, 0, gnttab_map_refs(&op, NULL, &page, 1));
	KUNIT_EXPECT_EQ(test, GNTST_no_device_space, op.status);
	KUNIT_EXPECT_FALSE(test, PageForeign(page));
	model_plan_clear();
	MODEL_PLAN(MODEL_GRANT(map_grant_ref), .err = -EFAULT);
	set_map_op(&op, page);
	KUNIT_EXPECT_EQ(test, -EFAULT, gnttab_map_refs(&op, NULL, &page, 1));
	KUNIT_EXPECT_FALSE(test, PageForeign(page));
	gnttab_free_pages(1, &page);
	model_count(peer, &left);
	KUNIT_EXPECT_EQ(test, 0U, left.nr_pinned);
	grant_module_exit();
	expect_nothing_left(test, 0);
	model_take_page(peer, 5);
	free_page((unsigned long)theirs);
}

static void a_page_of_our_own_is_not_mapped_elsewhere(struct kunit *test)
{
	struct gnttab_map_grant_ref ops[2];
	struct page *pages[2];

	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	KUNIT_ASSERT_EQ(test, 0, gnttab_alloc_pages(2, pages));
	set_map_op(&ops[0], pages[0]);
	set_map_op(&ops[1], pages[1]);
	ops[1].dom = MODEL_GUEST;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, gnttab_map_refs(ops, NULL, pages, 2));
	KUNIT_EXPECT_EQ(test, GNTST_general_error, ops[0].status);
	KUNIT_EXPECT_EQ(test, GNTST_general_error, ops[1].status);
	KUNIT_EXPECT_FALSE(test, PageForeign(pages[0]));
	KUNIT_EXPECT_FALSE(test, PageForeign(pages[1]));
	gnttab_free_pages(2, pages);
	grant_module_exit();
	expect_nothing_left(test, 0);
}

static void a_page_that_stays_mapped_is_kept_back(struct kunit *test)
{
	void *theirs = (void *)get_zeroed_page(GFP_KERNEL);
	struct gnttab_unmap_grant_ref undo;
	struct gnttab_map_grant_ref op;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, theirs);
	KUNIT_ASSERT_EQ(test, 0, grant_module_init());
	peer_grants(test, theirs);
	KUNIT_ASSERT_EQ(test, 0, gnttab_alloc_pages(1, &page));
	set_map_op(&op, page);
	KUNIT_EXPECT_EQ(test, 0, gnttab_map_refs(&op, NULL, &page, 1));
	KUNIT_EXPECT_EQ(test, GNTST_okay, op.status);
	KUNIT_EXPECT_TRUE(test, PageForeign(page));
	undo = (struct gnttab_unmap_grant_ref){ .host_addr = op.host_addr,
						.handle = op.handle };
	MODEL_PLAN(MODEL_GRANT(unmap_grant_ref), .status = GNTST_general_error);
	gnttab_unmap_refs(&undo, NULL, &page, 1);
	KUNIT_EXPECT_TRUE(test, PageForeign(page));
	gnttab_free_pages(1, &page);
	KUNIT_EXPECT_EQ(test, 1, page_count(page));
	KUNIT_EXPECT_EQ(test, 0, gnttab_unmap_refs(&undo, NULL, &page, 1));
	KUNIT_EXPECT_EQ(test, GNTST_okay, undo.status);
	KUNIT_EXPECT_FALSE(test, PageForeign(page));
	gnttab_free_pages(1, &page);
	grant_module_exit();
	expect_nothing_left(test, 0);
	model_take_page(peer, 5);
	free_page((unsigned long)theirs);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(init_undoes_what_it_did_at_whatever_step_it_fails,
			 kind_gen_params),
	KUNIT_CASE_PARAM(the_table_is_mapped_and_unmapped, kind_gen_params),
	KUNIT_CASE(who_needs_the_table_is_told_whether_it_is_there),
	KUNIT_CASE(a_version_that_is_refused_is_done_without),
	KUNIT_CASE(a_size_that_makes_no_sense_is_refused),
	KUNIT_CASE(a_table_that_cannot_grow_loses_nothing),
	KUNIT_CASE_PARAM(references_outlive_sleep, kind_gen_params),
	KUNIT_CASE_PARAM(waking_up_says_what_fails, kind_gen_params),
	KUNIT_CASE_PARAM(a_peer_that_keeps_a_page_is_waited_for,
			 kind_gen_params),
	KUNIT_CASE_PARAM(a_peer_that_never_lets_go_does_not_hold_the_module,
			 kind_gen_params),
	KUNIT_CASE(a_mapping_that_fails_leaves_its_page_free),
	KUNIT_CASE(a_page_of_our_own_is_not_mapped_elsewhere),
	KUNIT_CASE(a_page_that_stays_mapped_is_kept_back),
	{}
};

static struct kunit_suite suite = {
	.name = "grant_init",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
