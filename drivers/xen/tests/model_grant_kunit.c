// SPDX-License-Identifier: GPL-2.0-only
/* The model host's grants: mapping, copying, versions, and who is inside. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "model/domain.h"

#define REF 8
#define GFN 5

static struct model_domain *owner, *peer;
static void *page;

static int init(struct kunit *test)
{
	int err = model_host_init(NULL);

	if (err)
		return err;
	owner = model_domain_create(&(struct model_config){
		MODEL_CONFIG_DEFAULT, .domid = 7 });
	peer = model_domain_create(&(struct model_config){
		.domid = 8, .is_translated = true, .nr_vcpus = 1,
		.max_grant_frames = 1, .max_version = 2, .max_handles = 4 });
	page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!owner || !peer || !page)
		return -ENOMEM;
	return model_give_page(owner, GFN, page);
}

static void drop(struct kunit *test)
{
	model_host_exit();
	free_page((unsigned long)page);
}

static s16 map(struct gnttab_map_grant_ref *op, u32 flags, u64 addr)
{
	*op = (struct gnttab_map_grant_ref){
		.dom = 7, .ref = REF, .flags = flags, .host_addr = addr };
	if (model_grant_call(peer, GNTTABOP_map_grant_ref, op, 1))
		return 1;
	return op->status;
}

static s16 unmap(const struct gnttab_map_grant_ref *mapped)
{
	struct gnttab_unmap_grant_ref op = { .host_addr = mapped->host_addr,
					     .handle = mapped->handle };

	if (model_grant_call(peer, GNTTABOP_unmap_grant_ref, &op, 1))
		return 1;
	return op.status;
}

static void a_mapping_shows_in_the_entry(struct kunit *test)
{
	struct gnttab_map_grant_ref ro, rw;

	model_entry_set(owner, REF, GTF_permit_access, 8, GFN);
	KUNIT_EXPECT_EQ(test, GNTST_okay,
			map(&ro, GNTMAP_host_map | GNTMAP_readonly, 0x10000));
	KUNIT_EXPECT_EQ(test, GTF_permit_access | GTF_reading,
			model_entry_flags(owner, REF));
	KUNIT_EXPECT_EQ(test, GNTST_okay, map(&rw, GNTMAP_host_map, 0x20000));
	KUNIT_EXPECT_EQ(test, GTF_permit_access | GTF_reading | GTF_writing,
			model_entry_flags(owner, REF));
	KUNIT_EXPECT_EQ(test, GNTST_okay, unmap(&rw));
	KUNIT_EXPECT_EQ(test, GTF_permit_access | GTF_reading,
			model_entry_flags(owner, REF));
	KUNIT_EXPECT_FALSE(test, model_entry_clear(owner, REF));
	KUNIT_EXPECT_EQ(test, GNTST_okay, unmap(&ro));
	KUNIT_EXPECT_TRUE(test, model_entry_clear(owner, REF));
	KUNIT_EXPECT_EQ(test, GNTST_bad_handle, unmap(&ro));
}

/* What a mapping is refused with. */
struct refusal {
	const char *name;
	u16 entry_flags;
	domid_t entry_domid;
	u64 frame;
	domid_t dom;
	grant_ref_t ref;
	u32 flags;
	s16 status;
};

static const struct refusal refusals[] = {
	{ "neither host nor device", GTF_permit_access, 8, GFN, 7, REF, 0,
	  GNTST_bad_gntref },
	{ "device in a translated domain", GTF_permit_access, 8, GFN, 7, REF,
	  GNTMAP_host_map | GNTMAP_device_map, GNTST_general_error },
	{ "no such domain", GTF_permit_access, 8, GFN, 99, REF,
	  GNTMAP_host_map, GNTST_bad_domain },
	{ "DOMID_SELF", GTF_permit_access, 8, GFN, DOMID_SELF, REF,
	  GNTMAP_host_map, GNTST_bad_domain },
	{ "no such reference", GTF_permit_access, 8, GFN, 7, 512,
	  GNTMAP_host_map, GNTST_bad_gntref },
	{ "nothing granted", GTF_invalid, 8, GFN, 7, REF, GNTMAP_host_map,
	  GNTST_general_error },
	{ "granted to another", GTF_permit_access, 9, GFN, 7, REF,
	  GNTMAP_host_map, GNTST_general_error },
	{ "only to read", GTF_permit_access | GTF_readonly, 8, GFN, 7, REF,
	  GNTMAP_host_map, GNTST_general_error },
	{ "no such frame", GTF_permit_access, 8, GFN + 1, 7, REF,
	  GNTMAP_host_map, GNTST_bad_page },
};

static void name_refusal(const struct refusal *bad, char *text)
{
	strscpy(text, bad->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, name_refusal);

static void a_bad_mapping_is_refused(struct kunit *test)
{
	const struct refusal *bad = test->param_value;
	struct gnttab_map_grant_ref op = { .dom = bad->dom, .ref = bad->ref,
					   .flags = bad->flags,
					   .host_addr = 0x10000 };
	struct model_leftovers left;

	model_entry_set(owner, REF, bad->entry_flags, bad->entry_domid,
			bad->frame);
	KUNIT_EXPECT_EQ(test, 0, model_grant_call(peer, GNTTABOP_map_grant_ref,
						  &op, 1));
	KUNIT_EXPECT_EQ(test, bad->status, op.status);
	KUNIT_EXPECT_EQ(test, bad->entry_flags, model_entry_flags(owner, REF));
	model_count(peer, &left);
	KUNIT_EXPECT_EQ(test, 0U, left.nr_handles);
	model_count(owner, &left);
	KUNIT_EXPECT_EQ(test, 0U, left.nr_pinned);
}

static void handles_run_out_and_come_back(struct kunit *test)
{
	struct gnttab_map_grant_ref op[5];
	int i;

	model_entry_set(owner, REF, GTF_permit_access, 8, GFN);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, GNTST_okay,
				map(&op[i], GNTMAP_host_map, (i + 1) << 16));
	KUNIT_EXPECT_EQ(test, GNTST_no_device_space,
			map(&op[4], GNTMAP_host_map, 5 << 16));
	KUNIT_EXPECT_EQ(test, GNTST_okay, unmap(&op[2]));
	KUNIT_EXPECT_EQ(test, GNTST_okay,
			map(&op[4], GNTMAP_host_map, 5 << 16));
	model_domain_destroy(peer);
	KUNIT_EXPECT_TRUE(test, model_entry_clear(owner, REF));
}

