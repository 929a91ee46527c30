#include "scratch.h"
#include "snapshot/snapshot_dir.h"
#include "snapshot/snapshot_lock.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_open(const struct scratch *scratch,
		    enum dg_snapshot_dir_mode mode, struct dg_error *err)
{
	struct dg_snapshot_dir *dir = NULL;
	int rc = dg_snapshot_dir_open(&dir, scratch_path(scratch, "a/t"), NULL,
				      mode, NULL, err);

	dg_snapshot_dir_close(rc == 0 ? dir : NULL);
	return rc;
}

/* What another process gets, with its error's message in err. */
static int try_elsewhere(const struct scratch *scratch,
			 enum dg_snapshot_dir_mode mode, struct dg_error *err)
{
	int ends[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct dg_error mine = {0};
		int rc = try_open(scratch, mode, &mine);

		mine.code = (enum dg_code)rc;
		_exit(write(ends[1], &mine, sizeof(mine)) != sizeof(mine));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], err, sizeof(*err)), sizeof(*err));
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return (int)err->code;
}

static void test_a_writer_keeps_everybody_out(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};
	char pid[32];

	snprintf(pid, sizeof(pid), "(pid %ld on ", (long)getpid());
	assert_ok(dg_snapshot_dir_open(&dir, scratch_path(*state, "a/t"), NULL,
				       DG_SNAPSHOT_DIR_WRITE, NULL, &err),
		  &err);
	assert_int_equal(try_elsewhere(*state, DG_SNAPSHOT_DIR_WRITE, &err),
			 DG_ELOCKED);
	assert_contains(err.message, "a/t' is in use");
	assert_contains(err.message, pid);
	assert_contains(err.message, " since 20");
	assert_int_equal(try_elsewhere(*state, DG_SNAPSHOT_DIR_READ, &err),
			 DG_ELOCKED);
	/* Who came second has left the first one's work alone. */
	assert_true(scratch_exists(*state, "a/t/.ddbgit/holder"));
	dg_snapshot_dir_close(dir);
	assert_int_equal(try_elsewhere(*state, DG_SNAPSHOT_DIR_WRITE, &err), 0);
}

static void test_readers_share_and_keep_writers_out(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};

	scratch_mkdir(*state, "a/t");
	assert_ok(dg_snapshot_dir_open(&dir, scratch_path(*state, "a/t"), NULL,
				       DG_SNAPSHOT_DIR_READ, NULL, &err),
		  &err);
	assert_int_equal(try_elsewhere(*state, DG_SNAPSHOT_DIR_READ, &err), 0);
	assert_int_equal(try_elsewhere(*state, DG_SNAPSHOT_DIR_WRITE, &err),
			 DG_ELOCKED);
	assert_null(strstr(err.message, "pid"));
	dg_snapshot_dir_close(dir);
	assert_int_equal(try_elsewhere(*state, DG_SNAPSHOT_DIR_WRITE, &err), 0);
}

static void test_a_missing_folder_is_not_made_for_a_reader(void **state)
{
	assert_int_equal(try_open(*state, DG_SNAPSHOT_DIR_READ, NULL),
			 DG_ENOTFOUND);
	assert_false(scratch_exists(*state, "a"));
}

static void test_folders_made_in_vain_are_removed(void **state)
{
	static const char *const paths[] = {"a/b/c", "a/b/c/", "a//b/c//"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct dg_snapshot_dir *dir = NULL;
		struct dg_error err = {0};

		assert_ok(dg_snapshot_dir_open(
				  &dir, scratch_path(*state, paths[i]), NULL,
				  DG_SNAPSHOT_DIR_WRITE, NULL, &err),
			  &err);
		assert_true(scratch_exists(*state, "a/b/c"));
		dg_snapshot_dir_close(dir);
		assert_false(scratch_exists(*state, "a"));
	}
}

static void test_folders_that_were_there_stay(void **state)
{
	scratch_mkdir(*state, "a");
	assert_int_equal(try_open(*state, DG_SNAPSHOT_DIR_WRITE, NULL), 0);
	assert_true(scratch_exists(*state, "a"));
	assert_false(scratch_exists(*state, "a/t"));
	scratch_mkdir(*state, "a/t");
	assert_int_equal(try_open(*state, DG_SNAPSHOT_DIR_WRITE, NULL), 0);
	assert_true(scratch_exists(*state, "a/t"));
}

static void test_a_folder_that_somebody_filled_stays(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};

	assert_ok(dg_snapshot_dir_open(&dir, scratch_path(*state, "a/t"), NULL,
				       DG_SNAPSHOT_DIR_WRITE, NULL, &err),
		  &err);
	scratch_write(*state, "a/other", "x");
	dg_snapshot_dir_close(dir);
	assert_false(scratch_exists(*state, "a/t"));
	assert_true(scratch_exists(*state, "a/other"));
}

