/*
 * A table of any size for benchmarks and the million-item run, without the
 * memory for it: Scan pages are made from item numbers as fast as a client
 * takes them, and BatchWriteItem keeps a bit an item.
 *
 *	replay_server [--items N] [--size BYTES] [--port N] [--table NAME]
 *		      [--dump]
 *
 * prints its URL, then serves until it is ended. Two tables: NAME (default
 * "replay") holds the items from the start; one more may be created, and
 * holds what is written to it, if it is one of the items: a Scan of it
 * returns those. A put that is not the item's canonical text counts as
 * foreign. GET / returns the counts. GET /change/N gives N items, spread
 * evenly over the numbers and so anywhere in the key order, another text; each
 * further call changes the same ones again. --dump prints the items as `aws
 * dynamodb scan` would, and ends.
 */
#include "replay_http.h"
#include "replay_item.h"
#include "replay_json.h"
#include "replay_table.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 1048576
#define BATCH_MAX 25
static struct {
	uint64_t pages, puts, foreign, batches, oversized;
} counts; /* accessed atomically */

static uint64_t count(uint64_t *counter, uint64_t add)
{
	return __atomic_fetch_add(counter, add, __ATOMIC_RELAXED);
}

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void answer(struct replay_connection *c, int status, const char *text)
{
	c->status = status;
	c->len = strlen(text);
	memcpy(c->output, text, c->len);
}

static void refuse(struct replay_connection *c, const char *type)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#%s\","
		       "\"message\":\"%s\"}",
		       type, type);
	answer(c, 400, text);
}

static enum replay_table table_of_request(const struct replay_connection *c,
					  struct replay_json *name)
{
	struct replay_json value;

	if (!replay_json_member(&value, c->body, "TableName") ||
	    !replay_json_string(name, value))
		return REPLAY_NONE;
	return replay_table_named(*name);
}

/* ---- Scan ---- */

struct scan {
	enum replay_table table;
	uint64_t next; /* item number */
	uint64_t end;
	uint64_t limit;
	bool consistent;
	struct replay_json name;
};

static uint64_t uint_member(struct replay_json object, const char *name,
			    uint64_t fallback)
{
	struct replay_json value;
	uint64_t number;

	return replay_json_member(&value, object, name) &&
			       replay_json_uint(&number, value)
		       ? number
		       : fallback;
}

static bool key_of(uint64_t *number, struct replay_json item)
{
	struct replay_json value, text;

	return replay_json_member(&value, item, "id") &&
	       replay_json_first(&text, value) &&
	       replay_json_string(&value, text) &&
	       replay_key_number(number, value.at, value.len) &&
	       *number < replay.items;
}

static bool parse_scan(struct scan *scan, const struct replay_connection *c)
{
	uint64_t total = uint_member(c->body, "TotalSegments", 1);
	uint64_t segment = uint_member(c->body, "Segment", 0);
	struct replay_json value;
	uint64_t last;

	if (total == 0 || segment >= total)
		return false;
	scan->next = replay.items * segment / total;
	scan->end = replay.items * (segment + 1) / total;
	scan->limit = uint_member(c->body, "Limit", UINT64_MAX);
	scan->consistent =
		replay_json_member(&value, c->body, "ConsistentRead") &&
		value.at[0] == 't';
	if (replay_json_member(&value, c->body, "ExclusiveStartKey")) {
		if (!key_of(&last, value))
			return false;
		scan->next = last + 1;
	}
	return true;
}

/* Fills the page up to its limits. Returns the number of items. */
static uint64_t write_items(struct replay_connection *c, struct scan *scan)
{
	struct replay_item item;
	uint64_t items = 0;

	while (scan->next < scan->end && items < scan->limit &&
	       c->len < PAGE_BYTES) {
		uint64_t number = scan->next++;

		if (!replay_table_holds(scan->table, number))
			continue;
		if (items++ > 0)
			c->output[c->len++] = ',';
		item = replay_item_now(number);
		c->len += replay_item_write(c->output + c->len, &item, false);
	}
	return items;
}

