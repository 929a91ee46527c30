#include "item/table_def.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Text in single quotes, for legibility, as JSON. */
static struct dg_slice json(const char *quoted, char *space)
{
	size_t i;

	for (i = 0; quoted[i]; i++)
		space[i] = (char)(quoted[i] == '\'' ? '"' : quoted[i]);
	return dg_slice_of(space, i);
}

static struct dg_json *parse(const char *quoted)
{
	static char space[8192];
	struct dg_json *definition = NULL;
	struct dg_error err = {0};

	if (dg_table_def_parse(&definition, json(quoted, space), &err) < 0)
		fail_msg("%s: %s", quoted, err.message);
	return definition;
}

static void check_normal(const char *quoted, const char *expected_quoted)
{
	static char space[8192];
	struct dg_json *definition = parse(quoted);
	struct dg_buf out = DG_BUF_INIT(8192);
	struct dg_slice expected;

	assert_int_equal(dg_json_print(definition, false, &out, NULL), 0);
	expected = json(expected_quoted, space);
	space[expected.len] = '\0';
	assert_string_equal(dg_buf_str(&out), space);
	dg_buf_free(&out);
	dg_json_free(definition);
}

static void test_what_moves_by_itself_is_dropped_at_every_depth(void **state)
{
	static const char *const moving[] = {
		"'CreationDateTime':1738000000.5",
		"'LastUpdateToPayPerRequestDateTime':1",
		"'LastIncreaseDateTime':1",
		"'LastDecreaseDateTime':1",
		"'LastUpdateDateTime':1",
		"'EarliestRestorableDateTime':1",
		"'LatestRestorableDateTime':1",
		"'InaccessibleEncryptionDateTime':1",
		"'TableArn':'arn:aws:dynamodb:eu-west-1:1:table/t'",
		"'IndexArn':'arn'",
		"'ReplicaArn':'arn'",
		"'SourceBackupArn':'arn'",
		"'TableId':'d1b2'",
		"'LatestStreamArn':'arn'",
		"'LatestStreamLabel':'2025-01-27T10:00:00.000'",
		"'TableStatus':'UPDATING'",
		"'IndexStatus':'CREATING'",
		"'ReplicaStatus':'ACTIVE'",
		"'ReplicaStatusDescription':'x'",
		"'ReplicaStatusPercentProgress':'50'",
		"'WitnessStatus':'ACTIVE'",
		"'Status':'ENABLED'",
		"'Backfilling':true",
		"'ItemCount':7",
		"'TableSizeBytes':700",
		"'IndexSizeBytes':700",
		"'NumberOfDecreasesToday':2",
		"'RevisionId':'9'",
		"'WarmThroughput':{'ReadUnitsPerSecond':12000}",
		"'RestoreSummary':{'RestoreInProgress':false}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(moving) / sizeof(moving[0]); i++) {
		struct dg_buf out = DG_BUF_INIT(1000);

		dg_buf_addf(&out, NULL,
			    "{'Table':{%s,'GlobalSecondaryIndexes':[{%s,"
			    "'IndexName':'i','Deep':{'Kept':1,%s}}],"
			    "'TableName':'t'}}",
			    moving[i], moving[i], moving[i]);
		check_normal(dg_buf_str(&out),
			     "{'Table':{'GlobalSecondaryIndexes':[{'Deep':{"
			     "'Kept':1},'IndexName':'i'}],'TableName':'t'}}");
		dg_buf_free(&out);
	}
}

static void test_what_somebody_chose_is_kept(void **state)
{
	static const char *const kept[] = {
		"'BillingModeSummary':{'BillingMode':'PAY_PER_REQUEST'}",
		"'DeletionProtectionEnabled':true",
		"'GlobalTableVersion':'2019.11.21'",
		"'NewMemberOfTomorrow':{'X':[1,2.5,null,true]}",
		"'OnDemandThroughput':{'MaxReadRequestUnits':-1}",
		"'P':{'ReadCapacityUnits':5,'WriteCapacityUnits':0}",
		"'Replicas':[{'KMSMasterKeyId':'k','RegionName':'r'}]",
		"'SSEDescription':{'KMSMasterKeyArn':'arn','SSEType':'KMS'}",
		"'StreamSpecification':{'StreamEnabled':true}",
		"'TableClassSummary':{'TableClass':'STANDARD'}",
		"'TableName':'t'",
		"'UnknownEmpty':{}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct dg_buf out = DG_BUF_INIT(1000);

		dg_buf_addf(&out, NULL, "{'Table':{%s}}", kept[i]);
		check_normal(dg_buf_str(&out), dg_buf_str(&out));
		dg_buf_free(&out);
	}
}

