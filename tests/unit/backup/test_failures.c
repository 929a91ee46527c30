#include "repo/fixture.h"

#include "backup/failures.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "restore-failures-dev-20250127T100000Z.jsonl"

/* An environment under `root` whose clock stands. */
static struct dg_environment environment(char *root)
{
	struct dg_environment env = {.name = (char *)"dev", .root = root};

	dg_clock_init_test(&env.clock, 1, NOW * 1000ll);
	return env;
}

static void add_two(struct fixture *f, struct dg_failures *failures)
{
	assert_ok(f, dg_failures_add(
			     failures, DG_SLICE("{\"id\":{\"S\":\"a\"}}"),
			     "ValidationException", "too \"big\"", &f->err));
	assert_ok(f,
		  dg_failures_add(failures, DG_SLICE("{\"id\":{\"S\":\"b\"}}"),
				  "X", "y", &f->err));
	assert_ok(f, dg_failures_finish(failures, &f->err));
	assert_int_equal(failures->count, 2);
}

static void test_each_failure_is_a_line_for_its_owner_alone(void **state)
{
	struct fixture *f = *state;
	struct dg_environment env = environment(f->work);
	struct dg_failures failures;
	struct stat st;

	dg_failures_init(&failures, &env);
	add_two(f, &failures);
	assert_non_null(strstr(failures.path, "/.git/ddbgit/" NAME));
	assert_int_equal(stat(failures.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_output(f,
		      "{\"key\":{\"id\":{\"S\":\"a\"}},"
		      "\"code\":\"ValidationException\","
		      "\"message\":\"too \\\"big\\\"\"}\n"
		      "{\"key\":{\"id\":{\"S\":\"b\"}},\"code\":\"X\","
		      "\"message\":\"y\"}",
		      "cat .git/ddbgit/" NAME);
	dg_failures_free(&failures);
}

static void test_without_a_failure_there_is_no_file(void **state)
{
	struct fixture *f = *state;
	struct dg_environment env = environment(f->work);
	struct dg_failures failures;

	dg_failures_init(&failures, &env);
	assert_ok(f, dg_failures_finish(&failures, &f->err));
	assert_null(failures.path);
	dg_failures_free(&failures);
}

static void test_outside_git_the_list_is_in_the_state_folder(void **state)
{
	struct fixture *f = *state;
	struct dg_environment env = environment(f->dir);
	struct dg_failures failures;
	char *home = NULL;

	assert_ok(f, dg_asprintf(&home, &f->err, "%s/state", f->dir));
	setenv("XDG_STATE_HOME", home, 1);
	dg_failures_init(&failures, &env);
	add_two(f, &failures);
	assert_memory_equal(failures.path, home, strlen(home));
	assert_string_equal(failures.path + strlen(home), "/ddbgit/" NAME);
	dg_failures_free(&failures);
	unsetenv("XDG_STATE_HOME");
	free(home);
}

static void test_a_list_that_cannot_be_made_is_named(void **state)
{
	struct fixture *f = *state;
	struct dg_environment env = environment(f->work);
	struct dg_failures failures;

	/* A link there is nobody's list. */
	run(f, "mkdir -p .git/ddbgit && ln -s /dev/null .git/ddbgit/" NAME);
	dg_failures_init(&failures, &env);
	assert_true(dg_failures_add(&failures, DG_SLICE("{}"), "X", "y",
				    &f->err) < 0);
	assert_non_null(strstr(f->err.message, NAME));
	dg_failures_free(&failures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_each_failure_is_a_line_for_its_owner_alone, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_without_a_failure_there_is_no_file, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_outside_git_the_list_is_in_the_state_folder, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_a_list_that_cannot_be_made_is_named, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
