/*
 * A window over a file that is read from front to back: the bytes from the
 * cursor on that were read already, in one piece. It grows only when a caller
 * asks for more than it holds, up to one item's greatest size, and knows the
 * offset and line of every byte in it for messages.
 */
#ifndef DG_SNAPSHOT_WINDOW_H
#define DG_SNAPSHOT_WINDOW_H

#include "base/fileset.h"

struct dg_window {
	struct dg_file *file; /* owned */
	char *name;           /* for messages; owned */
	struct dg_buf bytes;  /* read and not dropped yet */
	size_t pos;           /* the cursor in bytes */
	uint64_t offset;      /* of bytes' first byte in the file */
	size_t counted;       /* up to where bytes' lines were counted */
	uint64_t line;        /* of that byte, from 1 */
	bool at_end;          /* the file has no more */
};

/* Takes file over, also when it fails; name is copied. */
int dg_window_open(struct dg_window *window, struct dg_file *file,
		   const char *name, struct dg_error *err);
void dg_window_close(struct dg_window *window);

/* Back to the file's first byte. */
int dg_window_rewind(struct dg_window *window, struct dg_error *err);

/* What is in reach from the cursor on. */
static inline struct dg_slice dg_window_rest(const struct dg_window *window)
{
	return dg_slice_of(window->bytes.len ? window->bytes.ptr + window->pos
					     : "",
			   window->bytes.len - window->pos);
}

/*
 * Drops what lies before the cursor and reads more behind what there is; sets
 * at_end if there is nothing more. Slices of the window are void afterwards.
 * DG_ELIMIT: the window is full.
 */
int dg_window_fill(struct dg_window *window, struct dg_error *err);

/* The next byte that is not blank, not taken; -1 at the end of the file. */
int dg_window_peek(struct dg_window *window, int *byte, struct dg_error *err);

static inline void dg_window_take(struct dg_window *window, size_t len)
{
	window->pos += len;
}

/* Line (from 1) and offset (from 0) in the file of the byte that lies `at`
 * bytes behind the cursor. Lines before the cursor are counted once, so that
 * this may be asked for every item. */
void dg_window_locate(struct dg_window *window, size_t at, uint64_t *line,
		      uint64_t *offset);

/* Puts "<file>: line <n>, offset <n>: " of that byte before err's message;
 * returns err's code. */
int dg_window_place(struct dg_window *window, size_t at, struct dg_error *err);

/* DG_EINVALID that says what stands at the cursor where `wanted` belongs. */
int dg_window_unexpected(struct dg_window *window, const char *wanted,
			 struct dg_error *err);

/* Takes one byte of punctuation, blanks before it allowed. */
int dg_window_expect(struct dg_window *window, int byte, const char *wanted,
		     struct dg_error *err);

/*
 * Reads on until the JSON value at the cursor is whole in the window: its
 * length, or 0 if the file ends inside it. DG_ELIMIT if it is too large for
 * the window. Takes nothing.
 */
int dg_window_whole_value(struct dg_window *window, size_t *length,
			  struct dg_error *err);

/* Takes one JSON value of any kind; text borrows the window until it is
 * filled again. */
int dg_window_value(struct dg_window *window, struct dg_slice *text,
		    struct dg_error *err);

#endif
