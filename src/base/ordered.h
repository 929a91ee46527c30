/*
 * Pieces made on several threads and taken in their order: a pack's entries, a
 * long stream's parts. Three steps a piece, of which only the second runs on
 * all workers at once:
 *
 *	fetch	reads what the piece is made of, piece after piece
 *	make	works on it
 *	take	gets the result, piece after piece
 *
 * A worker whose piece's turn has not come leaves it and goes on, at most
 * DG_ORDERED_AHEAD pieces a worker; whoever finishes the piece that all wait
 * for takes what has gathered behind it, too.
 */
#ifndef DG_BASE_ORDERED_H
#define DG_BASE_ORDERED_H

#include "base/buf.h"
#include <ddbgit/cancel.h>

#define DG_ORDERED_AHEAD 2

struct dg_ordered {
	/* May be NULL. */
	int (*fetch)(void *context, size_t worker, size_t piece,
		     struct dg_error *err);
	/* out is empty; its memory serves later pieces again. */
	int (*make)(void *context, size_t worker, size_t piece,
		    struct dg_buf *out, struct dg_error *err);
	int (*take)(void *context, size_t piece, struct dg_slice made,
		    struct dg_error *err);
	void *context;
	size_t workers;
	size_t pieces;
	size_t piece_max; /* bytes of a result */
	const struct dg_cancel *cancel;
};

/* Returns when every piece was taken, or with the first error. */
int dg_ordered_run(const struct dg_ordered *ordered, struct dg_error *err);

#endif
