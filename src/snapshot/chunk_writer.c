/*
 * The writer of the chunked layout. A chunk is collected in memory (it has at
 * most 262,144 bytes of items, or one item), written when the cut rule ends
 * it, and then its entry goes into the index. Its bytes follow from its items
 * alone, so a sink that holds them already keeps them.
 */
#include "item/canon.h"
#include "snapshot/chunk_index_writer.h"
#include "snapshot/layout_chunked.h"
#include "snapshot/part.h"
#include <inttypes.h>
#include <stdlib.h>

#define KEY_MAX ((size_t)1 << 20)
#define CHUNK_MAX ((size_t)DG_ITEM_TEXT_MAX + KEY_MAX)

/* A chunk's document without its end. */
struct chunk {
	struct dg_buf text;
	struct dg_buf first; /* its first key as canonical JSON */
	uint64_t count;
	uint64_t bytes;
};

struct chunk_writer {
	struct dg_layout_writer base; /* first: the interface points here */
	struct dg_sink *sink;
	struct dg_key_schema keys;
	struct dg_chunk_cut cut;
	struct chunk chunk;
	struct dg_buf key; /* of the item being added */
	struct dg_chunk_index_writer index;
};

static int write_chunk(struct chunk_writer *writer, struct chunk *chunk,
		       char hex[DG_SHA256_HEX_SIZE], struct dg_error *err)
{
	struct dg_slice body =
		dg_slice_of(chunk->text.ptr + strlen(DG_PART_CHUNK_HEAD),
			    chunk->text.len - strlen(DG_PART_CHUNK_HEAD));
	char path[DG_PART_PATH_SIZE];
	int rc = dg_part_digest(body, hex, err);

	if (rc == 0)
		rc = dg_part_chunk_path(dg_buf_slice(&chunk->first), path, err);
	if (rc == 0)
		rc = dg_part_chunk_end(chunk->count, &chunk->text, err);
	if (rc == 0)
		rc = dg_sink_write(writer->sink, path,
				   dg_buf_slice(&chunk->text), err);
	return rc;
}

static int end_chunk(struct chunk_writer *writer, struct dg_error *err)
{
	struct chunk *chunk = &writer->chunk;
	char hex[DG_SHA256_HEX_SIZE];
	struct dg_chunk_entry entry = {.first = dg_buf_slice(&chunk->first),
				       .count = chunk->count,
				       .bytes = chunk->bytes,
				       .sha256 = {hex, sizeof(hex) - 1}};
	int rc;

	if (chunk->count == 0)
		return 0;
	rc = write_chunk(writer, chunk, hex, err);
	if (rc == 0)
		rc = dg_chunk_index_writer_add(&writer->index, &entry, err);
	dg_buf_clear(&chunk->text);
	dg_buf_clear(&chunk->first);
	chunk->count = chunk->bytes = 0;
	return rc;
}

static int add_line(struct chunk_writer *writer, struct dg_slice line,
		    struct dg_error *err)
{
	struct chunk *chunk = &writer->chunk;
	int rc;

	if (chunk->count == 0)
		rc = dg_buf_add_slice(&chunk->first, dg_buf_slice(&writer->key),
				      err);
	else
		rc = 0;
	if (rc == 0)
		rc = dg_buf_add_str(
			&chunk->text,
			chunk->count == 0 ? DG_PART_CHUNK_HEAD : ",\n", err);
	if (rc == 0)
		rc = dg_buf_add_slice(&chunk->text, line, err);
	chunk->count++;
	chunk->bytes += line.len + 1;
	return rc;
}

/* The item's key as JSON, in writer->key. */
static int take_key(struct chunk_writer *writer, const struct dg_item *item,
		    struct dg_error *err)
{
	int rc;

	dg_buf_clear(&writer->key);
	rc = dg_key_json_decode(&writer->keys, item->key, &writer->key, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return dg_key_json(&writer->keys, item->line, &writer->key, err);
}

static int add(struct dg_layout_writer *self, const struct dg_item *item,
	       struct dg_error *err)
{
	struct chunk_writer *writer = (struct chunk_writer *)self;
	unsigned int cuts;
	int rc = take_key(writer, item, err);

	if (rc < 0)
		return rc;
	cuts = dg_chunk_cut_step(&writer->cut,
				 dg_chunk_hash(dg_buf_slice(&writer->key)),
				 item->line.len + 1);
	if (cuts & DG_CUT_BEFORE)
		rc = end_chunk(writer, err);
	if (rc == 0)
		rc = add_line(writer, item->line, err);
	if (rc == 0 && (cuts & DG_CUT_AFTER))
		rc = end_chunk(writer, err);
	return rc;
}

static int finish(struct dg_layout_writer *self, struct dg_error *err)
{
	struct chunk_writer *writer = (struct chunk_writer *)self;
	int rc = end_chunk(writer, err);

	if (rc == 0)
		rc = dg_chunk_index_writer_finish(&writer->index, err);
	self->items = writer->index.items;
	return rc;
}

static void close_writer(struct dg_layout_writer *self)
{
	struct chunk_writer *writer = (struct chunk_writer *)self;

	dg_chunk_index_writer_free(&writer->index);
	dg_buf_free(&writer->chunk.text);
	dg_buf_free(&writer->chunk.first);
	dg_buf_free(&writer->key);
	free(writer);
}

int dg_chunk_writer_open(struct dg_layout_writer **out, struct dg_sink *sink,
			 const struct dg_key_schema *keys, struct dg_error *err)
{
	struct chunk_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return dg_error_nomem(err);
	writer->sink = sink;
	writer->keys = *keys;
	dg_buf_init(&writer->chunk.text, CHUNK_MAX);
	dg_buf_init(&writer->chunk.first, KEY_MAX);
	dg_buf_init(&writer->key, KEY_MAX);
	dg_chunk_index_writer_init(&writer->index, sink);
	writer->base.add = add;
	writer->base.finish = finish;
	writer->base.close = close_writer;
	*out = &writer->base;
	return 0;
}
