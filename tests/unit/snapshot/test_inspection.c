#include "inspection_scene.h"
#include <ddbgit/cancel.h>
#include <stdlib.h>

static void test_nothing_is_said_of_what_is_right(void **state)
{
	struct scene *scene = *state;

	assert_ok(inspect(scene), &scene->err);
	assert_string_equal(scene->problems, "");
	assert_string_equal(scene->notes, "");
	assert_int_equal(scene->result.problems, 0);
	assert_true(scene->result.has_items && scene->result.has_metadata);
	assert_int_equal(scene->result.items, ITEMS);
	assert_int_equal(scene->result.bytes, ITEMS * 700);
	assert_string_equal(scene->result.sha256,
			    scene->result.metadata.data_sha256);
	assert_string_equal(scene->result.layout,
			    scene->result.metadata.layout);
}

struct damage {
	const char *path;
	const char *from, *to; /* NULL: the file is removed */
	const char *problem;
};

/* Is no other file at fault? */
static bool only_of(const char *problems, const char *path)
{
	const size_t len = strlen(path);

	while (strncmp(problems, path, len) == 0 && problems[len] == ':')
		problems += strcspn(problems, "\n") + 1;
	return *problems == '\0';
}

static void expect_each(struct scene *scene, const struct damage *damages,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct damage *d = &damages[i];
		struct dg_slice before = dg_buf_slice(
			&memory_store_find(scene->store, d->path)->bytes);
		char *kept = strndup(before.ptr, before.len);

		if (d->from)
			edit(scene, d->path, d->from, d->to);
		else
			memory_store_remove(scene->store, d->path);
		assert_ok(inspect(scene), &scene->err);
		if (!strstr(scene->problems, d->problem) ||
		    !only_of(scene->problems, d->path))
			fail_msg("case %zu: %s", i, scene->problems);
		memory_store_put(scene->store, d->path, dg_slice_str(kept));
		free(kept);
	}
	assert_ok(inspect(scene), &scene->err);
	assert_int_equal(scene->result.problems, 0);
}

static void test_each_file_of_a_single_snapshot(void **state)
{
	static const struct damage damages[] = {
		{DG_DATA_FILE, "xx", "xy", "not those of dataSha256"},
		{DG_DATA_FILE, "\n]", ",\n]", "line 302"},
		{DG_DATA_FILE, "\"Count\":300", "\"Count\":301",
		 "its \"Count\" is 301"},
		{DG_DATA_FILE, "Scanned", "scanned", "not as ddbgit wrote"},
		{DG_DATA_FILE, NULL, NULL, "table-data.json: is missing"},
		{DG_SCHEMA_FILE, "{", "{ ", "not as ddbgit wrote it"},
		{DG_SCHEMA_FILE, "\"t\"", "\"u\"", "of table 'u'"},
		{DG_METADATA_FILE, NULL, NULL,
		 "table-metadata.json: is missing"},
		{DG_METADATA_FILE, "\"layout\": \"single\"",
		 "\"layout\": \"chunked\"", "and is single"},
		{DG_METADATA_FILE, "{", "{ ", "not as ddbgit wrote it"},
		{DG_SUMMARY_FILE, "Files", "files", "not as ddbgit wrote it"},
		{DG_SUMMARY_FILE, NULL, NULL, "dump-summary.txt: is missing"},
	};

	expect_each(*state, damages, COUNT(damages));
}