static void test_object_that_held_only_moving_members_goes(void **state)
{
	(void)state;
	check_normal("{'Table':{'SSEDescription':{'Status':'UPDATING'},"
		     "'GlobalSecondaryIndexes':[],"
		     "'LocalSecondaryIndexes':[],'TableName':'t'}}",
		     "{'Table':{'TableName':'t'}}");
}

static void test_settings_beside_the_table_keep_their_status(void **state)
{
	(void)state;
	check_normal("{'TimeToLiveDescription':{'TimeToLiveStatus':'ENABLED',"
		     "'AttributeName':'ttl'},'Table':{'TableStatus':'ACTIVE',"
		     "'TableName':'t'},'ContinuousBackupsDescription':{"
		     "'PointInTimeRecoveryDescription':{"
		     "'PointInTimeRecoveryStatus':'ENABLED',"
		     "'EarliestRestorableDateTime':1,"
		     "'LatestRestorableDateTime':2}}}",
		     "{'ContinuousBackupsDescription':{"
		     "'PointInTimeRecoveryDescription':{"
		     "'PointInTimeRecoveryStatus':'ENABLED'}},"
		     "'Table':{'TableName':'t'},'TimeToLiveDescription':{"
		     "'AttributeName':'ttl','TimeToLiveStatus':'ENABLED'}}");
}

static void test_lists_without_order_get_one(void **state)
{
	(void)state;
	check_normal(
		"{'Table':{'AttributeDefinitions':["
		"{'AttributeName':'b','AttributeType':'N'},"
		"{'AttributeType':'S','AttributeName':'a'}],"
		"'KeySchema':[{'KeyType':'RANGE','AttributeName':'a'},"
		"{'KeyType':'HASH','AttributeName':'b'}],"
		"'LocalSecondaryIndexes':[{'IndexName':'z'},{'IndexName':'y',"
		"'Projection':{'NonKeyAttributes':['q','p'],"
		"'ProjectionType':'INCLUDE'}}],"
		"'GlobalSecondaryIndexes':[{'IndexName':'h','KeySchema':["
		"{'AttributeName':'2','KeyType':'RANGE'},"
		"{'AttributeName':'9','KeyType':'HASH'},"
		"{'AttributeName':'1','KeyType':'HASH'}]},"
		"{'IndexName':'g'}],"
		"'Replicas':[{'RegionName':'us'},{'RegionName':'eu'}]}}",
		"{'Table':{'AttributeDefinitions':["
		"{'AttributeName':'a','AttributeType':'S'},"
		"{'AttributeName':'b','AttributeType':'N'}],"
		"'GlobalSecondaryIndexes':[{'IndexName':'g'},"
		/* Several HASH attributes of an index: their order counts. */
		"{'IndexName':'h','KeySchema':["
		"{'AttributeName':'9','KeyType':'HASH'},"
		"{'AttributeName':'1','KeyType':'HASH'},"
		"{'AttributeName':'2','KeyType':'RANGE'}]}],"
		"'KeySchema':[{'AttributeName':'b','KeyType':'HASH'},"
		"{'AttributeName':'a','KeyType':'RANGE'}],"
		"'LocalSecondaryIndexes':[{'IndexName':'y','Projection':{"
		"'NonKeyAttributes':['p','q'],'ProjectionType':'INCLUDE'}},"
		"{'IndexName':'z'}],"
		"'Replicas':[{'RegionName':'eu'},{'RegionName':'us'}]}}");
}

