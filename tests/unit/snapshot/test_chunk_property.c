/*
 * What the cut rule promises, on tables made from numbers: an edit rewrites
 * under two chunks on average and never more than sixteen, sizes stay within
 * their bounds, and both layouts hold the same items.
 */
#include "sample_table.h"
#include "snapshot/chunk_cut.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

#define EDITS_WORST 16

/* How keys lie: everywhere, in a few dense places, or ever rarer. */
enum spread { UNIFORM, CLUSTERED, SKEWED };

static const struct shape {
	const char *name;
	enum spread spread;
	size_t items;
	size_t shortest, longest; /* lines */
	int edits;
} shapes[] = {
	{"uniform, 60 B", UNIFORM, 12000, 60, 64, 60},
	{"uniform, 700 B", UNIFORM, 3000, 600, 800, 80},
	{"clustered, 700 B", CLUSTERED, 3000, 600, 800, 80},
	{"skewed, 60 B to 10 KB", SKEWED, 800, 60, 10000, 100},
	{"uniform, 10 KB", UNIFORM, 300, 9000, 11000, 100},
	{"clustered, to 400 KB", CLUSTERED, 60, 60, 400000, 40},
};

static void make_key(struct sample_table *table, enum spread spread,
		     char key[32])
{
	uint64_t n = sample_random(table, UINT64_C(1) << 40);

	if (spread == CLUSTERED)
		n = (n % 5) * UINT64_C(99999999999) + n % 10007;
	else if (spread == SKEWED)
		n = n >> sample_random(table, 40);
	snprintf(key, 32, "k%013llu", (unsigned long long)n);
}

static size_t make_length(struct sample_table *table, const struct shape *shape)
{
	return shape->shortest +
	       (size_t)sample_random(table,
				     shape->longest - shape->shortest + 1);
}

static void fill(struct sample_table *table, const struct shape *shape)
{
	char key[32];

	while (table->count < shape->items) {
		make_key(table, shape->spread, key);
		sample_put(table, key, make_length(table, shape), 'x');
	}
}

/* Inserts, removes, or replaces by one of the same or of another length. */
static void edit(struct sample_table *table, const struct shape *shape)
{
	size_t at = (size_t)sample_random(table, table->count);
	struct sample_item item = table->items[at];
	char filler = (char)('a' + sample_random(table, 26));
	char key[32];

	switch (sample_random(table, 4)) {
	case 0:
		make_key(table, shape->spread, key);
		sample_put(table, key, make_length(table, shape), filler);
		break;
	case 1:
		sample_remove(table, at);
		break;
	case 2:
		sample_put(table, item.key, item.length, filler);
		break;
	default:
		sample_put(table, item.key, make_length(table, shape), filler);
	}
}

/* Of each chunk file, by what is in it: the cuts may not be known here. */
static void expect_sizes(const struct memory_store *store,
			 const struct shape *shape)
{
	uint64_t total = 0;
	size_t chunks = 0;

	for (size_t i = 0; i < store->count; i++) {
		const struct memory_entry *entry = &store->entries[i];
		size_t commas = 0;

		if (strcmp(entry->path, DG_DATA_FILE) == 0)
			continue;
		for (const char *p = entry->bytes.ptr; (p = strstr(p, "},\n"));
		     p++)
			commas++;
		if (entry->bytes.len > DG_CHUNK_MAX + 64 + commas && commas > 0)
			fail_msg("%s: a chunk of %zu bytes", shape->name,
				 entry->bytes.len);
		total += entry->bytes.len;
		chunks++;
	}
	/* The mean is 64 KiB; the few chunks here scatter about it. */
	if (shape->longest < 20000 &&
	    (total / chunks < 45000 || total / chunks > 90000))
		fail_msg("%s: a mean of %llu bytes", shape->name,
			 (unsigned long long)(total / chunks));
}

/* Chunks that are written or gone; the index is not counted. */
static size_t rewrite(const struct sample_table *table,
		      struct memory_store *store)
{
	size_t removed = sample_write(table, &dg_layout_chunked, store);
	size_t written = store->written > 0 ? store->written - 1 : 0;

	return written > removed ? written : removed;
}

static void test_an_edit_rewrites_few_chunks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct sample_table table = {.random = i + 1};
		struct memory_store *store = memory_store_new(false);
		size_t all = 0;

		fill(&table, shape);
		sample_write(&table, &dg_layout_chunked, store);
		expect_sizes(store, shape);
		for (int n = 0; n < shape->edits; n++) {
			size_t chunks;

			edit(&table, shape);
			chunks = rewrite(&table, store);
			if (chunks > EDITS_WORST)
				fail_msg("%s: edit %d rewrites %zu chunks",
					 shape->name, n, chunks);
			all += chunks;
		}
		if (all >= 2 * (size_t)shape->edits)
			fail_msg("%s: %d edits rewrite %zu chunks", shape->name,
				 shape->edits, all);
		expect_sizes(store, shape);
		memory_store_free(store);
		sample_free(&table);
	}
}

static void test_an_edit_of_equal_length_rewrites_one_chunk(void **state)
{
	const struct shape *shape = &shapes[1];
	struct sample_table table = {.random = 7};
	struct memory_store *store = memory_store_new(false);

	(void)state;
	fill(&table, shape);
	sample_write(&table, &dg_layout_chunked, store);
	for (int n = 0; n < 50; n++) {
		struct sample_item *item =
			&table.items[sample_random(&table, table.count)];

		item->filler = (char)(item->filler + 1);
		assert_int_equal(rewrite(&table, store), 1);
	}
	memory_store_free(store);
	sample_free(&table);
}

static void test_both_layouts_hold_the_same_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct sample_table table = {.random = 100 + i};
		struct memory_store *chunked = memory_store_new(false);
		struct memory_store *single = memory_store_new(false);
		struct dg_layout_reader *a, *b;

		fill(&table, &shapes[i]);
		sample_write(&table, &dg_layout_chunked, chunked);
		sample_write(&table, &dg_layout_single, single);
		a = sample_open(chunked);
		b = sample_open(single);
		sample_expect_equal(&a->source, &b->source);
		dg_layout_reader_close(a);
		dg_layout_reader_close(b);
		memory_store_free(chunked);
		memory_store_free(single);
		sample_free(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_edit_rewrites_few_chunks),
		cmocka_unit_test(
			test_an_edit_of_equal_length_rewrites_one_chunk),
		cmocka_unit_test(test_both_layouts_hold_the_same_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
