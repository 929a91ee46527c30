/*
 * A writer of a sort: it collects records in its arena, and when that is full
 * writes them, sorted, as a run into its temporary file. Used by one thread at
 * a time; nothing is shared between writers.
 */
#ifndef DG_ITEM_SORT_WRITER_H
#define DG_ITEM_SORT_WRITER_H

#include "item/arena.h"
#include "item/run.h"
#include "item/sort.h"

struct dg_run_list {
	struct dg_run *runs;
	size_t count;
	size_t cap;
};

int dg_run_list_push(struct dg_run_list *list, const struct dg_run *run,
		     struct dg_error *err);

struct dg_sort_writer {
	const struct dg_cancel *cancel;
	uint64_t *pool; /* bytes that any writer may take; atomic */
	struct dg_arena arena;
	struct dg_run_file file;
	struct dg_run_list runs;
	uint64_t items;
	uint64_t bytes;      /* of lines with a newline each */
	uint64_t duplicates; /* left out of its runs */
};

/* share: the bytes of memory that are its own. pool: more, for whichever
 * writer needs them; it keeps what it has taken. */
int dg_sort_writer_new(struct dg_sort_writer **out,
		       const struct dg_sort_options *options, uint64_t share,
		       uint64_t *pool, struct dg_error *err);

/* What the arena holds becomes a run; nothing to do for an empty one. */
int dg_sort_writer_spill(struct dg_sort_writer *writer, struct dg_error *err);

/* Gives its memory back; the runs stay. No more is added. */
void dg_sort_writer_rest(struct dg_sort_writer *writer);

void dg_sort_writer_free(struct dg_sort_writer *writer);

#endif
