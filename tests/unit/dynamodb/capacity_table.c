#include "capacity_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define READ_UNIT 4096
#define WRITE_UNIT 1024
#define PAGE_BYTES 1048576

static int64_t now_of(const struct capacity_table *table)
{
	return table->script->time.now_ms;
}

static void log_add(struct capacity_log *log, int64_t at_ms, double units)
{
	if (log->count == log->room) {
		log->room = log->room ? 2 * log->room : 1024;
		log->entry =
			realloc(log->entry, log->room * sizeof(*log->entry));
		assert_non_null(log->entry);
	}
	log->entry[log->count].at_ms = at_ms;
	log->entry[log->count++].units = units;
}

double capacity_log_total(const struct capacity_log *log)
{
	double total = 0;

	for (size_t i = 0; i < log->count; i++)
		total += log->entry[i].units;
	return total;
}

void assert_neighbourly(const struct capacity_log *log, double rate,
			double largest)
{
	const double most = rate * CAPACITY_WINDOW_MS / 1000 * 1.05 + largest;
	double sum = 0, seconds;
	size_t first = 0;

	assert_true(log->count > 1);
	for (size_t i = 0; i < log->count; i++) {
		sum += log->entry[i].units;
		while (log->entry[i].at_ms - log->entry[first].at_ms >=
		       CAPACITY_WINDOW_MS)
			sum -= log->entry[first++].units;
		if (sum > most)
			fail_msg("%.1f units in ten seconds, at most %.1f", sum,
				 most);
	}
	/* The last request is paid for after it. */
	seconds = (double)(log->entry[log->count - 1].at_ms -
			   log->entry[0].at_ms) /
		  1000;
	if (capacity_log_total(log) < 0.9 * rate * seconds)
		fail_msg("%.1f units in %.1f s, at %.1f a second",
			 capacity_log_total(log), seconds, rate);
}

void capacity_limit_set(struct capacity_limit *limit, double rate)
{
	*limit = (struct capacity_limit){.rate = rate, .balance = rate};
}

static bool can_take(struct capacity_limit *limit, int64_t now)
{
	if (limit->rate <= 0)
		return true;
	limit->balance += (double)(now - limit->filled_ms) / 1000 * limit->rate;
	limit->balance = fmin(limit->balance, limit->rate);
	limit->filled_ms = now;
	return limit->balance > 0;
}

/* ---- what the client sees ---- */

static void print_key(const struct capacity_table *table, size_t i, char *out,
		      size_t size)
{
	snprintf(out, size, "\"p\":{\"S\":\"p%03u\"},\"s\":{\"S\":\"%05zu\"}",
		 table->item[i].partition, i);
}

static void print_item(const struct capacity_table *table, size_t i,
		       struct dg_buf *out)
{
	char key[64];

	print_key(table, i, key, sizeof(key));
	dg_buf_addf(out, NULL, "{%s%s,\"v\":{\"S\":\"%*s\"}}",
		    table->item[i].indexed ? "\"g\":{\"S\":\"x\"}," : "", key,
		    (int)table->item[i].bytes, "");
}

static size_t number_of(const struct dg_json *item)
{
	const char *text = dg_json_get_string(dg_json_get(item, "s"), "S");

	assert_non_null(text);
	return (size_t)strtoul(text, NULL, 10);
}

/* ---- Scan ---- */

static int scan(struct capacity_table *table, const struct dg_json *request,
		struct dg_buf *body)
{
	const struct dg_json *start = dg_json_get(request, "ExclusiveStartKey");
	size_t i = start ? number_of(start) + 1 : 0, bytes = 0;
	uint64_t limit = UINT64_MAX, items = 0;
	char key[64];
	double units;

