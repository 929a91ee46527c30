#include "dynamodb/table.h"
#include "script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEYS                                                                   \
	"\"AttributeDefinitions\":[{\"AttributeName\":\"id\","                 \
	"\"AttributeType\":\"S\"}],"                                           \
	"\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]"
#define KMS_ARN "arn:aws:kms:eu-west-1:1:key/k"

struct create_case {
	const char *name;
	const char *definition;
	const char *full; /* NULL: refused */
	const char *minimal;
	const char *left_out; /* by the minimal one */
};

static const struct create_case create_cases[] = {
	{"on demand, as moto shows it",
	 "{\"Table\":{" KEYS
	 ",\"TableName\":\"prod\",\"TableStatus\":\"ACTIVE\",\"ItemCount\":3,"
	 "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"},"
	 "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":0,"
	 "\"WriteCapacityUnits\":0,\"NumberOfDecreasesToday\":0},"
	 "\"LocalSecondaryIndexes\":[],\"GlobalSecondaryIndexes\":[],"
	 "\"WarmThroughput\":{\"ReadUnitsPerSecond\":12000,"
	 "\"Status\":\"ACTIVE\"},\"DeletionProtectionEnabled\":false}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "[]"},
	{"provisioned, as DynamoDB Local shows it",
	 "{\"Table\":{" KEYS
	 ",\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,"
	 "\"WriteCapacityUnits\":6,\"NumberOfDecreasesToday\":0}}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PROVISIONED\","
	 "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,"
	 "\"WriteCapacityUnits\":6}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "[\"provisioned capacity (5 read, 6 write units)\"]"},
	{"neither billing mode nor units", "{\"Table\":{" KEYS "}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "[]"},
	{"indexes lose what describes the old ones",
	 "{\"Table\":{" KEYS ",\"BillingModeSummary\":{\"BillingMode\":"
	 "\"PROVISIONED\"},\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,"
	 "\"WriteCapacityUnits\":2},\"LocalSecondaryIndexes\":[{\"IndexName\":"
	 "\"l\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"},"
	 "{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":"
	 "{\"ProjectionType\":\"ALL\",\"NonKeyAttributes\":[]},"
	 "\"IndexArn\":\"a\",\"ItemCount\":3}],"
	 "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"g\",\"KeySchema\":"
	 "[{\"AttributeName\":\"n\",\"KeyType\":\"HASH\"}],\"Projection\":"
	 "{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"x\"]},"
	 "\"IndexStatus\":\"ACTIVE\",\"Backfilling\":false,"
	 "\"WarmThroughput\":{},\"ProvisionedThroughput\":"
	 "{\"ReadCapacityUnits\":3,\"WriteCapacityUnits\":4}}]}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PROVISIONED\","
	 "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,"
	 "\"WriteCapacityUnits\":2},\"LocalSecondaryIndexes\":[{\"IndexName\":"
	 "\"l\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"},"
	 "{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":"
	 "{\"ProjectionType\":\"ALL\"}}],\"GlobalSecondaryIndexes\":["
	 "{\"IndexName\":\"g\",\"KeySchema\":[{\"AttributeName\":\"n\","
	 "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":"
	 "\"INCLUDE\",\"NonKeyAttributes\":[\"x\"]},"
	 "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":3,"
	 "\"WriteCapacityUnits\":4}}]}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\","
	 "\"LocalSecondaryIndexes\":[{\"IndexName\":"
	 "\"l\",\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"},"
	 "{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":"
	 "{\"ProjectionType\":\"ALL\"}}],\"GlobalSecondaryIndexes\":["
	 "{\"IndexName\":\"g\",\"KeySchema\":[{\"AttributeName\":\"n\","
	 "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":"
	 "\"INCLUDE\",\"NonKeyAttributes\":[\"x\"]}}]}",
	 "[\"provisioned capacity (1 read, 2 write units)\"]"},
	{"all that CreateTable takes",
	 "{\"Table\":{" KEYS ",\"BillingModeSummary\":{\"BillingMode\":"
	 "\"PAY_PER_REQUEST\",\"LastUpdateToPayPerRequestDateTime\":1},"
	 "\"StreamSpecification\":{\"StreamEnabled\":true,"
	 "\"StreamViewType\":\"NEW_IMAGE\"},\"SSEDescription\":{\"Status\":"
	 "\"ENABLED\",\"SSEType\":\"KMS\",\"KMSMasterKeyArn\":\"" KMS_ARN
	 "\"},\"TableClassSummary\":{\"TableClass\":"
	 "\"STANDARD_INFREQUENT_ACCESS\",\"LastUpdateDateTime\":1},"
	 "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":10,"
	 "\"MaxWriteRequestUnits\":-1},\"Replicas\":[{\"RegionName\":\"x\"}],"
	 "\"DeletionProtectionEnabled\":true},\"TimeToLiveDescription\":"
	 "{\"AttributeName\":\"end\",\"TimeToLiveStatus\":\"ENABLED\"}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\","
	 "\"StreamSpecification\":{\"StreamEnabled\":true,"
	 "\"StreamViewType\":\"NEW_IMAGE\"},\"SSESpecification\":{\"Enabled\":"
	 "true,\"SSEType\":\"KMS\",\"KMSMasterKeyId\":\"" KMS_ARN
	 "\"},\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\","
	 "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":10}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "[\"maximum on-demand capacity\",\"stream\","
	 "\"encryption with a KMS key\","
	 "\"table class STANDARD_INFREQUENT_ACCESS\","
	 "\"time to live on 'end'\",\"deletion protection\",\"Replicas\"]"},
	{"settings that are off are no settings",
	 "{\"Table\":{" KEYS ",\"StreamSpecification\":{\"StreamEnabled\":"
	 "false},\"SSEDescription\":{\"Status\":\"DISABLED\"},"
	 "\"TableClassSummary\":{\"TableClass\":\"STANDARD\"},"
	 "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":-1,"
	 "\"MaxWriteRequestUnits\":-1}},\"TimeToLiveDescription\":"
	 "{\"TimeToLiveStatus\":\"DISABLED\"}}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "[]"},
	{"provisioned without units",
	 "{\"Table\":{" KEYS ",\"BillingModeSummary\":{\"BillingMode\":"
	 "\"PROVISIONED\"},\"ProvisionedThroughput\":{\"ReadCapacityUnits\":0,"
	 "\"WriteCapacityUnits\":0}}}",
	 NULL,
	 "{\"TableName\":\"t\"," KEYS ",\"BillingMode\":\"PAY_PER_REQUEST\"}",
	 "[\"provisioned capacity (0 read, 0 write units)\"]"},
	{"no keys", "{\"Table\":{}}", NULL, NULL, "[]"},
	{"no table", "{}", NULL, NULL, "[]"},
	{"index without a name",
	 "{\"Table\":{" KEYS ",\"GlobalSecondaryIndexes\":[{}]}}", NULL, NULL,
	 "[]"},
};

static void check_request(const struct create_case *c, bool minimal)
{
	const struct dg_create_options options = {
		.table_name = "t", .keys_and_indexes_only = minimal};
	const char *expected = minimal ? c->minimal : c->full;
	struct dg_json *definition = json_of(c->definition);
	struct dg_json *left_out = json_of("[]");
	struct dg_json *request = NULL;
	struct dg_error err;
	int rc = dg_table_create_request(&request, definition, &options,
					 left_out, &err);

	if (rc != (expected ? 0 : DG_EINVALID))
		fail_msg("%s: %d", c->name, rc);
	if (expected)
		assert_json(request, expected);
	if (minimal && expected)
		assert_json(left_out, c->left_out);
	dg_json_free(request);
	dg_json_free(left_out);
	dg_json_free(definition);
}

static void test_request_is_made_from_a_definition(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(create_cases) / sizeof(*create_cases);
	     i++) {
		check_request(&create_cases[i], false);
		check_request(&create_cases[i], true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_is_made_from_a_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
