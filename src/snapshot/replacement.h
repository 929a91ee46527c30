/*
 * The steps that replace a snapshot directory's files by staged ones, so that
 * after a crash at any point either the old snapshot stands or the new one is
 * whole:
 *
 *	check     every name that will be written is a file or free
 *	prepare   the list of obsolete files; everything staged is flushed
 *	commit    new becomes ready: the point of no return
 *	finish    ready's files are renamed into place, metadata last,
 *		  obsolete files deleted, directories flushed, ready removed
 *
 * finish begins wherever a crash left it and may itself be interrupted.
 */
#ifndef DG_SNAPSHOT_REPLACEMENT_H
#define DG_SNAPSHOT_REPLACEMENT_H

#include "base/fileset.h"
#include "snapshot/path_list.h"

struct dg_replacement {
	int dirfd;        /* the snapshot directory */
	int workfd;       /* its work folder */
	const char *name; /* of the directory, for messages */
};

/* Is path one that a snapshot consists of: one of the four files, or a
 * layout's part file? */
bool dg_replacement_knows_path(const char *path);

/* DG_EINVALID: a folder, a symlink or something else stands where one of the
 * four files belongs. */
int dg_replacement_check_names(const struct dg_replacement *replacement,
			       struct dg_error *err);

/* content: the paths of the new snapshot, staged or left in place, settled;
 * many: the staged files are not flushed, so their file system is. */
int dg_replacement_prepare(const struct dg_replacement *replacement,
			   const struct dg_path_list *content, bool many,
			   struct dg_error *err);

/* *committed: whether ready is there, also when flushing it failed. */
int dg_replacement_commit(const struct dg_replacement *replacement,
			  bool *committed, struct dg_error *err);

/* Of what this process has committed. */
int dg_replacement_finish(const struct dg_replacement *replacement,
			  struct dg_error *err);
/* Of what a crash may have left: 1 if there was a ready, 0 if not. */
int dg_replacement_resume(const struct dg_replacement *replacement,
			  struct dg_error *err);

#endif