	dg_json_get_u64(request, "Limit", &limit);
	dg_buf_add_str(body, "{\"Items\":[", NULL);
	for (; i < table->count && items < limit && bytes < PAGE_BYTES; i++) {
		dg_buf_add_str(body, items++ ? "," : "", NULL);
		print_item(table, i, body);
		bytes += table->item[i].bytes;
	}
	units = ceil((double)(bytes ? bytes : 1) / READ_UNIT);
	units /= dg_json_get(request, "ConsistentRead") ? 1 : 2;
	dg_buf_addf(body, NULL,
		    "],\"Count\":%zu,\"ConsumedCapacity\":{\"CapacityUnits\":"
		    "%.1f}",
		    (size_t)items, units);
	if (i < table->count) {
		print_key(table, i - 1, key, sizeof(key));
		dg_buf_addf(body, NULL, ",\"LastEvaluatedKey\":{%s}", key);
	}
	log_add(&table->log, now_of(table), units);
	table->largest = fmax(table->largest, units);
	return dg_buf_add_str(body, "}", NULL);
}

/* ---- BatchWriteItem ---- */

struct batch_cost {
	double table, index;
	size_t taken;
};

static bool take_put(struct capacity_table *table, size_t i,
		     struct batch_cost *cost)
{
	const struct capacity_item *item = &table->item[i];
	struct capacity_limit *partition = &table->partition[item->partition];
	double units = ceil((double)item->bytes / WRITE_UNIT);
	const int64_t now = now_of(table);
	/* Each of them is asked, so that each fills. */
	const bool by_table = can_take(&table->table, now);
	const bool by_partition = can_take(partition, now);
	const bool by_index = !item->indexed || can_take(&table->index, now);

	if (!by_table || !by_partition || !by_index)
		return false;
	table->table.balance -= units;
	partition->balance -= units;
	table->index.balance -= item->indexed ? units : 0;
	cost->table += units;
	cost->index += item->indexed ? units : 0;
	cost->taken++;
	table->written_ms[i] = now;
	return true;
}

static int throttle(struct dg_buf *body, long *status)
{
	*status = 400;
	return dg_buf_add_str(
		body,
		"{\"__type\":\"x#ProvisionedThroughputExceededException\"}",
		NULL);
}

static void account(struct capacity_table *table, const struct batch_cost *cost)
{
	log_add(&table->log, now_of(table), cost->table);
	table->largest = fmax(table->largest, cost->table);
	table->largest_in_index = fmax(table->largest_in_index, cost->index);
	if (cost->index > 0)
		log_add(&table->index_log, now_of(table), cost->index);
}

static int batch_write(struct capacity_table *table,
		       const struct dg_json *request, struct dg_buf *body,
		       long *status)
{
	const struct dg_json *writes =
		dg_json_get(dg_json_get(request, "RequestItems"), "t");
	struct dg_buf left = DG_BUF_INIT(1u << 24);
	struct batch_cost cost = {0};
	int rc;

	for (const struct dg_json *write = dg_json_first(writes); write;
	     write = dg_json_next(write)) {
		size_t i = number_of(
			dg_json_get(dg_json_get(write, "PutRequest"), "Item"));

		if (take_put(table, i, &cost))
			continue;
		dg_buf_add_str(&left, left.len ? "," : "", NULL);
		dg_buf_add_str(&left, "{\"PutRequest\":{\"Item\":", NULL);
		print_item(table, i, &left);
		dg_buf_add_str(&left, "}}", NULL);
	}
	table->items_sent += dg_json_length(writes);
	if (dg_json_length(writes) > table->largest_batch)
		table->largest_batch = dg_json_length(writes);
	account(table, &cost);
	rc = cost.taken == 0
		     ? throttle(body, status)
		     : dg_buf_addf(body, NULL,
				   "{\"UnprocessedItems\":{%s%s%s},"
				   "\"ConsumedCapacity\":[{\"TableName\":\"t\","
				   "\"CapacityUnits\":%.1f,\"Table\":{"
				   "\"CapacityUnits\":%.1f},"
				   "\"GlobalSecondaryIndexes\":{\"by-g\":{"
				   "\"CapacityUnits\":%.1f}}}]}",
				   left.len ? "\"t\":[" : "", dg_buf_str(&left),
				   left.len ? "]" : "", cost.table + cost.index,
				   cost.table, cost.index);
	dg_buf_free(&left);
	return rc;
}

static int respond(void *context, const char *operation,
		   struct dg_slice request, struct dg_buf *body, long *status)
{
	struct capacity_table *table = context;
	struct dg_json *json = NULL;
	int rc;

