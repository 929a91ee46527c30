/*
 * A table that accounts capacity as DynamoDB does, on the script's clock: a
 * page of a Scan costs a unit for each 4 KB begun, half of that unless it is
 * consistent; a write a unit for each KB begun of its item; the same in the
 * global index, of its own capacity, if the item has the index's key `g`.
 * Table, index and each partition (one a partition key here) throttle at
 * limits of their own, with a second's burst.
 */
#ifndef DG_TEST_DYNAMODB_CAPACITY_TABLE_H
#define DG_TEST_DYNAMODB_CAPACITY_TABLE_H

#include "item/source.h"
#include "script.h"

#define CAPACITY_ITEMS_MAX 20000
#define CAPACITY_PARTITIONS_MAX 512
#define CAPACITY_WINDOW_MS 10000

/* Units a second; 0: never throttles. */
struct capacity_limit {
	double rate;
	double balance;
	int64_t filled_ms;
};

/* What was consumed and when. */
struct capacity_log {
	struct {
		int64_t at_ms;
		double units;
	} * entry;
	size_t count;
	size_t room;
};

struct capacity_item {
	unsigned int partition; /* below CAPACITY_PARTITIONS_MAX */
	unsigned int bytes;
	bool indexed;
};

struct capacity_table {
	struct script *script;
	struct dg_json *describe;
	/* In key order: of item i the key is its partition, then i. */
	size_t count;
	struct capacity_item item[CAPACITY_ITEMS_MAX];
	int64_t written_ms[CAPACITY_ITEMS_MAX]; /* -1: not yet */

	struct capacity_limit table, index;
	struct capacity_limit partition[CAPACITY_PARTITIONS_MAX];
	struct capacity_log log, index_log;
	size_t requests, items_sent, largest_batch;
	double largest; /* request, in units of the table */
	double largest_in_index;
};

/* Provisioned units as DescribeTable tells them; 0 for index_write: there is
 * no index. The script answers from it from now on. */
struct capacity_table *capacity_table_open(struct script *script,
					   unsigned int read,
					   unsigned int write,
					   unsigned int index_write);
void capacity_table_close(struct capacity_table *table);

void capacity_limit_set(struct capacity_limit *limit, double rate);

/* The items as a source, that can be split if asked so. */
struct dg_item_source *capacity_table_source(struct capacity_table *table,
					     bool can_split);

size_t capacity_table_written(const struct capacity_table *table);

/* No ten seconds of the log may hold more than the rate allows, 5 % and the
 * largest request; all of it together uses the rate to 90 %. */
void assert_neighbourly(const struct capacity_log *log, double rate,
			double largest);

double capacity_log_total(const struct capacity_log *log);

#endif
