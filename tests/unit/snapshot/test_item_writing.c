#include "snapshot/item_writing.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 2000
#define HUGE_ITEM 1234
#define HUGE_BYTES ((size_t)400 * 1024)
#define NEVER SIZE_MAX

/* A table without files: a source of numbered items, and a layout that only
 * counts and digests what it gets. */
struct table {
	struct dg_item_source source; /* must be first */
	size_t items;
	size_t next;
	size_t fails_at;     /* the source, at this item */
	size_t out_of_order; /* its key comes again */
	char *line;
	char key[16];

	struct dg_layout_writer layout;
	struct dg_table_digest got;
	size_t refuses_at; /* the layout, this item */
	size_t loses_at;   /* the layout, without a word */

	struct dg_cancel cancel;
	bool cancels; /* at the first report of progress */
	uint64_t reported;
};

static int next(struct dg_item_source *self, struct dg_item *item,
		struct dg_error *err)
{
	struct table *table = (struct table *)self;
	size_t i = table->next;
	size_t len = i == HUGE_ITEM ? HUGE_BYTES : 300 + i % 800;

	if (i == table->fails_at)
		return dg_error_set(err, DG_ESERVICE, "no item %zu", i);
	if (i == table->items)
		return 0;
	table->next++;
	memset(table->line, 'a' + (int)(i % 26), len);
	(void)snprintf(table->key, sizeof(table->key), "%08zu",
		       i == table->out_of_order ? i - 1 : i);
	item->key = dg_slice_str(table->key);
	item->line = dg_slice_of(table->line, len);
	return 1;
}

static struct table *table_of(struct dg_layout_writer *layout)
{
	return (struct table *)(void *)((char *)layout -
					offsetof(struct table, layout));
}

static int add(struct dg_layout_writer *self, const struct dg_item *item,
	       struct dg_error *err)
{
	struct table *table = table_of(self);

	if (table->got.items == table->refuses_at)
		return dg_error_set(err, DG_EIO, "no room for item %zu",
				    table->refuses_at);
	if (table->got.items == table->loses_at) {
		table->loses_at = NEVER;
		return 0;
	}
	return dg_table_digest_add(&table->got, item->line, err);
}

static int finish(struct dg_layout_writer *self, struct dg_error *err)
{
	(void)err;
	self->items = table_of(self)->got.items;
	return 0;
}

static void on_progress(void *context, const struct dg_progress_state *progress)
{
	struct table *table = context;

	table->reported = progress->items;
	if (table->cancels)
		dg_cancel_set(&table->cancel);
}

static int setup(void **state)
{
	struct table *table = calloc(1, sizeof(*table));

	assert_non_null(table);
	table->source.next = next;
	table->layout.add = add;
	table->layout.finish = finish;
	table->items = ITEMS;
	table->fails_at = table->out_of_order = NEVER;
	table->refuses_at = table->loses_at = NEVER;
	table->line = malloc(HUGE_BYTES);
	assert_non_null(table->line);
	assert_int_equal(dg_table_digest_open(&table->got, NULL), 0);
	*state = table;
	return 0;
}

static int teardown(void **state)
{
	struct table *table = *state;

	dg_table_digest_close(&table->got);
	free(table->line);
	free(table);
	return 0;
}

static int run(struct table *table, char sha256[DG_SHA256_HEX_SIZE],
	       struct dg_error *err)
{
	const struct dg_progress progress = {on_progress, table};
	struct dg_table_digest digest;
	const struct dg_item_writing writing = {
		.items = &table->source,
		.layout = &table->layout,
		.digest = &digest,
		.cancel = &table->cancel,
		.progress = &progress,
	};
	int rc;

	assert_int_equal(dg_table_digest_open(&digest, err), 0);
	rc = dg_item_writing_run(&writing, err);
	if (rc == 0) {
		assert_int_equal(digest.items, table->got.items);
		assert_int_equal(digest.bytes, table->got.bytes);
		assert_int_equal(dg_table_digest_finish(&digest, sha256, err),
				 0);
	}
	dg_table_digest_close(&digest);
	return rc;
}

static void check_digests_agree(struct table *table)
{
	char given[DG_SHA256_HEX_SIZE], written[DG_SHA256_HEX_SIZE];
	struct dg_error err = {0};

	assert_ok(run(table, given, &err), &err);
	assert_int_equal(table->got.items, table->items);
	assert_ok(dg_table_digest_finish(&table->got, written, &err), &err);
	assert_string_equal(given, written);
	assert_int_equal(table->reported, table->items);
}

static void test_all_items_are_written_and_digested(void **state)
{
	check_digests_agree(*state);
}

static void test_a_table_without_items(void **state)
{
	struct table *table = *state;

	table->items = 0;
	check_digests_agree(table);
}

static void test_a_failing_source_fails_it(void **state)
{
	struct table *table = *state;
	struct dg_error err = {0};

	table->fails_at = ITEMS - 1;
	assert_int_equal(run(table, NULL, &err), DG_ESERVICE);
	assert_string_equal(err.message, "no item 1999");
	assert_true(table->got.items < ITEMS);
}

static void test_a_failing_layout_fails_it(void **state)
{
	struct table *table = *state;
	struct dg_error err = {0};

	table->refuses_at = 777;
	assert_int_equal(run(table, NULL, &err), DG_EIO);
	assert_string_equal(err.message, "no room for item 777");
	assert_int_equal(table->got.items, 777);
}

static void test_a_layout_that_loses_an_item_is_found_out(void **state)
{
	struct table *table = *state;
	struct dg_error err = {0};

	table->loses_at = 777;
	assert_int_equal(run(table, NULL, &err), DG_EFAILED);
	assert_non_null(strstr(err.message, "1,999 of 2,000 items"));
}

static void test_keys_that_do_not_ascend_are_refused(void **state)
{
	struct table *table = *state;
	struct dg_error err = {0};

	table->out_of_order = 1500;
	assert_int_equal(run(table, NULL, &err), DG_EINVALID);
	assert_int_equal(table->got.items, 1500);
}

static void test_it_can_be_cancelled_on_the_way(void **state)
{
	struct table *table = *state;
	struct dg_error err = {0};

	table->cancels = true;
	assert_int_equal(run(table, NULL, &err), DG_ECANCELLED);
	assert_true(table->got.items < ITEMS);
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLE(test_all_items_are_written_and_digested),
		WITH_TABLE(test_a_table_without_items),
		WITH_TABLE(test_a_failing_source_fails_it),
		WITH_TABLE(test_a_failing_layout_fails_it),
		WITH_TABLE(test_a_layout_that_loses_an_item_is_found_out),
		WITH_TABLE(test_keys_that_do_not_ascend_are_refused),
		WITH_TABLE(test_it_can_be_cancelled_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
