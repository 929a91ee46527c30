/*
 * A commit under way, as the files of this room that work on it see it:
 * checks, blobs, trees, index, intent.
 */
#ifndef DG_REPO_COMMIT_STATE_H
#define DG_REPO_COMMIT_STATE_H

#include "repo/blob_list.h"
#include "repo/commit.h"
#include "repo/intent.h"
#include "repo/lock_file.h"
#include "repo/object_id.h"
#include "repo/object_store.h"

/* How long a lock of Git's is waited for that another command holds. */
#define DG_GIT_LOCK_WAIT_MS 5000
#define DG_GIT_LOCK_PAUSE_MS 50

struct dg_commit {
	struct dg_repo *repo; /* borrowed, as all of these */
	const struct dg_log *log;
	const struct dg_cancel *cancel;
	struct dg_clock *clock;
	struct dg_clock system_clock; /* when the caller gave none */
	const char *const *owned;
	const char *temp_dir;
	uint64_t memory;
	int64_t now;

	char *path; /* "" is the root of the tree */
	char *ref;  /* "refs/heads/main" */
	char *now_iso;
	bool worktree; /* files, index and HEAD go along */

	git_oid tip; /* zero: unborn */
	bool has_tip;
	git_tree *tip_root; /* NULL: unborn */
	git_tree *tip_dir;  /* NULL: no snapshot there */
	char tip_short[DG_OID_HEX_SIZE];
	struct dg_fileset *tip_files;

	git_odb *odb;
	struct dg_blob_list blobs;
	bool stored;                  /* all of them, and these: */
	struct dg_blob_list folders;  /* right below the snapshot's, by name */
	struct dg_object_spool spool; /* what came through the sink */
	struct dg_sink sink;

	git_signature *author;
	git_signature *committer;
	char *message;
	git_oid id; /* of the new commit */

	struct dg_lock_file path_lock;
	struct dg_intent intent;
	char *index_lock; /* the path of Git's index lock, while we hold it */
	git_transaction *refs;
};

/* Copies what is borrowed for the length of the call. commit.c */
int dg_commit_take_options(struct dg_commit *commit, struct dg_repo *repo,
			   const struct dg_commit_options *options,
			   struct dg_error *err);

/* All refusals that need no lock; fills tip, ref and worktree.
 * commit_check.c */
int dg_commit_check(struct dg_commit *commit, const char *branch, bool force,
		    struct dg_error *err);
/* The parts of it: which branch, and may it be moved; the index, unless
 * `force` also the ignore rules (both for a work tree only). */
int dg_commit_check_branch(struct dg_commit *commit, const char *branch,
			   struct dg_error *err);
int dg_commit_check_index(struct dg_commit *commit, bool force,
			  struct dg_error *err);
/* Reads the branch's tip and its folder at the path. */
int dg_commit_read_tip(struct dg_commit *commit, struct dg_error *err);

/* Refuses an ignored, untracked path. ignore.c */
int dg_commit_check_ignored(struct dg_commit *commit, git_index *index,
			    struct dg_error *err);
/* Refuses filter, ident and working-tree-encoding. attribute.c */
int dg_commit_check_attributes(struct dg_commit *commit, struct dg_error *err);

/* "backups/dynamodb/prod/NAME", or "NAME" at the root of the tree. */
int dg_commit_full_path(char **out, const struct dg_commit *commit,
			const char *name, struct dg_error *err);

/* Trees and commit object on the present tip, into commit->id.
 * commit_tree.c */
int dg_commit_build(struct dg_commit *commit, struct dg_error *err);

/* Writes what was added and is not written yet; fills folders.
 * commit_store.c */
int dg_commit_store(struct dg_commit *commit, struct dg_error *err);
/* The id of what was added under a name right below the snapshot's folder: a
 * file, or all files below a folder. 1, or 0 if nothing was. */
int dg_commit_added(git_oid *out, struct dg_commit *commit, const char *name,
		    struct dg_error *err);

/* The tip's blob for a name below the path; false if there is none.
 * commit_blob.c */
bool dg_commit_tip_blob(git_oid *out, const struct dg_commit *commit,
			const char *name);

/* Git's index lock, waiting for it up to five seconds. index_lock.c */
int dg_index_lock(struct dg_commit *commit, struct dg_error *err);
void dg_index_unlock(struct dg_commit *commit);

#endif
