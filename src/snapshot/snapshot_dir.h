/*
 * A snapshot directory on disk: its lock, and its crash-safe replacement.
 *
 * New files are written and flushed into DIR/.ddbgit/new/; renaming new to
 * ready is the point of no return; then each file is renamed into place,
 * metadata last, obsolete files are deleted, directories flushed and
 * .ddbgit/ removed. Whoever opens DIR next finishes a `ready` and deletes a
 * `new`, so that after a crash at any point either the old snapshot stands
 * or the new one is whole.
 */
#ifndef DG_SNAPSHOT_SNAPSHOT_DIR_H
#define DG_SNAPSHOT_SNAPSHOT_DIR_H

#include "base/fileset.h"
#include <ddbgit/log.h>

struct dg_snapshot_dir;

enum dg_snapshot_dir_mode {
	DG_SNAPSHOT_DIR_READ,  /* flock shared */
	DG_SNAPSHOT_DIR_WRITE, /* flock exclusive; made if missing */
};

/*
 * path: as the user named it, symlinks in it are followed; or one below the
 * project's root, and then `below` is the end of path that leads there from
 * the root: no component of it may be a symlink (else DG_EINVALID). Finishes
 * or cleans up what a crash left (a reader on a read-only directory reads
 * ready's files over the old ones instead). DG_ENOTFOUND (reading),
 * DG_ELOCKED naming the holder's pid, host and start.
 */
int dg_snapshot_dir_open(struct dg_snapshot_dir **out, const char *path,
			 const char *below, enum dg_snapshot_dir_mode mode,
			 const struct dg_log *log, struct dg_error *err);

/* The snapshot that stands there now; borrowed. */
struct dg_fileset *dg_snapshot_dir_files(struct dg_snapshot_dir *dir);

/* A sink into .ddbgit/new/ that keeps files in their place which hold the same
 * bytes already; borrowed. Once for each directory opened. */
int dg_snapshot_dir_stage(struct dg_snapshot_dir *dir, struct dg_sink **out,
			  struct dg_error *err);
/* What was written into the sink, or kept for it; borrowed. */
struct dg_fileset *dg_snapshot_dir_staged(struct dg_snapshot_dir *dir);

/* Takes the items back, table-data.json and what belongs to it, so that others
 * may be staged instead. */
int dg_snapshot_dir_unstage_items(struct dg_snapshot_dir *dir,
				  struct dg_error *err);

/* Drops staged files whose content is what stands there already. */
int dg_snapshot_dir_drop_unchanged(struct dg_snapshot_dir *dir,
				   struct dg_error *err);

/* Flushes, renames to ready, puts everything in place. DG_EMODIFIED, and
 * nothing is done: a file that was kept is not the one any more. */
int dg_snapshot_dir_publish(struct dg_snapshot_dir *dir, struct dg_error *err);

/* Unlocks. What was staged and not published goes, with the empty folders
 * that opening made. */
void dg_snapshot_dir_close(struct dg_snapshot_dir *dir);

#endif
