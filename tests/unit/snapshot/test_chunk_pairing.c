/* What a join of two chunked snapshots need not look at, and that it sees all
 * that it must: nothing that an index states lets it pass over a difference. */
#include "apart.h"
#include "item/join.h"
#include "snapshot/snapshot.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 1000
#define GROUP 20 /* chunks in an index file */

static void fill(struct sample_table *table, size_t count)
{
	char key[16];

	for (size_t i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "%06zu", 2 * i);
		sample_put(table, key, 60, 'x');
	}
}

struct scene {
	struct sample_table table;
	struct memory_store *before; /* of the table, two levels */
	struct memory_store *after;  /* a copy */
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	fill(&scene->table, ITEMS);
	scene->before = apart_write_groups(&scene->table, GROUP);
	scene->after = memory_store_copy(scene->before);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	memory_store_free(scene->before);
	memory_store_free(scene->after);
	sample_free(&scene->table);
	free(scene);
	return 0;
}

static void write_after(struct scene *scene, size_t chunks)
{
	memory_store_free(scene->after);
	scene->after = apart_write_groups(&scene->table, chunks);
}

static int open_store(struct memory_store *store,
		      struct dg_layout_reader **reader, struct dg_error *err)
{
	const struct dg_layout *layout;
	int rc = dg_layout_open(&layout, reader, &store->files, err);

	if (rc == 0)
		(*reader)->source.keys = sample_keys;
	store->opened = store->looked = store->folders = 0;
	return rc;
}

static int join(struct memory_store *left, struct memory_store *right,
		struct dg_change_count *count, struct dg_error *err)
{
	struct dg_layout_reader *a = NULL, *b = NULL;
	int rc = open_store(left, &a, err);

	memset(count, 0, sizeof(*count));
	if (rc == 0)
		rc = open_store(right, &b, err);
	if (rc == 0)
		rc = dg_join_count(&a->source, &b->source, count, err);
	dg_layout_reader_close(a);
	dg_layout_reader_close(b);
	return rc;
}

static size_t opened(const struct scene *scene)
{
	return scene->before->opened + scene->after->opened;
}

static size_t looked(const struct scene *scene)
{
	return scene->before->looked + scene->after->looked;
}

static struct dg_change_count compare(struct scene *scene)
{
	struct dg_change_count count;
	struct dg_error err = {0};

	assert_ok(join(scene->before, scene->after, &count, &err), &err);
	return count;
}

static void expect_failure(struct scene *scene, const char *path,
			   const char *words)
{
	struct dg_change_count count;
	struct dg_error err = {0};

	assert_int_equal(join(scene->before, scene->after, &count, &err),
			 DG_EINVALID);
	assert_contains(err.message, path);
	assert_contains(err.message, words);
	/* And the other way round. */
	memset(&err, 0, sizeof(err));
	assert_int_equal(join(scene->after, scene->before, &count, &err),
			 DG_EINVALID);
	assert_contains(err.message, path);
}

static struct memory_entry *chunk_of(struct scene *scene, size_t i)
{
	char path[64];
	struct memory_entry *entry;

	apart_chunk_path(&scene->table, i, path);
	entry = memory_store_find(scene->after, path);
	assert_non_null(entry);
	return entry;
}

static void edit(struct memory_entry *entry, const char *from, const char *to)
{
	char *at = strstr(entry->bytes.ptr, from);

	assert_non_null(at);
	memcpy(at, to, strlen(to));
}

static void test_only_index_files_and_chunks_that_differ_are_read(void **state)
{
	static const size_t changed[] = {3, 500, 505, 999};
	struct scene *scene = *state;
	struct dg_change_count count;

	for (size_t i = 0; i < COUNT(changed); i++)
		scene->table.items[changed[i]].filler = 'y';
	write_after(scene, GROUP);
	count = compare(scene);
	assert_int_equal(count.changed, COUNT(changed));
	assert_int_equal(count.equal, ITEMS - COUNT(changed));
	/* Two of the four are in one index file. */
	assert_int_equal(opened(scene), 2 * (3 + COUNT(changed)));
	/* Each index file by both sides, once more where it is equal; and
	 * of the chunks those in a folder that differs. */
	assert_true(looked(scene) < 3 * 2 * ITEMS / GROUP + 4 + 2 * 4 * 4);
	/* That of the folders, and each of them that differs. */
	assert_int_equal(scene->before->folders + scene->after->folders, 5);
}

