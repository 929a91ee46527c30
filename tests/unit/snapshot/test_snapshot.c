#include "scratch.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

static const char schema[] =
	"{\"Table\":{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":"
	"\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
	"\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]}}";

/* printf '{"id":{"S":"a"}}\n{"id":{"S":"b"}}\n' | sha256sum */
#define SHA_AB                                                                 \
	"f5a2cd2eba44b095f7953bcaefb0d317903838c95985cac337d3a8e2185540bd"

#define A "{\"id\":{\"S\":\"a\"}}"
#define B "{\"id\":{\"S\":\"b\"}}"
#define C "{\"id\":{\"S\":\"c\"}}"

struct opened {
	struct dg_fileset *files;
	struct dg_snapshot *snapshot;
};

static struct opened open_snapshot(struct scratch *scratch, const char *data)
{
	static const struct dg_snapshot_options options = {.memory = 1 << 20};
	struct opened opened = {0};
	struct dg_error err = {0};

	scratch_write(scratch, "t/table-data.json", data);
	opened.files = scratch_fileset(scratch, "t");
	assert_ok(dg_snapshot_open(&opened.snapshot, opened.files, &options,
				   &err),
		  &err);
	return opened;
}

static void close_snapshot(struct opened *opened)
{
	dg_snapshot_close(opened->snapshot);
	dg_fileset_close(opened->files);
}

/* The source's items, each with a newline. */
static int read_source(struct dg_item_source *source, struct dg_buf *out,
		       struct dg_error *err)
{
	struct dg_item item;
	int rc;

	dg_buf_clear(out);
	while ((rc = dg_source_next(source, &item, err)) > 0)
		dg_buf_addf(out, err, "%.*s\n", (int)item.line.len,
			    item.line.ptr);
	return rc;
}

static void expect_items(struct dg_snapshot *snapshot, const char *items)
{
	struct dg_buf out = DG_BUF_INIT(1 << 20);
	struct dg_item_source *source = NULL;
	struct dg_error err = {0};

	assert_ok(dg_snapshot_source(snapshot, &source, &err), &err);
	for (int i = 0; i < 2; i++) {
		assert_ok(read_source(source, &out, &err), &err);
		assert_string_equal(dg_buf_str(&out), items);
		assert_ok(dg_source_rewind(source, &err), &err);
	}
	dg_source_close(source);
	dg_buf_free(&out);
}

struct form {
	const char *data;
	const char *items; /* as they must come out */
	uint64_t duplicates;
	bool sorted;
	bool edited; /* without any metadata */
};

static const struct form forms[] = {
	{"{\"Items\":[\n" A ",\n" B "\n],\"Count\":2}\n", A "\n" B "\n", 0,
	 true, false},
	/* As `aws dynamodb scan` prints it, on Windows. */
	{"{\r\n    \"Items\": [\r\n        {\r\n            \"id\": {\r\n"
	 "                \"S\": \"b\"\r\n            }\r\n        },\r\n" A
	 "\r\n    ],\r\n    \"Count\": 2,\r\n    \"ScannedCount\": 2,\r\n"
	 "    \"ConsumedCapacity\": null\r\n}\r\n",
	 A "\n" B "\n", 0, false, false},
	{"{\"Count\":2,\"Items\":[" B "," A "]}", A "\n" B "\n", 0, false,
	 false},
	{"{\"Items\":[]}", "", 0, true, false},
	/* The last of each key counts. */
	{"{\"Items\":[{\"id\":{\"S\":\"a\"},\"v\":{\"N\":\"1\"}}," B
	 ",{\"id\":{\"S\":\"a\"},\"v\":{\"N\":\"2\"}}],\"Count\":3}",
	 "{\"id\":{\"S\":\"a\"},\"v\":{\"N\":\"2\"}}\n" B "\n", 1, false,
	 false},
	{"{\"Items\":[" A "," A "," A "," B "],\"Count\":4}", A "\n" B "\n", 2,
	 false, false},
	{"{\"Items\":[" A "," B "],\"Count\":3}", A "\n" B "\n", 0, true, true},
};

static void test_snapshots_of_every_form_are_checked_and_read(void **state)
{
	scratch_write(*state, "t/table-schema.json", schema);
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct opened opened = open_snapshot(*state, forms[i].data);
		struct dg_snapshot_facts facts;
		struct dg_error err = {0};

		/* A second check finds what the first one found. */
		assert_ok(dg_snapshot_check(opened.snapshot, &facts, &err),
			  &err);
		assert_ok(dg_snapshot_check(opened.snapshot, &facts, &err),
			  &err);
		assert_int_equal(facts.sorted, forms[i].sorted);
		assert_int_equal(facts.duplicates, forms[i].duplicates);
		assert_int_equal(facts.edited, forms[i].edited);
		assert_int_equal(facts.bytes, strlen(forms[i].items));
		if (strcmp(forms[i].items, A "\n" B "\n") == 0)
			assert_string_equal(facts.sha256, SHA_AB);
		expect_items(opened.snapshot, forms[i].items);
		close_snapshot(&opened);
	}
}

