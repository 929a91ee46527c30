/*
 * What is staged: the index as the next commit would have it, and as a file
 * set. Inside a hook it is the index that Git names in GIT_INDEX_FILE, which
 * for `git commit -a` is not the repository's own.
 */
#ifndef DG_REPO_STAGED_H
#define DG_REPO_STAGED_H

#include "repo/repo.h"

struct dg_staged;

/*
 * The repository of a Git hook: GIT_DIR, else the one around the current
 * directory. GIT_INDEX_FILE may name any index. Errors as dg_repo_open's.
 */
int dg_repo_open_hook(struct dg_repo **out, const struct dg_log *log,
		      struct dg_error *err);

/* repo is borrowed. */
int dg_staged_open(struct dg_staged **out, struct dg_repo *repo,
		   struct dg_error *err);
void dg_staged_close(struct dg_staged *staged);

/* Paths whose staged content differs from HEAD's; `removed`: by its absence.
 * In byte order. */
int dg_staged_changes(struct dg_staged *staged,
		      int (*visit)(void *context, const char *path,
				   bool removed, struct dg_error *err),
		      void *context, struct dg_error *err);

/*
 * A folder of the index ("": all of it) as a file set: regular files, with
 * identities of files ("git-sha1"). staged is borrowed. memory: see
 * dg_revision_files. A folder without entries is an empty set.
 */
int dg_staged_files(struct dg_fileset **out, struct dg_staged *staged,
		    const char *folder, uint64_t memory, struct dg_error *err);

#endif