static void test_chunks_in_equal_folders_are_not_looked_up(void **state)
{
	struct sample_table table = {0};
	struct scene scene = {0};
	struct dg_change_count count;

	(void)state;
	/* One level. */
	fill(&table, 2000);
	scene.before = apart_write(&table);
	table.items[77].filler = 'y';
	scene.after = apart_write(&table);
	count = compare(&scene);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.equal, 1999);
	assert_int_equal(opened(&scene), 2);
	/* A folder has eight. */
	assert_true(looked(&scene) < 4 + 2 * 30);
	memory_store_free(scene.before);
	memory_store_free(scene.after);
	sample_free(&table);
}

static void test_items_that_come_and_go_are_counted(void **state)
{
	struct scene *scene = *state;
	struct dg_change_count count;

	sample_put(&scene->table, "000001", 60, 'n');
	sample_put(&scene->table, "999999", 60, 'n');
	sample_remove(&scene->table, 700);
	write_after(scene, GROUP);
	count = compare(scene);
	assert_int_equal(count.added, 2);
	assert_int_equal(count.removed, 1);
	assert_int_equal(count.changed, 0);
	assert_int_equal(count.equal, ITEMS - 1);
	/* From the first on no index file is what it was. */
	scene->table.items[0].filler = 'y';
	write_after(scene, GROUP + 1);
	count = compare(scene);
	assert_int_equal(count.added, 2);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.equal, ITEMS - 2);
}

static void test_more_index_files_than_are_kept_may_differ(void **state)
{
	struct scene *scene = *state;
	struct dg_change_count count;

	memory_store_free(scene->before);
	scene->before = apart_write_groups(&scene->table, 5);
	for (size_t i = 0; i < ITEMS; i += 10)
		scene->table.items[i].filler = 'y';
	write_after(scene, 5);
	count = compare(scene);
	assert_int_equal(count.changed, ITEMS / 10);
	assert_int_equal(count.equal, ITEMS - ITEMS / 10);
}

/* Long keys make them so; here it is blanks. */
static void test_index_files_that_are_too_long_are_not_kept(void **state)
{
	struct scene *scene = *state;
	struct dg_buf text = DG_BUF_INIT((size_t)32 << 20);
	struct dg_change_count count;
	struct memory_entry *index;
	char path[64];

	scene->table.items[500].filler = 'y';
	write_after(scene, GROUP);
	apart_index_path(&scene->table, 500, path);
	index = memory_store_find(scene->after, path);
	assert_int_equal(dg_buf_reserve(&text, (size_t)17 << 20, NULL), 0);
	memset(text.ptr, ' ', (size_t)17 << 20);
	text.len = (size_t)17 << 20;
	dg_buf_add_slice(&text, dg_buf_slice(&index->bytes), NULL);
	memory_store_put(scene->after, path, dg_buf_slice(&text));
	dg_buf_free(&text);
	count = compare(scene);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.equal, ITEMS - 1);
	/* So all of them were walked. */
	assert_true(opened(scene) > 2 * ITEMS / GROUP);
}

static void test_an_index_of_one_level_is_joined_with_one_of_two(void **state)
{
	struct scene *scene = *state;
	struct dg_change_count count;

	scene->table.items[300].filler = 'y';
	memory_store_free(scene->after);
	scene->after = apart_write(&scene->table);
	count = compare(scene);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.equal, ITEMS - 1);
	/* A chunk each, and the index files of the one. */
	assert_int_equal(opened(scene), 2 + ITEMS / GROUP);
}

static void test_an_edited_chunk_under_an_equal_index_file_is_read(void **state)
{
	struct scene *scene = *state;
	struct memory_entry *chunk = chunk_of(scene, 500);

	edit(chunk, "xx", "xy");
	expect_failure(scene, chunk->path, "its items are not those");
}

