#include "base/text.h"
#include "item/table_def.h"
#include "scratch.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir.h"
#include "unit.h"
#include <stdlib.h>

static const char describe_text[] =
	"{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":\"id\","
	"\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":"
	"\"id\",\"AttributeType\":\"S\"}]}";

static struct dg_json *make_definition(void)
{
	struct dg_json *describe = NULL, *definition = NULL;
	struct dg_error err = {0};

	assert_ok(dg_json_parse(&describe, dg_slice_str(describe_text), &err),
		  &err);
	assert_ok(dg_table_def_from_describe(&definition, describe, &err),
		  &err);
	dg_json_free(describe);
	return definition;
}

/* Dumps items of these names into root/t. */
static int dump(struct scratch *scratch, const char *const *names,
		struct dg_metadata *metadata, const struct dg_cancel *cancel,
		struct dg_error *err)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_json *definition = make_definition();
	struct dg_snapshot_write write = {
		.items = scratch_items(names),
		.definition = definition,
		.metadata = metadata,
		.cancel = cancel,
	};
	int rc = dg_snapshot_dir_open(&dir, scratch_path(scratch, "t"), NULL,
				      DG_SNAPSHOT_DIR_WRITE, NULL, err);

	if (rc == 0)
		rc = dg_snapshot_dir_stage(dir, &write.sink, err);
	if (rc == 0)
		rc = dg_snapshot_write_items(&write, err);
	if (rc == 0)
		rc = dg_snapshot_write_description(&write, err);
	if (rc == 0)
		rc = dg_snapshot_dir_publish(dir, err);
	dg_snapshot_dir_close(dir);
	dg_source_close(write.items);
	dg_json_free(definition);
	return rc;
}

static void test_the_bytes_are_those_of_the_format(void **state)
{
	static const struct {
		const char *names[4];
		const char *data;
		const char *sha256;
	} cases[] = {
		{{"a", "b", NULL},
		 "{\"Items\":[\n{\"id\":{\"S\":\"a\"}},\n{\"id\":{\"S\":\"b\"}}"
		 "\n],\"Count\":2,\"ScannedCount\":2,"
		 "\"ConsumedCapacity\":null}\n",
		 "f5a2cd2eba44b095f7953bcaefb0d317"
		 "903838c95985cac337d3a8e2185540bd"},
		{{"a", NULL},
		 "{\"Items\":[\n{\"id\":{\"S\":\"a\"}}\n],\"Count\":1,"
		 "\"ScannedCount\":1,\"ConsumedCapacity\":null}\n",
		 "13a184193a454a99571efdf3bdd56cb1"
		 "1b823f659eb75802dc7d11a6ed37a398"},
		{{NULL},
		 "{\"Items\":[\n],\"Count\":0,\"ScannedCount\":0,"
		 "\"ConsumedCapacity\":null}\n",
		 "e3b0c44298fc1c149afbf4c8996fb924"
		 "27ae41e4649b934ca495991b7852b855"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dg_metadata metadata = {0};
		struct dg_error err = {0};
		char *text;

		assert_ok(dump(*state, cases[i].names, &metadata, NULL, &err),
			  &err);
		text = scratch_read(*state, "t/table-data.json");
		assert_string_equal(text, cases[i].data);
		free(text);
		assert_string_equal(metadata.data_sha256, cases[i].sha256);
		dg_metadata_free(&metadata);
	}
}

static void test_metadata_counts_and_digests_what_was_written(void **state)
{
	static const char *const names[] = {"a", "b", "c", NULL};
	struct dg_metadata metadata = {0}, again;
	struct dg_json *definition = make_definition();
	char sha256[DG_SHA256_HEX_SIZE];
	struct dg_error err = {0};
	char *text;

	assert_ok(dump(*state, names, &metadata, NULL, &err), &err);
	assert_int_equal(metadata.item_count, 3);
	assert_int_equal(metadata.data_bytes,
			 3 * strlen("{\"id\":{\"S\":\"a\"}}\n"));
	assert_string_equal(metadata.layout, "single");
	assert_int_equal(metadata.format_version, 1);
	assert_ok(dg_table_def_digest(definition, sha256, &err), &err);
	assert_string_equal(metadata.schema_sha256, sha256);
	text = scratch_read(*state, "t/table-metadata.json");
	assert_ok(dg_metadata_parse(&again, dg_slice_str(text), &err), &err);
	assert_string_equal(again.data_sha256, metadata.data_sha256);
	assert_string_equal(again.tool_version, DG_VERSION);
	free(text);
	text = scratch_list(*state, "t");
	assert_string_equal(text, "dump-summary.txt\ntable-data.json\n"
				  "table-metadata.json\ntable-schema.json\n");
	free(text);
	dg_json_free(definition);
	dg_metadata_free(&metadata);
	dg_metadata_free(&again);
}

static void test_what_is_written_reads_back_unedited(void **state)
{
	static const char *const names[] = {"a", "b", "c", NULL};
	struct dg_snapshot_options options = {.memory = 1 << 20};
	struct dg_snapshot *snapshot = NULL;
	struct dg_snapshot_facts facts;
	struct dg_metadata metadata = {0};
	struct dg_fileset *files;
	struct dg_error err = {0};

	assert_ok(dump(*state, names, &metadata, NULL, &err), &err);
	files = scratch_fileset(*state, "t");
	assert_ok(dg_snapshot_open(&snapshot, files, &options, &err), &err);
	assert_ok(dg_snapshot_check(snapshot, &facts, &err), &err);
	assert_string_equal(facts.sha256, metadata.data_sha256);
	assert_int_equal(facts.items, 3);
	assert_int_equal(facts.bytes, metadata.data_bytes);
	assert_true(facts.sorted);
	assert_false(facts.edited);
	assert_false(facts.schema_edited);
	dg_snapshot_close(snapshot);
	dg_fileset_close(files);
	dg_metadata_free(&metadata);
}

static void test_items_out_of_order_are_refused(void **state)
{
	static const char *const names[] = {"b", "a", NULL};
	struct dg_metadata metadata = {0};

	assert_int_equal(dump(*state, names, &metadata, NULL, NULL),
			 DG_EINVALID);
	assert_false(scratch_exists(*state, "t"));
	dg_metadata_free(&metadata);
}

static void test_a_cancelled_dump_leaves_nothing(void **state)
{
	static const char *const names[] = {"a", NULL};
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct dg_metadata metadata = {0};

	dg_cancel_set(&cancel);
	assert_int_equal(dump(*state, names, &metadata, &cancel, NULL),
			 DG_ECANCELLED);
	assert_false(scratch_exists(*state, "t"));
	dg_metadata_free(&metadata);
}

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_the_bytes_are_those_of_the_format),
		IN_SCRATCH(test_metadata_counts_and_digests_what_was_written),
		IN_SCRATCH(test_what_is_written_reads_back_unedited),
		IN_SCRATCH(test_items_out_of_order_are_refused),
		IN_SCRATCH(test_a_cancelled_dump_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
