#include "snapshot/chunk_index_writer.h"
#include "snapshot/part.h"
#include "snapshot/snapshot.h"

#define LINES_MAX ((size_t)256 << 20)
#define KEY_MAX ((size_t)1 << 20)

static void init_lines(struct dg_chunk_lines *lines)
{
	dg_buf_init(&lines->text, LINES_MAX);
	dg_buf_init(&lines->first, KEY_MAX);
	lines->count = 0;
	lines->items = lines->bytes = 0;
}

static void clear_lines(struct dg_chunk_lines *lines)
{
	dg_buf_clear(&lines->text);
	dg_buf_clear(&lines->first);
	lines->count = 0;
	lines->items = lines->bytes = 0;
}

static void free_lines(struct dg_chunk_lines *lines)
{
	dg_buf_free(&lines->text);
	dg_buf_free(&lines->first);
}

void dg_chunk_index_writer_init(struct dg_chunk_index_writer *writer,
				struct dg_sink *sink)
{
	writer->sink = sink;
	writer->cut.size = 0;
	writer->split = false;
	writer->items = 0;
	init_lines(&writer->early);
	init_lines(&writer->leaf);
	init_lines(&writer->root);
	dg_buf_init(&writer->scratch, LINES_MAX + 4096);
}

void dg_chunk_index_writer_free(struct dg_chunk_index_writer *writer)
{
	free_lines(&writer->early);
	free_lines(&writer->leaf);
	free_lines(&writer->root);
	dg_buf_free(&writer->scratch);
}

static int add_line(struct dg_chunk_lines *lines,
		    const struct dg_chunk_entry *entry, struct dg_error *err)
{
	int rc = 0;

	if (lines->count == 0)
		rc = dg_buf_add_slice(&lines->first, entry->first, err);
	else
		rc = dg_buf_add_str(&lines->text, ",\n", err);
	if (rc == 0)
		rc = dg_chunk_entry_print(entry, &lines->text, err);
	lines->count++;
	lines->items += entry->count;
	lines->bytes += entry->bytes;
	return rc;
}

/* Writes the index file that `leaf` is, and its entry into the root. */
static int end_leaf(struct dg_chunk_index_writer *writer, struct dg_error *err)
{
	struct dg_chunk_lines *leaf = &writer->leaf;
	struct dg_chunk_entry entry = {.first = dg_buf_slice(&leaf->first),
				       .count = leaf->items,
				       .bytes = leaf->bytes};
	char hex[DG_SHA256_HEX_SIZE];
	char path[DG_PART_PATH_SIZE];
	int rc;

	if (leaf->count == 0)
		return 0;
	rc = dg_part_index_path(entry.first, path, err);
	if (rc == 0)
		rc = dg_part_digest(dg_buf_slice(&leaf->text), hex, err);
	dg_buf_clear(&writer->scratch);
	if (rc == 0)
		rc = dg_chunk_index_print(dg_buf_slice(&leaf->text),
					  leaf->items, false, &writer->scratch,
					  err);
	if (rc == 0)
		rc = dg_sink_write(writer->sink, path,
				   dg_buf_slice(&writer->scratch), err);
	if (rc < 0)
		return rc;
	entry.sha256 = dg_slice_str(hex);
	rc = add_line(&writer->root, &entry, err);
	clear_lines(leaf);
	return rc;
}

static int add_to_leaf(struct dg_chunk_index_writer *writer,
		       const struct dg_chunk_entry *entry, struct dg_error *err)
{
	unsigned int cuts;
	int rc;

	dg_buf_clear(&writer->scratch);
	rc = dg_chunk_entry_print(entry, &writer->scratch, err);
	if (rc < 0)
		return rc;
	cuts = dg_chunk_cut_step(&writer->cut, dg_chunk_hash(entry->first),
				 writer->scratch.len + 1);
	if (cuts & DG_CUT_BEFORE)
		rc = end_leaf(writer, err);
	if (rc == 0)
		rc = add_line(&writer->leaf, entry, err);
	if (rc == 0 && (cuts & DG_CUT_AFTER))
		rc = end_leaf(writer, err);
	return rc;
}

/* What has been collected for one level goes into index files instead. */
static int split_early(struct dg_chunk_index_writer *writer,
		       struct dg_error *err)
{
	struct dg_chunk_index index = {0};
	struct dg_buf text = DG_BUF_INIT(LINES_MAX + 4096);
	int rc = dg_chunk_index_reset(&index, DG_DATA_FILE, err);

	if (rc == 0)
		rc = dg_chunk_index_print(dg_buf_slice(&writer->early.text),
					  writer->early.items, false, &text,
					  err);
	free_lines(&writer->early);
	index.text = text;
	if (rc == 0)
		rc = dg_chunk_index_parse(&index, err);
	for (size_t i = 0; rc == 0 && i < index.count; i++)
		rc = add_to_leaf(writer, &index.entries[i], err);
	dg_chunk_index_free(&index);
	writer->split = true;
	return rc;
}

int dg_chunk_index_writer_add(struct dg_chunk_index_writer *writer,
			      const struct dg_chunk_entry *entry,
			      struct dg_error *err)
{
	int rc = 0;

	if (!writer->split && writer->early.count < DG_CHUNK_INDEX_MAX)
		return add_line(&writer->early, entry, err);
	if (!writer->split)
		rc = split_early(writer, err);
	return rc < 0 ? rc : add_to_leaf(writer, entry, err);
}

int dg_chunk_index_writer_finish(struct dg_chunk_index_writer *writer,
				 struct dg_error *err)
{
	const struct dg_chunk_lines *lines =
		writer->split ? &writer->root : &writer->early;
	int rc = writer->split ? end_leaf(writer, err) : 0;

	writer->items = lines->items;
	dg_buf_clear(&writer->scratch);
	if (rc == 0)
		rc = dg_chunk_index_print(dg_buf_slice(&lines->text),
					  writer->items, writer->split,
					  &writer->scratch, err);
	if (rc == 0)
		rc = dg_sink_write(writer->sink, DG_DATA_FILE,
				   dg_buf_slice(&writer->scratch), err);
	return rc;
}
