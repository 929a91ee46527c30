/* Random items from a fixed seed, and what a sort of them has to give. */
#ifndef TEST_SORT_SAMPLE_H
#define TEST_SORT_SAMPLE_H

#include "item/sort.h"

struct sample {
	struct dg_item *items; /* sequence: the index */
	size_t count;
	size_t *sorted; /* indices: one a key, the last of it, by key */
	size_t sorted_count;
	char *bytes; /* random ones that the items borrow */
};

/* keys: how many different ones at most; lines: up to line_max long. */
void make_sample(struct sample *s, size_t count, size_t keys, size_t line_max,
		 uint64_t seed);
void free_sample(struct sample *s);

/* Works out anew what is expected, after items were edited. */
void expect(struct sample *s);

/* Writer w of the sort, on its own thread, adds each item whose index divided
 * by `writers` leaves w. */
void add_all(const struct sample *s, struct dg_sort *sort, size_t writers);

/* Sorts, compares all items with what is expected, rewinds, compares again. */
void check_sort(const struct sample *s, const struct dg_sort_options *options,
		struct dg_sort_stats *stats);

#endif