static void answer_scan(struct replay_connection *c)
{
	struct scan scan;
	char key[REPLAY_KEY_SIZE];
	uint64_t items;
	size_t blocks;

	scan.table = table_of_request(c, &scan.name);
	if (scan.table == REPLAY_NONE) {
		refuse(c, "ResourceNotFoundException");
		return;
	}
	if (!parse_scan(&scan, c)) {
		refuse(c, "ValidationException");
		return;
	}
	answer(c, 200, "{\"Items\":[");
	items = write_items(c, &scan);
	blocks = (c->len + 4095) / 4096;
	c->len += (size_t)snprintf(
		c->output + c->len, c->output_size - c->len,
		"],\"Count\":%" PRIu64 ",\"ScannedCount\":%" PRIu64
		",\"ConsumedCapacity\":{\"TableName\":\"%.*s\","
		"\"CapacityUnits\":%.1f}",
		items, items, (int)scan.name.len, scan.name.at,
		(double)blocks / (scan.consistent ? 1 : 2));
	if (scan.next < scan.end) {
		replay_key_write(key, scan.next - 1);
		c->len += (size_t)snprintf(c->output + c->len,
					   c->output_size - c->len,
					   ",\"LastEvaluatedKey\":"
					   "{\"id\":{\"S\":\"%s\"}}",
					   key);
	}
	c->output[c->len++] = '}';
	count(&counts.pages, 1);
}

/* ---- BatchWriteItem ---- */

/* text goes on behind the item: what equals the expected text ends with it. */
static bool is_expected(struct replay_json text, uint64_t number)
{
	char expected[REPLAY_SIZE_MAX + 4096];
	struct replay_item item = replay_item_now(number);
	size_t len = replay_item_write(expected, &item, true);

	return len <= text.len && memcmp(expected, text.at, len) == 0;
}

static void take_put(struct replay_json item)
{
	uint64_t number;

	count(&counts.puts, 1);
	if (!key_of(&number, item) || !is_expected(item, number))
		count(&counts.foreign, 1);
	else
		replay_table_add(number);
}

static void answer_batch_write(struct replay_connection *c)
{
	struct replay_json requests, writes, write, put, item;
	size_t cursor = 0;
	unsigned int size = 0;

	if (!replay_json_member(&requests, c->body, "RequestItems") ||
	    !replay_json_first(&writes, requests)) {
		refuse(c, "ValidationException");
		return;
	}
	for (; replay_json_element(&write, writes, &cursor); size++) {
		if (replay_json_member(&put, write, "PutRequest") &&
		    replay_json_member(&item, put, "Item"))
			take_put(item);
	}
	count(&counts.batches, 1);
	if (size > BATCH_MAX)
		count(&counts.oversized, 1);
	answer(c, 200, "{\"UnprocessedItems\":{}}");
}

/* ---- Control plane ---- */

static void describe(struct replay_connection *c, struct replay_json name,
		     enum replay_table table, const char *member)
{
	uint64_t items = replay_table_count(table);

	c->status = 200;
	c->len = (size_t)snprintf(
		c->output, c->output_size,
		"{\"%s\":{\"TableName\":\"%.*s\",\"TableStatus\":\"ACTIVE\","
		"\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":"
		"\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":"
		"\"id\",\"AttributeType\":\"S\"}],\"CreationDateTime\":"
		"1737972000.5,\"BillingModeSummary\":{\"BillingMode\":"
		"\"PAY_PER_REQUEST\"},\"ProvisionedThroughput\":{"
		"\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":0},"
		"\"ItemCount\":%" PRIu64 ",\"TableSizeBytes\":%" PRIu64 "}}",
		member, (int)name.len, name.at, items, items * replay.size);
}

static void answer_describe(struct replay_connection *c)
{
	struct replay_json name;
	enum replay_table table = table_of_request(c, &name);

	if (table == REPLAY_NONE)
		refuse(c, "ResourceNotFoundException");
	else
		describe(c, name, table, "Table");
}

