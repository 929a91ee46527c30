/*
 * A file that is locked as long as its descriptor is open (flock), so that no
 * crash leaves it locked. It says who holds it, for messages only, and it is
 * removed when it is released.
 */
#ifndef DG_REPO_LOCK_FILE_H
#define DG_REPO_LOCK_FILE_H

#include "base/buf.h"
#include "base/clock.h"

struct dg_lock_file {
	int fd; /* -1: not held */
	char *path;
};

#define DG_LOCK_FILE_INIT                                                      \
	{                                                                      \
		-1, NULL                                                       \
	}

/* Who this process is: "process 12 on host, started …"; in one line. */
int dg_lock_holder(struct dg_buf *out, const char *now_iso,
		   struct dg_error *err);

/*
 * Takes the lock, or returns DG_ELOCKED with the first line of the file as
 * the whole message. Folders of the path must exist.
 */
int dg_lock_file_take(struct dg_lock_file *lock, const char *path,
		      struct dg_error *err);

/* The same, but waits up to wait_ms. */
int dg_lock_file_wait(struct dg_lock_file *lock, const char *path,
		      int64_t wait_ms, struct dg_clock *clock,
		      struct dg_error *err);

/* What the file holds; a file longer than out may hold is DG_ELIMIT. */
int dg_lock_file_read(const struct dg_lock_file *lock, struct dg_buf *out,
		      struct dg_error *err);

/* Replaces what the file holds, flushed. The old text stays behind the new
 * one until it is cut off, so a reader must know where a text ends. */
int dg_lock_file_write(struct dg_lock_file *lock, struct dg_slice text,
		       struct dg_error *err);

/* Removes and unlocks; does nothing if it is not held. */
void dg_lock_file_release(struct dg_lock_file *lock);

/* Unlocks and leaves the file with what it holds. */
void dg_lock_file_abandon(struct dg_lock_file *lock);

#endif
