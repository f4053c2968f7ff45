// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that misuse grants, as a driver with a bug would. Each prints what
 * the API returned, and leaves nothing behind if that refused.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include "testdrv.h"

#define REFS_PER_FRAME_MAX 512

static unsigned long gfn(void)
{
	/* Any page of ours will do; nobody is told of it. */
	return virt_to_gfn(__va(0));
}

static int bad_grant(grant_ref_t ref)
{
	gnttab_grant_foreign_access_ref(ref, 0, gfn(), 0);
	return 0;
}

static int bad_end(grant_ref_t ref)
{
	return gnttab_end_foreign_access_ref(ref);
}

static int bad_try_end(grant_ref_t ref)
{
	return gnttab_try_end_foreign_access(ref);
}

static int bad_give_up(grant_ref_t ref)
{
	gnttab_end_foreign_access(ref, NULL);
	return 0;
}

static int bad_free(grant_ref_t ref)
{
	gnttab_free_grant_reference(ref);
	return 0;
}

static int bad_free_seq(grant_ref_t ref)
{
	gnttab_free_grant_reference_seq(ref, 1);
	return 0;
}

static int bad_free_list(grant_ref_t ref)
{
	gnttab_free_grant_references(ref);
	return 0;
}

static int bad_claim(grant_ref_t ref)
{
	return gnttab_claim_grant_reference(&ref);
}

/* Whether exactly @nr references can be claimed; they are freed. */
static bool list_holds(grant_ref_t *head, unsigned int nr)
{
	grant_ref_t claimed;
	int ref;

	while ((ref = gnttab_claim_grant_reference(head)) >= 0) {
		claimed = ref;
		gnttab_free_grant_reference(claimed);
		if (!nr--)
			return false;
	}
	return !nr && gnttab_empty_grant_references(head);
}

/* To a list of two, which must stay one. */
static int bad_release(grant_ref_t ref)
{
	grant_ref_t head;
	int err = gnttab_alloc_grant_references(2, &head);

	if (err)
		return err;
	gnttab_release_grant_reference(&head, ref);
	return list_holds(&head, 2) ? 0 : -EIO;
}

static const struct {
	const char *name;
	int (*run)(grant_ref_t ref);
} misuses[] = {
	{ "grant", bad_grant },		{ "end", bad_end },
	{ "try_end", bad_try_end },	{ "give_up", bad_give_up },
	{ "free", bad_free },		{ "free_seq", bad_free_seq },
	{ "free_list", bad_free_list }, { "claim", bad_claim },
	{ "release", bad_release },
};

/* Which reference; one that is free now is what a double free is about. */
static int find_ref(const char *kind, grant_ref_t *ref)
{
	grant_ref_t head;
	int err;

	if (strcmp(kind, "free"))
		*ref = gnttab_max_grant_frames() * REFS_PER_FRAME_MAX;
	if (!strcmp(kind, "beyond"))
		return 0;
	if (strcmp(kind, "free"))
		return kstrtouint(kind, 0, ref);
	err = gnttab_alloc_grant_references(1, &head);
	if (err)
		return err;
	*ref = gnttab_claim_grant_reference(&head);
	gnttab_free_grant_reference(*ref);
	return 0;
}

/* misuse CALL NUMBER|beyond|free: a call with a reference that is nobody's */
static int cmd_misuse(char *args, struct seq_file *answer)
{
	char *call = strsep(&args, " ");
	grant_ref_t ref;
	unsigned int i;
	int err = args ? find_ref(args, &ref) : -EINVAL;

	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(misuses); i++) {
		if (strcmp(misuses[i].name, call))
			continue;
		seq_printf(answer, "%d\n", misuses[i].run(ref));
		return 0;
	}
	return -EINVAL;
}

/* grantto DOMID FRAME: prints "granted" or the error; access ends at once */
static int cmd_grantto(char *args, struct seq_file *answer)
{
	unsigned long frame;
	unsigned int domid;
	int ref;

	if (sscanf(args, "%i %li", &domid, &frame) != 2)
		return -EINVAL;
	ref = gnttab_grant_foreign_access(domid, frame ?: gfn(), 0);
	if (ref >= 0 && !gnttab_try_end_foreign_access(ref))
		return -EBUSY;
	if (ref >= 0)
		seq_puts(answer, "granted\n");
	else
		seq_printf(answer, "%d\n", ref);
	return 0;
}

/* Of a reference that grants: its owner calls, and must have it afterwards. */
static int of_granting(struct seq_file *answer, int (*misuse)(grant_ref_t ref))
{
	int ref = gnttab_grant_foreign_access(0, gfn(), 0);
	int ret;

	if (ref < 0)
		return ref;
	ret = misuse(ref);
	seq_printf(answer, "%d %s\n", ret,
		   gnttab_try_end_foreign_access(ref) ? "kept" : "lost");
	return 0;
}

/* freegranting: frees a reference that grants a page */
static int cmd_freegranting(char *args, struct seq_file *answer)
{
	return of_granting(answer, bad_free);
}

/* releasegranting: puts a reference that grants a page on a private list */
static int cmd_releasegranting(char *args, struct seq_file *answer)
{
	return of_granting(answer, bad_release);
}

/* releasetwice: prints whether the private list is as after the first time */
static int cmd_releasetwice(char *args, struct seq_file *answer)
{
	grant_ref_t head;
	int err = gnttab_alloc_grant_references(3, &head);
	grant_ref_t ref;

	if (err)
		return err;
	ref = gnttab_claim_grant_reference(&head);
	gnttab_release_grant_reference(&head, ref);
	gnttab_release_grant_reference(&head, ref);
	seq_printf(answer, "%s\n", list_holds(&head, 3) ? "kept" : "lost");
	return 0;
}

/* list COUNT: prints 0, or why there is no such private list */
static int cmd_list(char *args, struct seq_file *answer)
{
	grant_ref_t head;
	u16 count;
	int err = kstrtou16(args, 0, &count);

	if (err)
		return err;
	err = gnttab_alloc_grant_references(count, &head);
	if (!err)
		gnttab_free_grant_references(head);
	seq_printf(answer, "%d\n", err);
	return 0;
}

/* seq COUNT: prints 0, or why there are not so many in a row */
static int cmd_seq(char *args, struct seq_file *answer)
{
	unsigned int count;
	grant_ref_t first;
	int err = kstrtouint(args, 0, &count);

	if (err)
		return err;
	err = gnttab_alloc_grant_reference_seq(count, &first);
	if (!err)
		gnttab_free_grant_reference_seq(first, count);
	seq_printf(answer, "%d\n", err);
	return 0;
}

/* freeseq FIRST COUNT: frees what nobody holds */
static int cmd_freeseq(char *args, struct seq_file *answer)
{
	unsigned int first, count;

	if (sscanf(args, "%i %i", &first, &count) != 2)
		return -EINVAL;
	gnttab_free_grant_reference_seq(first, count);
	return 0;
}

const struct command bad_grant_commands[] = {
	{ "misuse", cmd_misuse },
	{ "grantto", cmd_grantto },
	{ "freegranting", cmd_freegranting },
	{ "releasegranting", cmd_releasegranting },
	{ "releasetwice", cmd_releasetwice },
	{ "list", cmd_list },
	{ "seq", cmd_seq },
	{ "freeseq", cmd_freeseq },
	{}
};
