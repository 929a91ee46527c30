/*
 * What a snapshot should be in a table: the merge-join of both, counted. The
 * one comparison of a restore's verification, of verify --against=live and of
 * a drill.
 */
#ifndef DG_BACKUP_VERIFY_COMPARE_H
#define DG_BACKUP_VERIFY_COMPARE_H

#include "item/source.h"
#include <ddbgit/verify.h>

struct dg_comparison {
	struct dg_verification *out;
	const char *ttl_attribute; /* or NULL */
	int64_t now;               /* Unix seconds */
	/* Each item that is not as expected; NULL: they are counted only. */
	int (*visit)(void *context, enum dg_verify_difference difference,
		     const struct dg_item *item, struct dg_error *err);
	void *context;
};

/* Differences are no error. Sets what *out says of items, and done. */
int dg_comparison_run(struct dg_comparison *comparison,
		      struct dg_item_source *expected,
		      struct dg_item_source *live, struct dg_error *err);

#endif
