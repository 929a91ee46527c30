#include "apart.h"
#include "item/join.h"
#include "sample_table.h"
#include "snapshot/chunk_index_writer.h"
#include "snapshot/part.h"
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

static bool is_index_file(const struct memory_entry *entry)
{
	return strstr(entry->path, "/index/") != NULL;
}

static void test_above_4096_chunks_the_index_has_two_levels(void **state)
{
	static const size_t counts[] = {4096, 4097, 6000};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		struct sample_table table = {0};
		struct memory_store *store;
		bool two_levels = counts[i] > 4096;
		size_t files = 0;

		fill(&table, counts[i], 60);
		store = apart_write(&table);
		for (size_t at = 0; at < store->count; at++)
			files += is_index_file(&store->entries[at]);
		assert_int_equal(store->count, counts[i] + 1 + files);
		assert_int_equal(files > 5, two_levels);
		assert_int_equal(strstr(store->entries[0].bytes.ptr,
					"\"Indexes\":[") != NULL,
				 two_levels);
		expect_table(store, &table);
		memory_store_free(store);
		sample_free(&table);
	}
}

/* What one level may hold at most: keys of 2,048 and 1,024 bytes, each of
 * which JSON escapes. */
static void test_an_index_of_the_longest_keys_is_read(void **state)
{
	char part[2048 * 6 + 1], sort[1024 * 6 + 1], hex[65];
	struct dg_buf first = DG_BUF_INIT(65536);
	struct dg_chunk_index index = {0};
	struct dg_error err = {0};
	struct dg_chunk_entry entry = {.count = 1, .bytes = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(part) - 1; i++)
		part[i] = "\\u0001"[i % 6];
	part[sizeof(part) - 1] = '\0';
	memcpy(sort, part, sizeof(sort) - 1);
	sort[sizeof(sort) - 1] = '\0';
	memset(hex, 'a', 64);
	hex[64] = '\0';
	entry.sha256 = dg_slice_str(hex);
	dg_buf_addf(&first, &err,
		    "{\"id\":{\"S\":\"%s\"},"
		    "\"at\":{\"S\":\"%s\"}}",
		    part, sort);
	entry.first = dg_buf_slice(&first);
	assert_ok(dg_chunk_index_reset(&index, "long", &err), &err);
	dg_buf_addf(&index.text, &err,
		    "{\"Items\":true,\"Format\":"
		    "\"ddbgit-chunked-1\",\"Count\":4096,\"Chunks\":[\n");
	for (size_t i = 0; i < DG_CHUNK_INDEX_MAX; i++) {
		if (i > 0)
			assert_ok(dg_buf_add_str(&index.text, ",\n", &err),
				  &err);
		assert_ok(dg_chunk_entry_print(&entry, &index.text, &err),
			  &err);
	}
	assert_ok(dg_buf_add_str(&index.text, "\n]}\n", &err), &err);
	assert_ok(dg_chunk_index_parse(&index, &err), &err);
	assert_int_equal(index.count, DG_CHUNK_INDEX_MAX);
	dg_chunk_index_free(&index);
	dg_buf_free(&first);
}

/* Reads to the end; the error's words in err. */
static int read_all(struct memory_store *store, struct dg_error *err)
{
	struct dg_layout_reader *reader = sample_open(store);
	struct dg_item item;
	int rc;

	while ((rc = dg_source_next(&reader->source, &item, err)) > 0)
		;
	dg_layout_reader_close(reader);
	return rc;
}

/* An editor that lays an entry out over several lines, some of them empty,
 * changes nothing that it says. */
static void test_an_index_file_with_lines_in_its_entries_is_read(void **state)
{
	struct sample_table table = {0};
	struct memory_store *store;
	struct memory_entry *index = NULL;
	struct dg_buf text = DG_BUF_INIT((size_t)1 << 24);
	struct dg_error err = {0};
	const char *at;

	(void)state;
	fill(&table, 5000, 60);
	store = apart_write(&table);
	for (size_t i = 0; i < store->count && !index; i++)
		if (is_index_file(&store->entries[i]))
			index = &store->entries[i];
	at = strstr(index->bytes.ptr, "\"count\"");
	dg_buf_add(&text, index->bytes.ptr, (size_t)(at - index->bytes.ptr),
		   NULL);
	dg_buf_add_str(&text, "\n\n\n", NULL);
	dg_buf_add_str(&text, at, NULL);
	dg_buf_free(&index->bytes);
	index->bytes = text;
	assert_ok(read_all(store, &err), &err);
	memory_store_free(store);
	sample_free(&table);
}