/* The same tree entries but for two ids, and the same index. */
static void test_swapped_chunks_of_a_folder_are_read(void **state)
{
	struct scene *scene = *state;
	struct memory_entry *one = chunk_of(scene, 500), *other;
	struct dg_buf bytes = one->bytes;
	size_t i = 0;

	do
		other = chunk_of(scene, i++);
	while (other == one || strncmp(other->path, one->path, 13) != 0);
	assert_int_equal(strncmp(one->path, "table-data/", 11), 0);
	one->bytes = other->bytes;
	other->bytes = bytes;
	expect_failure(scene, i - 1 < 500 ? other->path : one->path,
		       "is not the first");
}

static void test_a_chunk_edited_with_its_index_is_a_change(void **state)
{
	struct scene *scene = *state;
	struct dg_change_count count;

	scene->table.items[500].filler = 'y';
	write_after(scene, GROUP);
	count = compare(scene);
	assert_int_equal(count.changed, 1);
	/* And one more that only was edited. */
	edit(chunk_of(scene, 800), "xx", "xy");
	expect_failure(scene, chunk_of(scene, 800)->path,
		       "its items are not those");
}

/* Of the files of chunks nothing has changed. */
static void test_an_edited_index_file_is_read(void **state)
{
	struct scene *scene = *state;
	char path[64];

	apart_index_path(&scene->table, 5 * GROUP, path);
	edit(memory_store_find(scene->after, path), "\"count\":1",
	     "\"count\":2");
	expect_failure(scene, path, "the entries have 21 items");
}

static void test_a_missing_chunk_is_missed(void **state)
{
	struct scene *scene = *state;
	char path[64];

	apart_chunk_path(&scene->table, 500, path);
	memory_store_remove(scene->after, path);
	expect_failure(scene, path, "is missing");
}

/* Its folder differs, but not in what is missing from both. */
static void test_a_chunk_that_both_sides_miss_is_missed(void **state)
{
	struct scene *scene = *state;
	char path[64], foreign[64];

	apart_chunk_path(&scene->table, 500, path);
	memory_store_remove(scene->before, path);
	memory_store_remove(scene->after, path);
	snprintf(foreign, sizeof(foreign), "%.14s%030d.json", path, 0);
	memory_store_put(scene->after, foreign, DG_SLICE("{}"));
	expect_failure(scene, path, "is missing");
}

static void test_a_missing_index_file_is_missed(void **state)
{
	struct scene *scene = *state;
	char path[64];

	apart_index_path(&scene->table, 5 * GROUP, path);
	memory_store_remove(scene->after, path);
	expect_failure(scene, path, "is missing");
	/* On both sides too. */
	memory_store_remove(scene->before, path);
	memory_store_put(scene->after, "table-data/index/other.json",
			 DG_SLICE("{}"));
	expect_failure(scene, path, "is missing");
}

/* Files that no index lists are no items, whether they differ or not. */
static void test_foreign_chunks_are_no_items(void **state)
{
	struct scene *scene = *state;
	struct dg_change_count count;

	scene->table.items[500].filler = 'y';
	write_after(scene, GROUP);
	memory_store_put(scene->after,
			 "table-data/00/000000000000000000000000000000.json",
			 DG_SLICE("{\"Items\":[{\"id\":{\"S\":\"000700\"}}]}"));
	memory_store_put(scene->before, "table-data/README", DG_SLICE("hello"));
	memory_store_put(scene->after, "table-data/zz/a.json", DG_SLICE("[]"));
	count = compare(scene);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.equal, ITEMS - 1);
	assert_int_equal(count.added + count.removed, 0);
}

/* Editors and other tools spell keys as they like, in an index file that is
 * the same on both sides: the chunk's path is that of the key. */
