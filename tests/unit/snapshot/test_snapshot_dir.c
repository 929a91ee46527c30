#include "scratch.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir.h"
#include "unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_1 "table-data/ab/0123456789abcdef0123456789abcd.json"
#define CHUNK_2 "table-data/cd/0123456789abcdef0123456789abcd.json"
#define CHUNK_3 "table-data/index/0123456789abcdef0123456789abcdef.json"

static const char *const names[] = {DG_DATA_FILE, DG_SCHEMA_FILE,
				    DG_METADATA_FILE, DG_SUMMARY_FILE};

static const char all_names[] = "dump-summary.txt\ntable-data.json\n"
				"table-metadata.json\ntable-schema.json\n";

/* Each of the four files holds "<text> <name>". */
static void write_snapshot(struct scratch *scratch, const char *folder,
			   const char *text)
{
	char path[256], content[256];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		snprintf(content, sizeof(content), "%s %s", text, names[i]);
		scratch_write(scratch, path, content);
	}
}

static void expect_file(struct dg_fileset *files, const char *path,
			const char *text)
{
	struct dg_buf content = DG_BUF_INIT(65536);
	struct dg_error err = {0};

	assert_ok(dg_fileset_read(files, path, &content, &err), &err);
	assert_string_equal(dg_buf_str(&content), text);
	dg_buf_free(&content);
}

static void expect_snapshot(struct dg_fileset *files, const char *text)
{
	char content[256];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(content, sizeof(content), "%s %s", text, names[i]);
		expect_file(files, names[i], content);
	}
}

static void expect_on_disk(struct scratch *scratch, const char *text)
{
	struct dg_fileset *files = scratch_fileset(scratch, "t");

	expect_snapshot(files, text);
	dg_fileset_close(files);
}

static void expect_list(struct scratch *scratch, const char *expected)
{
	char *list = scratch_list(scratch, "t");

	assert_string_equal(list, expected);
	free(list);
}

static struct dg_snapshot_dir *open_dir(struct scratch *scratch,
					enum dg_snapshot_dir_mode mode)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};

	assert_ok(dg_snapshot_dir_open(&dir, scratch_path(scratch, "t"), NULL,
				       mode, NULL, &err),
		  &err);
	return dir;
}

static void put(struct dg_sink *sink, const char *path, const char *text)
{
	struct dg_error err = {0};

	assert_ok(dg_sink_write(sink, path, dg_slice_str(text), &err), &err);
}

static struct dg_sink *stage(struct dg_snapshot_dir *dir, const char *text)
{
	struct dg_sink *sink = NULL;
	struct dg_error err = {0};
	char content[256];

	assert_ok(dg_snapshot_dir_stage(dir, &sink, &err), &err);
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(content, sizeof(content), "%s %s", text, names[i]);
		put(sink, names[i], content);
	}
	return sink;
}

static void test_a_new_snapshot_is_published(void **state)
{
	struct dg_snapshot_dir *dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	struct dg_error err = {0};

	stage(dir, "new");
	expect_snapshot(dg_snapshot_dir_staged(dir), "new");
	assert_ok(dg_snapshot_dir_publish(dir, &err), &err);
	expect_snapshot(dg_snapshot_dir_files(dir), "new");
	dg_snapshot_dir_close(dir);
	expect_on_disk(*state, "new");
	expect_list(*state, all_names);
}

static void test_publishing_replaces_and_leaves_other_names(void **state)
{
	struct dg_snapshot_dir *dir;
	struct dg_error err = {0};

	write_snapshot(*state, "t", "old");
	scratch_write(*state, "t/notes.txt", "mine");
	scratch_write(*state, "t/table-data/notes.txt", "mine too");
	scratch_write(*state, "t/" CHUNK_1, "obsolete");
	scratch_write(*state, "t/" CHUNK_3, "obsolete");
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	stage(dir, "new");
	assert_ok(dg_snapshot_dir_publish(dir, &err), &err);
	dg_snapshot_dir_close(dir);
	expect_on_disk(*state, "new");
	expect_list(*state, "dump-summary.txt\nnotes.txt\ntable-data\n"
			    "table-data/notes.txt\ntable-data.json\n"
			    "table-metadata.json\ntable-schema.json\n");
}

