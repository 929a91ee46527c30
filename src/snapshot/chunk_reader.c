/*
 * The reader of the chunked layout: chunk after chunk in the order of the
 * index, each read and checked as a whole. Memory holds table-data.json, one
 * index file where there are any, and one chunk.
 */
#include "base/text.h"
#include "snapshot/chunk_block.h"
#include "snapshot/chunk_list.h"
#include "snapshot/layout_chunked.h"
#include "snapshot/order.h"
#include "snapshot/part.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

struct chunk_reader {
	struct dg_layout_reader base; /* first: the interface points here */
	struct dg_chunk_index index;  /* table-data.json; not of a part */
	struct dg_chunk_list list;
	struct dg_chunk_block block;
	size_t at; /* the next item of block */
	struct dg_order order;
	int failed; /* its code: a source that failed stays failed */
	/* Where the blocks begin that identity() named last. */
	struct dg_chunk_place named[DG_BLOCK_KINDS];
};

/* 1: the next chunk is in memory; 0: there is none. */
static int load_next(struct chunk_reader *reader, struct dg_error *err)
{
	struct dg_chunk chunk;
	int rc = dg_chunk_list_chunk(&reader->list, &chunk, err);

	reader->at = 0;
	dg_chunk_block_clear(&reader->block);
	if (rc <= 0)
		return rc;
	rc = dg_chunk_block_load(&reader->block, reader->list.files,
				 &reader->base.source.keys, &chunk, err);
	if (rc < 0)
		return rc;
	dg_chunk_list_step(&reader->list);
	return 1;
}

static int out_of_order(const struct chunk_reader *reader, struct dg_error *err)
{
	return dg_error_set(err, DG_EINVALID,
			    "%s: begins below the end of the chunk before it",
			    reader->block.path);
}

static int next_item(struct chunk_reader *reader, struct dg_item *item,
		     struct dg_error *err)
{
	int rc = 1;

	if (reader->at < reader->block.count) {
		dg_chunk_block_item(&reader->block, reader->at++, item);
		return 1;
	}
	/* The last one of a chunk is held against the first of the next. */
	if (reader->block.count > 0) {
		dg_chunk_block_item(&reader->block, reader->block.count - 1,
				    item);
		dg_order_reset(&reader->order);
		rc = dg_order_step(&reader->order, item->key, err);
	}
	if (rc > 0)
		rc = load_next(reader, err);
	if (rc == 0) {
		rc = dg_chunk_list_check_end(&reader->list, &reader->order,
					     err);
		dg_order_reset(&reader->order);
		return rc;
	}
	if (rc < 0)
		return rc;
	dg_chunk_block_item(&reader->block, reader->at++, item);
	rc = dg_order_step(&reader->order, item->key, err);
	return rc == 0 ? out_of_order(reader, err) : rc;
}

static int next(struct dg_item_source *self, struct dg_item *item,
		struct dg_error *err)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;
	int rc;

	if (reader->failed < 0)
		return dg_error_set(err, (enum dg_code)reader->failed,
				    "reading %s failed before",
				    reader->list.files->name);
	rc = next_item(reader, item, err);
	if (rc < 0)
		reader->failed = rc;
	return rc;
}

/* Away from wherever the cursor is, to the beginning of a chunk. */
static void leave(struct chunk_reader *reader)
{
	dg_chunk_block_clear(&reader->block);
	dg_order_reset(&reader->order);
	reader->at = 0;
}

static int rewind_source(struct dg_item_source *self, struct dg_error *err)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;

	(void)err;
	leave(reader);
	reader->failed = 0;
	dg_chunk_list_rewind(&reader->list);
	return 0;
}

/* How item i of the chunk in memory compares with a key. */
static int compare_at(const struct chunk_reader *reader, size_t i,
		      struct dg_slice key)
{
	struct dg_item item;

	dg_chunk_block_item(&reader->block, i, &item);
	return dg_slice_compare(item.key, key);
}

/* The chunk in memory is the one that a key belongs to. */
static bool is_in_block(const struct chunk_reader *reader, struct dg_slice key)
{
	const size_t count = reader->block.count;

	return reader->failed == 0 && count > 0 &&
	       compare_at(reader, 0, key) <= 0 &&
	       compare_at(reader, count - 1, key) >= 0;
}

/* The first item of the chunk in memory whose key is not below this one. */
static size_t find_in_block(const struct chunk_reader *reader,
			    struct dg_slice key)
{
	size_t low = 0, high = reader->block.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_at(reader, middle, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int seek(struct dg_item_source *self, struct dg_slice key,
		struct dg_error *err)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;
	int rc = 1;

	dg_order_reset(&reader->order);
	/* Keys that are sought in their order are often neighbours. */
	if (!is_in_block(reader, key)) {
		leave(reader);
		rc = dg_chunk_list_seek(&reader->list, key, err);
		if (rc == 0)
			rc = load_next(reader, err);
	}
	if (rc > 0)
		reader->at = find_in_block(reader, key);
	reader->failed = rc < 0 ? rc : 0;
	return rc < 0 ? rc : 0;
}

/* The cursor stands between two chunks, or before the first. */
static bool at_chunk(const struct chunk_reader *reader)
{
	return reader->failed == 0 && reader->at == reader->block.count;
}

static int pair(struct dg_item_source *self, struct dg_item_source *other,
		struct dg_error *err)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;

