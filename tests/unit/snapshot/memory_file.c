#include "memory_file.h"
#include <stdlib.h>

struct memory_file {
	struct dg_file base;
	struct dg_slice bytes;
	size_t piece;
	size_t at;
};

static int read_piece(struct dg_file *self, void *bytes, size_t cap, size_t *n,
		      struct dg_error *err)
{
	struct memory_file *file = (struct memory_file *)self;
	size_t left = file->bytes.len - file->at;

	(void)err;
	*n = left < cap ? left : cap;
	if (*n > file->piece)
		*n = file->piece;
	memcpy(bytes, file->bytes.ptr + file->at, *n);
	file->at += *n;
	return 0;
}

static int rewind_file(struct dg_file *self, struct dg_error *err)
{
	(void)err;
	((struct memory_file *)self)->at = 0;
	return 0;
}

static void close_file(struct dg_file *self)
{
	free(self);
}

struct dg_file *memory_file_open(struct dg_slice bytes, size_t piece)
{
	struct memory_file *file = calloc(1, sizeof(*file));

	file->base.read = read_piece;
	file->base.rewind = rewind_file;
	file->base.close = close_file;
	file->base.size = bytes.len;
	file->bytes = bytes;
	file->piece = piece;
	return &file->base;
}
