// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of refs.h as functions that are called: one copy of each, so
 * that the branches of that copy can be counted.
 */
#include "gref_call.h"

bool call_gref_is_live(const struct gref_table *table, grant_ref_t ref)
{
	return gref_is_live(table, ref);
}

bool call_gref_is_kind(const struct gref_table *table, grant_ref_t ref,
		       u32 kind)
{
	return gref_is_kind(table, ref, kind);
}

grant_ref_t call_gref_pop(struct gref_table *table, struct gref_list *list)
{
	return gref_pop(table, list);
}
