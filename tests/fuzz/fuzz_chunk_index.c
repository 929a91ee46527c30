/*
 * An index of chunks of any content: reading it, and the chunks that it names
 * (in a store that has one of them), fails or ends; what is accepted is
 * printed and read as the same; and looking for a key agrees with reading.
 */
#include "fuzz_target.h"
#include "memory_store.h"
#include "snapshot/chunk_index.h"
#include "snapshot/layout.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

static const struct dg_key_schema keys = {1, {{"id", 'S'}}};

/* The chunk of {"id":{"S":"a"}} and its sisters, as the corpus has them. */
static const char chunk_path[] =
	"table-data/74/9b5c1af783257792b1d09113f0f746.json";
static const char chunk[] = "{\"Items\":[\n"
			    "{\"id\":{\"S\":\"a\"}},\n"
			    "{\"id\":{\"S\":\"b\"}}\n"
			    "],\"Count\":2}\n";
static const char leaf_path[] =
	"table-data/index/749b5c1af783257792b1d09113f0f746.json";

static bool same_entry(const struct dg_chunk_entry *a,
		       const struct dg_chunk_entry *b)
{
	return dg_slice_equal(a->first, b->first) && a->count == b->count &&
	       a->bytes == b->bytes && dg_slice_equal(a->sha256, b->sha256);
}

/* Prints what was parsed; that parses to the same. */
static void print_and_parse(const struct dg_chunk_index *index)
{
	struct dg_buf lines = DG_BUF_INIT((size_t)1 << 28);
	struct dg_chunk_index again = {0};

	for (size_t i = 0; i < index->count; i++) {
		if (i > 0)
			check(dg_buf_add_str(&lines, ",\n", NULL) == 0);
		check(dg_chunk_entry_print(&index->entries[i], &lines, NULL) ==
		      0);
	}
	check(dg_chunk_index_reset(&again, "again", NULL) == 0);
	check(dg_chunk_index_print(dg_buf_slice(&lines), index->items,
				   index->of_indexes, &again.text, NULL) == 0);
	check(dg_chunk_index_parse(&again, NULL) == 0);
	check(again.count == index->count && again.items == index->items);
	for (size_t i = 0; i < index->count; i++)
		check(same_entry(&again.entries[i], &index->entries[i]));
	dg_chunk_index_free(&again);
	dg_buf_free(&lines);
}

static void parse(struct dg_slice text)
{
	struct dg_chunk_index index = {0};
	struct dg_error err = {0};
	int rc;

	check(dg_chunk_index_reset(&index, "t", NULL) == 0);
	check(dg_buf_add_slice(&index.text, text, NULL) == 0);
	rc = dg_chunk_index_parse(&index, &err);
	check(rc == 0 || err.message[0] != '\0');
	if (rc == 0)
		print_and_parse(&index);
	dg_chunk_index_free(&index);
}

/* Looks up each item that reading gives, in a reader of its own. */
static void find(struct memory_store *store, const struct dg_item *item)
{
	const struct dg_layout *layout;
	struct dg_layout_reader *reader = NULL;
	struct dg_item found;
	int rc;

	check(dg_layout_open(&layout, &reader, &store->files, NULL) == 0);
	reader->source.keys = keys;
	rc = dg_source_find(&reader->source, item->key, &found, NULL);
	check(rc < 0 || (rc == 1 && dg_slice_equal(found.line, item->line)));
	dg_layout_reader_close(reader);
}

static void read_store(struct memory_store *store)
{
	const struct dg_layout *layout;
	struct dg_layout_reader *reader = NULL;
	struct dg_error err = {0};
	struct dg_item item;
	int rc = dg_layout_open(&layout, &reader, &store->files, &err);

	if (rc == 0) {
		reader->source.keys = keys;
		while ((rc = dg_source_next(&reader->source, &item, &err)) > 0)
			find(store, &item);
		dg_layout_reader_close(reader);
	}
	check(rc == 0 || err.message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dg_slice text = dg_slice_of((const char *)data, size);
	struct memory_store *store = memory_store_new(false);

	parse(text);
	memory_store_put(store, chunk_path, dg_slice_str(chunk));
	memory_store_put(store, leaf_path, text);
	memory_store_put(store, DG_DATA_FILE, text);
	read_store(store);
	memory_store_free(store);
	return 0;
}
