/*
 * A file of a snapshot in the middle of a merge: Git leaves both sides in it,
 * between lines of markers.
 */
#ifndef DG_SNAPSHOT_CONFLICT_H
#define DG_SNAPSHOT_CONFLICT_H

#include "base/buf.h"

/* Where a line of text, which err is about, begins with Git's marker, the hint
 * becomes the way out. Returns err's code (0 if err is NULL). */
int dg_conflict_explain(struct dg_slice text, struct dg_error *err);

/* The hint alone. */
int dg_conflict_hint(struct dg_error *err);

#endif
