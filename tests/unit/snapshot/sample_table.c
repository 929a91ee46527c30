#include "sample_table.h"
#include "item/canon.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

const struct dg_key_schema sample_keys = {1, {{"id", 'S'}}};

/* splitmix64 */
uint64_t sample_random(struct sample_table *table, uint64_t n)
{
	uint64_t x = table->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) % n;
}

static size_t position(const struct sample_table *table, const char *key,
		       bool *found)
{
	size_t low = 0, high = table->count;

	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(table->items[middle].key, key);

		if (order == 0)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void sample_put(struct sample_table *table, const char *key, size_t length,
		char filler)
{
	bool found;
	size_t at = position(table, key, &found);
	struct sample_item *item;

	if (!found) {
		if (table->count == table->cap) {
			table->cap = table->cap * 2 + 1024;
			table->items =
				realloc(table->items,
					table->cap * sizeof(*table->items));
		}
		memmove(table->items + at + 1, table->items + at,
			(table->count - at) * sizeof(*table->items));
		table->count++;
	}
	item = &table->items[at];
	snprintf(item->key, sizeof(item->key), "%s", key);
	item->length = length;
	item->filler = filler;
}

void sample_remove(struct sample_table *table, size_t at)
{
	table->count--;
	memmove(table->items + at, table->items + at + 1,
		(table->count - at) * sizeof(*table->items));
}

void sample_free(struct sample_table *table)
{
	free(table->items);
	memset(table, 0, sizeof(*table));
}

struct sample_source {
	struct dg_item_source base; /* first: the interface points here */
	const struct sample_table *table;
	size_t at;
	struct dg_buf line;
	struct dg_buf key;
};

static int next(struct dg_item_source *self, struct dg_item *item,
		struct dg_error *err)
{
	struct sample_source *source = (struct sample_source *)self;
	const struct sample_item *from = &source->table->items[source->at];
	size_t filler;
	int rc;

	if (source->at == source->table->count)
		return 0;
	source->at++;
	dg_buf_clear(&source->line);
	dg_buf_clear(&source->key);
	rc = dg_buf_addf(&source->line, err,
			 "{\"id\":{\"S\":\"%s\"},\"v\":{\"S\":\"", from->key);
	assert_true(from->length > source->line.len + 4);
	filler = from->length - source->line.len - 4;
	if (rc == 0)
		rc = dg_buf_reserve(&source->line, filler, err);
	if (rc < 0)
		return rc;
	memset(source->line.ptr + source->line.len, from->filler, filler);
	source->line.len += filler;
	rc = dg_buf_add_str(&source->line, "\"}}", err);
	if (rc == 0)
		rc = dg_key_encode(&source->key, 'S', dg_slice_str(from->key),
				   err);
	item->line = dg_buf_slice(&source->line);
	item->key = dg_buf_slice(&source->key);
	return rc < 0 ? rc : 1;
}

static void close_source(struct dg_item_source *self)
{
	struct sample_source *source = (struct sample_source *)self;

	dg_buf_free(&source->line);
	dg_buf_free(&source->key);
	free(source);
}

struct dg_item_source *sample_source(const struct sample_table *table)
{
	struct sample_source *source = calloc(1, sizeof(*source));

	source->base.next = next;
	source->base.close = close_source;
	source->base.keys = sample_keys;
	source->table = table;
	dg_buf_init(&source->line, DG_ITEM_TEXT_MAX);
	dg_buf_init(&source->key, 65536);
	return &source->base;
}

size_t sample_write(const struct sample_table *table,
		    const struct dg_layout *layout, struct memory_store *store)
{
	struct dg_item_source *items = sample_source(table);
	struct dg_layout_writer *writer = NULL;
	struct dg_error err = {0};
	struct dg_item item;

	memory_store_begin(store);
	assert_ok(layout->create(&writer, &store->sink, &items->keys, &err),
		  &err);
	while (dg_source_next(items, &item, &err) > 0)
		assert_ok(writer->add(writer, &item, &err), &err);
	assert_ok(writer->finish(writer, &err), &err);
	dg_layout_writer_close(writer);
	dg_source_close(items);
	return memory_store_end(store);
}

struct dg_layout_reader *sample_open(struct memory_store *store)
{
	const struct dg_layout *layout;
	struct dg_layout_reader *reader = NULL;
	struct dg_error err = {0};

	assert_ok(dg_layout_open(&layout, &reader, &store->files, &err), &err);
	reader->source.keys = sample_keys;
	return reader;
}

void sample_expect_equal(struct dg_item_source *a, struct dg_item_source *b)
{
	struct dg_error err = {0};
	struct dg_item left, right;
	int rc;

	do {
		assert_ok(rc = dg_source_next(a, &left, &err), &err);
		assert_int_equal(dg_source_next(b, &right, &err), rc);
		if (rc > 0)
			assert_true(dg_slice_equal(left.line, right.line) &&
				    dg_slice_equal(left.key, right.key));
	} while (rc > 0);
}
