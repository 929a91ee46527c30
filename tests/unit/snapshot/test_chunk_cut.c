/* The vectors of docs/snapshot-format.md, which tests/support/chunks.py
 * computes by a program of its own. */
#include "snapshot/chunk_cut.h"
#include "unit.h"
#include <stdio.h>

static const struct step {
	const char *key;
	uint64_t hash;
	uint64_t length;
	unsigned int cuts;
} steps[] = {
	{"{\"id\":{\"S\":\"a\"}}", UINT64_C(0x2325e11dd1be9af7), 16384, 0},
	{"{\"id\":{\"S\":\"b\"}}", UINT64_C(0x0f4e91fc3ab58089), 1, 0},
	{"{\"id\":{\"S\":\"c\"}}", UINT64_C(0x3aeddeb2aabf34c1), 200000,
	 DG_CUT_AFTER},
	{"{\"id\":{\"S\":\"d\"}}", UINT64_C(0xb452b2a17d9bf998), 300000,
	 DG_CUT_AFTER},
	{"{\"id\":{\"S\":\"e\"}}", UINT64_C(0x10b00ec9e498cbac), 1000, 0},
	{"{\"id\":{\"S\":\"f\"}}", UINT64_C(0xe34013bc062fea87), 262144,
	 DG_CUT_BEFORE | DG_CUT_AFTER},
	{"{\"id\":{\"S\":\"g\"}}", UINT64_C(0x23534a66eddcbf75), 5000, 0},
	{"{\"id\":{\"S\":\"h\"}}", UINT64_C(0x93549b4f03305600), 262145,
	 DG_CUT_BEFORE | DG_CUT_AFTER},
	{"{\"id\":{\"S\":\"i\"}}", UINT64_C(0x650f114ff1d4bb6d), 262144,
	 DG_CUT_AFTER},
	{"{\"id\":{\"S\":\"j\"}}", UINT64_C(0x25cecae55f248ebe), 30, 0},
	{"{\"id\":{\"S\":\"k\"}}", UINT64_C(0x5a940902a9d4e050), 30, 0},
};

static void test_cuts_are_those_of_the_format(void **state)
{
	struct dg_chunk_cut cut = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		uint64_t hash = dg_chunk_hash(dg_slice_str(steps[i].key));
		unsigned int cuts =
			dg_chunk_cut_step(&cut, hash, steps[i].length);

		assert_int_equal(hash, steps[i].hash);
		if (cuts != steps[i].cuts)
			fail_msg("step %zu: cuts %u", i, cuts);
	}
}

static void test_a_thousand_equal_lines_are_cut_as_in_the_format(void **state)
{
	static const int ends[] = {109, 195, 258, 430, 563, 664, 765, 869, 944};
	struct dg_chunk_cut cut = {0};
	size_t met = 0;
	char key[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "{\"id\":{\"S\":\"%03d\"}}", i);
		if (!dg_chunk_cut_step(&cut, dg_chunk_hash(dg_slice_str(key)),
				       700))
			continue;
		assert_true(met < COUNT(ends));
		assert_int_equal(i, ends[met++]);
	}
	assert_int_equal(met, COUNT(ends));
}

/* Hashes at the ends of their range: what the size alone decides. */
static void test_no_chunk_is_longer_than_the_maximum(void **state)
{
	struct dg_chunk_cut cut = {0};

	(void)state;
	for (int i = 0; i < 260; i++)
		assert_int_equal(dg_chunk_cut_step(&cut, UINT64_MAX, 1000), 0);
	assert_int_equal(cut.size, 260000);
	assert_int_equal(dg_chunk_cut_step(&cut, UINT64_MAX, 2144), 0);
	assert_int_equal(dg_chunk_cut_step(&cut, UINT64_MAX, 1), DG_CUT_BEFORE);
	assert_int_equal(cut.size, 1);
}

static void test_within_the_minimum_no_key_ends_a_chunk(void **state)
{
	struct dg_chunk_cut cut = {0};

	(void)state;
	assert_int_equal(dg_chunk_cut_step(&cut, 0, 10000), 0);
	assert_int_equal(dg_chunk_cut_step(&cut, 0, 6384), 0);
	assert_int_equal(dg_chunk_cut_step(&cut, 0, 1), DG_CUT_AFTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts_are_those_of_the_format),
		cmocka_unit_test(
			test_a_thousand_equal_lines_are_cut_as_in_the_format),
		cmocka_unit_test(test_no_chunk_is_longer_than_the_maximum),
		cmocka_unit_test(test_within_the_minimum_no_key_ends_a_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
