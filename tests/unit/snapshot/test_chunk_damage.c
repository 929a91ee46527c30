/* Whatever is done to the files of a chunked snapshot, reading it to its end
 * finds it and names the file. */
#include "sample_table.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 1000

static struct memory_store *make_store(char filler)
{
	struct sample_table table = {0};
	struct memory_store *store = memory_store_new(false);
	char key[16];

	for (int i = 0; i < ITEMS; i++) {
		snprintf(key, sizeof(key), "%06d", i);
		sample_put(&table, key, 700, i == 500 ? filler : 'x');
	}
	sample_write(&table, &dg_layout_chunked, store);
	sample_free(&table);
	/* table-data.json, and files for several chunks. */
	assert_true(store->count > 5);
	return store;
}

/* The chunk that item i is in. */
static struct memory_entry *chunk_of(struct memory_store *store, int i)
{
	char text[32];

	snprintf(text, sizeof(text), "{\"S\":\"%06d\"}", i);
	for (size_t at = 0; at < store->count; at++) {
		if (strcmp(store->entries[at].path, DG_DATA_FILE) != 0 &&
		    strstr(store->entries[at].bytes.ptr, text))
			return &store->entries[at];
	}
	fail_msg("no chunk has item %d", i);
	return NULL;
}

static struct memory_entry *index_of(struct memory_store *store)
{
	return memory_store_find(store, DG_DATA_FILE);
}

/* Replaces the first `from` behind `after` by `to`. */
static void edit(struct memory_entry *entry, const char *after,
		 const char *from, const char *to)
{
	struct dg_buf text = DG_BUF_INIT((size_t)1 << 24);
	char *at = strstr(entry->bytes.ptr, after);

	assert_non_null(at);
	at = strstr(at, from);
	assert_non_null(at);
	dg_buf_add(&text, entry->bytes.ptr, (size_t)(at - entry->bytes.ptr),
		   NULL);
	dg_buf_add_str(&text, to, NULL);
	dg_buf_add_str(&text, at + strlen(from), NULL);
	dg_buf_free(&entry->bytes);
	entry->bytes = text;
}

static void swap_bytes(struct memory_entry *a, struct memory_entry *b)
{
	struct dg_buf bytes = a->bytes;

	a->bytes = b->bytes;
	b->bytes = bytes;
}

static void lose_chunk(struct memory_store *store)
{
	memory_store_remove(store, chunk_of(store, 500)->path);
}

static void cut_chunk(struct memory_store *store)
{
	chunk_of(store, 500)->bytes.len -= 100;
}

static void cut_chunk_after_an_item(struct memory_store *store)
{
	edit(chunk_of(store, 500), "000500",
	     chunk_of(store, 500) == chunk_of(store, 501) ? ",\n" : "\n",
	     "\n],\"Count\":1}\n");
}

static void swap_chunks(struct memory_store *store)
{
	swap_bytes(chunk_of(store, 0), chunk_of(store, 500));
}

static void rename_chunk(struct memory_store *store)
{
	char *old = strdup(chunk_of(store, 500)->path);
	struct dg_buf bytes = DG_BUF_INIT((size_t)1 << 24);

	dg_buf_add_slice(&bytes, dg_buf_slice(&chunk_of(store, 500)->bytes),
			 NULL);
	memory_store_remove(store, old);
	memory_store_put(store,
			 "table-data/00/000000000000000000000000000000.json",
			 dg_buf_slice(&bytes));
	dg_buf_free(&bytes);
	free(old);
}

static void put_foreign_chunk(struct memory_store *store)
{
	struct memory_entry *entry = chunk_of(store, 500);

	dg_buf_clear(&entry->bytes);
	dg_buf_add_str(&entry->bytes,
		       "{\"Items\":[{\"id\":{\"S\":\"0\"}}],\"Count\":1}",
		       NULL);
}

static void put_older_chunk(struct memory_store *store)
{
	struct memory_store *older = make_store('o');

	swap_bytes(chunk_of(store, 500), chunk_of(older, 500));
	memory_store_free(older);
}

