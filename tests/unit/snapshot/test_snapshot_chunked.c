/* What a snapshot's source offers of a chunked one, and that it still finds
 * what changed while it was read. */
#include "sample_table.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

static const char schema[] =
	"{\"Table\":{\"TableName\":\"t\",\"KeySchema\":[{\"AttributeName\":"
	"\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"
	"\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]}}";

static const struct dg_snapshot_options options = {.memory = 8 << 20};

struct scene {
	struct sample_table table;
	struct memory_store *store;
	struct dg_snapshot *snapshot;
	struct dg_item_source *source;
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct dg_snapshot_facts facts;
	struct dg_error err = {0};
	char key[16];

	for (int i = 0; i < 2000; i++) {
		snprintf(key, sizeof(key), "%06d", i);
		sample_put(&scene->table, key, 700, 'x');
	}
	scene->store = memory_store_new(true);
	sample_write(&scene->table, &dg_layout_chunked, scene->store);
	memory_store_put(scene->store, DG_SCHEMA_FILE, dg_slice_str(schema));
	assert_ok(dg_snapshot_open(&scene->snapshot, &scene->store->files,
				   &options, &err),
		  &err);
	assert_ok(dg_snapshot_check(scene->snapshot, &facts, &err), &err);
	assert_true(facts.sorted && !facts.edited);
	assert_int_equal(facts.items, 2000);
	assert_ok(dg_snapshot_source(scene->snapshot, &scene->source, &err),
		  &err);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	dg_source_close(scene->source);
	dg_snapshot_close(scene->snapshot);
	memory_store_free(scene->store);
	sample_free(&scene->table);
	free(scene);
	return 0;
}

/* Reads on to the end. Returns how many items, or the error. */
static int count(struct dg_item_source *source, struct dg_error *err)
{
	struct dg_item item;
	int items = 0, rc;

	while ((rc = dg_source_next(source, &item, err)) > 0)
		items++;
	return rc < 0 ? rc : items;
}

static int seek(struct dg_item_source *source, const char *text,
		struct dg_error *err)
{
	struct dg_buf key = DG_BUF_INIT(100);
	int rc = dg_key_encode(&key, 'S', dg_slice_str(text), err);

	if (rc == 0)
		rc = source->seek(source, dg_buf_slice(&key), err);
	dg_buf_free(&key);
	return rc;
}

static void test_what_was_sought_has_no_digest_to_compare(void **state)
{
	struct scene *scene = *state;
	struct dg_error err = {0};

	assert_ok(seek(scene->source, "001500", &err), &err);
	assert_int_equal(count(scene->source, &err), 500);
	/* Backwards too. */
	assert_ok(seek(scene->source, "000100", &err), &err);
	assert_int_equal(count(scene->source, &err), 1900);
	/* From the start all are read, and the digest counts again. */
	assert_ok(dg_source_rewind(scene->source, &err), &err);
	assert_int_equal(count(scene->source, &err), 2000);
}

static int (*open_file)(struct dg_fileset *self, const char *path,
			struct dg_file **out, struct dg_error *err);
static int opened;

static int count_opened(struct dg_fileset *self, const char *path,
			struct dg_file **out, struct dg_error *err)
{
	opened++;
	return open_file(self, path, out, err);
}

/* A restore of many keys seeks each of them, in their order. */
static void test_a_chunk_is_read_once_for_all_its_keys(void **state)
{
	struct scene *scene = *state;
	struct dg_error err = {0};
	struct dg_item item;
	char key[16];
	int chunks;

	open_file = scene->store->files.open;
	scene->store->files.open = count_opened;
	opened = 0;
	assert_int_equal(count(scene->source, &err), 2000);
	chunks = opened;
	opened = 0;
	for (int i = 0; i < 2000; i += 3) {
		snprintf(key, sizeof(key), "%06d", i);
		assert_ok(seek(scene->source, key, &err), &err);
		assert_int_equal(dg_source_next(scene->source, &item, &err), 1);
		assert_non_null(memmem(item.line.ptr, item.line.len, key, 6));
	}
	assert_int_equal(opened, chunks);
	/* Backwards in one of them. */
	assert_ok(seek(scene->source, "001998", &err), &err);
	assert_int_equal(count(scene->source, &err), 2);
	assert_ok(seek(scene->source, "001996", &err), &err);
	assert_int_equal(count(scene->source, &err), 4);
}

/* cmocka has a macro skip. */
static int step_over(struct dg_item_source *source, uint64_t *items,
		     struct dg_error *err)
{
	return (source->skip)(source, DG_BLOCK_CHUNK, items, err);
}

static void test_blocks_can_be_stepped_over(void **state)
{
	struct scene *scene = *state;
	struct dg_item_source *source = scene->source;
	struct dg_identity identity;
	struct dg_error err = {0};
	struct dg_item item;
	uint64_t all = 0, items = 0;

	assert_int_equal(
		source->identity(source, DG_BLOCK_ALL, &identity, &err), 1);
	assert_int_equal(
		source->identity(source, DG_BLOCK_CHUNK, &identity, &err), 1);
	/* From inside a block what is left of it. */
	assert_int_equal(dg_source_next(source, &item, &err), 1);
	assert_int_equal(
		source->identity(source, DG_BLOCK_CHUNK, &identity, &err), 0);
	assert_ok(step_over(source, &items, &err), &err);
	all = items;
	while (source->identity(source, DG_BLOCK_CHUNK, &identity, &err) > 0) {
		assert_ok(step_over(source, &items, &err), &err);
		all += items;
	}
	assert_int_equal(all, 2000);
	assert_int_equal(dg_source_next(source, &item, &err), 0);
}

static void test_parts_of_a_split_are_read_and_rewound(void **state)
{
	struct scene *scene = *state;
	struct dg_item_source *parts[4];
	struct dg_error err = {0};
	int all = 0;
	int made = scene->source->split(scene->source, 4, parts, &err);

	assert_int_equal(made, 4);
	for (int i = 0; i < made; i++) {
		int items = count(parts[i], &err);

		assert_true(items > 100);
		assert_ok(dg_source_rewind(parts[i], &err), &err);
		assert_int_equal(count(parts[i], &err), items);
		all += items;
		dg_source_close(parts[i]);
	}
	assert_int_equal(all, 2000);
}

/* Another chunk and an index that fits: both are read anew at no time, so the
 * first one stands against the second. */
static void test_what_changes_after_the_check_is_found(void **state)
{
	struct scene *scene = *state;
	struct dg_error err = {0};

	scene->table.items[1000].filler = 'y';
	sample_write(&scene->table, &dg_layout_chunked, scene->store);
	assert_int_equal(count(scene->source, &err), DG_EINVALID);
	assert_contains(err.message, "its items are not those");
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		SCENE(test_what_was_sought_has_no_digest_to_compare),
		SCENE(test_a_chunk_is_read_once_for_all_its_keys),
		SCENE(test_blocks_can_be_stepped_over),
		SCENE(test_parts_of_a_split_are_read_and_rewound),
		SCENE(test_what_changes_after_the_check_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