static void test_a_source_without_a_check_needs_key_order(void **state)
{
	struct dg_buf out = DG_BUF_INIT(1 << 20);
	struct dg_item_source *source = NULL;
	struct dg_error err = {0};
	struct opened opened;

	scratch_write(*state, "t/table-schema.json", schema);
	opened = open_snapshot(*state, forms[0].data);
	expect_items(opened.snapshot, A "\n" B "\n");
	close_snapshot(&opened);
	opened = open_snapshot(*state, "{\"Items\":[\n" B ",\n" A "]}");
	assert_ok(dg_snapshot_source(opened.snapshot, &source, &err), &err);
	assert_int_equal(read_source(source, &out, &err), DG_EINVALID);
	assert_contains(err.message, "table-data.json: line 3");
	assert_contains(err.message, A);
	dg_source_close(source);
	dg_buf_free(&out);
	close_snapshot(&opened);
}

static void expect_edited(struct scratch *scratch, const char *metadata,
			  bool edited, uint64_t stated)
{
	struct dg_snapshot_facts facts;
	struct dg_error err = {0};
	struct opened opened;

	scratch_write(scratch, "t/table-metadata.json", metadata);
	opened = open_snapshot(scratch, forms[0].data);
	assert_ok(dg_snapshot_check(opened.snapshot, &facts, &err), &err);
	if (facts.edited != edited)
		fail_msg("edited is %d for %s", facts.edited, metadata);
	assert_int_equal(facts.stated_items, stated);
	close_snapshot(&opened);
}

static void test_what_differs_from_its_metadata_is_edited(void **state)
{
	scratch_write(*state, "t/table-schema.json", schema);
	expect_edited(*state, "{}", false, 2);
	expect_edited(*state, "{\"itemCount\":2}", false, 2);
	expect_edited(*state, "{\"itemCount\":5}", true, 5);
	expect_edited(*state,
		      "{\"itemCount\":2,\"formatVersion\":1,\"dataSha256\":"
		      "\"" SHA_AB "\"}",
		      false, 2);
	expect_edited(*state,
		      "{\"itemCount\":2,\"formatVersion\":1,\"dataSha256\":"
		      "\"00000000000000000000000000000000"
		      "00000000000000000000000000000000\"}",
		      true, 2);
}

static void test_an_edited_schema_is_noticed(void **state)
{
	struct dg_snapshot_facts facts;
	struct opened opened;

	scratch_write(*state, "t/table-schema.json", schema);
	scratch_write(*state, "t/table-metadata.json",
		      "{\"formatVersion\":1,\"schemaSha256\":"
		      "\"00000000000000000000000000000000"
		      "00000000000000000000000000000000\"}");
	opened = open_snapshot(*state, forms[0].data);
	assert_int_equal(dg_snapshot_check(opened.snapshot, &facts, NULL), 0);
	assert_true(facts.schema_edited);
	assert_false(facts.edited);
	close_snapshot(&opened);
}

static void test_a_change_between_check_and_reading_is_noticed(void **state)
{
	static const char *const later[] = {
		/* All of the length of the first. */
		"{\"Items\":[\n" A ",\n" C "\n],\"Count\":2}\n",
		"{\"Items\":[\n" B ",\n" A "\n],\"Count\":2}\n",
	};

	scratch_write(*state, "t/table-schema.json", schema);
	for (size_t i = 0; i < COUNT(later); i++) {
		struct opened opened = open_snapshot(*state, forms[0].data);
		struct dg_buf out = DG_BUF_INIT(1 << 20);
		struct dg_item_source *source = NULL;
		struct dg_snapshot_facts facts;
		struct dg_error err = {0};

		assert_ok(dg_snapshot_check(opened.snapshot, &facts, &err),
			  &err);
		scratch_write(*state, "t/table-data.json", later[i]);
		assert_ok(dg_snapshot_source(opened.snapshot, &source, &err),
			  &err);
		assert_int_equal(read_source(source, &out, &err), DG_EMODIFIED);
		dg_source_close(source);
		dg_buf_free(&out);
		close_snapshot(&opened);
	}
}

