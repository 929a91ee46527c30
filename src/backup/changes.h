/* How one snapshot differs from an earlier one: the merge-join of both. */
#ifndef DG_BACKUP_CHANGES_H
#define DG_BACKUP_CHANGES_H

#include "base/fileset.h"
#include "snapshot/snapshot.h"
#include <ddbgit/dump.h>

/* The body of a first backup's commit. */
#define DG_FIRST_BACKUP "First backup"

/* How the body ends where keys, indexes or settings changed. */
#define DG_SCHEMA_CHANGED "; schema changed"

/*
 * before: NULL for a first backup. An earlier snapshot that is malformed or
 * of another key schema is 'not comparable', no error; a failure of `after`
 * is one.
 */
int dg_changes_count(struct dg_changes *out, struct dg_fileset *before,
		     struct dg_fileset *after,
		     const struct dg_snapshot_options *options,
		     struct dg_error *err);

/* "12 added, 3 changed, 1 removed" into out. Returns out. */
const char *dg_changes_text(const struct dg_changes *changes, char *out,
			    size_t out_size);

/* "+12 ~3 -1" into out. Returns out. */
const char *dg_changes_short(const struct dg_changes *changes, char *out,
			     size_t out_size);

/* Reads "+12 ~3 -1". False if text is something else. */
bool dg_changes_parse(struct dg_changes *out, const char *text);

#endif
