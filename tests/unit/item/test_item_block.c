#include "item/item_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define LINE_MAX_LEN ((size_t)1024 * 1024)

/* Items with lines of the given lengths, then the end or a failure. */
struct script {
	struct dg_item_source source; /* must be first */
	const size_t *lengths;
	size_t count;
	size_t next;
	int end; /* 0, or a code */
	char key[16];
	char line[LINE_MAX_LEN];
};

static int script_next(struct dg_item_source *self, struct dg_item *item,
		       struct dg_error *err)
{
	struct script *script = (struct script *)self;
	size_t i = script->next;

	if (i == script->count)
		return script->end < 0
			       ? dg_error_set(err, (enum dg_code)script->end,
					      "the source failed")
			       : 0;
	script->next++;
	/* The memory of the item before is gone. */
	memset(script->line, 'a' + (int)(i % 26), script->lengths[i]);
	item->line = dg_slice_of(script->line, script->lengths[i]);
	item->key = dg_slice_of(script->key,
				(size_t)snprintf(script->key, 16, "%zu", i));
	return 1;
}

static struct script *new_script(const size_t *lengths, size_t count, int end)
{
	struct script *script = calloc(1, sizeof(*script));

	assert_non_null(script);
	script->source.next = script_next;
	script->lengths = lengths;
	script->count = count;
	script->end = end;
	return script;
}

/* Holds the block against the script's items from `first` on; returns how
 * many there are. */
static size_t check(const struct dg_item_block *block, const size_t *lengths,
		    size_t first)
{
	struct dg_item_block_cursor cursor = {0};
	struct dg_item item;
	size_t n = 0, i;
	char key[16];

	while (dg_item_block_next(block, &cursor, &item)) {
		size_t number = first + n++;

		(void)snprintf(key, sizeof(key), "%zu", number);
		assert_true(dg_slice_equal(item.key, dg_slice_str(key)));
		assert_int_equal(item.line.len, lengths[number]);
		for (i = 0; i < item.line.len; i++)
			assert_int_equal(item.line.ptr[i],
					 'a' + (int)(number % 26));
		/* As the digest takes it. */
		assert_int_equal(item.line.ptr[item.line.len], '\n');
	}
	assert_int_equal(n, block->count);
	return n;
}

static void test_blocks_hold_the_items_in_order(void **state)
{
	enum { COUNT = 3000 };
	size_t lengths[COUNT], seen = 0, blocks = 0, i;
	struct dg_item_block block;
	struct script *script;

	(void)state;
	for (i = 0; i < COUNT; i++)
		lengths[i] = i * 37 % 1500;
	script = new_script(lengths, COUNT, 0);
	dg_item_block_init(&block);
	while (dg_item_block_fill(&block, &script->source, NULL) == 1) {
		seen += check(&block, lengths, seen);
		blocks++;
		assert_true(block.lines.len < DG_ITEM_BLOCK_BYTES + 1501);
	}
	assert_int_equal(seen, COUNT);
	assert_true(blocks > 5);
	assert_int_equal(block.count, 0);
	dg_item_block_free(&block);
	free(script);
}

static void test_a_huge_item_among_small_ones_is_not_kept_room_for(void **state)
{
	static const size_t lengths[] = {100, 409600, 100, 1000000, 100, 0};
	struct script *script = new_script(lengths, 6, 0);
	struct dg_item_block block;

	(void)state;
	dg_item_block_init(&block);
	assert_int_equal(dg_item_block_fill(&block, &script->source, NULL), 1);
	assert_int_equal(check(&block, lengths, 0), 2);
	assert_int_equal(dg_item_block_fill(&block, &script->source, NULL), 1);
	assert_int_equal(check(&block, lengths, 2), 2);
	assert_true(block.lines.cap > 1000000);
	assert_int_equal(dg_item_block_fill(&block, &script->source, NULL), 1);
	assert_int_equal(check(&block, lengths, 4), 2);
	assert_true(block.lines.cap <= 2 * DG_ITEM_BLOCK_BYTES);
	assert_int_equal(dg_item_block_fill(&block, &script->source, NULL), 0);
	dg_item_block_free(&block);
	free(script);
}

static void test_a_source_that_fails_fails_the_block(void **state)
{
	static const size_t lengths[] = {1, 2, 3};
	struct script *script = new_script(lengths, 3, DG_ESERVICE);
	struct dg_item_block block;
	struct dg_error err = {0};

	(void)state;
	dg_item_block_init(&block);
	assert_int_equal(dg_item_block_fill(&block, &script->source, &err),
			 DG_ESERVICE);
	assert_string_equal(err.message, "the source failed");
	dg_item_block_free(&block);
	free(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_hold_the_items_in_order),
		cmocka_unit_test(
			test_a_huge_item_among_small_ones_is_not_kept_room_for),
		cmocka_unit_test(test_a_source_that_fails_fails_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
