#include "snapshot/metadata.h"
#include "unit.h"
#include <stdlib.h>
#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_metadata_of_the_scripts_is_read(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf{\r\n"
		"  \"tableName\": \"prod-media\",\r\n"
		"  \"environment\": \"prod\",\r\n"
		"  \"dumpDate\": \"2025-01-27T10:00:00Z\",\r\n"
		"  \"itemCount\": 1234,\r\n"
		"  \"awsRegion\": \"us-east-1\",\r\n"
		"  \"endpointUrl\": null\r\n"
		"}\r\n";
	struct dg_metadata m;
	struct dg_error err = {0};

	(void)state;
	assert_ok(dg_metadata_parse(&m, dg_slice_str(text), &err), &err);
	assert_string_equal(m.table_name, "prod-media");
	assert_string_equal(m.environment, "prod");
	assert_string_equal(m.dump_date, "2025-01-27T10:00:00Z");
	assert_string_equal(m.region, "us-east-1");
	assert_null(m.endpoint_url);
	assert_true(m.has_item_count);
	assert_int_equal(m.item_count, 1234);
	assert_int_equal(m.format_version, 0);
	assert_string_equal(m.data_sha256, "");
	dg_metadata_free(&m);
}

static void test_counts_in_strings_are_read(void **state)
{
	struct dg_metadata m;

	(void)state;
	assert_int_equal(
		dg_metadata_parse(&m, DG_SLICE("{\"itemCount\":\" 12\\n\"}"),
				  NULL),
		0);
	assert_int_equal(m.item_count, 12);
	dg_metadata_free(&m);
	assert_int_equal(dg_metadata_parse(&m, DG_SLICE("{}"), NULL), 0);
	assert_false(m.has_item_count);
	dg_metadata_free(&m);
}

static void test_malformed_metadata_names_the_member(void **state)
{
	static const struct {
		const char *text;
		const char *words;
		int code;
	} cases[] = {
		{"", "", DG_EINVALID},
		{"[]", "no JSON object", DG_EINVALID},
		{"{\"tableName\":1}", "\"tableName\"", DG_EINVALID},
		{"{\"itemCount\":-1}", "\"itemCount\"", DG_EINVALID},
		{"{\"itemCount\":1.5}", "\"itemCount\"", DG_EINVALID},
		{"{\"itemCount\":\"many\"}", "\"itemCount\"", DG_EINVALID},
		{"{\"itemCount\":\"9007199254740993\"}", "\"itemCount\"",
		 DG_EINVALID},
		{"{\"formatVersion\":\"x\"}", "\"formatVersion\"", DG_EINVALID},
		{"{\"formatVersion\":2}", "formatVersion 2", DG_EUNSUPPORTED},
		{"{\"formatVersion\":1,\"dataSha256\":\"12\"}",
		 "\"dataSha256\"", DG_EINVALID},
		{"{\"formatVersion\":1,\"schemaSha256\":\"" SHA "0\"}",
		 "\"schemaSha256\"", DG_EINVALID},
		{"{\"formatVersion\":1,\"layout\":true}", "\"layout\"",
		 DG_EINVALID},
		{"{\"formatVersion\":1,\"settingsNotRead\":\"x\"}",
		 "\"settingsNotRead\"", DG_EINVALID},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dg_metadata m;
		struct dg_error err = {0};

		assert_int_equal(dg_metadata_parse(
					 &m, dg_slice_str(cases[i].text), &err),
				 cases[i].code);
		assert_contains(err.message, cases[i].words);
	}
}

static const char full_text[] =
	"{\n"
	"    \"tableName\": \"prod-media\",\n"
	"    \"environment\": \"prod\",\n"
	"    \"dumpDate\": \"2025-01-27T10:00:00Z\",\n"
	"    \"awsRegion\": \"us-east-1\",\n"
	"    \"endpointUrl\": \"http://localhost:4566\",\n"
	"    \"itemCount\": 1234,\n"
	"    \"formatVersion\": 1,\n"
	"    \"toolVersion\": \"0.1.0\",\n"
	"    \"layout\": \"single\",\n"
	"    \"scanStarted\": \"2025-01-27T10:00:00Z\",\n"
	"    \"scanFinished\": \"2025-01-27T10:00:05Z\",\n"
	"    \"tableId\": \"1-2-3\",\n"
	"    \"dataBytes\": 9007199254740992,\n"
	"    \"dataSha256\": \"" SHA "\",\n"
	"    \"schemaSha256\": \"" SHA "\",\n"
	"    \"consistentRead\": true,\n"
	"    \"settingsNotRead\": [\n"
	"        \"TimeToLiveDescription\"\n"
	"    ]\n"
	"}\n";

