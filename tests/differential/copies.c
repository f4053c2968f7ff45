// SPDX-License-Identifier: GPL-2.0-only
/* Random copies between our own pages, by frame and by grant. */
#include <linux/kernel.h>
#include <linux/mm.h>

#include <xen/page.h>

#include "differential.h"

#define MOST_COPIES 3
#define BAD_FRAME 0xfffffffUL

typedef typeof(((struct gnttab_copy *)NULL)->source) copy_end_t;

static u16 pick_offset(struct run *run)
{
	return chance(run, 80) ? pick(run, 64) :
				 PAGE_SIZE - pick(run, 64);
}

/* One end, as each side calls it. */
static void pick_end(struct run *run, bool is_granted, copy_end_t *real,
		     copy_end_t *model)
{
	struct page *page = run->pages[pick(run, NR_PAGES)];
	bool is_bad = chance(run, 5);

	real->offset = pick_offset(run);
	real->domid = chance(run, 75) ? DOMID_SELF : pick_domid(run);
	*model = *real;
	if (is_granted) {
		real->u.ref = pick_ref(run);
		model->u.ref = real->u.ref;
	} else {
		real->u.gmfn = is_bad ? BAD_FRAME : xen_page_to_gfn(page);
		model->u.gmfn = is_bad ? BAD_FRAME : page_to_pfn(page);
	}
}

static void pick_copy(struct run *run, struct gnttab_copy *real,
		      struct gnttab_copy *model)
{
	*real = (struct gnttab_copy){ .flags = pick(run, 4),
				      .len = pick(run, 80) };
	*model = *real;
	pick_end(run, real->flags & GNTCOPY_source_gref, &real->source,
		 &model->source);
	pick_end(run, real->flags & GNTCOPY_dest_gref, &real->dest,
		 &model->dest);
}

/* So that an end that is kept open from the last one is met. */
static void repeat_ends(struct run *run, struct gnttab_copy *op,
			struct gnttab_copy *model)
{
	if (chance(run, 50)) {
		op[1] = op[0];
		model[1] = model[0];
	}
	op[1].len = pick(run, 80);
	model[1].len = op[1].len;
}

void copies_step(struct run *run)
{
	struct gnttab_copy op[MOST_COPIES], model[MOST_COPIES];
	unsigned int i, nr = 1 + pick(run, MOST_COPIES);

	for (i = 0; i < nr; i++) {
		pick_copy(run, &op[i], &model[i]);
		if (i)
			repeat_ends(run, &op[i - 1], &model[i - 1]);
	}
	if (call_grant(run, GNTTABOP_copy, op, model, nr))
		return;
	for (i = 0; i < nr; i++)
		compare(run, "copy", op[i].status, model[i].status,
			"%u of %u: flags %u len %u from %u:%#llx+%u to %u:%#llx+%u",
			i, nr, op[i].flags, op[i].len, op[i].source.domid,
			(u64)op[i].source.u.gmfn, op[i].source.offset,
			op[i].dest.domid, (u64)op[i].dest.u.gmfn,
			op[i].dest.offset);
}
