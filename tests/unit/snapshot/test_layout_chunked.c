#include "item/join.h"
#include "sample_table.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

/* Keys 000000, 000002, …: odd ones are absent. */
static void fill(struct sample_table *table, size_t count, size_t length)
{
	char key[16];

	for (size_t i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "%06zu", 2 * i);
		sample_put(table, key, length, 'x');
	}
}

static struct memory_store *write_table(const struct sample_table *table)
{
	struct memory_store *store = memory_store_new(true);

	sample_write(table, &dg_layout_chunked, store);
	return store;
}

static void expect_table(struct memory_store *store,
			 const struct sample_table *table)
{
	struct dg_layout_reader *reader = sample_open(store);
	struct dg_item_source *items = sample_source(table);
	uint64_t stated;

	sample_expect_equal(&reader->source, items);
	assert_true(reader->stated_items(reader, &stated));
	assert_int_equal(stated, table->count);
	dg_source_close(items);
	dg_layout_reader_close(reader);
}

static void test_the_bytes_are_those_of_the_format(void **state)
{
	static const char chunk[] = "{\"Items\":[\n"
				    "{\"id\":{\"S\":\"a\"},\"v\":{\"S\":"
				    "\"xxxxxxxxxxxxxxxxxxxx\"}},\n"
				    "{\"id\":{\"S\":\"b\"},\"v\":{\"S\":"
				    "\"yyyyyyyyyyyyyyyyyyyy\"}}\n"
				    "],\"Count\":2}\n";
	static const char index[] =
		"{\"Items\":true,\"Format\":\"ddbgit-chunked-1\",\"Count\":2,"
		"\"Chunks\":[\n"
		"{\"first\":{\"id\":{\"S\":\"a\"}},\"count\":2,\"bytes\":100,"
		"\"sha256\":\"2d8ae7328ad96edf40c0cc5736cb3aac3946ef0943838c7f"
		"309591612461f0a1\"}\n"
		"]}\n";
	struct sample_table table = {0};
	struct memory_store *store;

	(void)state;
	sample_put(&table, "a", 50, 'x');
	sample_put(&table, "b", 50, 'y');
	store = write_table(&table);
	assert_int_equal(store->count, 2);
	assert_string_equal(store->entries[0].path, DG_DATA_FILE);
	assert_string_equal(dg_buf_str(&store->entries[0].bytes), index);
	/* The first 128 bits of SHA-256 of {"id":{"S":"a"}}. */
	assert_string_equal(store->entries[1].path,
			    "table-data/74/"
			    "9b5c1af783257792b1d09113f0f746.json");
	assert_string_equal(dg_buf_str(&store->entries[1].bytes), chunk);
	memory_store_free(store);
	sample_free(&table);
}

static void test_what_was_written_is_read(void **state)
{
	static const struct {
		size_t count, length;
	} cases[] = {{0, 0},      {1, 60},      {1000, 60},
		     {5000, 700}, {40, 300000}, {100, 100000}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sample_table table = {0};
		struct memory_store *store;

		fill(&table, cases[i].count, cases[i].length);
		store = write_table(&table);
		expect_table(store, &table);
		memory_store_free(store);
		sample_free(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_bytes_are_those_of_the_format),
		cmocka_unit_test(test_what_was_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
