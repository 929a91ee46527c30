/* The client as a neighbour: beside a table that accounts and throttles as the
 * service does, on a clock of the test's own. */
#include "capacity_table.h"
#include "dynamodb/batch_write.h"
#include "dynamodb/live_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* The same sizes in every run: many small items, some large. */
static unsigned int size_of(size_t i)
{
	unsigned int x = (unsigned int)i * 2654435761u;

	return x % 16 == 0 ? 2000 + x / 16 % 30000 : 50 + x / 16 % 1500;
}

/* A partition each for `spread` items, then `hot` of one partition. */
static void fill(struct capacity_table *table, size_t spread, size_t hot)
{
	table->count = spread + hot;
	assert_true(table->count <= CAPACITY_ITEMS_MAX);
	for (size_t i = 0; i < table->count; i++)
		table->item[i] = (struct capacity_item){
			.partition = i < spread ? (unsigned int)(i % 500) : 511,
			.bytes = 700,
		};
}

static struct dg_batch_write_stats write_all(struct capacity_table *table,
					     const char *limit, bool can_split)
{
	struct dg_item_source *source = capacity_table_source(table, can_split);
	struct dg_batch_write_options options = {
		.table = "t",
		.describe = table->describe,
		.workers = 1, /* the script is for one thread */
		.memory = 16u << 20,
	};
	struct dg_batch_write_stats stats;
	struct dg_error *err = &table->script->err;

	if (limit)
		assert_int_equal(dg_rate_limit_parse(&options.rate, limit, err),
				 0);
	if (dg_batch_write(table->script->db, source, &options, &stats, err))
		fail_msg("%s", err->message);
	dg_source_close(source);
	assert_int_equal(stats.written, table->count);
	assert_int_equal(capacity_table_written(table), table->count);
	return stats;
}

static size_t scan_all(struct capacity_table *table, bool consistent)
{
	const struct dg_live_options options = {
		.table = "t",
		.describe = table->describe,
		.segments = 1,
		.consistent = consistent,
		.memory = 8u << 20,
	};
	struct dg_error *err = &table->script->err;
	struct dg_item_source *source;
	struct dg_item item;
	size_t items = 0;
	int rc;

	assert_int_equal(
		dg_live_source_open(&source, table->script->db, &options, err),
		0);
	while ((rc = dg_source_next(source, &item, err)) > 0)
		items++;
	if (rc < 0)
		fail_msg("%s", err->message);
	dg_source_close(source);
	return items;
}

static void test_scan_takes_half_of_the_reads_and_uses_them(void **state)
{
	static const unsigned int provisioned[] = {5, 50, 400};

	for (size_t i = 0; i < 3; i++) {
		struct capacity_table *table =
			capacity_table_open(*state, provisioned[i], 5, 0);
		const double rate = provisioned[i] / 2.0;

		fill(table, provisioned[i] * 40, 0);
		for (size_t k = 0; k < table->count; k++)
			table->item[k].bytes = size_of(k);
		assert_int_equal(scan_all(table, i == 1), table->count);
		assert_neighbourly(&table->log, rate, table->largest);
		/* A page is half a second's worth, where an item is not. */
		assert_true(table->largest < rate / 2 + 9);
		capacity_table_close(table);
	}
}

static void test_write_takes_half_of_the_units_and_uses_them(void **state)
{
	static const unsigned int provisioned[] = {5, 100, 2000};

	for (size_t i = 0; i < 3; i++) {
		struct capacity_table *table =
			capacity_table_open(*state, 5, provisioned[i], 0);
		const double rate = provisioned[i] / 2.0;

		fill(table, provisioned[i] * 10, 0);
		for (size_t k = 0; k < table->count; k++)
			table->item[k].bytes = size_of(k);
		write_all(table, NULL, false);
		assert_neighbourly(&table->log, rate, table->largest);
		capacity_table_close(table);
	}
}

static void test_batch_costs_half_a_second_of_a_small_rate(void **state)
{
	struct capacity_table *table = capacity_table_open(*state, 5, 20, 0);

	fill(table, 200, 0);
	write_all(table, NULL, false);
	assert_int_equal(table->largest_batch, 5);
	capacity_table_close(table);
}

