/* Verification of a restore: the snapshot joined with the live table. */
#ifndef DG_BACKUP_VERIFY_H
#define DG_BACKUP_VERIFY_H

#include "backup/environment.h"
#include "dynamodb/rate.h"
#include "snapshot/snapshot.h"
#include <ddbgit/restore.h>

struct dg_verify_options {
	struct dg_snapshot *snapshot; /* checked */
	/* Only these items, and what the table has under their keys; NULL: the
	 * snapshot's, and the whole table. */
	struct dg_item_source *expected;
	struct dg_item_source *live;
	const struct dg_json *describe; /* of the target */
	const char *ttl_attribute; /* of the target or the snapshot, or NULL */
	bool full;                 /* else counts only */
	struct dg_rate_limit rate; /* of the reads */
};

/* Differences are no error here: they stand in *out. */
int dg_verify_restore(struct dg_verification *out, struct dg_environment *env,
		      const struct dg_verify_options *options,
		      struct dg_error *err);

#endif
