/*
 * A table made from numbers, the same at every run: items
 * {"id":{"S":"<key>"},"v":{"S":"<filler>"}}, whose lines have a length that
 * the test chose, and the source that yields them in key order.
 */
#ifndef DG_TEST_SAMPLE_TABLE_H
#define DG_TEST_SAMPLE_TABLE_H

#include "item/source.h"
#include "memory_store.h"
#include "snapshot/layout.h"

struct sample_item {
	char key[32];
	size_t length; /* of the line with its newline, at least 60 */
	char filler;   /* the value is made of it */
};

struct sample_table {
	struct sample_item *items; /* in the order of keys */
	size_t count;
	size_t cap;
	uint64_t random; /* the generator's state */
};

extern const struct dg_key_schema sample_keys;

/* A number from 0 to below n. */
uint64_t sample_random(struct sample_table *table, uint64_t n);

/* Replaces the item of this key, or inserts it. */
void sample_put(struct sample_table *table, const char *key, size_t length,
		char filler);
void sample_remove(struct sample_table *table, size_t at);
void sample_free(struct sample_table *table);

/* Reads the table, which must not change meanwhile. */
struct dg_item_source *sample_source(const struct sample_table *table);

/* Writes it; the round of the store begins and ends. Returns how many part
 * files were removed. */
size_t sample_write(const struct sample_table *table,
		    const struct dg_layout *layout, struct memory_store *store);

/* Opens the items of a store for reading; the keys are set. */
struct dg_layout_reader *sample_open(struct memory_store *store);

/* Both yield the same items to their ends. */
void sample_expect_equal(struct dg_item_source *a, struct dg_item_source *b);

#endif
