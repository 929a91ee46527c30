/*
 * A commit on a walk through a history, as it is stored, and a queue of them:
 * the newest first, and of one second the one that came first.
 */
#ifndef DG_REPO_WALKED_COMMIT_H
#define DG_REPO_WALKED_COMMIT_H

#include "repo/object_reader.h"
#include "repo/raw_commit.h"

struct dg_walked_commit {
	struct dg_raw_object object;
	struct dg_raw_commit commit; /* borrows from the object */
	/* Of its parents; none where a shallow clone ends. */
	git_oid *parent_trees;
	size_t parent_count;
	size_t order; /* the queue's */
};

/* check: the bytes are compared with the id. 1: the object is no commit. */
int dg_walked_commit_read(struct dg_walked_commit **out,
			  struct dg_object_reader *reader, bool check,
			  const git_oid *id, struct dg_error *err);
/* For one that was read, but is not what it should be. Returns our code. */
int dg_walked_commit_damaged(struct dg_error *err, const git_oid *id);
/* NULL is allowed. */
void dg_walked_commit_free(struct dg_walked_commit *commit);

/* A binary heap. Zeros are an empty one. */
struct dg_commit_queue {
	struct dg_walked_commit **heap;
	size_t count;
	size_t room;
	size_t pushed; /* so far */
};

/* Takes the commit over if it succeeds. */
int dg_commit_queue_push(struct dg_commit_queue *queue,
			 struct dg_walked_commit *commit, struct dg_error *err);
/* NULL: it is empty. */
struct dg_walked_commit *dg_commit_queue_pop(struct dg_commit_queue *queue);
/* With all that is in it. */
void dg_commit_queue_free(struct dg_commit_queue *queue);

#endif