static void test_each_file_of_a_chunked_snapshot(void **state)
{
	struct scene *scene = *state;
	const struct damage damages[] = {
		{chunk_path(scene, 0), "xx", "xy", "the index was written"},
		{chunk_path(scene, 1), "}\n]", "} \n]", "says what it should"},
		{chunk_path(scene, 1), NULL, NULL, "is missing"},
		{chunk_path(scene, 2), "{\"Items\"", "{\"items\"",
		 "no list \"Items\""},
		{DG_DATA_FILE, "\"Chunks\":[", "\"Chunks\":[ ",
		 "says what it should"},
		{DG_DATA_FILE, "\"Count\":300", "\"Count\":301",
		 "the entries have 300"},
	};

	expect_each(scene, damages, COUNT(damages));
	memory_store_put(scene->store, "table-data/notes.txt", DG_SLICE("x"));
	memory_store_put(scene->store,
			 "table-data/00/000000000000000000000000000000.json",
			 DG_SLICE("x"));
	assert_ok(inspect(scene), &scene->err);
	assert_int_equal(scene->result.problems, 2);
	assert_contains(scene->problems, "notes.txt: is no file of ddbgit's");
	assert_contains(scene->problems, "belongs to no item");
}

static void test_it_goes_on_behind_each_damaged_chunk(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < 3; i++)
		edit(scene, chunk_path(scene, i), "xx", "xy");
	memory_store_remove(scene->store, DG_SUMMARY_FILE);
	assert_ok(inspect(scene), &scene->err);
	assert_int_equal(scene->result.problems, 4);
	for (size_t i = 0; i < 3; i++)
		assert_contains(scene->problems, chunk_path(scene, i));
	/* What was not read has no digest. */
	assert_string_equal(scene->result.sha256, "");
}

static void test_what_is_of_other_scripts_is_noted(void **state)
{
	static const char data[] =
		"{\"Items\": [ {\"id\":{\"S\":\"b\"}}, {\"id\":{\"S\":\"a\"}},"
		" {\"id\":{\"S\":\"b\"}} ], \"Count\": 3}";
	struct scene *scene = *state;

	memory_store_put(scene->store, DG_DATA_FILE, DG_SLICE(data));
	memory_store_remove(scene->store, DG_METADATA_FILE);
	memory_store_remove(scene->store, DG_SUMMARY_FILE);
	assert_ok(inspect(scene), &scene->err);
	assert_string_equal(scene->problems, "");
	assert_contains(scene->notes, "holds 1 items whose key comes again");
	assert_contains(scene->notes, "no count or digest");
	assert_int_equal(scene->result.items, 2);
	memory_store_put(scene->store, DG_METADATA_FILE,
			 DG_SLICE("{\"itemCount\":\"3\"}"));
	assert_ok(inspect(scene), &scene->err);
	assert_string_equal(scene->problems, "");
	memory_store_put(scene->store, DG_METADATA_FILE,
			 DG_SLICE("{\"itemCount\":1}"));
	assert_ok(inspect(scene), &scene->err);
	assert_contains(scene->problems, "the metadata states 1");
	memory_store_remove(scene->store, DG_SCHEMA_FILE);
	assert_ok(inspect(scene), &scene->err);
	assert_contains(scene->notes, "order and duplicates");
	assert_int_equal(scene->result.items, 3);
}

static void test_who_does_not_listen_or_cancels_ends_it(void **state)
{
	struct scene *scene = *state;
	struct dg_cancel cancel = DG_CANCEL_INIT;

	for (size_t i = 0; i < 3; i++)
		edit(scene, chunk_path(scene, i), "xx", "xy");
	scene->stop_at = 2;
	assert_int_equal(inspect(scene), DG_EIO);
	assert_int_equal(scene->findings, 2);
	assert_string_equal(scene->err.message, "nobody listens");
	scene->stop_at = 0;
	scene->cancel = &cancel;
	dg_cancel_set(&cancel);
	assert_int_equal(inspect(scene), DG_ECANCELLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINGLE_TEST(test_nothing_is_said_of_what_is_right),
		CHUNKED_TEST(test_nothing_is_said_of_what_is_right),
		SINGLE_TEST(test_each_file_of_a_single_snapshot),
		CHUNKED_TEST(test_each_file_of_a_chunked_snapshot),
		CHUNKED_TEST(test_it_goes_on_behind_each_damaged_chunk),
		SINGLE_TEST(test_what_is_of_other_scripts_is_noted),
		CHUNKED_TEST(test_who_does_not_listen_or_cancels_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
