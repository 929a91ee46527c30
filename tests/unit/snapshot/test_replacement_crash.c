/*
 * A dump is killed before each of its file system calls in turn, and so is
 * the run that recovers; whoever comes then must find the old snapshot or the
 * new one whole, and leave no debris.
 *
 * The calls are counted by functions of the same names here, which the
 * linker prefers to the C library's.
 */
#include "scratch.h"
#include "snapshot/snapshot.h"
#include "snapshot/snapshot_dir.h"
#include "unit.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD_CHUNK "table-data/ab/0123456789abcdef0123456789abcd.json"
#define NEW_CHUNK "table-data/cd/0123456789abcdef0123456789abcd.json"

static int calls_left; /* the process ends at 0; below: never */

static void count_call(void)
{
	if (calls_left > 0 && --calls_left == 0)
		_exit(99);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int renameat(int fd, const char *from, int to_fd, const char *to)
{
	count_call();
	return NEXT(renameat)(fd, from, to_fd, to);
}

int unlinkat(int fd, const char *path, int flags)
{
	count_call();
	return NEXT(unlinkat)(fd, path, flags);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
	count_call();
	return NEXT(mkdirat)(fd, path, mode);
}

static const char *watched; /* a folder; NULL: none */
static int flushes;         /* of it */

/* Nothing has to reach the disk here. */
int fsync(int fd)
{
	struct stat flushed, st;

	count_call();
	if (watched && stat(watched, &st) == 0 && fstat(fd, &flushed) == 0)
		flushes += st.st_dev == flushed.st_dev &&
			   st.st_ino == flushed.st_ino;
	return 0;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	count_call();
	return NEXT(write)(fd, bytes, len);
}

static const char *const names[] = {DG_DATA_FILE, DG_SCHEMA_FILE,
				    DG_METADATA_FILE, DG_SUMMARY_FILE};

static void make_old(struct scratch *scratch)
{
	char path[256];

	scratch_remove(scratch, "t");
	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "t/%s", names[i]);
		scratch_write(scratch, path, "old");
	}
	scratch_write(scratch, "t/" OLD_CHUNK, "old");
	scratch_write(scratch, "t/notes.txt", "mine");
}

static int dump_new(const char *path)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_sink *sink = NULL;
	int rc = dg_snapshot_dir_open(&dir, path, NULL, DG_SNAPSHOT_DIR_WRITE,
				      NULL, NULL);

	if (rc == 0)
		rc = dg_snapshot_dir_stage(dir, &sink, NULL);
	for (size_t i = 0; rc == 0 && i < COUNT(names); i++)
		rc = dg_sink_write(sink, names[i], DG_SLICE("new"), NULL);
	if (rc == 0)
		rc = dg_sink_write(sink, NEW_CHUNK, DG_SLICE("new"), NULL);
	if (rc == 0)
		rc = dg_snapshot_dir_publish(dir, NULL);
	dg_snapshot_dir_close(dir);
	return rc;
}

static int open_and_close(const char *path, enum dg_snapshot_dir_mode mode)
{
	struct dg_snapshot_dir *dir = NULL;
	int rc = dg_snapshot_dir_open(&dir, path, NULL, mode, NULL, NULL);

	dg_snapshot_dir_close(rc == 0 ? dir : NULL);
	return rc;
}

static int open_for_writing(const char *path)
{
	return open_and_close(path, DG_SNAPSHOT_DIR_WRITE);
}

static int open_for_reading(const char *path)
{
	return open_and_close(path, DG_SNAPSHOT_DIR_READ);
}

/* Does work in a child that dies before its n-th call: true if it died. */
static bool dies_at(int n, int (*work)(const char *path), const char *path)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int rc;

		calls_left = n;
		rc = work(path);
		_exit(rc == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 99)
		fail_msg("the child that dies at call %d fails instead", n);
	return WEXITSTATUS(status) == 99;
}

static const char old_list[] =
	"dump-summary.txt\nnotes.txt\ntable-data\ntable-data/ab\n" OLD_CHUNK
	"\ntable-data.json\ntable-metadata.json\ntable-schema.json\n";
static const char new_list[] =
	"dump-summary.txt\nnotes.txt\ntable-data\ntable-data/cd\n" NEW_CHUNK
	"\ntable-data.json\ntable-metadata.json\ntable-schema.json\n";

/* Whole, old or new, and nothing else in the folder. */
static void expect_whole(struct scratch *scratch, bool *is_new)
{
	char *list = scratch_list(scratch, "t");
	char path[256];

	*is_new = strcmp(list, new_list) == 0;
	assert_string_equal(list, *is_new ? new_list : old_list);
	for (size_t i = 0; i < COUNT(names); i++) {
		char *text;

		snprintf(path, sizeof(path), "t/%s", names[i]);
		text = scratch_read(scratch, path);
		assert_string_equal(text, *is_new ? "new" : "old");
		free(text);
	}
	free(list);
}

