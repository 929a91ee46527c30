/*
 * One writer: flock on the snapshot directory itself. Who holds it stands in
 * a file beside, for the message of whoever comes second and for nothing
 * else. Folders that were made for the lock go with it if they are empty.
 */
#ifndef DG_SNAPSHOT_SNAPSHOT_LOCK_H
#define DG_SNAPSHOT_SNAPSHOT_LOCK_H

#include <ddbgit/error.h>
#include <stdbool.h>
#include <stddef.h>

struct dg_snapshot_lock {
	int fd; /* of the directory; owned; -1: none */
	bool exclusive;
	char *path; /* as it was given; owned */
	/* The folder at the first root_len bytes of path, below which no
	 * symlink is followed; owned. -1: all of path is the user's. */
	int rootfd;
	size_t root_len;
	/* The folders at the first made_from bytes of path and below it were
	 * made here; (size_t)-1: none was. */
	size_t made_from;
};

/*
 * Opens the directory and locks it: exclusive (then it is made if missing,
 * with the folders above it) or shared. below: as in dg_snapshot_dir_open.
 * DG_ENOTFOUND (shared), DG_EINVALID for a symlink in below, DG_ELOCKED at
 * once if somebody else has it.
 */
int dg_snapshot_lock_take(struct dg_snapshot_lock *lock, const char *path,
			  const char *below, bool exclusive,
			  struct dg_error *err);

/* Tries to change between shared and exclusive: 1 done, 0 somebody else has
 * it too (then the lock is as it was). DG_ELOCKED: lost to another. */
int dg_snapshot_lock_change(struct dg_snapshot_lock *lock, bool exclusive,
			    struct dg_error *err);

/* Removes empty folders that were made (if exclusive), unlocks. */
void dg_snapshot_lock_release(struct dg_snapshot_lock *lock);

/* Writes this process down as the holder, in the work folder workfd. */
int dg_snapshot_holder_write(int workfd, struct dg_error *err);

#endif