static void edit_item(struct memory_store *store)
{
	edit(chunk_of(store, 500), "000500", "xx", "xy");
}

static void empty_chunk(struct memory_store *store)
{
	struct memory_entry *entry = chunk_of(store, 500);

	dg_buf_clear(&entry->bytes);
	dg_buf_add_str(&entry->bytes, "{\"Items\":[],\"Count\":0}", NULL);
}

static void add_item(struct memory_store *store)
{
	edit(chunk_of(store, 500), "\n]", "\n]",
	     ",\n{\"id\":{\"S\":\"000999x\"}}\n]");
}

static void repeat_item(struct memory_store *store)
{
	edit(chunk_of(store, 500), "000500", "\"},\"v\"",
	     "\"},\"w\":{\"S\":\"\"},\"v\"");
}

static void edit_count_of_a_chunk(struct memory_store *store)
{
	edit(chunk_of(store, 500), "\"Count\":", "\"Count\":", "\"Count\":1");
}

static void edit_count(struct memory_store *store)
{
	edit(index_of(store), "\"Count\":1000", "1000", "1001");
}

/* The sum stays what Count says. */
static void shift_counts(struct memory_store *store)
{
	struct memory_entry *index = index_of(store);

	edit(index, "\"000000\"", ",\"count\":", ",\"count\":1");
	edit(index, "\"Count\":1000", "1000", "2000");
}

static void edit_bytes(struct memory_store *store)
{
	edit(index_of(store), "\"000000\"", "\"bytes\":", "\"bytes\":1");
}

static void edit_digest(struct memory_store *store)
{
	edit(index_of(store), "\"000000\"", "\"sha256\":\"", "\"sha256\":\"0");
}

static void edit_first_key(struct memory_store *store)
{
	edit(index_of(store), "\"000000\"", "000000", "000001");
}

static void drop_entry(struct memory_store *store)
{
	struct memory_entry *index = index_of(store);
	char *from = strstr(index->bytes.ptr, ",\n") + 2;
	char *to = strstr(from, ",\n") + 2;

	memmove(from, to, strlen(to) + 1);
	index->bytes.len -= (size_t)(to - from);
}

static void drop_entry_and_adjust_count(struct memory_store *store)
{
	struct memory_entry *index = index_of(store);
	unsigned long count;
	char *from;
	char text[16];

	from = strstr(index->bytes.ptr, ",\n") + 2;
	count = strtoul(strstr(from, "\"count\":") + 8, NULL, 10);
	snprintf(text, sizeof(text), "%lu", 1000 - count);
	drop_entry(store);
	edit(index_of(store), "\"Count\":1000", "1000", text);
}

static void reverse_entries(struct memory_store *store)
{
	struct memory_entry *index = index_of(store);
	char *first = strstr(index->bytes.ptr, "[\n") + 2;
	char *second = strstr(first, ",\n") + 2;
	char *third = strstr(second, ",\n") + 2;
	char *copy = strndup(first, (size_t)(third - first));
	size_t len = (size_t)(second - first);

	memcpy(first, copy + len, (size_t)(third - second));
	memcpy(first + (third - second), copy, len);
	free(copy);
}

static void name_a_path(struct memory_store *store)
{
	edit(index_of(store), "\"Chunks\"", "{\"S\":\"000000\"}",
	     "{\"S\":\"../../etc/passwd\"}");
}

static void cut_index(struct memory_store *store)
{
	struct memory_entry *index = index_of(store);

	index->bytes.len /= 2;
	index->bytes.ptr[index->bytes.len] = '\0';
}

static void repeat_entries(struct memory_store *store)
{
	edit(index_of(store), "]}", "]}", "],\"Chunks\":[]}");
}

static void later_format(struct memory_store *store)
{
	edit(index_of(store), "ddbgit-chunked-1", "-1", "-2");
}

static void leave_conflict(struct memory_store *store)
{
	edit(index_of(store), "[\n", "[\n", "[\n<<<<<<< ours\n");
}

