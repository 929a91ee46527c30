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

#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 1048576
#define BATCH_MAX 25
#define TABLE_NAME_MAX 256

static struct {
	uint64_t items;
	size_t size; /* of an item */
	char table[TABLE_NAME_MAX];
	/* Held for made, the name of the created table. */
	pthread_mutex_t lock;
	char made[TABLE_NAME_MAX];
	/* The rest is accessed atomically. */
	unsigned char *present; /* a bit an item of the created table */
	uint64_t changed; /* items that have changed, of every stride one */
	uint64_t change_round;
	uint64_t pages, puts, distinct, foreign, batches, oversized;
} replay = {
	.items = 100000,
	.size = REPLAY_SIZE_USUAL,
	.table = "replay",
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static uint64_t count(uint64_t *counter, uint64_t add)
{
	return __atomic_fetch_add(counter, add, __ATOMIC_RELAXED);
}

static uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* The item as it stands now. */
static struct replay_item item_now(uint64_t number)
{
	struct replay_item item = {.number = number, .size = replay.size};
	uint64_t changed = load(&replay.changed);
	uint64_t stride = changed > 0 ? replay.items / changed : 0;

	if (stride > 0 && number % stride == stride / 2 &&
	    number / stride < changed)
		item.round = load(&replay.change_round);
	return item;
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

/* Which table a request is about. */
enum table { TABLE_NONE, TABLE_SOURCE, TABLE_MADE };

static enum table table_named(struct replay_json name)
{
	enum table table = TABLE_NONE;

	if (name.len == strlen(replay.table) &&
	    memcmp(name.at, replay.table, name.len) == 0)
		return TABLE_SOURCE;
	(void)pthread_mutex_lock(&replay.lock);
	if (name.len > 0 && name.len == strlen(replay.made) &&
	    memcmp(name.at, replay.made, name.len) == 0)
		table = TABLE_MADE;
	(void)pthread_mutex_unlock(&replay.lock);
	return table;
}

static enum table table_of_request(const struct replay_connection *c,
				   struct replay_json *name)
{
	struct replay_json value;

	if (!replay_json_member(&value, c->body, "TableName") ||
	    !replay_json_string(name, value))
		return TABLE_NONE;
	return table_named(*name);
}

static bool holds(enum table table, uint64_t number)
{
	unsigned char byte;

	if (table == TABLE_SOURCE)
		return true;
	byte = __atomic_load_n(&replay.present[number / 8], __ATOMIC_RELAXED);
	return byte & (1u << number % 8);
}

/* True if the item is new in the created table. */
static bool add(uint64_t number)
{
	unsigned char bit = (unsigned char)(1u << number % 8);

	return !(__atomic_fetch_or(&replay.present[number / 8], bit,
				   __ATOMIC_RELAXED) &
		 bit);
}

/* ---- Scan ---- */

struct scan {
	enum table table;
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

		if (!holds(scan->table, number))
			continue;
		if (items++ > 0)
			c->output[c->len++] = ',';
		item = item_now(number);
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
	if (scan.table == TABLE_NONE) {
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
	count(&replay.pages, 1);
}

/* ---- BatchWriteItem ---- */

/* text goes on behind the item: what equals the expected text ends with it. */
static bool is_expected(struct replay_json text, uint64_t number)
{
	char expected[REPLAY_SIZE_MAX + 4096];
	struct replay_item item = item_now(number);
	size_t len = replay_item_write(expected, &item, true);

	return len <= text.len && memcmp(expected, text.at, len) == 0;
}

static void take_put(struct replay_json item)
{
	uint64_t number;

	count(&replay.puts, 1);
	if (!key_of(&number, item) || !is_expected(item, number))
		count(&replay.foreign, 1);
	else if (add(number))
		count(&replay.distinct, 1);
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
	count(&replay.batches, 1);
	if (size > BATCH_MAX)
		count(&replay.oversized, 1);
	answer(c, 200, "{\"UnprocessedItems\":{}}");
}

/* ---- Control plane ---- */

static void describe(struct replay_connection *c, struct replay_json name,
		     enum table table, const char *member)
{
	uint64_t items =
		table == TABLE_SOURCE ? replay.items : load(&replay.distinct);

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
	enum table table = table_of_request(c, &name);

	if (table == TABLE_NONE)
		refuse(c, "ResourceNotFoundException");
	else
		describe(c, name, table, "Table");
}

static void answer_create(struct replay_connection *c)
{
	struct replay_json value, name;
	bool free_name;

	if (!replay_json_member(&value, c->body, "TableName") ||
	    !replay_json_string(&name, value) || name.len >= TABLE_NAME_MAX) {
		refuse(c, "ValidationException");
		return;
	}
	(void)pthread_mutex_lock(&replay.lock);
	free_name = !replay.made[0];
	if (free_name)
		memcpy(replay.made, name.at, name.len);
	(void)pthread_mutex_unlock(&replay.lock);
	if (free_name)
		describe(c, name, TABLE_MADE, "TableDescription");
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
		replay.items, load(&replay.pages), load(&replay.puts),
		load(&replay.distinct), load(&replay.foreign),
		load(&replay.batches), load(&replay.oversized));
}

/* Without an operation: the counts, after a change if one is asked for. */
static void answer_control(struct replay_connection *c)
{
	static const char change[] = "/change/";
	uint64_t wanted = 0;

	if (strncmp(c->path, change, sizeof(change) - 1) == 0)
		wanted = strtoull(c->path + sizeof(change) - 1, NULL, 10);
	if (wanted > 0 && wanted <= replay.items) {
		__atomic_store_n(&replay.changed, wanted, __ATOMIC_RELAXED);
		count(&replay.change_round, 1);
	}
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
	replay.present = calloc(replay.items / 8 + 1, 1);
	if (!replay.present)
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
		struct replay_item item = item_now(i);
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
			(void)snprintf(replay.table, sizeof(replay.table), "%s",
				       optarg);
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