static void test_keys_in_other_spelling_name_the_same_chunks(void **state)
{
	struct scene *scene = *state;
	struct dg_change_count count;
	struct dg_error err = {0};

	for (int side = 0; side < 2; side++) {
		struct memory_store *store =
			side ? scene->after : scene->before;

		for (size_t i = 0; i < ITEMS; i += GROUP) {
			struct memory_entry *entry;
			struct dg_slice text;
			struct dg_buf spelled = DG_BUF_INIT(65536);
			char path[64], *at;

			apart_index_path(&scene->table, i, path);
			entry = memory_store_find(store, path);
			text = dg_buf_slice(&entry->bytes);
			at = strstr(text.ptr, "{\"id\"");
			at = strstr(at + 1, "{\"id\"");
			dg_buf_add(&spelled, text.ptr, (size_t)(at - text.ptr),
				   NULL);
			dg_buf_add_str(&spelled, "{ ", NULL);
			dg_buf_add_str(&spelled, at + 1, NULL);
			memory_store_put(store, path, dg_buf_slice(&spelled));
			dg_buf_free(&spelled);
		}
	}
	/* The second of each index file is spelled so. */
	scene->table.items[501].filler = 'y';
	edit(chunk_of(scene, 501), "xx", "xy");
	assert_int_equal(join(scene->before, scene->after, &count, &err),
			 DG_EINVALID);
	assert_contains(err.message, chunk_of(scene, 501)->path);
}

/* Two readers of equal stores, joined with each other. */
static void open_pair(struct memory_store *store,
		      struct dg_layout_reader *readers[2])
{
	struct dg_change_count count;
	struct dg_error err = {0};

	for (int i = 0; i < 2; i++)
		assert_ok(open_store(store, &readers[i], &err), &err);
	assert_ok(dg_join_count(&readers[0]->source, &readers[1]->source,
				&count, &err),
		  &err);
	assert_int_equal(count.equal, ITEMS);
	assert_ok(dg_source_rewind(&readers[0]->source, &err), &err);
}

static void test_what_was_paired_before_counts_no_more(void **state)
{
	struct scene *scene = *state;
	struct dg_layout_reader *before[2], *after[2];
	struct dg_change_count count;
	struct dg_error err = {0};

	scene->table.items[10].filler = 'y';
	write_after(scene, GROUP);
	open_pair(scene->before, before);
	open_pair(scene->after, after);
	/* Of a kind whose folders are not known. */
	scene->after->files.compare = NULL;
	assert_ok(dg_join_count(&before[0]->source, &after[0]->source, &count,
				&err),
		  &err);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.equal, ITEMS - 1);
	for (int i = 0; i < 2; i++) {
		dg_layout_reader_close(before[i]);
		dg_layout_reader_close(after[i]);
	}
}

static void test_a_reader_is_joined_again_and_again(void **state)
{
	struct scene *scene = *state;
	struct dg_layout_reader *a = NULL, *b = NULL;
	struct dg_change_count count;
	struct dg_error err = {0};

	scene->table.items[10].filler = 'y';
	scene->table.items[700].filler = 'y';
	write_after(scene, GROUP);
	assert_ok(open_store(scene->before, &a, &err), &err);
	assert_ok(open_store(scene->after, &b, &err), &err);
	for (int round = 0; round < 3; round++) {
		assert_ok(dg_join_count(&a->source, &b->source, &count, &err),
			  &err);
		assert_int_equal(count.changed, 2);
		assert_int_equal(count.equal, ITEMS - 2);
		assert_ok(dg_source_rewind(&a->source, &err), &err);
		assert_ok(dg_source_rewind(&b->source, &err), &err);
	}
	dg_layout_reader_close(a);
	dg_layout_reader_close(b);
}

/* ---- damage by chance, held to the comparison chunk by chunk ---- */

static size_t draw(struct scene *scene, size_t n)
{
	return (size_t)sample_random(&scene->table, n);
}

/* A file of `after`, table-data.json among them. */
static struct memory_entry *any_entry(struct scene *scene)
{
	return &scene->after->entries[draw(scene, scene->after->count)];
}

static void swap_bytes(struct memory_entry *a, struct memory_entry *b)
{
	struct dg_buf bytes = a->bytes;

	a->bytes = b->bytes;
	b->bytes = bytes;
}

static void edit_by_chance(struct memory_entry *entry, size_t at)
{
	if (entry->bytes.len > 0)
		entry->bytes.ptr[at % entry->bytes.len] ^= 1;
}

