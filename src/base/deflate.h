/*
 * zlib streams, as Git's objects are kept: inflated in parts; deflated whole by
 * libdeflate, which is faster; or, when too long for that, deflated in parts
 * that need not know of each other and so can be made on several threads.
 */
#ifndef DG_BASE_DEFLATE_H
#define DG_BASE_DEFLATE_H

#include "base/buf.h"
#include <stdbool.h>

struct dg_inflate; /* a zlib stream that is being read */

/* fd: at the stream's first byte; closed with it, and at once on failure. */
int dg_inflate_open(struct dg_inflate **out, int fd, struct dg_error *err);

/* *n gets how many bytes were inflated into bytes, 0 at the end. DG_EINVALID
 * for a stream that is malformed or cut off. */
int dg_inflate_read(struct dg_inflate *reader, void *bytes, size_t cap,
		    size_t *n, struct dg_error *err);

void dg_inflate_close(struct dg_inflate *reader);

/* Serves any number of streams, in one thread at a time. */
struct dg_deflater;

/* level: libdeflate's, 1 (fast) to 12. */
int dg_deflater_open(struct dg_deflater **out, int level, struct dg_error *err);

/* Appends the bytes to out as one stream. */
int dg_deflater_add(struct dg_deflater *deflater, struct dg_slice bytes,
		    struct dg_buf *out, struct dg_error *err);

void dg_deflater_free(struct dg_deflater *deflater);

/*
 * A stream in parts is dg_deflate_head, the parts in their order, the last one
 * marked, and dg_deflate_tail with the check of all bytes. The parts are
 * deflated fast (zlib's level 1).
 */
int dg_deflate_head(struct dg_buf *out, struct dg_error *err);
int dg_deflate_part(struct dg_slice bytes, bool last, struct dg_buf *out,
		    struct dg_error *err);
int dg_deflate_tail(uint32_t check, struct dg_buf *out, struct dg_error *err);

#define DG_DEFLATE_CHECK_START 1u /* the check of no bytes */

/* The check of what `check` is of and these bytes. */
uint32_t dg_deflate_check(uint32_t check, struct dg_slice bytes);

#endif