static const struct damage {
	const char *name;
	void (*make)(struct memory_store *store);
	const char *words; /* of the message */
} damages[] = {
	{"missing chunk", lose_chunk, "is missing"},
	{"cut chunk", cut_chunk, "table-data/"},
	{"chunk cut after an item", cut_chunk_after_an_item, "table-data/"},
	{"swapped chunks", swap_chunks, "is not the first"},
	{"renamed chunk", rename_chunk, "is missing"},
	{"foreign chunk", put_foreign_chunk, "is not the first"},
	{"older chunk", put_older_chunk, "its items are not those"},
	{"edited item", edit_item, "its items are not those"},
	{"empty chunk", empty_chunk, "0 items, the index states"},
	{"added item", add_item, "more items than"},
	{"longer item", repeat_item, "bytes of items, the index states"},
	{"edited Count of a chunk", edit_count_of_a_chunk, "its \"Count\" is"},
	{"edited Count", edit_count, "\"Count\" is 1001, the entries have"},
	{"edited counts", shift_counts, "items, the index states"},
	{"edited bytes", edit_bytes, "bytes of items, the index states"},
	{"edited digest", edit_digest, "an entry without SHA-256"},
	{"edited first key", edit_first_key, "is missing"},
	{"dropped entry", drop_entry, "\"Count\" is 1000, the entries have"},
	{"reversed entries", reverse_entries, "below the end of the chunk"},
	{"a path for a key", name_a_path, "is missing"},
	{"cut index", cut_index, "table-data.json: line"},
	{"entries twice", repeat_entries, "there twice"},
	{"later format", later_format, "not supported by this version"},
	{"merge conflict", leave_conflict, "where an object belongs"},
};

/* Reads everything; the error of opening or reading. */
static int read_all(struct memory_store *store, struct dg_error *err)
{
	struct dg_layout_reader *reader = NULL;
	const struct dg_layout *layout;
	struct dg_item item;
	int rc = dg_layout_open(&layout, &reader, &store->files, err);

	if (rc < 0)
		return rc;
	reader->source.keys = sample_keys;
	while ((rc = dg_source_next(&reader->source, &item, err)) > 0)
		;
	if (rc < 0) /* and stays so */
		assert_int_equal(dg_source_next(&reader->source, &item, NULL),
				 rc);
	dg_layout_reader_close(reader);
	return rc;
}

static void test_every_damage_is_found_and_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct memory_store *store = make_store('x');
		struct dg_error err = {0};
		int rc;

		assert_int_equal(read_all(store, NULL), 0);
		damages[i].make(store);
		rc = read_all(store, &err);
		if (rc != DG_EINVALID && rc != DG_EUNSUPPORTED)
			fail_msg("%s: %d", damages[i].name, rc);
		if (!strstr(err.message, damages[i].words) ||
		    !strstr(err.message, "store/table-data"))
			fail_msg("%s: %s", damages[i].name, err.message);
		memory_store_free(store);
	}
}

/* Who drops an entry and adjusts the count has made another, smaller index:
 * only the digest of the metadata can tell. Not more is read than it names. */
static void test_an_index_that_is_whole_is_read_as_it_is(void **state)
{
	struct memory_store *store = make_store('x');

	(void)state;
	drop_entry_and_adjust_count(store);
	assert_int_equal(read_all(store, NULL), 0);
	memory_store_free(store);
}

/* What git and editors do to line ends and blanks changes no item. */
static void test_other_spellings_are_read(void **state)
{
	struct memory_store *store = make_store('x');
	struct memory_entry *index = index_of(store);

	(void)state;
	edit(index, "\"Chunks\":[", "[\n", "[\r\n");
	edit(index, "\"000000\"", ",\"count\":", " ,\r\n \"count\" : ");
	edit(index, "\"first\"", "{\"id\"", "{ \"\\u0069d\" ");
	edit(index, "{", "{", "\xef\xbb\xbf{");
	edit(chunk_of(store, 500), ",\n", ",\n", " ,\r\n");
	assert_int_equal(read_all(store, NULL), 0);
	memory_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_damage_is_found_and_named),
		cmocka_unit_test(test_an_index_that_is_whole_is_read_as_it_is),
		cmocka_unit_test(test_other_spellings_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
