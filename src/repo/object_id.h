/* An object's id, computed as Git does, with OpenSSL's SHA-1. */
#ifndef DG_REPO_OBJECT_ID_H
#define DG_REPO_OBJECT_ID_H

#include "base/fileset.h"
#include "repo/git.h"

#define DG_OBJECT_HEADER_SIZE 32 /* "commit ", 20 digits, zero */

/* "blob 1234" with its final zero, which counts: that is hashed, and stored
 * in a loose object, before the content. Returns the length. */
size_t dg_object_header(char out[DG_OBJECT_HEADER_SIZE], git_object_t type,
			uint64_t size);

int dg_object_hash(git_oid *out, git_object_t type, struct dg_slice bytes,
		   struct dg_error *err);

/* Of a file's content, read to the end and rewound. */
int dg_blob_hash(git_oid *out, struct dg_file *file, struct dg_error *err);

#endif