static void test_damage_of_an_index_file_is_found_and_named(void **state)
{
	struct sample_table table = {0};
	struct memory_store *store;
	struct memory_entry *first = NULL, *second = NULL;
	struct dg_error err = {0};
	struct dg_buf bytes;
	char *digit;

	(void)state;
	fill(&table, 5000, 60);
	store = apart_write(&table);
	for (size_t at = 0; at < store->count && !second; at++) {
		if (is_index_file(&store->entries[at]))
			*(first ? &second : &first) = &store->entries[at];
	}
	/* Swapped. */
	bytes = first->bytes;
	first->bytes = second->bytes;
	second->bytes = bytes;
	assert_int_equal(read_all(store, &err), DG_EINVALID);
	assert_contains(err.message, "store/table-data/index/");
	second->bytes = first->bytes;
	first->bytes = bytes;
	assert_int_equal(read_all(store, &err), 0);
	/* Another digest of a chunk, so that an edited one would pass. */
	digit = strstr(second->bytes.ptr, "\"sha256\":\"") + 10;
	*digit = *digit == '0' ? '1' : '0';
	assert_int_equal(read_all(store, &err), DG_EINVALID);
	assert_contains(err.message, second->path);
	assert_contains(err.message, "its entries are not those");
	/* Missing. */
	memory_store_remove(store, second->path);
	assert_int_equal(read_all(store, &err), DG_EINVALID);
	assert_contains(err.message, "is missing");
	memory_store_free(store);
	sample_free(&table);
}

/* The key of a number, encoded. */
static struct dg_slice encode(struct dg_buf *key, const char *text)
{
	dg_buf_clear(key);
	dg_key_encode(key, 'S', dg_slice_str(text), NULL);
	return dg_buf_slice(key);
}

/* levels: of the index. */
static void expect_found(struct memory_store *store, int items, size_t levels)
{
	struct dg_layout_reader *reader = sample_open(store);
	struct dg_buf key = DG_BUF_INIT(1000);
	struct dg_error err = {0};
	struct dg_item item;
	char text[16];

	for (int n = 2 * items - 1; n >= -1; n -= 37) {
		int rc;

		snprintf(text, sizeof(text), "%06d", n);
		store->opened = 0;
		rc = dg_source_find(&reader->source, encode(&key, text), &item,
				    &err);
		assert_ok(rc, &err);
		assert_int_equal(rc, n >= 0 && n % 2 == 0);
		/* The one behind it too, where the key stands between two. */
		assert_true(store->opened <= 2 * levels - (size_t)rc);
	}
	/* From there on it is an ordinary source. */
	assert_int_equal(dg_source_find(&reader->source, encode(&key, "002000"),
					&item, &err),
			 1);
	for (int n = 1001; n < items; n++)
		assert_int_equal(dg_source_next(&reader->source, &item, &err),
				 1);
	assert_int_equal(dg_source_next(&reader->source, &item, &err), 0);
	assert_int_equal(dg_source_next(&reader->source, &item, &err), 0);
	assert_ok(dg_source_rewind(&reader->source, &err), &err);
	assert_int_equal(dg_source_next(&reader->source, &item, &err), 1);
	assert_int_equal(dg_slice_compare(item.key, encode(&key, "000000")), 0);
	dg_buf_free(&key);
	dg_layout_reader_close(reader);
}

static void test_a_key_is_found_by_the_index_and_one_chunk(void **state)
{
	struct sample_table table = {0};
	struct memory_store *store;

	(void)state;
	fill(&table, 5000, 200);
	store = write_table(&table);
	expect_found(store, 5000, 1);
	memory_store_free(store);
	store = apart_write(&table);
	expect_found(store, 5000, 2);
	memory_store_free(store);
	sample_free(&table);
}

static void test_parts_of_a_split_are_the_whole_in_order(void **state)
{
	struct sample_table table = {0};
	struct memory_store *store;
	struct dg_layout_reader *reader;
	struct dg_error err = {0};

	(void)state;
	fill(&table, 3000, 700);
	store = write_table(&table);
	reader = sample_open(store);
	for (size_t n = 1; n < 100; n = n * 2 + 1) {
		struct dg_item_source *parts[100];
		struct dg_item_source *whole = sample_source(&table);
		struct dg_item a, b;
		int count =
			reader->source.split(&reader->source, n, parts, &err);

		assert_ok(count, &err);
		assert_true(count >= 1 && (size_t)count <= n);
		assert_true(n > 10 || (size_t)count == n);
		for (int i = 0; i < count; i++) {
			size_t items = 0;

			while (dg_source_next(parts[i], &a, &err) > 0) {
				assert_int_equal(
					dg_source_next(whole, &b, &err), 1);
				assert_true(dg_slice_equal(a.line, b.line));
				items++;
			}
			assert_int_equal(err.code, 0);
			assert_true(items > 0);
			assert_true(n > 7 || items > 1500 / n);
			dg_source_close(parts[i]);
		}
		assert_int_equal(dg_source_next(whole, &b, &err), 0);
		dg_source_close(whole);
	}
	dg_layout_reader_close(reader);
	memory_store_free(store);
	sample_free(&table);
}

