#include "apart.h"
#include "snapshot/chunk_index_writer.h"
#include "snapshot/part.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>

#define TEXT_MAX ((size_t)1 << 24)

/* The chunk of this item; entry borrows first and hex. */
static void put_chunk(struct memory_store *store, const struct dg_item *item,
		      struct dg_chunk_entry *entry, struct dg_buf *first,
		      char hex[DG_SHA256_HEX_SIZE])
{
	struct dg_buf text = DG_BUF_INIT(TEXT_MAX);
	char path[DG_PART_PATH_SIZE];
	struct dg_error err = {0};

	dg_buf_clear(first);
	dg_buf_addf(&text, &err, "{\"Items\":[\n%.*s\n],\"Count\":1}\n",
		    (int)item->line.len, item->line.ptr);
	assert_ok(dg_key_json(&sample_keys, item->line, first, &err), &err);
	assert_ok(dg_part_chunk_path(dg_buf_slice(first), path, &err), &err);
	assert_ok(dg_part_digest(item->line, hex, &err), &err);
	memory_store_put(store, path, dg_buf_slice(&text));
	*entry = (struct dg_chunk_entry){
		.first = dg_buf_slice(first),
		.count = 1,
		.bytes = item->line.len + 1,
		.sha256 = dg_slice_str(hex),
	};
	dg_buf_free(&text);
}

struct memory_store *apart_write(const struct sample_table *table)
{
	struct memory_store *store = memory_store_new(true);
	struct dg_item_source *items = sample_source(table);
	struct dg_chunk_index_writer index;
	struct dg_buf first = DG_BUF_INIT(4096);
	char hex[DG_SHA256_HEX_SIZE];
	struct dg_chunk_entry entry;
	struct dg_error err = {0};
	struct dg_item item;

	dg_chunk_index_writer_init(&index, &store->sink);
	while (dg_source_next(items, &item, &err) > 0) {
		put_chunk(store, &item, &entry, &first, hex);
		assert_ok(dg_chunk_index_writer_add(&index, &entry, &err),
			  &err);
	}
	assert_ok(dg_chunk_index_writer_finish(&index, &err), &err);
	dg_chunk_index_writer_free(&index);
	dg_buf_free(&first);
	dg_source_close(items);
	return store;
}

static void put_index(struct memory_store *store, const char *path,
		      const struct dg_buf *lines, uint64_t items,
		      bool of_indexes)
{
	struct dg_buf text = DG_BUF_INIT(TEXT_MAX);

	assert_int_equal(dg_chunk_index_print(dg_buf_slice(lines), items,
					      of_indexes, &text, NULL),
			 0);
	memory_store_put(store, path, dg_buf_slice(&text));
	dg_buf_free(&text);
}

static void add_entry(struct dg_buf *lines, const struct dg_chunk_entry *entry)
{
	if (lines->len > 0)
		dg_buf_add_str(lines, ",\n", NULL);
	assert_int_equal(dg_chunk_entry_print(entry, lines, NULL), 0);
}

/* An index file of up to so many chunks: false, there is none left. */
static bool put_group(struct memory_store *store, struct dg_item_source *items,
		      size_t chunks, struct dg_buf *root)
{
	struct dg_buf lines = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf first = DG_BUF_INIT(4096), begin = DG_BUF_INIT(4096);
	char hex[DG_SHA256_HEX_SIZE], path[DG_PART_PATH_SIZE];
	struct dg_chunk_entry entry, group = {0};
	struct dg_item item;

	while (group.count < chunks && dg_source_next(items, &item, NULL) > 0) {
		put_chunk(store, &item, &entry, &first, hex);
		add_entry(&lines, &entry);
		if (group.count++ == 0)
			dg_buf_add_slice(&begin, entry.first, NULL);
		group.bytes += entry.bytes;
	}
	if (group.count > 0) {
		dg_part_digest(dg_buf_slice(&lines), hex, NULL);
		group.first = dg_buf_slice(&begin);
		group.sha256 = dg_slice_str(hex);
		dg_part_index_path(group.first, path, NULL);
		put_index(store, path, &lines, group.count, false);
		add_entry(root, &group);
	}
	dg_buf_free(&lines);
	dg_buf_free(&first);
	dg_buf_free(&begin);
	return group.count > 0;
}

struct memory_store *apart_write_groups(const struct sample_table *table,
					size_t chunks)
{
	struct memory_store *store = memory_store_new(true);
	struct dg_item_source *items = sample_source(table);
	struct dg_buf root = DG_BUF_INIT(TEXT_MAX);

	while (put_group(store, items, chunks, &root))
		;
	put_index(store, DG_DATA_FILE, &root, table->count, true);
	dg_buf_free(&root);
	dg_source_close(items);
	return store;
}

static struct dg_slice key_of(const struct sample_table *table, size_t i,
			      char text[64])
{
	snprintf(text, 64, "{\"id\":{\"S\":\"%s\"}}", table->items[i].key);
	return dg_slice_str(text);
}

void apart_chunk_path(const struct sample_table *table, size_t i, char path[64])
{
	char text[64];

	assert_int_equal(dg_part_chunk_path(key_of(table, i, text), path, NULL),
			 0);
}

void apart_index_path(const struct sample_table *table, size_t i, char path[64])
{
	char text[64];

	assert_int_equal(dg_part_index_path(key_of(table, i, text), path, NULL),
			 0);
}