static void test_slow_index_holds_the_writes_to_its_half(void **state)
{
	struct capacity_table *table = capacity_table_open(*state, 5, 2000, 40);

	fill(table, 1000, 0);
	for (size_t i = 0; i < table->count; i++)
		table->item[i].indexed = true;
	write_all(table, NULL, false);
	assert_neighbourly(&table->index_log, 20, table->largest_in_index);
	capacity_table_close(table);
}

static void test_index_with_few_of_the_items_slows_nobody(void **state)
{
	struct capacity_table *table = capacity_table_open(*state, 5, 400, 40);

	fill(table, 8000, 0);
	for (size_t i = 0; i < table->count; i += 50)
		table->item[i].indexed = true;
	write_all(table, NULL, false);
	assert_neighbourly(&table->log, 200, table->largest);
	capacity_table_close(table);
}

static void test_units_hold_for_the_table_and_for_each_index(void **state)
{
	struct capacity_table *table =
		capacity_table_open(*state, 5, 2000, 1000);

	fill(table, 2000, 0);
	for (size_t i = 0; i < table->count; i++)
		table->item[i].indexed = true;
	write_all(table, "100", false);
	assert_neighbourly(&table->log, 100, table->largest);
	assert_neighbourly(&table->index_log, 100, table->largest_in_index);
	capacity_table_close(table);
}

/* What the client was told is not what the index takes. */
static void test_lower_limit_of_the_service_is_found_without_a_storm(
	void **state)
{
	struct capacity_table *table =
		capacity_table_open(*state, 5, 1000, 900);
	struct dg_batch_write_stats stats;
	double seconds;

	fill(table, 3000, 0);
	for (size_t i = 0; i < table->count; i++)
		table->item[i].indexed = true;
	capacity_limit_set(&table->index, 100);
	stats = write_all(table, "100%", false);
	seconds = (double)table->script->time.now_ms / 1000;
	assert_true(seconds < 3000 / 100 * 1.15);
	/* An item comes back about once, on average. */
	if (2 * table->items_sent > 5 * table->count)
		fail_msg("%zu items sent, %llu came back, %zu requests",
			 table->items_sent,
			 (unsigned long long)stats.unprocessed,
			 table->requests);
	capacity_table_close(table);
}

/*
 * Of 20,000 items, which the table takes in 67 seconds, 8,000 are one
 * collection, behind the others in the order of keys; its partition takes it
 * in 80. Returns how long the restore took in seconds.
 */
static double write_collection(struct script *script, bool can_split)
{
	struct capacity_table *table = capacity_table_open(script, 5, 0, 0);
	double began = (double)script->time.now_ms;

	capacity_limit_set(&table->table, 300);
	for (size_t i = 0; i < CAPACITY_PARTITIONS_MAX; i++)
		capacity_limit_set(&table->partition[i], 100);
	fill(table, 12000, 8000);
	write_all(table, NULL, can_split);
	if (2 * table->items_sent > 5 * table->count)
		fail_msg("%zu items sent", table->items_sent);
	capacity_table_close(table);
	return ((double)script->time.now_ms - began) / 1000;
}

static void test_item_collection_does_not_throttle_alone(void **state)
{
	double alone = write_collection(*state, false);
	double beside = write_collection(*state, true);

	if (beside > 80 * 1.1 || alone < 100)
		fail_msg("%.1f s, from one place %.1f s", beside, alone);
}

#define WITH_SCRIPT(test)                                                      \
	cmocka_unit_test_setup_teardown(test, script_setup, script_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRIPT(test_scan_takes_half_of_the_reads_and_uses_them),
		WITH_SCRIPT(test_write_takes_half_of_the_units_and_uses_them),
		WITH_SCRIPT(test_batch_costs_half_a_second_of_a_small_rate),
		WITH_SCRIPT(test_slow_index_holds_the_writes_to_its_half),
		WITH_SCRIPT(test_index_with_few_of_the_items_slows_nobody),
		WITH_SCRIPT(test_units_hold_for_the_table_and_for_each_index),
		WITH_SCRIPT(
			test_lower_limit_of_the_service_is_found_without_a_storm),
		WITH_SCRIPT(test_item_collection_does_not_throttle_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