/* Joins two stores and counts; *opened gets the files read of both. */
static struct dg_change_count compare(struct memory_store *left,
				      struct memory_store *right,
				      size_t *opened)
{
	struct dg_layout_reader *a = sample_open(left);
	struct dg_layout_reader *b = sample_open(right);
	struct dg_change_count count;
	struct dg_error err = {0};

	left->opened = right->opened = 0;
	assert_ok(dg_join_count(&a->source, &b->source, &count, &err), &err);
	*opened = left->opened + right->opened;
	dg_layout_reader_close(a);
	dg_layout_reader_close(b);
	return count;
}

/* The same count without identities, item by item. */
static void expect_count(struct memory_store *left, struct memory_store *right,
			 const struct dg_change_count *expected)
{
	struct memory_store *a = memory_store_copy(left);
	struct memory_store *b = memory_store_copy(right);
	struct dg_change_count count;
	size_t opened;

	a->files.identity = b->files.identity = NULL;
	a->files.compare = b->files.compare = NULL;
	count = compare(a, b, &opened);
	assert_true(opened >= a->count - 1);
	assert_memory_equal(&count, expected, sizeof(count));
	memory_store_free(a);
	memory_store_free(b);
}

static void test_a_join_reads_only_chunks_that_differ(void **state)
{
	struct sample_table table = {.random = 5};
	struct memory_store *before, *after;
	struct dg_change_count count;
	char key[32];
	size_t opened;

	(void)state;
	fill(&table, 4000, 700);
	before = write_table(&table);
	count = compare(before, before, &opened);
	assert_int_equal(count.equal, 4000);
	assert_int_equal(opened, 0);
	for (int round = 0; round < 60; round++) {
		for (int n = 0; n <= round % 3; n++) {
			size_t at = (size_t)sample_random(&table, table.count);

			snprintf(key, sizeof(key), "%06d",
				 (int)sample_random(&table, 8000));
			if (sample_random(&table, 3) == 0)
				sample_remove(&table, at);
			else if (sample_random(&table, 2) == 0)
				sample_put(&table, key, 650, 'y');
			else
				table.items[at].filler = 'z';
		}
		after = write_table(&table);
		count = compare(before, after, &opened);
		expect_count(before, after, &count);
		/* What was rewritten, on both sides, and now and then the
		 * chunk behind. */
		assert_true(opened < 40);
		assert_int_equal(count.equal + count.changed + count.added,
				 table.count);
		memory_store_free(before);
		before = after;
	}
	memory_store_free(before);
	sample_free(&table);
}

/* The index is as it was, and nothing but the object id tells. */
static void test_an_edited_chunk_is_read_although_its_index_is_equal(
	void **state)
{
	struct sample_table table = {0};
	struct memory_store *before, *after;
	struct dg_layout_reader *a, *b;
	struct dg_change_count count;
	struct dg_error err = {0};

	(void)state;
	fill(&table, 1000, 700);
	before = write_table(&table);
	after = memory_store_copy(before);
	*strstr(after->entries[3].bytes.ptr, "xxx") = 'y';
	a = sample_open(before);
	b = sample_open(after);
	assert_int_equal(dg_join_count(&a->source, &b->source, &count, &err),
			 DG_EINVALID);
	assert_contains(err.message, after->entries[3].path);
	dg_layout_reader_close(a);
	dg_layout_reader_close(b);
	memory_store_free(before);
	memory_store_free(after);
	sample_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_bytes_are_those_of_the_format),
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_an_index_of_the_longest_keys_is_read),
		cmocka_unit_test(
			test_above_4096_chunks_the_index_has_two_levels),
		cmocka_unit_test(
			test_an_index_file_with_lines_in_its_entries_is_read),
		cmocka_unit_test(
			test_damage_of_an_index_file_is_found_and_named),
		cmocka_unit_test(
			test_a_key_is_found_by_the_index_and_one_chunk),
		cmocka_unit_test(test_parts_of_a_split_are_the_whole_in_order),
		cmocka_unit_test(test_a_join_reads_only_chunks_that_differ),
		cmocka_unit_test(
			test_an_edited_chunk_is_read_although_its_index_is_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