static void test_normal_form_is_its_own_normal_form(void **state)
{
	const char *normal =
		"{'Table':{'AttributeDefinitions':[{'AttributeName':'a',"
		"'AttributeType':'S'}],'KeySchema':[{'AttributeName':'a',"
		"'KeyType':'HASH'}],'TableName':'t'}}";

	(void)state;
	check_normal(normal, normal);
}

static void test_description_is_left_alone(void **state)
{
	char space[200];
	struct dg_json *table, *copy, *definition;

	(void)state;
	assert_int_equal(
		dg_json_parse(&table,
			      json("{'TableName':'t','ItemCount':7}", space),
			      NULL),
		0);
	assert_int_equal(dg_json_copy(&copy, table, NULL), 0);
	assert_int_equal(dg_table_def_from_describe(&definition, table, NULL),
			 0);
	assert_true(dg_json_equal(table, copy));
	assert_null(dg_json_get(dg_json_get(definition, "Table"), "ItemCount"));
	dg_json_free(table);
	dg_json_free(copy);
	dg_json_free(definition);
}

#define KEYS(schema, attributes)                                               \
	"{'Table':{'KeySchema':[" schema                                       \
	"],'AttributeDefinitions':[" attributes "]}}"
#define HASH(name) "{'AttributeName':'" name "','KeyType':'HASH'}"
#define RANGE(name) "{'AttributeName':'" name "','KeyType':'RANGE'}"
#define ATTRIBUTE(name, type)                                                  \
	"{'AttributeName':'" name "','AttributeType':'" type "'}"

static void test_keys_are_read_in_either_order(void **state)
{
	struct dg_json *definition =
		parse(KEYS(RANGE("time") "," HASH("id"),
			   ATTRIBUTE("time", "N") "," ATTRIBUTE("id", "B")));
	struct dg_key_schema keys;

	(void)state;
	assert_int_equal(dg_table_def_keys(definition, &keys, NULL), 0);
	assert_int_equal(keys.count, 2);
	assert_string_equal(keys.attribute[0].name, "id");
	assert_int_equal(keys.attribute[0].type, 'B');
	assert_string_equal(keys.attribute[1].name, "time");
	assert_int_equal(keys.attribute[1].type, 'N');
	dg_json_free(definition);
}

static void test_unusable_keys_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"{'Table':{}}",
		 "there is no KeySchema in the table's definition"},
		{KEYS("", ATTRIBUTE("a", "S")),
		 "there is no KeySchema in the table's definition"},
		{KEYS(RANGE("a"), ATTRIBUTE("a", "S")),
		 "KeySchema is not one HASH and at most one RANGE attribute"},
		{KEYS(HASH("a") "," HASH("a"), ATTRIBUTE("a", "S")),
		 "KeySchema is not one HASH and at most one RANGE attribute"},
		{KEYS(HASH("a") "," RANGE("a") "," RANGE("a"),
		      ATTRIBUTE("a", "S")),
		 "KeySchema is not one HASH and at most one RANGE attribute"},
		{KEYS("{'KeyType':'HASH'}", ATTRIBUTE("a", "S")),
		 "KeySchema holds no valid AttributeName"},
		{KEYS(HASH("a"), ATTRIBUTE("b", "S")),
		 "the type of the key attribute 'a' is not S, N or B in "
		 "AttributeDefinitions"},
		{KEYS(HASH("a"), ATTRIBUTE("a", "SS")),
		 "the type of the key attribute 'a' is not S, N or B in "
		 "AttributeDefinitions"},
		{KEYS(HASH("a"), ATTRIBUTE("a", "")),
		 "the type of the key attribute 'a' is not S, N or B in "
		 "AttributeDefinitions"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_json *definition = parse(cases[i].text);
		struct dg_key_schema keys;
		struct dg_error err = {0};

		assert_int_equal(dg_table_def_keys(definition, &keys, &err),
				 DG_EINVALID);
		assert_string_equal(err.message, cases[i].message);
		dg_json_free(definition);
	}
}

