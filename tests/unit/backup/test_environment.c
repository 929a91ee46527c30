#include "backup/environment.h"

#include "base/dir.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FILE_MAX 1024

static char said[2048];

static void note(void *context, enum dg_log_level level, const char *message)
{
	(void)context;
	(void)level;
	strncat(said, message, sizeof(said) - strlen(said) - 2);
	strcat(said, "\n");
}

static const struct dg_log log_to_said = {note, NULL};
static const struct dg_run run = {.log = &log_to_said};

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(dg_write_all(fd, text, strlen(text), path, NULL), 0);
	close(fd);
}

/* A project that is the current directory, and nothing in the process's
 * environment; *state is its path. */
static int enter_project(void **state)
{
	static const char *const cleared[] = {
		"AWS_REGION",       "AWS_DEFAULT_REGION", "AWS_PROFILE",
		"AWS_ENDPOINT_URL", "DDBGIT_ROOT",
	};
	char template[] = "/tmp/ddbgit-env-XXXXXX";

	if (!mkdtemp(template) || chdir(template) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(cleared) / sizeof(*cleared); i++)
		unsetenv(cleared[i]);
	*state = realpath(".", NULL);
	setenv("AWS_CONFIG_FILE", "config", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "credentials", 1);
	write_file("config", "[default]\nregion = of-default\n"
			     "[profile other]\nregion = of-other\n"
			     "endpoint_url = http://127.0.0.1:7\n");
	said[0] = '\0';
	return dg_mkdirs("scripts", NULL);
}

static int leave_project(void **state)
{
	int rc = chdir("/");

	if (rc == 0)
		rc = dg_remove_tree_at(AT_FDCWD, *state, NULL);
	free(*state);
	return rc;
}

/* The environment of this name, whose file has these lines and a table. */
static int open_environment(struct dg_environment *env, const char *lines,
			    const struct dg_target_options *options,
			    struct dg_error *err)
{
	const char *name =
		options->environment ? options->environment : "local";
	char path[128];
	char text[FILE_MAX];

	snprintf(path, sizeof(path), "scripts/.env.%s", name);
	snprintf(text, sizeof(text), "DYNAMODB_TABLE=media\n%s\n", lines);
	write_file(path, text);
	return dg_environment_open(env, &run, options, err);
}