static void test_without_a_schema_the_keys_are_given(void **state)
{
	static const struct dg_key_schema keys = {1, {{"id", 'S'}}};
	struct opened opened = open_snapshot(*state, forms[2].data);
	struct dg_snapshot_facts facts;
	struct dg_error err = {0};

	assert_null(dg_snapshot_metadata(opened.snapshot));
	assert_null(dg_snapshot_definition(opened.snapshot));
	assert_null(dg_snapshot_keys(opened.snapshot));
	assert_int_equal(dg_snapshot_check(opened.snapshot, &facts, &err),
			 DG_EINVALID);
	assert_contains(err.message, "table-schema.json");
	dg_snapshot_use_keys(opened.snapshot, &keys);
	assert_ok(dg_snapshot_check(opened.snapshot, &facts, &err), &err);
	expect_items(opened.snapshot, A "\n" B "\n");
	close_snapshot(&opened);
}

static void test_a_snapshot_needs_its_data(void **state)
{
	struct dg_snapshot_options options = {.memory = 1 << 20};
	struct dg_snapshot *snapshot = NULL;
	struct dg_fileset *files;
	struct dg_error err = {0};

	scratch_write(*state, "t/table-schema.json", schema);
	files = scratch_fileset(*state, "t");
	assert_int_equal(dg_snapshot_open(&snapshot, files, &options, &err),
			 DG_ENOTFOUND);
	assert_contains(err.message, "table-data.json");
	dg_fileset_close(files);
}

static void test_malformed_files_are_named(void **state)
{
	static const struct {
		const char *path;
		const char *text;
		int code;
	} cases[] = {
		{"table-schema.json", "{", DG_EINVALID},
		{"table-schema.json", "{\"Table\":{}}", DG_EINVALID},
		{"table-metadata.json", "{\"itemCount\":", DG_EINVALID},
		{"table-metadata.json", "{\"formatVersion\":9}",
		 DG_EUNSUPPORTED},
	};
	struct dg_snapshot_options options = {.memory = 1 << 20};
	char path[64];

	scratch_write(*state, "t/table-data.json", forms[0].data);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dg_fileset *files = scratch_fileset(*state, "t");
		struct dg_snapshot *snapshot = NULL;
		struct dg_error err = {0};

		snprintf(path, sizeof(path), "t/%s", cases[i].path);
		scratch_write(*state, path, cases[i].text);
		assert_int_equal(
			dg_snapshot_open(&snapshot, files, &options, &err),
			cases[i].code);
		assert_contains(err.message, path);
		scratch_remove(*state, path);
		dg_fileset_close(files);
	}
}

/* 20,000 items in descending order, sorted within 1 MiB. */
static void test_an_unsorted_snapshot_is_read_in_little_memory(void **state)
{
	struct dg_buf data = DG_BUF_INIT((size_t)64 << 20);
	struct dg_item_source *source = NULL;
	struct dg_snapshot_facts facts;
	struct dg_error err = {0};
	struct dg_item item;
	struct opened opened;
	uint64_t n = 0;
	int rc;

	scratch_write(*state, "t/table-schema.json", schema);
	dg_buf_add_str(&data, "{\"Items\":[", NULL);
	for (int i = 20000; i > 0; i--)
		dg_buf_addf(&data, NULL,
			    "%s{\"id\":{\"S\":\"%08d\"},\"v\":{\"S\":\"%0200d\""
			    "}}",
			    i == 20000 ? "" : ",", i, i);
	dg_buf_add_str(&data, "]}", NULL);
	opened = open_snapshot(*state, dg_buf_str(&data));
	assert_ok(dg_snapshot_check(opened.snapshot, &facts, &err), &err);
	assert_int_equal(facts.items, 20000);
	assert_true(facts.spilled_bytes > 0);
	assert_ok(dg_snapshot_source(opened.snapshot, &source, &err), &err);
	while ((rc = dg_source_next(source, &item, &err)) > 0) {
		char id[32];

		snprintf(id, sizeof(id), "{\"id\":{\"S\":\"%08d\"}", (int)++n);
		assert_memory_equal(item.line.ptr, id, strlen(id));
	}
	assert_int_equal(rc, 0);
	assert_int_equal(n, 20000);
	dg_source_close(source);
	close_snapshot(&opened);
	dg_buf_free(&data);
}

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_snapshots_of_every_form_are_checked_and_read),
		IN_SCRATCH(test_a_source_without_a_check_needs_key_order),
		IN_SCRATCH(test_what_differs_from_its_metadata_is_edited),
		IN_SCRATCH(test_an_edited_schema_is_noticed),
		IN_SCRATCH(test_a_change_between_check_and_reading_is_noticed),
		IN_SCRATCH(test_without_a_schema_the_keys_are_given),
		IN_SCRATCH(test_a_snapshot_needs_its_data),
		IN_SCRATCH(test_malformed_files_are_named),
		IN_SCRATCH(test_an_unsorted_snapshot_is_read_in_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
