/*
 * How one table's definition differs from another: keys, indexes and
 * settings. The table's name is none of them, nor are Read- and
 * WriteCapacityUnits, which autoscaling sets as often as people do. Lists of
 * indexes and attributes are compared by name.
 */
#ifndef DG_ITEM_TABLE_DIFF_H
#define DG_ITEM_TABLE_DIFF_H

#include "base/json.h"

/* Borrowed until the visitor returns. */
struct dg_table_change {
	const char *path; /* "GlobalSecondaryIndexes[by-user].Projection" */
	/* Of the definition: ["Table","GlobalSecondaryIndexes","by-user",…] */
	struct dg_slice path_json;
	struct dg_slice before; /* compact JSON; without bytes: absent */
	struct dg_slice after;
};

struct dg_table_diff_visitor {
	/* A negative result ends the comparison and is returned. */
	int (*change)(void *context, const struct dg_table_change *change,
		      struct dg_error *err);
	void *context;
};

/* Of documents as table_def.h has them. */
int dg_table_def_diff(const struct dg_json *before, const struct dg_json *after,
		      const struct dg_table_diff_visitor *visitor,
		      struct dg_error *err);

#endif