	assert_int_equal(dg_json_parse(&json, request, NULL), 0);
	table->requests++;
	if (strcmp(operation, "Scan") == 0)
		rc = scan(table, json, body);
	else
		rc = batch_write(table, json, body, status);
	dg_json_free(json);
	return rc;
}

/* ---- the table ---- */

static struct dg_json *describe(unsigned int read, unsigned int write,
				unsigned int index_write)
{
	char text[1024], index[256] = "";

	if (index_write > 0)
		snprintf(index, sizeof(index),
			 ",\"GlobalSecondaryIndexes\":[{\"IndexName\":\"by-g\","
			 "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1,"
			 "\"WriteCapacityUnits\":%u}}]",
			 index_write);
	snprintf(text, sizeof(text),
		 "{\"TableName\":\"t\",\"AttributeDefinitions\":[{"
		 "\"AttributeName\":\"p\",\"AttributeType\":\"S\"},{"
		 "\"AttributeName\":\"s\",\"AttributeType\":\"S\"}],"
		 "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}"
		 ",{\"AttributeName\":\"s\",\"KeyType\":\"RANGE\"}],"
		 "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":%u,"
		 "\"WriteCapacityUnits\":%u}%s}",
		 read, write, index);
	return json_of(text);
}

struct capacity_table *capacity_table_open(struct script *script,
					   unsigned int read,
					   unsigned int write,
					   unsigned int index_write)
{
	struct capacity_table *table = calloc(1, sizeof(*table));

	assert_non_null(table);
	table->script = script;
	table->describe = describe(read, write, index_write);
	for (size_t i = 0; i < CAPACITY_ITEMS_MAX; i++)
		table->written_ms[i] = -1;
	script->respond = respond;
	script->context = table;
	script->answer_takes_ms = 5;
	return table;
}

void capacity_table_close(struct capacity_table *table)
{
	table->script->respond = NULL;
	dg_json_free(table->describe);
	free(table->log.entry);
	free(table->index_log.entry);
	free(table);
}

size_t capacity_table_written(const struct capacity_table *table)
{
	size_t written = 0;

	for (size_t i = 0; i < table->count; i++)
		written += table->written_ms[i] >= 0;
	return written;
}

/* ---- the source ---- */

struct part {
	struct dg_item_source source; /* must be first */
	const struct capacity_table *table;
	size_t next, end;
	struct dg_buf line;
	char key[32];
};

static int part_next(struct dg_item_source *self, struct dg_item *item,
		     struct dg_error *err)
{
	struct part *part = (struct part *)self;

	(void)err;
	if (part->next == part->end)
		return 0;
	dg_buf_clear(&part->line);
	print_item(part->table, part->next, &part->line);
	memset(part->key, 0, sizeof(part->key));
	snprintf(part->key, sizeof(part->key), "p%03u",
		 part->table->item[part->next].partition);
	snprintf(part->key + 6, sizeof(part->key) - 6, "%05zu", part->next++);
	item->line = dg_buf_slice(&part->line);
	item->key = dg_slice_of(part->key, 13);
	return 1;
}

static void part_close(struct dg_item_source *self)
{
	struct part *part = (struct part *)self;

	dg_buf_free(&part->line);
	free(part);
}

static struct dg_item_source *part_of(const struct capacity_table *table,
				      size_t from, size_t to)
{
	struct part *part = calloc(1, sizeof(*part));

	assert_non_null(part);
	part->table = table;
	part->next = from;
	part->end = to;
	dg_buf_init(&part->line, 1u << 20);
	part->source.next = part_next;
	part->source.close = part_close;
	part->source.keys = (struct dg_key_schema){2, {{"p", 'S'}, {"s", 'S'}}};
	return &part->source;
}

static int part_split(struct dg_item_source *self, size_t n,
		      struct dg_item_source **out, struct dg_error *err)
{
	const struct part *part = (const struct part *)self;
	size_t count = part->end - part->next;

	(void)err;
	for (size_t i = 0; i < n; i++)
		out[i] = part_of(part->table, part->next + count * i / n,
				 part->next + count * (i + 1) / n);
	return (int)n;
}

struct dg_item_source *capacity_table_source(struct capacity_table *table,
					     bool can_split)
{
	struct dg_item_source *source = part_of(table, 0, table->count);

	source->split = can_split ? part_split : NULL;
	return source;
}