static void test_a_dump_killed_anywhere_leaves_old_or_new(void **state)
{
	int (*const next_runs[])(const char *) = {open_for_writing,
						  open_for_reading};
	char path[1024];
	int switches = 0;
	bool died = true;

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "t"));
	for (size_t i = 0; i < COUNT(next_runs); i++) {
		bool was_new = false, is_new = false;

		died = true;
		for (int n = 1; died; n++) {
			make_old(*state);
			died = dies_at(n, dump_new, path);
			assert_int_equal(next_runs[i](path), 0);
			expect_whole(*state, &is_new);
			/* Once past the point of no return, never back. */
			assert_true(is_new >= was_new);
			switches += is_new != was_new;
			was_new = is_new;
		}
		assert_true(is_new);
	}
	assert_int_equal(switches, COUNT(next_runs));
}

static void test_recovery_killed_anywhere_is_recovered_again(void **state)
{
	char path[1024];
	bool died = true;
	int runs = 0;

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "t"));
	/* Every third call of the dump, and then every call of the recovery. */
	for (int n = 1; died; n += 3) {
		bool first = false, is_new = false, died_again = true;

		for (int m = 1; died_again; m++) {
			make_old(*state);
			died = dies_at(n, dump_new, path);
			died_again = dies_at(m, open_for_writing, path);
			assert_int_equal(open_for_reading(path), 0);
			expect_whole(*state, &is_new);
			/* Where recovery is killed decides nothing. */
			if (m == 1)
				first = is_new;
			assert_int_equal(is_new, first);
			runs++;
		}
	}
	assert_true(runs > 100);
}

/* A run that was killed between a rename and the folder's flush. */
static void test_folders_of_files_in_place_are_flushed_again(void **state)
{
	char folder[1024], path[1024];

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "t"));
	snprintf(folder, sizeof(folder), "%s",
		 scratch_path(*state, "t/table-data/ab"));
	make_old(*state);
	scratch_write(*state, "t/.ddbgit/ready/" DG_METADATA_FILE, "old");
	watched = folder;
	flushes = 0;
	assert_int_equal(open_for_reading(path), 0);
	watched = NULL;
	assert_int_equal(flushes, 1);
	assert_false(scratch_exists(*state, "t/.ddbgit"));
}

static void test_a_reader_that_cannot_write_reads_what_is_ready(void **state)
{
	struct dg_snapshot_dir *first = NULL, *second = NULL;
	struct dg_buf text = DG_BUF_INIT(64);
	struct dg_error err = {0};
	char path[1024];

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "t"));
	make_old(*state);
	/* Two readers: neither gets the directory for itself. */
	assert_ok(dg_snapshot_dir_open(&first, path, NULL, DG_SNAPSHOT_DIR_READ,
				       NULL, &err),
		  &err);
	scratch_write(*state, "t/.ddbgit/ready/" DG_DATA_FILE, "new");
	assert_ok(dg_snapshot_dir_open(&second, path, NULL,
				       DG_SNAPSHOT_DIR_READ, NULL, &err),
		  &err);
	assert_ok(dg_fileset_read(dg_snapshot_dir_files(second), DG_DATA_FILE,
				  &text, &err),
		  &err);
	assert_string_equal(dg_buf_str(&text), "new");
	dg_buf_clear(&text);
	assert_ok(dg_fileset_read(dg_snapshot_dir_files(second), DG_SCHEMA_FILE,
				  &text, &err),
		  &err);
	assert_string_equal(dg_buf_str(&text), "old");
	assert_true(scratch_exists(*state, "t/.ddbgit/ready"));
	dg_snapshot_dir_close(first);
	dg_snapshot_dir_close(second);
	assert_int_equal(open_for_reading(path), 0);
	assert_false(scratch_exists(*state, "t/.ddbgit"));
	dg_buf_free(&text);
}

static void test_a_planted_list_deletes_no_other_file(void **state)
{
	char path[1024];
	char *text;

	snprintf(path, sizeof(path), "%s", scratch_path(*state, "t"));
	make_old(*state);
	scratch_write(*state, "outside.txt", "keep");
	scratch_write(*state, "t/.ddbgit/ready/obsolete",
		      "notes.txt\n../outside.txt\ntable-data.json\n" OLD_CHUNK
		      "\ncut off");
	scratch_write(*state, "t/.ddbgit/ready/notes.txt", "planted");
	assert_int_equal(open_for_writing(path), 0);
	assert_true(scratch_exists(*state, "outside.txt"));
	assert_true(scratch_exists(*state, "t/table-data.json"));
	assert_false(scratch_exists(*state, "t/" OLD_CHUNK));
	assert_false(scratch_exists(*state, "t/.ddbgit"));
	text = scratch_read(*state, "t/notes.txt");
	assert_string_equal(text, "mine");
	free(text);
}

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_a_dump_killed_anywhere_leaves_old_or_new),
		IN_SCRATCH(test_recovery_killed_anywhere_is_recovered_again),
		IN_SCRATCH(test_folders_of_files_in_place_are_flushed_again),
		IN_SCRATCH(test_a_reader_that_cannot_write_reads_what_is_ready),
		IN_SCRATCH(test_a_planted_list_deletes_no_other_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
