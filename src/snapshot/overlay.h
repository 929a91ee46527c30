/*
 * A file set over another: what the upper one has hides what the lower one
 * has under the same path. A reader on a read-only directory reads so what an
 * interrupted dump left ready and nobody could put in place.
 */
#ifndef DG_SNAPSHOT_OVERLAY_H
#define DG_SNAPSHOT_OVERLAY_H

#include "base/fileset.h"

/* Takes both over, also when it fails. The name is the lower one's. */
int dg_overlay_fileset(struct dg_fileset **out, struct dg_fileset *upper,
		       struct dg_fileset *lower, struct dg_error *err);

#endif