static void a_copy_goes_by_grant_and_by_frame(struct kunit *test)
{
	char *own = (void *)get_zeroed_page(GFP_KERNEL);
	struct gnttab_copy op = {
		.source.u.ref = REF, .source.domid = 7, .source.offset = 2,
		.dest.u.gmfn = 1, .dest.domid = DOMID_SELF, .len = 3,
		.flags = GNTCOPY_source_gref,
	};

	KUNIT_ASSERT_NOT_NULL(test, own);
	KUNIT_ASSERT_EQ(test, 0, model_give_page(peer, 1, own));
	strscpy(page, "a page of another's", PAGE_SIZE);
	model_entry_set(owner, REF, GTF_permit_access | GTF_readonly, 8, GFN);
	KUNIT_EXPECT_EQ(test, 0, model_grant_call(peer, GNTTABOP_copy, &op, 1));
	KUNIT_EXPECT_EQ(test, GNTST_okay, op.status);
	KUNIT_EXPECT_STREQ(test, "pag", own);
	KUNIT_EXPECT_EQ(test, GTF_permit_access | GTF_readonly,
			model_entry_flags(owner, REF));
	op.source.offset = PAGE_SIZE - 2;
	model_grant_call(peer, GNTTABOP_copy, &op, 1);
	KUNIT_EXPECT_EQ(test, GNTST_bad_copy_arg, op.status);
	op.dest.domid = 8;
	model_grant_call(peer, GNTTABOP_copy, &op, 1);
	KUNIT_EXPECT_EQ(test, GNTST_permission_denied, op.status);
	model_take_page(peer, 1);
	free_page((unsigned long)own);
}

static int set_version(struct model_domain *domain, u32 version)
{
	struct gnttab_set_version op = { .version = version };

	return model_grant_call(domain, GNTTABOP_set_version, &op, 1);
}

static void version_2_keeps_the_first_entries(struct kunit *test)
{
	struct gnttab_map_grant_ref op;

	model_entry_set(owner, 1, GTF_permit_access, 0, GFN);
	model_entry_set(owner, REF, GTF_permit_access, 8, GFN);
	KUNIT_EXPECT_EQ(test, GNTST_okay, map(&op, GNTMAP_host_map, 0x10000));
	KUNIT_EXPECT_EQ(test, -EBUSY, set_version(owner, 2));
	KUNIT_EXPECT_EQ(test, GNTST_okay, unmap(&op));
	KUNIT_EXPECT_EQ(test, 0, set_version(owner, 2));
	KUNIT_EXPECT_EQ(test, GTF_permit_access, model_entry_flags(owner, 1));
	KUNIT_EXPECT_EQ(test, 0, model_entry_flags(owner, REF));
	KUNIT_EXPECT_EQ(test, -EINVAL, set_version(owner, 3));
	KUNIT_EXPECT_EQ(test, 0, set_version(owner, 1));
	KUNIT_EXPECT_EQ(test, GTF_permit_access, model_entry_flags(owner, 1));
}

static void version_2_may_grant_a_part(struct kunit *test)
{
	struct gnttab_copy op = {
		.source.u.ref = REF, .source.domid = 7, .source.offset = 99,
		.dest.u.ref = REF, .dest.domid = 7, .len = 2, .dest.offset = 101,
		.flags = GNTCOPY_source_gref | GNTCOPY_dest_gref,
	};
	union grant_entry_v2 *entry;
	struct gnttab_map_grant_ref m;

	KUNIT_ASSERT_EQ(test, 0, set_version(owner, 2));
	model_entry_set(owner, REF, GTF_permit_access | GTF_sub_page, 8, GFN);
	entry = owner->grants.frames[0];
	entry[REF].sub_page.page_off = 100;
	entry[REF].sub_page.length = 10;
	model_grant_call(peer, GNTTABOP_copy, &op, 1);
	KUNIT_EXPECT_EQ(test, GNTST_general_error, op.status);
	op.source.offset = 100;
	model_grant_call(peer, GNTTABOP_copy, &op, 1);
	KUNIT_EXPECT_EQ(test, GNTST_okay, op.status);
	KUNIT_EXPECT_EQ(test, GNTST_general_error,
			map(&m, GNTMAP_host_map, 0x10000));
	KUNIT_EXPECT_EQ(test, GTF_permit_access | GTF_sub_page,
			model_entry_flags(owner, REF));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_mapping_shows_in_the_entry),
	KUNIT_CASE_PARAM(a_bad_mapping_is_refused, refusal_gen_params),
	KUNIT_CASE(handles_run_out_and_come_back),
	KUNIT_CASE(a_copy_goes_by_grant_and_by_frame),
	KUNIT_CASE(version_2_keeps_the_first_entries),
	KUNIT_CASE(version_2_may_grant_a_part),
	{}
};

static struct kunit_suite suite = {
	.name = "model_grant",
	.init = init,
	.exit = drop,
	.test_cases = cases,
};

kunit_test_suite(suite);