static void test_text_without_a_table_is_refused(void **state)
{
	static const char *const texts[] = {"{}", "[]", "{'Table':[]}", "{",
					    "null"};
	struct dg_json *definition;
	char space[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(dg_table_def_parse(&definition,
						    json(texts[i], space),
						    NULL),
				 DG_EINVALID);
	assert_int_equal(dg_table_def_parse(
				 &definition,
				 json("\xef\xbb\xbf{'Table':{}}", space), NULL),
			 0);
	dg_json_free(definition);
}

static void test_capacity_alone_is_no_change(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} cases[] = {
		{"'P':{'ReadCapacityUnits':1,'WriteCapacityUnits':2,'X':3}",
		 "'P':{'ReadCapacityUnits':9,'X':3}", true},
		{"'L':[{'P':{'WriteCapacityUnits':2}}]",
		 "'L':[{'P':{'WriteCapacityUnits':3}}]", true},
		{"'P':{'ReadCapacityUnits':1,'X':3}",
		 "'P':{'ReadCapacityUnits':1,'X':4}", false},
		{"'A':1", "'A':1,'B':2", false},
		{"'A':1,'B':2", "'A':1,'C':2", false},
		{"'L':['p']", "'L':['p','q']", false},
		{"'L':['p']", "'L':{'p':1}", false},
		{"'A':'1'", "'A':1", false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_buf one = DG_BUF_INIT(1000);
		struct dg_buf two = DG_BUF_INIT(1000);
		struct dg_json *a, *b;

		dg_buf_addf(&one, NULL, "{'Table':{%s}}", cases[i].a);
		dg_buf_addf(&two, NULL, "{'Table':{%s}}", cases[i].b);
		a = parse(dg_buf_str(&one));
		b = parse(dg_buf_str(&two));
		assert_int_equal(dg_table_def_equal(a, b), cases[i].equal);
		assert_int_equal(dg_table_def_equal(b, a), cases[i].equal);
		dg_json_free(a);
		dg_json_free(b);
		dg_buf_free(&one);
		dg_buf_free(&two);
	}
}

static void test_print_ends_in_a_newline_and_digest_ignores_order(void **state)
{
	struct dg_json *a = parse("{'Table':{'B':1,'A':2}}");
	struct dg_json *b = parse("{'Table':{'A':2}}");
	char one[DG_SHA256_HEX_SIZE], two[DG_SHA256_HEX_SIZE];
	unsigned char bytes[DG_SHA256_SIZE];
	struct dg_buf out = DG_BUF_INIT(1000);

	(void)state;
	assert_int_equal(dg_table_def_print(a, &out, NULL), 0);
	assert_string_equal(dg_buf_str(&out),
			    "{\n    \"Table\": {\n        \"A\": 2,\n"
			    "        \"B\": 1\n    }\n}\n");
	/* B is added behind A, then again before it. */
	dg_json_set_u64(dg_json_get_mutable(b, "Table"), "B", 1, NULL);
	dg_json_remove(dg_json_get_mutable(a, "Table"), "A");
	dg_json_set_u64(dg_json_get_mutable(a, "Table"), "A", 2, NULL);
	assert_int_equal(dg_table_def_digest(a, one, NULL), 0);
	assert_int_equal(dg_table_def_digest(b, two, NULL), 0);
	assert_string_equal(one, two);
	dg_sha256(DG_SLICE("{\"Table\":{\"A\":2,\"B\":1}}"), bytes, NULL);
	dg_hex(bytes, sizeof(bytes), two);
	assert_string_equal(one, two);
	dg_buf_free(&out);
	dg_json_free(a);
	dg_json_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_what_moves_by_itself_is_dropped_at_every_depth),
		cmocka_unit_test(test_what_somebody_chose_is_kept),
		cmocka_unit_test(
			test_object_that_held_only_moving_members_goes),
		cmocka_unit_test(
			test_settings_beside_the_table_keep_their_status),
		cmocka_unit_test(test_lists_without_order_get_one),
		cmocka_unit_test(test_normal_form_is_its_own_normal_form),
		cmocka_unit_test(test_description_is_left_alone),
		cmocka_unit_test(test_keys_are_read_in_either_order),
		cmocka_unit_test(test_unusable_keys_are_refused),
		cmocka_unit_test(test_text_without_a_table_is_refused),
		cmocka_unit_test(test_capacity_alone_is_no_change),
		cmocka_unit_test(
			test_print_ends_in_a_newline_and_digest_ignores_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
