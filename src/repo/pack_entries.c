#include "repo/pack_entries.h"
#include "base/deflate.h"
#include "base/ordered.h"
#include "base/work.h"
#include "repo/pack_writer.h"
#include <stdlib.h>

/* Packs keep what they hold as it is, `git gc` included, so their size counts
 * for as long as the backup is kept. On two cores this is hidden behind the
 * indexer, which inflates and hashes everything again. */
#define LEVEL 4

#define ENTRY_HEAD_MAX 16
#define DEFLATER_SIZE ((uint64_t)512 << 10) /* about */

struct worker {
	struct dg_deflater *deflater;
	struct dg_buf content;
};

struct making {
	const struct dg_pack_entries *entries;
	struct worker *workers;
};

static int make(void *context, size_t worker, size_t piece, struct dg_buf *out,
		struct dg_error *err)
{
	const struct making *making = context;
	const struct dg_object *object = &making->entries->list->objects[piece];
	struct worker *own = &making->workers[worker];
	struct dg_slice bytes;
	int rc = dg_object_read(object, &own->content, &bytes, err);

	if (!rc)
		rc = dg_pack_entry_head(out, object->type, object->size, err);
	return rc < 0 ? rc : dg_deflater_add(own->deflater, bytes, out, err);
}

static int take(void *context, size_t piece, struct dg_slice made,
		struct dg_error *err)
{
	const struct dg_pack_entries *entries =
		((const struct making *)context)->entries;

	return entries->take(entries->context, &entries->list->objects[piece],
			     made, err);
}

static uint64_t longest(const struct dg_object_list *list)
{
	uint64_t max = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->objects[i].size > max)
			max = list->objects[i].size;
	}
	return max;
}

/* What does not deflate grows: by a block's head now and then. */
static size_t entry_max(uint64_t size)
{
	return (size_t)(size + size / 512 + 256) + ENTRY_HEAD_MAX;
}

static size_t count_workers(const struct dg_pack_entries *entries,
			    uint64_t size)
{
	uint64_t each =
		DG_ORDERED_AHEAD * entry_max(size) + size + DEFLATER_SIZE;
	uint64_t fit = entries->memory / 2 / each;
	size_t cores = dg_work_cores();

	if (fit < 1)
		return 1;
	return fit < cores ? (size_t)fit : cores;
}

static int open_workers(struct making *making, size_t count, uint64_t size,
			struct dg_error *err)
{
	size_t i;
	int rc = 0;

	making->workers = calloc(count, sizeof(*making->workers));
	if (!making->workers)
		return dg_error_nomem(err);
	for (i = 0; !rc && i < count; i++) {
		dg_buf_init(&making->workers[i].content, (size_t)size + 1);
		rc = dg_deflater_open(&making->workers[i].deflater, LEVEL, err);
	}
	return rc;
}

static void close_workers(struct making *making, size_t count)
{
	size_t i;

	for (i = 0; making->workers && i < count; i++) {
		dg_deflater_free(making->workers[i].deflater);
		dg_buf_free(&making->workers[i].content);
	}
	free(making->workers);
}

int dg_pack_entries_make(const struct dg_pack_entries *entries,
			 struct dg_error *err)
{
	uint64_t size = longest(entries->list);
	struct making making = {.entries = entries};
	const struct dg_ordered ordered = {
		.make = make,
		.take = take,
		.context = &making,
		.workers = count_workers(entries, size),
		.pieces = entries->list->count,
		.piece_max = entry_max(size),
		.cancel = entries->cancel,
	};
	int rc = open_workers(&making, ordered.workers, size, err);

	if (!rc)
		rc = dg_ordered_run(&ordered, err);
	close_workers(&making, ordered.workers);
	return rc;
}