static void test_part_files_of_the_new_snapshot_are_not_obsolete(void **state)
{
	struct dg_snapshot_dir *dir;
	struct dg_fileset *files;
	struct dg_sink *sink;
	struct dg_error err = {0};

	write_snapshot(*state, "t", "old");
	scratch_write(*state, "t/" CHUNK_1, "same");
	scratch_write(*state, "t/" CHUNK_3, "obsolete");
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	sink = stage(dir, "new");
	put(sink, CHUNK_1, "same");
	put(sink, CHUNK_2, "fresh");
	assert_ok(dg_snapshot_dir_drop_unchanged(dir, &err), &err);
	assert_false(scratch_exists(*state, "t/.ddbgit/new/" CHUNK_1));
	assert_true(scratch_exists(*state, "t/.ddbgit/new/" CHUNK_2));
	assert_ok(dg_snapshot_dir_publish(dir, &err), &err);
	dg_snapshot_dir_close(dir);
	files = scratch_fileset(*state, "t");
	expect_file(files, CHUNK_1, "same");
	expect_file(files, CHUNK_2, "fresh");
	dg_fileset_close(files);
	assert_false(scratch_exists(*state, "t/table-data/index"));
}

static void test_unchanged_files_are_left_alone(void **state)
{
	struct dg_snapshot_dir *dir;
	struct dg_error err = {0};
	struct stat before, after;

	write_snapshot(*state, "t", "new");
	scratch_write(*state, "t/" DG_METADATA_FILE, "old " DG_METADATA_FILE);
	assert_int_equal(stat(scratch_path(*state, "t/" DG_DATA_FILE), &before),
			 0);
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	stage(dir, "new");
	assert_ok(dg_snapshot_dir_drop_unchanged(dir, &err), &err);
	assert_false(scratch_exists(*state, "t/.ddbgit/new/" DG_DATA_FILE));
	assert_true(scratch_exists(*state, "t/.ddbgit/new/" DG_METADATA_FILE));
	assert_ok(dg_snapshot_dir_publish(dir, &err), &err);
	dg_snapshot_dir_close(dir);
	expect_on_disk(*state, "new");
	assert_int_equal(stat(scratch_path(*state, "t/" DG_DATA_FILE), &after),
			 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void test_a_path_staged_again_replaces_the_first(void **state)
{
	struct dg_snapshot_dir *dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	struct dg_sink *sink = stage(dir, "new");
	struct dg_error err = {0};

	put(sink, DG_DATA_FILE, "again");
	expect_file(dg_snapshot_dir_staged(dir), DG_DATA_FILE, "again");
	put(sink, DG_DATA_FILE, "new " DG_DATA_FILE);
	assert_ok(dg_snapshot_dir_publish(dir, &err), &err);
	dg_snapshot_dir_close(dir);
	expect_on_disk(*state, "new");
}

static void test_what_is_not_published_goes(void **state)
{
	struct dg_snapshot_dir *dir;
	struct dg_sink_file *file = NULL;
	struct dg_sink *sink;

	write_snapshot(*state, "t", "old");
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	sink = stage(dir, "new");
	assert_int_equal(sink->create(sink, CHUNK_1, 3, &file, NULL), 0);
	assert_int_equal(file->write(file, "abc", 3, NULL), 0);
	file->discard(file);
	assert_false(scratch_exists(*state, "t/.ddbgit/new/" CHUNK_1));
	dg_snapshot_dir_close(dir);
	expect_on_disk(*state, "old");
	expect_list(*state, all_names);
}

static void test_the_work_folder_is_private_and_ignored(void **state)
{
	struct dg_snapshot_dir *dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	char *ignore = scratch_read(*state, "t/.ddbgit/.gitignore");
	struct stat st;

	assert_int_equal(stat(scratch_path(*state, "t/.ddbgit"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_string_equal(ignore, "*\n");
	free(ignore);
	dg_snapshot_dir_close(dir);
}

static void test_only_files_of_a_snapshot_are_published(void **state)
{
	struct dg_snapshot_dir *dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	struct dg_sink *sink = stage(dir, "new");
	struct dg_sink_file *file = NULL;
	struct dg_error err = {0};

	assert_int_equal(sink->create(sink, "../x", 1, &file, NULL),
			 DG_EINVALID);
	put(sink, "obsolete", CHUNK_1 "\n");
	assert_int_equal(dg_snapshot_dir_publish(dir, &err), DG_EINVALID);
	dg_snapshot_dir_close(dir);
	assert_false(scratch_exists(*state, "t"));
}

static void test_a_name_that_is_no_file_stops_before_anything(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};

	scratch_mkdir(*state, "t/" DG_SCHEMA_FILE);
	assert_int_equal(dg_snapshot_dir_open(&dir, scratch_path(*state, "t"),
					      NULL, DG_SNAPSHOT_DIR_WRITE, NULL,
					      &err),
			 DG_EINVALID);
	assert_contains(err.message, DG_SCHEMA_FILE "' is a folder");
	scratch_remove(*state, "t/" DG_SCHEMA_FILE);
	assert_int_equal(
		symlink("/etc/passwd", scratch_path(*state, "t/" DG_DATA_FILE)),
		0);
	assert_int_equal(dg_snapshot_dir_open(&dir, scratch_path(*state, "t"),
					      NULL, DG_SNAPSHOT_DIR_WRITE, NULL,
					      &err),
			 DG_EINVALID);
	assert_contains(err.message, DG_DATA_FILE "' is a symbolic link");
	expect_list(*state, "");
}

static void test_a_name_taken_during_a_dump_publishes_nothing(void **state)
{
	struct dg_snapshot_dir *dir;

	write_snapshot(*state, "t", "old");
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	stage(dir, "new");
	scratch_remove(*state, "t/" DG_SUMMARY_FILE);
	scratch_mkdir(*state, "t/" DG_SUMMARY_FILE);
	assert_int_equal(dg_snapshot_dir_publish(dir, NULL), DG_EINVALID);
	dg_snapshot_dir_close(dir);
	scratch_remove(*state, "t/" DG_SUMMARY_FILE);
	scratch_write(*state, "t/" DG_SUMMARY_FILE, "old " DG_SUMMARY_FILE);
	expect_on_disk(*state, "old");
	expect_list(*state, all_names);
}

static void test_a_folder_in_a_parts_place_publishes_nothing(void **state)
{
	static const char *const places[] = {"table-data", "table-data/ab",
					     CHUNK_1};
	struct dg_snapshot_dir *dir;

	write_snapshot(*state, "t", "old");
	for (size_t i = 0; i < COUNT(places); i++) {
		const bool is_part = strcmp(places[i], CHUNK_1) == 0;
		char path[128];
		struct dg_error err = {0};

		snprintf(path, sizeof(path), "t/%s", places[i]);
		dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
		put(stage(dir, "new"), CHUNK_1, "new");
		if (is_part)
			scratch_mkdir(*state, path);
		else
			scratch_write(*state, path, "somebody's");
		assert_true(dg_snapshot_dir_publish(dir, &err) < 0);
		assert_contains(err.message, is_part ? CHUNK_1 "' is a folder"
						     : "Not a directory");
		assert_contains(err.hint, "Move it away");
		dg_snapshot_dir_close(dir);
		assert_false(scratch_exists(*state, "t/.ddbgit"));
		scratch_remove(*state, "t/table-data");
		expect_on_disk(*state, "old");
	}
}

static void test_symlinks_below_the_folder_are_not_followed(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_sink *sink;
	struct dg_error err = {0};

	scratch_mkdir(*state, "outside/new");
	scratch_mkdir(*state, "t");
	assert_int_equal(
		symlink("../outside", scratch_path(*state, "t/.ddbgit")), 0);
	assert_int_equal(dg_snapshot_dir_open(&dir, scratch_path(*state, "t"),
					      NULL, DG_SNAPSHOT_DIR_WRITE, NULL,
					      &err),
			 DG_EINVALID);
	assert_contains(err.message, ".ddbgit");
	assert_true(scratch_exists(*state, "outside/new"));
	scratch_remove(*state, "t/.ddbgit");
	assert_int_equal(
		symlink("../outside", scratch_path(*state, "t/table-data")), 0);
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	sink = stage(dir, "new");
	put(sink, CHUNK_1, "new");
	assert_true(dg_snapshot_dir_publish(dir, &err) < 0);
	dg_snapshot_dir_close(dir);
	assert_false(scratch_exists(*state, "t/" DG_DATA_FILE));
	assert_false(scratch_exists(*state, "outside/ab"));
}

static void test_a_linked_folder_of_parts_stops_before_anything(void **state)
{
	struct dg_snapshot_dir *dir;
	struct dg_error err = {0};

	write_snapshot(*state, "t", "old");
	scratch_mkdir(*state, "outside");
	scratch_mkdir(*state, "t/table-data");
	assert_int_equal(symlink("../../outside",
				 scratch_path(*state, "t/table-data/ab")),
			 0);
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	put(stage(dir, "new"), CHUNK_1, "new");
	assert_int_equal(dg_snapshot_dir_publish(dir, &err), DG_EINVALID);
	assert_contains(err.message, "'ab' is a symbolic link");
	dg_snapshot_dir_close(dir);
	assert_false(scratch_exists(*state, "t/.ddbgit"));
	expect_on_disk(*state, "old");
}

/* So old that what is written now has another time. */
static void make_old(struct scratch *scratch, const char *path)
{
	const struct timespec times[2] = {{.tv_sec = 1700000000},
					  {.tv_sec = 1700000000}};

	assert_int_equal(
		utimensat(AT_FDCWD, scratch_path(scratch, path), times, 0), 0);
}

/* As `git checkout` does, or an editor: of equal size, or gone. */
static void test_a_kept_file_that_changes_stops_before_anything(void **state)
{
	static const char *const changes[] = {"NEW", "new ", NULL};

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct dg_snapshot_dir *dir;
		struct dg_error err = {0};

		write_snapshot(*state, "t", "old");
		scratch_write(*state, "t/" CHUNK_1, "new");
		make_old(*state, "t/" CHUNK_1);
		dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
		put(stage(dir, "new"), CHUNK_1, "new");
		scratch_remove(*state, "t/" CHUNK_1);
		if (changes[i])
			scratch_write(*state, "t/" CHUNK_1, changes[i]);
		assert_int_equal(dg_snapshot_dir_publish(dir, &err),
				 DG_EMODIFIED);
		assert_contains(err.message, CHUNK_1);
		dg_snapshot_dir_close(dir);
		assert_false(scratch_exists(*state, "t/.ddbgit"));
		expect_on_disk(*state, "old");
	}
}

static void test_a_file_that_changes_after_it_was_dropped_stops_too(
	void **state)
{
	struct dg_snapshot_dir *dir;
	struct dg_error err = {0};

	write_snapshot(*state, "t", "old");
	make_old(*state, "t/" DG_SUMMARY_FILE);
	dir = open_dir(*state, DG_SNAPSHOT_DIR_WRITE);
	put(stage(dir, "new"), DG_SUMMARY_FILE, "old " DG_SUMMARY_FILE);
	assert_ok(dg_snapshot_dir_drop_unchanged(dir, &err), &err);
	scratch_remove(*state, "t/" DG_SUMMARY_FILE);
	scratch_write(*state, "t/" DG_SUMMARY_FILE, "old " DG_SUMMARY_FILE);
	assert_int_equal(dg_snapshot_dir_publish(dir, &err), DG_EMODIFIED);
	dg_snapshot_dir_close(dir);
	expect_on_disk(*state, "old");
}

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_a_new_snapshot_is_published),
		IN_SCRATCH(test_publishing_replaces_and_leaves_other_names),
		IN_SCRATCH(
			test_part_files_of_the_new_snapshot_are_not_obsolete),
		IN_SCRATCH(test_unchanged_files_are_left_alone),
		IN_SCRATCH(test_a_path_staged_again_replaces_the_first),
		IN_SCRATCH(test_what_is_not_published_goes),
		IN_SCRATCH(test_the_work_folder_is_private_and_ignored),
		IN_SCRATCH(test_only_files_of_a_snapshot_are_published),
		IN_SCRATCH(test_a_name_that_is_no_file_stops_before_anything),
		IN_SCRATCH(test_a_name_taken_during_a_dump_publishes_nothing),
		IN_SCRATCH(test_a_folder_in_a_parts_place_publishes_nothing),
		IN_SCRATCH(test_symlinks_below_the_folder_are_not_followed),
		IN_SCRATCH(test_a_linked_folder_of_parts_stops_before_anything),
		IN_SCRATCH(test_a_kept_file_that_changes_stops_before_anything),
		IN_SCRATCH(
			test_a_file_that_changes_after_it_was_dropped_stops_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
