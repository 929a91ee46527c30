/*
 * Objects as they are stored: past libgit2's check of their ids, which takes
 * longer than all the rest of reading them, its cache and its lock. Whoever
 * relies on the bytes asks dg_raw_object_is_right; a walk through thousands of
 * commits does not, as Git's does not (zlib's own checksum is compared always).
 *
 * A reader has an object database of its own and serves one thread at a time.
 * A repository keeps those that are not in use.
 */
#ifndef DG_REPO_OBJECT_READER_H
#define DG_REPO_OBJECT_READER_H

#include "repo/git.h"

struct dg_object_reader;

/* An idle one of the repository, or a new one. From any thread. */
int dg_object_reader_take(struct dg_object_reader **out, struct dg_repo *repo,
			  struct dg_error *err);
/* Gives it back to its repository; NULL is allowed. */
void dg_object_reader_give(struct dg_object_reader *reader);
/* All that a repository keeps. */
void dg_object_readers_free(struct dg_object_reader *idle);

/* Zeros are none. */
struct dg_raw_object {
	git_oid id;
	git_object_t type;
	struct dg_slice bytes; /* without the header */
	void *held;
};

/* Returns libgit2's code, and leaves its words as git_odb_read would. The
 * caller frees the object. */
int dg_raw_object_read(struct dg_raw_object *out,
		       struct dg_object_reader *reader, const git_oid *id);
void dg_raw_object_free(struct dg_raw_object *object);

/* Are the type and the bytes those that the id is of? 1, 0 or an error. */
int dg_raw_object_is_right(const struct dg_raw_object *object,
			   struct dg_error *err);

#endif