	if (other)
		return dg_chunk_list_pair(&reader->list,
					  &((struct chunk_reader *)other)->list,
					  err);
	dg_chunk_list_unpair(&reader->list);
	return 0;
}

static int identity(struct dg_item_source *self, enum dg_block block,
		    struct dg_identity *out, struct dg_error *err)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;
	int rc;

	if (!at_chunk(reader))
		return 0;
	rc = dg_chunk_list_identity(&reader->list, block, out, err);
	if (rc > 0)
		reader->named[block] = reader->list.at;
	return rc;
}

static int skip(struct dg_item_source *self, enum dg_block block,
		uint64_t *items, struct dg_error *err)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;

	leave(reader);
	return dg_chunk_list_skip(&reader->list, &reader->named[block], block,
				  items, err);
}

static void close_source(struct dg_item_source *self)
{
	struct chunk_reader *reader = (struct chunk_reader *)self;

	dg_chunk_list_free(&reader->list);
	dg_chunk_index_free(&reader->index);
	dg_chunk_block_free(&reader->block);
	dg_order_free(&reader->order);
	free(reader);
}

static int place(const struct dg_layout_reader *self, struct dg_error *err)
{
	const struct chunk_reader *reader = (const struct chunk_reader *)self;

	return dg_error_prefix(err, "%s: item %zu",
			       reader->block.path ? reader->block.path
						  : reader->index.name,
			       reader->at);
}

static bool stated_items(const struct dg_layout_reader *self, uint64_t *items)
{
	*items = ((const struct chunk_reader *)self)->index.items;
	return true;
}

static uint64_t stated_bytes(const struct dg_layout_reader *self)
{
	return ((const struct chunk_reader *)self)->index.bytes;
}

static int split(struct dg_item_source *self, size_t n,
		 struct dg_item_source **out, struct dg_error *err);

/* NULL: no memory. */
static struct chunk_reader *new_reader(struct dg_fileset *files)
{
	struct chunk_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	dg_chunk_block_init(&reader->block);
	dg_order_init(&reader->order);
	reader->base.source.next = next;
	reader->base.source.rewind = rewind_source;
	reader->base.source.close = close_source;
	reader->base.source.seek = seek;
	reader->base.source.split = split;
	if (files->identity) {
		reader->base.source.pair = pair;
		reader->base.source.identity = identity;
		reader->base.source.skip = skip;
	}
	reader->base.place = place;
	reader->base.stated_items = stated_items;
	reader->base.stated_bytes = stated_bytes;
	if (dg_chunk_list_init(&reader->list, files, &reader->base.source.keys,
			       NULL) < 0) {
		close_source(&reader->base.source);
		return NULL;
	}
	return reader;
}

/* Parts of about equal size, at the entries of table-data.json. */
static int split(struct dg_item_source *self, size_t n,
		 struct dg_item_source **out, struct dg_error *err)
{
	struct chunk_reader *whole = (struct chunk_reader *)self;
	size_t made = 0, from = whole->list.from;
	int rc = 0;

	while (rc == 0 && made < n && from < whole->list.to) {
		struct chunk_reader *part = new_reader(whole->list.files);
		size_t to = dg_chunk_list_cut(&whole->list, from, n - made);

		if (!part) {
			rc = dg_error_nomem(err);
			break;
		}
		part->base.source.keys = self->keys;
		dg_chunk_list_use(&part->list, whole->list.root, from, to);
		out[made++] = &part->base.source;
		from = to;
	}
	while (rc < 0 && made > 0)
		dg_source_close(out[--made]);
	return rc < 0 ? rc : (int)made;
}

int dg_chunk_reader_open(struct dg_layout_reader **out,
			 struct dg_fileset *files, struct dg_file *data,
			 struct dg_error *err)
{
	struct chunk_reader *reader = new_reader(files);
	char *name = NULL;
	int rc = reader ? 0 : dg_error_nomem(err);

	if (rc == 0)
		rc = dg_asprintf(&name, err, "%s/" DG_DATA_FILE, files->name);
	if (rc == 0)
		rc = dg_chunk_index_reset(&reader->index, name, err);
	if (rc == 0)
		rc = dg_file_read_all(data, &reader->index.text, err);
	if (rc == 0)
		rc = dg_chunk_index_parse(&reader->index, err);
	dg_file_close(data);
	free(name);
	if (rc < 0 || !reader) {
		dg_layout_reader_close(reader ? &reader->base : NULL);
		return rc;
	}
	dg_chunk_list_use(&reader->list, &reader->index, 0,
			  reader->index.count);
	*out = &reader->base;
	return 0;
}
