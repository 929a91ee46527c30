/*
 * The single items that a restore was asked for: their keys, from the command
 * line and from a file, and what snapshot and table have under them.
 */
#ifndef DG_BACKUP_RESTORE_KEYS_H
#define DG_BACKUP_RESTORE_KEYS_H

#include "backup/environment.h"
#include "backup/restore_plan.h"
#include "dynamodb/rate.h"

/*
 * Adds the keys of a list (ends with NULL, or NULL) and of a file (or NULL) to
 * an open spool, as {"id":{"S":"a"}}. A line of the file is such a key, or an
 * object with one in its member "key", as restore-failures files have; blank
 * lines are none. DG_EUSAGE names option, file and line.
 */
int dg_restore_keys_read(struct dg_restore_spool *keys,
			 const struct dg_key_schema *schema,
			 const char *const *list, const char *file,
			 struct dg_error *err);

/*
 * Copies the items of `keys` (closed) from `items` into `wanted` (open) and
 * closes that. absent(context, key as JSON) is told of each that is not there.
 */
int dg_restore_keys_pick(struct dg_restore_spool *keys,
			 struct dg_item_source *items,
			 struct dg_restore_spool *wanted,
			 void (*absent)(void *context, struct dg_slice key),
			 void *context, struct dg_error *err);

struct dg_restore_keys_reading {
	const struct dg_environment *env;
	const struct dg_json *describe; /* of its table */
	struct dg_rate_limit rate;
	uint64_t memory;   /* bytes */
	const char *phase; /* "Comparing", "Verifying" */
};

/* Reads the items that have the keys of `wanted` from the table, consistently,
 * into `live` (open) and closes that. */
int dg_restore_keys_live(struct dg_restore_spool *wanted,
			 const struct dg_restore_keys_reading *how,
			 struct dg_restore_spool *live, struct dg_error *err);

#endif
