/*
 * What a restore is going to do: the merge-join of the live table with the
 * snapshot. The items to write and the keys to delete are kept in sorted runs,
 * so what was counted and shown is what is done, whatever becomes of the table
 * meanwhile: a key that came later is in no run and is never deleted.
 */
#ifndef DG_BACKUP_RESTORE_PLAN_H
#define DG_BACKUP_RESTORE_PLAN_H

#include "item/sort.h"
#include <ddbgit/restore.h>

/* Items in key order, written once and then read, in bounded memory. */
struct dg_restore_spool {
	struct dg_sort *sort;
	struct dg_item_source *items; /* once it is closed */
	uint64_t count;
	uint64_t bytes; /* of the lines */
};

struct dg_restore_spool_options {
	const struct dg_key_schema *keys;
	uint64_t memory; /* bytes */
	const char *temp_dir;
	const struct dg_cancel *cancel;
};

int dg_restore_spool_open(struct dg_restore_spool *spool,
			  const struct dg_restore_spool_options *options,
			  struct dg_error *err);
int dg_restore_spool_add(struct dg_restore_spool *spool,
			 const struct dg_item *item, struct dg_error *err);
/* Ends the adding; items can be read then, and rewound. */
int dg_restore_spool_close(struct dg_restore_spool *spool,
			   struct dg_error *err);
/* Of a spool that was never opened, too. */
void dg_restore_spool_free(struct dg_restore_spool *spool);

struct dg_restore_comparison {
	struct dg_restore_plan *plan;     /* counts and first keys go here */
	struct dg_restore_spool *writes;  /* what differs; NULL: not kept */
	struct dg_restore_spool *deletes; /* keys, as lines; NULL: not kept */
	const char *ttl_attribute;        /* by which items expire, or NULL */
	int64_t now;                      /* Unix seconds */
};

/*
 * live: NULL for a table that does not exist. The spools are open, and closed
 * here. A failure leaves a plan that is not done, and nothing to be carried
 * out.
 */
int dg_restore_compare(struct dg_restore_comparison *comparison,
		       struct dg_item_source *live,
		       struct dg_item_source *wanted, struct dg_error *err);

void dg_restore_plan_free(struct dg_restore_plan *plan);

#endif
