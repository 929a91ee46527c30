/*
 * A long file as a loose object: one zlib stream, whose parts are deflated on
 * all cores. libgit2's own stream has one thread for hashing and deflating.
 * Loose and not in a pack, because only so it can be read in parts again.
 */
#ifndef DG_REPO_LOOSE_WRITER_H
#define DG_REPO_LOOSE_WRITER_H

#include "base/fileset.h"
#include "repo/git.h"
#include <ddbgit/cancel.h>

/*
 * Reads the file to its end and writes it as the blob `id`, flushed, replacing
 * one that is there, so that its time is new. DG_EMODIFIED: the file is not
 * what id names (any more).
 */
int dg_loose_blob_write(struct dg_repo *repo, const git_oid *id,
			struct dg_file *file, uint64_t memory,
			const struct dg_cancel *cancel, struct dg_error *err);

#endif
