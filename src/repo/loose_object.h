/*
 * A loose object read in parts. libgit2's own stream maps the whole file,
 * which counts as our memory.
 */
#ifndef DG_REPO_LOOSE_OBJECT_H
#define DG_REPO_LOOSE_OBJECT_H

#include "base/deflate.h"
#include "repo/git.h"

/*
 * *out gives the blob's bytes, which nobody has checked against its id.
 * DG_ENOTFOUND (without a message) if it is not loose in this repository: it
 * is packed, or borrowed from another. DG_EINVALID: no blob of that size.
 */
int dg_loose_blob_open(struct dg_inflate **out, const struct dg_repo *repo,
		       const git_oid *id, uint64_t size, struct dg_error *err);

#endif