static void test_what_is_no_folder_is_an_error(void **state)
{
	struct dg_error err = {0};

	scratch_write(*state, "a/t", "a file");
	assert_int_equal(try_open(*state, DG_SNAPSHOT_DIR_WRITE, &err), DG_EIO);
	assert_contains(err.message, "a/t");
	assert_int_equal(try_open(*state, DG_SNAPSHOT_DIR_READ, &err), DG_EIO);
}

static void test_a_folder_that_the_user_linked_is_followed(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};

	scratch_mkdir(*state, "real");
	scratch_mkdir(*state, "a");
	assert_int_equal(symlink("../real", scratch_path(*state, "a/t")), 0);
	assert_ok(dg_snapshot_dir_open(&dir, scratch_path(*state, "a/t"), NULL,
				       DG_SNAPSHOT_DIR_WRITE, NULL, &err),
		  &err);
	assert_true(scratch_exists(*state, "real/.ddbgit"));
	dg_snapshot_dir_close(dir);
	assert_true(scratch_exists(*state, "a/t"));
	assert_false(scratch_exists(*state, "real/.ddbgit"));
}

static void test_below_the_root_no_link_is_followed(void **state)
{
	static const char *const links[] = {"root/a", "root/a/t"};
	static const char *const targets[] = {"../elsewhere",
					      "../../elsewhere"};
	const enum dg_snapshot_dir_mode modes[] = {DG_SNAPSHOT_DIR_READ,
						   DG_SNAPSHOT_DIR_WRITE};

	scratch_mkdir(*state, "elsewhere/t");
	for (size_t i = 0; i < 4; i++) {
		struct dg_snapshot_dir *dir = NULL;
		struct dg_error err = {0};

		scratch_remove(*state, "root");
		scratch_mkdir(*state, i / 2 ? "root/a" : "root");
		assert_int_equal(symlink(targets[i / 2],
					 scratch_path(*state, links[i / 2])),
				 0);
		assert_int_equal(dg_snapshot_dir_open(
					 &dir, scratch_path(*state, "root/a/t"),
					 "a/t", modes[i % 2], NULL, &err),
				 DG_EINVALID);
		assert_contains(err.message, "is a symbolic link");
		assert_false(scratch_exists(*state, "elsewhere/t/.ddbgit"));
		assert_true(scratch_exists(*state, "elsewhere/t"));
	}
}

static void test_the_root_itself_may_be_a_link(void **state)
{
	struct dg_snapshot_dir *dir = NULL;
	struct dg_error err = {0};

	scratch_mkdir(*state, "real");
	assert_int_equal(symlink("real", scratch_path(*state, "root")), 0);
	assert_ok(dg_snapshot_dir_open(&dir, scratch_path(*state, "root/a/t"),
				       "a/t", DG_SNAPSHOT_DIR_WRITE, NULL,
				       &err),
		  &err);
	assert_true(scratch_exists(*state, "real/a/t/.ddbgit"));
	dg_snapshot_dir_close(dir);
	/* Made in vain: removed below the root too. */
	assert_true(scratch_exists(*state, "real"));
	assert_false(scratch_exists(*state, "real/a"));
}

static void test_a_lock_changes_between_shared_and_exclusive(void **state)
{
	struct dg_snapshot_lock lock, other;
	struct dg_error err = {0};
	char path[1024];

	scratch_mkdir(*state, "a/t");
	snprintf(path, sizeof(path), "%s", scratch_path(*state, "a/t"));
	assert_ok(dg_snapshot_lock_take(&lock, path, NULL, false, &err), &err);
	assert_int_equal(dg_snapshot_lock_change(&lock, true, &err), 1);
	assert_int_equal(dg_snapshot_lock_take(&other, path, NULL, false, &err),
			 DG_ELOCKED);
	assert_int_equal(dg_snapshot_lock_change(&lock, false, &err), 1);
	assert_ok(dg_snapshot_lock_take(&other, path, NULL, false, &err), &err);
	assert_int_equal(dg_snapshot_lock_change(&lock, true, &err), 0);
	dg_snapshot_lock_release(&lock);
	assert_int_equal(dg_snapshot_lock_change(&other, true, &err), 1);
	dg_snapshot_lock_release(&other);
}

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_a_writer_keeps_everybody_out),
		IN_SCRATCH(test_readers_share_and_keep_writers_out),
		IN_SCRATCH(test_a_missing_folder_is_not_made_for_a_reader),
		IN_SCRATCH(test_folders_made_in_vain_are_removed),
		IN_SCRATCH(test_folders_that_were_there_stay),
		IN_SCRATCH(test_a_folder_that_somebody_filled_stays),
		IN_SCRATCH(test_what_is_no_folder_is_an_error),
		IN_SCRATCH(test_a_folder_that_the_user_linked_is_followed),
		IN_SCRATCH(test_below_the_root_no_link_is_followed),
		IN_SCRATCH(test_the_root_itself_may_be_a_link),
		IN_SCRATCH(test_a_lock_changes_between_shared_and_exclusive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