static void test_what_is_printed_is_read_back(void **state)
{
	struct dg_metadata m;
	struct dg_error err = {0};
	struct dg_buf out = DG_BUF_INIT(65536);

	(void)state;
	assert_ok(dg_metadata_parse(&m, dg_slice_str(full_text), &err), &err);
	assert_true(m.consistent_read);
	assert_int_equal(m.data_bytes, 9007199254740992);
	assert_int_equal(dg_json_length(m.settings_not_read), 1);
	assert_ok(dg_metadata_print(&m, &out, &err), &err);
	assert_string_equal(dg_buf_str(&out), full_text);
	dg_buf_free(&out);
	dg_metadata_free(&m);
}

static void test_an_endpoint_loses_its_secrets(void **state)
{
	static const struct {
		const char *url;
		const char *written;
	} cases[] = {
		{"http://localhost:4566", "http://localhost:4566"},
		{"https://user:pass@host/path", "https://host/path"},
		{"https://a@b:c@host:1/p@q?token=x#y", "https://host:1/p@q"},
		{"host?x", "host"},
		{"u@host", "host"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dg_metadata m = {0};
		struct dg_buf out = DG_BUF_INIT(1024);

		m.endpoint_url = (char *)cases[i].url;
		assert_int_equal(dg_metadata_endpoint(&m, &out, NULL), 0);
		assert_string_equal(dg_buf_str(&out), cases[i].written);
		dg_buf_clear(&out);
		assert_int_equal(dg_metadata_print(&m, &out, NULL), 0);
		assert_null(strstr(dg_buf_str(&out), "pass"));
		assert_null(strstr(dg_buf_str(&out), "token"));
		dg_buf_free(&out);
	}
}

static const char definition_text[] =
	"{\"Table\":{\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":"
	"\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"id\","
	"\"AttributeType\":\"S\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":"
	"\"by-user\",\"KeySchema\":[{\"AttributeName\":\"user\",\"KeyType\":"
	"\"HASH\"},{\"AttributeName\":\"at\",\"KeyType\":\"RANGE\"}]}]}}";

static void test_the_summary_tells_people_what_there_is(void **state)
{
	static const char *const parts[] = {
		"prod-media",
		"prod",
		"us-east-1",
		"http://localhost:4566",
		"1,234",
		"id (S)",
		SHA,
		"by-user: user (HASH), at",
		"0.1.0",
		"restore",
		"2025-01-27T10:00:00Z",
	};
	struct dg_metadata m;
	struct dg_json *definition = NULL;
	struct dg_buf out = DG_BUF_INIT(65536);
	struct dg_error err = {0};

	(void)state;
	assert_ok(dg_metadata_parse(&m, dg_slice_str(full_text), &err), &err);
	assert_ok(
		dg_json_parse(&definition, dg_slice_str(definition_text), &err),
		&err);
	assert_ok(dg_summary_print(&m, definition, &out, &err), &err);
	for (size_t i = 0; i < COUNT(parts); i++)
		assert_contains(dg_buf_str(&out), parts[i]);
	dg_buf_clear(&out);
	free(m.region);
	m.region = strdup("evil\x1b[31m");
	assert_ok(dg_summary_print(&m, NULL, &out, &err), &err);
	assert_null(strchr(dg_buf_str(&out), '\x1b'));
	dg_buf_free(&out);
	dg_json_free(definition);
	dg_metadata_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metadata_of_the_scripts_is_read),
		cmocka_unit_test(test_counts_in_strings_are_read),
		cmocka_unit_test(test_malformed_metadata_names_the_member),
		cmocka_unit_test(test_what_is_printed_is_read_back),
		cmocka_unit_test(test_an_endpoint_loses_its_secrets),
		cmocka_unit_test(test_the_summary_tells_people_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