static void damage(struct scene *scene)
{
	struct memory_entry *entry = any_entry(scene);
	char path[64];

	switch (draw(scene, 6)) {
	case 0:
		edit_by_chance(entry, draw(scene, 10000));
		break;
	case 1:
		swap_bytes(entry, any_entry(scene));
		break;
	case 2:
		memory_store_remove(scene->after, entry->path);
		break;
	case 3: /* of another dump */
		edit(chunk_of(scene, draw(scene, scene->table.count)),
		     "\"},\"v", "\"},\"w");
		break;
	case 4:
		snprintf(path, sizeof(path), "table-data/%02x/%030x.json",
			 (unsigned int)draw(scene, 256),
			 (unsigned int)draw(scene, 9));
		memory_store_put(scene->after, path,
				 DG_SLICE("{\"Items\":[],\"Count\":0}"));
		break;
	default: /* two index files more or less, or a chunk's */
		swap_bytes(entry, &scene->after->entries[draw(scene, 3) + 1]);
	}
}

static void change_items(struct scene *scene)
{
	char key[32];

	for (size_t n = draw(scene, 4); n > 0; n--) {
		snprintf(key, sizeof(key), "%06d", (int)draw(scene, 700));
		if (draw(scene, 3) == 0)
			sample_remove(&scene->table,
				      draw(scene, scene->table.count));
		else
			sample_put(&scene->table, key, 60,
				   (char)('a' + draw(scene, 26)));
	}
}

static void expect_as_by_chunks(struct scene *scene)
{
	struct memory_store *a = memory_store_copy(scene->before);
	struct memory_store *b = memory_store_copy(scene->after);
	struct dg_change_count count, by_chunks;
	struct dg_error err = {0}, other = {0};
	int rc = join(scene->before, scene->after, &count, &err);

	a->files.compare = b->files.compare = NULL;
	assert_int_equal(join(a, b, &by_chunks, &other), rc);
	assert_string_equal(err.message, other.message);
	/* How far it came before an error too. */
	assert_memory_equal(&count, &by_chunks, sizeof(count));
	memory_store_free(a);
	memory_store_free(b);
}

static void test_damage_of_one_side_is_found_as_without_folders(void **state)
{
	struct scene scene = {.table = {.random = 11}};

	(void)state;
	for (int round = 0; round < 120; round++) {
		const size_t group = 3 + draw(&scene, 9);

		sample_free(&scene.table);
		scene.table.random = (uint64_t)round * 77;
		fill(&scene.table, 150 + draw(&scene, 150));
		scene.before = apart_write_groups(&scene.table, group);
		change_items(&scene);
		scene.after = apart_write_groups(&scene.table, group);
		expect_as_by_chunks(&scene);
		for (size_t n = draw(&scene, 3); n > 0; n--) {
			damage(&scene);
			expect_as_by_chunks(&scene);
		}
		memory_store_free(scene.before);
		memory_store_free(scene.after);
	}
	sample_free(&scene.table);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		SCENE(test_only_index_files_and_chunks_that_differ_are_read),
		SCENE(test_chunks_in_equal_folders_are_not_looked_up),
		SCENE(test_items_that_come_and_go_are_counted),
		SCENE(test_more_index_files_than_are_kept_may_differ),
		SCENE(test_index_files_that_are_too_long_are_not_kept),
		SCENE(test_an_index_of_one_level_is_joined_with_one_of_two),
		SCENE(test_an_edited_chunk_under_an_equal_index_file_is_read),
		SCENE(test_swapped_chunks_of_a_folder_are_read),
		SCENE(test_a_chunk_edited_with_its_index_is_a_change),
		SCENE(test_an_edited_index_file_is_read),
		SCENE(test_a_missing_chunk_is_missed),
		SCENE(test_a_chunk_that_both_sides_miss_is_missed),
		SCENE(test_a_missing_index_file_is_missed),
		SCENE(test_foreign_chunks_are_no_items),
		SCENE(test_keys_in_other_spelling_name_the_same_chunks),
		SCENE(test_what_was_paired_before_counts_no_more),
		SCENE(test_a_reader_is_joined_again_and_again),
		SCENE(test_damage_of_one_side_is_found_as_without_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
