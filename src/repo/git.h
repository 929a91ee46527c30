/*
 * What the files of this room share: libgit2 itself, the repository and the
 * way libgit2's errors become ours. No other room includes it.
 */
#ifndef DG_REPO_GIT_H
#define DG_REPO_GIT_H

#include "repo/repo.h"
#include <git2.h>
#include <pthread.h>

struct dg_repo {
	git_repository *git;
	char *workdir; /* NULL: bare */
	char *gitdir;
	char *commondir;
	const struct dg_log *log;
	pthread_mutex_t readers_lock;     /* of readers */
	struct dg_object_reader *readers; /* those that nobody uses */
};

/*
 * Turns what libgit2 said last into "<what>: <its words>" and its code into
 * ours. Returns our code.
 */
int dg_git_error(struct dg_error *err, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * For an object that a tree names as `name` and that could not be read: that
 * the repository is damaged (DG_EINVALID), unless it was the system that
 * failed. id: NULL where it is not known. Returns our code.
 */
int dg_git_object_error(struct dg_error *err, int rc, git_repository *git,
			const git_oid *id, const char *name);

/* Did a look-up of a path in a tree fail because nothing is there, not for
 * want of a tree on the way? */
bool dg_git_no_entry(int rc);

/*
 * Git's index as it is now. libgit2 looks how long the file is before it opens
 * it: if another command puts a new one there in between, that one is cut off,
 * so what fails is tried again. Returns libgit2's code.
 */
int dg_index_read(git_index **out, git_repository *git);
/* As it was read before, if it was: for what need not be newer than the
 * command. */
int dg_index_once(git_index **out, git_repository *git);
/* As it is now, of the index at a path. */
int dg_index_open(git_index **out, const char *path);

/*
 * Author and committer from Git's environment variables and configuration;
 * what is missing there is `ddbgit <ddbgit@HOST>`, said in the log. The
 * caller frees both.
 */
int dg_git_identity(git_signature **author, git_signature **committer,
		    struct dg_repo *repo, int64_t now, struct dg_error *err);

/*
 * The folder at `path` ("" is the root itself) below a tree: *out is NULL
 * where there is none, or where a file, symlink or submodule stands in the
 * way. root may be NULL.
 */
int dg_tree_at(git_tree **out, const git_tree *root, const char *path,
	       struct dg_error *err);

/* The tree of a commit. */
int dg_tree_of(git_tree **out, struct dg_repo *repo, const git_oid *commit,
	       struct dg_error *err);

/*
 * Do both folders (either may be NULL) have the same entries of these names?
 * names ends with NULL; NULL itself means every entry.
 */
bool dg_tree_same_entries(const git_tree *a, const git_tree *b,
			  const char *const *names);

/* Is there a regular file of that name in the folder (may be NULL)? */
bool dg_tree_has_file(const git_tree *tree, const char *name);

#endif