static void test_the_region_is_the_nearest_ones(void **state)
{
	static const struct {
		const char *option, *profile, *file, *variable, *expected;
	} cases[] = {
		{"opt", "other", "AWS_REGION=file", "var", "opt"},
		{NULL, "other", "AWS_REGION=file", "var", "file"},
		{NULL, "other", "", "var", "of-other"},
		{NULL, NULL, "AWS_PROFILE=other", "var", "of-other"},
		{NULL, NULL, "", "var", "var"},
		{NULL, NULL, "", NULL, "of-default"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct dg_target_options options = {
			.environment = "dev",
			.region = cases[i].option,
			.profile = cases[i].profile,
		};
		struct dg_environment env;
		struct dg_error err = {0};

		if (cases[i].variable)
			setenv("AWS_REGION", cases[i].variable, 1);
		else
			unsetenv("AWS_REGION");
		assert_int_equal(
			open_environment(&env, cases[i].file, &options, &err),
			0);
		assert_string_equal(env.region, cases[i].expected);
		dg_environment_close(&env);
	}
}

static void test_without_a_region_the_file_is_named(void **state)
{
	const struct dg_target_options options = {.environment = "dev"};
	struct dg_environment env;
	struct dg_error err = {0};

	(void)state;
	unlink("config");
	assert_int_equal(open_environment(&env, "", &options, &err), DG_EUSAGE);
	assert_non_null(strstr(err.hint, "./scripts/.env.dev"));
	dg_environment_close(&env);
}

#define FILE_URL "AWS_ENDPOINT_URL=http://127.0.0.1:5"

static void test_the_endpoint_is_the_nearest_ones(void **state)
{
	static const struct {
		const char *name, *option, *profile, *file, *exported;
		const char *expected;
		bool warned;
	} cases[] = {
		{"dev", "http://127.0.0.1:4", "other", FILE_URL,
		 "http://127.0.0.1:9", "http://127.0.0.1:4", false},
		{"dev", NULL, "other", FILE_URL, NULL, "http://127.0.0.1:5",
		 false},
		{"dev", NULL, "other", "", NULL, "http://127.0.0.1:7", false},
		{"dev", NULL, NULL, "AWS_REGION=eu-west-1",
		 "http://127.0.0.1:9",
		 "https://dynamodb.eu-west-1.amazonaws.com", true},
		{"local", NULL, NULL, "", "http://127.0.0.1:9",
		 "http://127.0.0.1:9", false},
		{"local", NULL, NULL, "LOCAL_AWS_ENDPOINT=http://127.0.0.1:3",
		 "http://127.0.0.1:9", "http://127.0.0.1:3", false},
		{"local", NULL, NULL, "", NULL, "http://localhost:4566", false},
		{"dev", NULL, NULL,
		 "LOCAL_AWS_ENDPOINT=http://127.0.0.1:3\nAWS_REGION=eu-west-1",
		 NULL, "https://dynamodb.eu-west-1.amazonaws.com", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct dg_target_options options = {
			.environment = cases[i].name,
			.endpoint_url = cases[i].option,
			.profile = cases[i].profile,
		};
		struct dg_environment env;
		struct dg_error err = {0};

		said[0] = '\0';
		if (cases[i].exported)
			setenv("AWS_ENDPOINT_URL", cases[i].exported, 1);
		else
			unsetenv("AWS_ENDPOINT_URL");
		assert_int_equal(
			open_environment(&env, cases[i].file, &options, &err),
			0);
		assert_string_equal(env.endpoint, cases[i].expected);
		assert_int_equal(strstr(said, "exported and ignored") != NULL,
				 cases[i].warned);
		dg_environment_close(&env);
	}
}

static void test_local_is_never_aws_itself(void **state)
{
	const struct dg_target_options options = {
		.endpoint_url = "https://dynamodb.us-east-1.amazonaws.com"};
	struct dg_environment env;
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(open_environment(&env, "", &options, &err),
			 DG_EREFUSED);
	dg_environment_close(&env);
}

static void test_another_table_has_a_label_of_its_own(void **state)
{
	static const struct {
		const char *table, *label;
	} cases[] = {{NULL, "dev"}, {"media", "dev"}, {"users", "dev@users"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct dg_target_options options = {
			.environment = "dev", .table = cases[i].table};
		struct dg_environment env;
		struct dg_error err = {0};
		char *label = NULL;

		assert_int_equal(open_environment(&env, "", &options, &err), 0);
		assert_int_equal(dg_environment_label(&label, &env, &err), 0);
		assert_string_equal(label, cases[i].label);
		free(label);
		dg_environment_close(&env);
	}
}

static void test_what_is_no_table_is_refused(void **state)
{
	static const char *const tables[] = {"a,b", "ab", "a b c", "table/x"};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const struct dg_target_options options = {.environment = "dev",
							  .table = tables[i]};
		struct dg_environment env;
		struct dg_error err = {0};

		assert_int_equal(open_environment(&env, "", &options, &err),
				 DG_EUSAGE);
		assert_non_null(strstr(err.message, "--table"));
		dg_environment_close(&env);
	}
}

static void test_a_missing_file_has_the_scripts_words(void **state)
{
	const struct dg_target_options options = {.environment = "dev"};
	struct dg_environment env;
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(dg_environment_open(&env, &run, &options, &err),
			 DG_ENOTFOUND);
	assert_string_equal(err.message,
			    "Environment file not found: ./scripts/.env.dev");
	dg_environment_close(&env);
}

static void test_only_failures_of_the_run_name_its_table(void **state)
{
	static const struct {
		enum dg_code code;
		bool is_local, named;
	} cases[] = {
		{DG_EIO, false, true},          {DG_EUNREACHABLE, false, true},
		{DG_EUNREACHABLE, true, false}, {DG_EREFUSED, false, false},
		{DG_EUSAGE, false, false},      {DG_ECANCELLED, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct dg_environment env = {
			.table = (char *)"media",
			.is_local = cases[i].is_local,
		};
		struct dg_error err;

		dg_error_set(&err, cases[i].code, "x");
		assert_int_equal(
			dg_environment_blame(&env, cases[i].code, "dump", &err),
			cases[i].code);
		assert_string_equal(err.message, cases[i].named ? "cannot dump "
								  "'media': x"
								: "x");
	}
}

#define IN_PROJECT(test)                                                       \
	cmocka_unit_test_setup_teardown(test, enter_project, leave_project)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PROJECT(test_the_region_is_the_nearest_ones),
		IN_PROJECT(test_without_a_region_the_file_is_named),
		IN_PROJECT(test_the_endpoint_is_the_nearest_ones),
		IN_PROJECT(test_local_is_never_aws_itself),
		IN_PROJECT(test_another_table_has_a_label_of_its_own),
		IN_PROJECT(test_what_is_no_table_is_refused),
		IN_PROJECT(test_a_missing_file_has_the_scripts_words),
		cmocka_unit_test(test_only_failures_of_the_run_name_its_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
