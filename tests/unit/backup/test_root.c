#include "backup/root.h"

#include "base/dir.h"
#include "base/text.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A scratch folder that is the current directory; *state is its path. */
static int enter_scratch(void **state)
{
	char template[] = "/tmp/ddbgit-root-XXXXXX";

	if (!mkdtemp(template) || chdir(template) < 0)
		return -1;
	unsetenv("DDBGIT_ROOT");
	*state = realpath(".", NULL);
	return *state ? 0 : -1;
}

static int leave_scratch(void **state)
{
	int rc = chdir("/");

	if (rc == 0)
		rc = dg_remove_tree_at(AT_FDCWD, *state, NULL);
	free(*state);
	return rc;
}

static void make(const char *folder)
{
	assert_int_equal(dg_mkdirs_at(AT_FDCWD, folder, NULL), 0);
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* The root found for `environment`, relative to the scratch folder. */
static void assert_root(void **state, const char *environment,
			const char *expected)
{
	char *root = NULL;
	struct dg_error err;
	size_t len = strlen(*state);

	assert_int_equal(dg_root_find(&root, environment, &err), 0);
	assert_true(strncmp(root, *state, len) == 0);
	assert_string_equal(root + len, expected);
	free(root);
}

static void test_the_nearest_environment_file_decides(void **state)
{
	make(".git");
	make("scripts");
	make("app/scripts");
	make("app/deep");
	touch("scripts/.env.prod");
	touch("app/scripts/.env.dev");
	assert_int_equal(chdir("app/deep"), 0);
	assert_root(state, "prod", "");
	assert_root(state, "dev", "/app");
	assert_int_equal(chdir(*state), 0);
}

static void test_else_the_nearest_scripts_folder_decides(void **state)
{
	make(".git");
	make("scripts");
	make("app/scripts");
	make("app/deep");
	assert_int_equal(chdir("app/deep"), 0);
	assert_root(state, "dev", "/app");
	assert_int_equal(chdir(*state), 0);
}

static void test_else_the_top_of_the_work_tree_decides(void **state)
{
	make("work/.git");
	make("work/deep/er");
	make("scripts");
	touch("scripts/.env.dev");
	assert_int_equal(chdir("work/deep/er"), 0);
	assert_root(state, "dev", "/work");
	assert_int_equal(chdir(*state), 0);
}

static void test_outside_git_nothing_above_counts(void **state)
{
	make("scripts");
	make("deep");
	touch("scripts/.env.dev");
	assert_root(state, "dev", "");
	assert_int_equal(chdir("deep"), 0);
	assert_root(state, "dev", "/deep");
	assert_int_equal(chdir(*state), 0);
}

static void test_the_variable_overrides(void **state)
{
	struct dg_error err;
	char *root = NULL;

	make("elsewhere");
	assert_int_equal(setenv("DDBGIT_ROOT", "elsewhere", 1), 0);
	assert_root(state, "dev", "/elsewhere");
	assert_int_equal(setenv("DDBGIT_ROOT", "nonesuch", 1), 0);
	assert_true(dg_root_find(&root, "dev", &err) < 0);
	assert_non_null(strstr(err.message, "DDBGIT_ROOT"));
	unsetenv("DDBGIT_ROOT");
}

static void test_paths_read_as_people_write_them(void **state)
{
	char *path = NULL;
	char *elsewhere = NULL;

	assert_int_equal(dg_root_path(&path, *state, "scripts/.env.x", NULL),
			 0);
	assert_string_equal(path, "./scripts/.env.x");
	free(path);
	assert_int_equal(dg_root_path(&elsewhere, "/srv/app", "backups", NULL),
			 0);
	assert_string_equal(elsewhere, "/srv/app/backups");
	free(elsewhere);
}

#define IN_SCRATCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

static void test_snapshots_stand_in_one_folder_each(void **state)
{
	struct dg_error err;
	char *path = NULL;

	(void)state;
	assert_int_equal(dg_root_snapshot(&path, "prod@media", &err), 0);
	assert_string_equal(path, "backups/dynamodb/prod@media");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_the_nearest_environment_file_decides),
		IN_SCRATCH(test_else_the_nearest_scripts_folder_decides),
		IN_SCRATCH(test_else_the_top_of_the_work_tree_decides),
		IN_SCRATCH(test_outside_git_nothing_above_counts),
		IN_SCRATCH(test_the_variable_overrides),
		IN_SCRATCH(test_paths_read_as_people_write_them),
		cmocka_unit_test(test_snapshots_stand_in_one_folder_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