static void answer_create(struct replay_connection *c)
{
	struct replay_json value, name;

	if (!replay_json_member(&value, c->body, "TableName") ||
	    !replay_json_string(&name, value))
		refuse(c, "ValidationException");
	else if (replay_table_make(name))
		describe(c, name, REPLAY_MADE, "TableDescription");
	else
		refuse(c, "ResourceInUseException");
}

static void answer_time_to_live(struct replay_connection *c)
{
	answer(c, 200,
	       "{\"TimeToLiveDescription\":"
	       "{\"TimeToLiveStatus\":\"DISABLED\"}}");
}

static void answer_counts(struct replay_connection *c)
{
	c->status = 200;
	c->len = (size_t)snprintf(
		c->output, c->output_size,
		"{\"items\":%" PRIu64 ",\"pages\":%" PRIu64 ",\"puts\":%" PRIu64
		",\"distinct\":%" PRIu64 ",\"foreign\":%" PRIu64
		",\"batches\":%" PRIu64 ",\"oversized\":%" PRIu64 "}\n",
		replay.items, load(&counts.pages), load(&counts.puts),
		replay_table_count(REPLAY_MADE), load(&counts.foreign),
		load(&counts.batches), load(&counts.oversized));
}

/* Without an operation: the counts, after a change if one is asked for. */
static void answer_control(struct replay_connection *c)
{
	static const char change[] = "/change/";
	uint64_t wanted = 0;

	if (strncmp(c->path, change, sizeof(change) - 1) == 0)
		wanted = strtoull(c->path + sizeof(change) - 1, NULL, 10);
	replay_change(wanted);
	answer_counts(c);
}

static void answer_operation(struct replay_connection *c)
{
	static const struct {
		const char *name;
		void (*answer)(struct replay_connection *c);
	} operations[] = {
		{"", answer_control},
		{"Scan", answer_scan},
		{"BatchWriteItem", answer_batch_write},
		{"DescribeTable", answer_describe},
		{"CreateTable", answer_create},
		{"DescribeTimeToLive", answer_time_to_live},
	};
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(operations[i].name, c->operation) == 0) {
			operations[i].answer(c);
			return;
		}
	}
	refuse(c, "UnknownOperationException");
}

/* ---- The program ---- */

static int run(uint16_t port)
{
	if (!replay_tables_open())
		return 1;
	return replay_http_serve(
		port, PAGE_BYTES + replay_item_max(replay.size) + 4096,
		answer_operation);
}

static int dump(void)
{
	char *text = malloc(replay_item_max(replay.size));
	uint64_t i;

	if (!text)
		return 1;
	printf("{\n    \"Items\": [\n");
	for (i = 0; i < replay.items; i++) {
		struct replay_item item = replay_item_now(i);
		size_t len = replay_item_write(text, &item, false);

		printf("        %.*s%s\n", (int)len, text,
		       i + 1 < replay.items ? "," : "");
	}
	printf("    ],\n    \"Count\": %" PRIu64 ",\n    \"ScannedCount\": "
	       "%" PRIu64 ",\n    \"ConsumedCapacity\": null\n}\n",
	       replay.items, replay.items);
	free(text);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"items", required_argument, NULL, 'i'},
		{"size", required_argument, NULL, 's'},
		{"port", required_argument, NULL, 'p'},
		{"table", required_argument, NULL, 't'},
		{"dump", no_argument, NULL, 'd'},
		{0},
	};
	unsigned long port = 0;
	bool dumps = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'i')
			replay.items = strtoull(optarg, NULL, 10);
		else if (option == 's')
			replay.size = strtoul(optarg, NULL, 10);
		else if (option == 'p')
			port = strtoul(optarg, NULL, 10);
		else if (option == 't')
			replay.table = optarg;
		else if (option == 'd')
			dumps = true;
		else
			return 2;
	}
	if (replay.items == 0 || replay.size < REPLAY_SIZE_MIN ||
	    replay.size > REPLAY_SIZE_MAX)
		return 2;
	return dumps ? dump() : run((uint16_t)port);
}
