/* What an inspection of many snapshots reads once. */
#include "inspection_scene.h"
#include <stdio.h>

#define KNOWN_MEMORY ((size_t)1 << 20)

static void test_what_is_known_is_not_read_again(void **state)
{
	struct scene *scene = *state;
	struct dg_digest_set known;
	size_t all, chunks;

	dg_digest_set_init(&known, KNOWN_MEMORY);
	scene->known = &known;
	assert_ok(inspect(scene), &scene->err);
	all = scene->store->opened;
	assert_false(scene->result.data_known || scene->result.chunks_known);
	assert_ok(inspect(scene), &scene->err);
	chunks = all - scene->store->opened;
	assert_true(scene->result.data_known && chunks > 4);
	assert_false(scene->result.has_items);
	/* Other items, of which most chunks are known. */
	edit(scene, chunk_path(scene, 0), "xx", "xy");
	assert_ok(inspect(scene), &scene->err);
	assert_int_equal(scene->result.problems, 1);
	assert_true(scene->result.chunks_known && !scene->result.data_known);
	assert_string_equal(scene->result.sha256, "");
	/* What is damaged is never known. */
	assert_ok(inspect(scene), &scene->err);
	assert_int_equal(scene->result.problems, 1);
	/* What the index states of a known chunk has to be the same. */
	edit(scene, chunk_path(scene, 0), "xy", "xx");
	edit(scene, DG_DATA_FILE, "\"sha256\":\"", "\"sha256\":\"0");
	assert_ok(inspect(scene), &scene->err);
	assert_true(scene->result.problems > 0);
	dg_digest_set_free(&known);
}

/* The same objects, of which another metadata states something else. */
static void test_what_is_known_was_held_to_the_same_metadata(void **state)
{
	struct scene *scene = *state;
	char sha256[128], other[128];
	const char *const edits[][2] = {
		{"\"itemCount\": 300", "\"itemCount\": 301"},
		{"\"dataBytes\": 210000", "\"dataBytes\": 210001"},
		{"\"layout\": \"", "\"layout\": \"x"},
		{sha256, other},
	};
	struct dg_digest_set known;

	dg_digest_set_init(&known, KNOWN_MEMORY);
	scene->known = &known;
	assert_ok(inspect(scene), &scene->err);
	snprintf(sha256, sizeof(sha256), "\"dataSha256\": \"%s",
		 scene->result.sha256);
	snprintf(other, sizeof(other), "\"dataSha256\": \"%064d", 0);
	memory_store_remove(scene->store, DG_SUMMARY_FILE);
	for (size_t i = 0; i < COUNT(edits); i++) {
		edit(scene, DG_METADATA_FILE, edits[i][0], edits[i][1]);
		assert_ok(inspect(scene), &scene->err);
		assert_false(scene->result.data_known);
		/* Of chunks that are known nobody computes it again. */
		if (scene->result.problems <
		    (scene->result.sha256[0] || i < 3 ? 2 : 1))
			fail_msg("%s: %s", edits[i][1], scene->problems);
		edit(scene, DG_METADATA_FILE, edits[i][1], edits[i][0]);
	}
	edit(scene, DG_SCHEMA_FILE, "\"S\"", "\"N\"");
	assert_ok(inspect(scene), &scene->err);
	assert_contains(scene->problems, DG_DATA_FILE ": ");
	dg_digest_set_free(&known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHUNKED_TEST(test_what_is_known_is_not_read_again),
		SINGLE_TEST(test_what_is_known_was_held_to_the_same_metadata),
		CHUNKED_TEST(test_what_is_known_was_held_to_the_same_metadata),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
