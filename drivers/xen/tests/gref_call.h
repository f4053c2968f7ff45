/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of refs.h as functions that are called. */
#ifndef _XENDOMU_TESTS_GREF_CALL_H
#define _XENDOMU_TESTS_GREF_CALL_H

#include "grant/refs.h"

bool call_gref_is_live(const struct gref_table *table, grant_ref_t ref);
bool call_gref_is_kind(const struct gref_table *table, grant_ref_t ref,
		       u32 kind);
grant_ref_t call_gref_pop(struct gref_table *table, struct gref_list *list);

#endif
