/* Inflating in parts what zlib's deflate made: Git's loose objects. */
#ifndef DG_BASE_DEFLATE_H
#define DG_BASE_DEFLATE_H

#include <ddbgit/error.h>
#include <stddef.h>

struct dg_inflate; /* a zlib stream that is being read */

/* fd: at the stream's first byte; closed with it, and at once on failure. */
int dg_inflate_open(struct dg_inflate **out, int fd, struct dg_error *err);

/* *n gets how many bytes were inflated into bytes, 0 at the end. DG_EINVALID
 * for a stream that is malformed or cut off. */
int dg_inflate_read(struct dg_inflate *reader, void *bytes, size_t cap,
		    size_t *n, struct dg_error *err);

void dg_inflate_close(struct dg_inflate *reader);

#endif
