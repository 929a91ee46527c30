/* The folder of Git's objects, where libgit2 leaves something to do. */
#ifndef DG_REPO_OBJECTS_DIR_H
#define DG_REPO_OBJECTS_DIR_H

#include "repo/git.h"

/*
 * Removes what runs that were killed have left there: pack_git2_*, which `git
 * gc` never removes, tmp_object_git2_* and our tmp_ddbgit_*. Only files that
 * nobody wrote to for a day: a living writer, maybe of another program, keeps
 * its file young. now: Unix seconds.
 */
void dg_objects_sweep(const struct dg_repo *repo, int64_t now);

/* Flushes the folder itself: libgit2 flushes objects and their folders, but
 * not the new folders' names. */
int dg_objects_flush(const struct dg_repo *repo, struct dg_error *err);

#endif
