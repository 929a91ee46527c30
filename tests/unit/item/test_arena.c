#include "item/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void add(struct dg_arena *arena, const char *key, uint64_t sequence,
		int expected)
{
	const struct dg_record record = {
		.sequence = sequence,
		.key = dg_slice_str(key),
		.line = dg_slice_str(key),
	};

	assert_int_equal(dg_arena_add(arena, &record, NULL), expected);
}

static void test_prefix_has_the_order_of_keys(void **state)
{
	(void)state;
	assert_true(dg_key_prefix(DG_SLICE("")) == 0);
	assert_true(dg_key_prefix(DG_SLICE("a")) == 0x61ull << 56);
	assert_true(dg_key_prefix(DG_SLICE("abcdefghi")) ==
		    0x6162636465666768ull);
	assert_true(dg_key_prefix(DG_SLICE("\xff")) >
		    dg_key_prefix(DG_SLICE("\x7f\xff")));
}

static void test_arena_takes_what_fits_and_no_more(void **state)
{
	/* Two records of 16 + 4 + 4 bytes, and an entry of 16 for each. */
	struct dg_arena arena;
	struct dg_record record;

	(void)state;
	dg_arena_init(&arena, 2 * (24 + 16));
	add(&arena, "long key that never fits in there", 1, 0);
	assert_null(arena.block);
	add(&arena, "bbbb", 1, 1);
	add(&arena, "aaaa", 2, 1);
	add(&arena, "", 3, 0);
	dg_arena_sort(&arena);
	dg_arena_get(&arena, 0, &record);
	assert_true(dg_slice_equal(record.key, DG_SLICE("aaaa")));
	assert_int_equal(record.sequence, 2);
	dg_arena_get(&arena, 1, &record);
	assert_true(dg_slice_equal(record.line, DG_SLICE("bbbb")));
	dg_arena_clear(&arena);
	add(&arena, "cccc", 1, 1);
	dg_arena_free(&arena);
}

/* No machine has so many addresses, as one may not that counts them. */
static void test_where_addresses_are_scarce_the_limit_is_enough(void **state)
{
	struct dg_arena arena;

	(void)state;
	dg_arena_init(&arena, (size_t)1 << 60);
	dg_arena_allow(&arena, 2 * (24 + 16) + 1);
	add(&arena, "bbbb", 1, 1);
	add(&arena, "aaaa", 2, 1);
	add(&arena, "", 3, 0);
	dg_arena_allow(&arena, 4096);
	add(&arena, "", 3, 0);
	dg_arena_free(&arena);
}

static void test_of_equal_keys_the_highest_number_comes_first(void **state)
{
	struct dg_arena arena;
	struct dg_record record;
	size_t i;

	(void)state;
	dg_arena_init(&arena, 4096);
	add(&arena, "key", 2, 1);
	add(&arena, "key", 3, 1);
	add(&arena, "key", 1, 1);
	dg_arena_sort(&arena);
	for (i = 0; i < 3; i++) {
		dg_arena_get(&arena, i, &record);
		assert_int_equal(record.sequence, 3 - i);
	}
	dg_arena_free(&arena);
}

static void test_of_equal_numbers_too_what_was_added_last_comes_first(
	void **state)
{
	struct dg_record record = {.sequence = 1, .key = DG_SLICE("key")};
	struct dg_arena arena;
	/* More than are sorted by insertion, which is stable anyway. */
	char lines[40];
	size_t i;

	(void)state;
	dg_arena_init(&arena, 4096);
	for (i = 0; i < sizeof(lines); i++) {
		lines[i] = (char)i;
		record.line = dg_slice_of(lines + i, 1);
		assert_int_equal(dg_arena_add(&arena, &record, NULL), 1);
	}
	dg_arena_sort(&arena);
	for (i = 0; i < sizeof(lines); i++) {
		dg_arena_get(&arena, i, &record);
		assert_int_equal(*record.line.ptr, sizeof(lines) - 1 - i);
	}
	dg_arena_free(&arena);
}

static void check_sorted(const struct dg_arena *arena, size_t count)
{
	struct dg_record before, record;
	size_t i;

	assert_int_equal(arena->count, count);
	for (i = 0; i < count; i++) {
		dg_arena_get(arena, i, &record);
		if (i > 0)
			assert_true(dg_record_compare(&before, &record) < 0);
		before = record;
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* The patterns that are known to be bad for one quicksort or another. */
static uint32_t pattern(int kind, uint32_t i, uint32_t n, uint32_t *seed)
{
	switch (kind) {
	case 0:
		return i;
	case 1:
		return n - i;
	case 2: /* organ pipe */
		return i < n / 2 ? i : n - i;
	case 3: /* saw teeth */
		return i % 7;
	case 4:
		return 1;
	case 5: /* sorted, but the last few */
		return i < n - 5 ? i : i / 2;
	default:
		return next_random(seed);
	}
}

static void fill(struct dg_arena *arena, int kind, uint32_t n)
{
	uint32_t seed = 7;
	uint32_t i;

	dg_arena_clear(arena);
	for (i = 0; i < n; i++) {
		char key[32];

		/* The prefix alone decides nothing. */
		snprintf(key, sizeof(key), "item-%08u",
			 pattern(kind, i, n, &seed));
		add(arena, key, i, 1);
	}
}

static void test_every_pattern_is_sorted_at_every_depth(void **state)
{
	static const uint32_t sizes[] = {0, 1, 2, 16, 17, 18, 100, 3000};
	struct dg_arena arena;
	size_t s;
	int kind, depth;

	(void)state;
	dg_arena_init(&arena, 1 << 20);
	for (kind = 0; kind <= 6; kind++) {
		for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			for (depth = 0; depth < 4; depth++) {
				fill(&arena, kind, sizes[s]);
				dg_arena_sort_within(&arena, depth);
				check_sorted(&arena, sizes[s]);
			}
			fill(&arena, kind, sizes[s]);
			dg_arena_sort(&arena);
			check_sorted(&arena, sizes[s]);
		}
	}
	dg_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefix_has_the_order_of_keys),
		cmocka_unit_test(test_arena_takes_what_fits_and_no_more),
		cmocka_unit_test(
			test_where_addresses_are_scarce_the_limit_is_enough),
		cmocka_unit_test(
			test_of_equal_keys_the_highest_number_comes_first),
		cmocka_unit_test(
			test_of_equal_numbers_too_what_was_added_last_comes_first),
		cmocka_unit_test(test_every_pattern_is_sorted_at_every_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
